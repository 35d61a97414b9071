"""The order of nodes inside each layer, with few crossings."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import depth_first_order

from .crossings import crossings_by_part
from .proper import Bools, Floats, Ints, Proper
from .sift import sift


def order_nodes(graph: Proper, hint: Floats | None = None) -> Ints:
    """The position of each node in its layer, counted from the top.

    Args:
        graph: The layered graph.
        hint: A vertical position for real nodes that were drawn before, else nan; these keep
            their relative order inside a layer.
    """
    parts = int(graph.part.max()) + 1 if len(graph.part) else 0
    starts = [_walk_key(graph)]
    starts += _diffusion_keys(graph)
    best = np.zeros(0, np.int64)
    best_crossed = np.full(parts, np.inf)
    rounds = 12 if len(graph.layer) < 20_000 else 6 if len(graph.layer) < 100_000 else 2
    for index, key in enumerate(starts):
        position = _positions(graph, key)
        crossed = crossings_by_part(graph, position, parts)
        best, best_crossed = _keep(graph, best, best_crossed, position, crossed)
        for sweep in range(rounds):
            if not best_crossed.any():
                return best
            position = _sweep(graph, position, down=sweep % 2 == 0, median=index % 2 == 0)
            crossed = crossings_by_part(graph, position, parts)
            best, best_crossed = _keep(graph, best, best_crossed, position, crossed)
    return sift(graph, best, best_crossed > 0)


def _keep(
    graph: Proper, best: Ints, best_crossed: Floats, position: Ints, crossed: Floats
) -> tuple[Ints, Floats]:
    if len(best) == 0:
        return position.copy(), crossed
    better = crossed < best_crossed
    return np.where(better[graph.part], position, best), np.minimum(crossed, best_crossed)


def _positions(graph: Proper, key: Floats) -> Ints:
    """Turns any vertical key into positions; parts stay together, in one order everywhere."""
    order = np.lexsort((np.arange(len(key)), key, graph.part, graph.layer))
    position = np.empty(len(key), np.int64)
    position[order] = np.arange(len(key)) - graph.nodes_at[graph.layer[order]]
    return position


def _along_chains(graph: Proper, key: Floats, source: Ints, target: Ints) -> Floats:
    """Extends a key of real nodes to virtual ones, on a straight line."""
    links = graph.links
    chain = np.repeat(np.arange(len(links)), links)
    share = (np.arange(len(chain)) - np.repeat(graph.first - graph.real, links) + 1) / (
        links[chain] + 1
    )
    between = key[source[chain]] * (1 - share) + key[target[chain]] * share
    return np.concatenate((key, between))


def _chain_ends(graph: Proper) -> tuple[Ints, Ints]:
    """Source and target (real) of each chain, from the segments."""
    after = np.full(len(graph.layer), -1)
    virtual = graph.source >= graph.real
    after[graph.source[virtual]] = graph.target[virtual]
    before = np.full(len(graph.layer), -1)
    virtual = graph.target >= graph.real
    before[graph.target[virtual]] = graph.source[virtual]
    long = graph.links > 0
    first = np.where(long, graph.first, 0)
    last = np.where(long, graph.first + graph.links - 1, 0)
    return before[first], after[last]


def _walk_key(graph: Proper) -> Floats:
    """Depth-first numbers: neighbours of one node come out together, trees without crossings."""
    count = len(graph.layer)
    # An extra node joins the parts, so that one walk sees them all.
    _, heads = np.unique(graph.part[: graph.real], return_index=True)
    row = np.concatenate((graph.source, np.full(len(heads), count)))
    column = np.concatenate((graph.target, heads))
    links = csr_array((np.ones(len(row)), (row, column)), shape=(count + 1, count + 1))
    walk = depth_first_order(links, count, directed=False, return_predecessors=False)
    key = np.empty(count + 1)
    key[walk] = np.arange(count + 1)
    return key[:-1]


def _diffusion_keys(graph: Proper) -> list[Floats]:
    """Heights at which neighbours are close: rounds of averaging, flattened along the layers."""
    count = len(graph.layer)
    row = np.concatenate((graph.source, graph.target))
    column = np.concatenate((graph.target, graph.source))
    adjacency = csr_array((np.ones(len(row)), (row, column)), shape=(count, count))
    degree = np.maximum(np.bincount(row, minlength=count), 1)
    layer = graph.layer - graph.layer.mean()
    spread = float(layer @ layer) or 1.0
    keys = []
    key = _walk_key(graph)
    rounds = 300 if count < 20_000 else 60 if count < 100_000 else 20
    for _ in range(rounds):
        key = key - key.mean()
        key = key - layer * (float(layer @ key) / spread)
        key = key / (np.abs(key).max() or 1.0)
        key = 0.3 * key + 0.7 * (adjacency @ key) / degree
    keys.append(key)
    return keys


def _sweep(graph: Proper, position: Ints, *, down: bool, median: bool) -> Ints:
    """Sorts each layer by the middle of its neighbours in the layer before (or after) it."""
    position = position.copy()
    at, segments = graph.nodes_at, graph.segments_at
    layers = range(1, graph.layers) if down else range(graph.layers - 2, -1, -1)
    order = np.empty(len(position), np.int64)
    order[at[graph.layer] + position] = np.arange(len(position))
    for layer in layers:
        if down:
            part = slice(segments[layer - 1], segments[layer])
            here, end = graph.target[part], position[graph.source[part]] + graph.leave[part]
        else:
            part = slice(segments[layer], segments[layer + 1])
            here, end = graph.source[part], position[graph.target[part]] + graph.arrive[part]
        if len(here) == 0:
            continue
        slot = position[here]
        size = int(at[layer + 1] - at[layer])
        weight = graph.weight[part]
        if median:
            key, held = _medians(slot, end, size)
        else:
            total = np.bincount(slot, weights=weight, minlength=size)
            held = total > 0
            key = np.bincount(slot, weights=weight * end, minlength=size) / np.maximum(total, 1e-9)
        movable = np.flatnonzero(held)
        # Nodes without neighbours on that side stay in their slots.
        nodes = order[at[layer] : at[layer + 1]]
        nodes[movable] = nodes[movable[np.argsort(key[movable], kind="stable")]]
        position[nodes] = np.arange(size)
    return position


def _medians(slot: Ints, end: Floats, size: int) -> tuple[Floats, Bools]:
    order = np.lexsort((end, slot))
    sorted_end = end[order]
    count = np.bincount(slot, minlength=size)
    begin = np.cumsum(count) - count
    held = count > 0
    low = np.minimum(begin + np.maximum(count - 1, 0) // 2, len(end) - 1)
    high = np.minimum(begin + count // 2, len(end) - 1)
    return (sorted_end[low] + sorted_end[high]) / 2, held
