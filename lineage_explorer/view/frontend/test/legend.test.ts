import { expect, test } from "vitest";
import { MODES, PALETTE } from "../dev/fake";
import { countEntries, fadedBy } from "../src/legend";
import { colouring, safeColour } from "../src/paint";
import { node, scene } from "./scenes";

const shown = scene(
  [
    node("a", { modes: [0] }),
    node("b", { modes: [2] }),
    node("c", { modes: [0] }),
    node("d"),
    node("stub:in:a", { kind: "stub", modes: [0] }),
  ],
  [],
  { modes: MODES.slice(0, 1), palette: PALETTE },
);
const mode = shown.modes[0];

test("the legend counts what is shown, and stubs are no nodes", () => {
  expect(countEntries(shown, mode)).toEqual({ entries: [2, 0, 1], none: 1 });
});

test("counts of all entries and of none add up to the nodes", () => {
  const { entries, none } = countEntries(shown, mode);
  expect(entries.reduce((a, b) => a + b) + none).toBe(4);
});

test("a chosen entry dims all others, those without a colour too", () => {
  expect([...fadedBy(shown, mode, new Set([0]))!]).toEqual([0, 1, 0, 1, 0]);
});

test("a node with several values counts under each, and none of them dims it", () => {
  const several = { ...mode, mix: new Map([[0, [[1, 1]] as const]]) };
  expect(countEntries(shown, several).entries).toEqual([2, 1, 1]);
  expect([...fadedBy(shown, several, new Set([1]))!]).toEqual([0, 1, 1, 1, 1]);
});

test("nothing chosen dims nothing", () => {
  expect(fadedBy(shown, mode, new Set())).toBeNull();
});

test("a node's colour is its entry's in the theme, 255 is none", () => {
  expect(colouring(shown, mode, false)(0).colour).toBe("#0072b2");
  expect(colouring(shown, mode, true)(0).colour).toBe("#56b4e9");
  expect(colouring(shown, mode, true)(3).colour).toBeNull();
});

test.each(["url(https://x)", "red;background:url(x)", "expression(1)", "var(--x)", ""])("%s is no colour", (text) => {
  expect(safeColour(text)).toBeNull();
});
