// What the view knows of the world around it: named values, both ways.

import type { ThemeName } from "./paint";

export interface State {
  selection: string[];
  edge: string[];
  hovered: string;
  focus: string[];
  hops: number;
  query: string;
  color: string;
  theme: ThemeName;
  expanded: string[];
  /** Datasets whose columns are shown. */
  columns: string[];
  height: number;
  _scene: DataView | Uint8Array | null;
  _detail: string;
  _error: string;
  _fallback: string;
  _suggest: string;
  _typed: string;
  /** Something to tell the reader for a moment; only a host without a kernel uses it. */
  _notice: string;
}

export type Name = keyof State;

export interface Host {
  /** True while a kernel answers: columns can be opened, stubs expanded, hops changed. */
  readonly live: boolean;
  get<K extends Name>(name: K): State[K];
  set<K extends Name>(name: K, value: State[K]): void;
  /** Call back when a value changes, whoever changed it; returns the way to stop. */
  on(name: Name, callback: () => void): () => void;
}

export const DEFAULTS: Readonly<State> = {
  selection: [],
  edge: [],
  hovered: "",
  focus: [],
  hops: 1,
  query: "",
  color: "",
  theme: "auto",
  expanded: [],
  columns: [],
  height: 480,
  _scene: null,
  _detail: "",
  _error: "",
  _fallback: "",
  _suggest: "",
  _typed: "",
  _notice: "",
};

export type Suggestion = readonly [id: string, label: string, above: string, kind: string];

/** JSON from the other side, or null: a broken value must not break the view. */
export function parse(json: string): unknown {
  if (!json) return null;
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return null;
  }
}

export const same = (a: readonly string[], b: readonly string[]) =>
  a.length === b.length && a.every((v, i) => v === b[i]);
