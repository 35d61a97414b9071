// What stands beside the picture and goes with it: time, saving and copying, linked views.

import type { Stage } from "./stage";
import type { Host, Name } from "./host";
import { linesOf } from "./crossings";
import { Linked } from "./linked";
import { colouring, modeOf, type Theme } from "./paint";
import { Share } from "./share";
import { Timed } from "./timed";
import type { Scene } from "./wire";

export interface TogetherActions {
  /** Only marks and dimming have changed. */
  readonly touched: () => void;
  /** There is another scene of the same picture. */
  readonly told: (scene: Scene) => void;
  readonly announce: (words: string) => void;
  readonly notice: (words: string) => void;
  readonly failed: (error: unknown) => void;
  readonly hot: () => boolean;
  readonly theme: () => Theme | null;
}

export class Together {
  readonly timed: Timed;
  readonly share: Share;
  private readonly linked: Linked;

  constructor(
    private readonly host: Host,
    private readonly stage: Stage,
    private readonly actions: TogetherActions,
  ) {
    this.timed = new Timed(host, {
      ...{ touched: actions.touched, told: actions.told, announce: actions.announce },
      ...{ failed: actions.failed, hot: actions.hot },
      chosen: (nodes) => stage.revealAll(nodes),
    });
    this.linked = new Linked(host, stage);
    this.share = new Share({
      shown: () => this.shown(),
      code: () => host.get("_code"),
      ids: () => (host.get("selection").length > 0 ? host.get("selection") : host.get("edge")),
      notice: actions.notice,
      failed: actions.failed,
    });
  }

  connect(on: (names: readonly Name[], action: () => void) => void): void {
    on(["_camera"], () => this.linked.heard());
  }

  painted(): void {
    this.linked.painted();
  }

  dispose(): void {
    this.timed.dispose();
    this.linked.dispose();
  }

  private shown() {
    const theme = this.actions.theme();
    if (!theme) return null;
    const { scene } = this.stage;
    const mode = modeOf(scene, this.host.get("color"));
    const colour = colouring(scene, mode, theme.dark);
    return { ...this.stage.seen, theme, colouring: colour, mode, lines: linesOf(scene, mode, theme.dark), words: this.timed.words };
  }
}
