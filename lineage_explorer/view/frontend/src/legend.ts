// The legend: what the colours mean, how many of each are shown; a click dims the others.

import { h } from "./dom";
import { icon } from "./glyphs";
import { PATTERNS, tokenColour } from "./paint";
import { counted } from "./plain";
import { numberMark } from "./sides";
import type { Mode, Scene } from "./wire";

/** How many shown nodes carry each entry, and how many none; stubs and groups are no nodes. */
export function countEntries(scene: Scene, mode: Mode): { entries: number[]; none: number } {
  const entries = new Array<number>(mode.entries.length).fill(0);
  let none = 0;
  for (let i = 0; i < scene.nodes.count; i++) {
    if (scene.nodes.kind[i] === "stub" || scene.nodes.kind[i] === "group") continue;
    const value = mode.values[i];
    if (value < entries.length) entries[value]++;
    else none++;
  }
  for (const shares of mode.mix.values()) for (const [entry, count] of shares) if (entry < entries.length) entries[entry] += count;
  return { entries, none };
}

/** 1 for each node that a legend with these entries switched on dims; null when nothing is chosen. */
export function fadedBy(scene: Scene, mode: Mode | null, chosen: ReadonlySet<number>): Uint8Array | null {
  if (!mode || chosen.size === 0) return null;
  return Uint8Array.from({ length: scene.nodes.count }, (_, i) =>
    chosen.has(mode.values[i]) || mode.mix.get(i)?.some(([entry]) => chosen.has(entry)) ? 0 : 1,
  );
}

export class Legend {
  readonly element = h("section", "lx-legend", { "aria-label": "Legend" });
  /** Entries switched on, by their place in the mode shown. */
  readonly chosen = new Set<number>();
  /** The same by label: a place may be another entry's in the next picture. */
  private readonly labels = new Set<string>();
  private folded = false;
  private mode: Mode | null = null;
  private tight = false;

  constructor(private readonly changed: () => void) {}

  update(scene: Scene, mode: Mode | null, dark: boolean): void {
    if (mode?.name !== this.mode?.name) this.labels.clear();
    this.mode = mode;
    this.chosen.clear();
    mode?.entries.forEach(({ label }, i) => this.labels.has(label) && this.chosen.add(i));
    const counts = mode ? countEntries(scene, mode) : null;
    this.element.hidden = !mode || !counts || scene.nodes.count === 0 || mode.entries.length === 0;
    if (this.element.hidden || !mode || !counts) return;
    const list = h("div", "lx-legend-list", { hidden: this.folded });
    mode.entries.forEach((entry, i) => {
      if (counts.entries[i] === 0 && !this.chosen.has(i)) return;
      const swatch = h("span", `lx-swatch${PATTERNS.has(entry.pattern) ? ` lx-pattern-${entry.pattern}` : ""}`);
      const colour = tokenColour(scene, entry.token, dark);
      if (colour) swatch.style.setProperty("--lx-tint", colour);
      const row = h(
        "button",
        "lx-legend-row",
        { type: "button", "aria-pressed": String(this.chosen.has(i)), title: entry.label },
        swatch,
        h("span", "lx-legend-label", {}, ...(entry.mark ? [h("b", "", {}, entry.mark), " "] : []), entry.label),
        h("span", "lx-count", {}, counted(counts.entries[i])),
      );
      row.addEventListener("click", () => this.toggle(i));
      list.append(row);
    });
    if (counts.none > 0) {
      list.append(
        h(
          "div",
          "lx-legend-row lx-muted",
          {},
          h("span", "lx-swatch lx-none"),
          h("span", "lx-legend-label", {}, "not coloured"),
          h("span", "lx-count", {}, counted(counts.none)),
        ),
      );
    }
    if (mode.note) list.append(h("p", "lx-note lx-legend-note", {}, mode.note));
    const { compare } = scene;
    if (compare && compare.marks.size > 0 && mode.name === "change")
      list.append(
        h(
          "div",
          "lx-legend-row",
          {},
          numberMark(1),
          h("span", "lx-legend-label", {}, compare.marked),
          h("span", "lx-count", {}, counted(compare.marks.size)),
        ),
      );
    const title = h(
      "button",
      "lx-legend-title",
      { type: "button", "aria-expanded": String(!this.folded) },
      mode.title || mode.name,
      h("span", "lx-muted", {}, this.chosen.size ? " · filtered" : this.folded ? "" : " · click to filter"),
      icon("chevron", 11),
    );
    title.addEventListener("click", () => this.fold(!this.folded));
    this.element.replaceChildren(title, list);
    this.element.classList.toggle("lx-folded", this.folded);
  }

  /** Small views start folded; what a hand has opened stays as it is until the size class changes. */
  setTight(tight: boolean): void {
    if (tight === this.tight) return;
    this.tight = tight;
    this.fold(tight);
  }

  clear(): boolean {
    if (this.labels.size === 0) return false;
    this.labels.clear();
    this.chosen.clear();
    this.changed();
    return true;
  }

  private fold(folded: boolean): void {
    this.folded = folded;
    this.changed();
  }

  private toggle(i: number): void {
    const label = this.mode?.entries[i].label ?? "";
    if (!this.labels.delete(label)) this.labels.add(label);
    this.changed();
  }
}
