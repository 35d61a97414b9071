// Where the picture is: screen = world * k + (x, y). Values, never changed in place.

export interface Camera {
  readonly x: number;
  readonly y: number;
  readonly k: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Box {
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;
}

export const MIN_ZOOM = 0.02;
export const MAX_ZOOM = 4;

const clamp = (v: number, low: number, high: number) => Math.min(high, Math.max(low, v));

export function toWorld(c: Camera, sx: number, sy: number): [x: number, y: number] {
  return [(sx - c.x) / c.k, (sy - c.y) / c.k];
}

export function toScreen(c: Camera, x: number, y: number): [x: number, y: number] {
  return [x * c.k + c.x, y * c.k + c.y];
}

/** Zoom by a factor; what lies under the given screen point stays there. */
export function zoomAt(c: Camera, sx: number, sy: number, factor: number): Camera {
  const k = clamp(c.k * factor, MIN_ZOOM, MAX_ZOOM);
  const f = k / c.k;
  return { k, x: sx - (sx - c.x) * f, y: sy - (sy - c.y) * f };
}

export function pan(c: Camera, dx: number, dy: number): Camera {
  return { ...c, x: c.x + dx, y: c.y + dy };
}

/** The part of the world on screen, grown by a margin in screen pixels. */
export function visible(c: Camera, size: Size, margin = 0): Box {
  const [minX, minY] = toWorld(c, -margin, -margin);
  const [maxX, maxY] = toWorld(c, size.width + margin, size.height + margin);
  return { minX, minY, maxX, maxY };
}

/** Centre a point of the world at a zoom. */
export function centreOn(x: number, y: number, k: number, size: Size): Camera {
  return { k, x: size.width / 2 - x * k, y: size.height / 2 - y * k };
}

/** The largest zoom that shows the whole box, never above `max`. */
export function fitZoom(box: Box, size: Size, pad: number, max = 1): number {
  const w = Math.max(1, box.maxX - box.minX);
  const h = Math.max(1, box.maxY - box.minY);
  const kx = Math.max(1, size.width - 2 * pad) / w;
  const ky = Math.max(1, size.height - 2 * pad) / h;
  return clamp(Math.min(kx, ky), MIN_ZOOM, max);
}

/**
 * Show the whole box; where that would be smaller than `floor`, stay at `floor` and centre on
 * `centre` instead, still showing no empty side while the box has something to fill it.
 */
export function fit(box: Box, size: Size, pad: number, floor: number, centre?: readonly [number, number]): Camera {
  const k = Math.max(fitZoom(box, size, pad), floor);
  const [cx, cy] = centre ?? [(box.minX + box.maxX) / 2, (box.minY + box.maxY) / 2];
  return {
    k,
    x: place(box.minX, box.maxX, cx, k, size.width, pad),
    y: place(box.minY, box.maxY, cy, k, size.height, pad),
  };
}

/** One axis of `fit`: the offset that centres the box if it fits, else puts `centre` in the middle. */
function place(low: number, high: number, centre: number, k: number, room: number, pad: number): number {
  if ((high - low) * k <= room - 2 * pad + 0.5) return room / 2 - ((low + high) / 2) * k;
  return clamp(room / 2 - centre * k, room - pad - high * k, pad - low * k);
}

/** Move as little as needed for the box to be on screen (its top left first when it is too large). */
export function reveal(c: Camera, box: Box, size: Size, pad: number): Camera {
  const [x0, y0] = toScreen(c, box.minX, box.minY);
  const [x1, y1] = toScreen(c, box.maxX, box.maxY);
  const shift = (a: number, b: number, room: number) => {
    if (b - a > room - 2 * pad) return a < pad && b > room - pad ? 0 : a >= pad ? pad - a : room - pad - b;
    return a < pad ? pad - a : b > room - pad ? room - pad - b : 0;
  };
  return pan(c, shift(x0, x1, size.width), shift(y0, y1, size.height));
}

/** At least a corner of the world stays in view, so that nobody pans into nothing. */
export function keepInSight(c: Camera, box: Box, size: Size): Camera {
  const margin = 48;
  return {
    k: c.k,
    x: clamp(c.x, margin - box.maxX * c.k, size.width - margin - box.minX * c.k),
    y: clamp(c.y, margin - box.maxY * c.k, size.height - margin - box.minY * c.k),
  };
}

/** The box around boxes; there is at least one. */
export function union(boxes: readonly Box[]): Box {
  return boxes.reduce((a, b) => ({
    minX: Math.min(a.minX, b.minX),
    minY: Math.min(a.minY, b.minY),
    maxX: Math.max(a.maxX, b.maxX),
    maxY: Math.max(a.maxY, b.maxY),
  }));
}

export function mix(a: Camera, b: Camera, t: number): Camera {
  return { x: a.x + (b.x - a.x) * t, y: a.y + (b.y - a.y) * t, k: a.k + (b.k - a.k) * t };
}

export const easeOut = (t: number) => 1 - (1 - t) ** 3;
