// A file without a kernel as a host: answers come from what Python put into the file.

import {
  DEFAULTS,
  same,
  type Answer,
  type Host,
  type Name,
  type Question,
  type State,
  type Suggestion,
} from "./host";
import { decodeLog, type Log } from "./log";
import { detailOf } from "./run_detail";

export interface Payload {
  readonly state: Partial<State>;
  readonly scene: string;
  readonly details: Record<string, unknown>;
  readonly scenes: Record<string, string>;
  /** Events on one line, by row id: many details name the same ones. */
  readonly events?: Record<string, string>;
  readonly log?: string;
}

export function fromBase64(text: string): Uint8Array {
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  return bytes;
}

function indented(line: string): string {
  try {
    return JSON.stringify(JSON.parse(line), null, 2);
  } catch {
    return line; // cut because it was too long
  }
}

const NEEDS_A_KERNEL: ReadonlySet<Name> = new Set([
  "expanded",
  "columns",
  "hops",
  "collapsed",
  "added",
  "hidden",
  "pinned",
  "path",
  "thread",
  "_asked",
]);
let decoded: { text: string; log: Log } | null = null;

/** What the log tells of a run, as Python's detail of a run in short. */
function runDetail(text: string, run: string): string {
  if (!text) return "";
  if (decoded?.text !== text) decoded = { text, log: decodeLog(fromBase64(text)) };
  const { log } = decoded;
  const at = log.index.get(run);
  return at === undefined ? "" : JSON.stringify(detailOf(log, at));
}

const ELSEWHERE = "Open it in a notebook to see more.";

export class StaticHost implements Host {
  readonly live = false;
  private readonly state: State;
  private readonly home: readonly string[];
  private readonly first: Uint8Array;
  private readonly details: ReadonlyMap<string, unknown>;
  private readonly scenes: ReadonlyMap<string, string>;
  private readonly events: ReadonlyMap<string, string>;
  private readonly log: string;
  private readonly listeners = new Map<Name, Set<() => void>>();

  constructor(payload: Payload) {
    this.first = fromBase64(payload.scene);
    this.details = new Map(Object.entries(payload.details));
    this.scenes = new Map(Object.entries(payload.scenes));
    this.events = new Map(Object.entries(payload.events ?? {}));
    this.log = payload.log ?? "";
    this.state = { ...DEFAULTS, ...payload.state, _scene: this.first };
    this.home = this.state.focus;
    this.state._detail = this.detail();
  }

  get<K extends Name>(name: K): State[K] {
    return this.state[name];
  }

  on(name: Name, callback: () => void): () => void {
    const set = this.listeners.get(name) ?? new Set();
    this.listeners.set(name, set.add(callback));
    return () => void set.delete(callback);
  }

  set<K extends Name>(name: K, value: State[K]): void {
    if (name === "focus") return this.refocus(value as string[]);
    if (name === "groups") return this.open(value as string[]);
    if (name === "unchanged") return this.swap(value as boolean);
    if (NEEDS_A_KERNEL.has(name)) return this.put("_notice", ELSEWHERE);
    this.put(name, value);
    if (name === "selection" || name === "edge" || name === "finding" || name === "run" || name === "mode") this.put("_detail", this.detail());
    if (name === "_typed") this.put("_suggest", JSON.stringify(this.find(value as string, 12)));
    if (name === "query") this.search(value as string);
  }

  ask(question: Question): Promise<Answer> {
    if (question.what === "log" && this.log) return Promise.resolve({ data: {}, buffers: [fromBase64(this.log)] });
    const event = question.what === "event" ? this.events.get(question.event) : undefined;
    if (event !== undefined) return Promise.resolve({ data: { text: indented(event) }, buffers: [] });
    return Promise.reject(new Error(`This file does not hold that. ${ELSEWHERE}`));
  }

  private put<K extends Name>(name: K, value: State[K]): void {
    this.state[name] = value;
    for (const callback of [...(this.listeners.get(name) ?? [])]) callback();
  }

  /** One group at a time, as far as the file holds what is in it. */
  private open(groups: string[]): void {
    const last = groups.at(-1);
    const scene = last === undefined ? undefined : this.scenes.get(last);
    if (last !== undefined && scene === undefined) return this.put("_notice", ELSEWHERE);
    this.put("groups", last === undefined ? [] : [last]);
    this.put("_scene", scene === undefined ? this.first : fromBase64(scene));
  }

  /** Of a diff: what changed alone, or all of it. */
  private swap(unchanged: boolean): void {
    const scene = this.scenes.get(`unchanged:${unchanged}`);
    if (scene === undefined) return this.put("_notice", ELSEWHERE);
    this.put("focus", []);
    this.put("unchanged", unchanged);
    this.put("_scene", fromBase64(scene));
  }

  private refocus(focus: string[]): void {
    const scene = focus.length === 1 ? this.scenes.get(focus[0]) : undefined;
    if (!scene && !same(focus, this.home)) return this.put("_notice", ELSEWHERE);
    this.put("focus", focus);
    this.put("_scene", scene ? fromBase64(scene) : this.first);
  }

  private detail(): string {
    const { selection, edge, finding, mode, run } = this.state;
    if (mode === "run" && selection.length === 0 && edge.length === 0) return runDetail(this.log, run);
    const key = edge.length === 2 ? edge.join("\0") : (selection[selection.length - 1] ?? (this.details.has("\0") ? `\0${finding}` : ""));
    const detail = this.details.get(key);
    return detail === undefined ? "" : JSON.stringify(detail);
  }

  /** Nodes whose name, or failing that whose id, contains the text, whatever the case. */
  private find(typed: string, limit: number): Suggestion[] {
    const wanted = typed.trim().toLowerCase();
    if (!wanted) return [];
    const byName = this.matching(wanted, (id, name) => name || id);
    return (byName.length > 0 ? byName : this.matching(wanted, (id) => id)).slice(0, limit);
  }

  private matching(wanted: string, text: (id: string, name: string) => string): Suggestion[] {
    const found: [place: number, suggestion: Suggestion][] = [];
    for (const [id, value] of this.details) {
      if (!id || id.includes("\0") || typeof value !== "object" || value === null) continue;
      const { title, above, kind } = value as Record<string, unknown>;
      const word = (part: unknown) => (typeof part === "string" ? part : "");
      const place = text(id, word(title)).toLowerCase().indexOf(wanted);
      if (place >= 0) found.push([place, [id, word(title) || id, word(above), word(kind)]]);
    }
    return found.sort((a, b) => a[0] - b[0] || (a[1][1] < b[1][1] ? -1 : 1)).map(([, suggestion]) => suggestion);
  }

  private search(query: string): void {
    const found = this.find(query, Infinity).map(([id]) => id);
    if (!query.trim()) return this.put("_error", "");
    const text = "No name in this file contains that. In a notebook this box takes the whole selection language.";
    this.put("_error", found.length ? "" : JSON.stringify({ text, at: null }));
    if (found.length) this.set("selection", found);
  }
}
