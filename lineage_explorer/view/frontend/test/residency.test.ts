import { expect, test } from "vitest";
import { MODES, PALETTE } from "../dev/fake";
import { linesOf, readLines, strokeOf } from "../src/crossings";
import { buildGraph } from "../src/graph";
import { touchOf } from "../src/lighting";
import { colouring } from "../src/paint";
import { tipText } from "../src/tip";
import { lightTrail, readTrail, Trail } from "../src/trail";
import type { Mode } from "../src/wire";
import { graphOf, lettersOf, node, scene } from "./scenes";

const drawn = scene([node("a", { modes: [0] }), node("b", { modes: [1] })], [{ source: 0, target: 1 }], {
  modes: MODES.slice(0, 1),
  palette: PALETTE,
});
const mode = (more: Partial<Mode>): Mode => ({ ...drawn.modes[0], ...more });

test("lines that fit no edge or no entry are passed over", () => {
  const told = { "0": [1, "x", true, null, 3], "1": [0, "x", true, null], "-1": [0, "x"], "0x": [9], z: "no" };
  expect([...readLines(told, 1, 2).keys()]).toEqual([0]);
  expect(readLines(told, 1, 2).get(0)).toEqual({ entry: 1, words: "x", sure: true, masked: null, count: 3 });
  for (const broken of [null, 7, "x", [1]]) expect(readLines(broken, 1, 2).size).toBe(0);
});

test("words of a line are shown as text, hidden characters written out", () => {
  expect(readLines({ "0": [0, "a\u202eb", true, null] }, 1, 1).get(0)?.words).toBe("a\\u202eb");
});

test("every verdict has a stroke of its own, and what only may be so another", () => {
  const strokes = ["failed", "complete", "unknown", "cat1"].map((token) => JSON.stringify(strokeOf(token, true)));
  expect(new Set([...strokes, JSON.stringify(strokeOf("failed", false))]).size).toBe(5);
});

test("a line has its entry's mark with its count, and none where it only may be so", () => {
  const line = { entry: 0, words: "", sure: true, masked: true, count: 12 };
  const sure = linesOf(drawn, mode({ lines: new Map([[0, line]]) }), false).get(0);
  expect(sure?.mark.endsWith("12")).toBe(true);
  expect(sure?.locked).toBe(true);
  const may = linesOf(drawn, mode({ lines: new Map([[0, { ...line, sure: false }]]) }), false).get(0);
  expect([may?.mark, may?.locked]).toEqual(["", false]);
});

test("only what is told to be masked has a lock", () => {
  for (const masked of [false, null]) {
    const line = { entry: 0, words: "", sure: true, masked, count: 1 };
    expect(linesOf(drawn, mode({ lines: new Map([[0, line]]) }), false).get(0)?.locked).toBe(false);
  }
});

test("marks of nodes stand in place of those of their entries", () => {
  expect(colouring(drawn, mode({ marks: ["DE !", ""] }), false)(0).mark).toBe("DE !");
  expect(colouring(drawn, mode({ marks: ["DE !", ""] }), false)(1).mark).toBe("");
});

test("the hover of a line says what crosses", () => {
  const line = { entry: 0, words: "crosses DE → US", sure: true, masked: null, count: 1 };
  const text = tipText(drawn, { node: -1, row: -1, edge: 0 }, mode({ lines: new Map([[0, line]]) }));
  expect(text.split("\n").at(-1)).toBe("crosses DE → US");
});

const way = graphOf("abcd", ["ab", "bc", "ad", "ac"]);

test("a trail is its nodes and the lines from each to the next, no more", () => {
  const lit = lightTrail(way, ["a", "b", "c"])!;
  expect(lettersOf(way, lit.nodes)).toBe("abc");
  expect([...lit.edges]).toEqual([1, 1, 0, 0]);
});

test("what of a trail is not drawn is passed over; of nothing drawn there is no trail", () => {
  expect(lettersOf(way, lightTrail(way, ["x", "d"])!.nodes)).toBe("d");
  expect(lightTrail(way, ["x"])).toBeNull();
});

test("a detail that is broken, or of something else, has no trail", () => {
  for (const detail of ["", "{", "7", "null", '{"trail":7}', '{"for":"a"}']) expect(readTrail(detail)).toEqual([]);
  expect(readTrail('{"trail":["a",7]}')).toEqual(["a"]);
});

test("the trail is lit while nothing is selected or under the hand", () => {
  const trail = new Trail().of(way, '{"trail":["a","b"]}');
  const hand = {
    hover: { node: -1, row: -1, edge: -1 },
    hovered: "",
    active: -1,
    selection: [] as string[],
    edge: [],
    trail,
    mode: null,
    chosen: new Set<number>(),
    time: { faint: null, faintEdges: null, ran: null },
  };
  expect(touchOf(way, buildGraph(way), hand).lit).toBe(trail);
  expect(touchOf(way, buildGraph(way), { ...hand, selection: ["d"] }).lit).not.toBe(trail);
});
