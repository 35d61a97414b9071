"""The policy: where data may be, what is on file, and what the user knows about places.

It is a local file, and the only thing that may widen what is permitted. A TOML file, or the same as
a dict:

>>> policy = Policy.of({
...     "policy_date": date(2026, 11, 22),
...     "places": [{"match": "s3://acme-eu-*", "places": ["DE"]}],
...     "labels": [{"dataset": "customers", "permitted": ["EU"], "regimes": ["eu_gdpr"]}],
... })
>>> len(policy.expanded(policy.labels[0].permitted, date(2026, 11, 22)))
27
>>> Policy.of({"labels": [{"dataset": "customers", "permitted": ["UK"]}]})
Traceback (most recent call last):
lineage_explorer.errors.PolicyError: labels, entry 1: 'UK' is no place.
Hint: the ISO 3166 code of the United Kingdom is GB.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import Any, Literal

from lineage_explorer.errors import PolicyError
from lineage_explorer.plain import plain
from lineage_explorer.residency.facts import KEYS, Facts, boundaries, shipped
from lineage_explorer.residency.places import Places
from lineage_explorer.residency.rules import Grade, Role

Kind = Literal["anonymised", "aggregated", "synthetic", "federated_update", "safeguard", "consent"]


@dataclass(frozen=True, kw_only=True)
class Dated:
    """An entry of the policy: the days on which it holds, both in, and its line in the file."""

    valid_from: date | None = None
    valid_to: date | None = None
    line: int = 0
    entry: str = ""

    def holds(self, day: date) -> bool:
        return (self.valid_from or date.min) <= day <= (self.valid_to or date.max)

    @property
    def where(self) -> str:
        """Where it stands, in words."""
        return f"{self.entry} (line {self.line})" if self.line else self.entry


@dataclass(frozen=True, kw_only=True)
class Mapped(Dated):
    """What the user knows: things whose namespace, id or path is like `match` are there."""

    match: str
    places: Places
    role: Role | None = None


@dataclass(frozen=True, kw_only=True)
class Label(Dated):
    """Where a dataset, or a field of it, may be."""

    dataset: str
    field: str | None = None
    permitted: tuple[str, ...] | None = None
    unrestricted: bool = False
    regimes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Basis(Dated):
    """A basis on file for data of a regime to go from one place to another."""

    from_: tuple[str, ...]
    to: tuple[str, ...]
    regime: str
    basis: str


@dataclass(frozen=True, kw_only=True)
class Exemption(Dated):
    """An approved exception: what flows through it may be in more places, or loses regimes."""

    kind: Kind
    document: str
    approved_by: str
    job: str | None = None
    dataset: str | None = None
    source: str | None = None
    adds: tuple[str, ...] = ()
    drops: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Pointed(Dated):
    """A facet of the user's own in which a place stands."""

    facet: str
    pointer: str
    gives: Literal["country", "region"]
    cloud: str | None = None
    role: Role | None = None


@dataclass(frozen=True)
class Tags:
    """Keys of event tags that are read; those of labels can only narrow."""

    permitted: tuple[str, ...] = ()
    regime: tuple[str, ...] = ()
    region: tuple[str, ...] = ("residency.region",)
    country: tuple[str, ...] = ("residency.country",)


@dataclass(frozen=True)
class Policy:
    """A residency policy.

    Attributes:
        policy_date: the day whose rules count; None: each run is judged by the rules of its day.
        minimum_grade: claims of a weaker grade count as unknown.
        tags: keys of event tags that are read.
        places: the user's mapping.
        labels: where data may be.
        transfers: bases on file.
        exceptions: approved exceptions.
        facets: facets of the user's own that say a place.
        facts: the tables, own rows laid over those of the package.
        sha256: of the file, or of the dict.
        text: the file's text, or the dict as JSON.
        path: the file's name; empty for a dict.
    """

    policy_date: date | None = None
    minimum_grade: Grade = "E"
    tags: Tags = field(default_factory=Tags)
    places: tuple[Mapped, ...] = ()
    labels: tuple[Label, ...] = ()
    transfers: tuple[Basis, ...] = ()
    exceptions: tuple[Exemption, ...] = ()
    facets: tuple[Pointed, ...] = ()
    facts: Facts = field(default_factory=shipped)
    sha256: str = ""
    text: str = ""
    path: str = ""

    @classmethod
    def of(
        cls,
        source: Policy | Mapping[str, Any] | str | PathLike[str] | None,
        facts: Facts | None = None,
    ) -> Policy:
        """The policy in a TOML file, a dict, or none at all.

        Args:
            source: where it is.
            facts: tables to use instead of those it names, or those of the package.

        Raises:
            PolicyError: with the line, where something in it cannot be used.
            OSError: if the file cannot be read.
        """
        from lineage_explorer.residency.parse import parse

        if isinstance(source, Policy):
            return source
        if source is None:
            return cls()
        if isinstance(source, Mapping):
            text = json.dumps(source, default=str, sort_keys=True, ensure_ascii=True)
            return parse(source, text=text, facts=facts)
        path = Path(source)
        try:
            text = path.read_bytes().decode("utf-8")
        except UnicodeDecodeError as error:
            message = f"{plain(path.name)} is no TOML: {plain(str(error))}"
            raise PolicyError(message, "write it in UTF-8.") from error
        return cls.of_text(text, path.name, facts, path.parent)

    @classmethod
    def of_text(
        cls, text: str, name: str, facts: Facts | None = None, folder: Path | None = None
    ) -> Policy:
        """The policy in the text of a TOML file of that name.

        Raises:
            PolicyError: with the line, where something in it cannot be used.
        """
        from lineage_explorer.residency.parse import parse

        try:
            found = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            message = f"{plain(name)} is no TOML: {plain(str(error))}"
            raise PolicyError(message, "see toml.io for how it is written.") from error
        return parse(found, text=text, name=name, folder=folder, facts=facts)

    def expanded(self, codes: Iterable[str], day: date) -> Places:
        """Places, the groups among them as of a day."""
        found: set[str] = set()
        for code in codes:
            group = self.facts.group(code, day)
            found.update((code,) if group is None else group)
        return tuple(sorted(found))

    @cached_property
    def dated(self) -> Sequence[Dated]:
        """All entries that hold on some days."""
        return [*self.places, *self.labels, *self.transfers, *self.exceptions]

    @cached_property
    def epochs(self) -> list[date]:
        """The days from which another rule holds; one day where a policy date is set."""
        if self.policy_date is not None:
            return [self.policy_date]
        own = boundaries((entry.valid_from, entry.valid_to) for entry in self.dated)
        return sorted({date.min, *own, *self.facts.boundaries})

    @cached_property
    def spans(self) -> list[date]:
        """The days from which a region of the table is elsewhere; one where a policy date is set."""
        if self.policy_date is not None:
            return [self.policy_date]
        return sorted({date.min, *self.facts.region_days})

    @cached_property
    def names(self) -> set[str]:
        """All names of datasets and jobs it writes."""
        of = [(e.job, e.dataset, e.source) for e in self.exceptions]
        written = [*(label.dataset for label in self.labels), *(n for names in of for n in names)]
        return {name for name in written if name is not None}

    @cached_property
    def codes(self) -> set[str]:
        """All codes it writes, groups not expanded."""
        lists = [
            *(mapped.places for mapped in self.places),
            *(label.permitted or () for label in self.labels),
            *(basis.from_ + basis.to for basis in self.transfers),
            *(exemption.adds for exemption in self.exceptions),
        ]
        return {code for codes in lists for code in codes}


TABLES = tuple(KEYS)
