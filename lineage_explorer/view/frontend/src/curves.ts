// Curves of the edges from a few bytes each: the other end of `curves.py`.

import { fail } from "./bytes";

/** Steps a pixel, and how far a control lies from its knot, as a share of the way across. */
const STEP = 16;
const EASE = 0.5;

interface Places {
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly w: Float32Array;
}

export interface Curves {
  /** Chains of cubic Béziers: a point, then two controls and a point for each piece. */
  readonly points: Float32Array;
  /** Where the points of each edge begin. */
  readonly pointStart: Uint32Array;
}

export function unpackCurves(bytes: Uint8Array, nodes: Places, source: Uint32Array, target: Uint32Array): Curves {
  const numbers = numbersOf(bytes);
  const count = source.length;
  const pointStart = pointsOf(numbers, count);
  const points = new Float32Array(2 * pointStart[count]);
  const steps = (place: number) => Math.floor(place * STEP + 0.5);
  let at = 0;
  for (let e = 0; e < count; e++) {
    const sent = numbers[at] >>> 1;
    const whole = (numbers[at++] & 1) === 1;
    let to = 2 * pointStart[e];
    let x = steps(nodes.x[source[e]] + nodes.w[source[e]]);
    let y = steps(nodes.y[source[e]]);
    for (let p = 0; p < sent; p++) {
      const [beforeX, beforeY] = [x, y];
      if (p === sent - 1) [x, y] = [steps(nodes.x[target[e]]), steps(nodes.y[target[e]])];
      x += signed(numbers[at++]);
      y += signed(numbers[at++]);
      if (!whole && p > 0) {
        const reach = ((x - beforeX) * EASE) / STEP;
        points[to++] = beforeX / STEP + reach;
        points[to++] = beforeY / STEP;
        points[to++] = x / STEP - reach;
        points[to++] = y / STEP;
      }
      points[to++] = x / STEP;
      points[to++] = y / STEP;
    }
  }
  return { points, pointStart };
}

/** Where the points of each edge begin, once its curve is drawn out. */
function pointsOf(numbers: Uint32Array, count: number): Uint32Array {
  const start = new Uint32Array(count + 1);
  let at = 0;
  for (let e = 0; e < count; e++) {
    if (at >= numbers.length) fail(`edge ${e} has no curve`);
    const sent = numbers[at] >>> 1;
    const whole = (numbers[at] & 1) === 1;
    const points = whole || sent === 0 ? sent : 3 * sent - 2;
    if (points !== 0 && points % 3 !== 1) fail(`edge ${e} has ${points} points: not a chain of curves`);
    at += 1 + 2 * sent;
    start[e + 1] = start[e] + points;
  }
  if (at !== numbers.length) fail("the curves are cut short");
  return start;
}

const signed = (number: number): number => (number & 1 ? -(number >>> 1) - 1 : number >>> 1);

/** Seven bits a byte, the lowest first; the highest bit says that another follows. */
function numbersOf(bytes: Uint8Array): Uint32Array {
  let count = 0;
  for (const byte of bytes) if (byte < 0x80) count++;
  if (bytes.length > 0 && bytes[bytes.length - 1] >= 0x80) fail("the curves end in the middle of a number");
  const numbers = new Uint32Array(count);
  let value = 0;
  let shift = 0;
  let at = 0;
  for (const byte of bytes) {
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) {
      numbers[at++] = value;
      value = shift = 0;
    } else {
      shift += 7;
      if (shift > 28) fail("a curve has a number that is too large");
    }
  }
  return numbers;
}
