"""Which unit brought it about: evidence that something began there, on a way to the symptom.

Nothing here knows a fault by its name. Three questions are asked of every unit: did something of
its own change, and how telling is that; do its numbers show an effect that what feeds it does not
show; and does the way from there to the symptom show it all along. Weights are odds-like: several
pieces of evidence are joined as independent ones.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from lineage_explorer.analysis.compare_past import Past
from lineage_explorer.analysis.diagnose_fields import UNTOLD, Uses
from lineage_explorer.analysis.diagnose_symptoms import Symptom
from lineage_explorer.analysis.diagnose_units import Measure, Row, Unit

# how telling a change is of itself
WEIGHTS = {
    "input-dropped": 0.85, "output-dropped": 0.85, "dataset-renamed": 0.8, "place-changed": 0.7,
    "job-renamed": 0.3, "input-added": 0.3, "output-added": 0.2, "storage-changed": 0.3,
    "version-back": 0.9, "subset-changed": 0.8, "operation-changed": 0.8, "period-changed": 0.6,
    "lifecycle-changed": 0.5, "sql-changed": 0.55, "source-changed": 0.5,
    "parameter-changed": 0.4, "parameter-added": 0.35, "parameter-dropped": 0.4,
    "column-source-dropped": 0.3, "masking-dropped": 0.5, "masking-added": 0.4,
    "code-version-changed": 0.12, "code-moved": 0.3, "setting-changed": 0.1,
    "engine-changed": 0.1, "variable-dropped": 0.2, "variable-added": 0.1,
    "job-type-changed": 0.1, "dataset-type-changed": 0.2, "read-too-early": 0.7,
    "outcome-differs": 0.1,
}  # fmt: skip
CODE = {
    "sql-changed", "source-changed", "parameter-changed", "parameter-added", "parameter-dropped",
    "code-version-changed", "code-moved", "setting-changed", "engine-changed",
    "variable-dropped", "variable-added", "column-source-dropped",
}  # fmt: skip
MOVED = {
    "dataset-renamed", "place-changed", "input-dropped", "output-dropped", "version-back",
    "subset-changed", "operation-changed",
}  # fmt: skip
"""Other data than before: numbers on the way may be as usual all the same."""
FIELDS = {"field-dropped": 0.9, "field-renamed": 0.9, "field-retyped": 0.85}
STOPPED = {"not-run": 0.85, "run-failed": 0.9, "run-unfinished": 0.7}
TIMES = {
    "not-run",
    "version-same",
    "read-too-early",
    "input-older",
    "started-later",
    "version-back",
}

ROWS = ("rows-output", "rows-input")

HARMLESS = 0.12
"""What is left of a change where the unit's own numbers are as usual."""
EXPLAINED = 0.15
"""What is left of an effect where what feeds the unit shows one, too."""
_FROM_OUTSIDE = 0.6
"""The same where only sources are before it: there is nothing further back in the log."""
ABNORMAL = 0.3
_SOMEWHERE = 0.3
"""An effect that shows here first because nothing before it tells such numbers."""
_FIELD_WAY = 0.95
_MOVED_WAY = 0.9
_SMALL = 0.1
_UNTOLD_STEP, _CALM_STEP, _PARTLY_CALM_STEP = 0.95, 0.25, 0.6


@dataclass
class Evidence:
    """A piece of evidence for a unit: what, how telling, and the change or number behind it."""

    weight: float
    why: str
    change: Row | None = None
    measure: Measure | None = None
    way: float | None = None
    """How well the way to the symptom carries this very thing, where column lineage tells."""

    @property
    def sort(self) -> str:
        """What it is evidence of: an effect, code, other data, a stop or a field."""
        if self.measure is not None:
            return "effect"
        sorts = {"code": CODE, "data": MOVED, "stop": STOPPED, "field": FIELDS}
        return next((name for name, of in sorts.items() if self.why in of), self.why)


@dataclass
class Suspect:
    """A unit with its evidence and its score."""

    unit: Unit
    evidence: list[Evidence] = field(default_factory=list)
    way: float = 0.0
    path: list[str] = field(default_factory=list)

    @property
    def score(self) -> float:
        """From 0 to 1: evidence of one sort is one piece, that of several adds up."""
        best: dict[str, float] = {}
        for one in self.evidence:
            way = self.way if one.way is None else max(one.way, self.way)
            best[one.sort] = max(best.get(one.sort, 0.0), one.weight * way)
        return _joined(best.values())


