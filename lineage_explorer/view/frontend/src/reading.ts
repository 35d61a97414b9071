// Reading a graph: groups, what hangs on a node, hiding and pinning, paths, columns. One place for
// what the mouse, the keys and the menu do alike.

import { openedBy } from "./cards";
import type { Choice } from "./choice";
import { h, listen } from "./dom";
import { Crumbs, type Crumb } from "./crumbs";
import type { Lit } from "./graph";
import { Menu, type MenuItem } from "./menu";
import { More } from "./more";
import type { Host, Name } from "./host";
import type { Command } from "./keys";
import { readThread, rowsOn, type Thread } from "./thread";
import { groupName } from "./names";
import { Trail } from "./trail";
import type { Scene } from "./wire";

export interface ReadingActions {
  scene(): Scene;
  refocus(id: string): void;
  /** Where a node is on screen: its right upper corner. */
  corner(node: number): readonly [x: number, y: number];
  bringRows(rows: ReadonlyMap<number, readonly number[]>): void;
  focusStage(): void;
  notice(words: string): void;
}

export type Way = "in" | "out";

const WORDS: Readonly<Record<Way, string>> = { in: "upstream", out: "downstream" };

export class Reading {
  private readonly crumbs = new Crumbs();
  private readonly note = h("div", "lx-scene-note", { hidden: true });
  /** What stands above the picture. */
  readonly top = h("div", "lx-top", {}, this.note, this.crumbs.element);
  readonly menu = new Menu();
  readonly more: More;
  /** Where a path is to begin, "" while none is asked for. */
  from = "";
  private readonly trails = new Trail();
  private read: { json: string; thread: Thread | null } = { json: "", thread: null };

  constructor(
    private readonly host: Host,
    private readonly choice: Choice,
    private readonly actions: ReadingActions,
    prefix: string,
  ) {
    this.more = new More(
      {
        add: (ids) => host.set("added", [...new Set([...host.get("added"), ...ids])]),
        all: (stub) => host.set("expanded", [...host.get("expanded"), stub, stub]),
        closed: () => actions.focusStage(),
      },
      prefix,
    );
  }

  /** What the chosen column is connected to, as far as the other side has told. */
  get thread(): Thread | null {
    const json = this.host.get("_lit");
    if (json !== this.read.json) this.read = { json, thread: readThread(json) };
    return this.read.thread;
  }

  /** The way of the chosen finding, lit. */
  get trail(): Lit | null {
    return this.trails.of(this.actions.scene(), this.host.get("_detail"));
  }

  // What a hand does --------------------------------------------------------------------------

  /** Ask for what is behind a stub. */
  list(stub: string): void {
    const scene = this.actions.scene();
    const node = scene.index.get(stub);
    if (node === undefined) return;
    const way: Way = stub.startsWith("stub:in:") ? "in" : "out";
    const of = scene.index.get(stub.replace(/^stub:(in|out):/, ""));
    const [x, y] = this.actions.corner(node);
    const name = of === undefined ? "" : ` of ${scene.nodes.label[of]}`;
    this.more.open(stub, `${scene.nodes.label[node]} ${WORDS[way]}${name}`, x + 8, y);
    this.host.set("_asked", stub);
    // The same stub again: the answer is there already.
    this.more.answered(this.host.get("_more"));
  }

  openGroup(node: number): void {
    const { id } = this.actions.scene().nodes;
    this.choice.touched = id[node];
    this.host.set("groups", [...this.host.get("groups"), id[node]]);
  }

  /** Show what is left out on a side, or take away what hangs there. */
  toggleSide(node: number, way: Way): void {
    const scene = this.actions.scene();
    const id = scene.nodes.id[node];
    const stub = `stub:${way}:${id}`;
    this.choice.touched = id;
    if (this.host.get("collapsed").includes(stub)) return this.expand(stub);
    const hidden = scene.index.get(stub);
    if (hidden !== undefined) return void this.choice.node(hidden, false);
    this.host.set("collapsed", [...this.host.get("collapsed"), stub]);
  }

  expand(stub: string): void {
    this.host.set(
      "collapsed",
      this.host.get("collapsed").filter((other) => other !== stub),
    );
  }

