"""Curves from port to port, through the places the virtual nodes keep free."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .proper import Floats, Ints

# How far a control point lies from its end, as a share of the horizontal distance.
EASE = 0.5
# Distance between two lanes round the outside, and of a loop above its card.
LANE, LOOP_LIFT = 14.0, 10.0


def forward_routes(
    start: Floats, end: Floats, counts: Ints, knots_x: Floats, knots_y: Floats
) -> list[Floats]:
    """Bezier routes through knots, level at every knot.

    Args:
        start: First point of each route, (edges, 2).
        end: Last point of each route.
        counts: How many knots each route has between them.
        knots_x: The knots of all routes, one after the other.
        knots_y: The same, vertical.
    """
    edges = len(start)
    pieces = counts + 1
    begin = np.cumsum(pieces) - pieces
    total = int(pieces.sum())
    edge = np.repeat(np.arange(edges), pieces)
    at = np.arange(total) - begin[edge]
    knots = np.column_stack((knots_x, knots_y))
    knot = np.cumsum(counts) - counts
    last = at == counts[edge]
    safe = max(len(knots) - 1, 0)
    if len(knots) == 0:
        knots = np.zeros((1, 2))
    into = np.where(last[:, None], end[edge], knots[np.minimum(knot[edge] + at, safe)])
    before = np.minimum(np.maximum(knot[edge] + at - 1, 0), safe)
    out = np.where((at == 0)[:, None], start[edge], knots[before])
    reach = (into[:, 0] - out[:, 0]) * EASE
    points = np.empty((total, 3, 2))
    points[:, 0, 0], points[:, 0, 1] = out[:, 0] + reach, out[:, 1]
    points[:, 1, 0], points[:, 1, 1] = into[:, 0] - reach, into[:, 1]
    points[:, 2] = into
    flat = points.reshape(-1, 2)
    # Each route: its start, then three points a piece.
    whole = np.empty((len(flat) + edges, 2))
    head = 3 * begin + np.arange(edges)
    body = np.ones(len(whole), bool)
    body[head] = False
    whole[head] = start
    whole[body] = flat
    return np.split(whole, head[1:])


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
        """Columns as wide as their widest node; busy gaps are wider, up to twice."""
        parts = int(graph.part.max()) + 1
        layers = np.zeros(parts, np.int64)
        np.maximum.at(layers, graph.part, graph.layer + 1)
        begin = np.cumsum(layers) - layers
        cell = begin[graph.part] + graph.layer
        cells = int(layers.sum())
        widest = np.zeros(cells)
        np.maximum.at(widest, cell[: graph.real], width)
        busy = np.bincount(cell[graph.source], minlength=cells)
        after = gap + np.minimum(gap, 6.0 * np.sqrt(np.maximum(busy - 12, 0)))
        part = np.repeat(np.arange(parts), layers)
        total = np.cumsum(widest + after) - (widest + after)
        left = total - total[begin][part]
        right = left + widest
        return cls(cell, left, right, after, part, right[begin + layers - 1])


def draw_forward(
    columns: Columns,
    graph: Proper,
    forward: Ints,
    chain: Ints,
    source: Ints,
    start: Floats,
    end: Floats,
    top: Floats,
    size: Floats,
) -> list[Floats]:
    """Routes of the forward edges, by way of their chains' virtual nodes."""
    links = graph.links[chain]
    edge = np.repeat(np.arange(len(forward)), links)
    step = np.arange(len(edge)) - np.repeat(np.cumsum(links) - links, links)
    node = graph.first[chain[edge]] + step
    # Edges of one ribbon lie in the order of their ports.
    order = np.lexsort((end[forward, 1], start[forward, 1], chain))
    members = np.bincount(chain, minlength=len(graph.first))
    index = np.empty(len(forward), np.int64)
    index[order] = np.arange(len(forward)) - np.repeat(np.cumsum(members) - members, members)
    share = (index + 0.5) / members[chain]
    y = top[node] + size[node] * share[edge]
    cell = columns.cell[node]
    knots_x = np.column_stack((columns.left[cell], columns.right[cell])).reshape(-1)
    return forward_routes(
        start[forward], end[forward], 2 * links, knots_x, np.repeat(y, 2)
    )


@dataclass(frozen=True)
class Returning:
    """Routes against the flow, and the extent of every part with them."""

    routes: dict[int, Floats]
    top: list[float]
    bottom: list[float]
    side: Floats


def draw_back(
    columns: Columns,
    graph: Proper,
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
