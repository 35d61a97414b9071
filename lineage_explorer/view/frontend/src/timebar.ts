// The strip under the picture: its modes by name, play, and the runs to scrub, brush and choose.

import { barsOf, moved, runAt, timeAt, xOf, zoomed, type Bins, type Lanes, type Span } from "./bars";
import { ALL, type Clock } from "./clock";
import { h, listen } from "./dom";
import { icon } from "./glyphs";
import type { Timing } from "./host";
import { lastOf, spanOf, STATES, type Log } from "./log";
import { milliseconds } from "./moment";
import type { Theme } from "./paint";
import { counted } from "./plain";
import { fitCanvas } from "./canvas";
import { drawStrip, laneHeight } from "./strip";
import { lasted, localTime, shortTime, utcTime } from "./ticks";

const NAMES: readonly (readonly [Timing["mode"], string, string, string])[] = [
  ["all", "All", "All runs", "The union of all runs, up to the playhead"],
  ["window", "Window", "Window of runs", "Only the runs between two times"],
  ["run", "Run", "One run", "One run with what it read and wrote"],
];
const AXIS = 16;
const GRIP = 7;
const SLOP = 3;

type Drag = "scrub" | "brush" | "from" | "to" | "move";

export interface TimebarActions {
  announce(words: string): void;
  hot(): boolean;
}

export class Timebar {
  readonly element = h("section", "lx-time", { "aria-label": "Time", hidden: true });
  private readonly buttons: HTMLButtonElement[];
  private readonly play: HTMLButtonElement;
  private readonly words = h("span", "lx-time-words");
  private readonly canvas = h("canvas", "lx-time-canvas", { "aria-hidden": "true" });
  private readonly slider = h("div", "lx-time-strip", {
    role: "slider",
    tabindex: 0,
    "aria-label": "Time of the picture",
    "aria-valuemin": 0,
    "aria-valuemax": 100,
  });
  private readonly tip = h("div", "lx-time-tip", { hidden: true });
  private log: Log | null = null;
  private whole: Span = { from: 0, to: 0 };
  private span: Span = { from: 0, to: 0 };
  private bars: Lanes | Bins | null = null;
  private barsFor = "";
  private theme: Theme | null = null;
  private size = { width: 0, height: 0 };
  private frame = 0;
  private hover: number | null = null;
  private readonly offs: (() => void)[];

  constructor(
    private readonly clock: Clock,
    private readonly actions: TimebarActions,
  ) {
    this.buttons = NAMES.map(([mode, text, label, title]) => {
      const button = h("button", "lx-segment", { type: "button", "aria-label": label, title }, text);
      button.addEventListener("click", () => this.clock.mode(mode));
      return button;
    });
    this.play = h("button", "lx-tool", { type: "button", "aria-label": "Play", title: "Play" }, icon("play", 13));
    this.play.addEventListener("click", () => this.clock.play());
    this.slider.append(this.canvas, this.tip);
    const modes = h("span", "lx-segments", { role: "group", "aria-label": "Which runs" }, ...this.buttons);
    this.element.append(
      h("div", "lx-time-side", {}, h("div", "lx-time-modes", {}, this.play, modes), this.words),
      this.slider,
    );
    const sizes = new ResizeObserver(() => this.invalidate());
    sizes.observe(this.slider);
    this.offs = [
      ...this.hands(),
      listen(this.slider, "keydown", (event) => this.key(event)),
      () => sizes.disconnect(),
      () => cancelAnimationFrame(this.frame),
    ];
  }

  dispose(): void {
    for (const off of this.offs) off();
  }

  setLog(log: Log): void {
    this.log = log;
    const span = spanOf(log);
    this.element.hidden = span === null;
    if (!span) return;
    const air = Math.max(1, (span[1] - span[0]) * 0.01);
    this.whole = this.span = { from: span[0] - air, to: span[1] + air };
    this.barsFor = "";
    this.update();
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    this.invalidate();
  }

  /** What is chosen has changed. */
  update(): void {
    const { timing } = this.clock;
    NAMES.forEach(([mode], i) => this.buttons[i].setAttribute("aria-pressed", String(mode === timing.mode)));
    const playing = this.clock.playing;
    this.play.replaceChildren(icon(playing ? "pause" : "play", 13));
    this.play.setAttribute("aria-label", playing ? "Pause" : "Play");
    this.play.title = playing ? "Pause" : "Play forward";
    const [short, long] = this.told();
    this.words.textContent = short;
    this.words.title = long;
    this.slider.setAttribute("aria-valuetext", short);
    const end = this.clock.end() ?? this.whole.to;
    const part = (end - this.whole.from) / (this.whole.to - this.whole.from || 1);
    this.slider.setAttribute("aria-valuenow", String(Math.round(100 * Math.max(0, Math.min(1, part)))));
    this.invalidate();
  }

