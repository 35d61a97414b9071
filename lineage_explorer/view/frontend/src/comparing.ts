// The bar of a diff: which side, changed or all, the list; and what it does to the scene.

import { absenceOf, onSide, SIDES, type Absence, type Side } from "./compare";
import { h } from "./dom";
import type { Host, Name } from "./host";
import { counted } from "./plain";
import { emptyScene, type Scene } from "./wire";

export interface ComparingActions {
  /** The scene as another side has it. */
  told(scene: Scene): void;
  /** Nothing is selected any more, and the list is open. */
  list(): void;
  select(id: string): void;
}

const LABELS: Readonly<Record<Side, string>> = { before: "Before", both: "Both", after: "After" };

export class Comparing {
  readonly element = h("div", "lx-compare", { role: "toolbar", "aria-label": "What changed", hidden: true });
  private scene: Scene = emptyScene("");
  private readonly about = h("span", "lx-compare-about");
  private readonly sides = SIDES.map((side) => segment(LABELS[side], () => this.host.set("side", side)));
  private readonly changed = segment("Changed", () => this.show(false));
  private readonly all = segment("All", () => this.show(true));
  private readonly list = h("button", "lx-link lx-compare-list", { type: "button" });

  constructor(
    private readonly host: Host,
    private readonly actions: ComparingActions,
  ) {
    this.list.addEventListener("click", () => this.ask());
    const group = (label: string, buttons: readonly HTMLElement[]) =>
      h("span", "lx-segments", { role: "group", "aria-label": label }, ...buttons);
    this.element.append(
      this.about,
      h("span", "lx-spring"),
      group("Side", this.sides),
      group("Nodes", [this.changed, this.all]),
      this.list,
    );
  }

  connect(on: (names: readonly Name[], action: () => void) => void): void {
    on(["side"], () => {
      this.refresh();
      this.actions.told(onSide(this.scene, this.side));
    });
    on(["unchanged"], () => this.refresh());
  }

  /** A scene has come; returns it as the chosen side has it. */
  arrived(scene: Scene): Scene {
    this.scene = scene;
    this.refresh();
    return onSide(scene, this.side);
  }

  get absence(): Absence {
    return absenceOf(this.scene, this.side);
  }

  /** The next side: both, after, before, both again. */
  turn(): void {
    if (!this.scene.compare) return;
    this.host.set("side", SIDES[(SIDES.indexOf(this.side) + 1) % SIDES.length]);
  }

  /** What a picture says of it. */
  get words(): string {
    const { compare } = this.scene;
    if (!compare) return "";
    const { side } = this;
    return side === "both" ? compare.about.join(" → ") : `${side}: ${compare.about[side === "before" ? 0 : 1]}`;
  }

  /** The list of all changes, please. */
  ask(): void {
    this.actions.list();
  }

  /** A node of the list: brought into the picture first where it is not in it. */
  select(id: string): void {
    if (this.scene.compare && !this.scene.index.has(id)) {
      if (this.host.live) this.host.set("added", [...this.host.get("added"), id]);
      else this.host.set("unchanged", true);
    }
    this.actions.select(id);
  }

  /** What changed, or all: the whole of it, also from the surroundings of one node. */
  private show(unchanged: boolean): void {
    this.host.set("unchanged", unchanged);
    if (this.host.get("focus").length > 0) this.host.set("focus", []);
  }

  private get side(): Side {
    return this.host.get("side");
  }

  private refresh(): void {
    const { compare } = this.scene;
    this.element.hidden = !compare;
    if (!compare) return;
    const words = compare.about.join(" → ");
    this.about.textContent = words;
    this.about.title = words;
    this.sides.forEach((button, i) => {
      button.setAttribute("aria-pressed", String(SIDES[i] === this.side));
      button.title = SIDES[i] === "both" ? words : compare.about[SIDES[i] === "before" ? 0 : 1];
    });
    const unchanged = this.host.get("unchanged");
    this.changed.setAttribute("aria-pressed", String(!unchanged));
    this.all.setAttribute("aria-pressed", String(unchanged));
    this.changed.title = "What changed, and what connects it";
    this.all.title = "What is the same, too";
    this.list.textContent = `${counted(compare.changes)} change${compare.changes === 1 ? "" : "s"}`;
  }
}

function segment(label: string, action: () => void): HTMLButtonElement {
  const button = h("button", "lx-segment", { type: "button" }, label);
  button.addEventListener("click", action);
  return button;
}
