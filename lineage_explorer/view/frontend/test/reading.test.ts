import { expect, test } from "vitest";
import { Choice } from "../src/choice";
import { buildGraph, sentence } from "../src/graph";
import { History } from "../src/history";
import { DEFAULTS, type Host, type State } from "../src/host";
import { countEntries, fadedBy } from "../src/legend";
import { mixture } from "../src/paint";
import { lightThread, readThread, rowsOn } from "../src/thread";
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

const told = (fields: Record<string, Record<string, string>>, column = ["a", "x"], jobs: string[] = []) =>
  readThread(JSON.stringify({ column, fields, jobs, words: "" }))!;

const rows = (...names: string[]): [string, string, string][] => names.map((name) => [name, "", ""]);

test("a click on a group opens it and selects nothing", () => {
  const it = host();
  const opened: number[] = [];
  const shown = scene([node("group:raw", { kind: "group" })], []);
  const choice = new Choice(it, () => shown, { group: (at) => opened.push(at), many: () => undefined });
  expect(choice.node(0, false)).toBe(true);
  expect([opened, it.get("selection")]).toEqual([[0], []]);
});

test("of a few more all are shown at once, of many there is a list", () => {
  const it = host();
  const asked: string[] = [];
  const shown = scene(
    [node("stub:in:a", { kind: "stub", label: "+6" }), node("stub:out:a", { kind: "stub", label: "+7" })],
    [],
  );
  const choice = new Choice(it, () => shown, { group: () => undefined, many: (stub) => asked.push(stub) });
  choice.node(0, false);
  choice.node(1, false);
  expect([it.get("expanded"), asked]).toEqual([["stub:in:a"], ["stub:out:a"]]);
});

test("going elsewhere leaves paths, threads and what was added", () => {
  const it = host({ path: ["a", "b"], thread: ["a", "x"], added: ["c"], pinned: ["d"], hidden: ["e"] });
  new Choice(it, () => graphOf("a", [])).refocus("a");
  expect([it.get("path"), it.get("thread"), it.get("added")]).toEqual([[], [], []]);
  expect([it.get("pinned"), it.get("hidden")]).toEqual([["d"], ["e"]]);
});

test.each(["groups", "hidden", "pinned", "collapsed", "added", "expanded", "path", "thread"] as const)(
  "back undoes %s and forward does it again",
  (name) => {
    const it = host();
    const history = new History(it);
    history.note();
    it.set(name, ["a", "b"]);
    history.note();
    history.go(-1);
    expect(it.get(name)).toEqual([]);
    history.go(1);
    expect(it.get(name)).toEqual(["a", "b"]);
    expect([history.canGoBack, history.canGoForward]).toEqual([true, false]);
  },
);

const three = scene(
  [
    node("a", { rows: rows("x", "y") }),
    node("job", { kind: "job" }),
    node("b", { rows: rows("u", "v") }),
    node("c"),
    node("d"),
  ],
  [
    { source: 0, target: 1 },
    { source: 1, target: 2 },
    { source: 2, target: 3 },
    { source: 2, target: 4 },
    { source: 0, target: 2, kind: 4, sourceRow: 0, targetRow: 0 },
    { source: 0, target: 2, kind: 4, sourceRow: 1, targetRow: 1, flags: 2 },
  ],
);

test("a thread lights cards, jobs, rows and the lines between them, and nothing else", () => {
  const lit = lightThread(three, told({ a: { x: "direct" }, b: { u: "direct" }, c: { w: "direct" } }, ["a", "x"], ["job"]));
  expect(three.nodes.id.filter((_, i) => lit.nodes[i])).toEqual(["a", "job", "b", "c"]);
  expect([...lit.edges]).toEqual([1, 1, 1, 0, 1, 0]);
  expect([[...lit.rows], [...lit.indirect], lit.chosen]).toEqual([["0:0", "2:0"], [], "0:0"]);
});

test("rows reached only by a join are told apart", () => {
  const lit = lightThread(three, told({ a: { x: "direct", y: "indirect" }, b: { v: "indirect" } }));
  expect([...lit.indirect]).toEqual(["0:1", "2:1"]);
  expect(rowsOn(three, told({ a: { x: "direct", y: "indirect" } }), true)).toEqual(new Map([[0, [0]]]));
});

test.each(["", "no json", "[]", '{"column":["a"],"fields":{}}', '{"column":["a","x"]}'])(
  "what is no thread is none: %s",
  (json) => expect(readThread(json)).toBeNull(),
);

const mixed = scene(
  [node("group:raw", { kind: "group", label: "raw_*", badge: "12", above: "db", modes: [255] }), node("a", { modes: [1] })],
  [],
  {
    palette: { complete: ["#0b7a58", "#3ecf9a"], failed: ["#b93815", "#ff8a65"] },
    modes: [
      {
        name: "state",
        title: "Last run",
        array: "mode_0",
        entries: [
          { label: "complete", token: "complete", mark: "", pattern: "" },
          { label: "failed", token: "failed", mark: "", pattern: "" },
        ],
        mix: { "0": [[0, 10], [1, 2]] },
      },
    ],
  },
);

test("a group has a mixture of colours, each with a mark", () => {
  const shares = mixture(mixed, mixed.modes[0], false)(0);
  expect(shares.map(({ colour, mark, count }) => [colour, mark, count])).toEqual([
    ["#0b7a58", "✓", 10],
    ["#b93815", "✕", 2],
  ]);
});

test("the legend counts the members of groups, and dims groups that hold none of what is chosen", () => {
  expect(countEntries(mixed, mixed.modes[0])).toEqual({ entries: [10, 3], none: 0 });
  expect([...fadedBy(mixed, mixed.modes[0], new Set([0]))!]).toEqual([0, 1]);
  expect([...fadedBy(mixed, mixed.modes[0], new Set([1]))!]).toEqual([0, 0]);
});

test("a screen reader hears what a group is", () => {
  expect(sentence(mixed, buildGraph(mixed), 0)).toBe("raw_*, group of 12 nodes in db, Enter opens it");
});

test("light on nodes goes as far as before", () => {
  const it = graphOf("abc", ["ab", "bc"]);
  expect(lettersOf(it, lightThread(it, told({ a: {}, b: {} })).nodes)).toBe("ab");
});
