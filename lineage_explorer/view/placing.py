"""Nodes and edges → where they stand.

A stub that stands for all its neighbour's neighbours hangs on that card; one that goes on after a
few shown ones stands among them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from lineage_explorer.view import style
from lineage_explorer.view.layout import Layout, layout
from lineage_explorer.view.words import edge_title

NO_ROW = 0xFFFFFFFF
MINOR = 0.15
"""Edges between two groups are minor up to this share of what the groups exchange with others."""
ARC = 40.0

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Node:
    """A card, a pill, a stub or a group."""

    id: str
    kind: str
    label: str
    above: str
    title: str
    width: float
    height: float
    glyph: str = ""
    state: str = ""
    badge: str = ""
    columns: int = 0
    rows: tuple[tuple[str, str, str], ...] = ()
    members: int = 0
    pinned: bool = False


@dataclass(frozen=True)
class Edge:
    """A line from one node (or row) to another, by position in the scene's nodes.

    `title` is empty where its numbers say it all: see `words`.
    """

    source: int
    target: int
    kind: str
    basis: str = "declared"
    runs: int = 0
    title: str = ""
    source_row: int = NO_ROW
    target_row: int = NO_ROW
    indirect: bool = False
    masked: bool = False
    stub_before: bool = False
    shortest: bool = False
    both: bool = False
    label: str = ""

    def words(self, last_seen: float) -> str:
        """Why it is there; when it was last seen is told in milliseconds since 1970."""
        return self.title or edge_title(self.kind, self.basis, self.runs, last_seen)


@dataclass(frozen=True)
class _Hung:
    """A stub hung on a card: positions of both, the edge between, and on which side."""

    stub: int
    card: int
    edge: int
    before: bool


def placed_with_stubs(
    nodes: list[Node],
    edges: list[Edge],
    previous_y: Floats | None,
    gap_y: float = style.GAP_Y,
) -> tuple[Layout, frozenset[int]]:
    """The layout of all nodes, routes in the order of `edges`; and which edges are drawn faint.

    These are the few between groups that stand in one column, and those that pass behind others.
    """
    if not any(edge.kind == "group" for edge in edges):
        placed = _placed(nodes, edges, previous_y, gap_y)
        return placed, frozenset(np.flatnonzero(placed.over).tolist())
    first = _placed(nodes, edges, previous_y, style.GROUP_GAP, _minor(edges))
    level = {at for at in _minor(edges) if _level(first, edges[at])}
    placed = _placed(nodes, edges, previous_y, style.GROUP_GAP, level)
    if all(_level(placed, edges[at]) for at in level):
        return _with_arcs(placed, nodes, edges, level), frozenset(level)
    return _placed(nodes, edges, previous_y, style.GROUP_GAP), frozenset()


def _minor(edges: list[Edge]) -> set[int]:
    """Edges between groups that are few of what leaves the one and few of what enters the other.

    Two groups side by side that exchange a little are drawn side by side.
    """
    leaving: Counter[int] = Counter()
    entering: Counter[int] = Counter()
    for edge in edges:
        leaving[edge.source] += edge.runs
        entering[edge.target] += edge.runs
    return {
        at
        for at, edge in enumerate(edges)
        if edge.kind == "group"
        and edge.runs <= MINOR * min(leaving[edge.source], entering[edge.target])
    }


def _level(placed: Layout, edge: Edge) -> bool:
    """Whether both ends stand in one column."""
    return bool(
        placed.rank[edge.source] == placed.rank[edge.target]
        and placed.x[edge.source] == placed.x[edge.target]
    )


def _with_arcs(placed: Layout, nodes: list[Node], edges: list[Edge], level: set[int]) -> Layout:
    """Lines between two of a column: out on the right and in on the right again."""
    routes = list(placed.routes)
    width = placed.width
    for number, at in enumerate(sorted(level)):
        edge = edges[at]
        begin, end = (
            (
                placed.x[node] + nodes[node].width,
                placed.y[node] + nodes[node].height * share,
            )
            for node, share in ((edge.source, 0.7), (edge.target, 0.3))
        )
        beside = placed.x == placed.x[edge.source]
        right = max(float(placed.x[n] + nodes[n].width) for n in np.flatnonzero(beside))
        out = right + ARC + 4 * (number % 3)
        leave, enter = (right, begin[1]), (right, end[1])
        bow = [(out, begin[1]), (out, end[1]), enter]
        routes[at] = np.array([begin, begin, leave, leave, *bow, enter, end, end])
        width = max(width, out)
    return replace(placed, routes=routes, width=width)


def _placed(
    nodes: list[Node],
    edges: list[Edge],
    previous_y: Floats | None,
    gap_y: float,
    left_out: Collection[int] = (),
) -> Layout:
    """The layout with stubs hung on cards; edges left out have no route."""
    hung = _hung(edges)
    room = style.STUB_WIDTH + style.STUB_GAP
    left = np.zeros(len(nodes))
    width = np.array([node.width for node in nodes], dtype=np.float64)
    for one in hung:
        width[one.card] += room
        left[one.card] += room * one.before
    kept_nodes = _without(len(nodes), (one.stub for one in hung))
    kept_edges = _without(len(edges), [*(one.edge for one in hung), *left_out])
    renumbered = np.cumsum(kept_nodes) - 1
    drawn = [edge for edge, kept in zip(edges, kept_edges, strict=True) if kept]
    placed = layout(
        width[kept_nodes],
        np.array([node.height for node in nodes], dtype=np.float64)[kept_nodes],
        np.array([renumbered[edge.source] for edge in drawn], dtype=np.int64),
        np.array([renumbered[edge.target] for edge in drawn], dtype=np.int64),
        source_port=np.array([_port(nodes[e.source], e.source_row) for e in drawn]),
        target_port=np.array([_port(nodes[e.target], e.target_row) for e in drawn]),
        previous_y=None if previous_y is None else previous_y[kept_nodes],
        gap_x=style.GAP_X,
        gap_y=gap_y,
    )
    return _put_back(nodes, edges, placed, hung, kept_nodes, kept_edges, left)


def _hung(edges: list[Edge]) -> list[_Hung]:
    """Stubs whose card has no other edge on that side."""
    into = {edge.target for edge in edges if edge.kind != "stub"}
    out_of = {edge.source for edge in edges if edge.kind != "stub"}
    return [
        _Hung(stub, card, number, before)
        for number, edge in enumerate(edges)
        if edge.kind == "stub"
        for before in [edge.stub_before]
        for stub, card in [(edge.source, edge.target) if before else (edge.target, edge.source)]
        if card not in (into if before else out_of)
    ]


def _put_back(
    nodes: list[Node],
    edges: list[Edge],
    placed: Layout,
    hung: list[_Hung],
    kept_nodes: npt.NDArray[np.bool_],
    kept_edges: npt.NDArray[np.bool_],
    left: Floats,
) -> Layout:
    """Cards without the room for their stubs, and the stubs beside them."""
    x, y = np.zeros(len(nodes)), np.zeros(len(nodes))
    rank = np.zeros(len(nodes), dtype=np.int32)
    x[kept_nodes], y[kept_nodes], rank[kept_nodes] = placed.x, placed.y, placed.rank
    x += left
    back = np.zeros(len(edges), dtype=np.bool_)
    over = back.copy()
    back[kept_edges], over[kept_edges] = placed.back, placed.over
    routes: list[Floats] = [np.zeros((0, 2))] * len(edges)
    for number, route in zip(np.flatnonzero(kept_edges), placed.routes, strict=True):
        routes[number] = route
    for one in hung:
        card, stub = nodes[one.card], nodes[one.stub]
        middle = y[one.card] + _port(card, NO_ROW)
        away = -style.STUB_GAP - stub.width if one.before else card.width + style.STUB_GAP
        x[one.stub], y[one.stub] = x[one.card] + away, middle - stub.height / 2
        rank[one.stub] = rank[one.card]
        begin, end = (
            (x[one.stub] + stub.width, x[one.card])
            if one.before
            else (x[one.card] + card.width, x[one.stub])
        )
        half = (begin + end) / 2
        routes[one.edge] = np.array([(x, middle) for x in (begin, half, half, end)])
    return replace(placed, x=x, y=y, rank=rank, routes=routes, back=back, over=over)


def _without(count: int, left_out: Iterable[int]) -> npt.NDArray[np.bool_]:
    kept = np.ones(count, dtype=np.bool_)
    kept[list(left_out)] = False
    return kept


def _port(node: Node, row: int) -> float:
    """How far below its top an edge meets a node."""
    if row == NO_ROW or row >= rows_seen(len(node.rows)):
        return (style.HEADER if node.kind == "dataset" else node.height) / 2
    return style.HEADER + finder(len(node.rows)) + style.ROW * (row + 0.5)


def finder(rows: int) -> float:
    """The room for the search box of a schema too long to be shown whole."""
    return style.FINDER if rows > style.ROWS_SHOWN else 0.0


def rows_seen(rows: int) -> int:
    """How many rows of a card are in sight; the others are scrolled to."""
    return min(rows, style.ROWS_SHOWN)


def rows_height(rows: int) -> float:
    """The height of what is below the header of an opened card."""
    return finder(rows) + style.ROW * rows_seen(rows)
