"""A made-up company at work: pure, seeded, and known to the last row.

`world(seed)` is a company (sources, raw, staging, core, marts, features, models, exports; two
regions; owners; columns with personal data) over so many days, with all that goes on in a sound
one: noise, weekends and growth in its rows, deployments that change nothing, columns added, runs
that are late without harm, failures that a retry mends. `.events()` are its OpenLineage events.

Figures for each column flow through the jobs (`contents.py`), so what a fault does to those behind
it is calculated, never painted on; draws depend only on what they are for, so that two worlds
with one edit between them differ in nothing but what that edit does.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import msgspec

from lineage_explorer.training.company import company
from lineage_explorer.training.parts import Company, Edit, Extra, Size, Table
from lineage_explorer.training.quiet import quiet
from lineage_explorer.training.simulate import Record, Simulation

START = datetime(2026, 3, 2, tzinfo=UTC)
"""A Monday."""


@dataclass(frozen=True)
class World:
    """A company, its days, and what is changed in it; the same value gives the same events."""

    seed: int
    size: Size
    company: Company
    edits: tuple[Edit, ...] = ()
    extras: tuple[Extra, ...] = ()
    start: datetime = START

    @property
    def days(self) -> int:
        return self.size.days

    def date(self, day: int) -> str:
        """The date of one of its days."""
        return (self.start + timedelta(days=day)).date().isoformat()

    @cached_property
    def records(self) -> list[Record]:
        """What every run did, in the order in which they began."""
        return Simulation(self.company, self.seed, self.days, self.edits, self.extras).run()

    def events(self) -> list[dict[str, Any]]:
        """Its OpenLineage events, in the order of their times."""
        return list(self.stream())

    def stream(self) -> Iterator[dict[str, Any]]:
        """As `events`, one after the other."""
        from lineage_explorer.training.telling import Teller

        return Teller(self).events()

    def ndjson(self) -> bytes:
        """Its events, one a line."""
        return b"".join(msgspec.json.encode(event) + b"\n" for event in self.stream())

    def edited(
        self, *edits: Edit, extras: tuple[Extra, ...] = (), tables: tuple[Table, ...] = ()
    ) -> World:
        """The same world with more changed in it."""
        made = self.company
        if tables:
            made = replace(made, tables=made.tables | {one.key: one for one in tables})
        return replace(self, company=made, edits=self.edits + edits, extras=self.extras + extras)


def world(seed: int, size: Size | None = None) -> World:
    """A sound company.

    >>> one = world(7)
    >>> len(one.company.jobs), one.days
    (45, 16)
    """
    size = size or Size()
    made = company(seed, size)
    rng = random.Random(f"quiet {seed}")  # noqa: S311 - made up, no secret
    return World(seed, size, made, quiet(made, size.days, rng))
