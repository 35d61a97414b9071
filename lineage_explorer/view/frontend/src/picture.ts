// The picture as one SVG: what the screen shows, legend and dimming included, nothing cut.

import { middle } from "./bezier";
import { visible, type Box, type Camera, type Size } from "./camera";
import type { Touch } from "./cards";
import { aloneOf } from "./compare";
import type { LineLook } from "./crossings";
import { chain } from "./hit";
import { glyphShape, stateGlyph, stateName, storageGlyph } from "./glyphs";
import { countEntries } from "./legend";
import { cutParts } from "./near";
import { PATTERNS, tokenColour, type Colouring, type Theme } from "./paint";
import { counted } from "./plain";
import { Schema } from "./schema";
import { Basis, Flag, Kind, type Mode, type Scene } from "./wire";
import { edgeWords } from "./words";

export interface Shown {
  readonly scene: Scene;
  readonly schema: Schema;
  readonly camera: Camera;
  readonly size: Size;
  readonly theme: Theme;
  readonly colouring: (node: number) => Colouring;
  readonly touch: Touch & { readonly edge: number };
  readonly mode: Mode | null;
  readonly lines: ReadonlyMap<number, LineLook>;
  /** What is told of the time, empty for all runs. */
  readonly words: string;
}

type Attributes = Record<string, string | number | undefined>;

const NS = "http://www.w3.org/2000/svg";
const MARGIN = 24;
const LINE = 20;
const SANS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";
const MONO = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace";
const TILES: Record<string, string> = {
  hatch: "M-1 5L5 -1M-1 9L9 -1M3 9L9 3",
  dots: "M2 2h0.01M6 6h0.01",
  cross: "M0 0L8 8M8 0L0 8",
  lines: "M0 2H8M0 6H8",
};

function s(tag: string, attributes: Attributes = {}, ...children: (SVGElement | string)[]): SVGElement {
  const element = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined) element.setAttribute(name, typeof value === "number" ? String(Number(value.toFixed(2))) : value);
  element.append(...children);
  return element;
}

const words = (x: number, y: number, size: number, fill: string, text: string, more: Attributes = {}): SVGElement =>
  s("text", { x, y, "font-size": size, fill, ...more }, text);

/** Everything at least partly on screen, drawn whole. */
export function pictureOf(shown: Shown): SVGElement {
  const { scene, camera, size, theme } = shown;
  const view = visible(camera, size, 0);
  const { x, y, w, h, count } = scene.nodes;
  const inView: number[] = [];
  for (let i = 0; i < count; i++)
    if (x[i] + w[i] >= view.minX && x[i] <= view.maxX && y[i] + h[i] >= view.minY && y[i] <= view.maxY) inView.push(i);
  const box = around(scene, inView);
  const below = legend(shown);
  const width = Math.max(320, box.maxX - box.minX + 2 * MARGIN);
  const height = box.maxY - box.minY + 2 * MARGIN + below.height;
  const group = s("g", { transform: `translate(${MARGIN - box.minX} ${MARGIN - box.minY})` });
  const kept = new Set(inView);
  for (let e = 0; e < scene.edges.count; e++)
    if (kept.has(scene.edges.source[e]) && kept.has(scene.edges.target[e])) group.append(...edge(shown, e));
  for (const i of inView) group.append(node(shown, i));
  const foot = s("g", { transform: `translate(${MARGIN} ${height - below.height})` }, ...below.parts);
  const root = s(
    "svg",
    {
      xmlns: NS,
      viewBox: `0 0 ${Math.ceil(width)} ${Math.ceil(height)}`,
      width: Math.ceil(width),
      height: Math.ceil(height),
      "font-family": SANS,
      role: "img",
    },
    s("title", {}, scene.description),
    s("defs", {}, ...patterns(shown)),
    s("rect", { width: "100%", height: "100%", fill: theme.ground }),
    group,
    foot,
  );
  return root;
}

function around(scene: Scene, nodes: readonly number[]): Box {
  const { x, y, w, h, caption } = scene.nodes;
  const box = { minX: Infinity, minY: Infinity, maxX: -Infinity, maxY: -Infinity };
  for (const i of nodes) {
    box.minX = Math.min(box.minX, x[i]);
    box.minY = Math.min(box.minY, y[i]);
    box.maxX = Math.max(box.maxX, x[i] + w[i]);
    box.maxY = Math.max(box.maxY, y[i] + h[i] + (caption[i] ? 18 : 0));
  }
  return nodes.length > 0 ? box : { minX: 0, minY: 0, maxX: 0, maxY: 0 };
}