  hide(node: number): void {
    const { id, kind } = this.actions.scene().nodes;
    if (kind[node] !== "dataset" && kind[node] !== "job") return;
    this.choice.forget(id[node]);
    this.host.set("hidden", [...this.host.get("hidden"), id[node]]);
  }

  pin(node: number): void {
    const { id, kind } = this.actions.scene().nodes;
    if (kind[node] !== "dataset" && kind[node] !== "job") return;
    const pinned = this.host.get("pinned");
    this.choice.touched = id[node];
    this.host.set("pinned", pinned.includes(id[node]) ? pinned.filter((it) => it !== id[node]) : [...pinned, id[node]]);
  }

  /** The first node asked from is where the path begins, the second where it ends. */
  path(node: number): void {
    const { id, label, kind } = this.actions.scene().nodes;
    if (kind[node] !== "dataset" && kind[node] !== "job") return;
    const selected = this.host.get("selection");
    if (!this.from && selected.length === 2) return this.between(selected[0], selected[1]);
    if (!this.from || this.from === id[node]) {
      this.from = this.from ? "" : id[node];
      if (this.from) this.actions.notice(`Paths from ${label[node]}: now choose where to, and press b there`);
      return this.refresh();
    }
    this.between(this.from, id[node]);
  }

  private between(from: string, to: string): void {
    this.from = "";
    this.host.set("path", [from, to]);
  }

  chooseColumn(node: number, row: number): void {
    const scene = this.actions.scene();
    const name = scene.rows.get(node)?.[row]?.[0];
    if (name === undefined) return;
    const [dataset, field] = this.host.get("column");
    const again = dataset === scene.nodes.id[node] && field === name;
    this.host.set("column", again ? [] : [scene.nodes.id[node], name]);
  }

  /** The lit rows are brought into sight in every open card. */
  private lit(): void {
    if (this.thread) this.actions.bringRows(rowsOn(this.actions.scene(), this.thread, true));
  }

  /** Leave what was entered last; false when there is nothing to leave. */
  leave(): boolean {
    const { host } = this;
    if (this.from) {
      this.from = "";
      this.refresh();
    } else if (host.get("thread").length) host.set("thread", []);
    else if (host.get("column").length) host.set("column", []);
    else if (host.get("path").length) host.set("path", []);
    else if (host.get("groups").length) host.set("groups", host.get("groups").slice(0, -1));
    else return false;
    return true;
  }

  /** What a key does to the node it stands on. */
  act(command: Command, node: number): void {
    switch (command.name) {
      case "hide":
        return this.hide(node);
      case "pin":
        return this.pin(node);
      case "path":
        return this.path(node);
      case "upstream":
        return this.toggleSide(node, "in");
      case "downstream":
        return this.toggleSide(node, "out");
      case "menu":
        return this.menu.show(...this.actions.corner(node), this.items(node));
    }
  }

  get floating(): readonly HTMLElement[] {
    return [this.more.element, this.menu.element];
  }

  /** The buttons on cards, and the menu of the node under a right click. */
  listenOn(stage: HTMLElement, pick: (x: number, y: number) => number): (() => void)[] {
    const click = (event: MouseEvent) => {
      const node = openedBy(event.target);
      if (node !== null) this.choice.toggleColumns(node);
    };
    const menu = (event: MouseEvent) => {
      const box = stage.getBoundingClientRect();
      const [x, y] = [event.clientX - box.left, event.clientY - box.top];
      const node = pick(x, y);
      if (node < 0) return;
      event.preventDefault();
      // JupyterLab has a menu of its own.
      event.stopPropagation();
      this.menu.show(x, y, this.items(node));
    };
    return [listen(stage, "click", click), listen(stage, "contextmenu", menu)];
  }

  // What the host says ------------------------------------------------------------------------

  connect(on: (names: readonly Name[], action: () => void) => void, changed: () => void): void {
    on(["_more"], () => this.more.answered(this.host.get("_more")));
    on(["column", "thread"], () => this.refresh());
    on(["_lit"], () => {
      this.sceneArrived();
      changed();
    });
  }

  sceneArrived(): void {
    const { note } = this.actions.scene();
    this.note.textContent = note;
    this.note.hidden = !note;
    this.lit();
    this.refresh();
  }

