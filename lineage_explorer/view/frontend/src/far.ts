// Nodes too far away to be cards: name plates above zoom 0.3, below it blocks with a mark.

import { visible } from "./camera";
import { DIM, type Frame } from "./canvas";
import { glyphPath, stateGlyph, stateName } from "./glyphs";
import { cutName, endsIn, levelOf, MIN_TEXT, type Ends } from "./near";
import { fillFor, stateColour } from "./paint";

/** Nodes drawn before there is a pause. */
const STEP = 100;

export function* drawFarNodes(context: CanvasRenderingContext2D, frame: Frame): Generator<void> {
  const { scene, camera, size, near, moves, left } = frame;
  const list = moves
    ? Array.from({ length: scene.nodes.count }, (_, i) => i)
    : frame.hits.nodesIn(visible(camera, size, 8));
  const block = levelOf(camera.k) === "block";
  context.textBaseline = "middle";
  fonts.delete(context);
  let drawn = 0;
  for (const i of list) {
    if (near.has(i)) continue;
    if (++drawn % STEP === 0) yield;
    const x = (scene.nodes.x[i] + (moves ? moves.dx[i] * left : 0)) * camera.k + camera.x;
    const y = (scene.nodes.y[i] + (moves ? moves.dy[i] * left : 0)) * camera.k + camera.y;
    const w = scene.nodes.w[i] * camera.k;
    const h = scene.nodes.h[i] * camera.k;
    if (x > size.width || y > size.height || x + w < 0 || y + h < 0) continue;
    const dim = frame.faint?.[i] ? true : frame.lit ? !frame.lit.nodes[i] : Boolean(frame.faded?.[i]);
    const ghost = frame.absent?.[i] ? 0.18 : 1;
    context.globalAlpha = ghost * (dim ? DIM : 1) * (moves?.fresh[i] ? 1 - left : 1);
    if (block) drawBlock(context, frame, i, x, y, w, h);
    else drawPlate(context, frame, i, x, y, w, h);
    drawRings(context, frame, i, x, y, w, h);
    drawNumber(context, frame, i, x, y);
  }
}

/** Where the sides of a diff part: the number stays as large as it is read, however far away. */
function drawNumber(context: CanvasRenderingContext2D, frame: Frame, i: number, x: number, y: number): void {
  const number = frame.scene.compare?.marks.get(i);
  if (number === undefined) return;
  context.beginPath();
  context.arc(x, y, 8, 0, 7);
  context.fillStyle = frame.theme.changed;
  context.fill();
  setFont(context, `700 10px ${frame.theme.font}`);
  context.fillStyle = frame.theme.ground;
  context.textAlign = "center";
  context.fillText(String(number), x, y + 0.5);
  context.textAlign = "left";
}

function radiusOf(frame: Frame, i: number, h: number): number {
  const kind = frame.scene.nodes.kind[i];
  return kind === "job" || kind === "stub" ? h / 2 : Math.max(1.5, frame.scene.metrics.radius * frame.camera.k);
}

function outline(context: CanvasRenderingContext2D, x: number, y: number, w: number, h: number, r: number): void {
  context.beginPath();
  context.roundRect(x, y, w, h, Math.min(r, h / 2, w / 2));
}

function drawBlock(
  context: CanvasRenderingContext2D,
  frame: Frame,
  i: number,
  x: number,
  y: number,
  w: number,
  h: number,
): void {
  const { theme, scene } = frame;
  const { colour, mark, pattern } = frame.colouring(i);
  const kind = scene.nodes.kind[i];
  const wide = Math.max(w, 3);
  const high = Math.max(h, 2);
  if (kind === "group") return drawGroupBlock(context, frame, i, x, y, wide, high);
  if (high < 5) {
    // Jobs stay in the background: at this size the datasets are the picture.
    if (kind === "job") context.globalAlpha *= 0.5;
    context.fillStyle = colour ?? (kind === "job" ? theme.edge : theme.muted);
    context.fillRect(x, y, wide, high);
    return;
  }
  outline(context, x, y, wide, high, radiusOf(frame, i, high));
  context.fillStyle = kind === "job" || kind === "stub" ? theme.pill : theme.card;
  context.fill();
  context.lineWidth = 1;
  context.strokeStyle = kind === "stub" ? theme.line : theme.edge;
  context.stroke();
  if (colour) {
    context.save();
    context.clip();
    context.fillStyle = fillFor(context, colour, pattern);
    context.fillRect(x, y, Math.max(5, wide * 0.16), high);
    context.restore();
  }
  const text = mark || scene.nodes.badge[i];
  if (text && high >= MIN_TEXT + 1 && kind === "dataset") {
    setFont(context, `600 ${MIN_TEXT}px ${theme.font}`);
    if (context.measureText(text).width < wide * 0.7) {
      context.fillStyle = colour ?? theme.muted;
      context.textAlign = "center";
      context.fillText(text, x + wide * 0.58, y + high / 2 + 0.5);
      context.textAlign = "left";
    }
    return;
  }
  if (kind === "job") drawState(context, frame, i, x + wide / 2, y + high / 2, Math.min(high, 9));
}

