// Near nodes as HTML: native text, made when they come into view and let go when they leave it.

import type { LineLook } from "./crossings";
import { h } from "./dom";
import { icon, stateGlyph, stateName, storageGlyph } from "./glyphs";
import { sentence, type Graph, type Lit } from "./graph";
import { cutEnd, cutMiddle, cutName, cutParts, endsIn, type Ends, type TextSizes } from "./near";
import type { Moves } from "./motion";
import { counted } from "./plain";
import { PATTERNS, type Colouring, type Share, type Theme } from "./paint";
import { RowList, type RowActions } from "./rowlist";
import type { Schema } from "./schema";
import { numberMark } from "./sides";
import type { Scene } from "./wire";

/** What decides how a card looks; a change of any of it makes the cards anew. */
export interface Look {
  readonly scene: Scene;
  readonly graph: Graph;
  readonly theme: Theme;
  readonly colouring: (node: number) => Colouring;
  readonly mixture: (node: number) => readonly Share[];
  readonly lines: ReadonlyMap<number, LineLook>;
  readonly sizes: TextSizes;
  readonly canOpen: boolean;
  readonly open: ReadonlySet<string>;
}

/** What changes under the hand and only toggles classes. */
export interface Touch {
  readonly lit: Lit | null;
  readonly faded: Uint8Array | null;
  readonly selected: ReadonlySet<number>;
  readonly active: number;
  /** 1 for nodes and edges not seen at the time chosen; null where none is. */
  readonly faint: Uint8Array | null;
  readonly faintEdges: Uint8Array | null;
  /** 1 for jobs that ran at that time. */
  readonly ran: Uint8Array | null;
  /** 1 for nodes and edges that the side of a diff on show does not have. */
  readonly absent?: Uint8Array | null;
  readonly absentEdges?: Uint8Array | null;
}

/** The node whose columns a click opens or closes; null where the click was elsewhere. */
export function openedBy(target: EventTarget | null): number | null {
  const card = target instanceof Element ? target.closest(".lx-open")?.closest(".lx-node") : null;
  return card ? Number(card.id.slice(card.id.lastIndexOf("-") + 1)) : null;
}

const ruler = document.createElement("canvas").getContext("2d");

function measured(font: string): (text: string) => number {
  return (text) => {
    if (!ruler) return 0;
    ruler.font = font;
    return ruler.measureText(text).width;
  };
}

/** A name in its own size, cut to whole parts; smaller before it is cut through a word. */
function nameOf(
  text: string,
  [size, small]: readonly [number, number],
  family: string,
  room: number,
  ends: Ends,
): HTMLElement {
  const name = h("div", "lx-label", {}, cutEnd(text, room, measured(`${size}px ${family}`), ends) ?? "");
  if (name.textContent) return name;
  name.textContent = cutName(text, room, measured(`${small}px ${family}`), ends);
  if (small < size) name.style.fontSize = `${small}px`;
  return name;
}

export class Cards {
  private readonly made = new Map<number, HTMLElement>();
  private readonly lists = new Map<number, RowList>();
  private look: Look | null = null;

  constructor(
    private readonly layer: HTMLElement,
    private readonly prefix: string,
    private readonly schema: Schema,
    private readonly actions: RowActions,
  ) {}

  /** The list in a card shows what it should after something else has scrolled it. */
  settleRows(node: number): void {
    this.lists.get(node)?.settle();
  }

  /** Show exactly the given nodes; false when these were already there. */
  show(near: readonly number[], look: Look): boolean {
    let changed = false;
    if (this.look !== look) {
      this.layer.replaceChildren();
      this.made.clear();
      this.lists.clear();
      this.look = look;
      const { sizes } = look;
      for (const [name, size] of Object.entries(sizes))
        this.layer.style.setProperty(`--lx-${name}-size`, `${size as number}px`);
      changed = true;
    }
    const wanted = new Set(near);
    for (const [i, card] of this.made) {
      if (wanted.has(i)) continue;
      card.remove();
      this.made.delete(i);
      this.lists.delete(i);
      changed = true;
    }
    for (const i of near) {
      if (this.made.has(i)) continue;
      const card = makeCard(look, i);
      card.id = `${this.prefix}-${i}`;
      this.made.set(i, card);
      if (look.scene.rows.has(i)) {
        const list = new RowList(look.scene, i, this.schema, this.actions, card.id);
        this.lists.set(i, list);
        card.append(list.element);
      }
      this.layer.append(card);
      this.lists.get(i)?.settle();
      changed = true;
    }
    return changed;
  }