  // What is told ------------------------------------------------------------------------------

  private refresh(): void {
    this.crumbs.update([...this.groupCrumbs(), ...this.pathCrumbs(), ...this.columnCrumbs(), ...this.listCrumbs()]);
  }

  private groupCrumbs(): Crumb[] {
    const groups = this.host.get("groups");
    return groups.map((id) => ({
      text: groupName(id),
      title: "An open group",
      undo: "Close this group",
      close: () => {
        // What was opened inside of it goes with it.
        this.host.set(
          "groups",
          groups.filter((other) => other !== id && !other.startsWith(id)),
        );
      },
    }));
  }

  private pathCrumbs(): Crumb[] {
    const ends = this.host.get("path");
    const name = (id: string) => id.slice(id.lastIndexOf(":") + 1);
    const found: Crumb[] = [];
    if (ends.length === 2)
      found.push({
        text: `Paths ${name(ends[0])} → ${name(ends[1])}`,
        also: [["Other way", () => this.host.set("path", [ends[1], ends[0]])]],
        undo: "Leave the paths",
        close: () => this.host.set("path", []),
      });
    if (this.from)
      found.push({
        text: `Paths from ${name(this.from)} to …`,
        undo: "No path after all",
        close: () => void this.leave(),
      });
    return found;
  }

  private columnCrumbs(): Crumb[] {
    const only = this.host.get("thread");
    const chosen = this.host.get("column");
    if (only.length === 2)
      return [
        {
          text: `Only ${only[1]}`,
          title: this.thread?.words,
          undo: "Show everything again",
          close: () => this.host.set("thread", []),
        },
      ];
    if (chosen.length !== 2) return [];
    return [
      {
        text: this.thread?.words ?? chosen[1],
        also: this.host.live ? [["Only this", () => this.host.set("thread", chosen)]] : [],
        undo: "Let go of the column",
        close: () => this.host.set("column", []),
      },
    ];
  }

  private listCrumbs(): Crumb[] {
    const lists = [
      ["hidden", "hidden", "Show what is hidden"],
      ["pinned", "pinned", "Unpin all"],
      ["collapsed", "collapsed", "Expand all again"],
      ["added", "added", "Take away what was added"],
    ] as const;
    return lists.flatMap(([name, word, undo]) => {
      const { length } = this.host.get(name);
      return length ? [{ text: `${length} ${word}`, undo, close: () => this.host.set(name, []) }] : [];
    });
  }

  /** What can be done with a node. */
  items(node: number): MenuItem[] {
    const scene = this.actions.scene();
    const { id, kind, rows, pinned } = { ...scene.nodes, rows: scene.rows };
    if (kind[node] === "group") return [{ label: "Open the group", key: "Enter", action: () => this.openGroup(node) }];
    if (kind[node] === "stub")
      return [
        { label: "Choose from a list", action: () => this.list(id[node]) },
        { label: "Show all", action: () => this.host.set("expanded", [...this.host.get("expanded"), id[node], id[node]]) },
      ];
    const items: MenuItem[] = [{ label: "Focus here", key: "f", action: () => this.actions.refocus(id[node]) }];
    if (kind[node] === "dataset")
      items.push({
        label: rows.has(node) ? "Hide columns" : "Show columns",
        key: "o",
        action: () => this.choice.toggleColumns(node),
      });
    for (const [way, key] of [
      ["in", "["],
      ["out", "]"],
    ] as const) {
      const stub = `stub:${way}:${id[node]}`;
      const shut = this.host.get("collapsed").includes(stub);
      const label = shut ? "Expand" : scene.index.has(stub) ? "Show more" : "Collapse";
      items.push({ label: `${label} ${WORDS[way]}`, key, action: () => this.toggleSide(node, way) });
    }
    items.push(
      { label: this.from && this.from !== id[node] ? "Paths to here" : "Paths from here", key: "b", action: () => this.path(node) },
      { label: pinned.has(node) ? "Unpin" : "Pin", key: "p", action: () => this.pin(node) },
      { label: "Hide", key: "x", action: () => this.hide(node) },
    );
    return items;
  }
}
