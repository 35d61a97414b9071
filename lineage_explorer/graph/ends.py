"""The first and the last nodes of a set: those with no other of it before, or after, them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lineage_explorer.graph.index import Csr, Direction, Index
from lineage_explorer.graph.reach import reach
from lineage_explorer.graph.steps import Ints

Mask = npt.NDArray[np.bool_]


def roots(index: Index, chosen: Mask) -> Mask:
    """Chosen nodes that no other chosen node is upstream of, however far.

    In a cycle each node has the others upstream, so two chosen ones of a cycle are no roots.
    """
    return _first(index, chosen, "downstream")


def sinks(index: Index, chosen: Mask) -> Mask:
    """Chosen nodes that no other chosen node is downstream of, however far."""
    return _first(index, chosen, "upstream")


def _first(index: Index, chosen: Mask, direction: Direction) -> Mask:
    """Which of the chosen nodes are reached from none of the others.

    Each vertex learns one start it is reached from. Where an edge joins vertices with different
    ones, its end, and all that is reached from there, is reached from two; a start is always
    reached from itself, so it has another before it if it is reached from two.
    """
    csr = index.flows(direction)
    starts = np.flatnonzero(chosen).astype(np.int32)
    spread = reach(index, starts, direction)
    origin = _origins(spread.before, starts)
    reached = np.flatnonzero(origin >= 0).astype(np.int32)
    from_, to = csr.gather(reached)
    beside = index.opened(direction).gather(starts)
    meeting = np.r_[to[origin[from_] != origin[to]], beside[1][origin[beside[1]] != beside[0]]]
    twice = _spread(csr, meeting, len(origin))
    found = chosen & ~twice[: index.size]
    # a chosen job is also reached when something it takes (or puts) is, from a start but itself
    near = np.flatnonzero(origin[: index.size] >= 0).astype(np.int32)
    taken, job = index.passed(direction).gather(near)
    other = chosen[job] & (twice[taken] | (origin[taken] != job))
    found[job[other]] = False
    return found


def _origins(before: Ints, starts: Ints) -> Ints:
    """The start at the far end of each vertex's path, -1 where there is no path."""
    origin = np.where(before >= 0, before, np.arange(len(before), dtype=np.int32))
    while (origin != (further := origin[origin])).any():
        origin = further
    origin[~np.isin(origin, starts)] = -1
    return origin


def _spread(csr: Csr, vertices: Ints, size: int) -> Mask:
    """These vertices and all that is reached from them."""
    found = np.zeros(size, dtype=np.bool_)
    while len(vertices):
        found[vertices] = True
        next_ = csr.gather(vertices)[1]
        vertices = np.unique(next_[~found[next_]])
    return found
