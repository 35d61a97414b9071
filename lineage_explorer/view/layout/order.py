"""The order of nodes inside each layer, with few crossings."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, depth_first_order

from .crossings import crossings_by_part
from .proper import Bools, Floats, Ints, Proper
from .sift import Effort, sift

# Work allowed, in table cells of about 10 ns: by node, and in all.
EFFORT_EACH, EFFORT_MOST = 8_000.0, 10e6
# Graphs of fewer nodes are searched less, down to half: they are drawn as quickly as asked for.
FULL_SEARCH = 400
# Rounds of averaging between two searches, in turn: far ones open new orders, near ones mend.
SPREAD = (40, 10, 40, 20)
# After so many searches in vain the rest is not worth the wait.
PATIENCE = 3


def order_nodes(graph: Proper, hint: Floats | None = None) -> Ints:
    """The position of each node in its layer, counted from the top.

    Heights are smoothed along the edges, turned into an order, and the order is improved by
    sifting; smoothed again from there, and so on, while that helps and work is left. The best
    order of every part is kept.

    Args:
        graph: The layered graph.
        hint: A vertical position for real nodes that were drawn before, else nan; these keep
            their relative order inside a layer.
    """
    parts = int(graph.part.max()) + 1
    averages = _averages(graph)
    searched = min(1.0, max(0.5, len(graph.layer) / FULL_SEARCH))
    effort = Effort(min(EFFORT_EACH * searched * len(graph.layer), EFFORT_MOST))
    if hint is not None:
        known = np.concatenate((hint, np.full(len(graph.layer) - graph.real, np.nan)))
        position = _positions(graph, _extended(averages, known))
        return sift(graph, position, np.ones(parts, bool), effort, fixed=known)
    position = _positions(graph, _walk(graph))
    best, crossed = position, crossings_by_part(graph, position, parts)
    large = len(graph.layer) > 20_000
    position = _positions(graph, _smoothed(graph, averages, position, 20 if large else 300))
    stale = 0
    for turn in range(40):
        active = crossed > 0
        if not active.any():
            break
        if large and turn == 0:
            position = _sweep(graph, _sweep(graph, position, right=True), right=False)
        position = sift(graph, position, active, effort)
        now = crossings_by_part(graph, position, parts)
        effort.spent += 100_000 + 60 * len(position)  # the count, and the smoothing below
        better = now < crossed
        stale = 0 if better.any() else stale + 1
        best = np.where(better[graph.part], position, best)
        crossed = np.minimum(crossed, now)
        if effort.over or stale == PATIENCE:
            break
        rounds = SPREAD[turn % len(SPREAD)]
        position = _positions(graph, _smoothed(graph, averages, position, rounds))
    return best


def _positions(graph: Proper, key: Floats) -> Ints:
    """Turns any vertical key into positions; parts stay together, in one order everywhere."""
    order = np.lexsort((key, graph.part, graph.layer))
    position = np.empty(len(key), np.int64)
    position[order] = np.arange(len(key)) - graph.nodes_at[graph.layer[order]]
    return position


def _walk(graph: Proper) -> Floats:
    """Depth-first numbers: neighbours of one node come out together, trees without crossings."""
    count = len(graph.layer)
    # An extra node joins the parts, so that one walk sees them all.
    joined = csr_array((np.ones(len(graph.source)), (graph.source, graph.target)), (count, count))
    _, part = connected_components(joined, directed=False)
    _, heads = np.unique(part, return_index=True)
    row = np.concatenate((graph.source, np.full(len(heads), count)))
    column = np.concatenate((graph.target, heads))
    links = csr_array((np.ones(len(row)), (row, column)), shape=(count + 1, count + 1))
    walk = depth_first_order(links, count, directed=False, return_predecessors=False)
    key = np.empty(count + 1)
    key[walk] = np.arange(count + 1)
    return key[:-1]


def _averages(graph: Proper) -> csr_array:
    """The matrix that moves every node most of the way to the mean of its neighbours."""
    count = len(graph.layer)
    row = np.concatenate((graph.source, graph.target))
    column = np.concatenate((graph.target, graph.source))
    degree = np.bincount(row, minlength=count)
    stay = np.arange(count)
    return csr_array(
        (
            np.concatenate((0.7 / degree[row], np.full(count, 0.3))),
            (np.concatenate((row, stay)), np.concatenate((column, stay))),
        ),
        shape=(count, count),
    )


def _smoothed(graph: Proper, averages: csr_array, position: Ints, rounds: int) -> Floats:
    """Heights after some rounds of averaging, from the present order."""
    parts = graph.part
    # Heights count from the middle of the part in that layer.
    cell = graph.layer * (int(parts.max()) + 1) + parts
    _, cell = np.unique(cell, return_inverse=True)
    size = np.bincount(cell)
    middle = np.bincount(cell, weights=position) / size
    key = position - middle[cell]
    members = np.bincount(parts)
    layer = graph.layer - (np.bincount(parts, weights=graph.layer) / members)[parts]
    spread = np.maximum(np.bincount(parts, weights=layer * layer), 1e-9)
    for turn in range(rounds):
        key = averages @ key
        if turn % 10 == 9:
            # What all nodes share, and what only follows the layers, says nothing about order.
            key -= (np.bincount(parts, weights=key) / members)[parts]
            key -= layer * (np.bincount(parts, weights=key * layer) / spread)[parts]
    return key


def _extended(averages: csr_array, known: Floats) -> Floats:
    """Known heights stay; the others become the mean of their neighbours."""
    given: Bools = ~np.isnan(known)
    key = np.where(given, known, known[given].mean())
    for _ in range(60):
        key = np.where(given, known, averages @ key)
    return key


def _sweep(graph: Proper, position: Ints, *, right: bool) -> Ints:
    """Sorts each layer by the mean of its neighbours in the layer before (or after) it."""
    position = position.copy()
    at, segments = graph.nodes_at, graph.segments_at
    layers = range(1, graph.layers) if right else range(graph.layers - 2, -1, -1)
    order = np.empty(len(position), np.int64)
    order[at[graph.layer] + position] = np.arange(len(position))
    for layer in layers:
        part = slice(segments[layer - right], segments[layer - right + 1])
        if right:
            slot, end = graph.target[part], position[graph.source[part]] + graph.leave[part]
        else:
            slot, end = graph.source[part], position[graph.target[part]] + graph.arrive[part]
        slot = position[slot]
        size = int(at[layer + 1] - at[layer])
        weight = graph.weight[part]
        total = np.bincount(slot, weights=weight, minlength=size)
        movable = np.flatnonzero(total > 0)
        key = np.bincount(slot, weights=weight * end, minlength=size)[movable] / total[movable]
        # Nodes without neighbours on that side stay in their slots.
        nodes = order[at[layer] : at[layer + 1]]
        nodes[movable] = nodes[movable[np.argsort(key, kind="stable")]]
        position[nodes] = np.arange(size)
    return position
