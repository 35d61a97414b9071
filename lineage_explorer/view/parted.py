"""Nodes drawn by where they are: a box for each place, with how many are there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from lineage_explorer.view.groups import Group, grouped
from lineage_explorer.view.shown import Shown

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage

MOST = 60
"""So many are drawn node by node when a box is opened; more are grouped by their names."""
_SAID = {"?": "place unknown", "≠": "places disagree"}


def in_places(
    lin: Lineage, shown: Shown, places: Mapping[str, str], opened: Collection[str]
) -> Shown:
    """With one group a place. A job is where what it writes is, so that what flows stays to be seen.

    Args:
        lin: the lineage.
        shown: what is to be drawn.
        places: of each node, its places in a few signs; empty or not there where nothing is told.
        opened: ids of groups that are open.
    """
    graph = lin.neighbours
    of = _with_jobs(lin, places)
    members: dict[str, list[int]] = defaultdict(list)
    for node in shown.nodes:
        members[of.get(node) or "?"].append(graph.position[node])
    alone: list[int] = []
    groups: list[Group] = []
    for place, inside in sorted(members.items()):
        label = _SAID.get(place, place)
        id_ = f"group:place {place}"
        at = np.array(sorted(inside), dtype=np.int64)
        if id_ not in opened:
            groups.append(Group(id_, label, "place", at))
        elif len(at) <= MOST:
            alone += at.tolist()
        else:
            found = grouped(lin.tree, at, opened)
            alone += found.alone.tolist()
            groups += found.groups
    nodes = [graph.ids[at] for at in sorted(alone)]
    return replace(shown, nodes=nodes, groups=groups, stubs={})


def _with_jobs(lin: Lineage, places: Mapping[str, str]) -> dict[str, str]:
    """Places of datasets, and of jobs the place of the first dataset they write, else read."""
    found = {node: place for node, place in places.items() if node.startswith("dataset:")}
    io = lin.frames.io.select("job", "dataset", "direction").drop_nulls().unique()
    ordered = io.sort("job", pl.col("direction") == "input", "dataset")
    for job, dataset in ordered.group_by("job", maintain_order=True).first().select(
        "job", "dataset"
    ).iter_rows():  # fmt: skip
        found[job] = found.get(dataset, "?")
    return found
