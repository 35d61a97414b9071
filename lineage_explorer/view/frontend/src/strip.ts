// The strip's drawing: runs as bars or heaps, what is chosen, the axis below.

import { xOf, type Bins, type Lanes, type Span } from "./bars";
import { stateName } from "./glyphs";
import { FAIL, STATES, ABORT, RUNNING, UNKNOWN, type Log } from "./log";
import { fillFor, stateColour, type Theme } from "./paint";
import { ticks } from "./ticks";

export interface Drawing {
  readonly log: Log;
  readonly span: Span;
  readonly bars: Lanes | Bins;
  readonly width: number;
  readonly height: number;
  readonly axis: number;
  readonly theme: Theme;
  /** What is chosen: a window, up to a time, or one run; null is all. */
  readonly window: readonly [number, number] | null;
  readonly until: number | null;
  readonly run: number;
  readonly hover: number | null;
}

/** Stacked from below: failed first, so that one among thousands stands on the ground line. */
const STACK = [FAIL, ABORT, UNKNOWN, RUNNING, 1];
const TOP = 4;
const LEAST_FAILED = 3;

export const laneHeight = (bars: Lanes, height: number): number => Math.min(9, (height - TOP - 2) / bars.lanes);

export function drawStrip(context: CanvasRenderingContext2D, ratio: number, it: Drawing): void {
  const { width, height, axis } = it;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  const room = height - axis;
  drawChosen(context, it, room);
  context.save();
  context.beginPath();
  context.rect(0, 0, width, room);
  context.clip();
  if (it.bars.kind === "lanes") drawLanes(context, it, it.bars, room);
  else drawBins(context, it, it.bars, room);
  context.restore();
  drawHead(context, it, room);
  if (axis > 0) drawAxis(context, it, room);
}

const x = (it: Drawing, time: number) => xOf(it.span, it.width, time);

function drawChosen(context: CanvasRenderingContext2D, it: Drawing, room: number): void {
  const { theme } = it;
  context.strokeStyle = theme.line;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(0, room - 0.5);
  context.lineTo(it.width, room - 0.5);
  context.stroke();
  if (!it.window) return;
  const [from, to] = it.window.map((time) => x(it, time));
  context.globalAlpha = 0.14;
  context.fillStyle = theme.accent;
  context.fillRect(from, 0, Math.max(2, to - from), room);
  context.globalAlpha = 1;
}

/** How strong a bar at this time is drawn: what is not chosen steps back. */
function strength(it: Drawing, run: number, start: number, end: number): number {
  if (it.run >= 0) return run === it.run ? 1 : 0.35;
  if (it.window) return end >= it.window[0] && start <= it.window[1] ? 1 : 0.35;
  return it.until !== null && start > it.until ? 0.35 : 1;
}

function paint(context: CanvasRenderingContext2D, theme: Theme, state: number): string {
  const name = stateName(STATES[state]) ?? "unknown";
  const colour = stateColour(theme, name);
  context.fillStyle = state === UNKNOWN ? fillFor(context, colour, "hatch") : colour;
  context.strokeStyle = colour;
  return colour;
}

function drawLanes(context: CanvasRenderingContext2D, it: Drawing, bars: Lanes, room: number): void {
  const high = laneHeight(bars, room);
  const thick = Math.max(2, high - 2);
  for (const { run, lane, x: left, w } of bars.bars) {
    const state = it.log.state[run];
    const top = room - 2 - (lane + 1) * high;
    context.globalAlpha = strength(it, run, it.log.start[run], it.log.end[run] >= 0 ? it.log.end[run] : Infinity);
    paint(context, it.theme, state);
    if (state === RUNNING) {
      // Open at its end, as its end is not known.
      context.lineWidth = 1.2;
      context.beginPath();
      context.moveTo(left + w + 4, top + 0.6);
      context.lineTo(left + 0.6, top + 0.6);
      context.lineTo(left + 0.6, top + thick - 0.6);
      context.lineTo(left + w + 4, top + thick - 0.6);
      context.stroke();
    } else {
      const half = state === ABORT ? thick / 2 : thick;
      context.beginPath();
      context.roundRect(left, top + thick - half, w, half, Math.min(2, w / 2));
      context.fill();
    }
    if (state === FAIL) drawCross(context, it.theme, left + w / 2, top + thick / 2, Math.min(2.5, w / 2 - 0.5, thick / 2 - 1));
    if (run === it.run) {
      context.globalAlpha = 1;
      context.strokeStyle = it.theme.accent;
      context.lineWidth = 2;
      context.strokeRect(left - 2, top - 2, w + 4, thick + 4);
    }
  }
  context.globalAlpha = 1;
}

