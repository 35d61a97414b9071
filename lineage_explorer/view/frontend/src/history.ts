// Back and forward through what was shown.

import { same, type Host } from "./host";

interface Shown {
  readonly focus: string[];
  readonly hops: number;
  readonly query: string;
  readonly expanded: string[];
}

const equal = (a: Shown, b: Shown) =>
  a.hops === b.hops && a.query === b.query && same(a.focus, b.focus) && same(a.expanded, b.expanded);

export class History {
  private entries: Shown[] = [];
  private at = -1;

  constructor(private readonly host: Host) {}

  get canGoBack(): boolean {
    return this.at > 0;
  }

  get canGoForward(): boolean {
    return this.at < this.entries.length - 1;
  }

  /** Note what is shown now; going back or forward arrives at a known entry and adds none. */
  note(): void {
    const now = this.read();
    if (this.at >= 0 && equal(this.entries[this.at], now)) return;
    this.entries = [...this.entries.slice(0, this.at + 1), now].slice(-100);
    this.at = this.entries.length - 1;
  }

  go(step: -1 | 1): void {
    if (step < 0 ? !this.canGoBack : !this.canGoForward) return;
    this.at += step;
    // What was selected there may not be here: an open panel about nothing in sight confuses.
    if (this.host.get("selection").length) this.host.set("selection", []);
    if (this.host.get("edge").length) this.host.set("edge", []);
    const entry = this.entries[this.at];
    const now = this.read();
    if (now.hops !== entry.hops) this.host.set("hops", entry.hops);
    if (now.query !== entry.query) this.host.set("query", entry.query);
    if (!same(now.expanded, entry.expanded)) this.host.set("expanded", entry.expanded);
    if (!same(now.focus, entry.focus)) this.host.set("focus", entry.focus);
  }

  private read(): Shown {
    return {
      focus: [...this.host.get("focus")],
      hops: this.host.get("hops"),
      query: this.host.get("query"),
      expanded: [...this.host.get("expanded")],
    };
  }
}
