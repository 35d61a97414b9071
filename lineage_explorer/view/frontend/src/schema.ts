// Long schemas inside their cards: which rows are in sight, and where the lines to the others go.

import type { Scene } from "./wire";

interface Window {
  /** Pixels scrolled. */
  top: number;
  /** Only rows whose name holds this. */
  find: string;
}

/** How far each open card is scrolled and what is searched in it, by node id: kept over scenes. */
export class Schema {
  private readonly windows = new Map<string, Window>();
  private readonly listed = new WeakMap<Scene, Map<number, readonly number[]>>();

  /** Whether a card has more rows than it shows. */
  static isLong(scene: Scene, node: number): boolean {
    return (scene.rows.get(node)?.length ?? 0) > scene.metrics.rows;
  }

  of(scene: Scene, node: number): Readonly<Window> {
    return this.windows.get(scene.nodes.id[node]) ?? { top: 0, find: "" };
  }

  set(scene: Scene, node: number, change: Partial<Window>): void {
    this.windows.set(scene.nodes.id[node], { ...this.of(scene, node), ...change });
    if (change.find !== undefined) this.listed.get(scene)?.delete(node);
  }

  /** The rows that a card lists, all without a search. */
  rows(scene: Scene, node: number): readonly number[] {
    let known = this.listed.get(scene);
    if (!known) this.listed.set(scene, (known = new Map<number, readonly number[]>()));
    let found = known.get(node);
    if (!found) {
      const rows = scene.rows.get(node) ?? [];
      const wanted = this.of(scene, node).find.trim().toLowerCase();
      found = rows.flatMap(([name], at) => (name.toLowerCase().includes(wanted) ? [at] : []));
      known.set(node, found);
    }
    return found;
  }

  /** How far below the top of its card the middle of a row is; null where it is out of sight. */
  middle(scene: Scene, node: number, row: number): number | null {
    const { header, row: height, rows, finder } = scene.metrics;
    if (!Schema.isLong(scene, node)) return header + height * (row + 0.5);
    const place = this.rows(scene, node).indexOf(row);
    if (place < 0) return null;
    const y = height * (place + 0.5) - this.of(scene, node).top;
    return y < 0 || y > height * rows ? null : header + finder + y;
  }

  /** The row at a height below the top of a card; -1 for the header, the search box or no row. */
  at(scene: Scene, node: number, y: number): number {
    const list = scene.rows.get(node);
    if (!list) return -1;
    const { header, row: height, rows, finder } = scene.metrics;
    const long = Schema.isLong(scene, node);
    const below = y - header - (long ? finder : 0);
    if (below < 0 || below >= height * Math.min(rows, list.length)) return -1;
    const place = Math.floor((below + (long ? this.of(scene, node).top : 0)) / height);
    return long ? (this.rows(scene, node)[place] ?? -1) : place;
  }

  /** Scroll so that one of the rows is in sight, if none is; whether that moved anything. */
  bring(scene: Scene, node: number, wanted: readonly number[]): boolean {
    if (!Schema.isLong(scene, node) || wanted.length === 0) return false;
    if (wanted.some((row) => this.middle(scene, node, row) !== null)) return false;
    const places = wanted.map((row) => this.rows(scene, node).indexOf(row)).filter((place) => place >= 0);
    if (places.length === 0) return false;
    const { row, rows } = scene.metrics;
    const most = Math.max(0, this.rows(scene, node).length - rows) * row;
    this.set(scene, node, { top: Math.min(most, Math.max(0, (Math.min(...places) - 1) * row)) });
    return true;
  }
}

/** Move the ends of a route up or down: what is level with an end goes with it. */
export function bend(points: Float32Array, from: number, to: number, atStart: number, atEnd: number): void {
  const y = (p: number) => points[p * 2 + 1];
  let first = from;
  while (first + 1 < to && Math.abs(y(first + 1) - y(from)) < 0.01) first++;
  let last = to - 1;
  while (last - 1 >= from && Math.abs(y(last - 1) - y(to - 1)) < 0.01) last--;
  if (first >= last) {
    // All level: half of it goes with each end.
    first = from + Math.floor((to - from) / 2) - 1;
    last = first + 1;
  }
  for (let p = from; p <= first; p++) points[p * 2 + 1] += atStart;
  for (let p = last; p < to; p++) points[p * 2 + 1] += atEnd;
}
