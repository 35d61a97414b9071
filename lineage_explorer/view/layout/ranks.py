"""Which edges run backwards, and which layer each node stands in."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# Above this many edges the exact programme takes seconds, and local moves come close enough.
EXACT_EDGES = 16_000


def back_edges(count: int, source: Ints, target: Ints) -> Bools:
    """Marks edges whose removal leaves no cycle: self loops, and edges that close a cycle.

    Only strongly connected parts are searched. In each, a depth-first walk starts where the flow
    enters from outside, so that what was first upstream stays upstream.
    """
    back = source == target
    if len(source) == 0:
        return back
    links = csr_array((np.ones(len(source)), (source, target)), shape=(count, count))
    _, part = connected_components(links, directed=True, connection="strong")
    inner = (part[source] == part[target]) & ~back
    if not inner.any():
        return back
    entered = np.zeros(count, bool)
    entered[target[part[source] != part[target]]] = True
    surplus = np.bincount(source, minlength=count) - np.bincount(target, minlength=count)
    edges = np.flatnonzero(inner)
    edges = edges[np.lexsort((edges, source[edges]))]
    leaving: dict[int, list[tuple[int, int]]] = {}
    for edge, start, end in zip(
        edges.tolist(), source[edges].tolist(), target[edges].tolist(), strict=True
    ):
        leaving.setdefault(start, []).append((edge, end))
    nodes = np.array(list(leaving), np.int64)
    first = nodes[np.lexsort((nodes, -surplus[nodes], ~entered[nodes]))]
    on_path, done = 1, 2
    state: dict[int, int] = {}
    for root in first.tolist():
        if root in state:
            continue
        state[root] = on_path
        stack = [(root, iter(leaving[root]))]
        while stack:
            node, rest = stack[-1]
            for edge, end in rest:
                seen = state.get(end)
                if seen == on_path:
                    back[edge] = True
                elif seen is None:
                    state[end] = on_path
                    stack.append((end, iter(leaving[end])))
                    break
            else:
                state[node] = done
                stack.pop()
    return back


def assign_ranks(count: int, source: Ints, target: Ints) -> Ints:
    """Layers of least total edge length, for edges without cycles.

    The programme is solved through its dual, a flow of least cost, whose prices are the layers:
    several times quicker than the primal. Beyond `EXACT_EDGES` longest paths are improved by
    local moves instead.

    Args:
        count: How many nodes there are.
        source: Start of each edge, each pair once.
        target: End of each edge.

    Returns:
        The layer of each node; layers of separate parts are not yet related to each other.
    """
    if len(source) == 0:
        return np.zeros(count, np.int64)
    if len(source) <= EXACT_EDGES:
        exact = _exact_ranks(count, source, target)
        if exact is not None:
            return exact
    return _shorten(_longest_path(count, source, target), source, target)


def _exact_ranks(count: int, source: Ints, target: Ints) -> Ints | None:
    edges = np.arange(len(source))
    ones = np.ones(len(source))
    incidence = csr_array(
        (np.r_[ones, -ones], (np.r_[source, target], np.r_[edges, edges])),
        shape=(count, len(source)),
    )
    supply = np.bincount(source, minlength=count) - np.bincount(target, minlength=count)
    result = linprog(
        -ones, A_eq=incidence, b_eq=supply.astype(float), bounds=(0, None), method="highs-ds"
    )
    if result.status != 0:
        return None
    price = np.rint(result.eqlin.marginals).astype(np.int64)
    rank = -price if (price[source] > price[target]).any() else price
    # A solver that stopped early must not give a layering that runs backwards.
    return rank if bool((rank[target] > rank[source]).all()) else None


def _longest_path(count: int, source: Ints, target: Ints) -> Ints:
    order = np.argsort(source, kind="stable")
    ends = target[order].tolist()
    start = np.concatenate(([0], np.cumsum(np.bincount(source, minlength=count)))).tolist()
    waiting = np.bincount(target, minlength=count)
    ready = np.flatnonzero(waiting == 0).tolist()
    left = waiting.tolist()
    rank = [0] * count
    for node in ready:  # grows while it is read
        after = rank[node] + 1
        for end in ends[start[node] : start[node + 1]]:
            if rank[end] < after:
                rank[end] = after
            left[end] -= 1
            if left[end] == 0:
                ready.append(end)
    return np.array(rank, np.int64)


def _shorten(rank: Ints, source: Ints, target: Ints, rounds: int = 60) -> Ints:
    """Moves nodes inside their slack, all right, then all left, while the total length falls."""
    count = len(rank)
    pull = np.bincount(target, minlength=count) - np.bincount(source, minlength=count)
    far = np.int64(2**40)
    best, best_length = rank, int((rank[target] - rank[source]).sum())
    stale = 0
    for _ in range(rounds):
        limit = np.full(count, far)
        np.minimum.at(limit, source, rank[target] - 1)
        rank = np.where((pull <= 0) & (limit < far), limit, rank)
        limit = np.full(count, -far)
        np.maximum.at(limit, target, rank[source] + 1)
        rank = np.where((pull > 0) & (limit > -far), limit, rank)
        length = int((rank[target] - rank[source]).sum())
        if length < best_length:
            best, best_length, stale = rank, length, 0
        else:
            stale += 1
            if stale == 4:
                break
    return best
