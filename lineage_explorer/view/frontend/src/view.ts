// The view as a whole: the host's values on one side, the stage and its furniture on the other.

import { Bar } from "./bar";
import { Choice } from "./choice";
import { looksOf } from "./crossings";
import { Details } from "./details";
import { h, listen, put } from "./dom";
import { ErrorBox } from "./errors";
import { hideFallback } from "./fallback";
import { attachGestures } from "./gestures";
import { buildGraph, type Graph } from "./graph";
import { Help } from "./help";
import { Hover, NOTHING } from "./hover";
import { same, type Host, type Name } from "./host";
import { Keyboard } from "./keyboard";
import { Legend } from "./legend";
import { indexesOf, touchOf } from "./lighting";
import { applyTheme, modeOf, readTheme, watchTheme, type Theme } from "./paint";
import { Panel } from "./panel";
import { Reading } from "./reading";
import { onKey, runCommand, type Parts } from "./shortcuts";
import { coveredBy, sizeClasses, toggleFullScreen } from "./sizing";
import { Stage, type Picked } from "./stage";
import { Together } from "./together";
import { Tip } from "./tip";
import { decodeScene, type Mode, type Scene } from "./wire";

let views = 0;

export class View {
  readonly root = h("div", "lx-root");
  private placed = false;
  private readonly prefix = `lx${++views}`;
  private readonly errors = new ErrorBox();
  private readonly stage: Stage;
  private readonly bar: Bar;
  private readonly legend = new Legend(() => this.relook());
  private readonly panel: Panel;
  private readonly details: Details;
  private readonly help = new Help();
  private readonly tip = new Tip();
  private readonly live = h("div", "lx-offscreen", { "aria-live": "polite", role: "status" });
  private readonly empty = h("div", "lx-empty", { hidden: true });
  private readonly offs: (() => void)[] = [];
  private graph: Graph;
  private theme: Theme | null = null;
  private readonly hover: Hover;
  private readonly keyboard: Keyboard;
  private readonly choice: Choice;
  private readonly reading: Reading;
  private readonly together: Together;
  private shownFocus: string[] = [];
  private said = "";
  private unhide: (() => void) | null = null;

  constructor(private readonly host: Host) {
    const guard = this.errors.guard.bind(this.errors);
    this.choice = new Choice(host, () => this.stage.scene, {
      group: (node) => this.reading.openGroup(node),
      many: (stub) => this.reading.list(stub),
    });
    this.stage = new Stage(
      this.prefix,
      () => coveredBy(this.root, this.panel, this.legend),
      guard(() => this.painted()),
      (error) => this.errors.show(error),
      (node, row) => this.reading.chooseColumn(node, row),
    );
    this.reading = new Reading(
      host,
      this.choice,
      {
        scene: () => this.stage.scene,
        refocus: (id) => this.refocus(id),
        corner: (node) => this.stage.corner(node),
        bringRows: (rows) => this.stage.bringRows(rows),
        focusStage: () => this.focusStage(),
        notice: (words) => this.tip.notice(words),
      },
      this.prefix,
    );
    this.hover = new Hover(host, this.stage, this.tip, () => this.mode(), () => this.retouch());
    this.graph = buildGraph(this.stage.scene);
    this.together = new Together(host, this.stage, {
      touched: guard(() => this.retouch()),
      told: guard((scene) => this.retold(scene)),
      announce: (words) => this.announce(words),
      notice: (words) => this.tip.notice(words),
      failed: (error) => this.errors.show(error),
      ...{ hot: () => this.hot(), theme: () => this.theme, select: (id: string) => this.select(id) },
      list: () => (this.choice.clear(), this.panel.reopen()),
    });
    const { timed, share } = this.together;
    this.bar = new Bar(host, this.prefix, share.button, {
      refocus: (id) => this.refocus(id),
      column: (dataset, field) => this.choice.column(dataset, field),
      run: (id) => timed.choose(id),
      leave: () => this.focusStage(),
      fit: () => this.stage.fit(),
      zoom: (factor) => this.stage.zoom(factor),
      fullScreen: () => toggleFullScreen(this.root),
      help: () => this.help.toggle(),
    });
    this.panel = new Panel(
      {
        select: (id) => this.together.comparing.select(id),
        hover: (id) => host.set("hovered", id),
        back: () => this.together.comparing.ask(),
        focus: (id) => this.refocus(id),
        run: (id) => timed.choose(id),
        ask: (question) => host.ask(question),
        finding: (id) => this.choice.finding(id),
      },
      () => this.sized(),
      this.prefix,
    );
    this.details = new Details(host, this.panel, guard, () => this.follow());
    this.keyboard = new Keyboard({
      scene: () => this.stage.scene,
      graph: () => this.graph,
      wanted: () => [...host.get("selection"), ...this.stage.scene.focus],
      choose: (node, add) => this.choose(node, add),
      refocus: (node) => this.doubleClick({ ...NOTHING, node }),
      toggleOpen: (node) => this.choice.toggleColumns(node),
      act: (command, node) => this.reading.act(command, node),
      reveal: (node) => this.stage.reveal(node),
      announce: (words) => this.announce(words),
      changed: () => this.retouch(),
      rest: (command) => runCommand(command, this.parts),
    });
    this.build();
    this.connect(guard);
  }

