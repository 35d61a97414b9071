// A scene as of a time, in a window or in one run, as `view/moment.py` works it out in Python.

import type { Timing } from "./host";
import { COMPLETE, RUNNING, STATES, UNKNOWN, type Log } from "./log";
import { counted } from "./plain";
import { Kind, type Scene } from "./wire";

export interface Moment {
  /** As of when states and ages are told. */
  readonly at: number;
  /** 1 for what was not seen then. */
  readonly nodes: Uint8Array;
  readonly edges: Uint8Array;
  /** 1 for jobs that ran at that time. */
  readonly active: Uint8Array;
  /** Words under the nodes of one run. */
  readonly captions: readonly string[] | null;
  readonly states: readonly string[];
  /** When a run last completed, in milliseconds; not-a-number where none did. */
  readonly completed: Float64Array;
}

export const milliseconds = (iso: string): number => Date.parse(iso);

/** A time as ISO text in UTC, rounded up so that what ended then has ended. */
export const isoOf = (time: number): string => new Date(Math.ceil(time)).toISOString();

export const isAll = (timing: Timing): boolean => timing.mode === "all" && timing.time === null;

/** Null while nothing is chosen: the picture as it is. */
export function momentOf(scene: Scene, log: Log, timing: Timing): Moment | null {
  if (isAll(timing)) return null;
  if (timing.mode === "run") {
    const run = log.index.get(timing.run);
    return run === undefined ? null : ofRun(scene, log, run);
  }
  if (Array.isArray(timing.time)) {
    const [start, end] = (timing.time as readonly string[]).map(milliseconds);
    return { ...told(scene, log, end), ...within(scene, log, start, end), active: going(scene, log, end) };
  }
  const at = milliseconds(timing.time as string);
  return { ...told(scene, log, at), ...until(scene, at), active: going(scene, log, at) };
}

function until(scene: Scene, at: number): Pick<Moment, "nodes" | "edges"> {
  const later = (seen: Float64Array, count: number) => Uint8Array.from({ length: count }, (_, i) => +(seen[2 * i] > at));
  return { nodes: later(scene.nodes.seen, scene.nodes.count), edges: later(scene.edges.seen, scene.edges.count) };
}

function within(scene: Scene, log: Log, start: number, end: number): Pick<Moment, "nodes" | "edges"> {
  const runs: number[] = [];
  for (let i = 0; i < log.count && log.start[i] <= end; i++) {
    const last = Number.isNaN(log.end[i]) && log.state[i] !== RUNNING ? log.last[i] : log.end[i];
    if (!(last < start)) runs.push(i);
  }
  return touched(scene, log, runs, start, end);
}

function ofRun(scene: Scene, log: Log, run: number): Moment {
  const at = Number.isNaN(log.end[run]) ? log.last[run] : log.end[run];
  const captions = new Array<string>(scene.nodes.count).fill("");
  const words = new Map<number, string[]>();
  for (let k = log.ioStart[run]; k < log.ioStart[run + 1]; k++) {
    const node = scene.index.get(log.datasets[log.ioDataset[k]]);
    if (node === undefined) continue;
    const parts = log.ioVersion[k] ? [log.versions[log.ioVersion[k] - 1]] : [];
    if (!Number.isNaN(log.ioRows[k])) parts.push(`${counted(log.ioRows[k])} row${log.ioRows[k] === 1 ? "" : "s"}`);
    words.set(node, [...(words.get(node) ?? []), parts.join(" · ") || "no version told"]);
  }
  for (const [node, list] of words) captions[node] = [...new Set(list)].join(" → ");
  return {
    ...told(scene, log, at),
    ...touched(scene, log, [run], Infinity, -Infinity),
    active: new Uint8Array(scene.nodes.count),
    captions,
  };
}

/** What these runs read and wrote, and what was told between two times outside of any run. */
function touched(
  scene: Scene,
  log: Log,
  runs: readonly number[],
  start: number,
  end: number,
): Pick<Moment, "nodes" | "edges"> {
  const { nodes, edges, index } = scene;
  const here = new Uint8Array(nodes.count);
  const lines = new Set<number>();
  const key = (a: number, b: number) => a * nodes.count + b;
  for (const run of runs) {
    const job = index.get(log.jobs[log.job[run]]);
    if (job !== undefined) here[job] = 1;
    for (let k = log.ioStart[run]; k < log.ioStart[run + 1]; k++) {
      const dataset = index.get(log.datasets[log.ioDataset[k]]);
      if (dataset === undefined) continue;
      here[dataset] = 1;
      if (job !== undefined) lines.add(log.ioOutput[k] ? key(job, dataset) : key(dataset, job));
    }
  }
  const byRuns = inRuns(scene, log);
  const overlaps = (seen: Float64Array, i: number) => end >= start && !(seen[2 * i] > end || seen[2 * i + 1] < start);
  const real = (i: number) => nodes.kind[i] === "dataset" || nodes.kind[i] === "job";
  for (let i = 0; i < nodes.count; i++)
    if (!real(i) || (!byRuns[i] && overlaps(nodes.seen, i))) here[i] = 1;
  const faint = new Uint8Array(edges.count);
  for (let e = 0; e < edges.count; e++) {
    const [s, t] = [edges.source[e], edges.target[e]];
    const ofRuns = byRuns[s] && byRuns[t] && real(s) && real(t) && nodes.kind[s] !== nodes.kind[t];
    const kept = edges.kind[e] === Kind.column || edges.kind[e] === Kind.stub;
    const seen = ofRuns ? lines.has(key(s, t)) : here[s] && here[t] && (kept || overlaps(edges.seen, e));
    faint[e] = seen ? 0 : 1;
  }
  return { nodes: here.map((seen) => 1 - seen), edges: faint };
}

