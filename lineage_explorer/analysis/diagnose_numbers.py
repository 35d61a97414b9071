"""Numbers that are odd at a unit and not before it: there what they show began."""

from __future__ import annotations

from collections.abc import Iterator

from lineage_explorer.analysis.diagnose_court import SURE, Court, Evidence, broken_checks
from lineage_explorer.analysis.diagnose_units import Measure, Unit
from lineage_explorer.analysis.diagnose_ways import collapsed
from lineage_explorer.analysis.diagnose_weights import (
    ABNORMAL,
    AGE,
    CODE,
    CONTENT,
    EXPLAINED,
    FIELD_WAY,
    FIRST,
    FIRST_PARTLY,
    FROM_OUTSIDE,
    MOVED,
    ROWS,
    SOMEWHERE,
    STOPPED,
    WEIGHTS,
)

_PASSED_ON = 0.8
_OTHER_IN = 0.8
"""How much less telling it is that a job keeps another part of what it is given, where that is
surely another than usual."""
_BREAKS = 0.4
"""What is left of other numbers where a run failed: few runs do so because of them."""
_TURNED = 0.7
"""What of an effect is left where old data of what feeds the unit may be why, but need not."""


def feeds(
    court: Court, unit: Unit, aspects: tuple[str, ...], effect: Measure | None = None
) -> float:
    """How surely wrong content comes to a unit from what feeds it: such as brings an effect."""
    inner = frozenset({unit.key})
    feeding = court.feeding(unit)
    return max((_passed(court, one, aspects, inner, effect) for one in feeding), default=0.0)


def _passed(
    court: Court,
    unit: Unit,
    aspects: tuple[str, ...],
    seen: frozenset[str],
    effect: Measure | None,
) -> float:
    """How surely trouble comes from a unit to those it feeds.

    What tells no numbers of this kind may pass on what it does not show itself.
    """
    own = court.shows(unit, CONTENT) if effect is None else court.brings(unit, effect)
    codes = {change["change"] for change in unit.changes} - CODE
    shown = max(own, *(WEIGHTS.get(code, 0.0) for code in codes), 0.0)
    if unit.over:
        shown = max(shown, _PASSED_ON)
    if shown >= ABNORMAL:
        return shown
    if unit.tells(*aspects):
        above = [change for one in court.all_before(unit) for change in one.changes]
        moved = [_PASSED_ON * WEIGHTS[one["change"]] for one in above if one["change"] in MOVED]
        fields = [weight for one in above if (weight := court.field_weight(one)) > ABNORMAL]
        return max(shown, *moved, *fields, 0.0)
    behind = [one for one in court.feeding(unit) if one.key not in seen]
    inner = (_passed(court, one, aspects, seen | {unit.key}, effect) for one in behind)
    return max(shown, 0.9 * max(inner, default=0.0))


def numbers(court: Court, unit: Unit) -> list[Evidence]:
    """Effects that show here first."""
    found: list[Evidence] = []
    feeding = court.feeding(unit)
    aged = [court.felt(unit, AGE), *(court.shows(one, AGE) for one in feeding)]
    old = max(aged) >= ABNORMAL and unit is not court.end
    turned = EXPLAINED if old and collapsed(unit) else _TURNED if old else 1.0
    if court.broken and unit is not court.end:
        turned *= _BREAKS
    for one in unit.measures:
        if one.aspect == "yield" and one.off >= ABNORMAL:
            fed = feeds(court, unit, ROWS, one)
            weight = FIRST * one.off * (1 - _OTHER_IN * fed) * turned
            found.append(Evidence(weight * court.matters(one), "yield", measure=one))
    rows = [one for one in unit.measures if one.aspect in ROWS]
    best = max(rows, key=lambda one: one.off, default=None)
    if best is not None and best.off >= ABNORMAL:
        fed = feeds(court, unit, ROWS, best)
        weight = _first(feeding, fed, *ROWS) * best.off * court.matters(best) * turned
        found.append(Evidence(weight, "rows", measure=best))
    columns = [
        Evidence(_of_column(court, unit, one) * one.off * turned * court.matters(one), "metric",
                 measure=one, way=FIELD_WAY)
        for one in unit.measures
        if one.aspect == "metric" and not one.about_age and one.off >= ABNORMAL
    ]  # fmt: skip
    found += sorted(columns, key=lambda one: -one.weight)[:1]
    found += _checks(court, unit, turned)
    ages = [one for one in unit.measures if one.about_age and one.deviation > 0]
    oldest = max(ages, key=lambda one: one.off * court.ages(unit, one), default=None)
    if oldest is not None and court.shows(unit, AGE) >= ABNORMAL and not unit.has(*STOPPED):
        weight = _first_age(court, unit) * oldest.off * court.ages(unit, oldest)
        found.append(Evidence(weight, "age", measure=oldest, layers=(AGE,)))
    return found


