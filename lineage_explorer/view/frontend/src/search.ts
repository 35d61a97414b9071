// The search box: text goes to the selection language, a highlighted suggestion to its node.

import { h, listen } from "./dom";
import { icon } from "./glyphs";
import { parse, type Suggestion } from "./host";

export interface SearchActions {
  typed(text: string): void;
  query(text: string): void;
  choose(id: string): void;
  column(dataset: string, field: string): void;
  run(id: string): void;
  leave(): void;
}

export interface QueryError {
  readonly text: string;
  readonly at: number | null;
}

export function readSuggestions(json: string): Suggestion[] {
  const list = parse(json);
  if (!Array.isArray(list)) return [];
  return list
    .filter((item): item is unknown[] => Array.isArray(item) && typeof item[0] === "string")
    .map((item) => [0, 1, 2, 3, 4].map((i) => (typeof item[i] === "string" ? item[i] : "")) as unknown as Suggestion);
}

export function readError(json: string): QueryError | null {
  const value = parse(json);
  if (typeof value !== "object" || value === null) return null;
  const { text, at } = value as Record<string, unknown>;
  if (typeof text !== "string" || text === "") return null;
  return { text, at: typeof at === "number" && Number.isInteger(at) && at >= 0 ? at : null };
}

/** The part of a long query around the error and the line with the caret under it. */
export function pointAt(query: string, at: number, width = 44): [line: string, caret: string] {
  const chars = Array.from(query);
  const from = Math.max(0, Math.min(at - Math.floor(width / 2), chars.length - width));
  const part = chars.slice(from, from + width).join("");
  const dots = from > 0 ? "…" : "";
  return [dots + part + (from + width < chars.length ? "…" : ""), " ".repeat(dots.length + at - from) + "^"];
}

export class Search {
  readonly element: HTMLElement;
  readonly input: HTMLInputElement;
  private readonly list: HTMLElement;
  private readonly error = h("div", "lx-error-box", { role: "alert", hidden: true });
  private suggestions: Suggestion[] = [];
  private chosen = -1;
  private typing = false;
  private readonly off: (() => void)[];

  constructor(
    private readonly actions: SearchActions,
    private readonly prefix: string,
  ) {
    this.list = h("div", "lx-suggestions", {
      role: "listbox",
      id: `${prefix}-list`,
      "aria-label": "Suggestions",
      hidden: true,
    });
    this.input = h("input", "lx-input", {
      type: "text",
      placeholder: "Search, or +orders+",
      spellcheck: "false",
      autocomplete: "off",
      role: "combobox",
      "aria-label": "Search or selection",
      "aria-expanded": "false",
      "aria-autocomplete": "list",
      "aria-controls": `${prefix}-list`,
    });
    this.element = h("div", "lx-search", {}, icon("search", 13), this.input, this.list, this.error);
    this.off = [
      listen(this.input, "input", () => {
        this.typing = true;
        this.error.hidden = true;
        actions.typed(this.input.value);
        if (!this.input.value) this.show([]);
      }),
      listen(this.input, "keydown", (event) => this.key(event)),
      listen(this.input, "blur", () => this.show([])),
      // The press must not take the caret out of the box, else the list closes before the click.
      listen(this.list, "pointerdown", (event) => event.preventDefault()),
      listen(this.list, "click", (event) => {
        const row = (event.target as HTMLElement).closest<HTMLElement>("[role=option]");
        if (row) this.take(Number(row.dataset["row"]));
      }),
    ];
  }

  dispose(): void {
    for (const off of this.off) off();
  }

  /** The query in force, unless somebody is typing another. */
  setQuery(text: string): void {
    if (!this.typing) this.input.value = text;
  }

  setSuggestions(json: string): void {
    this.show(this.typing && this.input.value.trim() ? readSuggestions(json).slice(0, 20) : []);
  }

  setError(json: string, query: string): void {
    const error = readError(json);
    this.error.hidden = !error;
    this.input.setAttribute("aria-invalid", String(Boolean(error)));
    if (!error) return;
    this.error.replaceChildren(h("div", "", {}, error.text));
    if (error.at === null) return;
    this.error.prepend(h("pre", "lx-caret", {}, pointAt(query, error.at).join("\n")));
  }

  private key(event: KeyboardEvent): void {
    const { key } = event;
    if (key === "ArrowDown" || key === "ArrowUp") {
      if (this.suggestions.length) this.highlight(this.chosen + (key === "ArrowDown" ? 1 : -1));
    } else if (key === "Tab" && !event.shiftKey && this.suggestions.length > 0) {
      this.take(Math.max(0, this.chosen));
    } else if (key === "Enter") {
      this.take(this.chosen);
    } else if (key === "Escape") {
      this.escape();
    } else {
      event.stopPropagation();
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  private escape(): void {
    if (this.suggestions.length) return this.show([]);
    const had = this.input.value !== "";
    this.input.value = "";
    this.typing = false;
    this.error.hidden = true;
    if (had) this.actions.query("");
    else this.actions.leave();
  }

  private take(row: number): void {
    const suggestion = this.suggestions.at(row < 0 ? this.suggestions.length : row);
    this.typing = false;
    this.show([]);
    if (suggestion) {
      this.follow(suggestion);
    } else {
      this.actions.query(this.input.value.trim());
    }
  }

  /** A word of the language goes into the box, an attribute is asked for, anything else is gone to. */
  private follow([id, label, , kind, text]: Suggestion): void {
    this.input.value = text ?? "";
    if (text && (kind === "word" || /[\s(+]/.test(text))) {
      this.typing = true;
      this.input.setSelectionRange(text.length, text.length);
      this.actions.typed(text);
    } else if (text) this.actions.query(text);
    else if (kind === "run") this.actions.run(id);
    else if (kind === "column") this.actions.column(id, label);
    else this.actions.choose(id);
  }

  private show(list: Suggestion[]): void {
    this.suggestions = list;
    this.list.hidden = list.length === 0;
    this.input.setAttribute("aria-expanded", String(list.length > 0));
    this.list.replaceChildren(
      ...list.map(([id, label, above, kind], row) =>
        h(
          "div",
          "lx-suggestion",
          { role: "option", id: `${this.prefix}-option-${row}`, "data-row": row, title: id || label },
          h("span", "lx-suggestion-label", {}, label),
          h("span", "lx-muted", {}, [above, kind].filter(Boolean).join(" · ")),
        ),
      ),
    );
    // Of a plain word the first suggestion is meant; operators are for the selection language.
    this.highlight(list.length && /^[^\s+*:()"]+$/.test(this.input.value.trim()) ? 0 : -1);
  }

  private highlight(row: number): void {
    const n = this.suggestions.length;
    // One step past either end means: none, so that Enter takes the text again.
    this.chosen = row < -1 ? n - 1 : row >= n ? -1 : row;
    [...this.list.children].forEach((child, i) => child.setAttribute("aria-selected", String(i === this.chosen)));
    if (this.chosen < 0) this.input.removeAttribute("aria-activedescendant");
    else {
      this.input.setAttribute("aria-activedescendant", `${this.prefix}-option-${this.chosen}`);
      this.list.children[this.chosen].scrollIntoView({ block: "nearest" });
    }
  }
}
