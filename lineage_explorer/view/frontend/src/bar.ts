// The bar with its wiring: search, history and switches, each tied to the host's values.

import { History } from "./history";
import type { Host, Name } from "./host";
import { Search } from "./search";
import { Toolbar } from "./toolbar";
import type { Mode, Scene } from "./wire";

export interface BarActions {
  refocus(id: string): void;
  /** A dataset with one of its columns lit. */
  column(dataset: string, field: string): void;
  run(id: string): void;
  /** The search box is left for the picture. */
  leave(): void;
  fit(): void;
  zoom(factor: number): void;
  fullScreen(): void;
  help(): void;
}

export class Bar {
  readonly history: History;
  private readonly search: Search;
  private readonly toolbar: Toolbar;

  constructor(
    private readonly host: Host,
    prefix: string,
    share: HTMLElement,
    actions: BarActions,
  ) {
    this.history = new History(host);
    this.search = new Search(
      {
        typed: (text) => host.set("_typed", text),
        query: (text) => host.set("query", text),
        choose: (id) => actions.refocus(id),
        column: (dataset, field) => actions.column(dataset, field),
        run: (id) => actions.run(id),
        leave: () => actions.leave(),
      },
      prefix,
    );
    this.toolbar = new Toolbar(this.search.element, share, {
      go: (step) => this.history.go(step),
      hops: (value) => host.set("hops", value),
      color: (name) => host.set("color", name),
      theme: (name) => host.set("theme", name),
      fit: () => actions.fit(),
      zoom: (factor) => actions.zoom(factor),
      fullScreen: () => actions.fullScreen(),
      help: () => actions.help(),
    });
  }

  get element(): HTMLElement {
    return this.toolbar.element;
  }

  update(scene: Scene, mode: Mode | null): void {
    this.toolbar.update({
      canGoBack: this.history.canGoBack,
      canGoForward: this.history.canGoForward,
      summary: scene.summary,
      hops: this.host.get("hops"),
      around: this.host.live && scene.focus.length > 0 && !this.narrowed,
      modes: scene.modes,
      color: mode?.name ?? "",
      theme: this.host.get("theme"),
    });
  }

  /** Paths and a column's lineage go as far as they go, whatever the hops. */
  private get narrowed(): boolean {
    return this.host.get("path").length > 0 || this.host.get("thread").length > 0;
  }

  connect(on: (names: readonly Name[], action: () => void) => void): void {
    on(["query"], () => this.showQuery());
    on(["_error"], () => this.showError());
    on(["_suggest"], () => this.search.setSuggestions(this.host.get("_suggest")));
  }

  showQuery(): void {
    this.search.setQuery(this.host.get("query"));
  }

  showError(): void {
    this.search.setError(this.host.get("_error"), this.host.get("query"));
  }

  focusSearch(): void {
    this.search.input.focus();
    this.search.input.select();
  }

  dispose(): void {
    this.search.dispose();
  }
}