  private build(): void {
    // JupyterLab must leave our keys alone.
    this.root.dataset["lmSuppressShortcuts"] = "true";
    this.root.classList.toggle("lx-whole", !this.host.live);
    const graphBox = h(
      "div",
      "lx-graph",
      {},
      this.stage.element,
      this.reading.top,
      this.empty,
      this.legend.element,
      ...this.reading.floating,
      this.tip.element,
    );
    this.root.append(
      this.bar.element,
      this.together.comparing.element,
      h("div", "lx-main", {}, graphBox, this.panel.element),
      this.together.timed.element,
      this.together.share.element,
      this.help.element,
      this.errors.element,
      this.live,
    );
  }

  private connect(guard: ErrorBox["guard"]): void {
    const on = (names: readonly Name[], action: () => void) => {
      for (const name of names) this.offs.push(this.host.on(name, guard(action)));
    };
    on(["_scene"], () => this.sceneArrived());
    on(["color", "theme", "columns"], () => this.relook());
    on(["edge", "hovered", "_detail"], () => this.retouch());
    on(["selection"], () => this.selected());
    on(["_detail"], () => this.details.arrived());
    this.bar.connect(on);
    on(["hops", "focus", "expanded"], () => this.refreshBar());
    this.reading.connect(on, () => this.retouch());
    this.together.connect(on);
    on(["_notice"], () => this.tip.notice(this.host.get("_notice")));
    on(["height"], () => this.sized());

    const stage = this.stage.element;
    const sizes = new ResizeObserver(guard(() => this.sized()));
    sizes.observe(this.root);
    this.offs.push(
      attachGestures(stage, {
        pan: (dx, dy) => this.stage.pan(dx, dy),
        zoom: (x, y, factor) => this.stage.zoom(factor, x, y),
        hover: guard((at) => this.hover.move(at)),
        click: guard((x, y, add, touch) => this.click(this.stage.pick(x, y, touch), add)),
        doubleClick: guard((x, y, touch) => this.doubleClick(this.stage.pick(x, y, touch))),
        wheelPassed: () => this.tip.notice("Click the picture to zoom with the wheel, or hold Ctrl"),
        hot: () => this.hot(),
      }),
      listen(
        this.root,
        "keydown",
        guard((event) => onKey(event, stage, this.keyboard)),
      ),
      ...this.reading.listenOn(stage, (x, y) => this.stage.pick(x, y, false).node),
      listen(stage, "blur", () => this.keyboard.rest()),
      watchTheme(guard(() => this.retheme())),
      () => sizes.disconnect(),
      () => this.bar.dispose(),
      () => this.reading.menu.hide(false),
      () => this.stage.dispose(),
      () => this.together.dispose(),
      () => this.tip.dispose(),
    );
  }

  /** Called once the root is in the page. */
  start(): void {
    this.errors.guard(() => {
      this.sized();
      this.sceneArrived();
      this.together.timed.load();
      this.panel.update(this.host.get("_detail"));
      this.bar.showQuery();
      this.bar.showError();
    })();
  }

  dispose(): void {
    this.details.stop();
    for (const off of this.offs) off();
    this.unhide?.();
    this.root.remove();
  }

  // What the host says ------------------------------------------------------------------------

  private sceneArrived(): void {
    const bytes = this.host.get("_scene");
    if (!bytes || bytes.byteLength === 0) return;
    const scene = this.together.show(decodeScene(bytes));
    const focus = [...this.host.get("focus")];
    const refocused = !same(focus, this.shownFocus);
    this.shownFocus = focus;
    this.graph = buildGraph(scene);
    this.hover.forget();
    this.stage.setScene(scene, this.choice.touched, refocused);
    this.stage.element.setAttribute("aria-label", scene.description || "Lineage graph");
    this.empty.textContent = scene.empty;
    this.empty.hidden = !scene.empty;
    this.bar.history.note();
    this.relook();
    this.reading.sceneArrived();
    this.together.timed.arrived();
    if (this.said !== scene.summary) this.announce(scene.empty || scene.note || `${scene.summary} shown`);
    this.said = scene.summary;
  }

