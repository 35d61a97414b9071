"""Which edges run backwards, and which layer each node stands in."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components, maximum_flow

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# Cuts are searched while cuts times edges stay under this, but at least so many.
CUT_EDGES, LEAST_CUTS = 60_000, 3


def back_edges(count: int, source: Ints, target: Ints) -> Bools:
    """Marks edges whose removal leaves no cycle: self loops, and edges that close a cycle.

    Only strongly connected parts are searched. In each, a depth-first walk starts where the flow
    enters from outside, so that what was first upstream stays upstream.
    """
    back: Bools = np.equal(source, target)
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
    edges = edges[np.lexsort((edges, target[edges], source[edges]))]
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

    Total length is a convex function of the layers, so that where no set of nodes can be shifted
    by one layer to gain, no other layering is shorter. The best set to shift is a minimum cut.
    From longest paths, with every node then moved to where it has more edges, it takes a few dozen
    cuts; large graphs stop after some of them.

    Args:
        count: How many nodes there are.
        source: Start of each edge, each pair once.
        target: End of each edge.

    Returns:
        The layer of each node; layers of separate parts are not yet related to each other.
    """
    if len(source) == 0:
        return np.zeros(count, np.int64)
    rank = _moved_up(_longest_path(count, source, target), source, target)
    balance = np.bincount(source, minlength=count) - np.bincount(target, minlength=count)
    way, in_vain = 1, 0
    for _ in range(max(LEAST_CUTS, CUT_EDGES // len(source))):
        slack = rank[target] - rank[source] - 1
        tight = slack == 0
        ahead, behind = (source, target) if way == 1 else (target, source)
        chosen = _best_shift(way * balance, ahead[tight], behind[tight])
        if chosen is None:
            in_vain += 1
            if in_vain == 2:
                break
            way = -way
            continue
        in_vain = 0
        # As far as the gain lasts: until an edge that was loose becomes tight.
        parting = chosen[ahead] & ~chosen[behind]
        rank = rank + np.where(chosen, way * slack[parting].min(initial=count), 0)
    return rank


def _moved_up(rank: Ints, source: Ints, target: Ints) -> Ints:
    """Each node with more edges leaving than entering as near to what it feeds as may be."""
    count = len(rank)
    leaving = np.bincount(source, minlength=count)
    ends = target[np.argsort(source, kind="stable")].tolist()
    start = np.concatenate(([0], np.cumsum(leaving))).tolist()
    gaining = leaving > np.bincount(target, minlength=count)
    last_first = np.argsort(-rank, kind="stable")
    moved = rank.tolist()
    for node in last_first[gaining[last_first]].tolist():
        moved[node] = min(moved[end] for end in ends[start[node] : start[node + 1]]) - 1
    return np.array(moved, np.int64)


def _best_shift(gain: Ints, before: Ints, after: Ints) -> Bools | None:
    """The set of nodes with the greatest gain that holds `after` wherever it holds `before`."""
    count = len(gain)
    inner, outer = count, count + 1
    win, lose = np.flatnonzero(gain > 0), np.flatnonzero(gain < 0)
    row = np.concatenate((np.full(len(win), inner), lose, before))
    column = np.concatenate((win, np.full(len(lose), outer), after))
    most = np.full(len(before), np.iinfo(np.int32).max // 4)
    capacity = csr_array(
        (np.concatenate((gain[win], -gain[lose], most)).astype(np.int32), (row, column)),
        shape=(count + 2, count + 2),
    )
    found = maximum_flow(capacity, inner, outer)
    if found.flow_value == gain[win].sum():
        return None
    left = csr_array(capacity - found.flow)
    left.data = (left.data > 0).astype(np.int32)
    left.eliminate_zeros()
    chosen = np.zeros(count + 2, bool)
    chosen[breadth_first_order(left, inner, return_predecessors=False)] = True
    return chosen[:count]


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
            rank[end] = max(rank[end], after)
            left[end] -= 1
            if left[end] == 0:
                ready.append(end)
    return np.array(rank, np.int64)
