"""Closures over the index, level by level: how far, by how many ways, and one way there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lineage_explorer.graph.index import Counts, Direction, Index
from lineage_explorer.graph.steps import Ints

MOST = 2.0**53


@dataclass(frozen=True, eq=False)
class Reach:
    """What is reached from the starts.

    `distance` and `paths` have one entry a node: hops (0 at a start, -1 where it is not reached),
    and the number of shortest paths (exact below 2**53; 2**53 means that many or more).
    `flow` is the distance of nodes that data flows to, without jobs that are only passed.
    """

    index: Index
    distance: Ints
    paths: Counts
    flow: Ints
    before: Ints
    passed_from: Ints
    cyclic: bool

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
    distance = np.full(index.size + len(index.step_job), -1, dtype=np.int32)
    before, paths, cyclic = _spread(index, first, direction, hops, distance)
    flow = distance[: index.size]
    return _with_passed(index, direction, hops, Reach(
        index, flow, paths[: index.size], flow, before, np.full(index.size, -1, np.int32), cyclic
    ))  # fmt: skip


def hops_around(
    index: Index, start: int, direction: Direction, without: npt.NDArray[np.integer]
) -> Ints:
    """Hops to every node that flows reach without these nodes, -1 where none do; theirs are 0."""
    distance = np.full(index.size + len(index.step_job), -1, dtype=np.int32)
    distance[without] = 0
    _spread(index, np.array([start], dtype=np.int32), direction, None, distance)
    return distance[: index.size]


def _spread(
    index: Index, first: Ints, direction: Direction, hops: int | None, distance: Ints
) -> tuple[Ints, Counts, bool]:
    """Fill in the distances that are below 0; what stands before each vertex, paths, cyclic."""
    csr, opened = index.flows(direction), index.opened(direction)
    before = np.full(len(distance), -1, dtype=np.int32)
    paths = np.zeros(len(distance))
    distance[first], paths[first] = 0, 1.0
    frontier, hop, cyclic = first, 0, False
    nodes, steps = slice(0, index.size), slice(index.size, None)
    while len(frontier) and (hops is None or hop < hops):
        hop += 1
        passed = _settle(*csr.gather(frontier), hop, distance, before, paths, steps)
        from_, to = csr.gather(passed[np.argsort(before[passed], kind="stable")])
        if hop == 1:
            beside = opened.gather(first)
            from_, to = np.r_[beside[0], from_], np.r_[beside[1], to]
        cyclic = cyclic or bool((distance[to] == 0).any())
        frontier = _settle(from_, to, hop, distance, before, paths, nodes)
    return before, paths, cyclic


def _settle(
    from_: Ints, to: Ints, hop: int, distance: Ints, before: Ints, paths: Counts, part: slice
) -> Ints:
    """Mark what is new among `to`, all of it in one part of the vertices; returns it, ascending."""
    new = distance[to] < 0
    from_, to = from_[new], to[new]
    distance[to] = hop
    before[to[::-1]] = from_[::-1]  # of several, the last assignment stays: the first of them
    np.add.at(paths, to, paths[from_])
    if len(to) * 8 < len(distance):
        ordered = np.sort(to)
        found = ordered[np.flatnonzero(np.diff(ordered, prepend=-1))]
    else:  # so many that looking through all is quicker than sorting
        found = (np.flatnonzero(distance[part] == hop) + (part.start or 0)).astype(np.int32)
    paths[found] = np.minimum(paths[found], MOST)
    return found


def _with_passed(index: Index, direction: Direction, hops: int | None, found: Reach) -> Reach:
    """The same with the jobs that take (or put) what was reached."""
    reached = np.flatnonzero(found.flow >= 0).astype(np.int32)
    if hops is not None:
        reached = reached[found.flow[reached] < hops]
    reached = reached[np.argsort(found.flow[reached], kind="stable")]
    from_, job = index.passed(direction).gather(reached)
    at = np.full(index.size, -1, dtype=np.int32)
    at[job[::-1]] = found.flow[from_[::-1]] + 1  # from_ is ordered by distance, then number
    nearer = (at >= 0) & ((found.flow < 0) | (at < found.flow))
    passed_from = found.passed_from.copy()
    here = nearer[job]
    from_, job = from_[here], job[here]
    passed_from[job[::-1]] = from_[::-1]
    paths = np.where(nearer, 0.0, found.paths)
    shortest = found.flow[from_] + 1 == at[job]
    np.add.at(paths, job[shortest], found.paths[from_[shortest]])
    starts = found.flow == 0
    return Reach(
        index=index,
        distance=np.where(nearer, at, found.flow).astype(np.int32),
        paths=np.minimum(paths, MOST),
        flow=found.flow,
        before=found.before,
        passed_from=passed_from,
        cyclic=found.cyclic or bool((starts & (at >= 0)).any()),
    )
