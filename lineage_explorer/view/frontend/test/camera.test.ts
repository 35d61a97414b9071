import { expect, test } from "vitest";
import { centreOn, fit, keepInSight, MAX_ZOOM, reveal, toScreen, toWorld, zoomAt } from "../src/camera";

const size = { width: 1000, height: 500 };
const box = { minX: 0, minY: 0, maxX: 2000, maxY: 400 };

test("screen and world are each other's inverse", () => {
  const camera = { x: 13, y: -7, k: 0.37 };
  const [x, y] = toScreen(camera, ...toWorld(camera, 321, 123));
  expect(x).toBeCloseTo(321);
  expect(y).toBeCloseTo(123);
});

test("what lies under the pointer stays there while zooming", () => {
  const before = { x: 40, y: 60, k: 0.5 };
  const after = zoomAt(before, 200, 100, 1.7);
  expect(after.k).toBeCloseTo(0.85);
  expect(toWorld(after, 200, 100)[0]).toBeCloseTo(toWorld(before, 200, 100)[0]);
});

test("zoom stops at its limits", () => {
  expect(zoomAt({ x: 0, y: 0, k: 3 }, 0, 0, 100).k).toBe(MAX_ZOOM);
});

test("fit shows the whole box in the middle", () => {
  const camera = fit(box, size, 50, 0);
  expect(toScreen(camera, box.minX, 0)[0]).toBeCloseTo(50);
  expect(toScreen(camera, box.maxX, 0)[0]).toBeCloseTo(950);
  expect((toScreen(camera, 0, 0)[1] + toScreen(camera, 0, 400)[1]) / 2).toBeCloseTo(250);
});

test("fit never enlarges", () => {
  expect(fit({ minX: 0, minY: 0, maxX: 10, maxY: 10 }, size, 50, 0).k).toBe(1);
});

test("below its floor fit centres on the focus instead", () => {
  const camera = fit({ ...box, maxX: 10_000 }, size, 50, 0.35, [5000, 200]);
  expect(camera.k).toBe(0.35);
  expect(toScreen(camera, 5000, 0)[0]).toBeCloseTo(500);
});

test("below its floor fit leaves no empty side next to the border", () => {
  const camera = fit({ ...box, maxX: 10_000 }, size, 50, 0.35, [0, 200]);
  expect(toScreen(camera, 0, 0)[0]).toBeCloseTo(50);
});

test("reveal moves only as far as needed", () => {
  const camera = centreOn(500, 250, 1, size);
  expect(reveal(camera, { minX: 100, minY: 100, maxX: 200, maxY: 200 }, size, 20)).toEqual(camera);
  const moved = reveal(camera, { minX: 990, minY: 100, maxX: 1090, maxY: 200 }, size, 20);
  expect(toScreen(moved, 1090, 0)[0]).toBe(980);
  expect(moved.y).toBe(camera.y);
});

test("nobody can pan the picture out of sight", () => {
  const camera = keepInSight({ x: 99_999, y: -99_999, k: 1 }, box, size);
  expect(toScreen(camera, box.minX, 0)[0]).toBeLessThan(size.width);
  expect(toScreen(camera, 0, box.maxY)[1]).toBeGreaterThan(0);
});
