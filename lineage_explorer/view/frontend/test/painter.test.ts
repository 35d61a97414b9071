import { expect, test } from "vitest";
import type { Frame } from "../src/canvas";
import { onlyMoved } from "../src/painter";

const frame = {
  scene: {},
  lit: null,
  camera: { x: 0, y: 0, k: 0.4 },
  size: { width: 800, height: 400 },
} as unknown as Frame;

test("a painting stands for another while only the camera moves", () => {
  expect(onlyMoved(frame, { ...frame, camera: { x: 90, y: -4, k: 0.5 } })).toBe(true);
});

test("a painting does not stand for one in which nodes are drawn in another way", () => {
  expect(onlyMoved(frame, { ...frame, camera: { x: 0, y: 0, k: 0.7 } })).toBe(false);
});

test("a painting does not stand for one with something else lit, or of another size", () => {
  expect(onlyMoved(frame, { ...frame, lit: {} as Frame["lit"] })).toBe(false);
  expect(onlyMoved(frame, { ...frame, size: { width: 801, height: 400 } })).toBe(false);
});
