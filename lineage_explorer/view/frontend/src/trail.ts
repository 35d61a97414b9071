// The way by which a finding came about, lit in the picture.

import type { Lit } from "./graph";
import { parse } from "./host";
import type { Scene } from "./wire";

/** The node ids of the way that a detail tells of, none where it tells of none. */
export function readTrail(detail: string): readonly string[] {
  const value = parse(detail);
  const trail = typeof value === "object" && value !== null ? (value as Record<string, unknown>)["trail"] : null;
  return Array.isArray(trail) ? trail.filter((id): id is string => typeof id === "string") : [];
}

/** Its nodes, and the lines from each to the next; null where nothing of it is drawn. */
export function lightTrail(scene: Scene, trail: readonly string[]): Lit | null {
  const at = trail.map((id) => scene.index.get(id)).filter((i) => i !== undefined);
  if (at.length === 0) return null;
  const nodes = new Uint8Array(scene.nodes.count);
  const edges = new Uint8Array(scene.edges.count);
  for (const i of at) nodes[i] = 1;
  const steps = new Set(at.slice(1).map((next, n) => `${at[n]}>${next}`));
  const { source, target, count } = scene.edges;
  for (let e = 0; e < count; e++) if (steps.has(`${source[e]}>${target[e]}`)) edges[e] = 1;
  return { nodes, edges, rows: new Set(), indirect: new Set(), chosen: "" };
}

/** Reads the detail again only when it is another one. */
export class Trail {
  private detail = "";
  private ids: readonly string[] = [];

  of(scene: Scene, detail: string): Lit | null {
    if (detail !== this.detail) {
      this.detail = detail;
      this.ids = readTrail(detail);
    }
    return lightTrail(scene, this.ids);
  }
}
