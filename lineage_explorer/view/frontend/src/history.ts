// Back and forward through what was shown.

import type { Host, Name, State } from "./host";

/** Everything that decides which nodes are shown; the focus last, as it makes the view go there. */
const SHAPE = [
  "hops",
  "query",
  "expanded",
  "collapsed",
  "added",
  "groups",
  "hidden",
  "pinned",
  "path",
  "thread",
  "focus",
] as const satisfies readonly Name[];

type Shown = Pick<State, (typeof SHAPE)[number]>;

const alike = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

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
    if (this.at >= 0 && alike(this.entries[this.at], now)) return;
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
    for (const name of SHAPE) if (!alike(now[name], entry[name])) this.host.set(name, entry[name]);
  }

  private read(): Shown {
    return structuredClone(Object.fromEntries(SHAPE.map((name) => [name, this.host.get(name)]))) as Shown;
  }
}