@dataclass(frozen=True, eq=False)
class Court:
    """All that a judgement rests on."""

    past: Past
    units: dict[str, Unit]
    end: Unit
    symptoms: list[Symptom]
    uses: Uses
    rates: dict[str, float]
    """How often the code of a job changes, for each run."""
    errors: list[str]
    """What runs that failed say, in lower case."""

    @property
    def stale(self) -> bool:
        """Whether age is all that is wrong, and no failure upstream may be why."""
        aged = bool(self.symptoms) and all(self._of_age(one) for one in self.symptoms)
        return aged and not any(
            one.has("run-failed", "run-unfinished") for one in self.units.values()
        )

    @staticmethod
    def _of_age(one: Symptom) -> bool:
        return one.kind == "stale" or (one.kind == "assertion" and "fresh" in one.text.lower())

    @property
    def aged(self) -> bool:
        """Whether age is among what is wrong."""
        return any(self._of_age(one) for one in self.symptoms)


def ranked(court: Court) -> list[Suspect]:
    """All units upstream of the symptom with some evidence, the most likely first."""
    ways = _ways(court)
    found = []
    for key, (way, path) in ways.items():
        unit = court.units[key]
        suspect = Suspect(unit, _evidence(court, unit), way=way, path=path)
        if suspect.evidence:
            found.append(suspect)
    return sorted(found, key=lambda one: (-one.score, len(one.path), one.unit.key))


def _joined(weights: Iterable[float]) -> float:
    """The weight of independent pieces of evidence together."""
    left = 1.0
    for weight in weights:
        left *= 1 - min(weight, 0.999)
    return 1 - left


def effect(court: Court, unit: Unit) -> float:
    """How surely a unit shows that something is wrong, be it its own or not."""
    moved = (
        one.off * (1.0 if unit is court.end else _size(court, one))
        for one in unit.measures
        if one.counts and not one.about_age
    )
    shown = max(max(moved, default=0.0), unit.off(age=True) if court.aged else 0.0)
    if unit.has("run-failed", "assertion-failed", "not-run", "version-same", "output-dropped"):
        shown = max(shown, 0.9)
    if unit.has("rows-gone"):
        shown = 1.0
    if any(_field_weight(court, change) > 0.3 for change in unit.changes):
        shown = max(shown, 0.9)
    return shown


def _feeds(court: Court, unit: Unit, aspects: tuple[str, ...], seen: frozenset[str]) -> float:
    """How surely trouble comes from a unit to those it feeds.

    What tells no numbers of this kind may pass on what it does not show itself.
    """
    codes = {change["change"] for change in unit.changes} - CODE
    shown = max(effect(court, unit), *(WEIGHTS.get(code, 0.0) for code in codes), 0.0)
    if shown >= ABNORMAL:
        return shown
    if unit.tells(*aspects):
        above = [change for one in _all_before(court, unit) for change in one.changes]
        moved = [0.8 * WEIGHTS[one["change"]] for one in above if one["change"] in MOVED]
        fields = [weight for one in above if (weight := _field_weight(court, one)) > 0.5]
        return max(shown, *moved, *fields, 0.0)
    behind = [court.units[key] for key in unit.before if key not in seen]
    inner = (_feeds(court, one, aspects, seen | {unit.key}) for one in behind)
    return max(shown, 0.9 * max(inner, default=0.0))


def _ways(court: Court) -> dict[str, tuple[float, list[str]]]:
    """From each unit upstream the likeliest way to the symptom, and how well it carries it."""
    start = court.end.key
    best: dict[str, tuple[float, list[str]]] = {}
    queue: list[tuple[float, int, str, list[str]]] = [(-1.0, 0, start, [start])]
    while queue:
        minus, length, key, path = heapq.heappop(queue)
        if key in best:
            continue
        best[key] = (-minus, path)
        through = -minus * (1.0 if key == start else _passes(court, court.units[key]))
        for feeder in sorted(court.units[key].before):
            if feeder not in best:
                heapq.heappush(queue, (-through, length + 1, feeder, [feeder, *path]))
    return best


def _passes(court: Court, unit: Unit) -> float:
    """How well a unit on the way carries trouble: it shows it, says nothing, or is as usual."""
    shown = effect(court, unit)
    if shown >= ABNORMAL:
        return 0.98
    if court.stale:
        calm = any(one.about_age for one in unit.measures)
        return _PARTLY_CALM_STEP if calm else _UNTOLD_STEP
    rows, columns = unit.tells("rows-output", "rows-input"), unit.tells("metric")
    if rows and columns:
        return _CALM_STEP
    return _PARTLY_CALM_STEP if rows or columns else _UNTOLD_STEP


def _evidence(court: Court, unit: Unit) -> list[Evidence]:
    feeding = [court.units[key] for key in sorted(unit.before)]
    fed = max((_feeds(court, one, ROWS, frozenset({unit.key})) for one in feeding), default=0.0)
    found = [*_changes(court, unit, fed), *_stops(court, unit, feeding), *_fields(court, unit)]
    found += _numbers(court, unit, feeding, fed)
    return [one for one in found if one.weight > 0]