/** The sheet behind a group: there is more than one. */
function drawSheet(context: CanvasRenderingContext2D, frame: Frame, x: number, y: number, w: number, h: number): void {
  const apart = Math.max(1.5, 4 * frame.camera.k);
  outline(context, x + apart, y + apart, w, h, radiusOf(frame, -1, h));
  context.fillStyle = frame.theme.card;
  context.fill();
  context.lineWidth = 1;
  context.strokeStyle = frame.theme.line;
  context.stroke();
}

/** The colours in a group, side by side, each as wide as its share. */
function drawMixture(
  context: CanvasRenderingContext2D,
  frame: Frame,
  i: number,
  x: number,
  y: number,
  w: number,
  h: number,
): void {
  const shares = frame.mixture(i);
  const total = shares.reduce((sum, share) => sum + share.count, 0);
  let at = x;
  for (const { colour, pattern, count } of shares) {
    const wide = (w * count) / total;
    context.fillStyle = colour ? fillFor(context, colour, pattern) : frame.theme.muted;
    context.fillRect(at, y, wide, h);
    at += wide;
  }
}

function drawGroupBlock(
  context: CanvasRenderingContext2D,
  frame: Frame,
  i: number,
  x: number,
  y: number,
  w: number,
  h: number,
): void {
  drawSheet(context, frame, x, y, w, h);
  outline(context, x, y, w, h, radiusOf(frame, i, h));
  context.fillStyle = frame.theme.card;
  context.fill();
  context.strokeStyle = frame.theme.edge;
  context.stroke();
  drawMixture(context, frame, i, x + 2, y + h - Math.max(2, h * 0.25), w - 4, Math.max(1.5, h * 0.18));
}

function drawState(
  context: CanvasRenderingContext2D,
  frame: Frame,
  i: number,
  cx: number,
  cy: number,
  size: number,
): void {
  const state = stateName(frame.scene.nodes.state[i]);
  if (!state || size < 4) return;
  context.save();
  context.translate(cx - size / 2, cy - size / 2);
  context.scale(size / 12, size / 12);
  context.strokeStyle = stateColour(frame.theme, state);
  context.lineWidth = 2;
  context.stroke(glyphPath(stateGlyph(state)));
  context.restore();
}

function drawPlate(
  context: CanvasRenderingContext2D,
  frame: Frame,
  i: number,
  x: number,
  y: number,
  w: number,
  h: number,
): void {
  const { theme, scene, camera } = frame;
  const { colour, pattern } = frame.colouring(i);
  const kind = scene.nodes.kind[i];
  const pill = kind === "job" || kind === "stub";
  if (kind === "group") drawSheet(context, frame, x, y, w, h);
  outline(context, x, y, w, h, radiusOf(frame, i, h));
  context.fillStyle = pill ? theme.pill : theme.card;
  context.fill();
  if (colour) {
    context.save();
    context.clip();
    if (pill) {
      context.globalAlpha *= 0.18;
      context.fillStyle = colour;
      context.fillRect(x, y, w, h);
    } else {
      context.fillStyle = fillFor(context, colour, pattern);
      context.fillRect(x, y, Math.max(3, 5 * camera.k), h);
    }
    context.restore();
  }
  outline(context, x, y, w, h, radiusOf(frame, i, h));
  context.lineWidth = 1;
  const alpha = context.globalAlpha;
  if (pill && colour) context.globalAlpha *= 0.5;
  context.strokeStyle = pill && colour ? colour : theme.line;
  if (kind === "stub") context.setLineDash([3, 2]);
  context.stroke();
  if (kind === "stub") context.setLineDash([]);
  context.globalAlpha = alpha;
  drawRows(context, frame, i, x, y, w);
  if (kind === "group") drawMixture(context, frame, i, x + 4, y + h - 6, w - 8, 4);

  const head = pill || kind === "group" ? h : Math.min(h, scene.metrics.header * camera.k);
  const font = pill ? MIN_TEXT : Math.max(MIN_TEXT, Math.min(12, Math.round(head * 0.5)));
  const mark = kind === "job" && scene.nodes.state[i] ? Math.min(9, h - 2) : 0;
  if (mark) drawState(context, frame, i, x + 4 + mark / 2, y + h / 2, mark);
  if (head < (pill ? font : font + 2)) return;
  const indent = kind === "stub" ? 3 : pill ? 5 + (mark ? mark + 2 : 0) : Math.max(3, 5 * camera.k) + 4;
  const room = w - indent - (kind === "stub" ? 0 : pill ? 5 : 4);
  const label = scene.nodes.label[i];
  const text =
    kind === "group" && scene.nodes.above[i]
      ? endOf(context, theme.font, font, label, room)
      : plateText(context, theme.font, font, label, room, endsIn(scene, kind));
  if (!text) return;
  context.fillStyle = kind === "stub" ? theme.muted : theme.ink;
  const line = kind === "group" ? y + h * (h < 28 ? 0.42 : 0.6) : y + head / 2;
  context.fillText(text, x + indent, line + 0.5);
  if (kind !== "group" || h < 28) return;
  context.fillStyle = theme.muted;
  setFont(context, `${MIN_TEXT}px ${theme.font}`);
  context.textAlign = "right";
  context.fillText(scene.nodes.badge[i], x + w - 4, y + Math.max(6, h * 0.26));
  context.textAlign = "left";
}

