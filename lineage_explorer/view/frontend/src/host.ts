// What the view knows of the world around it: named values, both ways.

import type { Side } from "./compare";
import type { ThemeName } from "./paint";

export interface Timing {
  readonly mode: "all" | "window" | "run";
  /** An ISO time in mode "all", a pair of them in mode "window". */
  readonly time: string | readonly string[] | null;
  readonly run: string;
}

export interface State extends Timing {
  selection: string[];
  edge: string[];
  /** The finding of a report that is chosen, by its id. */
  finding: string;
  hovered: string;
  focus: string[];
  hops: number;
  query: string;
  color: string;
  theme: ThemeName;
  expanded: string[];
  /** Datasets whose columns are shown. */
  columns: string[];
  /** Stubs behind which nothing is shown. */
  collapsed: string[];
  /** Nodes shown besides, from the list behind a stub. */
  added: string[];
  /** Groups that are open. */
  groups: string[];
  hidden: string[];
  pinned: string[];
  /** Two nodes: only the ways from one to the other are shown. */
  path: string[];
  /** A dataset and a column of it whose lineage is lit, and the one that alone is shown. */
  column: string[];
  thread: string[];
  /** Of a diff: whether what is the same is drawn too, and which side. */
  unchanged: boolean;
  side: Side;
  height: number;
  /** Python that makes this view again. */
  _code: string;
  /** Changes when there is another log to be asked for. */
  _log: number;
  /** Where linked views look, and how many links there are. */
  _camera: string;
  _linked: number;
  _scene: DataView | Uint8Array | null;
  _detail: string;
  _error: string;
  _fallback: string;
  _suggest: string;
  _typed: string;
  /** The stub whose list is asked for, and the answer. */
  _asked: string;
  _more: string;
  /** What the chosen column is connected to. */
  _lit: string;
  /** Something to tell the reader for a moment; only a host without a kernel uses it. */
  _notice: string;
}

export type Name = keyof State;

export interface Host {
  /** True while a kernel answers: columns can be opened, stubs expanded, hops changed. */
  readonly live: boolean;
  get<K extends Name>(name: K): State[K];
  set<K extends Name>(name: K, value: State[K]): void;
  /** Ask for what is sent only when it is needed; rejected where there is no answer. */
  ask(question: Question): Promise<Answer>;
  /** Call back when a value changes, whoever changed it; returns the way to stop. */
  on(name: Name, callback: () => void): () => void;
}

export type Question =
  | { readonly what: "log" }
  | { readonly what: "event"; readonly event: string }
  | {
      readonly what: "rows";
      readonly list: string;
      readonly about: string;
      readonly from: number;
      readonly count: number;
    };

export interface Answer {
  readonly data: Readonly<Record<string, unknown>>;
  readonly buffers: readonly (DataView | Uint8Array)[];
}

export const DEFAULTS: Readonly<State> = {
  selection: [],
  edge: [],
  finding: "",
  hovered: "",
  focus: [],
  hops: 1,
  query: "",
  color: "",
  theme: "auto",
  expanded: [],
  columns: [],
  collapsed: [],
  added: [],
  groups: [],
  hidden: [],
  pinned: [],
  path: [],
  column: [],
  thread: [],
  unchanged: false,
  side: "both",
  height: 480,
  mode: "all",
  time: null,
  run: "",
  _code: "",
  _log: 0,
  _camera: "",
  _linked: 0,
  _scene: null,
  _detail: "",
  _error: "",
  _fallback: "",
  _suggest: "",
  _typed: "",
  _asked: "",
  _more: "",
  _lit: "",
  _notice: "",
};

/** What the box becomes if it is taken stands last; empty: the node or run itself is meant. */
export type Suggestion = readonly [id: string, label: string, above: string, kind: string, text?: string];

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
