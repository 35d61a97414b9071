"""The tables of the package: cloud regions, groups of countries, regimes, transfers.

Every row says where it came from (`source` or `basis`), how sure that is (`confidence`) and when it
is to be looked at again (`review_by`). Own tables of the same columns may be laid over them: a row
with the same key takes the place of ours. They are facts to start from, not legal advice.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from importlib.resources import files
from pathlib import Path

from lineage_explorer.errors import SourceError, suggestions
from lineage_explorer.plain import plain
from lineage_explorer.residency.places import Places, is_place

Row = Mapping[str, str]

KEYS = {
    "cloud_regions": ("cloud", "code", "valid_from"),
    "groups": ("group", "valid_from"),
    "regimes": ("regime",),
    "transfers": ("regime", "destination", "valid_from"),
}
"""The tables, and the columns that name a row."""

# rules of a regime (`default_rule`) under which a transfer asks for nothing on file
ASK_NOTHING = ("free", "free_unless_restricted", "accountability", "recommended_only")
RULES = (
    *ASK_NOTHING,
    "safeguards_required",
    "assessment_required",
    "assessment_or_contract",
    "localisation",
    "prohibited_or_restricted_to_list",
    "contractual",
)


@dataclass(frozen=True)
class Facts:
    """All tables, as text rows; sorted, so that the same tables are the same value."""

    tables: Mapping[str, tuple[Row, ...]] = field(hash=False)

    @cached_property
    def sha256(self) -> dict[str, str]:
        """A hash of each table, the overlaid rows in it."""
        return {
            name: hashlib.sha256(_text(rows).encode()).hexdigest()
            for name, rows in sorted(self.tables.items())
        }

    def regions_on(self, day: date) -> Facts:
        """These tables with the regions as they were on a day.

        Of rows of the same region that hold, the one that began last speaks.
        """
        rows = self.tables["cloud_regions"]
        if not self.region_days:
            return self
        held = {
            (row["cloud"], row["code"].lower()): row
            for row in sorted(rows, key=lambda row: row["valid_from"])
            if valid(row, day)
        }
        return Facts({**self.tables, "cloud_regions": tuple(held[key] for key in sorted(held))})

    def region_rows(self, cloud: str, code: str) -> list[Row]:
        """All rows of a region, of whatever days."""
        key = cloud, code.lower()
        rows = self.tables["cloud_regions"]
        return [row for row in rows if (row["cloud"], row["code"].lower()) == key]

    @cached_property
    def region_days(self) -> list[date]:
        """The days on which a region begins to be, or is no longer, where it was."""
        rows = self.tables["cloud_regions"]
        return boundaries((on(row["valid_from"]), on(row["valid_to"])) for row in rows)

    @cached_property
    def _regions(self) -> dict[tuple[str, str], Row]:
        return {(row["cloud"], row["code"].lower()): row for row in self.tables["cloud_regions"]}

    def region(self, cloud: str, code: str) -> Row | None:
        """The row of a region, by cloud and code: a code alone names no place.

        >>> [shipped().region(cloud, "eu-west-1")["countries"] for cloud in ("aws", "alibaba")]
        ['IE', 'GB']
        >>> shipped().region("aws", "eu-west-9") is None
        True
        """
        return self._regions.get((cloud, code.lower()))

    @cached_property
    def by_code(self) -> dict[str, Places]:
        """Of each region code, all places it may mean on any cloud.

        >>> shipped().by_code["eu-west-1"], shipped().by_code["europe-west4"]
        (('GB', 'IE'), ('NL',))
        """
        found: dict[str, set[str]] = {}
        for row in self.tables["cloud_regions"]:
            found.setdefault(row["code"].lower(), set()).update(listed(row["countries"]))
        return {code: tuple(sorted(places)) for code, places in found.items()}

    def group(self, name: str, day: date) -> Places | None:
        """The countries of a group on a day; None if there is no such group.

        >>> [len(shipped().group("EU", date(year, 1, 1))) for year in (2020, 2026)]
        [28, 27]
        >>> shipped().group("EFTA", date(2026, 1, 1))
        ('CH', 'IS', 'LI', 'NO')
        """
        rows = [row for row in self.tables["groups"] if row["group"] == name]
        for row in rows:
            if valid(row, day):
                return listed(row["countries"])
        return () if rows else None

    @cached_property
    def groups(self) -> list[str]:
        return sorted({row["group"] for row in self.tables["groups"]})

    @cached_property
    def regimes(self) -> dict[str, Row]:
        return {row["regime"]: row for row in self.tables["regimes"]}

    @cached_property
    def _transfers(self) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = {}
        for row in self.tables["transfers"]:
            found.setdefault(row["regime"], []).append(row)
        return found

    def transfer(self, regime: str, destination: str, day: date) -> Row | None:
        """What a regime says of data that goes to a country, on a day.

        A row of the country goes before one of a group, and that before `*`.

        >>> day = date(2026, 11, 22)
        >>> [shipped().transfer("eu_gdpr", to, day)["kind"] for to in ("NO", "BR", "US")]
        ['free', 'adequacy', 'adequacy_conditional']
        >>> shipped().transfer("eu_gdpr", "BR", date(2025, 1, 1)) is None
        True
        """
        found: tuple[int, Row] | None = None
        for row in self._transfers.get(regime, []):
            goes = row["destination"]
            if goes == destination:
                rank = 0
            elif goes == "*":
                rank = 2
            else:
                rank = 1 if destination in (self.group(goes, day) or ()) else 9
            if rank < (found[0] if found else 9) and valid(row, day):
                found = rank, row
        return found[1] if found else None

    def past_review(self, day: date) -> dict[str, list[Row]]:
        """Of each table, the rows that were to be looked at again before this day."""
        return {
            name: late
            for name, rows in sorted(self.tables.items())
            if (late := [row for row in rows if (on(row["review_by"]) or date.max) < day])
        }

    @cached_property
    def boundaries(self) -> list[date]:
        """The days on which a region, a group or a transfer is no longer as it was before."""
        rows = [*self.tables["groups"], *self.tables["transfers"]]
        days = boundaries((on(row["valid_from"]), on(row["valid_to"])) for row in rows)
        return sorted({*days, *self.region_days})

    def overlaid(self, name: str, path: str | Path) -> Facts:
        """These tables with the rows of a CSV file laid over one of them.

        Raises:
            SourceError: if it cannot be read, lacks a column, or names a country that is none.
        """
        rows = read_rows(Path(path).read_text("utf-8"), name, str(path))
        merged = {_key(name, row): row for row in (*self.tables[name], *rows)}
        return Facts({**self.tables, name: tuple(merged[key] for key in sorted(merged))})


@lru_cache(1)
def shipped() -> Facts:
    """The tables that come with the package."""
    room = files("lineage_explorer.residency") / "data"
    return Facts(
        {
            name: tuple(
                sorted(
                    read_rows((room / f"{name}.csv").read_text("utf-8"), name, f"{name}.csv"),
                    key=lambda row, name=name: _key(name, row),  # type: ignore[misc]
                )
            )
            for name in KEYS
        }
    )


def listed(text: str) -> Places:
    """The codes of a cell, sorted.

    >>> listed("FI;DE"), listed("")
    (('DE', 'FI'), ())
    """
    return tuple(sorted(filter(None, text.split(";"))))


def on(text: str) -> date | None:
    """The day of a cell."""
    return date.fromisoformat(text) if text else None


def valid(row: Row, day: date) -> bool:
    """Whether a row holds on a day: from `valid_from` to `valid_to`, both days in."""
    return (on(row["valid_from"]) or date.min) <= day <= (on(row["valid_to"]) or date.max)


def boundaries(spans: Iterable[tuple[date | None, date | None]]) -> list[date]:
    """The first days of what is different from the day before."""
    days: set[date] = set()
    for start, end in spans:
        if start:
            days.add(start)
        if end and end < date.max:
            days.add(date.fromordinal(end.toordinal() + 1))
    return sorted(days)


def read_rows(text: str, name: str, where: str) -> list[Row]:
    """The rows of a table written as CSV, looked at closely.

    Raises:
        SourceError: if a column is missing, or a cell makes no sense.
    """
    rows: list[Row] = [
        {**_OPTIONAL.get(name, {}), **row} for row in csv.DictReader(io.StringIO(text))
    ]
    columns = _columns(name)
    for line, row in enumerate(rows, 2):
        missing = [column for column in columns if not isinstance(row.get(column), str)]
        if missing or None in row:
            what = f"lacks {', '.join(missing)}" if missing else "has too many cells"
            hint = f"its columns are {', '.join(columns)}."
            raise SourceError(f"{plain(where)}:{line}: the row {what}.", hint)
        wrong = [code for code in listed(row.get("countries", "")) if not is_place(code)]
        if wrong:
            near = suggestions(wrong[0], [])
            hint = near or "use ISO 3166 codes, as DE or US-CA."
            raise SourceError(f"{plain(where)}:{line}: {plain(wrong[0])!r} is no country.", hint)
        for column in ("valid_from", "valid_to", "review_by", "in_force"):
            try:
                on(row.get(column, ""))
            except ValueError as error:
                message = f"{plain(where)}:{line}: {column} is {plain(row[column])!r}."
                raise SourceError(message, "write days as 2026-11-22.") from error
    return rows


_COLUMNS = {
    "cloud_regions": "cloud partition code kind countries place status valid_from valid_to note "
    "source",
    "groups": "group countries valid_from valid_to note source",
    "regimes": "regime countries subdivision name instrument protects in_force default_rule "
    "rule_detail storage_rule basis",
    "transfers": "regime destination kind scope_condition instrument valid_from valid_to status "
    "basis",
}


_OPTIONAL: Mapping[str, Row] = {"cloud_regions": {"valid_from": "", "valid_to": ""}}
"""Columns that may be left out, with what they then say."""


def _columns(name: str) -> list[str]:
    return [*_COLUMNS[name].split(), "confidence", "review_by"]


def _key(name: str, row: Row) -> tuple[str, ...]:
    return tuple(row[column] for column in KEYS[name])


def _text(rows: Iterable[Row]) -> str:
    return "\n".join("\x1f".join(f"{key}\x1e{row[key]}" for key in sorted(row)) for row in rows)
