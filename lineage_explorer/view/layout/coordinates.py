"""Vertical coordinates: long edges straight, nodes near their neighbours, nothing overlapping."""

from __future__ import annotations

import numpy as np
from scipy.optimize import isotonic_regression

from .proper import Floats, Ints, Proper

# Parts are placed in one pass; this distance keeps them from pushing each other.
APART = 1e9


def place(graph: Proper, position: Ints, height: Floats, gap: float, rounds: int = 24) -> Floats:
    """Top edge of each node; every part has its own origin.

    Args:
        graph: The layered graph.
        position: Position of each node in its layer.
        height: Height of each node, real and virtual.
        gap: Least distance between two nodes of one layer.
    """
    count = len(graph.layer)
    order = np.empty(count, np.int64)
    order[graph.nodes_at[graph.layer] + position] = np.arange(count)
    virtual = np.arange(count) >= graph.real
    both = virtual[graph.source].astype(int) + virtual[graph.target]
    weight = np.array([1.0, 2.0, 8.0])[both]
    offset = _offsets(graph, order, height, gap)
    top = offset.copy()
    # From the top of the source to the top of the target when the segment is level.
    level = graph.leave * height[graph.source] - graph.arrive * height[graph.target]
    for turn in range(rounds):
        down = turn % 2 == 0
        both_sides = turn >= rounds // 2
        layers = range(graph.layers) if down else range(graph.layers - 1, -1, -1)
        for layer in layers:
            _settle(graph, layer, order, position, offset, top, weight, level, down, both_sides)
    return top


def _offsets(graph: Proper, order: Ints, height: Floats, gap: float) -> Floats:
    """The least top of each node if its layer were stacked from zero; parts far apart."""
    step = height[order] + np.where(order >= graph.real, gap / 2, gap)
    total = np.cumsum(step) - step
    first = graph.nodes_at[graph.layer[order]]
    stacked = total - total[first]
    offset = np.empty(len(order))
    offset[order] = stacked
    return offset


def _settle(
    graph: Proper,
    layer: int,
    order: Ints,
    position: Ints,
    offset: Floats,
    top: Floats,
    weight: Floats,
    level: Floats,
    down: bool,
    both_sides: bool,
) -> None:
    """Moves one layer as near to its neighbours as the order and the gaps allow."""
    nodes = order[graph.nodes_at[layer] : graph.nodes_at[layer + 1]]
    wish = np.zeros(len(nodes))
    force = np.zeros(len(nodes))
    if layer > 0 and (down or both_sides):
        part = slice(graph.segments_at[layer - 1], graph.segments_at[layer])
        here = position[graph.target[part]]
        wish += np.bincount(
            here,
            weights=weight[part] * (top[graph.source[part]] + level[part]),
            minlength=len(nodes),
        )
        force += np.bincount(here, weights=weight[part], minlength=len(nodes))
    if layer < graph.layers - 1 and (not down or both_sides):
        part = slice(graph.segments_at[layer], graph.segments_at[layer + 1])
        here = position[graph.source[part]]
        wish += np.bincount(
            here,
            weights=weight[part] * (top[graph.target[part]] - level[part]),
            minlength=len(nodes),
        )
        force += np.bincount(here, weights=weight[part], minlength=len(nodes))
    free = force == 0
    wish = np.where(free, top[nodes], wish / np.where(free, 1, force))
    force = np.where(free, 1e-3, force)
    base = offset[nodes]
    shift = graph.part[nodes] * APART
    fitted = isotonic_regression(wish - base + shift, weights=force).x
    top[nodes] = fitted - shift + base
