"""From sizes and edges to a `Layout`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from .components import grid, pack
from .coordinates import place
from .order import order_nodes
from .proper import Bools, Floats, Ints, insert_virtual
from .ranks import assign_ranks, back_edges
from .routes import Columns, draw_back, draw_forward, draw_over

# Edges between the same two nodes travel as one ribbon; this far apart, up to this much in all.
RIBBON, RIBBON_MOST = 6.0, 48.0
LOOP_ROOM = 14.0
# Room is kept for so many passings of an edge by a layer, in all or a node, whichever is more.
PASSINGS, PASSINGS_EACH = 20_000, 2


@dataclass(frozen=True)
class Layout:
    """Where everything is drawn, in pixels, from the top left corner.

    Attributes:
        x: Left edge of each node.
        y: Top edge of each node.
        rank: Layer of each node in its part, 0 is leftmost.
        routes: For each edge a piecewise cubic Bezier, (1 + 3k, 2): a point, then for each piece
            two control points and its end.
        back: Edges drawn against the flow: part of a cycle, or a self loop.
        over: Edges drawn as one curve behind whatever lies between: the longest of a large graph,
            for which no room is kept in the layers they pass.
        width: Extent of nodes and routes.
        height: Extent of nodes and routes.
    """

    x: Floats
    y: Floats
    rank: npt.NDArray[np.int32]
    routes: list[Floats]
    back: Bools
    over: Bools
    width: float
    height: float


def layout(
    width: npt.ArrayLike,
    height: npt.ArrayLike,
    source: npt.ArrayLike,
    target: npt.ArrayLike,
    *,
    source_port: npt.ArrayLike | None = None,
    target_port: npt.ArrayLike | None = None,
    previous_y: npt.ArrayLike | None = None,
    gap_x: float = 88.0,
    gap_y: float = 16.0,
) -> Layout:
    """Lays a graph out in layers from left to right.

    Args:
        width: Width of each node.
        height: Height of each node.
        source: For each edge the node it leaves.
        target: For each edge the node it enters. Cycles, self loops and repeated edges may occur.
        source_port: How far below the top of its source each edge leaves; the middle by default.
        target_port: How far below the top of its target each edge arrives; the middle by default.
        previous_y: Where nodes were before, nan for new ones: known nodes of one layer keep
            their order.
        gap_x: Least distance between two columns.
        gap_y: Least distance between two nodes of a column.

    Returns:
        The layout; the same arguments give the same one.

    Raises:
        ValueError: Arrays do not fit each other, or an edge names a node that is not there.
    """
    widths = np.asarray(width, np.float64).reshape(-1)
    heights = np.asarray(height, np.float64).reshape(-1)
    starts = np.asarray(source, np.int64).reshape(-1)
    ends = np.asarray(target, np.int64).reshape(-1)
    count = len(widths)
    if len(heights) != count or len(starts) != len(ends):
        raise ValueError("width and height, and source and target, must be of equal length")
    if len(starts) and (
        min(starts.min(), ends.min()) < 0 or max(starts.max(), ends.max()) >= count
    ):
        raise ValueError("an edge names a node that is not there")
    leave = _ports(source_port, heights, starts)
    arrive = _ports(target_port, heights, ends)
    hint = None
    if previous_y is not None:
        hint = np.asarray(previous_y, np.float64).reshape(-1)
        if len(hint) != count:
            raise ValueError("previous_y must have one value per node")
        hint = None if np.isnan(hint).all() else hint
    if count == 0:
        none, flags = np.zeros(0), np.zeros(0, bool)
        return Layout(none, none, np.zeros(0, np.int32), [], flags, flags, 0.0, 0.0)

    back = back_edges(count, starts, ends)
    linked = np.zeros(count, bool)
    linked[starts] = linked[ends] = True
    nodes = np.flatnonzero(linked)
    number = np.cumsum(linked) - 1
    x, y = np.zeros(count), np.zeros(count)
    rank = np.zeros(count, np.int64)
    routes: list[Floats] = []
    over = np.zeros(len(starts), bool)
    whole_width = whole_height = 0.0
    if len(nodes):
        drawn = _draw(
            widths[nodes],
            heights[nodes],
            number[starts],
            number[ends],
            leave,
            arrive,
            back,
            None if hint is None else hint[nodes],
            gap_x,
            gap_y,
        )
        x[nodes], y[nodes], rank[nodes], routes, over, whole_width, whole_height = drawn
    alone = np.flatnonzero(~linked)
    if len(alone):
        left, top = grid(widths[alone], heights[alone], gap_y, whole_width)
        below = whole_height + 3 * gap_y if len(nodes) else 0.0
        x[alone], y[alone] = left, top + below
        whole_width = max(whole_width, float((left + widths[alone]).max()))
        whole_height = float((y[alone] + heights[alone]).max())
    return Layout(x, y, rank.astype(np.int32), routes, back, over, whole_width, whole_height)


def _ports(given: npt.ArrayLike | None, height: Floats, node: Ints) -> Floats:
    if given is None:
        return height[node] / 2
    ports = np.asarray(given, np.float64).reshape(-1)
    if len(ports) != len(node):
        raise ValueError("there must be one port per edge")
    return ports


def _draw(
    width: Floats,
    height: Floats,
    source: Ints,
    target: Ints,
    leave: Floats,
    arrive: Floats,
    back: Bools,
    hint: Floats | None,
    gap_x: float,
    gap_y: float,
) -> tuple[Floats, Floats, Ints, list[Floats], Bools, float, float]:
    """Everything for nodes that have an edge."""
    count = len(width)
    key = np.unique(source[~back] * count + target[~back])
    rank, part = _ranks_and_parts(count, source, target, key // count, key % count)
    over = ~back & _too_long(rank, source, target, key)
    forward = np.flatnonzero(~back & ~over)
    key, chain, bundled = np.unique(
        source[forward] * count + target[forward], return_inverse=True, return_counts=True
    )
    pair_source, pair_target = key // count, key % count

    tall, room = _rooms(height, np.bincount(source[source == target], minlength=count) > 0)
    share_out = (leave[forward] + room[source[forward]]) / tall[source[forward]]
    share_in = (arrive[forward] + room[target[forward]]) / tall[target[forward]]
    graph = insert_virtual(
        rank,
        part,
        pair_source,
        pair_target,
        np.bincount(chain, weights=share_out, minlength=len(key)) / bundled,
        np.bincount(chain, weights=share_in, minlength=len(key)) / bundled,
        bundled.astype(np.float64),
    )
    ribbon = np.minimum((bundled - 1) * RIBBON, RIBBON_MOST)
    sizes = np.concatenate((tall, np.repeat(ribbon, graph.links)))
    position = order_nodes(graph, hint)
    top = place(graph, position, sizes, gap_y, hint)

    columns = Columns.of(graph, width, gap_x)
    x = columns.left[columns.cell[:count]]
    y = top[:count] + room
    start = np.column_stack((x[source] + width[source], y[source] + leave))
    end = np.column_stack((x[target], y[target] + arrive))
    returning = draw_back(columns, np.flatnonzero(back), source, target, start, end, y, top, sizes)
    lowest = np.array(returning.top)
    deepest = np.array(returning.bottom)
    left, above = pack(columns.width + 2 * returning.side, deepest - lowest, 3 * gap_y)
    move = np.column_stack((left + returning.side, above - lowest))[part]
    x, y = x + move[:, 0], y + move[:, 1]
    start = np.column_stack((x[source] + width[source], y[source] + leave))
    end = np.column_stack((x[target], y[target] + arrive))
    routes: list[Floats] = [start] * len(source)
    drawn = draw_forward(
        columns,
        graph,
        chain,
        start[forward],
        end[forward],
        columns.cell[source[forward]],
        move[source[forward]],
        top,
        sizes,
    )
    for edge, route in zip(forward.tolist(), drawn, strict=True):
        routes[edge] = route
    flown = np.flatnonzero(over)
    far = columns.cell[source[flown]]
    passing = columns.right[far] + move[source[flown], 0]
    for edge, route in zip(
        flown.tolist(), draw_over(start[flown], end[flown], passing), strict=True
    ):
        routes[edge] = route
    for edge, route in returning.routes.items():
        routes[edge] = route + move[source[edge]]
        # Sums of floats differ in the last digit by their order; ends are to be exact.
        routes[edge][0], routes[edge][-1] = start[edge], end[edge]
    right = left + columns.width + 2 * returning.side
    bottom = above + deepest - lowest
    return x, y, rank, routes, over, float(right.max()), float(bottom.max())


def _too_long(rank: Ints, source: Ints, target: Ints, key: Ints) -> Bools:
    """Edges that pass more layers than room can be kept in, where all edges together do.

    Args:
        rank: Layer of each node.
        source: Start of each edge.
        target: End of each edge.
        key: Start times the number of nodes plus end, of each pair with an edge once.
    """
    passed = np.sort(rank[key % len(rank)] - rank[key // len(rank)] - 1)
    together = np.cumsum(passed)
    kept = int(np.searchsorted(together, max(PASSINGS, PASSINGS_EACH * len(rank)), "right"))
    if kept == len(passed):
        return np.zeros(len(source), bool)
    return np.asarray(rank[target] - rank[source] - 1 >= passed[kept], bool)


def _rooms(height: Floats, looped: Bools) -> tuple[Floats, Floats]:
    """The height kept free for each node, and how much of it lies above the node.

    Nodes a little lower than others get as much room as these: stacks of both then have one
    pitch, and edges between them are level. Above a node with loops there is room for them.
    """
    low = height <= height.min() * 4 / 3
    row = np.where(low, height[low].max(), height)
    loop = np.where(looped, LOOP_ROOM, 0.0)
    return np.maximum(row + loop, 1e-6), (row - height) / 2 + loop


def _ranks_and_parts(
    count: int, source: Ints, target: Ints, pair_source: Ints, pair_target: Ints
) -> tuple[Ints, Ints]:
    """Layers from 0 in every weakly connected part; parts numbered by their first node."""
    links = csr_array((np.ones(len(source)), (source, target)), shape=(count, count))
    _, part = connected_components(links, directed=False)
    rank = assign_ranks(count, pair_source, pair_target)
    least = np.full(int(part.max()) + 1, np.iinfo(np.int64).max)
    np.minimum.at(least, part, rank)
    return rank - least[part], part.astype(np.int64)
