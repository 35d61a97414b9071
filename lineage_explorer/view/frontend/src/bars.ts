// What the strip draws: a bar a run where there is room, else how many began in each few pixels.

import { FAIL, firstFrom, lastOf, STATES, type Log } from "./log";

/** The part of time that the strip shows. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Bar {
  readonly run: number;
  readonly lane: number;
  readonly x: number;
  readonly w: number;
}

export interface Lanes {
  readonly kind: "lanes";
  readonly bars: readonly Bar[];
  readonly lanes: number;
}

export interface Bins {
  readonly kind: "bins";
  readonly size: number;
  readonly count: number;
  /** Runs begun in bin b with state s: at b * STATES.length + s. */
  readonly values: Uint32Array;
  readonly highest: number;
}

export const BIN = 4;
export const MOST_LANES = 9;
const LEAST = 3;

export const xOf = ({ from, to }: Span, width: number, time: number): number =>
  to > from ? ((time - from) / (to - from)) * width : width / 2;

export const timeAt = ({ from, to }: Span, width: number, x: number): number => from + ((to - from) * x) / width;

export function barsOf(log: Log, span: Span, width: number): Lanes | Bins {
  return lanesOf(log, span, width) ?? binsOf(log, span, width);
}

/** Bars in as few lanes as do; null where there would be too many of either. */
export function lanesOf(log: Log, span: Span, width: number): Lanes | null {
  const most = width / 5;
  const bars: Bar[] = [];
  const free: number[] = [];
  const before = firstFrom(log, span.to + (span.to - span.from) / Math.max(1, width));
  for (let run = 0; run < before; run++) {
    if (lastOf(log, run) < span.from) continue;
    if (bars.length > most) return null;
    const left = Math.max(-2, xOf(span, width, log.start[run]));
    const right = Math.min(width + 2, xOf(span, width, lastOf(log, run)));
    const w = Math.max(LEAST, right - left);
    let lane = free.findIndex((end) => end <= left);
    if (lane < 0) lane = free.length;
    if (lane >= MOST_LANES) return null;
    free[lane] = left + w + 1;
    bars.push({ run, lane, x: left, w });
  }
  return { kind: "lanes", bars, lanes: Math.max(1, free.length) };
}

export function binsOf(log: Log, span: Span, width: number): Bins {
  const count = Math.max(1, Math.ceil(width / BIN));
  const values = new Uint32Array(count * STATES.length);
  const total = new Uint32Array(count);
  let highest = 0;
  const last = Math.min(log.count, firstFrom(log, span.to + 1e-6));
  for (let run = firstFrom(log, span.from); run < last; run++) {
    const bin = Math.min(count - 1, Math.floor(xOf(span, width, log.start[run]) / BIN));
    values[bin * STATES.length + log.state[run]]++;
    highest = Math.max(highest, ++total[bin]);
  }
  return { kind: "bins", size: BIN, count, values, highest };
}

/** The run under a place of the strip, -1 for none; of a bin the newest failed one, else the newest. */
export function runAt(
  log: Log,
  span: Span,
  width: number,
  drawn: Lanes | Bins,
  x: number,
  y: number,
  laneHeight: number,
): number {
  if (drawn.kind === "lanes") {
    const lane = Math.floor(y / laneHeight);
    const close = drawn.bars.filter((bar) => bar.x - 3 <= x && x <= bar.x + bar.w + 3);
    const inLane = close.filter((bar) => bar.lane === lane);
    const candidates = inLane.length > 0 ? inLane : close;
    let best = -1;
    let least = Infinity;
    for (const bar of candidates) {
      const away = Math.abs(x - (bar.x + bar.w / 2));
      if (away < least) [best, least] = [bar.run, away];
    }
    return best;
  }
  const bin = Math.floor(x / drawn.size);
  const from = firstFrom(log, timeAt(span, width, bin * drawn.size));
  const to = firstFrom(log, timeAt(span, width, (bin + 1) * drawn.size));
  let best = to > from ? to - 1 : -1;
  for (let run = to - 1; run >= from; run--) {
    if (log.state[run] !== FAIL) continue;
    best = run;
    break;
  }
  return best;
}

/** The span after a zoom about a place, kept inside the whole and not shorter than a few milliseconds. */
export function zoomed(span: Span, whole: Span, about: number, factor: number): Span {
  const length = Math.min(whole.to - whole.from, Math.max(20, (span.to - span.from) / factor));
  const part = (about - span.from) / (span.to - span.from || 1);
  return inside({ from: about - part * length, to: about + (1 - part) * length }, whole);
}

export function moved(span: Span, whole: Span, by: number): Span {
  return inside({ from: span.from + by, to: span.to + by }, whole);
}

function inside(span: Span, whole: Span): Span {
  const length = span.to - span.from;
  const from = Math.max(whole.from, Math.min(span.from, whole.to - length));
  return { from, to: Math.min(whole.to, from + length) };
}
