// What leaves the view: the picture as a file, Python that makes the view again, ids.

import { copyText, h } from "./dom";
import { icon } from "./glyphs";
import { Menu } from "./menu";
import { pictureOf, type Shown } from "./picture";

const SCALE = 2;
const MOST = 16_384;

export interface ShareActions {
  shown(): Shown | null;
  code(): string;
  ids(): readonly string[];
  notice(words: string): void;
  failed(error: unknown): void;
}

export class Share {
  readonly button: HTMLButtonElement;
  private readonly menu = new Menu();

  constructor(private readonly actions: ShareActions) {
    this.button = h(
      "button",
      "lx-tool",
      { type: "button", "aria-label": "Save or copy", title: "Save or copy", "aria-haspopup": "menu" },
      icon("save", 14),
    );
    this.button.addEventListener("click", () => this.open());
    this.menu.element.classList.add("lx-out");
  }

  get element(): HTMLElement {
    return this.menu.element;
  }

  private open(): void {
    const ids = this.actions.ids();
    const place = this.button.getBoundingClientRect();
    const room = this.menu.element.parentElement?.getBoundingClientRect();
    this.menu.show(place.left - (room?.left ?? 0), place.bottom - (room?.top ?? 0) + 4, [
      { label: "Save picture (PNG)", action: () => this.save("png") },
      { label: "Save picture (SVG)", action: () => this.save("svg") },
      ...(this.actions.code() ? [{ label: "Copy Python for this view", key: "y", action: () => this.copyCode() }] : []),
      ...(ids.length > 0 ? [{ label: "Copy node id", key: "c", action: () => this.copyIds() }] : []),
    ]);
  }

  copyCode(): void {
    const code = this.actions.code();
    if (code) this.copy(code, "Python copied");
  }

  copyIds(): void {
    const ids = this.actions.ids();
    if (ids.length > 0) this.copy(ids.join("\n"), ids.length === 1 ? "Node id copied" : `${ids.length} node ids copied`);
  }

  private copy(text: string, done: string): void {
    void copyText(text).then((copied) => this.actions.notice(copied ? done : "The browser did not allow copying"));
  }

  private save(kind: "svg" | "png"): void {
    const shown = this.actions.shown();
    if (!shown) return;
    const picture = pictureOf(shown);
    const text = new XMLSerializer().serializeToString(picture);
    const svg = new Blob([text], { type: "image/svg+xml" });
    if (kind === "svg") return download(svg, "lineage.svg");
    const [width, height] = ["width", "height"].map((side) => Number(picture.getAttribute(side)));
    pixels(text, width, height).then(
      (png) => download(png, "lineage.png"),
      (error: unknown) => this.actions.failed(error),
    );
  }
}

/** An SVG text as PNG: drawn by the browser, two pixels for each of its own. */
async function pixels(svg: string, width: number, height: number): Promise<Blob> {
  const scale = Math.min(SCALE, MOST / Math.max(width, height));
  const image = new Image();
  // A page that allows no other address of images still allows this one.
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/png"));
  if (!blob) throw new Error("The browser could not make a picture of this size. Save it as SVG.");
  return blob;
}

function download(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = h("a", "", { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
