"""Places: ISO 3166 codes, and sets of them as bits.

A place is a country (`DE`), or a subdivision or zone of one (`US-CA`, `AE-DIFC`). A country
contains its subdivisions. A group (`EU`) is no place: it is expanded where a policy is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

Places = tuple[str, ...]
"""Sorted codes; somewhere among them. Empty is unknown."""

# ISO 3166-1 alpha-2, officially assigned codes
COUNTRIES = frozenset(
    """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR
    BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ
    EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW
    GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY
    KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV
    MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY
    QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG
    TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM
    ZW
    """.split()  # noqa: SIM905 - a list of 249 lines reads worse
)
_PLACE = re.compile(r"([A-Z]{2})(-[A-Z0-9]{1,8})?\Z")


def is_place(code: str) -> bool:
    """Whether it is a code of a country, or begins with one.

    >>> [is_place(code) for code in ("DE", "US-CA", "AE-DIFC", "EU", "UK", "de")]
    [True, True, True, False, False, False]
    """
    found = _PLACE.match(code)
    return found is not None and found[1] in COUNTRIES


def country(place: str) -> str:
    """The country of a place.

    >>> country("US-CA")
    'US'
    """
    return place[:2]


@dataclass(frozen=True)
class Atlas:
    """Sets of places as bits of an integer: one for each country, one for each subdivision.

    The bits of a country hold those of its subdivisions, so that `US-CA` lies in `US`.

    >>> atlas = Atlas.of(["US-CA", "DE"])
    >>> atlas.within(atlas.bits(["US-CA"]), atlas.bits(["US"]))
    True
    >>> atlas.codes(atlas.bits(["US"]) & atlas.bits(["US-CA", "DE"]))
    ('US-CA',)
    """

    codes_of: tuple[str, ...]

    @classmethod
    def of(cls, places: Iterable[str]) -> Atlas:
        """An atlas that knows every country, and these places."""
        return cls(tuple(sorted(COUNTRIES | set(places))))

    @cached_property
    def _masks(self) -> dict[str, int]:
        masks: dict[str, int] = {}
        for at, code in enumerate(self.codes_of):
            masks[code] = masks.get(code, 0) | 1 << at
            if country(code) != code:
                masks[country(code)] |= 1 << at
        return masks

    @property
    def everywhere(self) -> int:
        return (1 << len(self.codes_of)) - 1

    def bits(self, places: Iterable[str]) -> int:
        """The bits of all these places."""
        found = 0
        for place in places:
            found |= self._masks[place]
        return found

    def codes(self, bits: int) -> Places:
        """The places of these bits, subdivisions only where the whole country is not in."""
        found = []
        for at, code in enumerate(self.codes_of):
            whole = country(code)
            if bits >> at & 1 and (code == whole or not self.within(self._masks[whole], bits)):
                found.append(code)
        return tuple(found)

    @staticmethod
    def within(bits: int, other: int) -> bool:
        """Whether all of the first lie in the second."""
        return bits & ~other == 0
