// The static picture that Python shows first: hidden while the live view is there.

/** Hide the picture with this id; returns the way to show it again. */
export function hideFallback(element: HTMLElement, id: string): () => void {
  const image = id ? findImage(element, id) : null;
  if (!image) return () => undefined;
  const output =
    image.closest<HTMLElement>(".jp-OutputArea-child") ?? image.closest<HTMLElement>(".output_area, .output") ?? image;
  // An output that also holds the view itself must stay.
  const target = output.contains(element) ? image : output;
  const before = target.style.display;
  target.style.display = "none";
  return () => {
    target.style.display = before;
  };
}

function findImage(element: HTMLElement, id: string): HTMLImageElement | null {
  const matches = (scope: ParentNode) =>
    [...scope.querySelectorAll<HTMLImageElement>("img[data-lx-fallback]")].filter(
      (image) => image.dataset["lxFallback"] === id,
    );
  for (const selector of [".jp-OutputArea", ".output_area", ".cell"]) {
    const near = element.closest(selector);
    const found = near ? matches(near) : [];
    if (found.length) return found[found.length - 1];
  }
  const before = matches(document).filter(
    (image) => image.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING,
  );
  return before[before.length - 1] ?? null;
}
