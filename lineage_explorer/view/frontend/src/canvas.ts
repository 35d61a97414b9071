// Everything drawn on the canvas: all edges, and the nodes too far away to be cards.

import { arrival, middle } from "./bezier";
import { visible, type Camera, type Size } from "./camera";
import { drawFarNodes } from "./far";
import { glyphPath, type Glyph } from "./glyphs";
import type { Lit } from "./graph";
import { chain, type Hits } from "./hit";
import type { Moves } from "./motion";
import type { Colouring, Theme } from "./paint";
import { Basis, Flag, Kind, type Scene } from "./wire";

export interface Frame {
  readonly scene: Scene;
  readonly hits: Hits;
  readonly camera: Camera;
  readonly size: Size;
  readonly ratio: number;
  readonly theme: Theme;
  readonly colouring: (node: number) => Colouring;
  /** Nodes drawn as HTML cards: left out here. */
  readonly near: ReadonlySet<number>;
  readonly lit: Lit | null;
  /** 1 for nodes the legend dims. */
  readonly faded: Uint8Array | null;
  readonly selected: ReadonlySet<number>;
  readonly active: number;
  readonly edge: number;
  readonly moves: Moves | null;
  /** How much of the way is left in `moves`, 1 to 0. */
  readonly left: number;
}

export const DIM = 0.4;

export function draw(context: CanvasRenderingContext2D, frame: Frame): void {
  const { camera, size, ratio } = frame;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, Math.ceil(size.width * ratio), Math.ceil(size.height * ratio));
  context.setTransform(ratio * camera.k, 0, 0, ratio * camera.k, ratio * camera.x, ratio * camera.y);
  drawEdges(context, frame);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  drawFarNodes(context, frame);
  context.globalAlpha = 1;
}

interface Stroke {
  readonly colour: string;
  readonly width: number;
  readonly alpha: number;
  readonly dash: readonly number[];
  readonly edges: number[];
}

type Strength = "dim" | "plain" | "lit";

function strengthOf(frame: Frame, e: number): Strength {
  const { scene, lit, faded, edge } = frame;
  if (e === edge) return "lit";
  if (lit) return lit.edges[e] ? "lit" : "dim";
  if (faded && (faded[scene.edges.source[e]] || faded[scene.edges.target[e]])) return "dim";
  return "plain";
}

/** Lines that look alike are stroked together; the lit ones come last, on top. */
function drawEdges(context: CanvasRenderingContext2D, frame: Frame): void {
  const { scene, camera, size, moves } = frame;
  const { count, kind, basis, flags } = scene.edges;
  // While things move, the index knows only where they will be.
  const inView = moves || count < 400 ? Array.from({ length: count }, (_, e) => e) : frame.hits.edgesIn(visible(camera, size, 8));
  const strokes = new Map<string, Stroke>();
  const marked: number[] = [];
  for (const e of inView) {
    const strength = strengthOf(frame, e);
    const thin = basis[e] === Basis.implied || kind[e] === Kind.stub;
    const dash = kind[e] === Kind.handsOver ? "dash" : flags[e] & Flag.indirect ? "dot" : "";
    const key = `${strength === "lit" ? 2 : strength === "plain" ? 1 : 0} ${thin ? 1 : 0} ${dash}`;
    let stroke = strokes.get(key);
    if (!stroke) strokes.set(key, (stroke = strokeOf(frame, strength, thin, dash)));
    stroke.edges.push(e);
    if (flags[e] & (Flag.back | Flag.masked)) marked.push(e);
  }
  const heads = camera.k >= 0.3;
  context.lineCap = "butt";
  context.lineJoin = "round";
  for (const key of [...strokes.keys()].sort()) {
    const stroke = strokes.get(key)!;
    context.globalAlpha = stroke.alpha;
    context.strokeStyle = context.fillStyle = stroke.colour;
    context.lineWidth = stroke.width / camera.k;
    context.setLineDash(stroke.dash.map((d) => d / Math.min(1, camera.k)));
    context.beginPath();
    for (const e of stroke.edges) tracePath(context, frame, e, heads);
    context.stroke();
    if (!heads) continue;
    context.setLineDash([]);
    context.beginPath();
    for (const e of stroke.edges) traceHead(context, frame, e, stroke.width > 2 ? 4 : 3.25);
    context.fill();
  }
  context.setLineDash([]);
  if (camera.k >= 0.5) for (const e of marked) drawMarks(context, frame, e);
}

