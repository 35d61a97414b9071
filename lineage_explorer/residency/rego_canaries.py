"""Known questions, to see whether an engine reads Rego as it should.

They meet every rule, every regime of the tables, and the turns at which an engine was seen to go
wrong: a regime without a row of its own, several regimes, several places, groups, days before a row
holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import product

from lineage_explorer.residency.bits import ANYWHERE
from lineage_explorer.residency.facts import Facts, listed
from lineage_explorer.residency.question import CHECKS, Question

_PERMITTED = (None, ANYWHERE, (), ("DE", "FR"), ("US-CA",), ("US",))
_PLACES = ((), ("DE",), ("US",), ("US-CA",), ("DE", "US"), ("CN", "IN"))
_WAYS = ((("DE",), ("US",)), (("US",), ("CN", "IN")), ((), ("BR",)), (("DE", "IN"), ("IN",)))
_GOES = (("eu_gdpr", "BR"), ("eu_gdpr", "US"), ("us_bulk_data", "CN"), ("us_sector", "HK"))
_DAYS = (date(1995, 3, 1), date(2026, 11, 22))


def canaries(facts: Facts) -> list[Question]:
    """The questions for these tables, each once."""
    return list(dict.fromkeys((*_of_places(), *_of_ways(facts))))


def _of_places() -> Iterator[Question]:
    for permitted, places, complete in product(_PERMITTED, _PLACES, (True, False)):
        yield Question("storage", permitted, complete, destination=places, day=_DAYS[1])
    for check, permitted in product(CHECKS, _PERMITTED):
        yield Question(check, permitted, True, ("eu_gdpr",), ("DE",), ("DE",), day=_DAYS[1])  # noqa: FBT003


def _of_ways(facts: Facts) -> Iterator[Question]:
    for (regime, to), basis in product(_GOES, (False, True)):
        yield Question(
            "transfer", ANYWHERE, True, (regime,), ("ZZ",), (to,),  # noqa: FBT003
            basis=((regime, "on file"),) if basis else (), day=_DAYS[1],
        )  # fmt: skip
    regimes = [*sorted(facts.regimes), "no such regime"]
    for at, regime in enumerate(regimes):
        home = (
            listed(facts.regimes[regime]["countries"])[:1] if regime in facts.regimes else ("DE",)
        )
        ways = (*_WAYS, (home, ("GB",)), (("ZZ",), home))
        for number, (source, destination) in list(enumerate(ways))[at % 2 :: 2]:
            yield Question(
                check="processing" if number == 1 else "transfer",
                permitted=ANYWHERE,
                complete=True,
                regimes=tuple(sorted({regime, regimes[at - 1]})) if number % 2 else (regime,),
                source=source,
                destination=destination,
                basis=((regime, "on file"),) if (at + number) % 4 == 0 else (),
                day=_DAYS[(at + number) % 3 > 0],
            )
