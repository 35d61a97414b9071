// What stands beside the picture and goes with it: time, saving and copying, linked views.

import type { Touch } from "./cards";
import { Comparing } from "./comparing";
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
  /** Of a diff: a node of its list was chosen; the list itself is wanted. */
  readonly select: (id: string) => void;
  readonly list: () => void;
}

export class Together {
  readonly timed: Timed;
  readonly share: Share;
  readonly comparing: Comparing;
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
    this.comparing = new Comparing(host, {
      told: (scene) => actions.told(this.timed.show(scene)),
      ...{ select: actions.select, list: actions.list },
    });
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
    this.comparing.connect(on);
  }

  /** A scene has come; returns it as of the time, and as the side, that are chosen. */
  show(scene: Scene): Scene {
    return this.timed.show(this.comparing.arrived(scene));
  }

  /** What is not of that time, or not on that side. */
  get touch(): Pick<Touch, "faint" | "faintEdges" | "ran" | "absent" | "absentEdges"> {
    return { ...this.timed.touch, ...this.comparing.absence };
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
    const words = this.timed.words || this.comparing.words;
    const mode = modeOf(scene, this.host.get("color"));
    const colour = colouring(scene, mode, theme.dark);
    return { ...this.stage.seen, theme, colouring: colour, mode, lines: linesOf(scene, mode, theme.dark), words };
  }
}
