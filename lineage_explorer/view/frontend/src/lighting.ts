// What is chosen, lit and dimmed, worked out from where the hand is and what the host says.

import type { Touch } from "./cards";
import { lightEdge, lightNodes, lightRow, type Graph, type Lit } from "./graph";
import { fadedBy } from "./legend";
import type { Picked } from "./stage";
import { lightThread, type Thread } from "./thread";
import { Kind, type Mode, type Scene } from "./wire";

export interface Hand {
  readonly hover: Picked;
  /** A node hovered elsewhere: in another view, or from Python. */
  readonly hovered: string;
  /** The node the arrow keys stand on, -1 for none. */
  readonly active: number;
  readonly selection: readonly string[];
  readonly edge: readonly string[];
  /** The chosen column's lineage. */
  readonly thread?: Thread | null;
  /** The way of the chosen finding. */
  readonly trail?: Lit | null;
  readonly mode: Mode | null;
  /** Legend entries switched on. */
  readonly chosen: ReadonlySet<number>;
  /** What was not seen at the time chosen, and who ran. */
  readonly time: Pick<Touch, "faint" | "faintEdges" | "ran" | "absent" | "absentEdges">;
}

/** Where ids are in a scene; those it does not show are passed over. */
export function indexesOf(scene: Scene, ids: readonly string[]): number[] {
  return ids.map((id) => scene.index.get(id)).filter((i) => i !== undefined);
}

/** The edge between two ids; one that is not between columns if there is a choice. */
export function findEdge(scene: Scene, ends: readonly string[]): number {
  const { count, source, target, kind } = scene.edges;
  const [s, t] = ends.map((id) => scene.index.get(id));
  if (ends.length !== 2 || s === undefined || t === undefined) return -1;
  let found = -1;
  for (let e = 0; e < count; e++) {
    if (source[e] !== s || target[e] !== t) continue;
    if (kind[e] !== Kind.column) return e;
    if (found < 0) found = e;
  }
  return found;
}

/** The hand first, then what is hovered elsewhere, then the keyboard, then the selection. */
function litBy(scene: Scene, graph: Graph, hand: Hand, selected: readonly number[], edge: number): Lit | null {
  const { node, row, edge: under } = hand.hover;
  const followed = hand.thread ? lightThread(scene, hand.thread) : null;
  if (node >= 0 && row >= 0) {
    const lit = lightRow(scene, node, row);
    // A column that leads nowhere lights its card's path instead.
    if (lit.rows.size > 1 && !followed?.rows.has(`${node}:${row}`)) return lit;
  }
  // A chosen column stays lit under the hand, that it can be followed.
  if (followed && hand.selection.length === 0 && hand.edge.length === 0) return followed;
  if (node >= 0) return lightNodes(scene, graph, [node]);
  if (under >= 0) return lightEdge(scene, under);
  const outside = scene.index.get(hand.hovered) ?? hand.active;
  if (outside >= 0) return lightNodes(scene, graph, [outside]);
  if (edge >= 0) return lightEdge(scene, edge);
  if (followed) return followed;
  return selected.length > 0 ? lightNodes(scene, graph, selected) : (hand.trail ?? null);
}

export function touchOf(scene: Scene, graph: Graph, hand: Hand): Touch & { readonly edge: number } {
  const selected = indexesOf(scene, hand.selection);
  const edge = findEdge(scene, hand.edge);
  return {
    lit: litBy(scene, graph, hand, selected, edge),
    faded: fadedBy(scene, hand.mode, hand.chosen),
    selected: new Set(selected),
    active: hand.active,
    edge,
    ...hand.time,
  };
}
