// What a colour mode says of lines, drawn over them: a stroke of its own, and a mark for each.
// `view/svg_crossings.py` draws the same.

import { middle } from "./bezier";
import { DIM, drift, tracePath, type Frame } from "./canvas";
import { glyphPath } from "./glyphs";
import { chain } from "./hit";
import { colouring, mixture, tokenColour } from "./paint";
import { counted, plain } from "./plain";
import type { Mode, Scene } from "./wire";

export interface Line {
  readonly entry: number;
  readonly words: string;
  /** False where it only may be so: drawn pale and without a mark. */
  readonly sure: boolean;
  /** Whether all that flows is masked; null where that is not told. */
  readonly masked: boolean | null;
  /** How many a line between groups stands for. */
  readonly count: number;
}

/** The lines of a mode by edge; what fits no edge or no entry is passed over. */
export function readLines(value: unknown, edges: number, entries: number): ReadonlyMap<number, Line> {
  const found = new Map<number, Line>();
  if (typeof value !== "object" || value === null) return found;
  for (const [key, line] of Object.entries(value)) {
    if (!Array.isArray(line)) continue;
    const [edge, entry, words] = [Number(key), Number(line[0]), line[1] as unknown];
    if (!(edge >= 0 && edge < edges && entry >= 0 && entry < entries)) continue;
    const masked = typeof line[3] === "boolean" ? line[3] : null;
    found.set(edge, { entry, words: typeof words === "string" ? plain(words) : "", sure: line[2] === true, masked, count: Number(line[4]) || 1 });
  }
  return found;
}

export interface Stroke {
  readonly width: number;
  readonly dash: readonly number[];
}

const STROKES: Readonly<Record<string, Stroke>> = {
  failed: { width: 3, dash: [] },
  unknown: { width: 2, dash: [7, 4] },
  complete: { width: 2, dash: [] },
};
const OTHER: Stroke = { width: 2.5, dash: [9, 3, 2, 3] };
const POSSIBLE: Stroke = { width: 1.2, dash: [2, 4] };

/** Colours are told apart by their strokes as well. */
export const strokeOf = (token: string, sure: boolean): Stroke => (sure ? (STROKES[token] ?? OTHER) : POSSIBLE);

/** A line as it is drawn. */
export interface LineLook extends Stroke {
  readonly colour: string;
  readonly mark: string;
  readonly locked: boolean;
}

/** How the lines of a mode look, by edge. */
export function linesOf(scene: Scene, mode: Mode | null, dark: boolean): ReadonlyMap<number, LineLook> {
  const looks = new Map<number, LineLook>();
  for (const [edge, { entry, sure, masked, count }] of mode?.lines ?? []) {
    const it = mode?.entries[entry];
    const colour = it ? tokenColour(scene, it.token, dark) : null;
    if (!it || !colour) continue;
    const mark = sure ? `${it.mark}${count > 1 ? counted(count) : ""}` : "";
    looks.set(edge, { ...strokeOf(it.token, sure), colour, mark, locked: sure && masked === true });
  }
  return looks;
}

/** All that a mode says of how nodes and lines look. */
export const looksOf = (scene: Scene, mode: Mode | null, dark: boolean) => ({
  colouring: colouring(scene, mode, dark),
  mixture: mixture(scene, mode, dark),
  lines: linesOf(scene, mode, dark),
});

/** 0.4 where the line stands back: for what is lit, faded by the legend, or not seen at the time chosen. */
function strength({ scene, lit, faded, edge, faintEdges }: Frame, e: number): number {
  if (faintEdges?.[e]) return DIM;
  if (e === edge) return 1;
  if (lit) return lit.edges[e] ? 1 : DIM;
  return faded && faded[scene.edges.source[e]] && faded[scene.edges.target[e]] ? DIM : 1;
}

export function drawCrossings(context: CanvasRenderingContext2D, frame: Frame): void {
  const { lines, camera, scene } = frame;
  if (lines.size === 0) return;
  const scale = Math.min(1, Math.max(0.6, camera.k)) / camera.k;
  for (const [e, { colour, width, dash }] of lines) {
    context.globalAlpha = strength(frame, e) * (width < 2 ? 0.8 : 1);
    context.strokeStyle = colour;
    context.lineWidth = width * scale;
    context.setLineDash(dash.map((d) => d / Math.min(1, camera.k)));
    context.beginPath();
    tracePath(context, frame, e, camera.k >= 0.3);
    context.stroke();
  }
  context.setLineDash([]);
  if (camera.k < 0.3) return;
  for (const [e, look] of lines) {
    const c = chain(scene, e);
    if (c.from === c.to || !look.mark) continue;
    const [sx, sy, tx, ty] = drift(frame, e);
    const [x, y] = middle(c);
    context.save();
    context.globalAlpha = 1;
    context.translate(x + (sx + tx) / 2, y + (sy + ty) / 2);
    context.scale(Math.max(1, 0.6 / camera.k), Math.max(1, 0.6 / camera.k));
    disc(context, frame, strength(frame, e), look);
    context.restore();
  }
}

function disc(context: CanvasRenderingContext2D, { theme }: Frame, alpha: number, { colour, mark, locked }: LineLook): void {
  context.font = `700 11px ${theme.font}`;
  const half = Math.max(8.5, context.measureText(mark).width / 2 + 4.5);
  context.fillStyle = theme.ground;
  context.beginPath();
  context.roundRect(-half, -8.5, 2 * half, 17, 8.5);
  context.fill();
  context.globalAlpha = alpha;
  context.strokeStyle = context.fillStyle = colour;
  context.lineWidth = 1.5;
  context.stroke();
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(mark, 0, 0.5);
  if (!locked) return;
  context.fillStyle = theme.ground;
  context.beginPath();
  context.arc(half + 9.5, 0, 8, 0, 7);
  context.fill();
  context.strokeStyle = theme.muted;
  context.lineWidth = 1.2;
  context.translate(half + 3.5, -6);
  context.stroke(glyphPath("lock"));
}
