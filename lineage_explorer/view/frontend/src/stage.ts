// The picture: a canvas and a layer of cards under one camera, redrawn when something changed.

import {
  centreOn,
  easeOut,
  fit,
  keepInSight,
  mix,
  pan,
  reveal,
  toScreen,
  toWorld,
  union,
  visible,
  zoomAt,
  type Box,
  type Camera,
  type Size,
} from "./camera";
import { forgetArrivals } from "./canvas";
import { Cards, type Look, type Touch } from "./cards";
import { h } from "./dom";
import { boxOf, fitted, inside, isOverview, newcomers, PAD } from "./framing";
import { extent, Hits } from "./hit";
import { anchorOf, DURATION, left, movesBetween, type Moves } from "./motion";
import { Painter } from "./painter";
import { CARD_ZOOM, chooseNear, PLATE_ZOOM, textSizes } from "./near";
import { Ports } from "./ports";
import { Schema } from "./schema";
import { emptyScene, type Scene } from "./wire";

const FLOOR = 0.35;
/** Milliseconds after which the picture has been painted. */
const WARM = 300;

export interface Picked {
  readonly node: number;
  readonly row: number;
  readonly edge: number;
}

export interface Covered {
  readonly right: number;
  readonly legend: Size;
}

export type LookOf = Omit<Look, "scene" | "sizes">;

export class Stage {
  readonly element = h("div", "lx-stage", {
    tabindex: 0,
    role: "application",
    "aria-roledescription": "lineage graph",
  });
  scene: Scene = emptyScene("");
  private readonly schema = new Schema();
  private hits = new Hits(this.scene, this.schema);
  private ports = new Ports(this.scene, this.schema);
  private box: Box = extent(this.scene);
  private camera: Camera = { x: 0, y: 0, k: 1 };
  private size: Size = { width: 0, height: 0 };
  private readonly painter = new Painter();
  private readonly layer = h("div", "lx-layer");
  private readonly cards: Cards;
  private look: LookOf | null = null;
  private cardLook: Look | null = null;
  private touch: Touch & { readonly edge: number } = {
    lit: null,
    faded: null,
    selected: new Set(),
    active: -1,
    ...{ faint: null, faintEdges: null, ran: null },
    edge: -1,
  };
  private shownTouch: Touch | null = null;
  private moves: Moves | null = null;
  private moving = false;
  private bent = 0;
  private stopWarming: () => void = () => undefined;
  private flight: { from: Camera; to: Camera; start: number } | null = null;
  private frame = 0;
  private fresh = true;
  /** Until a hand moves the camera, a change of size fits the picture again. */
  private untouched = true;
  /** What fitting means: all of the picture, or what can be read of it. */
  private whole = false;
  private readonly observer = new ResizeObserver(() => this.resize());
  private readonly still = matchMedia("(prefers-reduced-motion: reduce)");

  constructor(
    prefix: string,
    /** What lies over the picture: the panel at the right, the legend at the bottom left. */
    private readonly covered: () => Covered,
    private readonly painted: () => void,
    private readonly failed: (error: unknown) => void,
    chooseRow: (node: number, row: number) => void,
  ) {
    this.element.append(this.painter.element, this.layer);
    const moved = (node: number) => this.rowsMoved(node);
    this.cards = new Cards(this.layer, `${prefix}-node`, this.schema, { moved, choose: chooseRow, entered: (node) => this.reveal(node) });
    this.observer.observe(this.element);
  }

  dispose(): void {
    this.observer.disconnect();
    this.stopWarming();
    cancelAnimationFrame(this.frame);
  }

  get zoomLevel(): number {
    return this.camera.k;
  }

  /** The middle of what is seen, and the zoom. */
  get eye(): Camera {
    const [x, y] = toWorld(this.camera, this.size.width / 2, this.size.height / 2);
    return { x, y, k: this.camera.k };
  }

  lookAt(x: number, y: number, k: number): void {
    this.moveTo(centreOn(x, y, k, this.size));
  }

  /** What a picture of the screen is made from. */
  get seen() {
    const { scene, schema, camera, size, touch } = this;
    return { scene, schema, camera, size, touch };
  }

