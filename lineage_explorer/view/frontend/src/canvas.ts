// Everything drawn on the canvas: all edges, and the nodes too far away to be cards.

import { arrival, middle } from "./bezier";
import { visible, type Box, type Camera, type Size } from "./camera";
import { drawCrossings, type LineLook } from "./crossings";
import { drawFarNodes } from "./far";
import { glyphPath, type Glyph } from "./glyphs";
import type { Lit } from "./graph";
import { chain, type Hits } from "./hit";
import type { Moves } from "./motion";
import { PLATE_ZOOM } from "./near";
import type { Colouring, Share, Theme } from "./paint";
import { END, type Ports } from "./ports";
import { Basis, Flag, Kind, type Scene } from "./wire";

export interface Frame {
  readonly scene: Scene;
  readonly hits: Hits;
  readonly camera: Camera;
  readonly size: Size;
  readonly ratio: number;
  readonly theme: Theme;
  readonly colouring: (node: number) => Colouring;
  readonly mixture: (node: number) => readonly Share[];
  /** Which lines end at rows out of sight. */
  readonly ports: Ports;
  /** Nodes drawn as HTML cards: left out here. */
  readonly near: ReadonlySet<number>;
  readonly lit: Lit | null;
  /** 1 for nodes the legend dims. */
  readonly faded: Uint8Array | null;
  readonly selected: ReadonlySet<number>;
  readonly active: number;
  readonly edge: number;
  readonly faint: Uint8Array | null;
  readonly faintEdges: Uint8Array | null;
  readonly ran: Uint8Array | null;
  readonly absent?: Uint8Array | null;
  readonly absentEdges?: Uint8Array | null;
  readonly moves: Moves | null;
  /** What the colour mode says of lines. */
  readonly lines: ReadonlyMap<number, LineLook>;
  /** How much of the way is left in `moves`, 1 to 0. */
  readonly left: number;
  /** How often lines have been bent to follow their rows. */
  readonly bent: number;
}

export const DIM = 0.4;
const HEAD = 7;

/** Make a canvas as large as its place on this screen. */
export function fitCanvas(canvas: HTMLCanvasElement, size: Size, ratio: number): CanvasRenderingContext2D | null {
  const width = Math.round(size.width * ratio);
  const height = Math.round(size.height * ratio);
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  return canvas.getContext("2d");
}

/** Lines stroked together: a path of very many is slow, and too long for one step. */
const TOGETHER = 100;

/** Draw it all, in steps short enough for several to fit into a frame. */
export function* drawing(context: CanvasRenderingContext2D, frame: Frame): Generator<void> {
  const { camera, size, ratio } = frame;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, Math.ceil(size.width * ratio), Math.ceil(size.height * ratio));
  context.setTransform(ratio * camera.k, 0, 0, ratio * camera.k, ratio * camera.x, ratio * camera.y);
  yield* drawEdges(context, frame);
  drawCrossings(context, frame);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  yield* drawFarNodes(context, frame);
  context.globalAlpha = 1;
}

/** Strength in two bits (0 dim, 1 plain, 2 lit), then thin, then dashed, then dotted: a key to stroke by. */
type Style = number;
const LIT = 2;
const THIN = 4;
const DASHED = 8;
const DOTTED = 16;
const SHORTEST = 32;
const ASIDE = 64;
/** Above these bits: how thick a line between groups is. */
const MANY = 128;
/** Above these: only before, only after. */
const GONE = 2048;
const COME = 4096;

function styleOf(frame: Frame, e: number): Style {
  const { scene, lit, faded, edge, faintEdges } = frame;
  const { kind, basis, flags, source, target, runs } = scene.edges;
  let style: Style = 1;
  if (faintEdges?.[e]) style = 0;
  else if (e === edge) style = LIT;
  else if (lit) style = lit.edges[e] ? LIT : 0;
  else if (faded && (faded[source[e]] || faded[target[e]])) style = 0;
  if (basis[e] === Basis.implied || kind[e] === Kind.stub || kind[e] === Kind.group || (kind[e] === Kind.column && style < LIT)) style |= THIN;
  if (kind[e] === Kind.group) style |= MANY * shareOf(runs[e] / mostOf(scene));
  if (flags[e] & Flag.shortest) style |= SHORTEST;
  if (flags[e] & Flag.aside) style |= ASIDE;
  if (flags[e] & Flag.before) style |= GONE | DASHED;
  if (flags[e] & Flag.after) style |= COME;
  if (kind[e] === Kind.handsOver) style |= DASHED;
  else if (flags[e] & Flag.indirect) style |= DOTTED;
  return style;
}

