// Going from one scene to the next: what stays moves, what is new appears, in 160 ms.

import { easeOut } from "./camera";
import type { Scene } from "./wire";

export const DURATION = 160;

export interface Moves {
  /** How far each node still is from its place at the start. */
  readonly dx: Float32Array;
  readonly dy: Float32Array;
  /** 1 for nodes that were not shown before. */
  readonly fresh: Uint8Array;
  readonly start: number;
}

/** Null when nothing that stays has moved and nothing is new. */
export function movesBetween(before: Scene, after: Scene, start: number): Moves | null {
  const n = after.nodes.count;
  const dx = new Float32Array(n);
  const dy = new Float32Array(n);
  const fresh = new Uint8Array(n);
  let any = false;
  for (let i = 0; i < n; i++) {
    const old = before.index.get(after.nodes.id[i]);
    if (old === undefined) {
      fresh[i] = 1;
      any = true;
      continue;
    }
    dx[i] = before.nodes.x[old] - after.nodes.x[i];
    dy[i] = before.nodes.y[old] - after.nodes.y[i];
    if (Math.abs(dx[i]) + Math.abs(dy[i]) > 0.5) any = true;
  }
  return any ? { dx, dy, fresh, start } : null;
}

/** What is left of the way at a time: 1 at the start, 0 when it is over. */
export function left(start: number, now: number): number {
  const t = Math.min(1, Math.max(0, (now - start) / DURATION));
  return 1 - easeOut(t);
}

/** The node that should not move on screen: the one last touched, else the focus, else one near a point. */
export function anchorOf(before: Scene, after: Scene, touched: string, x: number, y: number): string | null {
  for (const id of [touched, ...after.focus]) if (before.index.has(id) && after.index.has(id)) return id;
  let best: string | null = null;
  let least = Infinity;
  for (const [id, i] of before.index) {
    if (!after.index.has(id)) continue;
    const d = (before.nodes.x[i] - x) ** 2 + (before.nodes.y[i] - y) ** 2;
    if (d < least) {
      least = d;
      best = id;
    }
  }
  return best;
}