  touch({ lit, faded, selected, active, faint, ran, absent }: Touch): void {
    for (const [i, card] of this.made) {
      card.classList.toggle("lx-dim", lit ? !lit.nodes[i] : Boolean(faded?.[i]));
      card.classList.toggle("lx-faint", Boolean(faint?.[i]));
      card.classList.toggle("lx-ran", Boolean(ran?.[i]));
      card.classList.toggle("lx-absent", Boolean(absent?.[i]));
      card.classList.toggle("lx-selected", selected.has(i));
      card.classList.toggle("lx-active", active === i);
    }
    for (const list of this.lists.values()) list.touch(lit);
  }

  place(moves: Moves | null, left: number): void {
    const scene = this.look?.scene;
    if (!scene) return;
    for (const [i, card] of this.made) {
      const x = scene.nodes.x[i] + (moves ? moves.dx[i] * left : 0);
      const y = scene.nodes.y[i] + (moves ? moves.dy[i] * left : 0);
      card.style.transform = `translate(${x}px, ${y}px)`;
      card.style.opacity = moves?.fresh[i] ? String(1 - left) : "";
    }
  }

  idOf(node: number): string | null {
    return this.made.get(node)?.id ?? null;
  }
}

function makeCard(look: Look, i: number): HTMLElement {
  const { scene, graph, theme } = look;
  const { kind, w, h: height, id, caption } = scene.nodes;
  const shape = kind[i] === "job" || kind[i] === "stub" ? kind[i] : kind[i] === "group" ? "cluster" : "dataset";
  const card = h("div", `lx-node lx-${shape}`, { role: "group", "aria-label": sentence(scene, graph, i) });
  card.style.width = `${w[i]}px`;
  card.style.height = `${height[i]}px`;
  if (scene.focus.includes(id[i])) card.classList.add("lx-focused");
  const tint = look.colouring(i);
  if (tint.colour) card.style.setProperty("--lx-tint", tint.colour);
  if (tint.token) card.dataset["token"] = tint.token;
  const number = scene.compare?.marks.get(i);
  if (number !== undefined) card.append(numberMark(number));
  if (scene.nodes.pinned.has(i)) card.append(h("span", "lx-pinned", {}, icon("pin", 11)));
  if (shape === "dataset") fillDataset(card, look, i, tint);
  else if (shape === "cluster") fillGroup(card, look, i);
  else fillPill(card, look, i, tint, shape);
  if (caption[i] && look.sizes.above) {
    const font = `${look.sizes.above}px ${theme.font}`;
    card.append(h("div", "lx-caption", {}, cutParts(caption[i], Math.max(w[i], 208), measured(font))));
  }
  return card;
}

function bar(tint: Colouring): HTMLElement {
  const pattern = PATTERNS.has(tint.pattern) ? ` lx-pattern-${tint.pattern}` : "";
  return h("span", `lx-bar${pattern}`);
}