  private announce(words: string): void {
    this.live.textContent = words;
  }

  /** The same picture with other states or words in it. */
  private retold(scene: Scene): void {
    this.stage.scene = scene;
    this.relook();
  }

  /** An exported page is all picture: there is nothing else to scroll. */
  private hot(): boolean {
    return !this.host.live || this.root.contains(document.activeElement) || document.fullscreenElement === this.root;
  }

  /** A selection made elsewhere (in Python, by a search) is brought into view. */
  private selected(): void {
    this.retouch();
    if (!this.choice.foreign) return;
    this.stage.revealAll(indexesOf(this.stage.scene, this.host.get("selection")));
  }

  private mode(): Mode | null {
    return modeOf(this.stage.scene, this.host.get("color"));
  }

  private retheme(): void {
    this.theme = null;
    this.relook();
  }

  /** Colours, open cards, legend and bar anew. */
  private relook(): void {
    const { scene } = this.stage;
    const dark = applyTheme(this.root, this.host.get("theme"));
    if (this.theme?.dark !== dark) this.theme = null;
    this.theme ??= readTheme(this.root, dark);
    this.together.timed.setTheme(this.theme);
    const mode = this.mode();
    this.stage.setLook({
      graph: this.graph,
      theme: this.theme,
      ...looksOf(scene, mode, dark),
      canOpen: this.host.live,
      open: new Set(this.host.get("columns")),
    });
    this.legend.update(scene, mode, dark);
    this.refreshBar();
    this.retouch();
  }

  private refreshBar(): void {
    this.bar.update(this.stage.scene, this.mode());
  }

  private retouch(): void {
    const { scene } = this.stage;
    this.stage.setTouch(
      touchOf(scene, this.graph, {
        hover: this.hover.at,
        hovered: this.host.get("hovered"),
        active: this.keyboard.ring,
        selection: this.host.get("selection"),
        edge: this.host.get("edge"),
        thread: this.reading.thread,
        trail: this.reading.trail,
        mode: this.mode(),
        chosen: this.legend.chosen,
        time: this.together.touch,
      }),
    );
  }

  // What the hand does ------------------------------------------------------------------------

  private click({ node, edge, row }: Picked, add: boolean): void {
    this.details.clicked();
    // A host page may have kept the focus: the wheel and the keys are ours after a click.
    if (!this.root.contains(document.activeElement)) this.focusStage();
    this.tip.hide();
    this.keyboard.rest();
    this.reading.menu.hide(false);
    if (row >= 0 && !add) this.reading.chooseColumn(node, row);
    else if (node >= 0) this.choose(node, add);
    else if (edge >= 0 && this.choice.edge(edge)) this.panel.reopen();
    else this.choice.clear();
  }

  private doubleClick({ node, row }: Picked): void {
    const kind = node >= 0 && row < 0 ? this.stage.scene.nodes.kind[node] : "";
    if (kind === "dataset" || kind === "job") this.refocus(this.stage.scene.nodes.id[node]);
  }

  private choose(node: number, add: boolean): void {
    if (!this.choice.node(node, add)) this.panel.reopen();
    this.follow();
  }

  private select(id: string): void {
    if (!this.choice.select(id, false)) this.panel.reopen();
    this.follow();
  }

  /** The keyboard stands where the hand was, and that is in view. */
  private follow(): void {
    this.keyboard.active = this.choice.touched;
    const node = this.stage.scene.index.get(this.choice.touched);
    if (node !== undefined) this.stage.reveal(node);
  }

  private refocus(id: string): void {
    this.details.stop();
    this.choice.refocus(id);
    this.keyboard.active = id;
    this.focusStage();
  }

  private get parts(): Parts {
    const { stage, bar, help, panel, legend, choice, reading, focusStage } = this;
    const { share, comparing } = this.together;
    return { stage, bar, help, panel, legend, choice, reading, share, comparing, focusStage };
  }

  private focusStage = () => this.stage.element.focus({ preventScroll: true });

  private sized(): void {
    if (this.host.live) this.root.style.height = `${Math.max(240, this.host.get("height"))}px`;
    if (this.root.clientWidth === 0) return;
    const tight = sizeClasses(this.root);
    if (!this.placed) {
      // A notebook renders before it puts the root into the page: until then style has no colours.
      this.placed = true;
      this.panel.tuck();
      this.retheme();
    }
    this.legend.setTight(tight);
    this.stage.roomChanged();
  }

  private painted(): void {
    this.together.painted();
    const node = this.keyboard.ring;
    put(this.stage.element, "aria-activedescendant", node >= 0 ? this.stage.cardId(node) : null);
    this.unhide ??= hideFallback(this.root, this.host.get("_fallback"));
  }
}
