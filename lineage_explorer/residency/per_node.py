"""Facts of very many nodes, of which few are different."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class PerNode(Sequence[int]):
    """The facts of every node: what can be done once for all nodes that are alike is done once.

    >>> facts = PerNode.of([6, 0, 6, 3])
    >>> facts.distinct, facts.numbers.tolist(), facts[2], facts.having(2).tolist()
    ((6, 0, 3), [0, 1, 0, 2], 6, [0, 2, 3])

    Attributes:
        distinct: the different facts.
        numbers: of each node, which of them are its own.
    """

    distinct: tuple[int, ...]
    numbers: Ints

    @classmethod
    def of(cls, facts: Iterable[int]) -> PerNode:
        """Facts that are told node by node."""
        known: dict[int, int] = {}
        numbers = [known.setdefault(fact, len(known)) for fact in facts]
        return cls(tuple(known), np.array(numbers, np.int64))

    @overload
    def __getitem__(self, at: int) -> int: ...
    @overload
    def __getitem__(self, at: slice) -> list[int]: ...
    def __getitem__(self, at: int | slice) -> int | list[int]:
        if isinstance(at, slice):
            return [self.distinct[number] for number in self.numbers[at].tolist()]
        return self.distinct[int(self.numbers[at])]

    def __len__(self) -> int:
        return len(self.numbers)

    def having(self, bits: int) -> Ints:
        """The nodes that have one of these facts."""
        has = np.array([bool(fact & bits) for fact in self.distinct], np.bool_)
        return np.flatnonzero(has[self.numbers]) if len(self) else np.zeros(0, np.int64)