  /** What is chosen, in short and in full. */
  told(): [short: string, long: string] {
    const { log } = this;
    const { mode, time, run } = this.clock.timing;
    if (!log) return ["", ""];
    const left = log.untimed ? `, ${counted(log.untimed)} without a time` : "";
    if (mode === "run") {
      const at = log.index.get(run);
      if (at === undefined) return ["a run without a time", run];
      return [`began ${shortTime(log.start[at])}`, `${log.names[log.job[at]]}\n${run}\n${utcTime(log.start[at])}`];
    }
    if (Array.isArray(time)) {
      const [from, to] = (time as readonly string[]).map(milliseconds);
      const long = `${localTime(from)} to ${localTime(to)}\n${utcTime(from)} to ${utcTime(to)}`;
      return [`${lasted(to - from)} to ${shortTime(to)}`, long];
    }
    if (typeof time === "string") {
      const at = milliseconds(time);
      return [`as of ${shortTime(at)}`, `${localTime(at)}\n${utcTime(at)}`];
    }
    const all = `${counted(log.count)} run${log.count === 1 ? "" : "s"}${left}`;
    return [all, all];
  }

  invalidate(): void {
    if (!this.frame) this.frame = requestAnimationFrame(() => this.paint());
  }

  private paint(): void {
    this.frame = 0;
    const { log, theme } = this;
    const { clientWidth: width, clientHeight: height } = this.slider;
    if (!log || !theme || width === 0 || this.element.hidden) return;
    const ratio = window.devicePixelRatio || 1;
    this.size = { width, height };
    const key = `${this.span.from} ${this.span.to} ${width}`;
    if (this.barsFor !== key || !this.bars) this.bars = barsOf(log, this.span, width);
    this.barsFor = key;
    const context = fitCanvas(this.canvas, this.size, ratio);
    if (!context) return;
    const { time, mode, run } = this.clock.timing;
    drawStrip(context, ratio, {
      log,
      span: this.span,
      bars: this.bars,
      width,
      height,
      axis: this.axis,
      theme,
      window: Array.isArray(time) ? ((time as readonly string[]).map(milliseconds) as [number, number]) : null,
      until: typeof time === "string" ? milliseconds(time) : null,
      run: mode === "run" ? (log.index.get(run) ?? -1) : -1,
      hover: this.hover,
    });
  }

  private get axis(): number {
    return this.size.height >= 40 ? AXIS : 0;
  }

  // The hand ----------------------------------------------------------------------------------

  private hands(): (() => void)[] {
    const { slider } = this;
    let drag: { kind: Drag; x: number; from: number; to: number; moved: boolean } | null = null;
    const at = (event: MouseEvent) => event.clientX - slider.getBoundingClientRect().left;
    const down = (event: PointerEvent) => {
      if (event.pointerType === "mouse" && event.button !== 0) return;
      const x = at(event);
      const { time } = this.clock.timing;
      const chosen = Array.isArray(time) ? (time as readonly string[]).map(milliseconds) : null;
      const [from, to] = chosen ?? [0, 0];
      drag = { kind: this.grabbed(x, chosen, event.shiftKey), x, from, to, moved: false };
      slider.setPointerCapture(event.pointerId);
    };
    const move = (event: PointerEvent) => {
      const x = at(event);
      if (!drag) return this.point(x, event.clientY - slider.getBoundingClientRect().top);
      if (!drag.moved && Math.abs(x - drag.x) < SLOP) return;
      drag.moved = true;
      this.hide();
      const [now, was] = [this.time(x), this.time(drag.x)];
      if (drag.kind === "scrub") this.clock.scrub(now);
      else if (drag.kind === "brush") this.clock.window(was, now);
      else if (drag.kind === "move") this.clock.window(drag.from + now - was, drag.to + now - was);
      else this.clock.window(drag.kind === "from" ? now : drag.from, drag.kind === "to" ? now : drag.to);
    };
    const up = (event: PointerEvent) => {
      const ended = drag;
      drag = null;
      if (!ended || event.type === "pointercancel") return;
      if (ended.moved) return this.actions.announce(this.told()[0]);
      this.click(ended.x, event.clientY - slider.getBoundingClientRect().top);
    };
    const wheel = (event: WheelEvent) => {
      const pinch = event.ctrlKey || event.metaKey;
      if (!pinch && !this.actions.hot()) return;
      event.preventDefault();
      event.stopPropagation();
      const turn = Math.max(-240, Math.min(240, event.deltaMode === 1 ? event.deltaY * 16 : event.deltaY));
      const side = event.shiftKey ? event.deltaX || event.deltaY : event.deltaX;
      const length = this.span.to - this.span.from;
      if (Math.abs(side) > Math.abs(turn) || event.shiftKey)
        this.show(moved(this.span, this.whole, (side * length) / Math.max(1, this.size.width)));
      else this.show(zoomed(this.span, this.whole, this.time(at(event)), Math.exp(-turn * (pinch ? 0.01 : 0.003))));
    };
    return [
      listen(slider, "pointerdown", down),
      listen(slider, "pointermove", move),
      listen(slider, "pointerup", up),
      listen(slider, "pointercancel", up),
      listen(slider, "pointerleave", () => this.hide()),
      listen(slider, "dblclick", () => this.clock.set(ALL)),
      listen(slider, "wheel", wheel, { passive: false }),
    ];
  }