function strokeOf(frame: Frame, strength: Strength, thin: boolean, dash: string): Stroke {
  const { theme, camera } = frame;
  const scale = Math.min(1, Math.max(0.6, camera.k));
  const width = (strength === "lit" ? 2.5 : thin ? 1 : 1.5) * scale;
  return {
    colour: strength === "lit" ? theme.accent : theme.edge,
    width,
    alpha: (strength === "dim" ? DIM : 1) * (thin && strength !== "lit" ? 0.6 : 1),
    dash: dash === "dash" ? [6, 4] : dash === "dot" ? [1.5, 3] : [],
    edges: [],
  };
}

/** What is left of the move at an edge's two ends. */
function drift(frame: Frame, e: number): [number, number, number, number] {
  const { moves, left, scene } = frame;
  if (!moves) return [0, 0, 0, 0];
  const s = scene.edges.source[e];
  const t = scene.edges.target[e];
  return [moves.dx[s] * left, moves.dy[s] * left, moves.dx[t] * left, moves.dy[t] * left];
}

const HEAD = 7;

const hasHead = (scene: Scene, e: number) => scene.edges.kind[e] !== Kind.stub;

function tracePath(context: CanvasRenderingContext2D, frame: Frame, e: number, heads: boolean): void {
  const { scene } = frame;
  const { points, from, to } = chain(scene, e);
  if (from === to) return;
  const [sx, sy, tx, ty] = drift(frame, e);
  const last = to - from - 1 || 1;
  // The line ends inside its head, else its square end would show beside the tip.
  const [ax, ay] = heads && hasHead(scene, e) ? arrival({ points, from, to }) : [0, 0];
  const px = (p: number) => points[p * 2] + sx + ((tx - sx) * (p - from)) / last - (p >= to - 2 ? ax * (HEAD - 2) : 0);
  const py = (p: number) => points[p * 2 + 1] + sy + ((ty - sy) * (p - from)) / last - (p >= to - 2 ? ay * (HEAD - 2) : 0);
  context.moveTo(px(from), py(from));
  for (let p = from + 1; p + 2 < to; p += 3) context.bezierCurveTo(px(p), py(p), px(p + 1), py(p + 1), px(p + 2), py(p + 2));
}

function traceHead(context: CanvasRenderingContext2D, frame: Frame, e: number, half: number): void {
  const { scene } = frame;
  const c = chain(scene, e);
  if (c.from === c.to || !hasHead(scene, e)) return;
  const [, , tx, ty] = drift(frame, e);
  const [dx, dy] = arrival(c);
  const x = c.points[(c.to - 1) * 2] + tx;
  const y = c.points[(c.to - 1) * 2 + 1] + ty;
  context.moveTo(x, y);
  context.lineTo(x - dx * HEAD - dy * half, y - dy * HEAD + dx * half);
  context.lineTo(x - dx * HEAD + dy * half, y - dy * HEAD - dx * half);
  context.closePath();
}

/** A loop on a back edge, a lock on a masked one, on a small disc of ground. */
function drawMarks(context: CanvasRenderingContext2D, frame: Frame, e: number): void {
  const { scene, theme } = frame;
  const c = chain(scene, e);
  if (c.from === c.to) return;
  const flags = scene.edges.flags[e];
  const glyphs: Glyph[] = [];
  if (flags & Flag.back) glyphs.push("loop");
  if (flags & Flag.masked) glyphs.push("lock");
  const [sx, sy, tx, ty] = drift(frame, e);
  const [x, y] = middle(c);
  const strength = strengthOf(frame, e);
  glyphs.forEach((glyph, n) => {
    context.save();
    context.translate(x + (sx + tx) / 2 + n * 16, y + (sy + ty) / 2);
    context.globalAlpha = 1;
    context.fillStyle = theme.ground;
    context.beginPath();
    context.arc(0, 0, 8, 0, 7);
    context.fill();
    context.globalAlpha = strength === "dim" ? DIM : 1;
    context.strokeStyle = strength === "lit" ? theme.accent : theme.muted;
    context.lineWidth = 1.2;
    context.translate(-6, -6);
    context.stroke(glyphPath(glyph));
    context.restore();
  });
}
