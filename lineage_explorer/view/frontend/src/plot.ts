// The newest runs of a node: a bar each, as high as it took, marked by its state.

import { h } from "./dom";
import { stateName } from "./glyphs";
import { plain } from "./plain";
import { lasted } from "./ticks";
import { worded } from "./listed";

export interface PlotBar {
  readonly run: string;
  readonly state: string;
  readonly seconds: number | null;
  readonly begun: string;
  readonly error: string;
}

const HEIGHT = 48;
const LEAST = 3;

export function readPlot(value: unknown): PlotBar[] {
  if (!Array.isArray(value)) return [];
  return (value as unknown[])
    .filter((item): item is unknown[] => Array.isArray(item))
    .map(([run, state, seconds, begun, error]) => ({
      run: typeof run === "string" ? run : "",
      state: typeof state === "string" ? state : "",
      seconds: typeof seconds === "number" && seconds >= 0 ? seconds : null,
      begun: typeof begun === "string" ? begun : "",
      error: typeof error === "string" ? error : "",
    }));
}

/** How high each bar is, in pixels; one whose length is not known is as high as can be seen. */
export function heights(bars: readonly PlotBar[]): number[] {
  const longest = Math.max(...bars.map((bar) => bar.seconds ?? 0), 1e-9);
  return bars.map(({ seconds }) => (seconds === null ? HEIGHT / 3 : Math.max(LEAST, (seconds / longest) * HEIGHT)));
}

export function plotBlock(bars: readonly PlotBar[], note: string, open: (run: string) => void): HTMLElement {
  const box = h("div", "lx-plot", { role: "group", "aria-label": "Durations of the newest runs" });
  heights(bars).forEach((height, i) => {
    const { run, state, seconds, begun, error } = bars[i];
    const name = stateName(state) ?? "unknown";
    const [when] = worded(begun);
    const took = seconds === null ? "end not known" : lasted(seconds * 1000);
    const words = [when, state.toLowerCase(), took, plain(error)].filter(Boolean).join("\n");
    const bar = h("span", `lx-plot-bar lx-state-${name}${name === "unknown" ? " lx-pattern-hatch" : ""}`);
    bar.style.height = `${height}px`;
    // Tab goes to the list below, which holds the same runs; arrows are not needed here.
    const button = h("button", "lx-plot-run", { type: "button", title: words, "aria-label": words, tabindex: -1 }, bar);
    if (name === "failed") button.append(h("span", "lx-plot-mark lx-state-failed", { "aria-hidden": "true" }, "×"));
    button.addEventListener("click", () => open(run));
    box.append(button);
  });
  const longest = Math.max(...bars.map((bar) => bar.seconds ?? 0), 0);
  const told = [`longest ${lasted(longest * 1000)}`, plain(note)].filter(Boolean).join(" · ");
  return h("div", "lx-block", {}, box, h("p", "lx-note", {}, told));
}
