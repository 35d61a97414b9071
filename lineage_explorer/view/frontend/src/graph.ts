// The shown graph as integer arrays, and the questions a hand on the picture asks of it.

import { Kind, NO_ROW, type Scene } from "./wire";

export interface Graph {
  /** Edges leaving node i: `out[outStart[i] … outStart[i + 1])`, without column edges. */
  readonly outStart: Uint32Array;
  readonly out: Uint32Array;
  readonly inStart: Uint32Array;
  readonly in: Uint32Array;
}

/** What is lit: a flag per node and per edge, and the rows of open cards as "node:row". */
export interface Lit {
  readonly nodes: Uint8Array;
  readonly edges: Uint8Array;
  readonly rows: ReadonlySet<string>;
  /** Of these, the ones reached only by a join, a filter, a grouping. */
  readonly indirect: ReadonlySet<string>;
  /** The row it all began at, "" for none. */
  readonly chosen: string;
}

const NO_ROWS = { rows: new Set<string>(), indirect: new Set<string>(), chosen: "" };

function bucket(ends: Uint32Array, keep: readonly number[], n: number): [start: Uint32Array, list: Uint32Array] {
  const start = new Uint32Array(n + 1);
  for (const e of keep) start[ends[e] + 1]++;
  for (let i = 0; i < n; i++) start[i + 1] += start[i];
  const next = start.slice();
  const list = new Uint32Array(keep.length);
  for (const e of keep) list[next[ends[e]]++] = e;
  return [start, list];
}

export function buildGraph(scene: Scene): Graph {
  const { count, source, target, kind } = scene.edges;
  const keep: number[] = [];
  for (let e = 0; e < count; e++) if (kind[e] !== Kind.column) keep.push(e);
  const [outStart, out] = bucket(source, keep, scene.nodes.count);
  const [inStart, into] = bucket(target, keep, scene.nodes.count);
  return { outStart, out, inStart, in: into };
}

export const outEdges = (g: Graph, i: number) => g.out.subarray(g.outStart[i], g.outStart[i + 1]);
export const inEdges = (g: Graph, i: number) => g.in.subarray(g.inStart[i], g.inStart[i + 1]);

/** Distinct neighbours in the order of their edges, the node itself left out. */
export function neighbours(scene: Scene, g: Graph, i: number, direction: "up" | "down"): number[] {
  const ends = direction === "up" ? scene.edges.source : scene.edges.target;
  const list = direction === "up" ? inEdges(g, i) : outEdges(g, i);
  const seen = new Set<number>();
  for (const e of list) if (ends[e] !== i) seen.add(ends[e]);
  return [...seen];
}

function follow(
  scene: Scene,
  g: Graph,
  starts: readonly number[],
  up: boolean,
  nodes: Uint8Array,
  edges: Uint8Array,
): void {
  const ends = up ? scene.edges.source : scene.edges.target;
  const seen = new Uint8Array(scene.nodes.count);
  const stack = [...starts];
  for (const s of starts) seen[s] = 1;
  for (let i = stack.pop(); i !== undefined; i = stack.pop()) {
    nodes[i] = 1;
    for (const e of up ? inEdges(g, i) : outEdges(g, i)) {
      edges[e] = 1;
      const next = ends[e];
      if (!seen[next]) {
        seen[next] = 1;
        stack.push(next);
      }
    }
  }
}

/** Everything that leads to the given nodes and everything they lead to, within what is shown. */
export function lightNodes(scene: Scene, g: Graph, starts: readonly number[]): Lit {
  const nodes = new Uint8Array(scene.nodes.count);
  const edges = new Uint8Array(scene.edges.count);
  follow(scene, g, starts, true, nodes, edges);
  follow(scene, g, starts, false, nodes, edges);
  const { source, target, kind } = scene.edges;
  for (let e = 0; e < edges.length; e++) {
    if (kind[e] === Kind.column && nodes[source[e]] && nodes[target[e]]) edges[e] = 1;
  }
  return { nodes, edges, ...NO_ROWS };
}

export function lightEdge(scene: Scene, e: number): Lit {
  const nodes = new Uint8Array(scene.nodes.count);
  const edges = new Uint8Array(scene.edges.count);
  const rows = new Set<string>();
  const { source, target, sourceRow, targetRow } = scene.edges;
  edges[e] = 1;
  nodes[source[e]] = nodes[target[e]] = 1;
  if (sourceRow[e] !== NO_ROW) rows.add(`${source[e]}:${sourceRow[e]}`);
  if (targetRow[e] !== NO_ROW) rows.add(`${target[e]}:${targetRow[e]}`);
  return { ...NO_ROWS, nodes, edges, rows };
}

