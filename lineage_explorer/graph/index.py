"""What flows where as integer arrays: closures, hops and shortest paths, quickly.

A closure follows flows, not jobs: where a job copies A to C and B to D, A is no ancestor of D. So
the graph is made of nodes (datasets, then jobs, in the order of their frames) and *steps*: a step
is one job taking some nodes to some others, every source to every target. Passing a step is one
hop. No two steps of a job share a (source, target) pair, so paths are counted once.

Jobs play two parts:

- A job is *passed* when data it takes or puts is reached; it is in the result, but nothing spreads
  from it, because its steps say what goes where. A job that only reads, or only writes, is passed
  as well.
- A job *carries* data where a flow names it as a source or a target (jobs that hand over to each
  other). What goes on inside it is not told, and unknown counts as reached: a job that is a source
  carries all it takes, and what is handed to a job goes to all it puts, except where a declared
  flow of that job says what an output is made of.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from lineage_explorer.graph.steps import (
    Bundles,
    Ints,
    Pairs,
    disjoint,
    distinct,
    long,
    pairs,
    unpacked,
)
from lineage_explorer.tables import Frames

Direction = Literal["upstream", "downstream"]
Counts = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Csr:
    """Rows of integers, one after another: row `i` is `values[starts[i]:starts[i + 1]]`."""

    starts: npt.NDArray[np.int64]
    values: Ints

    def row(self, at: int) -> Ints:
        return self.values[self.starts[at] : self.starts[at + 1]]

    def gather(self, rows: Ints) -> tuple[Ints, Ints]:
        """All values of these rows, and beside each the row it is from."""
        first = self.starts[rows]
        sizes = self.starts[rows + 1] - first
        ends = np.cumsum(sizes)
        total = int(ends[-1]) if len(ends) else 0
        places = np.repeat(first - ends + sizes, sizes) + np.arange(total)
        return np.repeat(rows, sizes), self.values[places]


@dataclass(frozen=True, eq=False)
class Index:
    """The graph as arrays. Nodes are numbered from 0 as in `ids`; steps follow the last node.

    Attributes:
        ids: node ids, datasets first.
        datasets: how many of them are datasets.
        step_job: the job of each step, -1 outside any.
        forward: node to the steps it feeds, step to the nodes it feeds.
        backward: the same the other way round.
        takes: node to the jobs that take it.
        puts: node to the jobs that put it.
        enters: job to the nodes it takes, but for those a step of its own takes into it.
        leaves: job to the nodes it puts, but for those a step of its own takes out of it.
    """

    ids: pl.Series
    datasets: int
    step_job: Ints
    forward: Csr
    backward: Csr
    takes: Csr
    puts: Csr
    enters: Csr
    leaves: Csr

    @property
    def size(self) -> int:
        """How many nodes there are."""
        return len(self.ids)

    def at(self, node: str) -> int:
        """The number of a node."""
        found = self.ids.index_of(node)
        if found is None:
            raise KeyError(node)
        return found

    def mask(self, nodes: pl.Series) -> npt.NDArray[np.bool_]:
        """Which nodes are among these ids."""
        found: npt.NDArray[np.bool_] = self.ids.is_in(nodes.implode()).to_numpy()
        return found

    def passed(self, direction: Direction) -> Csr:
        """Of a node, the jobs that take it (downstream) or put it (upstream)."""
        return self.takes if direction == "downstream" else self.puts

    def opened(self, direction: Direction) -> Csr:
        """Of a job, the nodes next to it that no step of its own leads to."""
        return self.leaves if direction == "downstream" else self.enters

    def flows(self, direction: Direction) -> Csr:
        """Steps of nodes and nodes of steps, going that way."""
        return self.forward if direction == "downstream" else self.backward


def build_index(frames: Frames) -> Index:
    """The index of these frames; linear in the size of their bundles and edges.

    One exception: where bundles of one job overlap (its runs differ), they are made disjoint, and
    that costs up to the number of flows they stand for.

    Raises:
        ValueError: if a flow or an edge names a node that has no row.
    """
    ids = pl.concat([frames.datasets["dataset"], frames.jobs["job"]]).rename("id")
    reads = frames.edges.filter(pl.col("kind") == "reads")
    writes = frames.edges.filter(pl.col("kind") == "writes")
    said = frames.bundles
    read, reader, writer, written, job, source, target = _numbers(ids, [
        reads["source"], reads["target"], writes["source"], writes["target"],
        said["job"], said["sources"].explode(empty_as_null=False),
        said["targets"].explode(empty_as_null=False),
    ])  # fmt: skip
    bundles = Bundles(job, long(said["sources"]), source, long(said["targets"]), target)
    takes = _beside(np.r_[read, source], np.r_[reader, job[bundles.source_of]])
    puts = _beside(np.r_[written, target], np.r_[writer, job[bundles.target_of]])
    declared = (said["basis"] == "declared").to_numpy()
    datasets = len(frames.datasets)
    steps = disjoint(_carried(bundles, takes, puts, declared, datasets), len(ids))
    size = len(ids)
    source_of, target_of = steps.source_of + size, steps.target_of + size
    from_, to = np.r_[steps.source, target_of], np.r_[source_of, steps.target]
    taken = pairs(steps.source, steps.job[steps.source_of])
    made = pairs(steps.target, steps.job[steps.target_of])
    return Index(
        ids=ids,
        datasets=datasets,
        step_job=steps.job,
        forward=_csr(pairs(from_, to), size + len(steps.job)),
        backward=_csr(pairs(to, from_), size + len(steps.job)),
        takes=_csr(takes, size),
        puts=_csr(puts, size),
        enters=_opened(takes, taken, steps.source_of, made, steps.target_of, size),
        leaves=_opened(puts, made, steps.target_of, taken, steps.source_of, size),
    )


def _numbers(ids: pl.Series, columns: list[pl.Series]) -> list[Ints]:
    """Ids as numbers, -1 where there is none. One join for all: hashing text is what costs."""
    numbers = pl.DataFrame({"id": ids, "n": np.arange(len(ids), dtype=np.int32)})
    asked = pl.DataFrame({"id": pl.concat([column.rename("id") for column in columns])})
    found = asked.join(numbers, on="id", how="left", maintain_order="left")
    if found["n"].null_count() > asked["id"].null_count():
        lost = found.filter(pl.col("n").is_null() & pl.col("id").is_not_null())["id"][0]
        raise ValueError(f"a flow or an edge names {lost!r}, which has no row in jobs or datasets")
    ends = np.cumsum([len(column) for column in columns])
    return np.split(found["n"].fill_null(-1).to_numpy(), ends[:-1])


def _beside(node: Ints, job: Ints) -> Pairs:
    """Pairs of a node and a job that is another node, each once."""
    kept = (job >= 0) & (node != job)
    return distinct(pairs(node[kept], job[kept]))


def _carried(
    bundles: Bundles, takes: Pairs, puts: Pairs, declared: npt.NDArray[np.bool_], datasets: int
) -> Bundles:
    """With bundles from all that a job takes into it, and from it to what it puts.

    The first only for jobs that are a source of a flow, the second for those that are a target.
    """
    giving = np.unique(bundles.source[bundles.source >= datasets])
    given = np.unique(bundles.target[bundles.target >= datasets])
    if not len(giving) and not len(given):
        return bundles
    told = declared[bundles.target_of]
    described = pairs(bundles.target[told], bundles.job[bundles.target_of][told])
    taken, into = unpacked(takes[np.isin(unpacked(takes)[1], giving)])
    put, out = unpacked(np.setdiff1d(puts[np.isin(unpacked(puts)[1], given)], described))
    first = len(bundles.job)
    second = first + len(giving)
    ins, outs = first + np.arange(len(giving)), second + np.arange(len(given))
    return Bundles(
        job=np.r_[bundles.job, giving, given],
        source_of=np.r_[bundles.source_of, ins[np.searchsorted(giving, into)], outs].astype(
            np.int32
        ),
        source=np.r_[bundles.source, taken, given],
        target_of=np.r_[bundles.target_of, ins, outs[np.searchsorted(given, out)]].astype(np.int32),
        target=np.r_[bundles.target, giving, put],
    )


def _opened(beside: Pairs, far: Pairs, far_of: Ints, near: Pairs, near_of: Ints, size: int) -> Csr:
    """Job to the nodes beside it, without those that a step of its own connects it to."""
    node, job = unpacked(near)
    own = near_of[node == job]
    rest = np.setdiff1d(beside, far[np.isin(far_of, own)]) if len(own) else beside
    node, job = unpacked(rest)
    return _csr(pairs(job, node), size)


def _csr(found: Pairs, size: int) -> Csr:
    """Rows of values from pairs (row, value), ascending within a row."""
    rows, values = unpacked(distinct(found))
    starts = np.zeros(size + 1, dtype=np.int64)
    np.cumsum(np.bincount(rows, minlength=size), out=starts[1:])
    return Csr(starts, values)
