import { describe, expect, test } from "vitest";

import { absenceOf, aloneOf, onSide, readCompare } from "../src/compare";
import { Flag, type Scene } from "../src/wire";
import { node, scene } from "./scenes";

const TOLD = {
  captions: { "0": "1 column dropped", "9": "no such node" },
  marks: { "1": 2, x: 3 },
  marked: "where they part",
  alone: { "0": "before", "1": "after" },
  states: { before: ["COMPLETE", "", "FAIL"], after: ["", "FAIL", "COMPLETE"] },
  unchanged: 4,
  about: ["Monday", "Tues\u202eday"],
  changes: 7,
};

function compared(): Scene {
  const made = scene(
    [node("a", { kind: "job", state: "" }), node("b", { kind: "job", state: "FAIL" }), node("c", { state: "COMPLETE" })],
    [
      { source: 0, target: 2, flags: Flag.before },
      { source: 1, target: 2, flags: Flag.after | Flag.back },
      { source: 2, target: 1 },
    ],
  );
  return { ...made, compare: readCompare(TOLD, 3) };
}

describe("what is told of two sides", () => {
  test("is read node by node; what fits no node is passed over", () => {
    const compare = readCompare(TOLD, 3);
    expect([...(compare?.captions ?? [])]).toEqual([[0, "1 column dropped"]]);
    expect([...(compare?.marks ?? [])]).toEqual([[1, 2]]);
    expect(compare?.changes).toBe(7);
  });

  test("is text, also where it would reorder itself", () => {
    expect(readCompare(TOLD, 3)?.about[1]).toBe("Tues\\u202eday");
  });

  test("is nothing in other scenes", () => {
    expect(readCompare(undefined, 3)).toBeNull();
    expect(scene([node("a")], []).compare).toBeNull();
  });
});

describe("a side", () => {
  test("lacks the nodes and edges of the other alone", () => {
    const { absent, absentEdges } = absenceOf(compared(), "after");
    expect([...(absent ?? [])]).toEqual([1, 0, 0]);
    expect([...(absentEdges ?? [])]).toEqual([1, 0, 0]);
    expect([...(absenceOf(compared(), "before").absent ?? [])]).toEqual([0, 1, 0]);
  });

  test("is no side where both are shown", () => {
    expect(absenceOf(compared(), "both")).toEqual({ absent: null, absentEdges: null });
  });

  test("has its own states, both have the later ones, and nothing moves", () => {
    const made = compared();
    expect(onSide(made, "before").nodes.state).toEqual(["COMPLETE", "", "FAIL"]);
    expect(onSide(made, "both").nodes.state).toEqual(["", "FAIL", "COMPLETE"]);
    expect(onSide(made, "before").nodes.x).toBe(made.nodes.x);
  });

  test("has captions under its cards", () => {
    expect(onSide(compared(), "both").nodes.caption).toEqual(["1 column dropped", "", ""]);
  });
});

test("other flags of an edge say nothing of sides", () => {
  expect(aloneOf(Flag.back | Flag.masked | Flag.aside)).toBe("both");
  expect(aloneOf(Flag.back | Flag.after)).toBe("after");
});
