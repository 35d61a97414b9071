"""Labels as facts that only add up, so that the smallest solution is a union.

A label is Missing, Unrestricted (only where somebody wrote so), or Only(places), with regimes. Meet
two of them and permitted places intersect, regimes unite, and one that is missing makes the whole
incomplete. Written as facts, "not permitted in DE", "under eu_gdpr", "something is missing", that
meet is the union of the facts.

>>> code = Code(Atlas.of([]), ("eu_gdpr", "uk_gdpr"), 2)
>>> both = code.only(["DE", "FR"], 0) | code.only(["FR", "US"], 1) | code.under(["eu_gdpr"])
>>> code.read(both)
Effective(permitted=('FR',), regimes=('eu_gdpr',), complete=True, sources=(0, 1))
>>> code.read(both | code.missing).complete
False
>>> code.read(0).permitted is None
True
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from lineage_explorer.residency.places import Atlas, Places

ANYWHERE: Places = ("*",)
"""Of data that may be anywhere, because somebody wrote so."""


@dataclass(frozen=True)
class Effective:
    """A label in force.

    Attributes:
        permitted: where the data may be, `("*",)` for anywhere; None where no label is known.
        regimes: the regimes it is under.
        complete: whether every source has a label; if not, `permitted` is at most this.
        sources: numbers of the labels it comes from.
    """

    permitted: Places | None
    regimes: tuple[str, ...]
    complete: bool
    sources: tuple[int, ...] = ()


@dataclass(frozen=True)
class Code:
    """Which bit says what: places, then regimes, then three of kind, then one for each source."""

    atlas: Atlas
    regimes: tuple[str, ...]
    sources: int

    @cached_property
    def _regime(self) -> int:
        return len(self.atlas.codes_of)

    @cached_property
    def _kind(self) -> int:
        return self._regime + len(self.regimes)

    @property
    def missing(self) -> int:
        """Something that came here has no label."""
        return 1 << self._kind

    @property
    def limited(self) -> int:
        """A label that names places came here."""
        return 2 << self._kind

    @property
    def free(self) -> int:
        """A label that says "anywhere" came here."""
        return 4 << self._kind

    def source(self, number: int) -> int:
        """That label came here."""
        return 8 << self._kind + number

    def only(self, places: Iterable[str], source: int) -> int:
        """The facts of a label that names places: it is not permitted anywhere else."""
        barred = self.atlas.everywhere & ~self.atlas.bits(places)
        return barred | self.limited | self.source(source)

    def anywhere(self, source: int) -> int:
        """The facts of a label that says so."""
        return self.free | self.source(source)

    def under(self, regimes: Iterable[str]) -> int:
        """The facts of being under regimes."""
        found = 0
        for regime in regimes:
            found |= 1 << self._regime + self.regimes.index(regime)
        return found

    def barred(self, place: str) -> int:
        """The bits that say that it may not be there."""
        return self.atlas.bits([place])

    def keeping(self, adds: Iterable[str], drops: Iterable[str]) -> int:
        """What passes an exception that adds places and drops regimes."""
        return ~(self.atlas.bits(adds) | self.under(drops))

    def read(self, facts: int) -> Effective:
        """The label that these facts are."""
        regimes = tuple(
            regime for at, regime in enumerate(self.regimes) if facts >> self._regime + at & 1
        )
        permitted: Places | None = None
        if facts & self.limited:
            permitted = self.atlas.codes(self.atlas.everywhere & ~facts)
        elif facts & self.free and not facts & self.missing:
            permitted = ANYWHERE
        told = facts >> self._kind + 3
        sources = tuple(number for number in range(self.sources) if told >> number & 1)
        complete = permitted is not None and not facts & self.missing
        return Effective(permitted, regimes, complete, sources)
