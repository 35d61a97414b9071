"""Curves from port to port, through the places the virtual nodes keep free."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from .proper import Floats, Ints, Proper

# How far a control point lies from its end, as a share of the horizontal distance.
EASE = 0.5
# Distance between two lanes round the outside, and of a loop above its card.
LANE, LOOP_LIFT = 14.0, 10.0
# Heights closer than this are level.
LEVEL = 0.01


@dataclass(frozen=True)
class Columns:
    """Columns of every part, each part from its own left edge.

    Attributes:
        cell: The column (part and layer) of each node.
        left: Left edge of each column.
        right: Right edge of each column.
        after: Distance to the next column.
        part: The part of each column.
        width: Width of each part.
    """

    cell: Ints
    left: Floats
    right: Floats
    after: Floats
    part: Ints
    width: Floats

    @classmethod
    def of(cls, graph: Proper, width: Floats, gap: float) -> Columns:
        """Columns as wide as their widest node; busy gaps are wider, up to four times."""
        parts = int(graph.part.max()) + 1
        layers = np.zeros(parts, np.int64)
        np.maximum.at(layers, graph.part, graph.layer + 1)
        begin = np.cumsum(layers) - layers
        cell = begin[graph.part] + graph.layer
        cells = int(layers.sum())
        widest = np.zeros(cells)
        np.maximum.at(widest, cell[: graph.real], width)
        busy = np.bincount(cell[graph.source], minlength=cells)
        wider = 6.0 * np.sqrt(np.maximum(busy - 12, 0)) + np.maximum(busy - 60, 0)
        after = gap + np.minimum(3 * gap, wider)
        part = np.repeat(np.arange(parts), layers)
        total = np.cumsum(widest + after) - (widest + after)
        left = total - total[begin][part]
        right = left + widest
        return cls(cell, left, right, after, part, right[begin + layers - 1])


def draw_forward(
    columns: Columns,
    graph: Proper,
    chain: Ints,
    start: Floats,
    end: Floats,
    leaving: Ints,
    shift: Floats,
    top: Floats,
    size: Floats,
) -> list[Floats]:
    """Routes of the forward edges, by way of their chains' virtual nodes.

    Args:
        columns: The columns, each part from its own left edge.
        graph: The layered graph.
        chain: The chain each edge belongs to.
        start: First point of each edge, where it will be drawn.
        end: Last point of each edge.
        leaving: The column each edge leaves.
        shift: What is added to a place in the edge's part, to where it will be drawn.
        top: Top edge of each node in its part.
        size: Height of each node.
    """
    links = graph.links[chain]
    # A start, the right edge of its column, both sides of every column passed, an end.
    counts = 3 + 2 * links
    begin = np.cumsum(counts) - counts
    knots = np.empty((int(counts.sum()), 2))
    knots[begin] = start
    knots[begin + 1, 0] = columns.right[leaving] + shift[:, 0]
    knots[begin + 1, 1] = start[:, 1]
    knots[begin + counts - 1] = end
    edge = np.repeat(np.arange(len(chain)), links)
    step = np.arange(len(edge)) - np.repeat(np.cumsum(links) - links, links)
    node = graph.first[chain[edge]] + step
    y = top[node] + size[node] * _lanes(graph, chain, start, end)[edge] + shift[edge, 1]
    at = begin[edge] + 2 + 2 * step
    cell = columns.cell[node]
    knots[at, 0] = columns.left[cell] + shift[edge, 0]
    knots[at + 1, 0] = columns.right[cell] + shift[edge, 0]
    knots[at, 1] = knots[at + 1, 1] = y
    return _smooth(knots, counts)


def draw_over(start: Floats, end: Floats, passing: Floats) -> list[Floats]:
    """One curve for each edge, from where it has passed the column it leaves (`passing`)."""
    knots = np.stack((start, np.column_stack((passing, start[:, 1])), end), axis=1)
    return _smooth(knots.reshape(-1, 2), np.full(len(start), 3))


def _lanes(graph: Proper, chain: Ints, start: Floats, end: Floats) -> Floats:
    """Where in its ribbon each edge runs, 0 top to 1 bottom: in the order of the ports."""
    order = np.lexsort((end[:, 1], start[:, 1], chain))
    members = np.bincount(chain, minlength=len(graph.first))
    index = np.empty(len(chain), np.int64)
    index[order] = np.arange(len(chain)) - np.repeat(np.cumsum(members) - members, members)
    several = np.maximum(members - 1, 1)[chain]
    return np.where(members[chain] > 1, index / several, 0.5)


def _smooth(knots: Floats, counts: Ints) -> list[Floats]:
    """Bezier routes through knots, level at every knot, straight where knots are level."""
    if len(counts) == 0:
        return []
    owner = np.repeat(np.arange(len(counts)), counts)
    inner = np.ones(len(knots), bool)
    begin = np.cumsum(counts) - counts
    inner[begin] = inner[begin + counts - 1] = False
    as_before = np.zeros(len(knots), bool)
    as_before[1:] = np.abs(np.diff(knots[:, 1])) < LEVEL
    stays = ~inner
    stays[:-1] |= inner[:-1] & ~(as_before[:-1] & as_before[1:])
    # Where a knot lies on the one before it there is no piece.
    stays[1:] &= ~(inner[1:] & (np.diff(knots[:, 0]) < LEVEL) & as_before[1:])
    knots, owner = knots[stays], owner[stays]
    first = np.flatnonzero(np.concatenate(([True], owner[1:] != owner[:-1])))
    ends = np.ones(len(knots), bool)
    ends[first] = False
    into = np.flatnonzero(ends)
    reach = (knots[into, 0] - knots[into - 1, 0]) * EASE
    pieces = np.empty((len(into), 3, 2))
    pieces[:, 0] = knots[into - 1]
    pieces[:, 0, 0] += reach
    pieces[:, 1] = knots[into]
    pieces[:, 1, 0] -= reach
    pieces[:, 2] = knots[into]
    # Each route: its start, then three points a piece.
    head = first + 2 * (first - np.arange(len(first)))
    whole = np.empty((len(first) + 3 * len(into), 2))
    body = np.ones(len(whole), bool)
    body[head] = False
    whole[head] = knots[first]
    whole[body] = pieces.reshape(-1, 2)
    edges = [*head.tolist(), len(whole)]
    return [whole[a:b] for a, b in pairwise(edges)]


@dataclass(frozen=True)
class Returning:
    """Routes against the flow, and the extent of every part with them."""

    routes: dict[int, Floats]
    top: list[float]
    bottom: list[float]
    side: Floats


def draw_back(
    columns: Columns,
    back: Ints,
    source: Ints,
    target: Ints,
    start: Floats,
    end: Floats,
    y: Floats,
    top: Floats,
    size: Floats,
) -> Returning:
    """Routes of back edges and loops: out on the right, round the outside, in on the left."""
    cells = len(columns.left)
    upper = np.full(cells, np.inf)
    lower = np.full(cells, -np.inf)
    np.minimum.at(upper, columns.cell, top)
    np.maximum.at(lower, columns.cell, top + size)
    side = np.zeros(len(columns.width))
    first = columns.cell[target[back]]
    last = columns.cell[source[back]]
    routes: dict[int, Floats] = {}
    lanes = 0
    for index in np.lexsort((back, last - first)).tolist():
        edge = int(back[index])
        leave, enter = start[edge], end[edge]
        low, high = int(first[index]), int(last[index])
        if source[edge] == target[edge]:
            lane = float(y[source[edge]]) - LOOP_LIFT
            reach = 14.0
            out = leave[0]
        else:
            span = slice(low, high + 1)
            over, under = float(upper[span].min()), float(lower[span].max())
            above = leave[1] + enter[1] - 2 * over <= 2 * under - leave[1] - enter[1]
            lane = over - LANE if above else under + LANE
            if above:
                upper[span] = lane
            else:
                lower[span] = lane
            reach = 28.0 + 6.0 * (lanes % 5)
            lanes += 1
            out = float(columns.right[high])
        side[columns.part[low]] = max(side[columns.part[low]], 0.75 * reach)
        routes[edge] = _round(leave, enter, out, lane, reach)
    part_top = np.full(len(columns.width), np.inf)
    part_bottom = np.full(len(columns.width), -np.inf)
    np.minimum.at(part_top, columns.part, upper)
    np.maximum.at(part_bottom, columns.part, lower)
    return Returning(routes, part_top.tolist(), part_bottom.tolist(), side)


def _round(leave: Floats, enter: Floats, out: float, lane: float, reach: float) -> Floats:
    """Right, round to the lane, back along it, and round again to the entry."""
    third = (out - leave[0]) / 3
    run = (enter[0] - out) / 3
    return np.array(
        [
            leave,
            (leave[0] + third, leave[1]),
            (out - third, leave[1]),
            (out, leave[1]),
            (out + reach, leave[1]),
            (out + reach, lane),
            (out, lane),
            (out + run, lane),
            (enter[0] - run, lane),
            (enter[0], lane),
            (enter[0] - reach, lane),
            (enter[0] - reach, enter[1]),
            enter,
        ]
    )