/** In how many steps a line between groups is thicker than the thinnest, by its share of the largest. */
const shareOf = (share: number) => (share > 0.5 ? 4 : share > 0.2 ? 3 : share > 0.08 ? 2 : share > 0.02 ? 1 : 0);

const most = new WeakMap<Scene, number>();

function mostOf(scene: Scene): number {
  let known = most.get(scene);
  if (known === undefined) {
    known = 1;
    for (let e = 0; e < scene.edges.count; e++)
      if (scene.edges.kind[e] === Kind.group) known = Math.max(known, scene.edges.runs[e]);
    most.set(scene, known);
  }
  return known;
}

const strength = (style: Style) => style & 3;

/** Lines that look alike are stroked together; the lit ones come last, on top. */
function* drawEdges(context: CanvasRenderingContext2D, frame: Frame): Generator<void> {
  const { scene, camera, size, moves } = frame;
  const { count, flags, label, kind } = scene.edges;
  // While things move, the index knows only where they will be.
  const inView = moves || count < 400 || !frame.hits.warmed ? null : frame.hits.edgesIn(visible(camera, size, 8));
  const strokes = new Map<Style, number[]>();
  const marked: number[] = [];
  const labelled: number[] = [];
  for (let i = 0, n = inView ? inView.length : count; i < n; i++) {
    const e = inView ? inView[i] : i;
    if (frame.absentEdges?.[e]) continue;
    const style = styleOf(frame, e);
    const list = strokes.get(style);
    if (list) list.push(e);
    else strokes.set(style, [e]);
    if (flags[e] & (Flag.back | Flag.masked) || (kind[e] === Kind.column && frame.ports.outOf(e))) marked.push(e);
    if (label.has(e) && (!(flags[e] & Flag.aside) || frame.lit?.edges[e])) labelled.push(e);
  }
  const heads = camera.k >= 0.3;
  context.lineCap = "butt";
  context.lineJoin = "round";
  const order = [...strokes.keys()].sort((a, b) => strength(a) - strength(b) || a - b);
  yield;
  for (const style of order) {
    const edges = strokes.get(style)!;
    for (let from = 0; from < edges.length; from += TOGETHER) {
      strokeAll(context, frame, style, edges.slice(from, from + TOGETHER), heads);
      yield;
    }
  }
  context.setLineDash([]);
  if (camera.k >= 0.5) drawAllMarks(context, frame, marked);
  if (!moves && camera.k >= PLATE_ZOOM) drawLabels(context, frame, labelled);
}

function strokeAll(
  context: CanvasRenderingContext2D,
  frame: Frame,
  style: Style,
  edges: readonly number[],
  heads: boolean,
): void {
  const { theme, camera } = frame;
  const bright = strength(style) === LIT;
  const thin = (style & THIN) !== 0;
  const shortest = (style & SHORTEST) !== 0;
  const more = 0.6 * (Math.floor(style / MANY) % 16);
  const width = ((bright || shortest ? 2.5 : thin ? 1 : 1.5) + more) * Math.min(1, Math.max(0.6, camera.k));
  const dash = style & DASHED ? [6, 4] : style & DOTTED ? [1.5, 3] : [];
  const faint = style & ASIDE ? 0.3 : thin ? 0.6 : 1;
  context.globalAlpha = (strength(style) === 0 ? DIM : 1) * (bright ? 1 : faint);
  const own = style & GONE ? theme.failed : style & COME ? theme.complete : theme.edge;
  context.strokeStyle = context.fillStyle = bright || shortest ? theme.accent : own;
  context.lineWidth = width / camera.k;
  context.setLineDash(dash.map((d) => d / Math.min(1, camera.k)));
  context.beginPath();
  for (const e of edges) tracePath(context, frame, e, heads);
  context.stroke();
  if (!heads) return;
  context.setLineDash([]);
  context.beginPath();
  for (const e of edges) {
    traceHead(context, frame, e, (bright || shortest ? 4 : 3.25) + more / 2);
    if (frame.scene.edges.flags[e] & Flag.both) traceTail(context, frame, e, 3.25 + more / 2);
  }
  context.fill();
}

const arrivals = new WeakMap<Scene, Float32Array>();

/** Lines have been bent: they may arrive from elsewhere. */
export function forgetArrivals(scene: Scene): void {
  arrivals.delete(scene);
}

