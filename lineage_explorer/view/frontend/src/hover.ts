// What lies under the pointer, told to the tip, the picture and Python.

import type { Host } from "./host";
import type { Picked, Stage } from "./stage";
import { tipText, type Tip } from "./tip";
import type { Mode } from "./wire";

export const NOTHING: Picked = { node: -1, row: -1, edge: -1 };

export class Hover {
  at: Picked = NOTHING;

  constructor(
    private readonly host: Host,
    private readonly stage: Stage,
    private readonly tip: Tip,
    private readonly mode: () => Mode | null,
    private readonly changed: () => void,
  ) {}

  /** Another scene: what was under the pointer is not there any more. */
  forget(): void {
    this.at = NOTHING;
  }

  move(at: readonly [number, number] | null): void {
    const picked = at ? this.stage.pick(at[0], at[1], false) : NOTHING;
    const { node, row, edge } = this.at;
    if (at) this.tip.follow(at[0], at[1]);
    if (picked.node === node && picked.row === row && picked.edge === edge) return;
    this.at = picked;
    const { nodes } = this.stage.scene;
    this.stage.element.classList.toggle("lx-pointing", picked.node >= 0 || picked.edge >= 0);
    this.tip.show(tipText(this.stage.scene, picked, this.mode()));
    const kind = picked.node >= 0 ? nodes.kind[picked.node] : "";
    const id = kind === "dataset" || kind === "job" ? nodes.id[picked.node] : "";
    if (picked.node !== node) this.host.set("hovered", id);
    this.changed();
  }
}
