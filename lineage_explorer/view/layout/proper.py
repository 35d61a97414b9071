"""The layered graph with virtual nodes, so that every segment spans one layer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Proper:
    """Real nodes first, then virtual ones; segments sorted by the layer they leave.

    Attributes:
        real: How many nodes are real.
        layer: Layer of each node.
        part: Weakly connected part of each node; parts never touch.
        nodes_at: Where each layer starts in an array of nodes sorted by layer.
        source: Start node of each segment, one layer left of its target.
        target: End node of each segment.
        leave: Where the segment leaves its source, 0 top to 1 bottom.
        arrive: Where it arrives at its target.
        weight: How many edges run in the segment.
        segments_at: Where the segments leaving each layer start.
        first: The first virtual node of each chain (the rest follow it in number).
        links: How many virtual nodes each chain has.
    """

    real: int
    layer: Ints
    part: Ints
    nodes_at: Ints
    source: Ints
    target: Ints
    leave: Floats
    arrive: Floats
    weight: Floats
    segments_at: Ints
    first: Ints
    links: Ints

    @property
    def layers(self) -> int:
        """How many layers there are."""
        return len(self.nodes_at) - 1


def insert_virtual(
    rank: Ints,
    part: Ints,
    source: Ints,
    target: Ints,
    leave: Floats,
    arrive: Floats,
    weight: Floats,
) -> Proper:
    """Cuts every chain (a distinct source and target, forward) into segments of one layer."""
    real = len(rank)
    span = rank[target] - rank[source]
    links = span - 1
    first = real + np.concatenate(([0], np.cumsum(links)))[:-1].astype(np.int64)
    chain = np.repeat(np.arange(len(source)), links)
    step = np.arange(len(chain)) - np.repeat(first - real, links)
    layer = np.concatenate((rank, rank[source[chain]] + 1 + step))
    parts = np.concatenate((part, part[source[chain]]))

    of = np.repeat(np.arange(len(source)), span)
    at = np.arange(len(of)) - np.repeat(np.cumsum(span) - span, span)
    last = at == span[of] - 1
    start = np.where(at == 0, source[of], first[of] + at - 1)
    end = np.where(last, target[of], first[of] + at)
    by_layer = np.argsort(layer[start], kind="stable")
    start, end = start[by_layer], end[by_layer]
    layers = int(layer.max()) + 1 if len(layer) else 0
    return Proper(
        real=real,
        layer=layer,
        part=parts,
        nodes_at=np.concatenate(([0], np.cumsum(np.bincount(layer, minlength=layers)))),
        source=start,
        target=end,
        leave=np.where(at == 0, leave[of], 0.5)[by_layer],
        arrive=np.where(last, arrive[of], 0.5)[by_layer],
        weight=weight[of][by_layer],
        segments_at=np.concatenate(([0], np.cumsum(np.bincount(layer[start], minlength=layers)))),
        first=first,
        links=links,
    )
