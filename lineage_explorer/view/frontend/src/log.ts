// The log of runs as Python sends it: decoded once, sorted by when they began.

import { fail, object, openBlock, text, texts } from "./bytes";
import { coded, identities, numbers } from "./coded";
import { plain } from "./plain";

export const STATES = ["RUNNING", "COMPLETE", "FAIL", "ABORT", "UNKNOWN"] as const;
export const [RUNNING, COMPLETE, FAIL, ABORT, UNKNOWN] = [0, 1, 2, 3, 4];

export interface Log {
  readonly count: number;
  /** Run ids as written. */
  readonly runs: readonly string[];
  /** Milliseconds since 1970; the end is not-a-number while a run is not known to have ended. */
  readonly start: Float64Array;
  readonly end: Float64Array;
  /** When it was last heard of. */
  readonly last: Float64Array;
  readonly state: Uint8Array;
  readonly job: Uint32Array;
  readonly jobs: readonly string[];
  readonly names: readonly string[];
  readonly datasets: readonly string[];
  readonly versions: readonly string[];
  /** What run `i` read and wrote lies from ioStart[i] to ioStart[i + 1]. */
  readonly ioStart: Uint32Array;
  readonly ioDataset: Uint32Array;
  readonly ioOutput: Uint8Array;
  /** 0 is no version; else one more than its place in `versions`. */
  readonly ioVersion: Uint32Array;
  readonly ioRows: Float64Array;
  /** Runs that no event gives a time. */
  readonly untimed: number;
  readonly index: ReadonlyMap<string, number>;
}

/** Decode `LXL1` bytes; everything that indexes something else is checked here, once. */
export function decodeLog(data: DataView | ArrayBuffer | Uint8Array): Log {
  const block = openBlock(data, "LXL1", 2);
  const { header, u, u1 } = block;
  const runs = texts(header["runs"], -1, "runs");
  const n = runs.length;
  const named = (list: string, kind: string) => {
    const told = object(header[list], list);
    const names = texts(told["name"], -1, list);
    const spaces = coded(header["spaces"], u(`${kind}_space`, names.length), "a namespace");
    return { names, ids: identities(told["id"], names, (i) => `${kind}:${spaces[i]}`) };
  };
  const jobs = named("jobs", "job");
  const versions = texts(header["versions"], -1, "versions").map(plain);
  const ioDataset = u("io_dataset", -1);
  const log: Log = {
    count: n,
    runs,
    start: numbers(block, "times", "start", n),
    end: numbers(block, "times", "end", n),
    last: numbers(block, "times", "last", n),
    state: u1("state", n),
    job: u("job", n),
    jobs: jobs.ids,
    names: jobs.names.map(plain),
    datasets: named("datasets", "dataset").ids,
    versions,
    ioStart: summed(u("io_count", n)),
    ioDataset,
    ioOutput: u1("io_output", ioDataset.length),
    ioVersion: u("io_version", ioDataset.length),
    ioRows: numbers(block, "rows", "io_rows", ioDataset.length),
    untimed: Number(text(header["untimed"])) || 0,
    index: new Map(runs.map((run, i) => [run, i])),
  };
  check(log);
  return log;
}

function summed(counts: Uint32Array): Uint32Array {
  const start = new Uint32Array(counts.length + 1);
  for (let i = 0; i < counts.length; i++) start[i + 1] = start[i] + counts[i];
  return start;
}

function check(log: Log): void {
  const { count, job, jobs, state, ioStart, ioDataset, ioVersion, datasets, versions } = log;
  for (let i = 0; i < count; i++) {
    if (job[i] >= jobs.length) fail(`run ${i} is of a job that is not there`);
    if (state[i] >= STATES.length) fail(`run ${i} has no state`);
    if (ioStart[i + 1] < ioStart[i] || ioStart[i + 1] > ioDataset.length) fail(`run ${i} touches what is not there`);
  }
  for (let i = 0; i < ioDataset.length; i++) {
    if (ioDataset[i] >= datasets.length || ioVersion[i] > versions.length) fail(`what run touches ${i} is not there`);
  }
}

/** The first run that began at or after a time. */
export function firstFrom(log: Log, time: number): number {
  let [low, high] = [0, log.count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (log.start[middle] < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Begin and end of all runs; null where there is none. */
export function spanOf(log: Log): readonly [number, number] | null {
  if (log.count === 0) return null;
  let end = log.start[0];
  for (let i = 0; i < log.count; i++) {
    const last = Number.isNaN(log.end[i]) ? log.last[i] : log.end[i];
    if (last > end) end = last;
    if (log.start[i] > end) end = log.start[i];
  }
  return [log.start[0], end];
}

/** A run's last moment: its end, or where that is not known when it was last heard of. */
export const lastOf = (log: Log, i: number): number =>
  Number.isNaN(log.end[i]) ? (Number.isNaN(log.last[i]) ? log.start[i] : log.last[i]) : log.end[i];