def _changes(court: Court, unit: Unit, fed: float) -> list[Evidence]:
    """Changes of the job itself."""
    calm = effect(court, unit) < ABNORMAL and unit.tells("rows-output", "metric", "rows-input")
    both = unit.tells("rows-output", "rows-input") and unit.tells("metric")
    rate = court.rates.get(unit.key, 0.0)
    usual = 1 - 0.6 * min(1.0, 4 * rate)
    best: dict[str, Evidence] = {}
    for change in unit.changes:
        code = change["change"]
        weight = WEIGHTS.get(code, 0.0)
        if not weight:
            continue
        if code in CODE:
            weight *= usual
            if calm:
                weight *= HARMLESS if both else 2.5 * HARMLESS
            elif fed >= ABNORMAL:
                weight *= 0.4
        if court.stale and code not in TIMES and code in CODE:
            weight *= 0.2
        known = best.get(code)
        if known is None or known.weight < weight:
            best[code] = Evidence(weight, code, change, way=_MOVED_WAY if code in MOVED else None)
    return list(best.values())


def _stops(court: Court, unit: Unit, feeding: list[Unit]) -> list[Evidence]:
    """That a job did not run, failed or has not ended, unless what feeds it explains it."""
    found = []
    for change in unit.changes:
        weight = STOPPED.get(change["change"])
        if weight is None or unit is court.end:
            continue
        before = [one for one in _all_before(court, unit) if one.has(*STOPPED)]
        broken = [
            one
            for one in feeding
            if effect(court, one) >= ABNORMAL
            or any(_field_weight(court, c) > 0.3 for c in one.changes)
        ]
        if before:
            weight *= EXPLAINED
        elif broken and change["change"] == "run-failed":
            by_field = any(_field_weight(court, c) > 0.3 for one in broken for c in one.changes)
            weight *= EXPLAINED if by_field else 0.4
        found.append(Evidence(weight, change["change"], change))
    if not found and unit is not court.end:
        for change in unit.changes:
            if change["change"] == "version-same" and not any(
                one.has(*STOPPED, "version-same") for one in feeding
            ):
                found.append(Evidence(0.5, "version-same", change))
                break
    return found


def _all_before(court: Court, unit: Unit) -> list[Unit]:
    """All units upstream of one."""
    seen, pending = {unit.key}, [unit.key]
    while pending:
        new = court.units[pending.pop()].before - seen
        seen |= new
        pending += new
    return [court.units[key] for key in sorted(seen - {unit.key})]


def _field_reach(court: Court, change: Row) -> float:
    """How surely a field that changed reaches the symptom, or a run that failed before it."""
    name = str(change["before"] if change["change"] == "field-renamed" else change["field"])
    ends = {court.end.key, *court.uses.failed}
    reach = court.uses.reach(change["node"], name, ends)
    named = any(name.lower() in text for text in court.errors)
    return max(reach, 0.9 if named and reach > 0.1 else 0.0)


def _field_weight(court: Court, change: Row) -> float:
    """How telling a change of a field is."""
    weight = FIELDS.get(change["change"])
    return 0.0 if weight is None else weight * _field_reach(court, change)


def _fields(court: Court, unit: Unit) -> list[Evidence]:
    """Fields of what it writes that went or changed, where they did not do so in what it reads."""
    above = {
        (
            change["change"],
            str(
                change["before"] if change["change"] == "field-renamed" else change["field"]
            ).lower(),
        )
        for key in unit.before
        for change in court.units[key].changes
        if change["change"] in FIELDS
    }
    gone_above = {name for _, name in above}
    types_above = {
        (change["change"], change["before"], change["after"])
        for key in unit.before
        for change in court.units[key].changes
    }
    found = []
    for change in unit.changes:
        if change["change"] not in FIELDS:
            continue
        name = str(
            change["before"] if change["change"] == "field-renamed" else change["field"]
        ).lower()
        weight = _field_weight(court, change)
        alike = (change["change"], change["before"], change["after"]) in types_above
        if (
            name in gone_above
            or _made_of(court, unit, str(change["field"]), gone_above)
            or (alike and change["change"] == "field-retyped")
        ):
            weight *= EXPLAINED
        if court.stale:
            weight *= 0.3
        sure = _field_reach(court, change) > UNTOLD
        found.append(Evidence(weight, change["change"], change, way=_FIELD_WAY if sure else None))
    best = sorted(found, key=lambda one: -one.weight)
    return best[:1]


def _made_of(court: Court, unit: Unit, name: str, gone: set[str]) -> bool:
    """Whether a field is made of one of these."""
    edges = court.uses.made_from(unit.key, name)
    return bool({column.lower() for _, column in edges} & gone)


