"""Vertical coordinates: long edges straight, nodes near their neighbours, nothing overlapping."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import isotonic_regression, linprog
from scipy.sparse import block_diag, csr_array

from .proper import Floats, Ints, Proper

# Parts are placed in one pass; this distance keeps them from pushing each other.
APART = 1e9
# Up to this many neighbours in layers, and nodes with virtual ones, the programme is solved ...
EXACT_PAIRS, EXACT_NODES = 4_500, 40_000
# ... and up to this many nodes twice, to centre.
CENTRED_NODES = 1_000
# Layers settled one by one in all rounds together.
MOST_SETTLED = 3_000
# How much a segment wants to be level, by how many of its ends are virtual.
STRAIGHT = np.array([100.0, 200.0, 800.0])
# How much a node wants to be where it was before: less than any edge.
RECALL = 20.0


def place(
    graph: Proper, position: Ints, height: Floats, gap: float, hint: Floats | None = None
) -> Floats:
    """Top edge of each node; every part has its own origin.

    The sum of weighted vertical distances along segments is made least, subject to the order and
    the gaps: the linear programme that Graphviz solves, here as a flow through its dual. Where
    several placings are equally short, the mean of the highest and the lowest is taken, which
    centres a node among its neighbours. Graphs too large for that are settled layer by layer.

    Args:
        graph: The layered graph.
        position: Position of each node in its layer.
        height: Height of each node, real and virtual.
        gap: Least distance between two nodes of one layer; half of it beside a virtual node.
        hint: Where real nodes were before, nan for new ones: a weak pull towards there.
    """
    count = len(graph.layer)
    order = np.empty(count, np.int64)
    order[graph.nodes_at[graph.layer] + position] = np.arange(count)
    upper, lower = order[:-1], order[1:]
    beside = (graph.layer[upper] == graph.layer[lower]) & (graph.part[upper] == graph.part[lower])
    upper, lower = upper[beside], lower[beside]
    narrow = (upper >= graph.real) | (lower >= graph.real)
    least = height[upper] + np.where(narrow, gap / 2, gap)
    # From the top of the source to the top of the target when the segment is level.
    level = graph.leave * height[graph.source] - graph.arrive * height[graph.target]
    weight = _weights(graph)
    if len(upper) <= EXACT_PAIRS and count <= EXACT_NODES:
        tilts = (1.0, -1.0) if count <= CENTRED_NODES else (0.0,)
        springs = _Springs.of(graph, level, weight, hint)
        found = _shortest(springs, upper, lower, least, tilts)
        if found is not None:
            return np.asarray(np.mean(found, axis=0), np.float64)[:count]
    offset = _stacked(order, lower, least)
    return _settled(graph, position, order, offset, level, weight)


def _weights(graph: Proper) -> Floats:
    """Long edges straightest; else the fewer edges share an end, the rather they are level."""
    count = len(graph.layer)
    virtual = (graph.source >= graph.real).astype(np.int64) + (graph.target >= graph.real)
    leaving = np.bincount(graph.source, minlength=count)[graph.source]
    arriving = np.bincount(graph.target, minlength=count)[graph.target]
    return STRAIGHT[virtual] + 25.0 / leaving + 20.0 / arriving


@dataclass(frozen=True)
class _Springs:
    """What pulls two nodes towards a given vertical distance.

    Every part has one more node, which no order binds. The part hangs on it, or it could slide
    away; and where heights are known from before, it pulls known nodes back to them.
    """

    count: int
    anchors: Ints
    source: Ints
    target: Ints
    level: Floats
    weight: Floats

    @classmethod
    def of(cls, graph: Proper, level: Floats, weight: Floats, hint: Floats | None) -> _Springs:
        count = len(graph.layer)
        parts, heads = np.unique(graph.part, return_index=True)
        anchors = count + np.arange(len(parts))
        if hint is None:
            held, pull, rest = heads, np.ones(len(heads)), np.zeros(len(heads))
        else:
            known = np.flatnonzero(~np.isnan(hint))
            held = np.concatenate((heads, known))
            pull = np.concatenate((np.full(len(heads), 1e-3), np.full(len(known), RECALL)))
            rest = np.concatenate((np.zeros(len(heads)), hint[known]))
        return cls(
            count + len(parts),
            anchors,
            np.concatenate((graph.source, anchors[graph.part[held]])),
            np.concatenate((graph.target, held)),
            np.concatenate((level, rest)),
            np.concatenate((weight, pull)),
        )


def _shortest(
    springs: _Springs, upper: Ints, lower: Ints, least: Floats, tilts: tuple[float, ...]
) -> list[Floats] | None:
    """Placings of least weighted length; a tilt chooses between equals.

    All are one programme in parts that share nothing: calling the solver costs more than a small
    part of it does.
    """
    count, pairs, pulls = springs.count, len(upper), len(springs.source)
    arcs = np.arange(pairs + pulls)
    incidence = csr_array(
        (
            np.repeat((1.0, -1.0), pairs + pulls),
            (
                np.concatenate((upper, springs.source, lower, springs.target)),
                np.concatenate((arcs, arcs)),
            ),
        ),
        shape=(count, pairs + pulls),
    )
    free = np.ones(count, bool)
    free[springs.anchors] = False
    held = incidence[np.flatnonzero(free)]
    bounds = np.column_stack(
        (
            np.concatenate((np.zeros(pairs), -springs.weight)),
            np.concatenate((np.full(pairs, np.inf), springs.weight)),
        )
    )
    result = linprog(  # type: ignore[call-overload]  # the stubs do not know sparse matrices
        np.tile(-np.concatenate((least, springs.level)), len(tilts)),
        A_eq=block_diag([held] * len(tilts), format="csr"),
        b_eq=np.repeat(np.array(tilts) * 0.3 / count, int(free.sum())),
        bounds=np.tile(bounds, (len(tilts), 1)),
        method="highs-ds",
    )
    if result.status != 0:
        return None
    tops = []
    for marginals in np.split(result.eqlin.marginals, len(tilts)):
        top = np.zeros(count)
        top[free] = marginals
        signs = (
            sign
            for sign in (1.0, -1.0)
            if bool((sign * (top[lower] - top[upper]) >= least - 1e-6).all())
        )
        sign = next(signs, 0.0)
        if not sign:
            return None
        # The solver's last digits rounded away, so that level is exactly level.
        tops.append(np.round(sign * top, 6))
    return tops


def _stacked(order: Ints, lower: Ints, least: Floats) -> Floats:
    """The least top of each node if its part of the layer were stacked from zero."""
    step = np.zeros(len(order))
    step[lower] = least
    head = np.ones(len(order), bool)
    head[lower] = False
    total = np.cumsum(step[order])
    begin = np.maximum.accumulate(np.where(head[order], np.arange(len(order)), 0))
    offset = np.empty(len(order))
    offset[order] = total - total[begin]
    return offset


def _settled(
    graph: Proper,
    position: Ints,
    order: Ints,
    offset: Floats,
    level: Floats,
    weight: Floats,
) -> Floats:
    """Layer by layer, each as near to its neighbours as order and gaps allow."""
    top = offset.copy()
    rounds = min(12 if len(order) < 50_000 else 6, max(2, MOST_SETTLED // graph.layers))
    for turn in range(rounds):
        right = turn % 2 == 0
        both = turn >= rounds // 3
        layers = range(graph.layers) if right else range(graph.layers - 1, -1, -1)
        for layer in layers:
            nodes = order[graph.nodes_at[layer] : graph.nodes_at[layer + 1]]
            wish, force = np.zeros(len(nodes)), np.zeros(len(nodes))
            for before in (True, False):
                at = layer - before
                if at < 0 or at >= graph.layers - 1 or not (both or before == right):
                    continue
                part = slice(graph.segments_at[at], graph.segments_at[at + 1])
                if before:
                    here = position[graph.target[part]]
                    goal = top[graph.source[part]] + level[part]
                else:
                    here = position[graph.source[part]]
                    goal = top[graph.target[part]] - level[part]
                wish += np.bincount(here, weights=weight[part] * goal, minlength=len(nodes))
                force += np.bincount(here, weights=weight[part], minlength=len(nodes))
            free = force == 0
            wish = np.where(free, top[nodes], wish / np.where(free, 1.0, force))
            base, shift = offset[nodes], graph.part[nodes] * APART
            fitted = isotonic_regression(wish - base + shift, weights=np.where(free, 1e-3, force)).x
            top[nodes] = fitted - shift + base
    return top
