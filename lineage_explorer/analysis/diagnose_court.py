"""What a judgement rests on: units, evidence, and what each unit shows of what is wrong."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from lineage_explorer.analysis.compare_past import Past
from lineage_explorer.analysis.compare_sides import Side
from lineage_explorer.analysis.diagnose_fields import UNTOLD, Uses
from lineage_explorer.analysis.diagnose_habits import Habits
from lineage_explorer.analysis.diagnose_symptoms import Symptom
from lineage_explorer.analysis.diagnose_units import Measure, Row, Unit
from lineage_explorer.analysis.diagnose_weights import (
    ABNORMAL,
    AGE,
    CODE,
    CONTENT,
    FIELDS,
    MOVED,
    MUCH_OLDER,
    ROWS,
    SMALL,
    STOPPED,
)

EFFECTS = ("assertion-failed",)
"""What a unit shows, besides its numbers, without having to be its own doing."""
_BROKEN = ("run-failed", "run-unfinished")
SURE = 0.9
_LEAST, _PART = 0.15, 0.4
"""A number brings all of what is seen about if it moved by such a part of it, and else less."""
_LOOKUP = 0.2
"""Part of the rows of what a job goes through that what it looks things up in has at most."""
_ASIDE = 0.15
"""What is left of a number of a column that does not reach the symptom."""
_FAINTLY = 0.3
"""How sure it is that something is old of which only the order of runs tells, and more is wrong."""


@dataclass
class Evidence:
    """A piece of evidence for a unit: what, how telling, and the change or number behind it."""

    weight: float
    why: str
    change: Row | None = None
    measure: Measure | None = None
    way: float | None = None
    """How well the way to the symptom carries this very thing, where column lineage tells."""
    layers: tuple[str, ...] = (CONTENT,)
    """What it can bring about."""
    of: str | None = None
    """The unit that shows it, where that is another."""

    @property
    def column(self) -> str | None:
        """The column it is about, if it is about one."""
        if self.measure is not None:
            return None if self.measure.about_age else self.measure.column
        field = str(self.change["field"]) if self.change else ""
        return field.partition(":")[0] if ":" in field else None

    @property
    def sort(self) -> str:
        """What it is evidence of: an effect, code, other data, a stop or a field."""
        if self.of is not None:
            return f"hidden from {self.of}"
        if self.measure is not None or self.why in EFFECTS:
            return "effect"
        sorts = {"code": CODE, "data": MOVED, "stop": STOPPED, "field": FIELDS}
        return next((name for name, of in sorts.items() if self.why in of), self.why)


@dataclass
class Suspect:
    """A unit with its evidence and its score."""

    court: Court
    unit: Unit
    evidence: list[Evidence] = field(default_factory=list)
    ways: dict[str, tuple[float, list[str]]] = field(default_factory=dict)
    """By what is carried: how well, and the units on the way."""
    share: float = 1.0
    """What is left of the score, all things considered."""

    def carried(self, one: Evidence) -> float:
        """What is left of a piece of evidence at the symptom."""
        return carried_on(one, self.ways)

    @property
    def layer(self) -> str:
        """What its most telling piece of evidence brings about."""
        best = max(self.evidence, key=self.carried)
        able = [layer for layer in best.layers if layer in self.ways]
        return max(able or self.ways, key=lambda layer: self.ways[layer][0])

    @property
    def path(self) -> list[str]:
        """The way of its most telling piece of evidence."""
        return self.ways[self.layer][1]

    @property
    def score(self) -> float:
        """From 0 to 1."""
        return self.share * self._joined

    @cached_property
    def _joined(self) -> float:
        """Evidence of one sort is one piece, that of several adds up."""
        best: dict[str, float] = {}
        for one in self.evidence:
            best[one.sort] = max(best.get(one.sort, 0.0), self.carried(one))
        return joined(best.values())


def carried_on(one: Evidence, ways: Mapping[str, tuple[float, list[str]]]) -> float:
    """What is left of a piece of evidence at the end of the ways for what it brings about."""
    way = max((ways[layer][0] for layer in one.layers if layer in ways), default=0.0)
    return one.weight * (way if one.way is None else max(one.way, way))


def joined(weights: Iterable[float]) -> float:
    """The weight of independent pieces of evidence together."""
    left = 1.0
    for weight in weights:
        left *= 1 - min(weight, 0.999)
    return 1 - left


def broken_checks(unit: Unit, *, fresh: bool) -> list[Row]:
    """The assertions about how fresh it is, or the others, that do not hold any more."""
    return [
        one
        for one in unit.changes
        if one["change"] == "assertion-failed" and ("fresh" in str(one["field"]).lower()) == fresh
    ]


@dataclass(frozen=True, eq=False)
class Court:
    """All that a judgement rests on."""

    past: Past
    after: Side
    units: dict[str, Unit]
    end: Unit
    symptoms: list[Symptom]
    uses: Uses
    habits: Habits
    """How often jobs change what they are and do."""
    errors: list[str]
    """What runs that failed say, in lower case."""

    @staticmethod
    def _of_age(one: Symptom) -> bool:
        return one.kind == "stale" or (one.kind == "assertion" and "fresh" in one.text.lower())

    @cached_property
    def layers(self) -> dict[str, float]:
        """What is wrong, content, age or both, and how sure that is."""
        found: dict[str, float] = {}
        plain = any(not one.faint for one in self.symptoms)
        checked = any(one.kind == "assertion" for one in self.symptoms)
        for one in self.symptoms:
            if one.kind == "failed" and checked:  # it failed because that does not hold
                continue
            layer = AGE if self._of_age(one) else CONTENT
            sure = _FAINTLY if one.faint and plain else 1.0
            found[layer] = max(found.get(layer, 0.0), sure)
        return found

    @property
    def broken(self) -> bool:
        """Whether all that is wrong is that the run failed."""
        return all(one.kind in ("failed", "missing") for one in self.symptoms)

    @cached_property
    def size(self) -> float:
        """How far the numbers of the symptom moved; where it is a check, of what that checks."""
        numbers = self.end.measures
        if not self.end.outputs:
            numbers = [m for one in self.feeding(self.end) for m in one.measures]
        return max(
            (m.size for m in numbers if m.off >= ABNORMAL and not m.about_age),
            default=0.0,
        )

    @cached_property
    def _shown(self) -> dict[tuple[str, str], float]:
        found: dict[tuple[str, str], float] = {}
        for key, unit in self.units.items():
            found[key, CONTENT] = self._content(unit)
            found[key, AGE] = self._age(unit)
        return found

    def shows(self, unit: Unit, layer: str) -> float:
        """How surely a unit shows that something is wrong with it, be it its own or not."""
        return self._shown[unit.key, layer]

    def felt(self, unit: Unit, layer: str) -> float:
        """The same as far as numbers and assertions show it, not what the job did."""
        old = layer == AGE
        numbers = (
            one.off * (self.ages(unit, one) if old else self._moved(unit, one))
            for one in unit.measures
            if one.counts and one.about_age == old and one.aspect != "age"
        )
        shown = max(*numbers, 0.0, 0.0)
        return max(shown, SURE) if broken_checks(unit, fresh=old) else shown

    def _moved(self, unit: Unit, one: Measure) -> float:
        return 1.0 if unit is self.end else self.matters(one) * self.concerns(unit, one)

    def concerns(self, unit: Unit, one: Measure) -> float:
        """Less than 1 where a number is of a column that, as is told, does not reach the symptom."""
        if one.column is None or one.off < ABNORMAL or unit is self.end:
            return 1.0
        known = self._concerns.get((one.node, one.column))
        if known is None:
            ends = {self.end.key, *self.uses.failed}
            reach = self.uses.reach(one.node, one.column, ends)
            known = min(1.0, max(_ASIDE, reach / UNTOLD))
            self._concerns[one.node, one.column] = known
        return known

    @cached_property
    def _concerns(self) -> dict[tuple[str, str], float]:
        return {}

    def brings(self, unit: Unit, effect: Measure) -> float:
        """How surely what is wrong with a unit makes a number elsewhere move as it did.

        Rows that go a little down do not make those behind them go far down, or up.
        """
        numbers = (
            one.off * self._explains(unit, one, effect)
            for one in unit.measures
            if one.counts and not one.about_age
        )
        return max(*numbers, 0.0, self._said(unit))

    def _explains(self, unit: Unit, one: Measure, effect: Measure) -> float:
        if one.aspect in ROWS and effect.aspect in ROWS and one.moved * effect.moved < 0:
            return 0.0
        enough = 1.0 if one.is_share else min(1.0, one.size / (_PART * effect.size or 1.0))
        return (1 - math.exp(-one.size / SMALL)) * enough * self.concerns(unit, one)

    def _content(self, unit: Unit) -> float:
        return max(self.felt(unit, CONTENT), self._said(unit))

    def _said(self, unit: Unit) -> float:
        """The same as far as it is no number."""
        shown = SURE if broken_checks(unit, fresh=False) else 0.0
        if unit.has(*_BROKEN, "output-dropped"):
            shown = max(shown, SURE)
        if unit.emptied:
            shown = 1.0
        if any(self.field_weight(change) > 0.3 for change in unit.changes):
            shown = max(shown, SURE)
        return shown

    def _age(self, unit: Unit) -> float:
        older = (
            one.off * self.ages(unit, one)
            for one in unit.measures
            if one.counts and one.aspect == "age"
        )
        shown = max(*older, self.felt(unit, AGE), self.late(unit))
        gone = ("output-dropped", "dataset-renamed", "version-back")
        if unit.awaited or unit.hasty or unit.emptied or unit.has(*_BROKEN, *gone):
            shown = max(shown, SURE)
        return shown

    def late(self, unit: Unit) -> float:
        """How surely a unit ran so late that it matters."""
        if unit.clock is None or not unit.clock.off or unit.clock.shift < 0:
            return 0.0
        return 1 - math.exp(-unit.clock.shift / unit.every / MUCH_OLDER)

    def matters(self, one: Measure) -> float:
        """Less than 1 where a number moved too little to bring about what is seen at the end."""
        small = 1 - math.exp(-one.size / SMALL)
        seen = self.size
        return small if not seen else small * min(1.0, max(_LEAST, one.size / (_PART * seen)))

    def ages(self, unit: Unit, one: Measure) -> float:
        """The same of an age: some minutes are nothing beside a day."""
        return 1 - math.exp(-abs(one.after - one.before) / unit.every / MUCH_OLDER)

    def field_reach(self, change: Row) -> float:
        """How surely a field that changed reaches the symptom, or a run that failed before it."""
        name = str(change["before"] if change["change"] == "field-renamed" else change["field"])
        ends = {self.end.key, *self.uses.failed}
        reach = self.uses.reach(change["node"], name, ends)
        named = any(name.lower() in text for text in self.errors)
        return max(reach, 0.9 if named and reach > 0.1 else 0.0)

    def column_reach(self, change: Row) -> float:
        """How surely a field that is made otherwise reaches the columns that are wrong."""
        if not self.of_columns or change["field"] in (None, "*"):
            return 0.0
        return self.uses.reach(change["node"], str(change["field"]), {self.end.key})

    @cached_property
    def of_columns(self) -> bool:
        """Whether columns are wrong, and not only how many rows there are, or a whole run."""
        return any(one.column for one in self.symptoms if one.kind in ("metric", "assertion"))

    def field_weight(self, change: Row) -> float:
        """How telling a change of a field is."""
        weight = FIELDS.get(change["change"])
        return 0.0 if weight is None else weight * self.field_reach(change)

    def feeding(self, unit: Unit) -> list[Unit]:
        """The units that feed one."""
        return [self.units[key] for key in sorted(unit.before)]

    def looks_up(self, unit: Unit, feeder: Unit) -> bool:
        """Whether a unit only looks things up in what feeds it: that is small beside the rest."""
        rows = feeder.rows
        known = [one.rows for one in (unit, *self.feeding(unit))]
        return 0 < rows < _LOOKUP * max(known)

    def all_after(self, unit: Unit) -> set[str]:
        """The unit and all downstream of it."""
        seen, pending = {unit.key}, [unit.key]
        while pending:
            new = self.units[pending.pop()].after - seen
            seen |= new
            pending += new
        return seen

    def all_before(self, unit: Unit) -> list[Unit]:
        """All units upstream of one."""
        seen, pending = {unit.key}, [unit.key]
        while pending:
            new = self.units[pending.pop()].before - seen
            seen |= new
            pending += new
        return [self.units[key] for key in sorted(seen - {unit.key})]