function drawCross(context: CanvasRenderingContext2D, theme: Theme, cx: number, cy: number, r: number): void {
  if (r < 1) return;
  context.strokeStyle = theme.ground;
  context.lineWidth = 1.2;
  context.beginPath();
  context.moveTo(cx - r, cy - r);
  context.lineTo(cx + r, cy + r);
  context.moveTo(cx + r, cy - r);
  context.lineTo(cx - r, cy + r);
  context.stroke();
}

function drawBins(context: CanvasRenderingContext2D, it: Drawing, bars: Bins, room: number): void {
  const { size, count, values, highest } = bars;
  const usable = room - TOP - 2;
  // Square roots: a quiet hour beside a busy one is still seen.
  const scale = usable / Math.sqrt(Math.max(1, highest));
  const length = (it.span.to - it.span.from) / Math.max(1, it.width / size);
  for (let b = 0; b < count; b++) {
    const of = (state: number) => values[b * STATES.length + state];
    let total = 0;
    for (let s = 0; s < STATES.length; s++) total += of(s);
    if (total === 0) continue;
    const start = it.span.from + b * length;
    context.globalAlpha = strength(it, -1, start, start + length);
    const high = Math.max(2, Math.sqrt(total) * scale);
    let y = room - 2;
    for (const state of STACK) {
      const n = of(state);
      if (n === 0) continue;
      const part = state === FAIL ? Math.max(LEAST_FAILED, (high * n) / total) : (high * n) / total;
      const inside = Math.min(part, y - (room - 2 - high) || part);
      paint(context, it.theme, state);
      context.fillRect(b * size, y - inside, size - 1, inside);
      y -= inside;
    }
    if (of(FAIL) > 0) {
      // Not colour alone: a failed one has a mark on top.
      paint(context, it.theme, FAIL);
      const top = room - 2 - high;
      context.beginPath();
      context.moveTo(b * size - 0.5, top - 4);
      context.lineTo(b * size + size - 0.5, top - 4);
      context.lineTo(b * size + (size - 1) / 2, top - 0.5);
      context.fill();
    }
  }
  context.globalAlpha = 1;
  if (it.run >= 0) {
    const at = x(it, it.log.start[it.run]);
    context.strokeStyle = it.theme.accent;
    context.lineWidth = 2;
    context.strokeRect(at - 3, 1, 6, room - 3);
  }
}

/** The playhead, the window's handles and the hand's hair line. */
function drawHead(context: CanvasRenderingContext2D, it: Drawing, room: number): void {
  const { theme } = it;
  context.fillStyle = context.strokeStyle = theme.accent;
  if (it.hover !== null) {
    context.globalAlpha = 0.5;
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(it.hover, 0);
    context.lineTo(it.hover, room);
    context.stroke();
    context.globalAlpha = 1;
  }
  context.lineWidth = 2;
  if (it.window) {
    for (const time of it.window) {
      const at = x(it, time);
      context.fillRect(at - 1, 0, 2, room);
      context.beginPath();
      context.roundRect(at - 3, room / 2 - 7, 6, 14, 3);
      context.fill();
    }
  } else if (it.until !== null) {
    const at = x(it, it.until);
    context.fillRect(at - 1, 0, 2, room);
    context.beginPath();
    context.moveTo(at - 5, 0);
    context.lineTo(at + 5, 0);
    context.lineTo(at, 6);
    context.fill();
  }
}

function drawAxis(context: CanvasRenderingContext2D, it: Drawing, room: number): void {
  const { theme, span, width } = it;
  context.font = `10px ${theme.font}`;
  context.textBaseline = "middle";
  context.fillStyle = theme.muted;
  context.strokeStyle = theme.line;
  context.lineWidth = 1;
  for (const { time, label } of ticks(span.from, span.to, width)) {
    const at = Math.round(x(it, time)) + 0.5;
    context.beginPath();
    context.moveTo(at, room);
    context.lineTo(at, room + 3);
    context.stroke();
    const wide = context.measureText(label).width;
    context.fillText(label, Math.max(0, Math.min(width - wide, at - wide / 2)), room + it.axis / 2 + 1);
  }
}
