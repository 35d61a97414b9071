"""Closures over the index: how far, and when asked by how many ways, and one way there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.sparse import csgraph

from lineage_explorer.graph.index import Csr, Direction, Index
from lineage_explorer.graph.steps import Ints

Counts = npt.NDArray[np.float64]
MOST = 2.0**53
SWEEPS = 16  # hops after which one search for all that is reached is quicker than a sweep a hop


@dataclass(frozen=True, eq=False)
class Reach:
    """What is reached from the starts.

    Vertices are the nodes of the index, then its steps. What is not needed to say how far (paths
    and their numbers) is made when it is asked for.

    Attributes:
        index: what was searched.
        direction: which way.
        starts: where from, ascending.
        far: hops to every vertex that data flows to; 0 at a start, -1 where none flows.
        order: these vertices, the nearest first.
        passed: hops to every job that is passed, -1 where none is.
        cyclic: whether a start is reached again.
    """

    index: Index
    direction: Direction
    starts: Ints
    far: Ints
    order: Ints
    passed: Ints
    cyclic: bool

    @property
    def flow(self) -> Ints:
        """Hops to every node that data flows to, without jobs that are only passed."""
        return self.far[: self.index.size]

    @cached_property
    def distance(self) -> Ints:
        """Hops to every node: 0 at a start, -1 where it is not reached."""
        return np.where(self._nearer, self.passed, self.flow)

    @cached_property
    def before(self) -> Ints:
        """The vertex before each one on the path kept of the shortest; -1 at starts.

        It is the one of the lowest node, and of its steps the first.
        """
        index, far = self.index, self.far
        csr = index.flows(self.direction)
        found = np.full(len(far), -1, dtype=np.int32)
        from_, to = csr.gather(np.flatnonzero(self.flow >= 0).astype(np.int32))
        _first(found, from_, to, far[to] == far[from_] + 1)
        steps = (np.flatnonzero(far[index.size :] >= 0) + index.size).astype(np.int32)
        from_, to = csr.gather(steps[np.argsort(found[steps], kind="stable")])
        _first(found, from_, to, far[to] == far[from_])
        from_, to = _beside(index, self.starts, self.direction)
        _first(found, from_, to, far[to] == 1)
        return found

    @cached_property
    def passed_from(self) -> Ints:
        """The node before each job that is only passed, -1 where a job is not."""
        found = np.full(self.index.size, -1, dtype=np.int32)
        from_, job = self._passing
        _first(found, from_, job, np.ones(len(job), dtype=np.bool_))
        return found

    @cached_property
    def paths(self) -> Counts:
        """How many shortest paths lead to every node: exact below 2**53, which means or more."""
        index, far = self.index, self.far
        csr = index.flows(self.direction)
        found = np.zeros(len(far))
        found[self.starts] = 1.0
        from_, to = csr.gather(self.order)
        kept = far[to] == far[from_] + (from_ < index.size)
        from_, to = from_[kept], to[kept]
        beside = _beside(index, self.starts, self.direction)[1]
        np.add.at(found, beside[far[beside] == 1], 1.0)
        # from nodes to steps, then from steps to nodes, then those a hop further
        level = 2 * far[from_] + (from_ < index.size)
        begins = np.flatnonzero(np.diff(level, prepend=-1)).tolist()
        for begin, end in pairwise([*begins, len(level)]):
            part = to[begin:end]
            np.add.at(found, part, found[from_[begin:end]])
            found[part] = np.minimum(found[part], MOST)
        paths = np.where(self._nearer, 0.0, found[: index.size])
        from_, job = self._passing
        np.add.at(paths, job, found[from_])
        return np.minimum(paths, MOST)

    @cached_property
    def _nearer(self) -> npt.NDArray[np.bool_]:
        """Which jobs are passed before data flows to them, if it does."""
        return (self.passed >= 0) & ((self.flow < 0) | (self.passed < self.flow))

    @cached_property
    def _passing(self) -> tuple[Ints, Ints]:
        """The nearest nodes beside jobs that are only passed, and those jobs."""
        nodes = np.flatnonzero(self.flow >= 0).astype(np.int32)
        from_, job = self.index.passed(self.direction).gather(nodes)
        kept = self._nearer[job] & (self.flow[from_] + 1 == self.passed[job])
        return from_[kept], job[kept]

    def path(self, node: int) -> list[int]:
        """Nodes of a shortest path from a start to this node, the jobs between them included."""
        found = [node]
        at = int(self.passed_from[node])
        if at < 0:
            at = int(self.before[node])
        while at >= 0:
            if at < self.index.size:
                found.append(at)
            else:
                job = int(self.index.step_job[at - self.index.size])
                if job >= 0 and job not in (found[-1], int(self.before[at])):
                    found.append(job)
            at = int(self.before[at])
        return found[::-1]

    def all_paths(self, nodes: Ints) -> tuple[Ints, Ints]:
        """The path to each of these nodes, all at once: (lengths, nodes one after another)."""
        index, rows, at = self.index, np.arange(len(nodes)), nodes
        found, owners, last = [nodes], [rows], nodes
        at = np.where(self.passed_from[nodes] >= 0, self.passed_from[nodes], self.before[nodes])
        while (alive := at >= 0).any():
            rows, at, last = rows[alive], at[alive], last[alive]
            here, before = at.copy(), self.before[at]
            steps = at >= index.size
            here[steps] = index.step_job[at[steps] - index.size]
            shown = (here >= 0) & ~(steps & ((here == last) | (here == before)))
            found.append(here[shown])
            owners.append(rows[shown])
            last = np.where(shown, here, last)
            at = before
        owner, node = np.concatenate(owners)[::-1], np.concatenate(found)[::-1]
        order = np.argsort(owner, kind="stable")
        return np.bincount(owner, minlength=len(nodes)).astype(np.int32), node[order]


def reach(
    index: Index, starts: Iterable[int], direction: Direction, hops: int | None = None
) -> Reach:
    """All that is reached from these nodes, in at most so many hops.

    Where several shortest paths lead to a node, the one kept goes over the lowest numbers.
    """
    first = np.unique(np.fromiter(starts, dtype=np.int32))
    far = np.full(index.size + len(index.step_job), -1, dtype=np.int32)
    order, whole = _swept(index, first, direction, SWEEPS if hops is None else hops, far)
    if hops is None and not whole:
        far, order = _searched(index, first, direction)
    passed = _passed(index, direction, hops, far, order)
    back = index.flows("upstream" if direction == "downstream" else "downstream").after(first)
    again = (far[back] >= 0).any() or (passed[first] >= 0).any()
    if not again and hops != 0:
        again = (far[_beside(index, first, direction)[1]] == 0).any()
    return Reach(index, direction, first, far, order, passed, bool(again))


def hops_around(
    index: Index, start: int, direction: Direction, without: npt.NDArray[np.integer]
) -> Ints:
    """Hops to every node that flows reach without these nodes, -1 where none do; theirs are 0."""
    far = np.full(index.size + len(index.step_job), -1, dtype=np.int32)
    far[without] = 0
    _swept(index, np.array([start], dtype=np.int32), direction, None, far)
    return far[: index.size]


def _swept(
    index: Index, first: Ints, direction: Direction, hops: int | None, far: Ints
) -> tuple[Ints, bool]:
    """Fill in hops that are below 0; vertices reached, the nearest first, and whether that is all.

    What it costs is what it reaches, and a bit more for every hop.
    """
    csr = index.flows(direction)
    place = np.empty(len(far), dtype=np.int32)
    far[first] = 0
    order, hop = [first], 0
    while len(order[-1]) and (hops is None or hop < hops):
        hop += 1
        steps = _fresh(csr.after(order[-1]), hop, far, place)
        to = csr.after(steps)
        if hop == 1:
            to = np.r_[_beside(index, first, direction)[1], to]
        order += [steps, _fresh(to, hop, far, place)]
    return np.concatenate(order), not len(order[-1])


def _searched(index: Index, first: Ints, direction: Direction) -> tuple[Ints, Ints]:
    """Hops to every vertex, and those reached, the nearest first: all of them, by scipy.

    It starts from one more vertex before the starts. What is beside a job and no step leads to is
    a hop from it, so two more vertices stand for the job and the step.
    """
    csr = index.flows(direction)
    root = len(csr.starts) - 1
    rows = [np.r_[first, root + 1], [root + 2], _beside(index, first, direction)[1]]
    ends = csr.starts[-1] + np.cumsum([len(row) for row in rows])
    kind = csr.values.dtype
    starts = np.concatenate([csr.starts, ends], dtype=kind, casting="same_kind")
    values = np.concatenate([csr.values, *rows], dtype=kind, casting="same_kind")
    graph = Csr(starts, values).matrix(np.zeros(len(values)))  # what is in it does not matter
    order, parent = csgraph.breadth_first_order(graph, root)
    place = np.empty(root + 3, dtype=np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    parents = place[parent[order[1:]]]  # ascending: children are in the order of their parents
    levels = [0, 1]
    while levels[-1] < len(order):
        levels.append(1 + int(parents.searchsorted(np.int32(levels[-1]))))
    hops = np.arange(len(levels) - 1, dtype=np.int32) // 2
    far = np.full(root + 3, -1, dtype=np.int32)
    far[order] = np.repeat(hops, np.diff(levels))
    return far[:root], order[order < root]


def _passed(index: Index, direction: Direction, hops: int | None, far: Ints, order: Ints) -> Ints:
    """Hops to every job that is passed, -1 where none is."""
    passing, others = index.passing(direction)
    found = np.full(index.size + 1, -1, dtype=np.int32)
    steps = order[order >= index.size][::-1]
    found[passing[steps - index.size]] = far[steps]  # the last stays: the nearest; no job is -1
    found = found[:-1]
    if len(others.values):
        nodes = order[order < index.size]
        from_, job = others.gather(nodes if hops is None else nodes[far[nodes] < hops])
        unsigned = found.view(np.uint32)  # -1 is more than any
        np.minimum.at(unsigned, job, (far[from_] + 1).astype(np.uint32))
    return found


def _beside(index: Index, first: Ints, direction: Direction) -> tuple[Ints, Ints]:
    """Those of the starts that are jobs, and the nodes beside them that no step of theirs leads to.

    Not all starts are asked, because what is beside jobs is made when the first of them is.
    """
    jobs = first[first >= index.datasets]
    return index.opened(direction).gather(jobs) if len(jobs) else (jobs, jobs)


def _fresh(to: Ints, hop: int, far: Ints, place: Ints) -> Ints:
    """Those of the vertices that are new, each once; now they are this far."""
    new: Ints = to[far[to] < 0]
    far[new] = hop
    here = np.arange(len(new), dtype=np.int32)
    place[new] = here
    fresh: Ints = new[place[new] == here]
    return fresh


def _first(found: Ints, from_: Ints, to: Ints, which: npt.NDArray[np.bool_]) -> None:
    """Put down, at each of these ends, the first it is from."""
    found[to[which][::-1]] = from_[which][::-1]  # the last assignment stays
