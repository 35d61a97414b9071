"""Facts that spread along edges: the least fixed point, and how a fact came where it is.

A node's facts are the bits of an integer. Along an edge go all facts of its source but those the
edge does not keep. So every edge is monotone and the smallest solution exists, with cycles as well;
it is the same whatever the order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse import csgraph

from lineage_explorer.residency.per_node import PerNode

Ints = npt.NDArray[np.int64]
ALL = -1
"""Of an edge that keeps all facts: every bit."""


@dataclass(frozen=True, eq=False)
class Web:
    """A graph whose edges may keep some facts back.

    Attributes:
        size: how many nodes there are.
        source: of each edge, the node it leaves.
        target: of each edge, the node it enters.
        keeps: edge number to the bits it lets through; edges not in it let all through.
    """

    size: int
    source: Ints
    target: Ints
    keeps: dict[int, int]

    @cached_property
    def _plain(self) -> npt.NDArray[np.bool_]:
        found = np.ones(len(self.source), np.bool_)
        found[list(self.keeps)] = False
        return found

    def spread(self, facts: Sequence[int]) -> list[int]:
        """The facts of every node, of those they begin with.

        >>> web = Web(3, np.array([0, 1, 2]), np.array([1, 2, 1]), {1: 0b01})
        >>> web.spread([0b11, 0b100, 0])
        [3, 7, 1]
        """
        part, order = self._parts
        held = [0] * len(order)
        for at, fact in zip(part.tolist(), facts, strict=True):
            held[at] |= fact
        starts, before = self._before
        masked = [
            (int(part[self.source[edge]]), int(part[self.target[edge]]), keep)
            for edge, keep in sorted(self.keeps.items())
        ]
        after: dict[int, list[tuple[int, int]]] = {}
        for source, target, keep in masked:
            after.setdefault(target, []).append((source, keep))
        changed = True
        while changed:
            changed = False
            for at in order:
                found = held[at]
                for source in before[starts[at] : starts[at + 1]]:
                    found |= held[source]
                for source, keep in after.get(at, ()):
                    found |= held[source] & keep
                if found != held[at]:
                    held[at] = found
                    changed = True
            changed = changed and bool(masked)  # without masks one pass in order is all
        return [held[at] for at in part.tolist()]

    @cached_property
    def _parts(self) -> tuple[Ints, list[int]]:
        """Of each node the number of its cycle, and those numbers in an order edges follow."""
        source, target = self.source[self._plain], self.target[self._plain]
        ones = np.ones(len(source), np.int8)
        matrix = sparse.csr_array((ones, (source, target)), shape=(self.size, self.size))
        count, part = csgraph.connected_components(matrix, connection="strong")
        numbers: Ints = part.astype(np.int64)
        return numbers, _order(count, numbers[source], numbers[target])

    @cached_property
    def _before(self) -> tuple[list[int], list[int]]:
        """Of each part, the parts with an edge into it that keeps all."""
        part, order = self._parts
        source, target = part[self.source[self._plain]], part[self.target[self._plain]]
        other = source != target
        ones = np.ones(int(other.sum()), np.int8)
        size = len(order)
        into = sparse.coo_array((ones, (target[other], source[other])), shape=(size, size)).tocsr()
        return into.indptr.tolist(), into.indices.tolist()

    def witness(self, facts: PerNode, bit: int) -> Witness:
        """How a fact came to the nodes that have it, by the fewest edges."""
        blocked = [edge for edge, keep in self.keeps.items() if not keep & bit]
        lets = np.ones(len(self.source), np.bool_)
        lets[blocked] = False
        first = facts.having(bit)
        root = self.size
        source = np.r_[self.source[lets], np.full(len(first), root)]
        target = np.r_[self.target[lets], first]
        matrix = sparse.csr_array(
            (np.ones(len(source), np.int8), (source, target)), shape=(root + 1, root + 1)
        )
        _, before = csgraph.breadth_first_order(matrix, root, directed=True)
        return Witness(before, root)


@dataclass(frozen=True, eq=False)
class Witness:
    """Of each node, the one a fact came from."""

    before: npt.NDArray[np.int32]
    root: int

    def before_of(self, node: int) -> int | None:
        """The node it came from; None where it begins, or never came."""
        before = int(self.before[node])
        return before if 0 <= before < self.root else None

    def begins(self, node: int) -> bool:
        """Whether it was given to this node."""
        return int(self.before[node]) == self.root

    def path(self, node: int) -> list[int]:
        """The nodes a fact passed, from its source to this one; empty if it never came here."""
        path, at = [], node
        while (before := self.before_of(at)) is not None:
            path.append(at)
            at = before
        return [at, *reversed(path)] if self.begins(at) else []


def _order(count: int, source: Ints, target: Ints) -> list[int]:
    """The numbers 0 … count - 1 so that every edge between two of them goes forward."""
    other = source != target
    source, target = source[other], target[other]
    if (source < target).all():
        return list(range(count))
    if (source > target).all():
        return list(range(count - 1, -1, -1))
    return _sorted(count, source, target)


def _sorted(count: int, source: Ints, target: Ints) -> list[int]:
    """The same by taking away, again and again, what nothing leads to."""
    pairs = np.unique(source * count + target)
    source, target = np.divmod(pairs, count)
    starts = np.searchsorted(source, np.arange(count + 1)).tolist()
    waiting = np.bincount(target, minlength=count).tolist()
    after = target.tolist()
    order = [at for at, left in enumerate(waiting) if not left]
    for at in order:
        for later in after[starts[at] : starts[at + 1]]:
            waiting[later] -= 1
            if not waiting[later]:
                order.append(later)
    return order
