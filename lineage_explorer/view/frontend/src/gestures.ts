// Mouse, pen, finger and wheel on the stage, turned into pans, zooms and clicks.

import { listen } from "./dom";

export interface GestureActions {
  pan(dx: number, dy: number): void;
  zoom(x: number, y: number, factor: number): void;
  /** The pointer rests at a place, or has left (null). */
  hover(at: readonly [number, number] | null): void;
  click(x: number, y: number, add: boolean, touch: boolean): void;
  doubleClick(x: number, y: number, touch: boolean): void;
  /** A wheel turn that was left to the page. */
  wheelPassed(): void;
  /** Whether the wheel is ours without a modifier. */
  hot(): boolean;
}

const SLOP = 4;
const DOUBLE_MS = 350;

export function attachGestures(stage: HTMLElement, actions: GestureActions): () => void {
  const pointers = new Map<number, { x: number; y: number }>();
  let start: { x: number; y: number } | null = null;
  let moved = false;
  let last = { time: -Infinity, x: 0, y: 0 };

  const local = (event: MouseEvent): [number, number] => {
    const box = stage.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  // A scroll bar is hit where its list itself is the target: what is in the list are rows.
  const own = (event: Event) =>
    event.target instanceof Element &&
    (event.target.closest("button, input") !== null || event.target.classList.contains("lx-scroll"));

  const down = (event: PointerEvent) => {
    if (own(event) || (event.pointerType === "mouse" && event.button !== 0)) return;
    const [x, y] = local(event);
    pointers.set(event.pointerId, { x, y });
    if (pointers.size === 1) {
      start = { x, y };
      moved = false;
    }
  };

  const move = (event: PointerEvent) => {
    const [x, y] = local(event);
    const before = pointers.get(event.pointerId);
    if (!before) {
      if (event.pointerType === "mouse") actions.hover(own(event) ? null : [x, y]);
      return;
    }
    if (start && !moved && Math.hypot(x - start.x, y - start.y) > SLOP) {
      moved = true;
      stage.setPointerCapture(event.pointerId);
      stage.classList.add("lx-dragging");
      actions.hover(null);
    }
    if (pointers.size === 2) {
      const [a, b] = [...pointers.values()] as [typeof before, typeof before];
      const middle = [(a.x + b.x) / 2, (a.y + b.y) / 2] as const;
      const apart = Math.hypot(a.x - b.x, a.y - b.y);
      pointers.set(event.pointerId, { x, y });
      const [c, d] = [...pointers.values()] as [typeof before, typeof before];
      actions.pan((c.x + d.x) / 2 - middle[0], (c.y + d.y) / 2 - middle[1]);
      if (apart > 0) actions.zoom((c.x + d.x) / 2, (c.y + d.y) / 2, Math.hypot(c.x - d.x, c.y - d.y) / apart);
      moved = true;
      return;
    }
    pointers.set(event.pointerId, { x, y });
    if (moved) actions.pan(x - before.x, y - before.y);
  };

  const up = (event: PointerEvent) => {
    if (!pointers.delete(event.pointerId)) return;
    if (pointers.size > 0) return;
    stage.classList.remove("lx-dragging");
    start = null;
    if (moved || event.type === "pointercancel") return;
    const [x, y] = local(event);
    const touch = event.pointerType === "touch";
    const near = Math.hypot(x - last.x, y - last.y) < (touch ? 24 : 6);
    if (near && event.timeStamp - last.time < DOUBLE_MS) {
      last = { time: -Infinity, x, y };
      if (touch) actions.doubleClick(x, y, touch);
    } else {
      last = { time: event.timeStamp, x, y };
      actions.click(x, y, event.shiftKey || event.ctrlKey || event.metaKey, touch);
    }
  };

  // For a mouse the system says what is a double click: readers set their own speed.
  const double = (event: MouseEvent) => actions.doubleClick(...local(event), false);

  const wheel = (event: WheelEvent) => {
    const pinch = event.ctrlKey || event.metaKey;
    if (!pinch && event.target instanceof Element && event.target.closest(".lx-scroll")) return;
    if (!pinch && !actions.hot()) return actions.wheelPassed();
    event.preventDefault();
    const unit = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? 240 : 1;
    const [x, y] = local(event);
    if (event.shiftKey && !pinch) return actions.pan(-(event.deltaX || event.deltaY) * unit, 0);
    const turn = Math.max(-240, Math.min(240, event.deltaY * unit));
    actions.zoom(x, y, Math.exp(-turn * (pinch ? 0.01 : 0.0016)));
  };

  const offs = [
    listen(stage, "pointerdown", down),
    listen(stage, "pointermove", move),
    listen(stage, "pointerup", up),
    listen(stage, "pointercancel", up),
    listen(stage, "dblclick", double),
    listen(stage, "pointerleave", () => pointers.size === 0 && actions.hover(null)),
    listen(stage, "wheel", wheel, { passive: false }),
  ];
  return () => offs.forEach((off) => off());
}