/** The direction in which each edge arrives, worked out once a scene. */
function arrivalsOf(scene: Scene): Float32Array {
  let list = arrivals.get(scene);
  if (list) return list;
  list = new Float32Array(scene.edges.count * 2);
  for (let e = 0; e < scene.edges.count; e++) {
    const c = chain(scene, e);
    if (c.from !== c.to && scene.edges.kind[e] !== Kind.stub) list.set(arrival(c), e * 2);
  }
  arrivals.set(scene, list);
  return list;
}

export function tracePath(context: CanvasRenderingContext2D, frame: Frame, e: number, heads: boolean): void {
  const { scene, moves } = frame;
  const { points, pointStart } = scene.edges;
  const from = pointStart[e] * 2;
  const to = pointStart[e + 1] * 2;
  if (from === to) return;
  // The line ends inside its head, else its square end would show beside the tip.
  const towards = arrivalsOf(scene);
  const backX = heads ? towards[e * 2] * (HEAD - 2) : 0;
  const backY = heads ? towards[e * 2 + 1] * (HEAD - 2) : 0;
  if (moves) return traceMoving(context, frame, e, backX, backY);
  context.moveTo(points[from], points[from + 1]);
  let p = from + 2;
  for (; p + 6 < to; p += 6)
    context.bezierCurveTo(points[p], points[p + 1], points[p + 2], points[p + 3], points[p + 4], points[p + 5]);
  if (p + 5 < to)
    context.bezierCurveTo(
      points[p],
      points[p + 1],
      points[p + 2] - backX,
      points[p + 3] - backY,
      points[p + 4] - backX,
      points[p + 5] - backY,
    );
}

/** Both ends go with their nodes, what lies between in proportion. */
function traceMoving(context: CanvasRenderingContext2D, frame: Frame, e: number, backX: number, backY: number): void {
  const { points, from, to } = chain(frame.scene, e);
  const [sx, sy, tx, ty] = drift(frame, e);
  const last = to - from - 1 || 1;
  const px = (p: number) => points[p * 2] + sx + ((tx - sx) * (p - from)) / last - (p >= to - 2 ? backX : 0);
  const py = (p: number) => points[p * 2 + 1] + sy + ((ty - sy) * (p - from)) / last - (p >= to - 2 ? backY : 0);
  context.moveTo(px(from), py(from));
  for (let p = from + 1; p + 2 < to; p += 3)
    context.bezierCurveTo(px(p), py(p), px(p + 1), py(p + 1), px(p + 2), py(p + 2));
}

/** What is left of the move at an edge's two ends. */
export function drift(frame: Frame, e: number): [number, number, number, number] {
  const { moves, left, scene } = frame;
  if (!moves) return [0, 0, 0, 0];
  const s = scene.edges.source[e];
  const t = scene.edges.target[e];
  return [moves.dx[s] * left, moves.dy[s] * left, moves.dx[t] * left, moves.dy[t] * left];
}

function traceHead(context: CanvasRenderingContext2D, frame: Frame, e: number, half: number): void {
  const { points, pointStart, target } = frame.scene.edges;
  const towards = arrivalsOf(frame.scene);
  const dx = towards[e * 2];
  const dy = towards[e * 2 + 1];
  if (dx === 0 && dy === 0) return;
  const end = pointStart[e + 1] * 2;
  const x = points[end - 2] + (frame.moves ? frame.moves.dx[target[e]] * frame.left : 0);
  const y = points[end - 1] + (frame.moves ? frame.moves.dy[target[e]] * frame.left : 0);
  context.moveTo(x, y);
  context.lineTo(x - dx * HEAD - dy * half, y - dy * HEAD + dx * half);
  context.lineTo(x - dx * HEAD + dy * half, y - dy * HEAD - dx * half);
  context.closePath();
}

/** A head at the start as well: a few of the edges go the other way. */
function traceTail(context: CanvasRenderingContext2D, frame: Frame, e: number, half: number): void {
  const { points, pointStart, source } = frame.scene.edges;
  const start = pointStart[e] * 2;
  if (start === pointStart[e + 1] * 2) return;
  const x = points[start] + (frame.moves ? frame.moves.dx[source[e]] * frame.left : 0);
  const y = points[start + 1] + (frame.moves ? frame.moves.dy[source[e]] * frame.left : 0);
  context.moveTo(x, y);
  context.lineTo(x + HEAD, y - half);
  context.lineTo(x + HEAD, y + half);
  context.closePath();
}