const fonts = new WeakMap<CanvasRenderingContext2D, string>();

/** Setting a font costs more than drawing with it: only when it is another. */
function setFont(context: CanvasRenderingContext2D, font: string): void {
  if (fonts.get(context) === font) return;
  context.font = font;
  fonts.set(context, font);
}

/** The columns of an open card, too small to read, as grey bars where their names are. */
function drawRows(context: CanvasRenderingContext2D, frame: Frame, i: number, x: number, y: number, w: number): void {
  const { scene, camera, theme } = frame;
  const rows = scene.rows.get(i);
  const { header, row } = scene.metrics;
  if (!rows || row * camera.k < 5) return;
  context.fillStyle = theme.line;
  const thick = Math.max(1.5, 4 * camera.k);
  const above = rows.length > scene.metrics.rows ? scene.metrics.finder : 0;
  rows.slice(0, scene.metrics.rows).forEach(([name, type], r) => {
    const middle = y + (header + above + row * (r + 0.5)) * camera.k;
    const long = Math.min(0.5, 0.12 + name.length * 0.025) * w;
    context.fillRect(x + 14 * camera.k, middle - thick / 2, long, thick);
    if (type) context.fillRect(x + w * 0.78, middle - thick / 2, w * 0.16, thick);
  });
}

/** The end of a group's name: what groups beside each other begin with is the same. */
function endOf(context: CanvasRenderingContext2D, family: string, size: number, label: string, room: number): string {
  setFont(context, `${size}px ${family}`);
  if (context.measureText(label).width <= room) return label;
  let from = 1;
  while (from < label.length && context.measureText(`…${label.slice(from)}`).width > room) from++;
  return `…${label.slice(from)}`;
}

type Fitted = readonly [text: string, size: number];

const cutsOf = new WeakMap<Ends, Map<string, Fitted>>();

/** A label in the largest size that holds it whole, else cut; too little of it says nothing and is left out. */
function plateText(
  context: CanvasRenderingContext2D,
  family: string,
  most: number,
  label: string,
  room: number,
  ends: Ends,
): string {
  const key = `${family}\n${most}\n${Math.floor(room)}\n${label}`;
  let cuts = cutsOf.get(ends);
  if (!cuts) cutsOf.set(ends, (cuts = new Map<string, Fitted>()));
  let fitted = cuts.get(key);
  if (!fitted) {
    if (cuts.size > 20_000) cuts.clear();
    cuts.set(key, (fitted = fitPlate(context, family, most, label, room, ends)));
  }
  setFont(context, `${fitted[1]}px ${family}`);
  return fitted[0];
}

function fitPlate(
  context: CanvasRenderingContext2D,
  family: string,
  most: number,
  label: string,
  room: number,
  ends: Ends,
): Fitted {
  const measure = (text: string) => context.measureText(text).width;
  for (let size = most; size >= MIN_TEXT; size--) {
    setFont(context, `${size}px ${family}`);
    if (measure(label) <= room) return [label, size];
  }
  const text = cutName(label, room, measure, ends);
  return [text.length >= 5 ? text : "", MIN_TEXT];
}

function drawRings(
  context: CanvasRenderingContext2D,
  frame: Frame,
  i: number,
  x: number,
  y: number,
  w: number,
  h: number,
): void {
  const chosen = frame.selected.has(i);
  if (!chosen && frame.active !== i) return;
  context.globalAlpha = 1;
  outline(context, x - 2.5, y - 2.5, Math.max(w, 3) + 5, Math.max(h, 2) + 5, radiusOf(frame, i, h) + 2.5);
  context.lineWidth = 2;
  context.strokeStyle = chosen ? frame.theme.accent : frame.theme.ink;
  if (!chosen) context.setLineDash([3, 2]);
  context.stroke();
  context.setLineDash([]);
}
