import { expect, test } from "vitest";
import { arrival, at, bounds, distance, middle } from "../src/bezier";
import { extent, Hits } from "../src/hit";
import { anchorOf, DURATION, left, movesBetween } from "../src/motion";
import { node, scene } from "./scenes";

const line = { points: Float32Array.of(0, 0, 50, 0, 50, 100, 100, 100), from: 0, to: 4 };

test("a point on the curve is at no distance, one beside it at its own", () => {
  const [x, y] = at(line.points, 0, 0.5);
  expect(distance(line, x, y)).toBeLessThan(0.5);
  expect(distance(line, -3, 0)).toBeCloseTo(3);
});

test("the box holds every point of the curve", () => {
  const box = bounds(line);
  for (let t = 0; t <= 1; t += 0.05) {
    const [x, y] = at(line.points, 0, t);
    expect(x >= box.minX && x <= box.maxX && y >= box.minY && y <= box.maxY).toBe(true);
  }
});

test("the head points the way the curve arrives, even where the last handle lies on the end", () => {
  expect(arrival(line)).toEqual([1, 0]);
  expect(arrival({ points: Float32Array.of(0, 0, 0, 0, 0, 8, 0, 8), from: 0, to: 4 })).toEqual([0, 1]);
});

test("a mark sits on the curve", () => {
  expect(middle(line)).toEqual([50, 50]);
  const two = Float32Array.of(0, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 9);
  expect(middle({ points: two, from: 0, to: 7 })).toEqual([3, 0]);
});

const cards = scene(
  [
    node("a", {
      rows: [
        ["id", "", ""],
        ["mail", "", ""],
      ],
      h: 88,
    }),
    node("b", { x: 400 }),
  ],
  [{ source: 0, target: 1 }],
);
const hits = new Hits(cards);

test("a hit is the node under the pointer, near ones within the slack only", () => {
  expect(hits.node(100, 20, 0)).toBe(0);
  expect(hits.node(395, 20, 2)).toBe(-1);
  expect(hits.node(395, 20, 8)).toBe(1);
});

test("rows are hit on their own heights", () => {
  expect([43, 44, 65, 66, 87, 88].map((y) => hits.row(0, y))).toEqual([-1, 0, 0, 1, 1, -1]);
  expect(hits.row(1, 60)).toBe(-1);
});

test("an edge is hit near its curve, not in its whole box", () => {
  expect(hits.edge(210, 22, 6)).toBe(0);
  expect(hits.edge(304, 90, 6)).toBe(-1);
});

test("the extent holds nodes and edges", () => {
  const round = scene(
    [node("a"), node("b", { x: 400 })],
    [{ source: 1, target: 0, points: [608, 22, 700, 22, 700, -90, 300, -90, -80, -90, -80, 22, 0, 22] }],
  );
  expect(extent(round)).toMatchObject({ minX: -80, minY: -90, maxX: 700 });
});

test("an empty scene has an extent and no hits", () => {
  const empty = scene([], []);
  expect(extent(empty).maxX).toBeGreaterThan(0);
  expect(new Hits(empty).node(0, 0, 5)).toBe(-1);
  expect(new Hits(empty).edge(0, 0, 5)).toBe(-1);
});

const before = scene([node("a", { x: 10 }), node("b", { x: 300 })], []);
const after = scene([node("b", { x: 500, y: 40 }), node("c")], [], { focus: ["c"] });

test("what stays moves from where it was, what is new is marked new", () => {
  const moves = movesBetween(before, after, 0)!;
  expect([moves.dx[0], moves.dy[0]]).toEqual([-200, -40]);
  expect([...moves.fresh]).toEqual([0, 1]);
});

test("the same scene again moves nothing", () => {
  expect(movesBetween(before, before, 0)).toBeNull();
});

test("a move begins whole and ends with nothing left", () => {
  expect(left(0, 0)).toBe(1);
  expect(left(0, DURATION)).toBe(0);
  expect(left(0, DURATION / 2)).toBeLessThan(0.5);
});

test("the node last touched stands still, else the focus, else what is nearest", () => {
  expect(anchorOf(before, after, "b", 0, 0)).toBe("b");
  expect(anchorOf(before, after, "gone", 0, 0)).toBe("b");
  expect(anchorOf(before, scene([node("z")], []), "a", 0, 0)).toBeNull();
});