/** One column's path across the open cards, up and down, by column edges alone. */
export function lightRow(scene: Scene, node: number, row: number): Lit {
  const nodes = new Uint8Array(scene.nodes.count);
  const edges = new Uint8Array(scene.edges.count);
  const rows = new Set([`${node}:${row}`]);
  const { count, source, target, sourceRow, targetRow, kind } = scene.edges;
  const down = new Map<string, number[]>();
  const up = new Map<string, number[]>();
  const add = (map: Map<string, number[]>, key: string, e: number) => {
    const list = map.get(key);
    if (list) list.push(e);
    else map.set(key, [e]);
  };
  for (let e = 0; e < count; e++) {
    if (kind[e] !== Kind.column) continue;
    add(down, `${source[e]}:${sourceRow[e]}`, e);
    add(up, `${target[e]}:${targetRow[e]}`, e);
  }
  nodes[node] = 1;
  for (const [map, ends, endRows] of [
    [down, target, targetRow],
    [up, source, sourceRow],
  ] as const) {
    const stack = [`${node}:${row}`];
    const seen = new Set(stack);
    for (let key = stack.pop(); key !== undefined; key = stack.pop()) {
      for (const e of map.get(key) ?? []) {
        edges[e] = 1;
        nodes[ends[e]] = 1;
        const next = `${ends[e]}:${endRows[e]}`;
        rows.add(next);
        if (!seen.has(next)) {
          seen.add(next);
          stack.push(next);
        }
      }
    }
  }
  return { ...NO_ROWS, nodes, edges, rows };
}

export type Arrow = "left" | "right" | "up" | "down";

const middle = (scene: Scene, i: number) => scene.nodes.y[i] + scene.nodes.h[i] / 2;

/** Where an arrow key leads: along an edge sideways, to the next node of the same rank up and down. */
export function walk(scene: Scene, g: Graph, from: number, arrow: Arrow): number {
  const { rank, count } = scene.nodes;
  const y = middle(scene, from);
  let best = -1;
  let least = Infinity;
  const offer = (i: number, distance: number) => {
    if (distance < least || (distance === least && i < best)) {
      least = distance;
      best = i;
    }
  };
  if (arrow === "left" || arrow === "right") {
    for (const i of neighbours(scene, g, from, arrow === "left" ? "up" : "down")) {
      // A back edge leads against the reading direction: take it only when nothing else is there.
      const against = arrow === "left" ? rank[i] > rank[from] : rank[i] < rank[from];
      offer(i, Math.abs(middle(scene, i) - y) + (against ? 1e9 : 0));
    }
    return best;
  }
  for (let i = 0; i < count; i++) {
    if (i === from || rank[i] !== rank[from]) continue;
    const distance = arrow === "up" ? y - middle(scene, i) : middle(scene, i) - y;
    if (distance > 0 || (distance === 0 && (arrow === "up" ? i < from : i > from))) offer(i, distance);
  }
  return best;
}

const WORDS: Record<string, string> = {
  COMPLETE: "complete",
  FAIL: "failed",
  RUNNING: "running",
  ABORT: "aborted",
  UNKNOWN: "state unknown",
};

/** What a screen reader says of a node: "orders, dataset, 2 upstream, 3 downstream, complete". */
export function sentence(scene: Scene, g: Graph, i: number): string {
  const { label, kind, state, title, above, badge, pinned, caption } = scene.nodes;
  if (kind[i] === "stub") return title[i] || `${label[i]} more`;
  if (kind[i] === "group") {
    const place = above[i] ? ` in ${above[i]}` : "";
    return `${label[i]}, group of ${badge[i]} nodes${place}, Enter opens it`;
  }
  const parts = [
    label[i],
    above[i] && kind[i] === "dataset" ? `${kind[i]} in ${above[i]}` : kind[i],
    `${neighbours(scene, g, i, "up").length} upstream`,
    `${neighbours(scene, g, i, "down").length} downstream`,
  ];
  if (pinned.has(i)) parts.push("pinned");
  if (state[i]) parts.push(WORDS[state[i]] ?? state[i]);
  const number = scene.compare?.marks.get(i);
  if (number !== undefined) parts.push(`number ${number}: ${scene.compare?.marked ?? ""}`);
  if (caption[i]) parts.push(caption[i]);
  return parts.join(", ");
}
