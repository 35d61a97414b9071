// The hover text and short notices.

import { h } from "./dom";
import type { Picked } from "./stage";
import type { Mode, Scene } from "./wire";
import { edgeWords } from "./words";

const WAIT = 350;

/** What lies under the pointer, in full: a column, a node with what its colour says, or an edge. */
export function tipText(scene: Scene, { node, row, edge }: Picked, mode: Mode | null = null): string {
  const { nodes, rows } = scene;
  const column = rows.get(node)?.[row];
  if (column) return column.filter((part) => part && part !== "more").join(" · ");
  if (node >= 0) {
    const colour = mode?.entries.at(mode.values[node]);
    const title = nodes.title[node] || nodes.label[node];
    return colour && nodes.kind[node] !== "stub" ? `${title}\n${mode?.title}: ${mode?.words?.[node] || colour.label}` : title;
  }
  return edge >= 0 ? [edgeWords(scene, edge), mode?.lines.get(edge)?.words].filter(Boolean).join("\n") : "";
}

export class Tip {
  readonly element = h("div", "lx-tips");
  private readonly tip = h("div", "lx-tip", { role: "tooltip", hidden: true });
  private readonly toast = h("div", "lx-notice", { role: "status", hidden: true });
  private timer: ReturnType<typeof setTimeout> | undefined;
  private noticeTimer: ReturnType<typeof setTimeout> | undefined;
  private at: readonly [number, number] = [0, 0];

  constructor() {
    this.element.append(this.tip, this.toast);
  }

  /** Keep the text beside the pointer, inside the picture. */
  follow(x: number, y: number): void {
    this.at = [x, y];
  }

  show(text: string): void {
    clearTimeout(this.timer);
    this.tip.hidden = true;
    if (!text) return;
    this.timer = setTimeout(() => {
      this.tip.textContent = text;
      this.tip.hidden = false;
      const { clientWidth: width, clientHeight: height } = this.element;
      const [x, y] = this.at;
      const left = Math.max(4, Math.min(x + 12, width - this.tip.offsetWidth - 4));
      const below = y + 18 + this.tip.offsetHeight < height;
      this.tip.style.transform = `translate(${left}px, ${Math.max(4, below ? y + 18 : y - this.tip.offsetHeight - 8)}px)`;
    }, WAIT);
  }

  hide(): void {
    clearTimeout(this.timer);
    this.tip.hidden = true;
  }

  /** Say something for two seconds. */
  notice(text: string): void {
    clearTimeout(this.noticeTimer);
    this.toast.textContent = text;
    this.toast.hidden = !text;
    this.noticeTimer = setTimeout(() => (this.toast.hidden = true), 2000);
  }

  dispose(): void {
    clearTimeout(this.timer);
    clearTimeout(this.noticeTimer);
  }
}