/** How many edges lines stand for: the lit and the largest first, none over another or over a node. */
function drawLabels(context: CanvasRenderingContext2D, frame: Frame, edges: readonly number[]): void {
  const { scene, theme, camera, lit, hits } = frame;
  const { runs, label } = scene.edges;
  const size = Math.max(10, 9 / camera.k);
  const taken: Box[] = [];
  const first = (e: number) => (lit?.edges[e] ? 1 : 0);
  context.font = `${size}px ${theme.font}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (const e of [...edges].sort((a, b) => first(b) - first(a) || runs[b] - runs[a] || a - b)) {
    const c = chain(scene, e);
    if (c.from === c.to) continue;
    const [x, y] = middle(c);
    const wide = context.measureText(label.get(e)!).width / 2 + 4;
    const high = size * 0.7;
    const box = { minX: x - wide, minY: y - high, maxX: x + wide, maxY: y + high };
    if (taken.some((other) => overlap(box, other)) || hits.nodesIn(box).length > 0) continue;
    taken.push(box);
    const style = strength(styleOf(frame, e));
    context.globalAlpha = style === 0 ? DIM : 1;
    context.fillStyle = theme.ground;
    context.beginPath();
    context.roundRect(box.minX, box.minY, 2 * wide, 2 * high, high);
    context.fill();
    context.fillStyle = style === LIT ? theme.accent : theme.muted;
    context.fillText(label.get(e)!, x, y + 0.5);
  }
  context.textAlign = "left";
}

const overlap = (a: Box, b: Box) => a.minX < b.maxX && b.minX < a.maxX && a.minY < b.maxY && b.minY < a.maxY;

/** Where a line ends at a row out of sight: a small ring at the edge of the card. */
function drawEnd(context: CanvasRenderingContext2D, frame: Frame, x: number, y: number, style: number): void {
  const { theme } = frame;
  context.save();
  context.globalAlpha = style === 0 ? DIM : 1;
  context.fillStyle = theme.ground;
  context.strokeStyle = style === LIT ? theme.accent : theme.edge;
  context.lineWidth = 1.2;
  context.beginPath();
  context.arc(x, y, 3, 0, 7);
  context.fill();
  context.stroke();
  context.restore();
}

/** What stands on lines; where it would stand on another's it is left out, the lit ones first. */
function drawAllMarks(context: CanvasRenderingContext2D, frame: Frame, edges: readonly number[]): void {
  const taken: Box[] = [];
  const first = (e: number) => (frame.lit?.edges[e] ? 1 : 0);
  for (const e of [...edges].sort((a, b) => first(b) - first(a) || a - b)) drawMarks(context, frame, e, taken);
}

/** A loop on a back edge, a lock on a masked one, on a small disc of ground. */
function drawMarks(context: CanvasRenderingContext2D, frame: Frame, e: number, taken: Box[]): void {
  const { scene, theme } = frame;
  const c = chain(scene, e);
  if (c.from === c.to) return;
  const glyphs: Glyph[] = [];
  if (scene.edges.flags[e] & Flag.back) glyphs.push("loop");
  if (scene.edges.flags[e] & Flag.masked) glyphs.push("lock");
  const [sx, sy, tx, ty] = drift(frame, e);
  const [x, y] = middle(c);
  const style = strength(styleOf(frame, e));
  const { points } = scene.edges;
  const last = c.to - 1;
  const ends = frame.ports.outOf(e);
  if (ends & END.source) drawEnd(context, frame, points[c.from * 2] + sx, points[c.from * 2 + 1] + sy, style);
  if (ends & END.target) drawEnd(context, frame, points[last * 2] + tx, points[last * 2 + 1] + ty, style);
  const box = { minX: x - 8, minY: y - 8, maxX: x + 16 * glyphs.length - 8, maxY: y + 8 };
  if (glyphs.length === 0 || taken.some((other) => overlap(box, other))) return;
  taken.push(box);
  glyphs.forEach((glyph, n) => {
    context.save();
    context.translate(x + (sx + tx) / 2 + n * 16, y + (sy + ty) / 2);
    context.globalAlpha = 1;
    context.fillStyle = theme.ground;
    context.beginPath();
    context.arc(0, 0, 8, 0, 7);
    context.fill();
    context.globalAlpha = style === 0 ? DIM : 1;
    context.strokeStyle = style === LIT ? theme.accent : theme.muted;
    context.lineWidth = 1.2;
    context.translate(-6, -6);
    context.stroke(glyphPath(glyph));
    context.restore();
  });
}
