"""Placing the parts of a graph beside and below each other."""

from __future__ import annotations

import numpy as np

from .proper import Floats, Ints


def pack(
    width: Floats, height: Floats, gap: float, aspect: float = 16 / 9
) -> tuple[Floats, Floats]:
    """Left and top edge of each box: shelves, the highest boxes first.

    The width of the shelves is tried at a few sizes; the one whose whole comes nearest to the
    aspect wins. Among equal boxes the given order is kept.
    """
    if len(width) == 0:
        return np.zeros(0), np.zeros(0)
    order = np.lexsort((np.arange(len(width)), -height))
    area = float(((width + gap) * (height + gap)).sum())
    widest = float(width.max())
    best = np.inf
    chosen = np.zeros(len(width)), np.zeros(len(width))
    for stretch in (0.8, 1.0, 1.25, 1.6):
        limit = max(widest, stretch * np.sqrt(area * aspect))
        left, top = _shelves(width, height, order, gap, limit)
        whole_width = float((left + width).max())
        whole_height = float((top + height).max())
        # The scale at which the whole fits a window of this aspect.
        need = max(whole_width, whole_height * aspect)
        if need < best - 1e-6:
            best, chosen = need, (left, top)
    return chosen


def _shelves(
    width: Floats, height: Floats, order: Ints, gap: float, limit: float
) -> tuple[Floats, Floats]:
    left, top = np.zeros(len(width)), np.zeros(len(width))
    x = y = shelf = 0.0
    widths, heights = width.tolist(), height.tolist()
    for box in order.tolist():
        if x > 0 and x + widths[box] > limit:
            x, y = 0.0, y + shelf + gap
            shelf = 0.0
        left[box], top[box] = x, y
        x += widths[box] + gap
        shelf = max(shelf, heights[box])
    return left, top


def grid(
    width: Floats, height: Floats, gap: float, least_width: float, aspect: float = 16 / 9
) -> tuple[Floats, Floats]:
    """Left and top edge of nodes without edges: rows of equal cells, in the given order."""
    cell_width = float(width.max()) + gap
    cell_height = float(height.max()) + gap
    wanted = max(least_width, float(np.sqrt(len(width) * cell_width * cell_height * aspect)))
    across = max(1, int((wanted + gap) // cell_width))
    index = np.arange(len(width))
    row, column = index // across, index % across
    return np.asarray(column * cell_width), np.asarray(row * cell_height)
