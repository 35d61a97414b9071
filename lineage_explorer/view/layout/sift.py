"""Local search: each node to the best place in its layer, seen from both sides."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from .proper import Bools, Floats, Ints, Proper

# Dearer than any number of crossings.
FORBIDDEN = 1e9


class Effort:
    """Counts work done, in table cells, so that stopping does not depend on a clock."""

    def __init__(self, most: float) -> None:
        self.most = most
        self.spent = 0.0

    @property
    def over(self) -> bool:
        """Whether the work allowed has been done."""
        return self.spent >= self.most


def sift(
    graph: Proper,
    position: Ints,
    active: Bools,
    effort: Effort,
    *,
    passes: int = 20,
    window: int = 128,
    fixed: Floats | None = None,
) -> Ints:
    """Moves nodes where they cross least while their neighbours' layers stand still.

    Every move lowers the number of crossings, so the search can stop at any time. Wide layers are
    searched in windows, which are cut at other places in every pass.

    Args:
        graph: The layered graph.
        position: The order to begin with.
        active: Parts to work on.
        effort: What may be spent.
        passes: How often to go through the layers.
        window: How many nodes of a layer are compared with each other at once.
        fixed: Heights of nodes whose relative order must stay as it is, nan for free ones.
    """
    position = position.copy()
    at = graph.nodes_at
    order = np.empty(len(position), np.int64)
    order[at[graph.layer] + position] = np.arange(len(position))
    stale = np.ones(graph.layers + 1, bool)
    for turn in range(passes):
        layers = range(graph.layers) if turn % 2 == 0 else range(graph.layers - 1, -1, -1)
        moved = False
        for layer in layers:
            if effort.over:
                return position
            nodes = order[at[layer] : at[layer + 1]]
            if not stale[layer] or len(nodes) < 2:
                continue
            ranges, whole = _ranges(graph.part[nodes], active, window, turn)
            stale[layer] = not whole
            if _sift_layer(graph, position, layer, nodes, ranges, effort, fixed):
                moved = True
                stale[max(layer - 1, 0)] = stale[layer + 1] = True
        if not moved:
            break
    return position


def _sift_layer(
    graph: Proper,
    position: Ints,
    layer: int,
    nodes: Ints,
    ranges: list[tuple[int, int]],
    effort: Effort,
    fixed: Floats | None,
) -> bool:
    """Rearranges one layer in place; whether anything moved."""
    changed = False
    sides = _sides(graph, position, layer)
    for low, high in ranges:
        table = _table(sides, low, high)
        if fixed is not None:
            height = fixed[nodes[low:high]]
            table += FORBIDDEN * np.nan_to_num(np.sign(height[:, None] - height[None, :]))
        arranged = _arrange(table, effort)
        if arranged is not None:
            changed = True
            nodes[low:high] = nodes[low:high][arranged]
            position[nodes[low:high]] = np.arange(low, high)
    return changed


def _ranges(
    part: Ints, active: Bools, window: int, turn: int
) -> tuple[list[tuple[int, int]], bool]:
    """The stretches of a layer to search, and whether they are whole parts."""
    cut = np.flatnonzero(part[1:] != part[:-1]) + 1
    begin = [0, *cut.tolist()]
    ranges: list[tuple[int, int]] = []
    whole = True
    for low, high in zip(begin, [*begin[1:], len(part)], strict=True):
        if high - low < 2 or not active[part[low]]:
            continue
        if high - low <= window:
            ranges.append((low, high))
            continue
        whole = False
        shift = (turn % 3) * window // 3
        edges = [low, *range(low + window - shift, high, window), high]
        ranges += [(a, b) for a, b in pairwise(edges) if b - a > 1]
    return ranges, whole


_Side = tuple[Ints, Floats, Floats, Ints]


def _sides(graph: Proper, position: Ints, layer: int) -> list[_Side]:
    """For both neighbouring layers: slots, far ends and weights of segments, sorted by slot."""
    sides = []
    for before in (True, False):
        at = layer - before
        if at < 0 or at >= graph.layers - 1:
            continue
        part = slice(graph.segments_at[at], graph.segments_at[at + 1])
        if before:
            slot = position[graph.target[part]]
            end = position[graph.source[part]] + graph.leave[part]
        else:
            slot = position[graph.source[part]]
            end = position[graph.target[part]] + graph.arrive[part]
        order = np.argsort(slot, kind="stable")
        size = int(graph.nodes_at[layer + 1] - graph.nodes_at[layer])
        starts = np.zeros(size + 1, np.int64)
        np.cumsum(np.bincount(slot, minlength=size), out=starts[1:])
        sides.append((slot[order], end[order], graph.weight[part][order], starts))
    return sides


def _table(sides: list[_Side], low: int, high: int) -> Floats:
    """Cost of each node before each other one, less the cost of the other way round."""
    table = np.zeros((high - low, high - low))
    for slots, ends, weights, starts in sides:
        inside = slice(int(starts[low]), int(starts[high]))
        slot, end, weight = slots[inside], ends[inside], weights[inside]
        if len(slot) < 2:
            continue
        begin = np.flatnonzero(np.concatenate(([True], slot[1:] != slot[:-1])))
        cost = np.sign(end[:, None] - end[None, :])
        if weight.max() > 1:
            cost *= weight[:, None] * weight[None, :]
        if len(begin) < len(slot):
            cost = np.add.reduceat(np.add.reduceat(cost, begin, axis=0), begin, axis=1)
        here = slot[begin] - low
        if len(here) == len(table):
            table += cost
        else:
            table[np.ix_(here, here)] += cost
    return table


def _arrange(table: Floats, effort: Effort) -> Ints | None:
    """An order (indices into the old one) in which no single move saves anything, or None."""
    size = len(table)
    order: Ints | None = None
    sums = np.zeros((size, size + 1))
    index = np.arange(size)
    # What a table costs, in cells: building it, and the fixed price of the calls.
    effort.spent += 8_000 + 4 * size * size
    for _ in range(size):
        effort.spent += 3_000 + 2 * size * size
        np.cumsum(table, axis=1, out=sums[:, 1:])
        # Standing before the k-th node saves sums[i, k] - sums[i, i].
        best = sums.argmax(axis=1)
        gain = sums[index, best] - sums[index, index]
        gaining = np.flatnonzero(gain > 1e-9)
        if len(gaining) == 0:
            break
        # The best moves whose ranges do not touch add up exactly.
        used = np.zeros(size, bool)
        turn = index.copy()
        for node in gaining[np.argsort(-gain[gaining], kind="stable")].tolist():
            goal = int(best[node])
            low, high = (goal, node + 1) if goal < node else (node, goal)
            if used[low:high].any():
                continue
            used[low:high] = True
            if goal < node:
                turn[low], turn[low + 1 : high] = node, index[low : high - 1]
            else:
                turn[high - 1], turn[low : high - 1] = node, index[low + 1 : high]
        table = table[np.ix_(turn, turn)]
        order = turn if order is None else order[turn]
    return order
