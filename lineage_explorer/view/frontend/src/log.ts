// The log of runs as Python sends it: decoded once, sorted by when they began.

import { fail, openBlock, text, texts } from "./bytes";
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
  const { header, f8, u4, u1 } = openBlock(data, "LXL1");
  const runs = texts(header["runs"], -1, "runs");
  const n = runs.length;
  const jobs = texts(header["jobs"], -1, "jobs");
  const datasets = texts(header["datasets"], -1, "datasets");
  const versions = texts(header["versions"], -1, "versions").map(plain);
  const ioStart = u4("io_start", n + 1);
  const ioDataset = u4("io_dataset", -1);
  const log: Log = {
    count: n,
    runs,
    start: f8("start", n),
    end: f8("end", n),
    last: f8("last", n),
    state: u1("state", n),
    job: u4("job", n),
    jobs,
    names: texts(header["names"], jobs.length, "names").map(plain),
    datasets,
    versions,
    ioStart,
    ioDataset,
    ioOutput: u1("io_output", ioDataset.length),
    ioVersion: u4("io_version", ioDataset.length),
    ioRows: f8("io_rows", ioDataset.length),
    untimed: Number(text(header["untimed"])) || 0,
    index: new Map(runs.map((run, i) => [run, i])),
  };
  check(log);
  return log;
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
