// Lines between columns follow their rows while a schema is scrolled.

import { bend, Schema } from "./schema";
import { Kind, NO_ROW, type Scene } from "./wire";

export const END = { source: 1, target: 2 } as const;

export class Ports {
  private readonly base: Float32Array;
  private readonly hidden: Uint8Array;
  /** Lines at each long card. */
  private readonly at = new Map<number, number[]>();

  constructor(
    private readonly scene: Scene,
    private readonly schema: Schema,
  ) {
    const { count, kind, source, target, points } = scene.edges;
    this.hidden = new Uint8Array(count);
    for (let e = 0; e < count; e++) {
      if (kind[e] !== Kind.column) continue;
      for (const node of new Set([source[e], target[e]])) {
        if (!Schema.isLong(scene, node)) continue;
        const list = this.at.get(node);
        if (list) list.push(e);
        else this.at.set(node, [e]);
      }
    }
    this.base = this.at.size > 0 ? points.slice() : points;
    for (const node of this.at.keys()) this.follow(node);
  }

  /** Which ends of a line are at rows out of sight. */
  outOf(e: number): number {
    return this.hidden[e];
  }

  /** Bring the lines of a card to where its rows are now. */
  follow(node: number): void {
    const { source, target, sourceRow, targetRow, pointStart, points } = this.scene.edges;
    for (const e of this.at.get(node) ?? []) {
      const [from, to] = [pointStart[e], pointStart[e + 1]];
      points.set(this.base.subarray(from * 2, to * 2), from * 2);
      const [atStart, lost] = this.shift(source[e], sourceRow[e]);
      const [atEnd, gone] = this.shift(target[e], targetRow[e]);
      bend(points, from, to, atStart, atEnd);
      this.hidden[e] = (lost ? END.source : 0) | (gone ? END.target : 0);
    }
  }

  /** How far from where it was laid out an end is now, and whether its row is out of sight. */
  private shift(node: number, row: number): [by: number, hidden: boolean] {
    if (row === NO_ROW || !Schema.isLong(this.scene, node)) return [0, false];
    const { header, row: height, rows, finder } = this.scene.metrics;
    const laid = row < rows ? header + finder + height * (row + 0.5) : header / 2;
    const now = this.schema.middle(this.scene, node, row);
    return [(now ?? header / 2) - laid, now === null];
  }
}
