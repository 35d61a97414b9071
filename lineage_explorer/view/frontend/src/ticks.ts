// Where the time axis has its marks and what they say, in the reader's own zone.

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [
  1,
  5,
  10,
  50,
  100,
  500,
  SECOND,
  5 * SECOND,
  15 * SECOND,
  30 * SECOND,
  MINUTE,
  5 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  2 * DAY,
  7 * DAY,
  14 * DAY,
];
const MONTHS = [1, 3, 6, 12, 24, 60, 120];
const MONTH = 30.44 * DAY;

export interface Tick {
  readonly time: number;
  readonly label: string;
}

/** Marks between two times, at least `room` pixels apart on a strip of that width. */
export function ticks(from: number, to: number, width: number, room = 84): Tick[] {
  const least = ((to - from) * room) / Math.max(1, width);
  if (!(least > 0)) return [];
  const step = STEPS.find((it) => it >= least);
  return step === undefined ? months(from, to, least) : steps(from, to, step);
}

function steps(from: number, to: number, step: number): Tick[] {
  const list: Tick[] = [];
  // Steps are counted in local time, so that days begin at midnight.
  const offset = (time: number) => new Date(time).getTimezoneOffset() * MINUTE;
  for (let local = Math.ceil((from - offset(from)) / step) * step; list.length < 200; local += step) {
    const time = local + offset(local + offset(from));
    if (time > to) break;
    if (time >= from) list.push({ time, label: label(time, step) });
  }
  return list;
}

function months(from: number, to: number, least: number): Tick[] {
  const every = MONTHS.find((it) => it * MONTH >= least) ?? MONTHS[MONTHS.length - 1];
  const list: Tick[] = [];
  const first = new Date(from);
  for (let month = Math.floor(first.getMonth() / every) * every; list.length < 200; month += every) {
    const time = new Date(first.getFullYear(), month, 1).getTime();
    if (time > to) break;
    if (time >= from) list.push({ time, label: format(time, { month: "short", year: "numeric" }) });
  }
  return list;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(time: number, options: Intl.DateTimeFormatOptions): string {
  const key = JSON.stringify(options);
  let made = formats.get(key);
  if (!made) formats.set(key, (made = new Intl.DateTimeFormat("en-GB", options)));
  return made.format(time);
}

const CLOCK = { hour: "2-digit", minute: "2-digit" } as const;
const DATE = { day: "numeric", month: "short" } as const;

function label(time: number, step: number): string {
  const midnight = new Date(time).getHours() === 0 && new Date(time).getMinutes() === 0 && time % MINUTE === 0;
  if (step >= DAY || (midnight && step >= MINUTE)) return format(time, DATE);
  if (step >= MINUTE) return format(time, CLOCK);
  if (step >= SECOND) return format(time, { ...CLOCK, second: "2-digit" });
  return `${format(time, { minute: "2-digit", second: "2-digit" })}.${String(Math.floor(time % 1000)).padStart(3, "0")}`;
}

/** A time for people, in their zone. */
export const localTime = (time: number): string =>
  format(time, { day: "numeric", month: "short", year: "numeric", ...CLOCK, second: "2-digit" });

/** The same in short, where the year is known from what is around it. */
export const shortTime = (time: number): string =>
  format(time, { day: "numeric", month: "short", ...CLOCK, second: "2-digit" });

/** The same in UTC. */
export const utcTime = (time: number): string =>
  `${new Date(time).toISOString().replace("T", " ").replace(/\.\d+Z$/, "")} UTC`;

/** How long something took: `1 min 23 s`. */
export function lasted(ms: number): string {
  if (!(ms >= 0)) return "";
  if (ms < SECOND) return `${Math.round(ms)} ms`;
  if (ms < MINUTE) return `${Number((ms / SECOND).toPrecision(3))} s`;
  const minutes = Math.floor(ms / MINUTE);
  if (minutes < 60) return `${minutes} min ${Math.floor((ms % MINUTE) / SECOND)} s`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return `${Math.floor(minutes / 1440)} days`;
}