def _checks(court: Court, unit: Unit, turned: float) -> Iterator[Evidence]:
    """Assertions that do not hold any more, and what feeds the unit shows no reason."""
    if unit is court.end:
        return
    for check in broken_checks(unit, fresh=False)[:1]:
        aspects = ("metric",) if ":" in str(check["field"]) else ROWS
        weight = _first(court.feeding(unit), feeds(court, unit, aspects), *aspects)
        yield Evidence(SURE * weight * turned, "assertion-failed", check)
    for check in broken_checks(unit, fresh=True)[:1]:
        yield Evidence(SURE * _first_age(court, unit), "assertion-failed", check, layers=(AGE,))


def _first_age(court: Court, unit: Unit) -> float:
    """How telling it is that age is seen at a unit, given what is before it."""
    behind = court.all_before(unit)
    moved = any(one.has(*MOVED) for one in behind)
    if moved or any(court.shows(one, AGE) >= ABNORMAL or collapsed(one) for one in behind):
        return EXPLAINED
    feeding = court.feeding(unit)
    told = all(any(one.about_age for one in other.measures) for other in feeding)
    return FROM_OUTSIDE if told else _unseen(feeding)


def _first(feeding: list[Unit], fed: float, *aspects: str) -> float:
    """How telling it is that an effect is seen at a unit, given what feeds it."""
    if not feeding:
        return FIRST
    if fed >= ABNORMAL:
        return EXPLAINED
    if not all(one.tells(*aspects) for one in feeding):
        return _unseen(feeding)
    whole = all(one.tells(*ROWS) and one.tells("metric") for one in feeding)
    return FIRST if whole else FIRST_PARTLY


def _unseen(feeding: list[Unit]) -> float:
    """How telling an effect is whose like is not told of what feeds the unit."""
    outside = all(not one.before and one.key.startswith("dataset:") for one in feeding)
    return FROM_OUTSIDE if outside else SOMEWHERE


def _of_column(court: Court, unit: Unit, one: Measure) -> float:
    """The same of a metric of a column: what the columns it is made of show."""
    relevant = 1.0
    if one.column and unit is not court.end:
        ends = {court.end.key, *court.uses.failed}
        relevant = max(0.15, court.uses.reach(one.node, one.column, ends))
    fed = feeds(court, unit, ("metric",), one)
    if not court.uses.made_from(unit.key, one.column or ""):
        return relevant * _first(court.feeding(unit), fed, "metric")
    told, off = _columns_before(court, unit, one.column or "", set())
    if off >= ABNORMAL:
        return relevant * EXPLAINED
    if fed >= ABNORMAL:
        return relevant * (0.2 if told else EXPLAINED)
    return relevant * (FIRST if told else _unseen(court.feeding(unit)))


def _columns_before(
    court: Court, unit: Unit, column: str, seen: set[tuple[str, str]]
) -> tuple[bool, float]:
    """Whether the columns that one is made of tell numbers, and how far off those are."""
    told, off = False, 0.0
    for dataset, source in court.uses.made_from(unit.key, column):
        if (dataset, source) in seen:
            continue
        seen.add((dataset, source))
        for feeder in (one for one in court.feeding(unit) if dataset in one.nodes):
            beside = [m.off for m in feeder.measures if m.aspect == "metric" and m.column == source]
            changed = any(
                court.field_weight(change) and source in (change["field"], change["before"])
                for change in feeder.changes
            )
            if beside or changed:
                told, off = True, max(off, 1.0 if changed else 0.0, *beside)
            else:
                further = _columns_before(court, feeder, source, seen)
                told, off = told or further[0], max(off, further[1])
    return told, off