const paintId = (token: string, pattern: string) => `${pattern}-${token}`;
const paint = ({ colour, pattern, token }: Colouring): string | undefined =>
  colour === null ? undefined : PATTERNS.has(pattern) ? `url(#${paintId(token, pattern)})` : colour;

function patterns({ scene, mode, theme }: Shown): SVGElement[] {
  const made = new Map<string, SVGElement>();
  for (const { token, pattern } of mode?.entries ?? []) {
    const colour = tokenColour(scene, token, theme.dark);
    if (!PATTERNS.has(pattern) || !colour) continue;
    const id = paintId(token, pattern);
    const round = pattern === "dots" ? "round" : undefined;
    const path = s("path", { d: TILES[pattern], stroke: colour, "stroke-width": round ? 2.4 : 1.6, "stroke-linecap": round });
    made.set(id, s("pattern", { id, width: 8, height: 8, patternUnits: "userSpaceOnUse" }, path));
  }
  return [...made.values()];
}

function edge(shown: Shown, e: number): SVGElement[] {
  const { scene, theme, touch } = shown;
  const { kind, basis, flags, source, target } = scene.edges;
  const { points, from, to } = chain(scene, e);
  if (from === to) return [];
  const faint = Boolean(touch.faintEdges?.[e]);
  const lit = !faint && (e === touch.edge || Boolean(touch.lit?.edges[e]));
  const faded = touch.faded && (touch.faded[source[e]] || touch.faded[target[e]]);
  const dim = faint || (!lit && (touch.lit !== null || Boolean(faded)));
  const thin = basis[e] === Basis.implied || kind[e] === Kind.stub;
  if (touch.absentEdges?.[e]) return [];
  const alone = aloneOf(flags[e]);
  const dash = alone === "before" ? "5 3" : kind[e] === Kind.handsOver ? "6 4" : kind[e] === Kind.stub ? "2 3" : flags[e] & Flag.indirect ? "1.5 3" : undefined;
  const at = (p: number) => `${points[p * 2].toFixed(1)} ${points[p * 2 + 1].toFixed(1)}`;
  let d = `M${at(from)}`;
  for (let p = from + 1; p + 2 < to; p += 3) d += `C${at(p)} ${at(p + 1)} ${at(p + 2)}`;
  const own = alone === "before" ? theme.failed : alone === "after" ? theme.complete : theme.edge;
  const colour = lit ? theme.accent : own;
  const opacity = (dim ? 0.4 : 1) * (thin && !lit ? 0.6 : 1);
  const crossing = shown.lines.get(e);
  const line = s("path", {
    d,
    fill: "none",
    stroke: crossing?.colour ?? colour,
    "stroke-width": crossing?.width ?? (lit ? 2.5 : thin ? 1 : 1.5),
    "stroke-dasharray": crossing ? crossing.dash.join(" ") || undefined : dash,
    opacity: opacity === 1 ? undefined : opacity,
  });
  line.append(s("title", {}, edgeWords(scene, e)));
  if (kind[e] === Kind.stub) return [line];
  const head = s("path", { d: `M${at(to - 1)}l-7 -3.2v6.4z`, fill: colour, opacity: opacity === 1 ? undefined : opacity });
  if (!crossing?.mark) return [line, head];
  const [mx, my] = middle({ points, from, to });
  const half = Math.max(8.5, crossing.mark.length * 3.6 + 4.5);
  const mark = s(
    "g",
    { transform: `translate(${mx.toFixed(1)} ${my.toFixed(1)})`, opacity: dim ? 0.4 : undefined },
    s("rect", { ...{ x: -half, y: -8.5, width: 2 * half, height: 17, rx: 8.5 }, fill: theme.ground, stroke: crossing.colour, "stroke-width": 1.5 }),
    words(0, 4, 11, crossing.colour, crossing.mark, { "text-anchor": "middle", "font-weight": 700 }),
  );
  if (crossing.locked) mark.append(shape(glyphShape("lock"), half + 4, -6, 1, theme.muted));
  return [line, head, mark];
}