  /** Show another scene; what stays keeps its place on screen as far as it can. */
  setScene(scene: Scene, touched: string, refocused: boolean): void {
    const before = this.scene;
    this.settle();
    this.scene = scene;
    this.ports = new Ports(scene, this.schema);
    const hits = (this.hits = new Hits(scene, this.schema));
    this.stopWarming();
    const timer = setTimeout(() => (this.stopWarming = hits.warm()), WARM);
    this.stopWarming = () => clearTimeout(timer);
    this.box = extent(scene);
    const [cx, cy] = toWorld(this.camera, this.size.width / 2, this.size.height / 2);
    const anchor = before.nodes.count ? anchorOf(before, scene, touched, cx, cy) : null;
    if (anchor === null || this.fresh) {
      this.fresh = true;
      this.moves = null;
    } else {
      const a = before.index.get(anchor)!;
      const b = scene.index.get(anchor)!;
      const shift = {
        x: (before.nodes.x[a] - scene.nodes.x[b]) * this.camera.k,
        y: (before.nodes.y[a] - scene.nodes.y[b]) * this.camera.k,
      };
      this.camera = pan(this.camera, shift.x, shift.y);
      // Offsets are measured from the anchor, which stands still.
      const moves = movesBetween(before, scene, performance.now());
      if (moves && !this.still.matches) {
        for (let i = 0; i < scene.nodes.count; i++) {
          if (moves.fresh[i]) continue;
          moves.dx[i] -= shift.x / this.camera.k;
          moves.dy[i] -= shift.y / this.camera.k;
        }
        this.moves = moves;
      }
      this.arrive(before, touched, refocused, b);
    }
    this.invalidate();
  }

  /** After a change of scene: show it all if it can be shown, else at least the anchor. */
  private arrive(before: Scene, touched: string, refocused: boolean, anchor: number): void {
    const room = this.room();
    const { minX, minY, maxX, maxY } = this.box;
    const fits =
      (maxX - minX) * this.camera.k <= room.width - 2 * PAD && (maxY - minY) * this.camera.k <= room.height - 2 * PAD;
    const overview = isOverview(this.scene);
    const opened = inside(before, this.scene, touched);
    if (refocused || (overview && (this.untouched || !isOverview(before)))) {
      this.untouched = true;
      this.whole = false;
      this.fly(this.fitted());
    } else if (opened) {
      this.fly(fit(union(opened), room, PAD, PLATE_ZOOM));
    } else this.fly(reveal(this.camera, fits ? this.box : newcomers(before, this.scene, anchor, this.camera, room), room, PAD));
  }

  setLook(look: LookOf): void {
    this.look = look;
    this.cardLook = null;
    this.invalidate();
  }

  /** A schema was scrolled or searched: its lines follow. */
  private rowsMoved(node: number): void {
    this.ports.follow(node);
    this.bent++;
    this.hits.edgesMoved();
    forgetArrivals(this.scene);
    this.invalidate();
  }

  /** Scroll open cards so that a row of what is wanted is in sight in each. */
  bringRows(rows: ReadonlyMap<number, readonly number[]>): void {
    for (const [node, wanted] of rows) {
      if (!this.schema.bring(this.scene, node, wanted)) continue;
      this.cards.settleRows(node);
      this.rowsMoved(node);
    }
  }

  setTouch(touch: Touch & { readonly edge: number }): void {
    this.touch = touch;
    this.invalidate();
  }

  /** Show all of it, however small. */
  fit(): void {
    this.untouched = true;
    this.whole = true;
    this.fly(this.fitted());
  }

  zoom(factor: number, x = this.size.width / 2, y = this.size.height / 2): void {
    this.moveTo(zoomAt(this.camera, x, y, factor));
  }

  pan(dx: number, dy: number): void {
    this.moveTo(pan(this.camera, dx, dy));
  }

  reveal(node: number): void {
    const to = reveal(this.camera, this.boxOf(node), this.room(), PAD);
    if (to.x === this.camera.x && to.y === this.camera.y) return;
    this.untouched = false;
    this.fly(to);
  }

  /** Bring nodes into view: all of them if they fit, else the first. */
  revealAll(nodes: readonly number[]): void {
    if (nodes.length === 0) return;
    const boxes = nodes.map((i) => this.boxOf(i));
    const all = union(boxes);
    const first = boxes[0];
    const centre = [(first.minX + first.maxX) / 2, (first.minY + first.maxY) / 2] as const;
    const room = this.room();
    const inside = reveal(this.camera, all, room, PAD);
    if (inside.x === this.camera.x && inside.y === this.camera.y && this.camera.k >= FLOOR) return;
    this.fly(
      nodes.length === 1
        ? centreOn(centre[0], centre[1], Math.max(this.camera.k, 0.8), room)
        : fit(all, room, PAD, FLOOR, centre),
    );
  }

  pick(x: number, y: number, touch: boolean): Picked {
    const [wx, wy] = toWorld(this.camera, x, y);
    const node = this.hits.node(wx, wy, (touch ? 8 : 2) / this.camera.k);
    if (node >= 0) return { node, row: this.camera.k >= CARD_ZOOM ? this.hits.row(node, wy) : -1, edge: -1 };
    return { node, row: -1, edge: this.hits.edge(wx, wy, (touch ? 14 : 6) / this.camera.k) };
  }