  private grabbed(x: number, chosen: readonly number[] | null, shift: boolean): Drag {
    if (!chosen) return shift ? "brush" : "scrub";
    const [from, to] = chosen.map((time) => xOf(this.span, this.size.width, time));
    if (Math.abs(x - to) <= GRIP) return "to";
    if (Math.abs(x - from) <= GRIP) return "from";
    return x > from && x < to && !shift ? "move" : "brush";
  }

  private time(x: number): number {
    return timeAt(this.span, this.size.width, x);
  }

  private under(x: number, y: number): number {
    if (!this.log || !this.bars || y > this.size.height - this.axis) return -1;
    const room = this.size.height - this.axis;
    const lane = this.bars.kind === "lanes" ? laneHeight(this.bars, room) : room;
    return runAt(this.log, this.span, this.size.width, this.bars, x, room - 2 - y, lane);
  }

  private click(x: number, y: number): void {
    const run = this.under(x, y);
    if (run >= 0) this.clock.choose(run);
    else if (this.clock.timing.mode !== "window") this.clock.scrub(this.time(x));
    this.actions.announce(this.told()[0]);
  }

  private point(x: number, y: number): void {
    const { log } = this;
    if (!log) return;
    this.hover = x;
    const run = this.under(x, y);
    const time = this.time(x);
    const lines = [localTime(time), utcTime(time)];
    if (run >= 0) {
      const ended = lasted(lastOf(log, run) - log.start[run]);
      const state = STATES[log.state[run]].toLowerCase();
      lines.splice(0, 2, log.names[log.job[run]], [state, ended].filter(Boolean).join(" · "));
      lines.push(localTime(log.start[run]), log.runs[run]);
    }
    this.slider.style.cursor = run >= 0 ? "pointer" : "";
    this.tip.textContent = lines.join("\n");
    this.tip.hidden = false;
    const left = Math.max(0, Math.min(x - this.tip.offsetWidth / 2, this.size.width - this.tip.offsetWidth));
    this.tip.style.transform = `translateX(${left}px)`;
    this.invalidate();
  }

  private hide(): void {
    this.hover = null;
    this.tip.hidden = true;
    this.invalidate();
  }

  private show(span: Span): void {
    this.span = span;
    this.hide();
  }

  // Keys --------------------------------------------------------------------------------------

  private key(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (!this.pressed(event.key, event.shiftKey)) return;
    event.preventDefault();
    event.stopPropagation();
    this.actions.announce(this.told()[0]);
  }

  private pressed(key: string, shift: boolean): boolean {
    const { clock, span, whole } = this;
    const middle = clock.end() ?? (span.from + span.to) / 2;
    switch (key) {
      case "ArrowLeft":
      case "ArrowDown":
        clock.step(shift ? -10 : -1);
        return true;
      case "ArrowRight":
      case "ArrowUp":
        clock.step(shift ? 10 : 1);
        return true;
      case "Home":
        clock.scrub(whole.from);
        return true;
      case "End":
      case "Escape":
        if (key === "Escape" && clock.timing.mode === "all" && clock.timing.time === null) return false;
        clock.set(ALL);
        return true;
      case "+":
      case "=":
        this.show(zoomed(span, whole, middle, 1.6));
        return true;
      case "-":
        this.show(zoomed(span, whole, middle, 1 / 1.6));
        return true;
      case "0":
        this.show(whole);
        return true;
      case " ":
        clock.play();
        return true;
      case "Enter":
        clock.mode(clock.timing.mode === "run" ? "all" : "run");
        return true;
      default:
        return false;
    }
  }
}
