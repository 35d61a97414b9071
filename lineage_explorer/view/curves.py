"""Curves of the edges as a few bytes each.

Almost every curve is level at each of its knots and bends half way between them: then only the
knots are sent. All numbers are whole sixteenths of a pixel, counted from where they are likely to
be near, seven bits a byte. The other end is `frontend/src/curves.ts`; the two must agree.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from lineage_explorer.view.layout import EASE
from lineage_explorer.view.layout.proper import Bools, Floats, Ints

STEP = 16
"""Steps a pixel."""
NEAR = 1e-3


def packed_curves(routes: Sequence[Floats], starts: Floats, ends: Floats) -> npt.NDArray[np.uint8]:
    """All routes, one after the other.

    A route is how many of its points are sent, times two, plus one where these are all of them;
    then the points: the first counted from `starts`, the last from `ends`, the others each from the
    one before.

    Args:
        routes: Chains of curves: a point, then two controls and a point for each piece.
        starts: A place near the first point of each.
        ends: A place near the last point of each.
    """
    if len(routes) == 0:
        return np.zeros(0, np.uint8)
    counts = np.array([len(route) for route in routes], dtype=np.int64)
    points = np.concatenate(routes)
    owner = np.repeat(np.arange(len(routes)), counts)
    within = np.arange(len(points)) - np.repeat(np.cumsum(counts) - counts, counts)
    knot = within % 3 == 0
    odd = _odd(points, np.flatnonzero(knot & (within > 0)))
    whole = np.bincount(owner[odd], minlength=len(routes)) > 0
    sent = knot | whole[owner]
    owner, steps = owner[sent], _steps(points[sent])
    counts = np.bincount(owner, minlength=len(routes))
    from_before: Ints = np.diff(steps, axis=0, prepend=np.zeros((1, 2), np.int64))
    first = np.cumsum(counts) - counts
    drawn = counts > 0
    heads, tails = first[drawn], (first + counts - 1)[drawn]
    from_before[tails] = steps[tails] - _steps(ends[drawn])
    from_before[heads] = steps[heads] - _steps(starts[drawn])
    # How many, then two numbers a point.
    numbers = np.empty(len(routes) + 2 * len(steps), np.uint64)
    places = np.arange(len(routes)) + 2 * first
    body = np.ones(len(numbers), bool)
    body[places] = False
    numbers[places] = 2 * counts + whole
    flat = from_before.reshape(-1)
    numbers[body] = (flat << 1) ^ (flat >> 63)
    return _bytes(numbers)


def _odd(points: Floats, ends: Ints) -> Ints:
    """The ends of pieces that are not what their two knots alone would make of them."""
    begin, leave, arrive, end = (points[ends - back] for back in (3, 2, 1, 0))
    reach = (end[:, 0] - begin[:, 0]) * EASE
    plain: Bools = np.abs(leave[:, 0] - begin[:, 0] - reach) < NEAR
    plain &= np.abs(end[:, 0] - reach - arrive[:, 0]) < NEAR
    plain &= (np.abs(leave[:, 1] - begin[:, 1]) < NEAR) & (np.abs(arrive[:, 1] - end[:, 1]) < NEAR)
    return ends[~plain]


def _steps(places: Floats) -> Ints:
    return np.floor(places * STEP + 0.5).astype(np.int64)


def _bytes(numbers: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint8]:
    """Seven bits a byte, the lowest first; the highest bit says that another follows."""
    sizes = np.ones(len(numbers), np.int64)
    for bits in range(7, 64, 7):
        sizes += numbers >= np.uint64(1 << bits)
    begin = np.cumsum(sizes) - sizes
    written = np.empty(int(sizes.sum()), np.uint8)
    for number in range(int(sizes.max(initial=0))):
        here = np.flatnonzero(sizes > number)
        seven = (numbers[here] >> np.uint64(7 * number)) & np.uint64(0x7F)
        follows = (sizes[here] > number + 1) * np.uint64(0x80)
        written[begin[here] + number] = seven | follows
    return written
