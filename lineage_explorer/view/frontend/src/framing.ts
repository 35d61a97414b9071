// Which part of a scene is shown, and how large.

import { fit, fitZoom, pan, toWorld, union, type Box, type Camera, type Size } from "./camera";
import type { Hits } from "./hit";
import { CARD_ZOOM, PLATE_ZOOM } from "./near";
import type { Scene } from "./wire";

export const PAD = 24;
/** Around a picture that would not fit with more. */
const TIGHT = 4;
/** A picture of at most this many nodes begins large enough to be read, even if not all of it is seen. */
const SMALL = 60;
const READABLE = 0.64;

export function boxOf(scene: Scene, i: number): Box {
  const { x, y, w, h } = scene.nodes;
  return { minX: x[i], minY: y[i], maxX: x[i] + w[i], maxY: y[i] + h[i] };
}

/** The anchor with what is new, as long as that can be seen at once; else the anchor alone. */
export function newcomers(before: Scene, scene: Scene, anchor: number, camera: Camera, room: Size): Box {
  const own = boxOf(scene, anchor);
  const fresh = scene.nodes.id.flatMap((id, i) => (before.index.has(id) ? [] : [i]));
  const all = union([own, ...fresh.map((i) => boxOf(scene, i))]);
  const fits =
    (all.maxX - all.minX) * camera.k <= room.width - 2 * PAD &&
    (all.maxY - all.minY) * camera.k <= room.height - 2 * PAD;
  return fits ? all : own;
}

/** A picture of everything, most of it in groups. */
export const isOverview = (scene: Scene) => scene.focus.length === 0 && scene.nodes.kind.includes("group");

/** What has come out of a group that was opened; null when none was. */
export function inside(before: Scene, scene: Scene, touched: string): Box[] | null {
  const group = before.index.get(touched);
  if (group === undefined || before.nodes.kind[group] !== "group" || scene.index.has(touched)) return null;
  const fresh = scene.nodes.id.flatMap((id, i) => (before.index.has(id) ? [] : [boxOf(scene, i)]));
  return fresh.length > 0 ? fresh : null;
}

/** A camera on the scene: all of it (`whole`), or what of it can be read. */
export function fitted(scene: Scene, box: Box, hits: Hits, room: Size, legend: Size, whole: boolean): Camera {
  const focus = scene.index.get(scene.focus.at(0) ?? "");
  const { x, y, w, h: high, count } = scene.nodes;
  // Without a focus reading begins at the sources.
  const centre: readonly [number, number] =
    focus === undefined
      ? [box.minX, (box.minY + box.maxY) / 2]
      : [x[focus] + w[focus] / 2, y[focus] + high[focus] / 2];
  // What nearly fits is shown whole with less around it, not cut at both sides.
  const nearly = fitZoom(box, room, PAD) < READABLE && fitZoom(box, room, TIGHT) >= CARD_ZOOM;
  // An overview is for seeing all of it: names are read on plates as well.
  const overview = isOverview(scene);
  const [floor, pad] = overview ? [PLATE_ZOOM, PAD] : whole || count > SMALL ? [0, PAD] : nearly ? [CARD_ZOOM, TIGHT] : [READABLE, PAD];
  const plain = fit(box, room, pad, floor, centre);
  if (legend.width === 0 || !under(hits, plain, legend, room)) return plain;
  // Something lies under the legend: beside it or above it, if that costs little.
  const beside = pan(fit(box, { ...room, width: room.width - legend.width }, pad, floor, centre), legend.width, 0);
  const above = fit(box, { ...room, height: room.height - legend.height }, pad, floor, centre);
  const better = [above, beside]
    .filter((camera) => !under(hits, camera, legend, room))
    .sort((a, b) => b.k - a.k)
    .at(0);
  return better && better.k > plain.k * 0.7 ? better : plain;
}

/** Whether a node would lie under the legend. */
function under(hits: Hits, camera: Camera, legend: Size, room: Size): boolean {
  const [left, top] = toWorld(camera, 0, room.height - legend.height);
  const [right, bottom] = toWorld(camera, legend.width, room.height);
  return hits.nodesIn({ minX: left, minY: top, maxX: right, maxY: bottom }).length > 0;
}
