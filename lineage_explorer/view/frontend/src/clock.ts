// Which runs the view is about: all of them, a window, one; as of a time; stepping and playing.

import type { Host, Timing } from "./host";
import { lastOf, spanOf, type Log } from "./log";
import { isoOf, milliseconds } from "./moment";

export const ALL: Timing = { mode: "all", time: null, run: "" };
const FRAME_MS = 90;
const PLAY_MS = 10_000;

export const sameTiming = (a: Timing, b: Timing): boolean =>
  a.mode === b.mode && a.run === b.run && JSON.stringify(a.time) === JSON.stringify(b.time);

/** What the host says, with what does not fit together put right. */
export function readTiming(host: Host): Timing {
  const mode = host.get("mode");
  const time = host.get("time");
  const run = host.get("run");
  if (mode === "run" && run) return { mode, time: null, run };
  if (mode === "window" && Array.isArray(time) && time.length === 2) return { mode, time, run: "" };
  return { mode: "all", time: typeof time === "string" ? time : null, run: "" };
}

/** The distinct times at which runs began, and the end of the log. */
export function stops(log: Log): number[] {
  const list: number[] = [];
  for (let i = 0; i < log.count; i++) if (list[list.length - 1] !== log.start[i]) list.push(log.start[i]);
  const end = spanOf(log)?.[1];
  if (end !== undefined && end > list[list.length - 1]) list.push(end);
  return list;
}

/** The place of the first stop after a time. */
function after(list: readonly number[], time: number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle] <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

export class Clock {
  timing: Timing;
  log: Log | null = null;
  private stops: number[] = [];
  private timer: ReturnType<typeof setInterval> | undefined;
  private writer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly host: Host,
    private readonly changed: () => void,
    /** How near a job is to what the reader looks at: 0 is not in the picture. */
    private readonly nearness: (job: string) => number = () => 0,
  ) {
    this.timing = readTiming(host);
  }

  get playing(): boolean {
    return this.timer !== undefined;
  }

  setLog(log: Log): void {
    this.log = log;
    this.stops = stops(log);
  }

  /** The host has changed; what this view is just about to tell it is not taken back. */
  heard(): void {
    if (this.writer !== undefined) return;
    const timing = readTiming(this.host);
    if (sameTiming(timing, this.timing)) return;
    this.timing = timing;
    this.changed();
  }

  set(timing: Timing): void {
    if (sameTiming(timing, this.timing)) return;
    this.timing = timing;
    clearTimeout(this.writer);
    // Scrubbing changes it with every frame: Python hears where it rests.
    this.writer = setTimeout(() => this.write(), timing.mode === "run" ? 0 : 120);
    this.changed();
  }

  private write(): void {
    this.writer = undefined;
    const { mode, time, run } = this.timing;
    this.host.set("mode", mode);
    this.host.set("time", time);
    this.host.set("run", run);
  }

  /** As of a time; at the end of the log or after it: all runs. */
  scrub(time: number): void {
    const span = this.log && spanOf(this.log);
    if (!span) return;
    this.set(time >= span[1] ? ALL : { mode: "all", time: isoOf(Math.max(time, span[0])), run: "" });
  }

  window(from: number, to: number): void {
    const [start, end] = from < to ? [from, to] : [to, from];
    this.set({ mode: "window", time: [new Date(Math.floor(start)).toISOString(), isoOf(end)], run: "" });
  }

  choose(run: number): void {
    if (!this.log || run < 0) return;
    this.host.set("selection", []);
    this.host.set("edge", []);
    this.set({ mode: "run", time: null, run: this.log.runs[run] });
  }

  /** One of the three by its name: where nothing is chosen yet something near is. */
  mode(mode: Timing["mode"]): void {
    const span = this.log && spanOf(this.log);
    if (!span || !this.log || mode === this.timing.mode) return;
    const now = this.end() ?? span[1];
    if (mode === "all") return this.set(ALL);
    if (mode === "window") {
      const around = this.timing.mode === "run" ? this.runSpan() : null;
      return around ? this.window(...around) : this.window(Math.max(span[0], now - (span[1] - span[0]) / 4), now);
    }
    this.choose(this.newest(now));
  }

  /** Where the chosen time ends. */
  end(): number | null {
    const { time } = this.timing;
    if (Array.isArray(time)) return milliseconds((time as readonly string[])[1]);
    if (typeof time === "string") return milliseconds(time);
    return this.runSpan()?.[1] ?? null;
  }

  runSpan(): readonly [number, number] | null {
    const run = this.log?.index.get(this.timing.run);
    return run === undefined || !this.log ? null : [this.log.start[run], lastOf(this.log, run)];
  }

  /** The last run that began by then: of what is looked at, and that touched something, if there is such. */
  private newest(time: number): number {
    const log = this.log!;
    const near = log.jobs.map((job) => 2 * this.nearness(job));
    const rank = (i: number) => near[log.job[i]] + +(log.ioStart[i + 1] > log.ioStart[i]);
    let found = -1;
    for (let i = 0; i < log.count && log.start[i] <= time; i++) if (found < 0 || rank(i) >= rank(found)) found = i;
    return found;
  }

  /** One step forward or back: to where a run begins, the window by its length, or the next run. */
  step(by: number): void {
    const { log, timing } = this;
    if (!log || log.count === 0) return;
    if (timing.mode === "run") {
      const at = log.index.get(timing.run) ?? 0;
      return this.choose(Math.max(0, Math.min(log.count - 1, at + by)));
    }
    if (Array.isArray(timing.time)) {
      const [from, to] = (timing.time as readonly string[]).map(milliseconds);
      const span = spanOf(log)!;
      const shift = Math.max(span[0] - from, Math.min(span[1] - to, ((to - from) * by) / 4));
      return this.window(from + shift, to + shift);
    }
    const at = this.end();
    const place = at === null ? this.stops.length - 1 : after(this.stops, at) - 1;
    const next = Math.max(0, Math.min(this.stops.length - 1, place + by));
    this.scrub(this.stops[next]);
  }

  /** Play forward from here, or from the beginning where this is the end. */
  play(): void {
    if (this.playing) return this.pause();
    const { log } = this;
    const span = log && spanOf(log);
    if (!log || !span) return;
    const run = this.timing.mode === "run";
    if (run && log.index.get(this.timing.run) === log.count - 1) this.choose(0);
    if (!run && (this.end() ?? span[1]) >= span[1]) this.rewind(span);
    const frames = PLAY_MS / FRAME_MS;
    const by = Math.max(1, Math.ceil(this.stops.length / frames));
    this.timer = setInterval(
      () => {
        const before = this.timing;
        this.step(run ? 1 : Array.isArray(before.time) ? 0.5 : by);
        if (sameTiming(before, this.timing) || (!run && this.timing.time === null)) this.pause();
      },
      run ? 900 : FRAME_MS,
    );
    this.changed();
  }

  private rewind(span: readonly [number, number]): void {
    const { time } = this.timing;
    if (!Array.isArray(time)) return this.scrub(span[0]);
    const [from, to] = (time as readonly string[]).map(milliseconds);
    this.window(span[0], span[0] + (to - from));
  }

  pause(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.changed();
  }

  dispose(): void {
    clearInterval(this.timer);
    if (this.writer === undefined) return;
    clearTimeout(this.writer);
    this.write();
  }
}
