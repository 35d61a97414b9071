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
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import sparse

from lineage_explorer.graph.steps import (
    Bundles,
    Ints,
    Pairs,
    disjoint,
    long,
    numbers,
    pairs,
    unpacked,
)
from lineage_explorer.tables import Frames

Direction = Literal["upstream", "downstream"]
Ends = tuple[Ints, Ints]  # nodes, and beside each the step it belongs to


@dataclass(frozen=True, eq=False)
class Csr:
    """Rows of integers, one after another: row `i` is `values[starts[i]:starts[i + 1]]`."""

    starts: Ints
    values: Ints

    def row(self, at: int) -> Ints:
        return self.values[self.starts[at] : self.starts[at + 1]]

    def after(self, rows: Ints) -> Ints:
        """All values of these rows."""
        return self._values(*self._sizes(rows))

    def gather(self, rows: Ints) -> tuple[Ints, Ints]:
        """All values of these rows, and beside each the row it is from."""
        first, sizes = self._sizes(rows)
        return np.repeat(rows, sizes), self._values(first, sizes)

    def matrix(self, data: npt.NDArray[Any]) -> sparse.csr_array:
        """The same as scipy has it."""
        size = len(self.starts) - 1
        return sparse.csr_array((data, self.values, self.starts), shape=(size, size))

    def pairs(self) -> Pairs:
        """Row and value of all, ascending."""
        return pairs(np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts)), self.values)

    def without(self, other: Csr) -> Csr:
        """Those of its values that the other has not in the same row."""
        mine, others = (csr.matrix(np.ones(len(csr.values), np.bool_)) for csr in (self, other))
        found = mine > others
        return Csr(found.indptr, found.indices)

    def _sizes(self, rows: Ints) -> tuple[Ints, Ints]:
        first = self.starts[rows]
        return first, self.starts[rows + 1] - first

    def _values(self, first: Ints, sizes: Ints) -> Ints:
        ends = np.cumsum(sizes)
        places = np.repeat(first - ends + sizes, sizes)
        places += np.arange(len(places))
        return self.values[places]


@dataclass(frozen=True, eq=False)
class Index:
    """The graph as arrays. Nodes are numbered from 0 as in `ids`; steps follow the last node.

    Attributes:
        ids: node ids, datasets first.
        datasets: how many of them are datasets.
        steps: from which nodes to which, and the job of each.
        forward: node to the steps it feeds, step to the nodes it feeds.
        backward: the same the other way round.
        takes: node to the jobs that take it.
        puts: node to the jobs that put it.
    """

    ids: pl.Series
    datasets: int
    steps: Bundles
    forward: Csr
    backward: Csr
    takes: Csr
    puts: Csr

    @property
    def size(self) -> int:
        """How many nodes there are."""
        return len(self.ids)

    @property
    def step_job(self) -> Ints:
        """The job of each step, -1 outside any."""
        return self.steps.job

    @cached_property
    def enters(self) -> Csr:
        """Job to the nodes it takes, but for those a step of its own takes into it."""
        return self._opened(self.takes, self._sources, self._targets)

    @cached_property
    def leaves(self) -> Csr:
        """Job to the nodes it puts, but for those a step of its own takes out of it."""
        return self._opened(self.puts, self._targets, self._sources)

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

    def passing(self, direction: Direction) -> tuple[Ints, Csr]:
        """The job passed with each step (-1: none), and node to the jobs passed without a step."""
        return self._taken if direction == "downstream" else self._put

    @cached_property
    def _taken(self) -> tuple[Ints, Csr]:
        return self._passing(self.takes, self._sources)

    @cached_property
    def _put(self) -> tuple[Ints, Csr]:
        return self._passing(self.puts, self._targets)

    @property
    def _sources(self) -> Ends:
        return self.steps.source, self.steps.source_of

    @property
    def _targets(self) -> Ends:
        return self.steps.target, self.steps.target_of

    def _passing(self, beside: Csr, near: Ends) -> tuple[Ints, Csr]:
        node, of = near
        job = self.steps.job.copy()
        job[of[node == job[of]]] = -1  # a job does not pass itself, so its neighbours tell
        told = job[of] >= 0
        rest = beside.without(_csr(node[told], job[of[told]], self.size))
        return job, rest

    def _opened(self, beside: Csr, far: Ends, near: Ends) -> Csr:
        """Job to the nodes beside it, without those that a step of its own connects it to."""
        job = self.steps.job
        own = np.zeros(len(job), dtype=np.bool_)
        own[near[1][near[0] == job[near[1]]]] = True
        kept = own[far[1]]
        connected = _csr(far[0][kept], job[far[1][kept]], self.size)
        node, of = unpacked(beside.without(connected).pairs())
        return _csr(of, node, self.size)


def build_index(frames: Frames) -> Index:
    """The index of these frames; linear in the size of their bundles and edges.

    One exception: where bundles of one job overlap (its runs differ), they are made disjoint, and
    that costs up to the number of flows they stand for.

    Raises:
        ValueError: if a flow or an edge names a node that has no row.
    """
    ids = pl.concat([frames.datasets["dataset"], frames.jobs["job"]], rechunk=True).rename("id")
    size, datasets = len(ids), len(frames.datasets)
    ends = frames.edges.select("source", "target", "kind")
    reads = ends.filter(pl.col("kind") == "reads")
    writes = ends.filter(pl.col("kind") == "writes")
    said = frames.bundles
    read, reader, writer, written, job, source, target = numbers(ids, [
        reads["source"], reads["target"], writes["source"], writes["target"],
        said["job"], said["sources"].explode(empty_as_null=False),
        said["targets"].explode(empty_as_null=False),
    ])  # fmt: skip
    bundles = Bundles(job, long(said["sources"]), source, long(said["targets"]), target)
    takes = _beside(np.r_[read, source], np.r_[reader, job[bundles.source_of]], size)
    puts = _beside(np.r_[written, target], np.r_[writer, job[bundles.target_of]], size)
    declared = (said["basis"] == "declared").to_numpy()
    steps = disjoint(_carried(bundles, takes, puts, declared, datasets), size)
    from_ = np.r_[steps.source, steps.target_of + np.int32(size)]
    to = np.r_[steps.source_of + np.int32(size), steps.target]
    vertices = size + len(steps.job)
    return Index(
        ids=ids,
        datasets=datasets,
        steps=steps,
        forward=_csr(from_, to, vertices),
        backward=_csr(to, from_, vertices),
        takes=takes,
        puts=puts,
    )


def _beside(node: Ints, job: Ints, size: int) -> Csr:
    """Node to the jobs beside it that are other nodes."""
    kept = (job >= 0) & (node != job)
    return _csr(node, job, size) if kept.all() else _csr(node[kept], job[kept], size)


def _carried(
    bundles: Bundles, takes: Csr, puts: Csr, declared: npt.NDArray[np.bool_], datasets: int
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
    taken, into = unpacked(takes.pairs()[np.isin(takes.values, giving)])
    put, out = unpacked(np.setdiff1d(puts.pairs()[np.isin(puts.values, given)], described))
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


def _csr(rows: Ints, values: Ints, size: int) -> Csr:
    """Rows of values from pairs (row, value) below `size`, ascending within a row, each once."""
    ones = np.ones(len(rows), dtype=np.bool_)
    found = sparse.coo_array((ones, (rows, values)), shape=(size, size)).tocsr()
    found.sum_duplicates()
    return Csr(found.indptr, found.indices)
