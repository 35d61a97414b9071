import { expect, test } from "vitest";
import { Ports, END } from "../src/ports";
import { bend, Schema } from "../src/schema";
import { node, scene } from "./scenes";

const columns = (n: number) => Array.from({ length: n }, (_, i): [string, string, string] => [`c${i}`, "int", ""]);
const METRICS = { header: 44, row: 22, finder: 26, rows: 12 };
const HEIGHT = 44 + 26 + 12 * 22;

/** A card of 40 columns and one of 3; a line from column 2, one from column 20. */
function two() {
  const y = (row: number) => (row < 12 ? 44 + 26 + 22 * (row + 0.5) : 22);
  const line = (row: number, into: number) => [208, y(row), 258, y(row), 250, 44 + 22 * (into + 0.5), 300, 44 + 22 * (into + 0.5)];
  return scene(
    [node("long", { h: HEIGHT, rows: columns(40) }), node("short", { x: 300, h: 44 + 66, rows: columns(3) })],
    [
      { source: 0, target: 1, kind: 4, sourceRow: 2, targetRow: 0, points: line(2, 0) },
      { source: 0, target: 1, kind: 4, sourceRow: 20, targetRow: 1, points: line(20, 1) },
    ],
  );
}

test("a row in sight is where the line meets it, a row out of sight is nowhere", () => {
  const it = two();
  const schema = new Schema();
  expect(schema.middle(it, 0, 2)).toBe(METRICS.header + METRICS.finder + 22 * 2.5);
  expect(schema.middle(it, 0, 20)).toBeNull();
  expect(schema.middle(it, 1, 1)).toBe(44 + 33);
});

test("scrolling brings other rows under the same place", () => {
  const it = two();
  const schema = new Schema();
  const y = 44 + 26 + 11;
  expect(schema.at(it, 0, y)).toBe(0);
  schema.set(it, 0, { top: 220 });
  expect(schema.at(it, 0, y)).toBe(10);
  expect([schema.at(it, 0, 30), schema.at(it, 0, 44 + 10)]).toEqual([-1, -1]);
});

test("a search leaves the rows whose name holds it", () => {
  const it = two();
  const schema = new Schema();
  schema.set(it, 0, { find: "3" });
  expect(schema.rows(it, 0)).toEqual([3, 13, 23, ...Array.from({ length: 10 }, (_, i) => 30 + i)]);
  expect(schema.at(it, 0, 44 + 26 + 22 * 2 + 1)).toBe(23);
  expect(schema.middle(it, 0, 2)).toBeNull();
});

test("what is wanted is scrolled to only where none of it is in sight", () => {
  const it = two();
  const schema = new Schema();
  expect(schema.bring(it, 0, [2, 30])).toBe(false);
  expect(schema.bring(it, 0, [30])).toBe(true);
  expect(schema.middle(it, 0, 30)).not.toBeNull();
  expect(schema.bring(it, 1, [2])).toBe(false);
});

test("lines follow their rows exactly, and go to the header while these are out of sight", () => {
  const it = two();
  const schema = new Schema();
  const ports = new Ports(it, schema);
  const starts = () => [0, 1].map((e) => it.edges.points[it.edges.pointStart[e] * 2 + 1]);
  const ends = () => [0, 1].map((e) => it.edges.points[it.edges.pointStart[e + 1] * 2 - 1]);
  const into = ends();
  expect([starts(), ports.outOf(0), ports.outOf(1)]).toEqual([[125, 22], 0, END.source]);
  schema.set(it, 0, { top: 22 * 15 });
  ports.follow(0);
  expect([starts(), ports.outOf(0), ports.outOf(1)]).toEqual([[22, 44 + 26 + 22 * 5.5], END.source, 0]);
  schema.set(it, 0, { top: 0 });
  ports.follow(0);
  expect(starts()).toEqual([125, 22]);
  expect(ends()).toEqual(into);
});

test("bending moves what is level with an end, and half of a line that is all level", () => {
  const curve = Float32Array.from([0, 5, 10, 5, 20, 9, 30, 9]);
  bend(curve, 0, 4, 2, -3);
  expect([...curve].filter((_, i) => i % 2)).toEqual([7, 7, 6, 6]);
  const flat = Float32Array.from([0, 5, 10, 5, 20, 5, 30, 5]);
  bend(flat, 0, 4, 2, 0);
  expect([...flat].filter((_, i) => i % 2)).toEqual([7, 7, 5, 5]);
});