  /** The right upper corner of a node, on screen. */
  corner(node: number): [x: number, y: number] {
    const { x, y, w } = this.scene.nodes;
    return toScreen(this.camera, x[node] + w[node], y[node]);
  }

  cardId(node: number): string | null {
    return this.cards.idOf(node);
  }

  private boxOf(i: number): Box {
    return boxOf(this.scene, i);
  }

  private fitted(): Camera {
    return fitted(this.scene, this.box, this.hits, this.room(), this.covered().legend, this.whole);
  }

  /** The part of the stage that nothing covers. */
  private room(): Size {
    return { width: Math.max(160, this.size.width - this.covered().right), height: this.size.height };
  }

  /** The room has changed: fit again as long as no hand has moved the camera. */
  roomChanged(): void {
    if (this.untouched && !this.fresh && this.size.width > 0) this.fly(this.fitted());
  }

  private moveTo(camera: Camera): void {
    this.flight = null;
    this.untouched = false;
    this.camera = keepInSight(camera, this.box, this.size);
    this.invalidate();
  }

  private fly(to: Camera): void {
    if (this.still.matches || this.size.width === 0) {
      this.camera = to;
      this.flight = null;
    } else {
      this.flight = { from: this.camera, to, start: performance.now() };
    }
    this.invalidate();
  }

  /** End what moves at once. */
  private settle(): void {
    if (this.flight) this.camera = this.flight.to;
    this.flight = null;
    this.moves = null;
  }

  private resize(): void {
    const { clientWidth: width, clientHeight: height } = this.element;
    if (width === this.size.width && height === this.size.height) return;
    this.size = { width, height };
    if (width === 0 || height === 0) return;
    if (this.untouched && !this.fresh) this.camera = this.fitted();
    // Drawn at once: a canvas that changed its size is blank until then.
    this.paint();
  }

  invalidate(): void {
    if (!this.frame) this.frame = requestAnimationFrame(() => this.paint());
  }

  private paint(): void {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    if (this.size.width === 0 || this.size.height === 0 || !this.look) return;
    try {
      this.paintNow(this.look);
    } catch (error) {
      this.failed(error);
    }
  }

  private paintNow(look: LookOf): void {
    if (this.fresh) {
      this.fresh = false;
      this.untouched = true;
      this.whole = false;
      this.camera = this.fitted();
    }
    const now = performance.now();
    if (this.flight) {
      const t = Math.min(1, Math.max(0, (now - this.flight.start) / DURATION));
      this.camera = mix(this.flight.from, this.flight.to, easeOut(t));
      if (t === 1) this.flight = null;
    }
    const remaining = this.moves ? left(this.moves.start, now) : 0;
    if (remaining === 0) this.moves = null;

    // A border is a pixel on screen, not a shade of one.
    const hair = `${Math.max(1, 1 / this.camera.k).toFixed(1)}px`;
    if (this.layer.style.getPropertyValue("--lx-hair") !== hair) this.layer.style.setProperty("--lx-hair", hair);
    const sizes = textSizes(this.camera.k);
    if (
      !this.cardLook ||
      this.cardLook.scene !== this.scene ||
      JSON.stringify(this.cardLook.sizes) !== JSON.stringify(sizes)
    ) {
      this.cardLook = { ...look, scene: this.scene, sizes };
    }
    const near = chooseNear(
      this.scene,
      this.hits.nodesIn(visible(this.camera, this.size, 200)),
      this.camera,
      this.size,
    );
    const changed = this.cards.show(near, this.cardLook);
    if (changed || this.touch !== this.shownTouch) this.cards.touch(this.touch);
    if (changed || this.moves || this.moving) this.cards.place(this.moves, remaining);
    this.shownTouch = this.touch;
    this.moving = this.moves !== null;
    const [x, y] = toScreen(this.camera, 0, 0);
    this.layer.style.transform = `translate(${x}px, ${y}px) scale(${this.camera.k})`;

    const { scene, hits, camera, size, moves, ports, bent } = this;
    const { theme, colouring, mixture, lines } = look;
    const more = this.painter.paint({
      ...{ scene, hits, camera, size, ratio: window.devicePixelRatio || 1, moves, left: remaining, ports, bent },
      ...{ theme, colouring, mixture, lines, near: new Set(near) },
      ...this.touch,
    });
    this.painted();
    if (this.flight || this.moves || more) this.invalidate();
  }
}
