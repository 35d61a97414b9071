// How much of a node is shown at a zoom, and which nodes are near enough to be real text.

import { toWorld, type Camera, type Size } from "./camera";
import type { Scene } from "./wire";

export type Level = "card" | "plate" | "block";

export const CARD_ZOOM = 0.6;
export const PLATE_ZOOM = 0.3;
export const MAX_CARDS = 300;
/** No text is smaller than this on screen: it is made larger, and where that does not fit it goes. */
export const MIN_TEXT = 9;
/** Names are what a card is read for: on a card they stay a little larger. */
const MIN_NAME = 10;

export function levelOf(zoom: number): Level {
  return zoom >= CARD_ZOOM ? "card" : zoom >= PLATE_ZOOM ? "plate" : "block";
}

/** Font sizes in world pixels, 0 where that text is left out at this zoom. */
export interface TextSizes {
  readonly label: number;
  readonly job: number;
  readonly above: number;
  readonly row: number;
  readonly chip: number;
  /** For names that would have to be cut otherwise. */
  readonly smallLabel: number;
  readonly smallJob: number;
}

/** Rounded up to half pixels, so that zooming restyles the cards in a few steps only. */
function atLeast(size: number, zoom: number, least = MIN_TEXT): number {
  return Math.max(size, Math.ceil((least / zoom) * 2) / 2);
}

export function textSizes(zoom: number): TextSizes {
  if (zoom < CARD_ZOOM) return { label: 0, job: 0, above: 0, row: 0, chip: 0, smallLabel: 0, smallJob: 0 };
  return {
    label: atLeast(13, zoom, MIN_NAME),
    job: atLeast(12, zoom, MIN_NAME),
    above: atLeast(10.5, zoom),
    row: atLeast(11, zoom),
    chip: atLeast(10, zoom),
    smallLabel: atLeast(13, zoom),
    smallJob: atLeast(12, zoom),
  };
}

/** The nodes drawn as HTML: those in view, and when there are too many, those nearest the middle. */
export function chooseNear(
  scene: Scene,
  inView: readonly number[],
  camera: Camera,
  size: Size,
  limit = MAX_CARDS,
): number[] {
  if (levelOf(camera.k) !== "card") return [];
  if (inView.length <= limit) return [...inView];
  const [cx, cy] = toWorld(camera, size.width / 2, size.height / 2);
  const { x, y, w, h } = scene.nodes;
  const far = (i: number) => (x[i] + w[i] / 2 - cx) ** 2 + (y[i] + h[i] / 2 - cy) ** 2;
  return [...inView]
    .sort((a, b) => far(a) - far(b) || a - b)
    .slice(0, limit)
    .sort((a, b) => a - b);
}

/** How often each end of a label (`fct_orders` of `shop.fct_orders`) is an end in a list of labels. */
export type Ends = ReadonlyMap<string, number>;

const endsOf = (label: string) => [...label.matchAll(/[./:]+(?=[^./:])/g)].map((m) => label.slice(m.index + m[0].length));

export function countEnds(labels: readonly string[]): Ends {
  const ends = new Map<string, number>();
  for (const label of labels) for (const end of [label, ...endsOf(label)]) ends.set(end, (ends.get(end) ?? 0) + 1);
  return ends;
}

const known = new WeakMap<Scene, Record<string, Ends>>();

/** The ends of all names of a kind, counted once a scene. */
export function endsIn(scene: Scene, kind: string): Ends {
  let byKind = known.get(scene);
  if (!byKind) known.set(scene, (byKind = {}));
  return (byKind[kind] ??= countEnds(scene.nodes.label.filter((_, i) => scene.nodes.kind[i] === kind)));
}

/** The whole text, else its longest end that fits and is no other label's; null where none does. */
export function cutEnd(text: string, room: number, measure: (text: string) => number, ends: Ends): string | null {
  if (measure(text) <= room) return text;
  for (const end of endsOf(text)) {
    if ((ends.get(end) ?? 0) > 1) break;
    if (measure(`…${end}`) <= room) return `…${end}`;
  }
  return null;
}

/** Cut to whole parts if that says which it is, else in the middle. */
export function cutName(text: string, room: number, measure: (text: string) => number, ends: Ends): string {
  return cutEnd(text, room, measure, ends) ?? cutMiddle(text, room, measure);
}

/** As many of the parts between middle dots as fit, and how many more there are. */
export function cutParts(text: string, room: number, measure: (text: string) => number): string {
  const parts = text.split(" · ");
  for (let kept = parts.length; kept > 0; kept--) {
    const cut = [...parts.slice(0, kept), ...(kept < parts.length ? [`+${parts.length - kept}`] : [])].join(" · ");
    if (measure(cut) <= room) return cut;
  }
  return cutMiddle(parts[0], room, measure);
}

/** Cut in the middle, the end kept, to at most `room` by the given measure. */
export function cutMiddle(text: string, room: number, measure: (text: string) => number): string {
  if (measure(text) <= room) return text;
  const chars = Array.from(text);
  let low = 0;
  let high = chars.length - 1;
  const cut = (keep: number) => {
    // What is cut at its beginning already is cut further there.
    const head = chars[0] === "…" ? 0 : Math.floor(keep / 3);
    return `${chars.slice(0, head).join("")}…${chars.slice(chars.length - (keep - head)).join("")}`;
  };
  while (low < high) {
    const keep = Math.ceil((low + high) / 2);
    if (measure(cut(keep)) <= room) low = keep;
    else high = keep - 1;
  }
  return low === 0 ? "" : cut(low);
}
