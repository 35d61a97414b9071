// How much room there is, and what lies over the picture.

import type { Legend } from "./legend";
import type { Panel } from "./panel";
import type { Covered } from "./stage";

/** Mark the root by how much room it has; true where the legend should begin folded. */
export function sizeClasses(root: HTMLElement): boolean {
  const { clientWidth: width, clientHeight: height } = root;
  root.classList.toggle("lx-narrow", width < 900);
  root.classList.toggle("lx-tiny", width < 640);
  root.classList.toggle("lx-low", height < 440);
  return width < 900 || height < 420;
}

/** What lies over the picture: the panel at the right of a narrow view, the legend at the bottom left. */
export function coveredBy(root: HTMLElement, panel: Panel, legend: Legend): Covered {
  const overlaid = panel.open && root.classList.contains("lx-narrow");
  const { offsetWidth, offsetHeight } = legend.element;
  return {
    right: overlaid ? panel.element.offsetWidth : 0,
    legend: { width: offsetWidth && offsetWidth + 16, height: offsetHeight && offsetHeight + 16 },
  };
}

export function toggleFullScreen(root: HTMLElement): void {
  void (document.fullscreenElement === root ? document.exitFullscreen() : root.requestFullscreen());
}
