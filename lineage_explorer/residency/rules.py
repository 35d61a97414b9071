"""What a rule is: a named way from a text to a claim where something is."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from lineage_explorer.residency.facts import Facts, listed
from lineage_explorer.residency.places import Places

Role = Literal["storage", "processing", "replica", "control plane"]
Grade = Literal["A", "B", "C", "D", "E", "X"]

ROLES: tuple[Role, ...] = ("storage", "processing", "replica", "control plane")
GRADES: dict[Grade, str] = {
    "A": "attested: exported from the platform's own audit log",
    "B": "runtime: the producer asked the platform while it ran",
    "C": "structural: the region is part of the resource's identifier",
    "D": "declared: someone wrote it into the event",
    "E": "mapped: the policy's own mapping says so",
    "X": "assumed: a default or a habit of naming; decides nothing",
}
DECIDING: tuple[Grade, ...] = ("A", "B", "C", "D", "E")
"""From the strongest to the weakest."""


@dataclass(frozen=True, slots=True)
class Told:
    """What one rule says of one text.

    Attributes:
        rule: the rule's id.
        role: what is there: storage, processing, replica, or only the control plane (a catalogue,
            a metastore, a query engine), which decides nothing about where bytes are.
        grade: how good the evidence is.
        places: somewhere among these; empty: not known, and `note` says why.
        note: why it is not known, or what to mind.
    """

    rule: str
    role: Role
    grade: Grade
    places: Places = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: what it is called, what it looks for, and who says that it may.

    Attributes:
        id: its name, by which claims and findings refer to it.
        source: where the form it reads is documented.
        pattern: what the text has to look like; group `code` is a region's code, `zone` one with
            a letter behind it, and neither is there where the form names no region.
        cloud: whose region codes; None where group `cloud` says it.
        role: of what it places.
        grade: of its evidence.
        note: why there is no place, or what to mind.
        places: where the form itself says the country.
    """

    id: str
    source: str
    pattern: re.Pattern[str]
    cloud: str | None = None
    role: Role = "storage"
    grade: Grade = "C"
    note: str = ""
    places: Places = ()
    rewritten: Callable[[str], str] | None = None

    def told(self, text: str, facts: Facts) -> Told | None:
        """What it says of a text; None where the text has not this form."""
        found = self.pattern.search(text)
        if found is None:
            return None
        groups = found.groupdict()
        code = groups.get("code")
        if groups.get("zone"):
            code = groups["zone"][:-2]
        if code is None:
            return Told(self.id, self.role, self.grade, self.places, self.note)
        if self.rewritten:
            code = self.rewritten(code)
        places, note = placed(facts, self.cloud or groups["cloud"], code)
        return Told(self.id, self.role, self.grade, places, note or self.note)


def placed(facts: Facts, cloud: str, code: str) -> tuple[Places, str]:
    """The places of a region, and why there are none.

    >>> from lineage_explorer.residency.facts import shipped
    >>> placed(shipped(), "aws", "eu-central-2")
    (('CH',), '')
    >>> placed(shipped(), "gcp", "GLOBAL")
    ((), 'gcp GLOBAL is not one known set of countries')
    >>> placed(shipped(), "aws", "eu-moon-1")
    ((), 'aws has no region eu-moon-1 in the table')
    """
    row = facts.region(cloud, code)
    if row is None:
        return (), f"{cloud} has no region {code[:60]} in the table"
    if not row["countries"]:
        return (), f"{cloud} {row['code']} is not one known set of countries"
    return listed(row["countries"]), ""
