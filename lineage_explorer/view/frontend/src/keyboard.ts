// Walking the picture with the keyboard: where it stands and what each command does there.

import { sentence, walk, type Graph } from "./graph";
import type { Command } from "./keys";
import type { Scene } from "./wire";

export interface KeyboardActions {
  scene(): Scene;
  graph(): Graph;
  /** Where to begin: what is selected, else what is focused. */
  wanted(): readonly string[];
  choose(node: number, add: boolean): void;
  refocus(node: number): void;
  toggleOpen(node: number): void;
  /** Everything else that is about the node stood on. */
  act(command: Command, node: number): void;
  reveal(node: number): void;
  announce(words: string): void;
  changed(): void;
  rest(command: Command): void;
}

const DOUBLE_MS = 400;

export class Keyboard {
  /** The id stood on, kept over a change of scene. */
  active = "";
  private walking = false;
  private lastEnter = -Infinity;

  constructor(
    private readonly actions: KeyboardActions,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** The node with the ring: only while the keyboard is in use. */
  get ring(): number {
    return this.walking ? this.standing() : -1;
  }

  /** The mouse has taken over, or the focus has gone elsewhere. */
  rest(): void {
    if (!this.walking) return;
    this.walking = false;
    this.actions.changed();
  }

  run(command: Command): void {
    const node = this.standing();
    switch (command.name) {
      case "walk":
        return this.step(
          node < 0 ? this.first() : walk(this.actions.scene(), this.actions.graph(), node, command.arrow),
        );
      case "select": {
        if (node < 0) return;
        const twice = this.now() - this.lastEnter < DOUBLE_MS;
        this.lastEnter = this.now();
        return twice && !command.add ? this.actions.refocus(node) : this.actions.choose(node, command.add);
      }
      case "focus":
        return node >= 0 ? this.actions.refocus(node) : undefined;
      case "open":
        return node >= 0 ? this.actions.toggleOpen(node) : undefined;
      case "hide":
      case "pin":
      case "path":
      case "menu":
      case "upstream":
      case "downstream":
        return node >= 0 ? this.actions.act(command, node) : undefined;
      default:
        this.actions.rest(command);
    }
  }

  private standing(): number {
    return this.actions.scene().index.get(this.active) ?? -1;
  }

  private first(): number {
    const { index, nodes } = this.actions.scene();
    const wanted = this.actions.wanted().find((id) => index.has(id));
    return wanted === undefined ? Math.min(0, nodes.count - 1) : (index.get(wanted) ?? -1);
  }

  private step(node: number): void {
    if (node < 0) return;
    const scene = this.actions.scene();
    this.active = scene.nodes.id[node];
    this.walking = true;
    this.actions.changed();
    this.actions.reveal(node);
    this.actions.announce(sentence(scene, this.actions.graph(), node));
  }
}
