import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { barsOf, binsOf, lanesOf, MOST_LANES, moved, runAt, zoomed } from "../src/bars";
import { Clock, stops } from "../src/clock";
import { DEFAULTS, type Host, type Name, type State } from "../src/host";
import { inSight, ROW_HEIGHT, worded } from "../src/listed";
import { decodeLog, firstFrom, spanOf, STATES, type Log } from "../src/log";
import { heights, readPlot } from "../src/plot";
import { lasted, ticks } from "../src/ticks";
import { pack } from "../dev/fake";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

interface Run {
  start: number;
  end?: number;
  state?: number;
  job?: number;
}

function logOf(runs: Run[], jobs = ["job:a"]): Log {
  const times = runs.flatMap((run) => [run.start, run.end ?? NaN, run.end ?? run.start]);
  const nth = (k: number) => Uint32Array.from(runs, (_, i) => 3 * i + k);
  const header = {
    version: 2,
    spaces: ["x"],
    jobs: { name: jobs, id: Object.fromEntries(jobs.map((job, i) => [String(i), job])) },
    datasets: { name: [], id: {} },
    versions: [],
    runs: runs.map((_, i) => `r${i}`),
    untimed: 0,
  };
  return decodeLog(
    pack(
      header,
      {
        times: Float64Array.from(times),
        start: nth(0),
        end: nth(1),
        last: nth(2),
        state: Uint8Array.from(runs, (run) => run.state ?? 1),
        job: Uint32Array.from(runs, (run) => run.job ?? 0),
        job_space: new Uint32Array(jobs.length),
        dataset_space: new Uint32Array(0),
        io_count: new Uint32Array(runs.length),
        io_dataset: new Uint32Array(0),
        io_output: new Uint8Array(0),
        io_version: new Uint32Array(0),
        io_rows: new Uint32Array(0),
        rows: new Float64Array(0),
      },
      "LXL1",
    ),
  );
}

const many = (n: number): Run[] => Array.from({ length: n }, (_, i) => ({ start: i * 10, end: i * 10 + 5, state: i % 5 }));
const whole = { from: 0, to: 100_000 };

test("a few runs are bars, each run once, none over another", () => {
  const log = logOf([{ start: 0, end: 60 }, { start: 30, end: 50 }, { start: 70, end: 90 }]);
  const drawn = barsOf(log, { from: 0, to: 100 }, 400);
  expect(drawn.kind).toBe("lanes");
  if (drawn.kind !== "lanes") return;
  expect(drawn.bars.map((bar) => [bar.run, bar.lane])).toEqual([[0, 0], [1, 1], [2, 0]]);
  for (const a of drawn.bars)
    for (const b of drawn.bars) if (a !== b && a.lane === b.lane) expect(a.x + a.w <= b.x || b.x + b.w <= a.x).toBe(true);
});

test("many runs are heaps that hold each of them once", () => {
  const log = logOf(many(50_000));
  const drawn = barsOf(log, { from: 0, to: 500_000 }, 1_000);
  expect(drawn.kind).toBe("bins");
  if (drawn.kind !== "bins") return;
  expect(drawn.values.reduce((sum, n) => sum + n, 0)).toBe(50_000);
  expect(drawn.values.reduce((sum, n, i) => sum + (i % STATES.length === 2 ? n : 0), 0)).toBe(10_000);
});

test("more runs at once than there are lanes are heaps", () => {
  const log = logOf(Array.from({ length: MOST_LANES + 1 }, () => ({ start: 0, end: 100 })));
  expect(lanesOf(log, { from: 0, to: 100 }, 1_000)).toBeNull();
});

test("of a heap the newest failed run is meant", () => {
  const log = logOf([{ start: 1, end: 2, state: 2 }, { start: 2, end: 3 }, { start: 90, end: 91 }]);
  const span = { from: 0, to: 100 };
  const drawn = binsOf(log, span, 100);
  expect(runAt(log, span, 100, drawn, 2, 5, 30)).toBe(0);
  expect(runAt(log, span, 100, drawn, 91, 5, 30)).toBe(2);
  expect(runAt(log, span, 100, drawn, 50, 5, 30)).toBe(-1);
});

test("a zoom keeps the time under the hand where it is, and stays inside", () => {
  const near = zoomed(whole, whole, 25_000, 2);
  expect((25_000 - near.from) / (near.to - near.from)).toBeCloseTo(0.25);
  expect(zoomed(near, whole, 25_000, 0.01)).toEqual(whole);
  expect(moved(near, whole, -1e9).from).toBe(0);
  expect(moved(near, whole, 1e9).to).toBe(whole.to);
});

test("runs are found by when they began", () => {
  const log = logOf(many(1_000));
  for (const time of [-1, 0, 5, 10, 9_990, 9_991, 1e6])
    expect(firstFrom(log, time)).toBe(many(1_000).filter((run) => run.start < time).length);
  expect(spanOf(log)).toEqual([0, 9_995]);
  expect(spanOf(logOf([]))).toBeNull();
});

