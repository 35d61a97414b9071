// What lies where: two flatbush indexes over the scene, asked with world coordinates.

import Flatbush from "flatbush";
import { bounds, distance, type Chain } from "./bezier";
import type { Box } from "./camera";
import { Schema } from "./schema";
import type { Scene } from "./wire";

/** Edges looked at in one go. */
const PIECE = 4_000;

export function chain(scene: Scene, e: number): Chain {
  const { points, pointStart } = scene.edges;
  return { points, from: pointStart[e], to: pointStart[e + 1] };
}

/** The box around everything drawn; edges count, because back edges go round the outside. */
export function extent(scene: Scene): Box {
  const { count, x, y, w, h } = scene.nodes;
  let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < count; i++) {
    minX = Math.min(minX, x[i]);
    minY = Math.min(minY, y[i]);
    maxX = Math.max(maxX, x[i] + w[i]);
    maxY = Math.max(maxY, y[i] + h[i]);
  }
  for (let e = 0; e < scene.edges.count; e++) {
    if (scene.edges.pointStart[e + 1] === scene.edges.pointStart[e]) continue;
    const b = bounds(chain(scene, e));
    minX = Math.min(minX, b.minX);
    minY = Math.min(minY, b.minY);
    maxX = Math.max(maxX, b.maxX);
    maxY = Math.max(maxY, b.maxY);
  }
  return minX > maxX ? { minX: 0, minY: 0, maxX: 1, maxY: 1 } : { minX, minY, maxX, maxY };
}

export class Hits {
  private readonly nodeIndex: Flatbush | null;
  private edgeIndex: Flatbush | null | undefined;

  constructor(
    private readonly scene: Scene,
    private readonly schema: Schema = new Schema(),
  ) {
    const { count, x, y, w, h } = scene.nodes;
    if (count === 0) {
      this.nodeIndex = null;
      return;
    }
    this.nodeIndex = new Flatbush(count);
    for (let i = 0; i < count; i++) this.nodeIndex.add(x[i], y[i], x[i] + w[i], y[i] + h[i]);
    this.nodeIndex.finish();
  }

  /** The node under a point, or the nearest within `slack`; -1 for none. */
  node(x: number, y: number, slack: number): number {
    if (!this.nodeIndex) return -1;
    const { nodes } = this.scene;
    let best = -1;
    let least = Infinity;
    for (const i of this.nodeIndex.search(x - slack, y - slack, x + slack, y + slack)) {
      const dx = Math.max(nodes.x[i] - x, 0, x - nodes.x[i] - nodes.w[i]);
      const dy = Math.max(nodes.y[i] - y, 0, y - nodes.y[i] - nodes.h[i]);
      const d = Math.hypot(dx, dy);
      if (d <= slack && (d < least || (d === least && i < best))) {
        least = d;
        best = i;
      }
    }
    return best;
  }

  /** The row of an open card under a point; -1 for its header or a closed card. */
  row(node: number, y: number): number {
    return this.schema.at(this.scene, node, y - this.scene.nodes.y[node]);
  }

  /** Lines have been bent: what was known of their places is forgotten. */
  edgesMoved(): void {
    this.edgeIndex = undefined;
  }

  /** The edge whose curve passes nearest, within `slack`; -1 for none. */
  edge(x: number, y: number, slack: number): number {
    const index = this.edges();
    if (!index) return -1;
    let best = -1;
    let least = slack;
    for (const e of index.search(x - slack, y - slack, x + slack, y + slack)) {
      const d = distance(chain(this.scene, e), x, y);
      if (d < least) {
        least = d;
        best = e;
      }
    }
    return best;
  }

  nodesIn(box: Box): number[] {
    return this.nodeIndex?.search(box.minX, box.minY, box.maxX, box.maxY).sort((a, b) => a - b) ?? [];
  }

  edgesIn(box: Box): number[] {
    return (
      this.edges()
        ?.search(box.minX, box.minY, box.maxX, box.maxY)
        .sort((a, b) => a - b) ?? []
    );
  }

  /** Whether it is known where edges are: what is needed to leave out those out of sight. */
  get warmed(): boolean {
    return this.edgeIndex !== undefined;
  }

  /** Build what the first pan would wait for, a piece at a time; returns the way to stop. */
  warm(): () => void {
    const { count } = this.scene.edges;
    let [index, from, timer]: [Flatbush | null, number, number] = [count > 0 ? new Flatbush(count) : null, 0, 0];
    const proceed = () => {
      if (this.edgeIndex !== undefined) return;
      if (!index) this.edgeIndex = null;
      else if (from < count) {
        this.add(index, from, (from = Math.min(count, from + PIECE)));
        timer = window.setTimeout(proceed);
      } else {
        index.finish();
        this.edgeIndex = index;
      }
    };
    proceed();
    return () => {
      index = null;
      clearTimeout(timer);
    };
  }

  /** Built when first asked for: the first paint draws everything and needs no index. */
  private edges(): Flatbush | null {
    if (this.edgeIndex !== undefined) return this.edgeIndex;
    const { count } = this.scene.edges;
    if (count === 0) return (this.edgeIndex = null);
    const index = new Flatbush(count);
    this.add(index, 0, count);
    index.finish();
    return (this.edgeIndex = index);
  }

  private add(index: Flatbush, from: number, to: number): void {
    const { pointStart } = this.scene.edges;
    for (let e = from; e < to; e++) {
      const b = bounds(chain(this.scene, e));
      if (pointStart[e + 1] === pointStart[e]) index.add(Infinity, Infinity, Infinity, Infinity);
      else index.add(b.minX, b.minY, b.maxX, b.maxY);
    }
  }
}
