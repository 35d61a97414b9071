"""Where two sides first part: changed nodes with nothing changed before them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from lineage_explorer.analysis.change_codes import CODES, SEVERITIES
from lineage_explorer.analysis.compare_judge import shaped

Ints = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

OUTCOMES = frozenset(
    code.code for code in CODES.values() if code.about in {"numbers", "time", "quality", "run"}
)
_CAUSES = frozenset(
    code.code for code in CODES.values() if code.about in {"structure", "columns", "code", "data"}
)
_WORDS = frozenset(code.code for code in CODES.values() if code.about in {"words", "unknown"})
_RANK = {severity: at for at, severity in enumerate(SEVERITIES)}
DIVERGENCE: dict[str, pl.DataType | type[pl.DataType]] = {
    "rank": pl.UInt32, "node": pl.String, "change": pl.String, "explains": pl.List(pl.String),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Flow:
    """The nodes of both sides and the edges between them, as integers."""

    nodes: pl.Series
    edges: pl.DataFrame

    @cached_property
    def ids(self) -> list[str]:
        """The nodes in their order."""
        return self.nodes.to_list()

    @cached_property
    def forward(self) -> sparse.csr_array:
        """Which node leads to which."""
        size = len(self.nodes)
        numbers = pl.DataFrame({"node": self.nodes, "at": np.arange(size, dtype=np.int32)})
        ends = self.edges.join(numbers, left_on="source", right_on="node").join(
            numbers, left_on="target", right_on="node", suffix="_target"
        )
        ones = np.ones(len(ends), dtype=np.bool_)
        pairs = (ends["at"].to_numpy(), ends["at_target"].to_numpy())
        return sparse.coo_array((ones, pairs), shape=(size, size)).tocsr()

    @cached_property
    def at(self) -> dict[str, int]:
        """Node to its number."""
        return {node: at for at, node in enumerate(self.ids)}

    @cached_property
    def backward(self) -> sparse.csr_array:
        """The edges turned round."""
        return self.forward.T.tocsr()

    @cached_property
    def rings(self) -> Ints:
        """The strongly connected part of each node: those of one feed each other."""
        if not self.ids:
            return np.zeros(0, dtype=np.int32)
        _, labels = connected_components(self.forward, directed=True, connection="strong")
        found: Ints = labels.astype(np.int32)
        return found

    def reached(self, start: Sequence[int] | Ints, *, back: bool = False) -> Flags:
        """The nodes after (before) these, and these."""
        matrix = self.backward if back else self.forward
        seen = np.zeros(len(self.ids), dtype=np.bool_)
        frontier = np.unique(np.asarray(start, dtype=np.int32))
        while len(frontier):
            seen[frontier] = True
            near = _row_values(matrix, frontier)
            frontier = np.unique(near[~seen[near]])
        return seen

    def path(self, start: int, end: int) -> list[int]:
        """A shortest way from one node to another, both named; nothing if there is none."""
        came: dict[int, int] = {start: start}
        frontier = [start]
        while frontier and end not in came:
            following: list[int] = []
            for node in frontier:
                for near in self.after(node):
                    if near not in came:
                        came[near] = node
                        following.append(near)
            frontier = following
        if end not in came:
            return []
        way = [end]
        while way[-1] != start:
            way.append(came[way[-1]])
        return way[::-1]

    def beside(self, node: int) -> list[int]:
        """The nodes directly before and after one."""
        before: list[int] = _row_values(self.backward, np.array([node])).tolist()
        return sorted({*before, *self.after(node)} - {node})

    def after(self, node: int) -> list[int]:
        """The nodes directly after one."""
        found: list[int] = _row_values(self.forward, np.array([node])).tolist()
        return found


def _row_values(matrix: sparse.csr_array, rows: npt.NDArray[np.integer]) -> Ints:
    starts, sizes = matrix.indptr[rows], matrix.indptr[rows + 1] - matrix.indptr[rows]
    ends = np.cumsum(sizes)
    places = np.repeat(starts - ends + sizes, sizes) + np.arange(ends[-1] if len(ends) else 0)
    found: Ints = matrix.indices[places]
    return found


def material(changes: pl.DataFrame) -> pl.DataFrame:
    """Changes that can part two sides: those that matter, and are neither words nor unknown."""
    return changes.filter((pl.col("severity") != "info") & ~pl.col("change").is_in(sorted(_WORDS)))


def unexplained(changes: pl.DataFrame, flow: Flow, nodes: pl.DataFrame) -> pl.DataFrame:
    """Changes `outcome-differs`: jobs that went differently though nothing before them differs.

    What went differently is the run itself or what it wrote.
    """
    real = material(changes)
    serious = real.filter(pl.col("severity").is_in(["medium", "high"]))
    outcome = serious.filter(pl.col("change").is_in(sorted(OUTCOMES)))
    if outcome.is_empty():
        return shaped(outcome.clear())
    changed = np.zeros(len(flow.ids), dtype=np.bool_)
    changed[[flow.at[node] for node in real["node"].unique() if node in flow.at]] = True
    caused = set(real.filter(pl.col("change").is_in(sorted(_CAUSES)))["node"])
    after = flow.reached(_row_values(flow.forward, np.flatnonzero(changed)))
    went = outcome.unique("node", keep="first", maintain_order=True)
    writers = flow.edges.filter(pl.col("target").is_in(went["node"].implode()))
    pairs = pl.concat(
        [
            went.select("node", job="node").filter(pl.col("node").str.starts_with("job:")),
            writers.select(node="target", job="source"),
        ]
    ).unique()
    told = nodes.filter(
        pl.col("at_before").is_not_null() & pl.col("at_after").is_not_null()
    ).select(job="node", at_before="at_before", at_after="at_after")
    found = (
        pairs.filter(pl.col("job").str.starts_with("job:"))
        .join(told.filter(pl.col("at_before") != pl.col("at_after")), on="job")
        .join(outcome.select("node", "change"), on="node")
        .group_by("job", "at_before", "at_after")
        .agg(what=pl.col("change").unique().sort().str.join(", "))
        .sort("job")
    )
    free = [job not in caused and not after[flow.at[job]] for job in found["job"]]
    alone = found.filter(pl.Series(free, dtype=pl.Boolean))
    return shaped(
        alone.select(
            "at_before", "at_after", node="job", change=pl.lit("outcome-differs"),
            before=pl.lit(None, pl.String), after="what",
        )
    )  # fmt: skip


def divergence(
    changes: pl.DataFrame, flow: Flow, nodes: pl.DataFrame, *, grown: bool
) -> pl.DataFrame:
    """Where the sides part: rank, node, change (the gravest there), explains (nodes behind it).

    Args:
        changes: all of them.
        flow: the nodes and edges of both sides.
        nodes: of both sides.
        grown: whether the sides were made by going upstream from a run. Then a node that only
            one side has is there, or not, because of who reads it: it parts nothing.
    """
    real = material(changes)
    if grown:
        shared = nodes.filter(pl.col("before") & pl.col("after")).select("node")
        real = real.join(shared, on="node", how="semi")
    if real.is_empty():
        return pl.DataFrame(schema=DIVERGENCE)
    gravest = _gravest(real)
    numbers = np.array([flow.at[node] for node in gravest["node"]], dtype=np.int32)
    changed = np.zeros(len(flow.ids), dtype=np.bool_)
    changed[numbers] = True
    firsts = _firsts(flow, numbers)
    rows = []
    one_sided = set(nodes.filter(pl.col("before") != pl.col("after"))["node"]) if grown else set()
    for at in firsts.tolist():
        behind = flow.reached([at]) & changed
        behind[at] = False
        names = [flow.ids[node] for node in np.flatnonzero(behind)]
        if one_sided:
            before_it = flow.reached([at], back=True)
            names += [node for node in sorted(one_sided) if before_it[flow.at[node]]]
        rows.append((flow.ids[at], names))
    found = pl.DataFrame(
        rows, schema={"node": pl.String, "explains": pl.List(pl.String)}, orient="row"
    )
    ranked = (
        found.join(gravest, on="node")
        .with_columns(behind=pl.col("explains").list.len())
        .sort("gravity", "behind", "node", descending=[True, True, False])
    )
    return ranked.with_row_index("rank", offset=1).select(*DIVERGENCE)


def _gravest(real: pl.DataFrame) -> pl.DataFrame:
    """Of each node its gravest change: node, change, gravity."""
    gravity = pl.col("severity").replace_strict(_RANK, return_dtype=pl.Int8)
    return (
        real.with_columns(gravity=gravity, caused=pl.col("change").is_in(sorted(OUTCOMES)))
        .sort("gravity", "caused", "change", descending=[True, False, False])
        .unique("node", keep="first", maintain_order=True)
        .sort("node")
        .select("node", "change", "gravity")
    )


def _firsts(flow: Flow, changed: Ints) -> Ints:
    """The changed nodes that no other changed node leads to, rings counted as one."""
    rings = flow.rings
    marked = np.zeros(len(flow.ids), dtype=np.bool_)
    marked[np.isin(rings, rings[changed])] = True  # what is in a ring with a change
    starts = np.flatnonzero(marked)
    near = _row_values(flow.forward, starts)
    source = np.repeat(starts, np.diff(flow.forward.indptr)[starts])
    led = flow.reached(near[rings[near] != rings[source]])
    return changed[~led[changed]]
