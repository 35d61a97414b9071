"""Local search: each node to the best place in its layer, seen from both sides."""

from __future__ import annotations

import numpy as np

from .proper import Bools, Floats, Ints, Proper

# A layer with more segments than this on one side would need too large a table.
MOST_SEGMENTS = 1_500


def sift(graph: Proper, position: Ints, active: Bools, passes: int = 8) -> Ints:
    """Moves nodes where they cross least while their neighbours' layers stand still.

    Every move lowers the number of crossings, so the passes can stop at any time.
    """
    position = position.copy()
    at = graph.nodes_at
    order = np.empty(len(position), np.int64)
    order[at[graph.layer] + position] = np.arange(len(position))
    for turn in range(passes):
        layers = range(graph.layers) if turn % 2 == 0 else range(graph.layers - 1, -1, -1)
        moved = False
        for layer in layers:
            nodes = order[at[layer] : at[layer + 1]]
            belongs = graph.part[nodes]
            cut = np.flatnonzero(np.concatenate(([True], belongs[1:] != belongs[:-1])))
            for low, high in zip(cut.tolist(), [*cut[1:].tolist(), len(nodes)], strict=True):
                if high - low < 2 or not active[belongs[low]]:
                    continue
                table = _table(graph, position, layer, low, high)
                if table is None:
                    continue
                arranged = _arrange(table)
                if arranged is not None:
                    moved = True
                    nodes[low:high] = nodes[low:high][arranged]
                    position[nodes[low:high]] = np.arange(low, high)
        if not moved:
            break
    return position


def _table(graph: Proper, position: Ints, layer: int, low: int, high: int) -> Floats | None:
    """Cost of each node before each other one, less the cost of the other way round."""
    table = np.zeros((high - low, high - low))
    for down in (True, False):
        if down:
            if layer == 0:
                continue
            part = slice(graph.segments_at[layer - 1], graph.segments_at[layer])
            slot = position[graph.target[part]]
            end = position[graph.source[part]] + graph.leave[part]
        else:
            part = slice(graph.segments_at[layer], graph.segments_at[layer + 1])
            slot = position[graph.source[part]]
            end = position[graph.target[part]] + graph.arrive[part]
        inside = np.flatnonzero((slot >= low) & (slot < high))
        if len(inside) > MOST_SEGMENTS:
            return None
        if len(inside) < 2:
            continue
        inside = inside[np.argsort(slot[inside], kind="stable")]
        slot, end = slot[inside] - low, end[inside]
        weight = graph.weight[part][inside]
        begin = np.flatnonzero(np.concatenate(([True], slot[1:] != slot[:-1])))
        sign = np.sign(end[:, None] - end[None, :]) * (weight[:, None] * weight[None, :])
        cost = np.add.reduceat(np.add.reduceat(sign, begin, axis=0), begin, axis=1)
        here = slot[begin]
        table[np.ix_(here, here)] += cost
    return table


def _arrange(table: Floats) -> Ints | None:
    """An order (indices into the old one) in which no single move saves anything, or None."""
    order: Ints | None = None
    used = np.zeros(len(table), bool)
    sums = np.zeros((len(table), len(table) + 1))
    for _ in range(4 * len(table)):
        np.cumsum(table, axis=1, out=sums[:, 1:])
        # Standing before the k-th node saves sums[i, k] - sums[i, i].
        best = sums.argmax(axis=1)
        index = np.arange(len(table))
        gain = sums[index, best] - sums[index, index]
        gaining = np.flatnonzero(gain > 1e-9)
        if len(gaining) == 0:
            break
        # The best moves whose ranges do not touch add up exactly.
        used[:] = False
        turn = np.arange(len(table))
        for node in gaining[np.argsort(-gain[gaining], kind="stable")].tolist():
            goal = int(best[node])
            low, high = (goal, node + 1) if goal < node else (node, goal)
            if used[low:high].any():
                continue
            used[low:high] = True
            turn[low:high] = (
                [node, *range(low, high - 1)] if goal < node else [*range(low + 1, high), node]
            )
        table = table[np.ix_(turn, turn)]
        order = turn if order is None else order[turn]
    return order
