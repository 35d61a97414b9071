"""What one run read and wrote, put into the picture."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from lineage_explorer.view.shown import Shown, around

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage


def nodes_of_run(lin: Lineage, run: str) -> list[str]:
    """The job of a run, then the datasets it read and wrote, in the order of the graph."""
    jobs = lin.frames.runs.filter(pl.col("run") == run)["job"]
    io = lin.frames.io.filter(pl.col("run") == run)
    place = lin.neighbours.position
    found = {*jobs, *io["job"], *io["dataset"]} & place.keys()
    return sorted(found, key=lambda node: (not node.startswith("job:"), place[node]))


def with_run(lin: Lineage, shown: Shown, run: str) -> Shown:
    """What is shown and the whole of a run; around its job where that was not shown at all."""
    wanted = nodes_of_run(lin, run)
    if not wanted:
        return shown
    if wanted[0] not in shown.nodes:
        shown = around(lin, wanted[:1], 1)
    missing = [node for node in wanted if node not in shown.nodes]
    if not missing:
        return shown
    place = lin.neighbours.position
    nodes = sorted({*shown.nodes, *missing}, key=lambda node: place.get(node, len(place)))
    return replace(shown, nodes=nodes, stubs=_stubs(lin, shown, set(nodes)))


def _stubs(lin: Lineage, shown: Shown, nodes: set[str]) -> dict[str, int]:
    """The stubs there were, counted again."""
    graph = lin.neighbours
    left: dict[str, int] = {}
    for stub in shown.stubs:
        _, direction, node = stub.split(":", 2)
        if node not in graph.position:
            left[stub] = shown.stubs[stub]
            continue
        behind = graph.of(graph.position[node], direction)
        hidden = sum(graph.ids[n] not in nodes for n in behind)
        if hidden:
            left[stub] = hidden
    return left
