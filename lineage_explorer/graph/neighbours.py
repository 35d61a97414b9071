"""The drawn graph as integer arrays: who is drawn beside whom."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from lineage_explorer.tables import Frames

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Neighbours:
    """Edges of a lineage, by source and by target. Positions are those of `ids`."""

    ids: list[str]
    position: dict[str, int]
    out_start: Ints
    out_to: Ints
    in_start: Ints
    in_from: Ints

    def of(self, node: int, direction: str) -> Ints:
        """The nodes drawn directly before (`in`) or after (`out`) one."""
        start, ends = (
            (self.in_start, self.in_from) if direction == "in" else (self.out_start, self.out_to)
        )
        return ends[start[node] : start[node + 1]]

    def degree(self) -> Ints:
        """How many edges each node has."""
        return np.diff(self.in_start) + np.diff(self.out_start)


def neighbours(frames: Frames) -> Neighbours:
    """The drawn graph of a lineage: datasets first, then jobs, each in frame order."""
    ids = [*frames.datasets["dataset"].to_list(), *frames.jobs["job"].to_list()]
    where = pl.DataFrame(
        {"node": ids, "at": np.arange(len(ids))}, schema={"node": pl.String, "at": pl.Int64}
    )
    pairs = (
        frames.edges.select("source", "target")
        .unique()
        .join(where, left_on="source", right_on="node")
        .join(where, left_on="target", right_on="node", suffix="_target")
    )
    source = pairs["at"].to_numpy().astype(np.int64)
    target = pairs["at_target"].to_numpy().astype(np.int64)
    out_start, out_to = _grouped(source, target, len(ids))
    in_start, in_from = _grouped(target, source, len(ids))
    position = {node: at for at, node in enumerate(ids)}
    return Neighbours(ids, position, out_start, out_to, in_start, in_from)


def _grouped(key: Ints, value: Ints, count: int) -> tuple[Ints, Ints]:
    order = np.lexsort((value, key))
    start = np.zeros(count + 1, dtype=np.int64)
    np.cumsum(np.bincount(key, minlength=count), out=start[1:])
    return start, value[order]
