import { expect, test } from "vitest";
import { encode, fakeArrays, fakeHeader, pack, type FakeScene } from "../dev/fake";
import { decodeScene, WireError } from "../src/wire";
import { node } from "./scenes";

const sample: FakeScene = {
  nodes: [
    node("a", { x: 1.5, y: -2, rank: 3, modes: [1], rows: [["id", "int", ""]] }),
    node("b", { kind: "job", state: "FAIL" }),
  ],
  edges: [{ source: 0, target: 1, kind: 4, flags: 6, runs: 7, sourceRow: 0, title: "reads" }],
  modes: [{ name: "kind", title: "Kind", entries: [{ label: "x", token: "cat0", mark: "A", pattern: "dots" }] }],
  palette: { cat0: ["#fff", "#000"] },
  focus: ["a"],
};

test("a scene comes back as it was packed", () => {
  const back = decodeScene(encode(sample));
  expect(back.nodes.id).toEqual(["a", "b"]);
  expect([back.nodes.x[0], back.nodes.y[0], back.nodes.rank[0]]).toEqual([1.5, -2, 3]);
  expect(back.nodes.state[1]).toBe("FAIL");
  expect(back.rows.get(0)).toEqual([["id", "int", ""]]);
  expect([back.edges.kind[0], back.edges.flags[0], back.edges.runs[0]]).toEqual([4, 6, 7]);
  expect([back.edges.sourceRow[0], back.edges.targetRow[0]]).toEqual([0, 0xffffffff]);
  expect(back.modes[0].values).toEqual(Uint8Array.of(1, 255));
  expect(back.palette.get("cat0")).toEqual(["#fff", "#000"]);
  expect(back.index.get("b")).toBe(1);
});

test("bytes that do not start on a multiple of four are read all the same", () => {
  const bytes = encode(sample);
  const shifted = new Uint8Array(bytes.length + 1);
  shifted.set(bytes, 1);
  const back = decodeScene(new DataView(shifted.buffer, 1));
  expect(back.nodes.x[0]).toBe(1.5);
});

test("names that are properties of objects are ordinary names", () => {
  const names = ["__proto__", "constructor", "toString"];
  const back = decodeScene(encode({ nodes: names.map((name) => node(name)), edges: [] }));
  expect(names.map((name) => back.index.get(name))).toEqual([0, 1, 2]);
  expect(back.index.get("hasOwnProperty")).toBeUndefined();
});

test("characters that reorder text are made visible in labels, and kept in ids", () => {
  const back = decodeScene(encode({ nodes: [node("a\u202eb")], edges: [] }));
  expect(back.nodes.label[0]).toBe("a\\u202eb");
  expect(back.nodes.id[0]).toBe("a\u202eb");
});

const header = fakeHeader(sample);
const arrays = fakeArrays(sample);
const without = (name: string) => Object.fromEntries(Object.entries(arrays).filter(([key]) => key !== name));

test.each<[string, () => Uint8Array]>([
  ["nothing", () => new Uint8Array(0)],
  ["three bytes", () => Uint8Array.of(76, 88, 83)],
  ["another magic", () => encode(sample).fill(65, 0, 1)],
  ["a header longer than the data", () => new Uint8Array([76, 88, 83, 49, 255, 255, 0, 0])],
  ["a header that is not JSON", () => encode(sample).fill(65, 8, 12)],
  ["another version", () => pack({ ...header, version: 1 }, arrays)],
  ["no arrays", () => pack(header, {})],
  ["a missing array", () => pack(header, without("rank"))],
  ["an array of another type", () => pack(header, { ...arrays, x: Uint32Array.of(1, 2) })],
  ["an array of another length", () => pack(header, { ...arrays, x: Float32Array.of(1) })],
  ["an edge to no node", () => pack(header, { ...arrays, target: Uint32Array.of(2) })],
  ["no curves", () => pack(header, { ...arrays, curves: new Uint8Array(0) })],
  ["curves that end in the middle of a number", () => pack(header, { ...arrays, curves: Uint8Array.of(128) })],
  ["a number of more bits than there are", () => pack(header, { ...arrays, curves: Uint8Array.of(255, 255, 255, 255, 255, 1) })],
  ["curves cut short", () => pack(header, { ...arrays, curves: Uint8Array.of(8, 1, 1) })],
  ["points that are no chain of curves", () => pack(header, { ...arrays, curves: Uint8Array.of(7, 0, 0, 0, 0, 0, 0) })],
  ["a time that is not there", () => pack(header, { ...arrays, times: new Float64Array(0) })],
  ["a kind that is not there", () => pack(header, { ...arrays, kind: Uint32Array.of(0, 9) })],
  ["rows of no node", () => pack({ ...header, rows: { 9: [] } }, arrays)],
  ["names of another length", () => pack({ ...header, nodes: { ...(header["nodes"] as object), name: [] } }, arrays)],
  ["bytes cut short", () => encode(sample).slice(0, -8)],
])("%s is refused with words, not with a crash", (_, bytes) => {
  expect(() => decodeScene(bytes())).toThrow(WireError);
});
