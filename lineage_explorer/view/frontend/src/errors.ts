// Errors of the browser are shown where they happen, with text to copy.

import { copyButton, h } from "./dom";

export class ErrorBox {
  readonly element = h("div", "lx-crash", { role: "alert", hidden: true });

  show(error: unknown): void {
    const text = wordsOf(error);
    const close = h("button", "lx-link", { type: "button" }, "Close");
    close.addEventListener("click", () => (this.element.hidden = true));
    this.element.replaceChildren(
      h("strong", "", {}, "The view met an error"),
      h("p", "", {}, error instanceof Error ? error.message : text),
      h("pre", "lx-code", {}, text),
      h(
        "div",
        "lx-actions",
        {},
        copyButton("Copy the text", () => text),
        close,
      ),
    );
    this.element.hidden = false;
  }

  /** A function that shows what it throws instead of losing it in the console. */
  guard<A extends unknown[]>(action: (...args: A) => void): (...args: A) => void {
    return (...args) => {
      try {
        action(...args);
      } catch (error) {
        this.show(error);
      }
    };
  }
}

/** The error with its trace; some browsers begin the trace with the message, some do not. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const trace = error.stack ?? "";
  return trace.includes(error.message) ? trace : `${error.name}: ${error.message}\n${trace}`;
}
