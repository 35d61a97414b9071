// The picture in time: the log, what is chosen of it, and the scene as it was then.

import type { Touch } from "./cards";
import { Clock } from "./clock";
import type { Host } from "./host";
import { decodeLog, type Log } from "./log";
import { isAll, momentOf, retold, type Moment } from "./moment";
import type { Theme } from "./paint";
import { Timebar } from "./timebar";
import type { Scene } from "./wire";

export interface TimedActions {
  /** What was seen, who ran: only marks and dimming have changed. */
  touched(): void;
  /** States, ages or words have changed: there is another scene. */
  told(scene: Scene): void;
  /** One run was chosen: these nodes are what it touched. */
  chosen(nodes: readonly number[]): void;
  announce(words: string): void;
  failed(error: unknown): void;
  hot(): boolean;
}

export class Timed {
  readonly clock: Clock;
  private readonly bar: Timebar;
  private log: Log | null = null;
  private scene: Scene | null = null;
  private shown: Scene | null = null;
  private moment: Moment | null = null;
  private followed = "";
  private readonly offs: (() => void)[];

  constructor(
    private readonly host: Host,
    private readonly actions: TimedActions,
  ) {
    this.clock = new Clock(
      host,
      () => this.changed(),
      (job) => (host.get("selection").includes(job) ? 2 : this.scene?.index.has(job) ? 1 : 0),
    );
    this.bar = new Timebar(this.clock, actions);
    const heard = () => this.clock.heard();
    this.offs = [
      ...(["mode", "time", "run"] as const).map((name) => host.on(name, heard)),
      host.on("_log", () => this.load()),
      () => this.clock.dispose(),
      () => this.bar.dispose(),
    ];
  }

  get element(): HTMLElement {
    return this.bar.element;
  }

  /** What is chosen, for a picture; nothing where it is all runs. */
  get words(): string {
    return isAll(this.clock.timing) ? "" : this.bar.told()[1].replace(/\n/g, " · ");
  }

  dispose(): void {
    for (const off of this.offs) off();
  }

  /** Ask for the log of runs. */
  load(): void {
    this.host.ask({ what: "log" }).then(
      ({ buffers }) => {
        try {
          this.log = decodeLog(buffers[0]);
          this.clock.setLog(this.log);
          this.bar.setLog(this.log);
          this.changed();
        } catch (error) {
          this.actions.failed(error);
        }
      },
      () => undefined, // a page without a kernel and without a log has no strip
    );
  }

  /** Another scene has come; returns it as it is to be shown. */
  show(scene: Scene): Scene {
    this.scene = scene;
    this.shown = null;
    return this.tell();
  }

  /** That scene is shown. */
  arrived(): void {
    if (this.shown) this.follow(this.shown);
  }

  setTheme(theme: Theme): void {
    this.bar.setTheme(theme);
  }

  /** What cards and canvas dim and mark. */
  get touch(): Pick<Touch, "faint" | "faintEdges" | "ran"> {
    const { moment } = this;
    return { faint: moment?.nodes ?? null, faintEdges: moment?.edges ?? null, ran: moment?.active ?? null };
  }

  /** The run with that id is chosen. */
  choose(run: string): void {
    const at = this.log?.index.get(run);
    if (at !== undefined) this.clock.choose(at);
    else this.host.set("run", run); // one without a time is not on the strip
  }

  private changed(): void {
    this.bar.update();
    if (!this.scene) return;
    const before = this.shown;
    const shown = this.tell();
    if (shown === before) this.actions.touched();
    else this.actions.told(shown);
    this.follow(shown);
  }

  /** A run that has just been chosen is brought into view. */
  private follow(scene: Scene): void {
    const { run } = this.clock.timing;
    const at = this.log?.index.get(run);
    if (run === this.followed) return;
    this.followed = run;
    if (at === undefined || !this.log) return;
    const ids = [this.log.jobs[this.log.job[at]]];
    for (let k = this.log.ioStart[at]; k < this.log.ioStart[at + 1]; k++)
      ids.push(this.log.datasets[this.log.ioDataset[k]]);
    const nodes = ids.flatMap((id) => scene.index.get(id) ?? []);
    // Python may be about to send what is missing; then this comes again with it.
    if (nodes.length < new Set(ids).size && this.host.live) this.followed = "";
    // Without a kernel only the surroundings of the job may be in the page.
    if (!this.host.live && !scene.index.has(ids[0])) this.host.set("focus", [ids[0]]);
    else this.actions.chosen(nodes);
  }

  /** The scene as of the moment; the one shown before where it tells the same. */
  private tell(): Scene {
    const { scene, log, shown } = this;
    if (!scene) throw new Error("There is no scene yet.");
    const before = this.moment;
    this.moment = log ? momentOf(scene, log, this.clock.timing) : null;
    if (!this.moment) return (this.shown = scene);
    if (shown && shown !== scene && before && tellsSame(before, this.moment)) return shown;
    return (this.shown = retold(scene, this.moment));
  }
}

const list = (a: readonly string[] | null) => (a ? a.join("\n") : "");

function tellsSame(a: Moment, b: Moment): boolean {
  // Ages pass with every step; only steps of an hour are worth new cards.
  const hour = (at: number) => Math.floor(at / 3_600_000);
  return (
    hour(a.at) === hour(b.at) &&
    list(a.states) === list(b.states) &&
    list(a.captions) === list(b.captions) &&
    a.completed.every((time, i) => time === b.completed[i] || (time !== time && b.completed[i] !== b.completed[i]))
  );
}