def _numbers(court: Court, unit: Unit, feeding: list[Unit], fed: float) -> list[Evidence]:
    """Effects that show here first."""
    found: list[Evidence] = []
    grown = [one for one in unit.measures if one.aspect == "yield" and one.off >= ABNORMAL]
    for one in grown:
        weight = 0.75 * one.off * (0.4 if fed >= ABNORMAL else 1.0)
        found.append(Evidence(weight, "yield", measure=one))
    rows = [one for one in unit.measures if one.aspect in ("rows-output", "rows-input")]
    best = max(rows, key=lambda one: one.off, default=None)
    if best is not None and best.off >= ABNORMAL:
        first = _first(feeding, fed, *ROWS)
        weight = first * best.off * _size(court, best)
        found.append(Evidence(weight, "rows", measure=best))
    metrics = [
        one
        for one in unit.measures
        if one.aspect == "metric" and not one.about_age and one.off >= ABNORMAL
    ]
    strongest = [
        Evidence(
            _of_column(court, unit, one, feeding, fed) * one.off,
            "metric",
            measure=one,
            way=_FIELD_WAY,
        )
        for one in metrics
    ]
    found += sorted(strongest, key=lambda one: -one.weight)[:1]
    ages = [one for one in unit.measures if one.about_age and one.deviation > 0]
    oldest = max(ages, key=lambda one: one.off, default=None)
    if court.aged and oldest is not None and oldest.off >= ABNORMAL and not unit.has(*STOPPED):
        found.append(Evidence(_first_age(court, unit) * oldest.off, "age", measure=oldest))
    if court.stale:
        for piece in found:
            if piece.why != "age":
                piece.weight *= 0.3
    return found


def _first_age(court: Court, unit: Unit) -> float:
    """How telling it is that age is seen at a unit, given what is before it."""
    behind = _all_before(court, unit)
    stopped = any(one.has(*STOPPED, *MOVED, "version-same") for one in behind)
    if stopped or any(one.off(age=True) >= ABNORMAL for one in behind):
        return EXPLAINED
    feeding = [court.units[key] for key in unit.before]
    told = all(any(one.about_age for one in other.measures) for other in feeding)
    return 0.6 if told else _SOMEWHERE


def _first(feeding: list[Unit], fed: float, *aspects: str) -> float:
    """How telling it is that an effect is seen at a unit, given what feeds it."""
    if not feeding:
        return 0.75
    if fed >= ABNORMAL:
        return EXPLAINED
    if not all(one.tells(*aspects) for one in feeding):
        outside = all(not one.before and one.key.startswith("dataset:") for one in feeding)
        return _FROM_OUTSIDE if outside else _SOMEWHERE
    whole = all(one.tells(*ROWS) and one.tells("metric") for one in feeding)
    return 0.75 if whole else 0.5


def _size(court: Court, one: Measure) -> float:
    """Less than 1 where a number moved too little to bring about what is seen at the end."""
    seen = max(
        (m.size for m in court.end.measures if m.off >= ABNORMAL and not m.about_age), default=0.0
    )
    small = 1 - math.exp(-one.size / _SMALL)
    return small if not seen else small * min(1.0, max(0.2, one.size / (0.3 * seen)))


def _of_column(court: Court, unit: Unit, one: Measure, feeding: list[Unit], fed: float) -> float:
    """The same of a metric of a column: what the columns it is made of show."""
    relevant = 1.0
    if one.column and unit is not court.end:
        relevant = max(
            0.15, court.uses.reach(one.node, one.column, {court.end.key, *court.uses.failed})
        )
    inner = frozenset({unit.key})
    fed = max((_feeds(court, other, ("metric",), inner) for other in feeding), default=0.0)
    if not court.uses.made_from(unit.key, one.column or ""):
        return relevant * _first(feeding, fed, "metric")
    told, off = _columns_before(court, unit, one.column or "", set())
    if off >= ABNORMAL:
        return relevant * EXPLAINED
    if fed >= ABNORMAL:
        return relevant * (0.2 if told else EXPLAINED)
    return relevant * (0.75 if told else _SOMEWHERE)


def _columns_before(
    court: Court, unit: Unit, column: str, seen: set[tuple[str, str]]
) -> tuple[bool, float]:
    """Whether the columns that one is made of tell numbers, and how far off those are."""
    told, off = False, 0.0
    for dataset, source in court.uses.made_from(unit.key, column):
        if (dataset, source) in seen:
            continue
        seen.add((dataset, source))
        for feeder in (court.units[key] for key in unit.before):
            if dataset not in feeder.nodes:
                continue
            beside = [m.off for m in feeder.measures if m.aspect == "metric" and m.column == source]
            changed = any(
                change["change"] in FIELDS and source in (change["field"], change["before"])
                for change in feeder.changes
            )
            if beside or changed:
                told, off = True, max(off, 1.0 if changed else 0.0, *beside)
            else:
                further = _columns_before(court, feeder, source, seen)
                told, off = told or further[0], max(off, further[1])
    return told, off
