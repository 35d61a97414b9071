// The panel and the clicks: a panel that opens must not take the second click of a double click.

import type { Host } from "./host";
import type { Panel } from "./panel";

const DOUBLE_MS = 350;

export class Details {
  private lastClick = -Infinity;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly host: Host,
    private readonly panel: Panel,
    /** Errors of what runs later are shown, too. */
    private readonly guard: (action: () => void) => () => void,
    /** What is selected is brought into view, out from under the panel. */
    private readonly follow: () => void,
  ) {}

  clicked(): void {
    this.lastClick = performance.now();
  }

  arrived(): void {
    this.stop();
    const wait = Math.max(0, this.lastClick + DOUBLE_MS - performance.now());
    const later = this.panel.open ? wait : 0;
    const show = this.guard(() => {
      this.panel.update(this.host.get("_detail"));
      // The node may have to come out from under the panel, but not amid a double click.
      if (wait && this.panel.open) this.timer = setTimeout(this.guard(this.follow), later);
    });
    if (wait && !this.panel.open) this.timer = setTimeout(show, wait);
    else show();
  }

  stop(): void {
    clearTimeout(this.timer);
  }
}