function node(shown: Shown, i: number): SVGElement {
  const { scene, touch, theme } = shown;
  const { x, y, w, h, kind, title, caption } = scene.nodes;
  const dim = touch.faint?.[i] ? true : touch.lit ? !touch.lit.nodes[i] : Boolean(touch.faded?.[i]);
  const group = s("g", { transform: `translate(${x[i]} ${y[i]})`, opacity: touch.absent?.[i] ? 0.18 : dim ? 0.4 : undefined }, s("title", {}, title[i]));
  const round = kind[i] === "job" || kind[i] === "stub" ? h[i] / 2 : scene.metrics.radius;
  const ring = (colour: string, dash?: string) =>
    group.append(
      s("rect", {
        ...{ x: -3, y: -3, width: w[i] + 6, height: h[i] + 6, rx: round + 3, fill: "none" },
        ...{ stroke: colour, "stroke-width": 2, "stroke-dasharray": dash },
      }),
    );
  if (touch.selected.has(i)) ring(theme.accent);
  if (touch.ran?.[i]) ring(theme.running, "5 3");
  if (kind[i] === "dataset") card(group, shown, i);
  else if (kind[i] === "group") box(group, shown, i);
  else pill(group, shown, i);
  if (caption[i]) group.append(words(0, h[i] + 13, 11, theme.muted, cutParts(caption[i], Math.max(w[i], 208), (text) => text.length * 5.8)));
  const number = scene.compare?.marks.get(i);
  if (number !== undefined)
    group.append(
      s("circle", { cx: -2, cy: -2, r: 9, fill: theme.changed }),
      words(-2, 2, 11, theme.ground, String(number), { "text-anchor": "middle", "font-weight": 700 }),
    );
  return group;
}

function card(group: SVGElement, shown: Shown, i: number): void {
  const { scene, theme } = shown;
  const { w, h, label, above, glyph, badge } = scene.nodes;
  const tint = shown.colouring(i);
  const r = scene.metrics.radius;
  group.append(s("rect", { width: w[i], height: h[i], rx: r, fill: theme.card, stroke: theme.line }));
  const fill = tint.token === "same" ? undefined : paint(tint);
  if (fill) {
    const d = `M5 0H${r}A${r} ${r} 0 0 0 0 ${r}V${h[i] - r}A${r} ${r} 0 0 0 ${r} ${h[i]}H5Z`;
    group.append(s("path", { d, fill }));
  }
  outline(group, tint, w[i], h[i], r);
  const drawing = storageGlyph(glyph[i]);
  if (drawing) group.append(shape(glyphShape(drawing), 13, 6, 0.95, theme.muted));
  group.append(words(29, 16, 11, theme.muted, above[i]), words(14, 34, 13, theme.ink, label[i]));
  let right = w[i] - 10;
  for (const [text, colour] of [
    [tint.mark, tint.step ? theme.ink : (tint.colour ?? theme.muted)],
    [badge[i], theme.muted],
  ] as const) {
    if (!text) continue;
    group.append(words(right, 16, 11, colour, text, { "text-anchor": "end", "font-weight": 600 }));
    right -= text.length * 8 + 8;
  }
  rows(group, shown, i);
}

function rows(group: SVGElement, { scene, schema, theme }: Shown, i: number): void {
  const list = scene.rows.get(i);
  if (!list) return;
  const { row: high } = scene.metrics;
  const room = Math.floor((scene.nodes.w[i] - 24) / 6.7);
  list.forEach(([name, type], at) => {
    const middle = schema.middle(scene, i, at);
    if (middle === null) return;
    const short = type.slice(0, Math.floor(room * 0.4));
    const cut = name.length > room - short.length ? `${name.slice(0, room - short.length - 1)}…` : name;
    const mono = { "font-family": MONO };
    group.append(
      s("path", { d: `M0 ${middle - high / 2}H${scene.nodes.w[i]}`, stroke: theme.line }),
      words(14, middle + 4, 11, theme.ink, cut, mono),
      words(scene.nodes.w[i] - 10, middle + 4, 11, theme.muted, short, { ...mono, "text-anchor": "end" }),
    );
  });
}

function box(group: SVGElement, { scene, theme, colouring }: Shown, i: number): void {
  const { w, h, label, above, badge } = scene.nodes;
  const frame = { width: w[i], height: h[i], rx: 8, fill: theme.card, stroke: theme.line };
  group.append(s("rect", { x: 4, y: 4, ...frame }), s("rect", frame));
  const fill = paint(colouring(i));
  if (fill) group.append(s("rect", { x: 14, y: h[i] - 8, width: w[i] - 28, height: 4, fill }));
  group.append(
    words(14, 16, 11, theme.muted, above[i]),
    words(14, 33, 13, theme.ink, label[i]),
    words(w[i] - 10, 16, 11, theme.muted, badge[i], { "text-anchor": "end" }),
  );
}

