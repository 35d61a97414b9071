// Making elements: text is always text, never markup.

type Attributes = Record<string, string | number | boolean | undefined>;

/** An element with a class, attributes and children; strings become text nodes. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = "",
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (className) element.className = className;
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children);
  return element;
}

/** Set an attribute, or take it away where there is no value. */
export function put(element: HTMLElement, name: string, value: string | null): void {
  if (value) element.setAttribute(name, value);
  else element.removeAttribute(name);
}

/** Listen until the returned function is called. */
export function listen<K extends keyof HTMLElementEventMap>(
  target: HTMLElement,
  type: K,
  callback: (event: HTMLElementEventMap[K]) => void,
  options?: AddEventListenerOptions,
): () => void {
  target.addEventListener(type, callback, options);
  return () => target.removeEventListener(type, callback, options);
}

/** Copy text; where the page may not use the clipboard, select-and-copy is tried. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = h("textarea", "lx-offscreen", { "aria-hidden": "true" });
    area.value = text;
    document.body.append(area);
    area.select();
    // Deprecated but the only way left where the clipboard is withheld (an http page, a sandboxed frame).
    const copy = (document as unknown as { execCommand?: (name: string) => boolean }).execCommand;
    const done = copy?.call(document, "copy") ?? false;
    area.remove();
    return done;
  }
}

/** A button that copies and says so for a moment. */
export function copyButton(label: string, what: () => string): HTMLButtonElement {
  const button = h("button", "lx-link", { type: "button" }, label);
  button.addEventListener("click", () => {
    void copyText(what()).then((done) => {
      button.textContent = done ? "Copied" : "Not copied";
      setTimeout(() => (button.textContent = label), 1200);
    });
  });
  return button;
}
