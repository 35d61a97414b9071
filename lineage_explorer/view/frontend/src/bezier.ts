// Curves of the edges: a chain of cubic Béziers, p0 c1 c2 p1 c1 c2 p2 …, two floats a point.

import type { Box } from "./camera";

export interface Chain {
  readonly points: Float32Array;
  /** First and last point, counted in points. */
  readonly from: number;
  readonly to: number;
}

export function at(p: Float32Array, first: number, t: number): [number, number] {
  const i = first * 2;
  const u = 1 - t;
  const a = u * u * u;
  const b = 3 * u * u * t;
  const c = 3 * u * t * t;
  const d = t * t * t;
  return [
    a * p[i] + b * p[i + 2] + c * p[i + 4] + d * p[i + 6],
    a * p[i + 1] + b * p[i + 3] + c * p[i + 5] + d * p[i + 7],
  ];
}

/** The box of all points, control points too: never smaller than the curve. */
export function bounds({ points, from, to }: Chain): Box {
  let minX = Infinity;
  let minY = Infinity;
  let maxX = -Infinity;
  let maxY = -Infinity;
  for (let i = from * 2; i < to * 2; i += 2) {
    minX = Math.min(minX, points[i]);
    maxX = Math.max(maxX, points[i]);
    minY = Math.min(minY, points[i + 1]);
    maxY = Math.max(maxY, points[i + 1]);
  }
  return from === to ? { minX: 0, minY: 0, maxX: 0, maxY: 0 } : { minX, minY, maxX, maxY };
}

function toSegment(x: number, y: number, ax: number, ay: number, bx: number, by: number): number {
  const dx = bx - ax;
  const dy = by - ay;
  const length = dx * dx + dy * dy;
  const t = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / length));
  return Math.hypot(x - ax - t * dx, y - ay - t * dy);
}

/** How far a point is from the curve, with each piece taken as 16 short lines. */
export function distance({ points, from, to }: Chain, x: number, y: number): number {
  let least = Infinity;
  for (let p = from; p + 3 < to; p += 3) {
    let [ax, ay] = at(points, p, 0);
    for (let s = 1; s <= 16; s++) {
      const [bx, by] = at(points, p, s / 16);
      least = Math.min(least, toSegment(x, y, ax, ay, bx, by));
      [ax, ay] = [bx, by];
    }
  }
  return least;
}

/** The middle of the middle piece: where a mark sits. */
export function middle({ points, from, to }: Chain): [number, number] {
  const pieces = Math.floor((to - from - 1) / 3);
  const whole = Math.floor(pieces / 2);
  if (pieces % 2 === 1) return at(points, from + whole * 3, 0.5);
  const i = (from + whole * 3) * 2;
  return [points[i], points[i + 1]];
}

/** The direction in which the curve arrives at its end, as a unit vector. */
export function arrival({ points, to }: Chain): [number, number] {
  const ex = points[(to - 1) * 2];
  const ey = points[(to - 1) * 2 + 1];
  for (let back = 2; back <= 4; back++) {
    const dx = ex - points[(to - back) * 2];
    const dy = ey - points[(to - back) * 2 + 1];
    const length = Math.hypot(dx, dy);
    if (length > 0.01) return [dx / length, dy / length];
  }
  return [1, 0];
}
