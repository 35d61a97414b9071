// A column's lineage as Python tells it, laid over what is drawn.

import type { Lit } from "./graph";
import { parse } from "./host";
import { Kind, type Scene } from "./wire";

export interface Thread {
  readonly dataset: string;
  readonly field: string;
  readonly words: string;
  /** By dataset: the columns on the thread, each "direct" or "indirect". */
  readonly fields: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly jobs: readonly string[];
}

export function readThread(json: string): Thread | null {
  const value = parse(json);
  if (typeof value !== "object" || value === null) return null;
  const { column, fields, jobs, words } = value as Record<string, unknown>;
  if (!Array.isArray(column) || typeof column[0] !== "string" || typeof column[1] !== "string") return null;
  if (typeof fields !== "object" || fields === null) return null;
  return {
    dataset: column[0],
    field: column[1],
    words: typeof words === "string" ? words : "",
    jobs: Array.isArray(jobs) ? jobs.filter((job): job is string => typeof job === "string") : [],
    fields: new Map(
      Object.entries(fields as Record<string, Record<string, string>>).map(([id, named]) => [
        id,
        new Map(Object.entries(named)),
      ]),
    ),
  };
}

/** The rows of open cards that are on the thread; where there are direct ones, only these if wished. */
export function rowsOn(scene: Scene, thread: Thread, direct = false): Map<number, number[]> {
  const found = new Map<number, number[]>();
  for (const [id, named] of thread.fields) {
    const node = scene.index.get(id);
    if (node === undefined) continue;
    const list = scene.rows.get(node) ?? [];
    const all = list.flatMap(([name], at) => (named.has(name) ? [at] : []));
    const first = all.filter((at) => named.get(list[at][0]) === "direct");
    const rows = direct && first.length > 0 ? first : all;
    if (rows.length > 0) found.set(node, rows);
  }
  return found;
}

/** Cards, jobs, rows and lines of a thread; lines between whole nodes only where no columns are open. */
export function lightThread(scene: Scene, thread: Thread): Lit {
  const nodes = new Uint8Array(scene.nodes.count);
  const edges = new Uint8Array(scene.edges.count);
  for (const id of [...thread.fields.keys(), ...thread.jobs]) {
    const node = scene.index.get(id);
    if (node !== undefined) nodes[node] = 1;
  }
  const rows = new Set<string>();
  const indirect = new Set<string>();
  for (const [node, list] of rowsOn(scene, thread)) {
    const named = thread.fields.get(scene.nodes.id[node]);
    for (const row of list) {
      rows.add(`${node}:${row}`);
      if (named?.get(scene.rows.get(node)![row][0]) === "indirect") indirect.add(`${node}:${row}`);
    }
  }
  const { count, source, target, kind, sourceRow, targetRow } = scene.edges;
  for (let e = 0; e < count; e++) {
    if (kind[e] === Kind.column)
      edges[e] = Number(rows.has(`${source[e]}:${sourceRow[e]}`) && rows.has(`${target[e]}:${targetRow[e]}`));
    else edges[e] = Number(nodes[source[e]] && nodes[target[e]] && !(scene.rows.has(source[e]) && scene.rows.has(target[e])));
  }
  const node = scene.index.get(thread.dataset);
  const at = node === undefined ? -1 : (scene.rows.get(node) ?? []).findIndex(([name]) => name === thread.field);
  return { nodes, edges, rows, indirect, chosen: at < 0 ? "" : `${node}:${at}` };
}
