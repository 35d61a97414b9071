// How much of a node is shown at a zoom, and which nodes are near enough to be real text.

import { toWorld, type Camera, type Size } from "./camera";
import type { Scene } from "./wire";

export type Level = "card" | "plate" | "block";

export const CARD_ZOOM = 0.6;
export const PLATE_ZOOM = 0.3;
export const MAX_CARDS = 300;
/** No text is smaller than this on screen: it is made larger, and where that does not fit it goes. */
export const MIN_TEXT = 9;

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
}

/** Rounded up to half pixels, so that zooming restyles the cards in a few steps only. */
function atLeast(size: number, zoom: number): number {
  return Math.max(size, Math.ceil((MIN_TEXT / zoom) * 2) / 2);
}

export function textSizes(zoom: number): TextSizes {
  if (zoom < CARD_ZOOM) return { label: 0, job: 0, above: 0, row: 0, chip: 0 };
  return {
    label: atLeast(13, zoom),
    job: atLeast(12, zoom),
    above: zoom >= 0.75 ? atLeast(10.5, zoom) : 0,
    row: atLeast(11, zoom),
    chip: atLeast(10, zoom),
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

/** Cut in the middle, the end kept, to at most `room` by the given measure. */
export function cutMiddle(text: string, room: number, measure: (text: string) => number): string {
  if (measure(text) <= room) return text;
  const chars = Array.from(text);
  let low = 0;
  let high = chars.length - 1;
  const cut = (keep: number) => {
    const head = Math.floor(keep / 3);
    return `${chars.slice(0, head).join("")}…${chars.slice(chars.length - (keep - head)).join("")}`;
  };
  while (low < high) {
    const keep = Math.ceil((low + high) / 2);
    if (measure(cut(keep)) <= room) low = keep;
    else high = keep - 1;
  }
  return low === 0 ? "" : cut(low);
}