const known = new WeakMap<Scene, { log: Log; flags: Uint8Array }>();

/** 1 for nodes that some run is of, reads or writes: what is known of others lies outside of runs. */
function inRuns(scene: Scene, log: Log): Uint8Array {
  const kept = known.get(scene);
  if (kept?.log === log) return kept.flags;
  const flags = new Uint8Array(scene.nodes.count);
  for (const id of [...log.jobs, ...log.datasets]) {
    const node = scene.index.get(id);
    if (node !== undefined) flags[node] = 1;
  }
  known.set(scene, { log, flags });
  return flags;
}

function going(scene: Scene, log: Log, at: number): Uint8Array {
  const active = new Uint8Array(scene.nodes.count);
  for (let i = 0; i < log.count && log.start[i] <= at; i++) {
    if (log.end[i] <= at || (Number.isNaN(log.end[i]) && log.state[i] !== RUNNING)) continue;
    const job = scene.index.get(log.jobs[log.job[i]]);
    if (job !== undefined) active[job] = 1;
  }
  return active;
}

/** The newest run of each node and its last completed one, of those begun by then. */
function told(scene: Scene, log: Log, at: number): Moment {
  const n = scene.nodes.count;
  const newest = new Int32Array(n).fill(-1);
  const heard = new Float64Array(n).fill(-Infinity);
  const completed = new Float64Array(n).fill(NaN);
  const jobNode = log.jobs.map((id) => scene.index.get(id) ?? -1);
  const dataNode = log.datasets.map((id) => scene.index.get(id) ?? -1);
  const stateOf = (i: number) => {
    const open = Number.isNaN(log.end[i]) || log.end[i] > at;
    return open && log.state[i] !== RUNNING && log.state[i] !== UNKNOWN ? RUNNING : log.state[i];
  };
  const tell = (node: number, run: number) => {
    if (node < 0) return;
    const last = Number.isNaN(log.last[run]) ? -Infinity : Math.min(log.last[run], at);
    const before = newest[node];
    if (last > heard[node] || (last === heard[node] && (before < 0 || log.runs[run] > log.runs[before]))) {
      newest[node] = run;
      heard[node] = last;
    }
    if (stateOf(run) === COMPLETE && !(completed[node] >= log.end[run])) completed[node] = log.end[run];
  };
  for (let i = 0; i < log.count && log.start[i] <= at; i++) {
    tell(jobNode[log.job[i]], i);
    for (let k = log.ioStart[i]; k < log.ioStart[i + 1]; k++) if (log.ioOutput[k]) tell(dataNode[log.ioDataset[k]], i);
  }
  const states = Array.from(newest, (run) => (run < 0 ? "" : STATES[stateOf(run)]));
  const none = new Uint8Array(0);
  return { at, nodes: none, edges: none, active: none, captions: null, states, completed };
}

/** What the members of groups were then is not known here. */
const NO_MIX: ReadonlyMap<number, readonly (readonly [number, number])[]> = new Map();
const STATE_ENTRIES = ["COMPLETE", "FAIL", "RUNNING", "ABORT", "UNKNOWN"];
const HOUR = 3_600_000;
const AGES = [HOUR, 24 * HOUR, 7 * 24 * HOUR, 30 * 24 * HOUR, Infinity];

/** An age in words: `3 days ago`. */
export function ago(age: number): string {
  for (const [size, word] of [
    [24 * HOUR, "day"],
    [HOUR, "hour"],
    [HOUR / 60, "minute"],
  ] as const) {
    const count = Math.floor(age / size);
    if (count >= 1) return `${count} ${word}${count === 1 ? "" : "s"} ago`;
  }
  return "less than a minute ago";
}

/** The scene with states, ages and captions of a moment; the rest is shared with the scene itself. */
export function retold(scene: Scene, moment: Moment): Scene {
  const { kind } = scene.nodes;
  const real = (i: number) => kind[i] === "dataset" || kind[i] === "job";
  const modes = scene.modes.map((mode) => {
    if (mode.name === "state") {
      const values = mode.values.map((value, i) => {
        if (!real(i)) return value;
        const at = STATE_ENTRIES.indexOf(moment.states[i]);
        return at < 0 ? STATE_ENTRIES.length : at;
      });
      return { ...mode, values, mix: NO_MIX };
    }
    if (mode.name !== "freshness") return mode;
    const age = (i: number) => Math.max(0, moment.at - moment.completed[i]);
    const values = mode.values.map((value, i) => {
      if (!real(i)) return value;
      return Number.isNaN(moment.completed[i]) ? AGES.length : AGES.findIndex((most) => age(i) <= most);
    });
    const words = Array.from(values, (_, i) => (Number.isNaN(moment.completed[i]) ? "" : `completed ${ago(age(i))}`));
    return { ...mode, values, words, mix: NO_MIX };
  });
  const nodes = {
    ...scene.nodes,
    state: scene.nodes.state.map((state, i) => (real(i) ? moment.states[i] : state)),
    caption: moment.captions ?? scene.nodes.caption,
  };
  return { ...scene, nodes, modes };
}
