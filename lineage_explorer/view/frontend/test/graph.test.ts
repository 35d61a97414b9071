import { expect, test } from "vitest";
import { buildGraph, lightNodes, lightRow, neighbours, sentence, walk } from "../src/graph";
import { graphOf, lettersOf, node, scene } from "./scenes";

const ranks: Record<string, number> = { a: 0, b: 1, c: 1, d: 2, e: 2, x: 1 };
const diamond = graphOf("abcdex", ["ab", "ac", "bd", "cd", "ce"], (letter) => ranks[letter]);
const g = buildGraph(diamond);
const at = (letter: string) => diamond.index.get(letter)!;

test("a lit node lights what leads to it and what it leads to, not its siblings", () => {
  expect(lettersOf(diamond, lightNodes(diamond, g, [at("b")]).nodes)).toBe("abd");
  expect(lettersOf(diamond, lightNodes(diamond, g, [at("c")]).nodes)).toBe("acde");
  expect(lettersOf(diamond, lightNodes(diamond, g, [at("x")]).nodes)).toBe("x");
});

test("exactly the edges between lit steps are lit", () => {
  expect([...lightNodes(diamond, g, [at("b")]).edges]).toEqual([1, 0, 1, 0, 0]);
});

test("the closure agrees with a matrix product, cycles and self-loops included", () => {
  let seed = 5;
  const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
  for (let round = 0; round < 30; round++) {
    const letters = "abcdefgh";
    const pairs = Array.from(
      { length: 10 },
      () => letters[Math.floor(random() * 8)] + letters[Math.floor(random() * 8)],
    );
    const shown = graphOf(letters, pairs);
    const reach = Array.from({ length: 8 }, (_, i) =>
      Array.from({ length: 8 }, (_, j) => i === j || pairs.includes(letters[i] + letters[j])),
    );
    for (let k = 0; k < 8; k++)
      for (let i = 0; i < 8; i++) for (let j = 0; j < 8; j++) reach[i][j] ||= reach[i][k] && reach[k][j];
    const start = Math.floor(random() * 8);
    const expected = Array.from(letters)
      .filter((_, i) => reach[i][start] || reach[start][i])
      .join("");
    expect(lettersOf(shown, lightNodes(shown, buildGraph(shown), [start]).nodes)).toBe(expected);
  }
});

test("a column lights its own path through the cards and no other column's", () => {
  const rows: [string, string, string][] = [
    ["id", "", ""],
    ["mail", "", ""],
  ];
  const cards = scene(
    [node("a", { rows }), node("b", { rows }), node("c", { rows })],
    [
      { source: 0, target: 1, kind: 4, sourceRow: 0, targetRow: 1 },
      { source: 1, target: 2, kind: 4, sourceRow: 1, targetRow: 0 },
      { source: 0, target: 2, kind: 4, sourceRow: 1, targetRow: 1 },
      { source: 0, target: 1, kind: 2 },
    ],
  );
  const lit = lightRow(cards, 1, 1);
  expect([...lit.edges]).toEqual([1, 1, 0, 0]);
  expect([...lit.rows].sort()).toEqual(["0:0", "1:1", "2:0"]);
});

test("arrows sideways go to the neighbour that lies nearest in height", () => {
  expect(walk(diamond, g, at("a"), "right")).toBe(at("b"));
  expect(walk(diamond, g, at("d"), "left")).toBe(at("c"));
  expect(walk(diamond, g, at("c"), "right")).toBe(at("d"));
});

test("arrows up and down go through the rank, unconnected nodes too", () => {
  expect(walk(diamond, g, at("b"), "down")).toBe(at("c"));
  expect(walk(diamond, g, at("c"), "down")).toBe(at("x"));
  expect(walk(diamond, g, at("x"), "up")).toBe(at("c"));
});

test("an arrow with nowhere to go says so", () => {
  expect(walk(diamond, g, at("a"), "left")).toBe(-1);
  expect(walk(diamond, g, at("b"), "up")).toBe(-1);
});

test("an arrow prefers the reading direction to a back edge", () => {
  const loop = graphOf("abz", ["ab", "az", "za"], (letter) => ({ a: 1, b: 2, z: 0 })[letter] ?? 0);
  expect(walk(loop, buildGraph(loop), 0, "right")).toBe(1);
});

test("neighbours are counted once, however many edges lead there, and never the node itself", () => {
  const twice = graphOf("ab", ["ab", "ab", "aa"]);
  expect(neighbours(twice, buildGraph(twice), 0, "down")).toEqual([1]);
});

test("a node's sentence says name, kind, neighbours and state", () => {
  const shown = scene(
    [node("a"), node("load", { kind: "job", state: "FAIL" }), node("b")],
    [
      { source: 0, target: 1 },
      { source: 1, target: 2 },
    ],
  );
  expect(sentence(shown, buildGraph(shown), 1)).toBe("load, job, 1 upstream, 1 downstream, failed");
});
