"""A policy as it is written, looked at closely: every mistake is told with its line."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

from lineage_explorer.errors import LineageError, PolicyError, suggestions
from lineage_explorer.plain import plain
from lineage_explorer.residency.facts import Facts, shipped
from lineage_explorer.residency.places import is_place
from lineage_explorer.residency.policy import (
    TABLES,
    Basis,
    Dated,
    Exemption,
    Label,
    Mapped,
    Pointed,
    Policy,
    Tags,
)
from lineage_explorer.residency.rules import DECIDING, ROLES, placed
from lineage_explorer.residency.toml_lines import Where, lines_of

Entry = TypeVar("Entry", bound=Dated)
Value = Any

EXCEPTIONS = ("anonymised", "aggregated", "synthetic", "federated_update", "safeguard", "consent")
_TOP = ("policy_date", "minimum_grade", "tags", "tables", "places", "labels", "transfers",
        "exceptions", "facets")  # fmt: skip
_DAYS = ("valid_from", "valid_to")


def parse(
    found: Mapping[str, Any],
    *,
    text: str,
    name: str = "",
    folder: Path | None = None,
    facts: Facts | None = None,
) -> Policy:
    """The policy that a TOML document, or a dict, says.

    Args:
        found: what it says.
        text: how it is written.
        name: what the file is called; empty for a dict.
        folder: where the file is, from which the paths of tables go.
        facts: tables to use instead of those it names.

    Raises:
        PolicyError: where something in it cannot be used.
    """
    reader = _Reader(lines_of(text) if name else {}, name)
    reader.known((), found, _TOP)
    tables = reader.table("tables", found.get("tables", {}), TABLES)
    reader.facts = facts or _facts(reader, tables, folder or Path())
    return Policy(
        policy_date=reader.policy_date(found),
        minimum_grade=reader.one_of(("", 0, "minimum_grade"), found.get("minimum_grade", "E"),
                                    DECIDING),
        tags=_tags(reader, found.get("tags", {})),
        places=reader.entries(found, "places", _mapped),
        labels=reader.entries(found, "labels", _label),
        transfers=reader.entries(found, "transfers", _basis),
        exceptions=reader.entries(found, "exceptions", _exemption, ends=True),
        facets=reader.entries(found, "facets", _pointed),
        facts=reader.facts,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        text=text,
        path=name,
    )  # fmt: skip


class _Reader:
    """Looks at values, and knows where they stand."""

    def __init__(self, lines: Mapping[Where, int], name: str) -> None:
        self.lines = lines
        self.name = name
        self.facts: Facts = shipped()

    def line(self, where: Where) -> int:
        table, entry, _ = where
        return self.lines.get(where) or self.lines.get((table, entry, "")) or 0

    def wrong(self, where: tuple[()] | Where, message: str, hint: str = "") -> PolicyError:
        """The error, told where it stands."""
        line = self.line(where) if where else 0
        if line:
            head = f"{plain(self.name)}:{line}: "
        elif where and where[0]:
            head = f"{where[0]}, entry {where[1] + 1}: "
        else:
            head = f"{plain(self.name)}: " if self.name else "policy: "
        return PolicyError(head + message, hint, line)

    def known(
        self, where: tuple[()] | Where, found: Mapping[str, Any], keys: Iterable[str]
    ) -> None:
        """Keys that mean nothing are mistakes."""
        keys = list(keys)
        for key in found:
            if key not in keys:
                near = suggestions(key, keys)
                hint = f"did you mean {near}?" if near else f"there is {', '.join(keys)}."
                at = (where[0], where[1], key) if where else ("", 0, key)
                if not where and not self.lines.get(at):
                    at = (key, 0, "")
                raise self.wrong(at, f"{plain(key)!r} means nothing here.", hint)

    def table(self, name: str, found: Value, keys: Iterable[str]) -> Mapping[str, Any]:
        if not isinstance(found, Mapping):
            raise self.wrong(("", 0, name), f"{name} is no table.", f"write [{name}].")
        self.known((name, 0, ""), found, keys)
        return found

    def policy_date(self, found: Mapping[str, Any]) -> date | None:
        value = found.get("policy_date", "run")
        if value == "run":
            return None
        return self.day(("", 0, "policy_date"), value)

    def day(self, where: Where, value: Value) -> date:
        if isinstance(value, datetime) or not isinstance(value, date | str):
            raise self.wrong(where, f"{plain(str(value))!r} is no day.", "write 2026-11-22.")
        try:
            return value if isinstance(value, date) else date.fromisoformat(value)
        except ValueError as error:
            message = f"{plain(str(value))!r} is no day."
            raise self.wrong(where, message, "write 2026-11-22.") from error

    def one_of(self, where: Where, value: Value, known: Iterable[str]) -> Any:
        known = list(known)
        if not isinstance(value, str) or value not in known:
            near = suggestions(str(value), known)
            hint = f"did you mean {near}?" if near else f"it is one of {', '.join(known)}."
            raise self.wrong(where, f"{plain(str(value))!r} is no {where[2]}.", hint)
        return value

    def text(self, where: Where, value: Value) -> str:
        if not isinstance(value, str) or not value.strip() or "\0" in value:
            raise self.wrong(where, f"{where[2]} is no text.", "write it in quotes.")
        return value

    def texts(self, where: Where, value: Value) -> tuple[str, ...]:
        """One text or a list of them."""
        items = [value] if isinstance(value, str) else value
        if not isinstance(items, list | tuple):
            raise self.wrong(where, f"{where[2]} is no list.", 'write ["DE", "FR"].')
        return tuple(self.text(where, item) for item in items)

    def places(self, where: Where, value: Value, *, groups: bool = True) -> tuple[str, ...]:
        codes = self.texts(where, value)
        for code in codes:
            if groups and code in self.facts.groups:
                continue
            if not is_place(code):
                raise self.wrong(
                    where, f"{plain(code)!r} is no place.", self._near_place(code, groups)
                )
        return tuple(sorted(set(codes)))

    def _near_place(self, code: str, groups: bool) -> str:  # noqa: FBT001
        if code.upper() == "UK":
            return "the ISO 3166 code of the United Kingdom is GB."
        if is_place(code.upper()):
            return f"write {code.upper()}."
        if not groups and code in self.facts.groups:
            return "a group is never where something is: name its countries."
        row = self.facts.by_code.get(code.lower())
        if row:
            return "that is a region: write cloud and region, or the country's code."
        return f"write ISO 3166 codes, as DE or US-CA, or a group: {', '.join(self.facts.groups)}."

    def regimes(self, where: Where, value: Value) -> tuple[str, ...]:
        found = self.texts(where, value)
        for regime in found:
            if regime not in self.facts.regimes:
                near = suggestions(regime, self.facts.regimes)
                hint = f"did you mean {near}?" if near else "lay a row over the table of regimes."
                raise self.wrong(where, f"{plain(regime)!r} is no regime of the table.", hint)
        return tuple(sorted(set(found)))

    def entries(
        self,
        found: Mapping[str, Any],
        name: str,
        make: Callable[[_Reader, Where, dict[str, Any]], Entry],
        *,
        ends: bool = False,
    ) -> tuple[Entry, ...]:
        """The entries of a list, each dated; with `ends` each has to say until when it holds."""
        items = found.get(name, [])
        if not isinstance(items, list | tuple) or not all(isinstance(i, Mapping) for i in items):
            raise self.wrong(("", 0, name), f"{name} is no list of tables.", f"write [[{name}]].")
        made = []
        for number, item in enumerate(items):
            where = (name, number, "")
            entry = dict(item)
            days = {
                key: self.day((name, number, key), entry.pop(key)) for key in _DAYS if key in entry
            }
            if len(days) == 2 and days["valid_to"] < days["valid_from"]:
                raise self.wrong((name, number, "valid_to"), "valid_to is before valid_from.")
            kept = make(self, where, entry)
            if ends and "valid_to" not in days:
                hint = "an approval ends on some day: write valid_to = 2027-01-31."
                raise self.wrong(where, "valid_to is missing.", hint)
            values = {f.name: getattr(kept, f.name) for f in fields(kept)}
            place = {"line": self.line(where), "entry": f"{name}[{number}]"}
            made.append(type(kept)(**{**values, **days, **place}))
        return tuple(made)

    def need(self, where: Where, entry: Mapping[str, Any], keys: Iterable[str]) -> None:
        for key in keys:
            if key not in entry:
                raise self.wrong(where, f"{key} is missing.", f"write {key} = …")


def _at(where: Where, key: str) -> Where:
    return (where[0], where[1], key)


def _mapped(reader: _Reader, where: Where, entry: dict[str, Any]) -> Mapped:
    reader.known(where, entry, ("match", "places", "role", "cloud", "region"))
    reader.need(where, entry, ("match",))
    if "region" in entry or "cloud" in entry:
        reader.need(where, entry, ("cloud", "region"))
        cloud = reader.text(_at(where, "cloud"), entry["cloud"])
        region = reader.text(_at(where, "region"), entry["region"])
        places, note = placed(reader.facts, cloud, region)
        if not places:
            raise reader.wrong(_at(where, "region"), f"{plain(note)}.", 'write places = ["DE"].')
        if len({row["countries"] for row in reader.facts.region_rows(cloud, region)}) > 1:
            message = f"{plain(region)} was not always in one place."
            hint = 'write places = ["DE"] and valid_from, an entry for each.'
            raise reader.wrong(_at(where, "region"), message, hint)
    else:
        reader.need(where, entry, ("places",))
        places = reader.places(_at(where, "places"), entry["places"], groups=False)
        if not places:
            raise reader.wrong(_at(where, "places"), "places is empty.", "leave the entry out.")
    role = reader.one_of(_at(where, "role"), entry["role"], ROLES) if "role" in entry else None
    return Mapped(match=reader.text(_at(where, "match"), entry["match"]), places=places, role=role)


def _label(reader: _Reader, where: Where, entry: dict[str, Any]) -> Label:
    reader.known(where, entry, ("dataset", "field", "permitted", "unrestricted", "regimes"))
    reader.need(where, entry, ("dataset",))
    free = entry.get("unrestricted", False)
    if not isinstance(free, bool):
        raise reader.wrong(_at(where, "unrestricted"), "unrestricted is no true or false.")
    if free == ("permitted" in entry):
        message = "a label says either where the data may be, or that it may be anywhere."
        hint = 'write permitted = ["EU"], or unrestricted = true.'
        raise reader.wrong(where, message, hint)
    regimes = reader.regimes(_at(where, "regimes"), entry.get("regimes", []))
    permitted = None if free else reader.places(_at(where, "permitted"), entry["permitted"])
    return Label(
        dataset=reader.text(_at(where, "dataset"), entry["dataset"]),
        field=reader.text(_at(where, "field"), entry["field"]) if "field" in entry else None,
        permitted=permitted,
        unrestricted=free,
        regimes=regimes,
    )


def _basis(reader: _Reader, where: Where, entry: dict[str, Any]) -> Basis:
    keys = ("from", "to", "regime", "basis")
    reader.known(where, entry, keys)
    reader.need(where, entry, keys)
    return Basis(
        from_=reader.places(_at(where, "from"), entry["from"]),
        to=reader.places(_at(where, "to"), entry["to"]),
        regime=reader.regimes(_at(where, "regime"), [entry["regime"]])[0],
        basis=reader.text(_at(where, "basis"), entry["basis"]),
    )


def _exemption(reader: _Reader, where: Where, entry: dict[str, Any]) -> Exemption:
    chosen = ("job", "dataset", "source")
    reader.known(where, entry, (*chosen, "kind", "adds", "drops", "document", "approved_by"))
    reader.need(where, entry, ("kind", "document", "approved_by"))
    if "job" not in entry and "dataset" not in entry:
        message = "an exception names the job, or the dataset that is written."
        raise reader.wrong(where, message, "write job = … or dataset = …")
    if not entry.get("adds") and not entry.get("drops"):
        raise reader.wrong(where, "an exception adds places or drops regimes.", "write adds = […].")
    kept = {key: reader.text(_at(where, key), entry[key]) for key in chosen if key in entry}
    return Exemption(
        kind=reader.one_of(_at(where, "kind"), entry["kind"], EXCEPTIONS),
        document=reader.text(_at(where, "document"), entry["document"]),
        approved_by=reader.text(_at(where, "approved_by"), entry["approved_by"]),
        adds=reader.places(_at(where, "adds"), entry.get("adds", [])),
        drops=reader.regimes(_at(where, "drops"), entry.get("drops", [])),
        job=kept.get("job"),
        dataset=kept.get("dataset"),
        source=kept.get("source"),
    )


def _pointed(reader: _Reader, where: Where, entry: dict[str, Any]) -> Pointed:
    reader.known(where, entry, ("facet", "pointer", "gives", "cloud", "role"))
    reader.need(where, entry, ("facet", "pointer", "gives"))
    gives = reader.one_of(_at(where, "gives"), entry["gives"], ("country", "region"))
    if gives == "region":
        reader.need(where, entry, ("cloud",))
    pointer = reader.text(_at(where, "pointer"), entry["pointer"])
    if not pointer.startswith("/"):
        message = f"{plain(pointer)!r} is no JSON pointer."
        raise reader.wrong(_at(where, "pointer"), message, 'it begins with a slash: "/region".')
    return Pointed(
        facet=reader.text(_at(where, "facet"), entry["facet"]),
        pointer=pointer,
        gives=gives,
        cloud=reader.text(_at(where, "cloud"), entry["cloud"]) if "cloud" in entry else None,
        role=reader.one_of(_at(where, "role"), entry["role"], ROLES) if "role" in entry else None,
    )


def _tags(reader: _Reader, found: Value) -> Tags:
    names = [f.name for f in fields(Tags)]
    table = reader.table("tags", found, names)
    return Tags(**{key: reader.texts(("tags", 0, key), value) for key, value in table.items()})


def _facts(reader: _Reader, tables: Mapping[str, Any], folder: Path) -> Facts:
    facts = shipped()
    for name, value in tables.items():
        where = ("tables", 0, name)
        try:
            facts = facts.overlaid(name, folder / reader.text(where, value))
        except (OSError, UnicodeDecodeError) as error:
            message = f"{plain(str(value))!r} cannot be read: {plain(str(error))}"
            raise reader.wrong(where, message, "paths are relative to the policy.") from error
        except LineageError as error:
            raise reader.wrong(where, error.message, error.hint) from error
    return facts