test.each([50, 5_000, 60_000, 3_600_000, 86_400_000, 30 * 86_400_000, 3 * 365 * 86_400_000])(
  "marks over %d ms have room and are in order",
  (length) => {
    const from = Date.UTC(2024, 2, 30, 11, 7);
    const list = ticks(from, from + length, 1_000);
    expect(list.length).toBeGreaterThan(0);
    const at = list.map(({ time }) => ((time - from) / length) * 1_000);
    at.forEach((x, i) => i && expect(x - at[i - 1]).toBeGreaterThan(70));
    expect(at[0]).toBeGreaterThanOrEqual(0);
    expect(new Set(list.map(({ label }) => label)).size).toBe(list.length);
  },
);

test("no time at all has no marks", () => expect(ticks(5, 5, 1_000)).toEqual([]));

test("lengths are told in words", () => {
  expect([4, 4_200, 83_000, 3_700_000, 3 * 86_400_000].map(lasted)).toEqual([
    "4 ms",
    "4.2 s",
    "1 min 23 s",
    "1 h 1 min",
    "3 days",
  ]);
});

function clockOn(log: Log) {
  const state: State = { ...DEFAULTS };
  const listeners = new Map<Name, () => void>();
  const host: Host = {
    live: true,
    get: (name) => state[name],
    set: (name, value) => void (state[name] = value),
    on: (name, callback) => (listeners.set(name, callback), () => undefined),
    ask: () => Promise.reject(new Error("nobody")),
  };
  let heard = 0;
  const clock = new Clock(host, () => heard++);
  clock.setLog(log);
  return { clock, state, heard: () => heard };
}

test("scrubbing tells Python only where it comes to rest", () => {
  const { clock, state } = clockOn(logOf(many(100)));
  for (let time = 0; time < 500; time += 10) clock.scrub(time);
  expect(state.time).toBeNull();
  vi.advanceTimersByTime(200);
  expect(state.time).toBe(new Date(490).toISOString());
});

test("the end of the log is all runs", () => {
  const { clock } = clockOn(logOf(many(100)));
  clock.scrub(100);
  clock.scrub(1e9);
  expect(clock.timing).toEqual({ mode: "all", time: null, run: "" });
});

test("a window is kept in order, whichever way it was brushed", () => {
  const { clock } = clockOn(logOf(many(100)));
  clock.window(500, 200);
  expect(clock.timing.time).toEqual([new Date(200).toISOString(), new Date(500).toISOString()]);
});

test("a step goes to where the next run begins, or to the next run", () => {
  const { clock } = clockOn(logOf(many(100)));
  clock.scrub(52);
  clock.step(1);
  expect(clock.end()).toBe(60);
  clock.step(-1);
  expect(clock.end()).toBe(50);
  clock.choose(3);
  clock.step(1);
  expect(clock.timing.run).toBe("r4");
});

test("playing begins at the beginning where this is the end, and stops at the end", () => {
  const { clock } = clockOn(logOf(many(50)));
  clock.play();
  expect(clock.playing).toBe(true);
  expect(clock.end()).toBe(0);
  vi.advanceTimersByTime(60_000);
  expect(clock.playing).toBe(false);
  expect(clock.timing).toEqual({ mode: "all", time: null, run: "" });
});

test("one run is that of what is looked at", () => {
  const log = logOf([{ start: 0, end: 1, job: 1 }, { start: 5, end: 6 }], ["job:a", "job:b"]);
  const { clock } = clockOn(log);
  clock.mode("run");
  expect(clock.timing.run).toBe("r1");
  const near = new Clock({ ...clockOn(log), live: true, get: (name: Name) => DEFAULTS[name], set: () => undefined, on: () => () => undefined, ask: () => Promise.reject(new Error()) } as unknown as Host, () => undefined, (job) => (job === "job:b" ? 1 : 0));
  near.setLog(log);
  near.mode("run");
  expect(near.timing.run).toBe("r0");
});

test("times at which nothing new began are one stop", () => {
  expect(stops(logOf([{ start: 1, end: 2 }, { start: 1, end: 2 }, { start: 3, end: 9 }]))).toEqual([1, 3, 9]);
});

test("of a long list only what is in sight is made", () => {
  expect(inSight(0, 230, 1e6)).toEqual([0, 18]);
  const [from, to] = inSight(1_000 * ROW_HEIGHT, 230, 1e6);
  expect(from).toBeLessThan(1_000);
  expect(to - from).toBeLessThan(40);
  expect(inSight(0, 230, 3)).toEqual([0, 3]);
});

test("a time is shown in the reader's zone and said in UTC on hover", () => {
  const [shown, title] = worded("2024-05-01 10:00:00 UTC");
  expect(title).toBe("2024-05-01 10:00:00 UTC");
  expect(shown).toContain("2024");
  expect(shown).not.toContain("UTC");
  expect(worded("at 2024-05-01 10:00:00 UTC")[0]).toBe("at 2024-05-01 10:00:00 UTC");
});

test("a run whose length is not known is drawn as neither long nor short", () => {
  const bars = readPlot([["a", "COMPLETE", 10, "", ""], ["b", "RUNNING", null, "", ""], ["c", "FAIL", 0, "", ""], "x"]);
  const [full, unknown, least] = heights(bars);
  expect(unknown).toBeLessThan(full);
  expect(unknown).toBeGreaterThan(least);
  expect(least).toBeGreaterThan(0);
});
