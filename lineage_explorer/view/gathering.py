"""Groups as nodes, and edges to and from them, each with how many it stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from lineage_explorer.plain import plain
from lineage_explorer.view import style
from lineage_explorer.view.groups import Group, Ints
from lineage_explorer.view.placing import Edge, Node
from lineage_explorer.view.style import fit, text_width
from lineage_explorer.view.words import counted

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage

LABEL_ROOM = 28


def group_node(lin: Lineage, group: Group) -> Node:
    """The card of a group."""
    datasets = int(np.count_nonzero(group.members < lin.frames.datasets.height))
    jobs = len(group.members) - datasets
    parts = [counted(n, word) for n, word in ((datasets, "dataset"), (jobs, "job")) if n]
    count = f"{len(group.members):,}".replace(",", "\u2009")
    widest = max(
        text_width(group.label, 13) + LABEL_ROOM,
        min(text_width(group.above, 11), 96.0) + text_width(count, 11) + LABEL_ROOM + 8,
    )
    width = float(min(max(style.GROUP_MIN, np.ceil(widest / 8) * 8), style.CARD_MAX))
    return Node(
        group.id,
        "group",
        fit(group.label, width - LABEL_ROOM, 13),
        fit(group.above, width - text_width(count, 11) - LABEL_ROOM - 8, 11),
        "\n".join(filter(None, [plain(group.label), plain(group.above), ", ".join(parts)])),
        width,
        style.GROUP_HEIGHT,
        glyph="group",
        badge=count,
        members=len(group.members),
    )


def group_edges(lin: Lineage, position: dict[str, int], groups: list[Group]) -> list[Edge]:
    """Edges with a group at an end: one for each two, in the direction of most of them."""
    graph = lin.neighbours
    drawn = np.full(len(graph.ids), -1, dtype=np.int64)
    for node, at in position.items():
        if node in graph.position:
            drawn[graph.position[node]] = at
    for group in groups:
        drawn[group.members] = position[group.id]
    source = np.repeat(drawn, np.diff(graph.out_start))
    target = drawn[graph.out_to]
    first = min(position[group.id] for group in groups)
    last = max(position[group.id] for group in groups)
    grouped = _within(source, first, last) | _within(target, first, last)
    kept = (source >= 0) & (target >= 0) & (source != target) & grouped
    size = len(position)
    key, counts = np.unique(source[kept] * size + target[kept], return_counts=True)
    counted_ends: dict[tuple[int, int], int] = {
        (int(k) // size, int(k) % size): int(n) for k, n in zip(key, counts, strict=True)
    }
    edges = []
    for (one, other), count in counted_ends.items():
        against = counted_ends.get((other, one), 0)
        if (count, other) > (against, one):
            edges.append(_edge(one, other, count, against))
    return edges


def _within(ends: Ints, first: int, last: int) -> npt.NDArray[np.bool_]:
    return (ends >= first) & (ends <= last)


def _edge(source: int, target: int, count: int, against: int) -> Edge:
    title = counted(count, "edge")
    if against:
        title += f", and {against:,} the other way".replace(",", "\u2009")
    label = f"{count:,}".replace(",", "\u2009")
    return Edge(source, target, "group", runs=count, title=title, both=against > 0, label=label)
