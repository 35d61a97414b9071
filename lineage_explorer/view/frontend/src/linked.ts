// Views that go together look at the same node at the same size.

import type { Host } from "./host";
import type { Stage } from "./stage";

interface Seen {
  /** The node in the middle, how far the middle is from its corner, and the zoom. */
  readonly node: string;
  readonly dx: number;
  readonly dy: number;
  readonly k: number;
}

const DELAY = 60;

export function readSeen(json: string): Seen | null {
  try {
    const { node, dx, dy, k } = JSON.parse(json) as Record<string, unknown>;
    if (typeof node !== "string" || ![dx, dy, k].every((it) => typeof it === "number" && Number.isFinite(it))) return null;
    return { node, dx: dx as number, dy: dy as number, k: k as number };
  } catch {
    return null;
  }
}

export class Linked {
  private last = "";
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly host: Host,
    private readonly stage: Stage,
  ) {}

  /** The picture was painted: if it is linked, the others hear where it looks. */
  painted(): void {
    if (!this.host.get("_linked")) return;
    const { x, y, k } = this.stage.eye;
    const node = nearest(this.stage, x, y);
    if (node < 0) return;
    const { nodes } = this.stage.scene;
    const round = (value: number) => Math.round(value * 100) / 100;
    const seen = JSON.stringify({ node: nodes.id[node], dx: round(x - nodes.x[node]), dy: round(y - nodes.y[node]), k: round(k) });
    if (seen === this.last) return;
    this.last = seen;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.host.set("_camera", seen), DELAY);
  }

  /** Another view looks elsewhere. */
  heard(): void {
    const json = this.host.get("_camera");
    if (json === this.last) return;
    const seen = readSeen(json);
    const at = seen && this.stage.scene.index.get(seen.node);
    if (!seen || at === undefined || at === null) return;
    clearTimeout(this.timer);
    this.last = json;
    const { nodes } = this.stage.scene;
    this.stage.lookAt(nodes.x[at] + seen.dx, nodes.y[at] + seen.dy, seen.k);
  }

  dispose(): void {
    clearTimeout(this.timer);
  }
}

function nearest({ scene }: Stage, x: number, y: number): number {
  const { nodes } = scene;
  let best = -1;
  let least = Infinity;
  for (let i = 0; i < nodes.count; i++) {
    if (nodes.kind[i] !== "dataset" && nodes.kind[i] !== "job") continue;
    const away = Math.hypot(nodes.x[i] + nodes.w[i] / 2 - x, nodes.y[i] + nodes.h[i] / 2 - y);
    if (away < least) [best, least] = [i, away];
  }
  return best;
}
