// Both sides of a diff: what the scene says of them, and the scene as one side has it.

import { plain } from "./plain";
import { Flag, type Scene } from "./wire";

export type Side = "both" | "before" | "after";
export const SIDES: readonly Side[] = ["before", "both", "after"];

export interface Compare {
  /** Nodes with a number, and what the numbers mean. */
  readonly marks: ReadonlyMap<number, number>;
  readonly marked: string;
  /** Nodes that only one side has. */
  readonly alone: ReadonlyMap<number, Side>;
  /** The state of each node on each side. */
  readonly states: Readonly<Record<"before" | "after", readonly string[]>>;
  readonly captions: ReadonlyMap<number, string>;
  /** How many nodes are left out because they are the same on both sides. */
  readonly unchanged: number;
  readonly about: readonly [before: string, after: string];
  readonly changes: number;
}

type Json = Record<string, unknown>;

function byNode<T>(value: unknown, count: number, read: (item: unknown) => T): Map<number, T> {
  const found = new Map<number, T>();
  for (const [key, item] of Object.entries((value ?? {}) as Json)) {
    const node = Number(key);
    if (Number.isInteger(node) && node >= 0 && node < count) found.set(node, read(item));
  }
  return found;
}

const word = (value: unknown): string => (typeof value === "string" ? plain(value) : "");

/** What the header says of two sides; null where the scene is none of a diff. */
export function readCompare(value: unknown, count: number): Compare | null {
  if (typeof value !== "object" || value === null) return null;
  const told = value as Json;
  const states = (told["states"] ?? {}) as Json;
  const about: unknown[] = Array.isArray(told["about"]) ? told["about"] : [];
  const of = (side: string) => {
    const list: unknown = states[side];
    return Array.from({ length: count }, (_, i) => word(Array.isArray(list) ? list[i] : ""));
  };
  return {
    marks: byNode(told["marks"], count, Number),
    marked: word(told["marked"]),
    alone: byNode(told["alone"], count, (side) => (side === "before" ? "before" : "after")),
    states: { before: of("before"), after: of("after") },
    captions: byNode(told["captions"], count, word),
    unchanged: Number(told["unchanged"]) || 0,
    about: [word(about[0]), word(about[1])],
    changes: Number(told["changes"]) || 0,
  };
}

/** Which side alone has an edge. */
export const aloneOf = (flags: number): Side => (flags & Flag.before ? "before" : flags & Flag.after ? "after" : "both");

export interface Absence {
  readonly absent: Uint8Array | null;
  readonly absentEdges: Uint8Array | null;
}

/** 1 for nodes and edges that a side does not have; null where both are shown. */
export function absenceOf(scene: Scene, side: Side): Absence {
  const { compare } = scene;
  if (!compare || side === "both") return { absent: null, absentEdges: null };
  const away = (alone: Side) => (alone === "both" || alone === side ? 0 : 1);
  return {
    absent: Uint8Array.from({ length: scene.nodes.count }, (_, i) => away(compare.alone.get(i) ?? "both")),
    absentEdges: Uint8Array.from(scene.edges.flags, (flags) => away(aloneOf(flags))),
  };
}

/** The scene with captions, and with the states that a side had. */
export function onSide(scene: Scene, side: Side): Scene {
  const { compare, nodes } = scene;
  if (!compare) return scene;
  const caption = nodes.caption.map((words, i) => compare.captions.get(i) ?? words);
  const real = (i: number) => nodes.kind[i] === "dataset" || nodes.kind[i] === "job";
  const state = side === "both" ? nodes.state : nodes.state.map((now, i) => (real(i) ? compare.states[side][i] : now));
  return { ...scene, nodes: { ...nodes, caption, state } };
}
