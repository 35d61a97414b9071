"""Counting the crossings of an order."""

from __future__ import annotations

import numpy as np

from .proper import Floats, Ints, Proper


def crossings_by_part(graph: Proper, position: Ints, parts: int) -> Floats:
    """How many pairs of segments cross, for each part; bundled edges count by their weight.

    One pass over all layers: segments are put in the order of their starts, and the inversions
    of their ends are counted bit by bit, from the highest, each bit splitting the groups that the
    bits above have made.
    """
    crossed = np.zeros(parts)
    if len(graph.source) < 2:
        return crossed
    start = position[graph.source] + graph.leave
    end = position[graph.target] + graph.arrive
    gap = graph.layer[graph.source]
    value = _dense_rank(gap, end)
    order = np.lexsort((value, start, gap))
    value = value[order]
    weight = graph.weight[order]
    part = graph.part[graph.source][order]
    for bit in range(int(value.max()).bit_length() - 1, -1, -1):
        high = (value >> bit) & 1 == 1
        group = value >> (bit + 1)
        fresh = np.concatenate(([True], group[1:] != group[:-1]))
        begin = np.flatnonzero(fresh)
        which = np.cumsum(fresh) - 1
        passed = np.concatenate(([0.0], np.cumsum(np.where(high, weight, 0.0))))
        before = passed[:-1] - passed[begin][which]
        low = ~high
        crossed += np.bincount(part[low], weights=(weight * before)[low], minlength=parts)
        # Stable split of every group: low ones first.
        zeros = np.cumsum(low)
        zeros_before = zeros - low
        zeros_in = np.add.reduceat(low.astype(np.int64), begin)[which]
        rank_low = zeros_before - zeros_before[begin][which]
        rank_high = (np.arange(len(value)) - begin[which]) - rank_low
        place = begin[which] + np.where(low, rank_low, zeros_in + rank_high)
        moved = np.empty_like(value)
        moved[place] = value
        value = moved
        moved_weight = np.empty_like(weight)
        moved_weight[place] = weight
        weight = moved_weight
        moved_part = np.empty_like(part)
        moved_part[place] = part
        part = moved_part
    return crossed


def _dense_rank(gap: Ints, end: Floats) -> Ints:
    """Numbers the ends by layer and place; equal ends get equal numbers, so they do not cross."""
    order = np.lexsort((end, gap))
    sorted_gap, sorted_end = gap[order], end[order]
    fresh = np.concatenate(
        ([False], (sorted_gap[1:] != sorted_gap[:-1]) | (sorted_end[1:] != sorted_end[:-1]))
    )
    value = np.empty(len(end), np.int64)
    value[order] = np.cumsum(fresh)
    return value