function pill(group: SVGElement, { scene, theme, colouring }: Shown, i: number): void {
  const { w, h, label, kind, state } = scene.nodes;
  const stub = kind[i] === "stub";
  const tint = colouring(i);
  const frame = { width: w[i], height: h[i], rx: h[i] / 2 };
  const dashes = stub ? "3 3" : undefined;
  group.append(
    s("rect", { ...frame, fill: stub ? theme.ground : theme.pill, stroke: stub ? theme.edge : theme.line, "stroke-dasharray": dashes }),
  );
  if (stub) {
    group.append(words(w[i] / 2, 15, 11, theme.muted, label[i], { "text-anchor": "middle" }));
    return;
  }
  if (tint.colour && tint.token !== "same") group.append(s("rect", { ...frame, fill: tint.colour, "fill-opacity": 0.12 }));
  outline(group, tint, w[i], h[i], h[i] / 2);
  const name = stateName(state[i]);
  if (name) group.append(shape(glyphShape(stateGlyph(name)), 9, h[i] / 2 - 6, 1, theme[name], 1.6));
  group.append(words(name ? 28 : 12, h[i] / 2 + 4, 12, theme.ink, label[i]));
  if (!tint.mark || (name !== null && tint.token === name)) return;
  const room = tint.mark.length * 7 + 8;
  const left = w[i] + 5 - room;
  group.append(
    s("rect", { x: left, y: -8, width: room, height: 14, rx: 7, fill: theme.card, stroke: tint.colour ?? theme.line }),
    words(left + room / 2, 2.5, 10, tint.step ? theme.ink : (tint.colour ?? theme.muted), tint.mark, { "text-anchor": "middle" }),
  );
}

/** Of two sides: what changed has its colour all round, dashed where it is gone. */
function outline(group: SVGElement, tint: Colouring, width: number, height: number, rx: number): void {
  if (!["added", "gone", "changed"].includes(tint.token)) return;
  const dash = tint.token === "gone" ? "5 3" : undefined;
  const stroke = tint.colour ?? undefined;
  group.append(s("rect", { width, height, rx, fill: "none", stroke, "stroke-width": 1.5, "stroke-dasharray": dash }));
}

function shape(d: string, x: number, y: number, scale: number, stroke: string, width = 1.1): SVGElement {
  const round = { "stroke-linecap": "round", "stroke-linejoin": "round" };
  return s("path", { d, fill: "none", stroke, "stroke-width": width, transform: `translate(${x} ${y}) scale(${scale})`, ...round });
}

/** The legend under the picture, and what is told of the time. */
function legend({ scene, mode, theme, words: told }: Shown): { parts: SVGElement[]; height: number } {
  const parts: SVGElement[] = [];
  let y = 12;
  if (told) {
    parts.push(words(0, y, 12, theme.ink, told));
    y += LINE;
  }
  const counts = mode ? countEntries(scene, mode) : null;
  const used = (mode?.entries ?? []).flatMap((entry, at) => (counts?.entries[at] ? [[entry, counts.entries[at]] as const] : []));
  if (mode && used.length > 0) {
    parts.push(words(0, y, 11, theme.muted, mode.title));
    const { compare } = scene;
    if (compare && compare.marks.size > 0 && mode.name === "change") {
      y += LINE;
      parts.push(words(0, y, 12, theme.changed, "1"), words(20, y, 12, theme.ink, compare.marked));
    }
    for (const [entry, count] of used) {
      y += LINE;
      const colour = tokenColour(scene, entry.token, theme.dark);
      const fill = paint({ ...entry, colour, step: false });
      parts.push(s("rect", { x: 0, y: y - 10, width: 11, height: 11, rx: 2, fill }));
      if (entry.mark) parts.push(words(20, y, 12, theme.ink, entry.mark));
      const left = 20 + (entry.mark ? entry.mark.length * 8 + 8 : 0);
      const line = words(left, y, 12, theme.ink, entry.label);
      line.append(s("tspan", { dx: 8, fill: theme.muted }, counted(count)));
      parts.push(line);
    }
  }
  return { parts, height: parts.length > 0 ? y + 12 : 0 };
}