function fillDataset(card: HTMLElement, look: Look, i: number, tint: Colouring): void {
  const { scene, sizes, theme } = look;
  const { label, above, glyph, badge, columns, id, w } = scene.nodes;
  const rows = scene.rows.get(i);
  const drawing = storageGlyph(glyph[i]);
  if (glyph[i] === "model") card.classList.add("lx-model");
  if (tint.colour) card.append(bar(tint));

  const inLine = sizes.above > 0 && (above[i] !== "" || drawing !== null);
  const chips = h("span", inLine ? "lx-chips" : "lx-chips lx-floating");
  // Without the line above there is room for one: the mark, because a colour never stands alone.
  if (badge[i] && (inLine || !tint.mark)) chips.append(h("span", "lx-chip", {}, badge[i]));
  if (tint.mark) chips.append(h("span", `lx-chip lx-mark${tint.step ? " lx-step" : ""}`, {}, tint.mark));
  const openable = look.canOpen && (rows !== undefined || columns[i] > 0);
  const head = h("div", "lx-head");
  const button = openable ? openButton(label[i], look.open.has(id[i]) || rows !== undefined) : null;
  head.style.height = `${scene.metrics.header - 1}px`;
  if (inLine) {
    const line = h("div", "lx-above");
    if (drawing) line.append(icon(drawing, 11));
    line.append(h("span", "lx-above-text", {}, above[i]));
    if (button) line.append(button);
    if (chips.hasChildNodes()) line.append(chips);
    head.append(line);
  } else if (chips.hasChildNodes()) {
    card.append(chips);
  }
  // What stands at the right is in the line above; without that line it stands beside the name.
  const beside = !inLine && (openable || chips.hasChildNodes());
  const room = w[i] - 15 - (beside ? 32 : 9);
  head.append(nameOf(label[i], [sizes.label, sizes.smallLabel], theme.font, room, endsIn(scene, "dataset")));
  card.append(head);
  if (button && !inLine) card.append(button);
}

function openButton(label: string, open: boolean): HTMLElement {
  const button = h(
    "button",
    "lx-open",
    {
      type: "button",
      tabindex: -1,
      "aria-expanded": String(open),
      "aria-label": `${open ? "Hide" : "Show"} columns of ${label}`,
    },
    icon("chevron"),
  );
  return button;
}

/** What it holds, how many, and in which colours: a bar, and the largest shares with their marks. */
function fillGroup(card: HTMLElement, look: Look, i: number): void {
  const { scene, sizes, theme } = look;
  const { label, above, badge, w } = scene.nodes;
  const head = h("div", "lx-head");
  const line = h("div", "lx-above", {}, h("span", "lx-above-text", {}, above[i]), h("span", "lx-count", {}, badge[i]));
  const name = cutMiddle(label[i], w[i] - 26, measured(`${sizes.label}px ${theme.font}`));
  head.append(line, h("div", "lx-label", {}, name));
  const shares = look.mixture(i);
  const mix = h("div", "lx-mix");
  const words = h("div", "lx-shares");
  for (const { colour, pattern, mark, count, label: name } of shares) {
    const piece = h("span", `lx-share${PATTERNS.has(pattern) ? ` lx-pattern-${pattern}` : ""}`);
    piece.style.flexGrow = String(count);
    const said = h("span", "lx-share-word", { title: name }, `${mark} ${counted(count)}`.trim());
    if (colour) for (const it of [piece, said]) it.style.setProperty("--lx-tint", colour);
    mix.append(piece);
    words.append(said);
  }
  card.append(head, mix, words);
}

function fillPill(card: HTMLElement, look: Look, i: number, tint: Colouring, shape: string): void {
  const { scene, sizes, theme } = look;
  const { label, state, w, kind } = scene.nodes;
  if (tint.colour && tint.token !== "same" && shape !== "stub") card.classList.add("lx-tinted");
  const name = stateName(state[i]);
  let room = w[i] - (shape === "stub" ? 8 : 22);
  if (name && shape === "job") {
    const mark = icon(stateGlyph(name), 12);
    mark.classList.add(`lx-state-${name}`);
    card.append(mark);
    room -= 17;
  }
  card.append(nameOf(label[i], [sizes.job, sizes.smallJob], theme.font, room, endsIn(scene, kind[i])));
  // A job's own mark says its state already.
  const said = shape === "job" && name !== null && tint.token === name && tint.mark.length < 2;
  if (tint.mark && shape !== "stub" && !said)
    card.append(h("span", `lx-corner${tint.step ? " lx-step" : ""}${tint.mark.length > 2 ? " lx-long" : ""}`, {}, tint.mark));
}
