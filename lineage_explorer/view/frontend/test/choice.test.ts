import { expect, test } from "vitest";
import { Choice } from "../src/choice";
import { DEFAULTS, type Host, type State } from "../src/host";
import { findEdge, touchOf, type Hand } from "../src/lighting";
import { buildGraph } from "../src/graph";
import { graphOf, lettersOf, node, scene } from "./scenes";

function host(values: Partial<State> = {}): Host {
  const state: State = { ...DEFAULTS, ...values };
  return {
    live: true,
    get: (name) => state[name],
    set: (name, value) => void (state[name] = value),
    on: () => () => undefined,
    ask: () => Promise.reject(new Error("nobody")),
  };
}

const shown = scene(
  [node("a"), node("load", { kind: "job" }), node("stub:out:a", { kind: "stub" })],
  [
    { source: 0, target: 1 },
    { source: 0, target: 2, kind: 5 },
  ],
);
const choiceOn = (values?: Partial<State>) => {
  const it = host(values);
  return { it, choice: new Choice(it, () => shown) };
};

test("a click selects one, adding toggles it among the others", () => {
  const { it, choice } = choiceOn();
  choice.node(0, false);
  choice.node(1, true);
  expect(it.get("selection")).toEqual(["a", "load"]);
  choice.node(0, true);
  expect(it.get("selection")).toEqual(["load"]);
});

test("selecting again what is selected says that nothing changed", () => {
  const { choice } = choiceOn({ selection: ["a"] });
  expect(choice.node(0, false)).toBe(false);
});

test("an edge and a node are never selected together", () => {
  const { it, choice } = choiceOn({ selection: ["a"] });
  choice.edge(0);
  expect([it.get("selection"), it.get("edge")]).toEqual([[], ["a", "load"]]);
  choice.node(1, false);
  expect([it.get("selection"), it.get("edge")]).toEqual([["load"], []]);
});

test("the line to a stub cannot be selected", () => {
  expect(choiceOn().choice.edge(1)).toBe(false);
});

test("a stub is expanded, again with each click, and never selected", () => {
  const { it, choice } = choiceOn();
  choice.node(2, false);
  choice.node(2, false);
  expect(it.get("expanded")).toEqual(["stub:out:a", "stub:out:a"]);
  expect([it.get("selection"), choice.touched]).toEqual([[], "a"]);
});

test("a new focus ends a query", () => {
  const { it, choice } = choiceOn({ query: "+a", edge: ["a", "load"] });
  choice.refocus("load");
  expect([it.get("query"), it.get("focus"), it.get("selection"), it.get("edge")]).toEqual(["", ["load"], ["load"], []]);
});

test("columns open and close, those of jobs never", () => {
  const { it, choice } = choiceOn();
  choice.toggleColumns(0);
  choice.toggleColumns(1);
  expect(it.get("columns")).toEqual(["a"]);
  choice.toggleColumns(0);
  expect(it.get("columns")).toEqual([]);
});

test("a selection set by Python is foreign, the view's own is not", () => {
  const { it, choice } = choiceOn();
  choice.node(0, false);
  expect(choice.foreign).toBe(false);
  it.set("selection", ["load"]);
  expect(choice.foreign).toBe(true);
});

const chain = graphOf("abcd", ["ab", "bc"]);
const graph = buildGraph(chain);
const idle: Hand = {
  hover: { node: -1, row: -1, edge: -1 },
  hovered: "",
  active: -1,
  selection: [],
  edge: [],
  mode: null,
  chosen: new Set(), time: { faint: null, faintEdges: null, ran: null },
};

test("nothing chosen and nothing hovered lights nothing", () => {
  expect(touchOf(chain, graph, idle).lit).toBeNull();
});

test("the pointer goes before the selection", () => {
  const touch = touchOf(chain, graph, { ...idle, selection: ["d"], hover: { node: 0, row: -1, edge: -1 } });
  expect(lettersOf(chain, touch.lit!.nodes)).toBe("abc");
  expect([...touch.selected]).toEqual([3]);
});

test("a hovered edge lights itself and its two ends", () => {
  const touch = touchOf(chain, graph, { ...idle, hover: { node: -1, row: -1, edge: 1 } });
  expect([lettersOf(chain, touch.lit!.nodes), [...touch.lit!.edges]]).toEqual(["bc", [0, 1]]);
});

test("what is hovered in another view is lit here too", () => {
  expect(lettersOf(chain, touchOf(chain, graph, { ...idle, hovered: "c" }).lit!.nodes)).toBe("abc");
});

test("ids that are not shown are passed over", () => {
  const touch = touchOf(chain, graph, { ...idle, selection: ["gone"], edge: ["a", "gone"], hovered: "gone" });
  expect([touch.lit, touch.selected.size, touch.edge]).toEqual([null, 0, -1]);
});

test("of parallel edges the one that is not between columns is found", () => {
  const two = scene(
    [node("a"), node("b")],
    [
      { source: 0, target: 1, kind: 4 },
      { source: 0, target: 1, kind: 2 },
    ],
  );
  expect(findEdge(two, ["a", "b"])).toBe(1);
  expect(findEdge(two, ["b", "a"])).toBe(-1);
});
