// The canvas: painted at once, or where that takes long, piece by piece while the last painting is moved.

import type { Camera } from "./camera";
import { drawing, fitCanvas, type Frame } from "./canvas";
import { h } from "./dom";
import { levelOf } from "./near";

/** A scene of more edges is too much for a frame while a hand moves it ... */
const HEAVY = 1_000;
/** ... and one of more than these also where something is lit. */
const HUGE = 5_000;
/** Milliseconds of a frame given to painting what a hand moves ... */
const SLICE = 6;
/** ... and of a whole frame: the browser does most of the painting after we asked for it. */
const FRAME = 21;
/** Pixels painted around what is seen, so that moving it shows no empty side. */
const MARGIN = 128;

export class Painter {
  readonly element = h("div", "lx-canvas", { "aria-hidden": "true" });
  private front = sheet();
  private back = sheet();
  /** What the front shows, and what is being painted behind it. */
  private shown: Frame | null = null;
  private next: Frame | null = null;
  private steps: Iterator<void> | null = null;
  /** Steps taken in a frame: as many as leave it in time. */
  private quota = 2;
  private before = 0;

  constructor() {
    this.element.append(this.front, this.back);
    this.back.classList.add("lx-behind");
  }

  /** Show a frame; true while there is more to paint of it. */
  paint(frame: Frame): boolean {
    const { shown } = this;
    const { count } = frame.scene.edges;
    if (count <= HEAVY || !shown || frame.moves || !(count > HUGE ? likeness : onlyMoved)(shown, frame)) {
      this.steps = this.next = null;
      const steps = begin(this.front, frame);
      while (!steps.next().done);
      this.shown = frame;
      place(this.front, frame, frame.camera);
      return false;
    }
    if (this.next && !onlyMoved(this.next, frame)) this.steps = this.next = null;
    if (!this.steps && !this.isShown(frame)) {
      this.next = frame;
      this.steps = begin(this.back, frame);
    }
    this.proceed();
    place(this.front, this.shown!, frame.camera);
    return this.steps !== null || !this.isShown(frame);
  }

  private isShown(frame: Frame): boolean {
    return this.shown !== null && same(this.shown.camera, frame.camera) && onlyMoved(this.shown, frame);
  }

  private proceed(): void {
    const now = performance.now();
    // After a rest nothing is known of how long a frame takes.
    const took = now - this.before;
    if (took < 10 * FRAME) this.quota = took > FRAME ? Math.max(1, this.quota >> 1) : Math.min(64, this.quota + 1);
    this.before = now;
    for (let left = this.quota; this.steps && left > 0; left--) {
      if (this.steps.next().done) {
        this.steps = null;
        this.shown = this.next;
        [this.front, this.back] = [this.back, this.front];
        this.front.classList.remove("lx-behind");
        this.back.classList.add("lx-behind");
      } else if (performance.now() > now + SLICE) return;
    }
  }
}

const sheet = () => h("canvas", "lx-sheet");

function* nothing(): Generator<void> {
  // Where a canvas has no context there is nothing to do.
}

const marginOf = (frame: Frame) => (frame.scene.edges.count > HEAVY ? MARGIN : 0);

/** Begin to paint a frame, with some room around what is seen of it. */
function begin(canvas: HTMLCanvasElement, frame: Frame): Generator<void> {
  const margin = marginOf(frame);
  const size = { width: frame.size.width + 2 * margin, height: frame.size.height + 2 * margin };
  const { x, y, k } = frame.camera;
  canvas.style.width = `${size.width}px`;
  canvas.style.height = `${size.height}px`;
  const context = fitCanvas(canvas, size, frame.ratio);
  return context ? drawing(context, { ...frame, size, camera: { x: x + margin, y: y + margin, k } }) : nothing();
}

/** Where a painting made for one camera is seen by another. */
function place(canvas: HTMLCanvasElement, { camera: then, ...frame }: Frame, now: Camera): void {
  const margin = marginOf({ camera: then, ...frame });
  const scale = now.k / then.k;
  canvas.style.transform = `translate(${now.x - (then.x + margin) * scale}px, ${now.y - (then.y + margin) * scale}px) scale(${scale})`;
}

const same = (a: Camera, b: Camera) => a.x === b.x && a.y === b.y && a.k === b.k;

const WORLD = ["scene", "hits", "ratio", "theme", "colouring", "mixture", "lines", "ports", "moves", "bent"] as const;
const HAND = [
  ...(["lit", "faded", "selected", "active", "edge"] as const),
  ...(["faint", "faintEdges", "ran", "absent", "absentEdges"] as const),
];

/** Whether the painting of one frame can stand for another for a moment: all but the camera is the same. */
export function onlyMoved(before: Frame, after: Frame): boolean {
  return likeness(before, after) && HAND.every((name) => before[name] === after[name]);
}

/** Whether nodes stand and are drawn in the same way, whatever is lit. */
function likeness(before: Frame, after: Frame): boolean {
  return (
    WORLD.every((name) => before[name] === after[name]) &&
    before.size.width === after.size.width &&
    before.size.height === after.size.height &&
    levelOf(before.camera.k) === levelOf(after.camera.k)
  );
}
