"""Evidence that something began at a unit: what it is or did otherwise than in all its past."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from lineage_explorer.analysis.diagnose_clock import OldRead
from lineage_explorer.analysis.diagnose_court import Court, Evidence
from lineage_explorer.analysis.diagnose_fields import ALL, UNTOLD
from lineage_explorer.analysis.diagnose_habits import usual
from lineage_explorer.analysis.diagnose_numbers import feeds, numbers
from lineage_explorer.analysis.diagnose_units import Measure, Row, Unit
from lineage_explorer.analysis.diagnose_weights import (
    ABNORMAL,
    AGE,
    CODE,
    COLUMNS,
    CONTENT,
    EARLY,
    EMPTY,
    EXPLAINED,
    FIELD_WAY,
    FIELDS,
    HALF_TOLD,
    HARMLESS,
    LATE,
    MOVED,
    MOVED_WAY,
    NOT_TOLD,
    OTHER_DAY,
    OTHER_WRITER,
    OVERTOOK,
    ROWS,
    SILENT,
    STOPPED,
    WEIGHTS,
)

_BOTH = (CONTENT, AGE)
_HOUR = 3600
_HALF, _CALM_WRITER = 0.5, 0.3
_PARTLY_EXPLAINED, _HARDLY_EXPLAINED = 0.5, 0.8
"""What is left of that a job did not run, where some of what feeds it did not, and some did; and
where it only looks things up in those that did not."""
_ODD_BEFORE = 0.3
"""What is left of that a job did not run, where what it wrote before was odd already."""
_REORDERED, _REORDERED_SEEN = 0.2, 0.85
"""Of fields in another order: of itself, and where just those that moved are odd behind it."""


def evidence(court: Court, unit: Unit) -> list[Evidence]:
    """All that speaks for a unit."""
    fed = feeds(court, unit, ROWS)
    found = [
        *_changes(court, unit, fed),
        *_stops(court, unit),
        *_times(court, unit),
        *_odd_runs(court, unit),
        *_fields(court, unit),
        *numbers(court, unit),
    ]
    return [one for one in found if one.weight > 0]


def _row(unit: Unit, code: str, field: str | None = None, **sides: object) -> Row:
    """A change that the diff has no row for."""
    names = ("before", "after", "by", "deviation", "event_before", "event_after")
    row: Row = dict.fromkeys(names) | {"node": unit.key, "change": code, "field": field}
    return row | sides


def _changes(court: Court, unit: Unit, fed: float) -> list[Evidence]:
    """Changes of the job itself."""
    code_share = _code_share(court, unit, fed)
    best: dict[str, Evidence] = {}
    for change in unit.changes:
        code = change["change"]
        weight = WEIGHTS.get(code, 0.0)
        if not weight:
            continue
        layers: tuple[str, ...] = _BOTH
        way = MOVED_WAY if code in MOVED else None
        if code in COLUMNS:
            reach = court.column_reach(change)
            if reach > UNTOLD:  # the very column that is wrong is made otherwise
                weight, way = COLUMNS[code] * reach, FIELD_WAY
        weight *= usual(court.habits, unit.key, code)
        if code in CODE:
            weight, layers = weight * code_share, (CONTENT,)
        known = best.get(code)
        if known is None or known.weight < weight:
            best[code] = Evidence(weight, code, change, way=way, layers=layers)
    return list(best.values())


def _code_share(court: Court, unit: Unit, fed: float) -> float:
    """What is left of that another code ran: little where the numbers that would tell are calm."""
    rows, columns = unit.tells(*ROWS), unit.tells("metric")
    if court.shows(unit, CONTENT) >= ABNORMAL:
        return 0.4 if fed >= ABNORMAL else 1.0
    if rows and columns:
        return HARMLESS
    told = columns if court.of_columns else rows
    if told:
        return HALF_TOLD
    return NOT_TOLD if rows or columns else 1.0


def _stops(court: Court, unit: Unit) -> Iterator[Evidence]:
    """That a job did not run, failed or has not ended, unless what feeds it explains it."""
    if unit is court.end:
        return
    stops = [change for change in unit.changes if change["change"] in STOPPED]
    for change in stops:
        weight = STOPPED[change["change"]]
        if change["change"] == "run-unfinished" and unit.awaited:
            weight = STOPPED["run-failed"]
        if change["change"] == "not-run" and not unit.awaited:
            continue  # nobody read of it what was due
        share = _unexplained(court, unit, change["change"])
        if change["change"] == "not-run" and _odd_before(court, unit):
            share *= _ODD_BEFORE
        yield Evidence(weight * share, change["change"], change, layers=(AGE,))
    if not stops and unit.awaited:
        share = _unexplained(court, unit, "not-run")
        yield Evidence(LATE * share, "not-run", _awaited(unit), layers=(AGE,))


def _odd_before(court: Court, unit: Unit) -> bool:
    """Whether what it wrote the last time was wrong or old already."""
    return any(
        one.off * (court.ages(unit, one) if one.about_age else court.matters(one)) >= ABNORMAL
        for one in unit.measures
        if one.aspect in ("rows-output", "metric") and one.counts
    )


def _awaited(unit: Unit) -> Row:
    same = next((one for one in unit.changes if one["change"] == "version-same"), None)
    return same or _row(unit, "not-run", unit.awaited[0].dataset)


def _unexplained(court: Court, unit: Unit, stop: str) -> float:
    """Less than 1 where what is before a unit that stopped may be why it did."""
    if _stopped_before(court, unit, {unit.key}):
        feeding = court.feeding(unit)
        went_on = [one for one in feeding if one.clock and not one.idle]
        stood = [one for one in feeding if one not in went_on]
        if went_on and all(court.looks_up(unit, one) for one in stood):
            return _HARDLY_EXPLAINED
        return _PARTLY_EXPLAINED if went_on else EXPLAINED
    if stop != "run-failed":
        return 1.0
    changes = [change for one in court.all_before(unit) for change in one.changes]
    return EXPLAINED if any(court.field_weight(one) > ABNORMAL for one in changes) else 1.0


def _stopped_before(court: Court, unit: Unit, seen: set[str]) -> bool:
    """Whether something before it had stopped, and nothing in between went on all the same."""
    for one in court.feeding(unit):
        if one.key in seen:
            continue
        seen.add(one.key)
        if one.awaited or one.has(*STOPPED) or (one.idle and _stopped_before(court, one, seen)):
            return True
    return False


def _times(court: Court, unit: Unit) -> Iterator[Evidence]:
    """That a run is too soon for what it reads, too late, for another day, or ends after a newer."""
    if unit.hasty:
        first: OldRead = unit.hasty[0]
        row = _row(unit, "read-too-early", first.dataset)
        yield Evidence(EARLY, "read-too-early", row, layers=(AGE,))
    shift = 0.0 if unit.clock is None else unit.clock.shift
    late = court.late(unit)
    if late >= ABNORMAL and unit is not court.end:
        share = EXPLAINED if any(court.late(one) >= ABNORMAL for one in court.feeding(unit)) else 1
        row = _row(unit, "started-later", after=f"{shift / _HOUR:.1f} h")
        yield Evidence(LATE * late * share, "started-later", row, layers=(AGE,))
    for one in unit.measures:
        if one.aspect != "delay" or one.off < ABNORMAL:
            continue
        if abs(one.after - one.before - shift) >= _HALF * unit.every:
            yield Evidence(OTHER_DAY * one.off, "delay", measure=one, layers=_BOTH)
    if unit.overtook is not None:
        yield Evidence(OVERTOOK, "overtook", _overtaken(court, unit, unit.overtook), layers=_BOTH)


def _overtaken(court: Court, unit: Unit, other: int) -> Row:
    """From when to when the other run of a job was, and the one that ended after it."""
    past = court.past
    mine = court.after.runs.filter(pl.col("job") == unit.key)["at"][0]
    told: Row = {}
    for side, at in (("before", other), ("after", mine)):
        run, job, *span = (past.runs[name][at] for name in ("run", "job", "start", "end"))
        events = past.frames.events.filter((pl.col("run") == run) & (pl.col("job") == job))
        told[side] = " to ".join(f"{time:%Y-%m-%d %H:%M}" for time in span)
        told[f"event_{side}"] = events.sort("time", "event", nulls_last=False)["event"].last()
    return _row(unit, "slower", **told)


def _odd_runs(court: Court, unit: Unit) -> Iterator[Evidence]:
    """A job that writes over another's data, and a run that says nothing of what it wrote."""
    if unit.over:
        seen = [unit, *(court.units[key] for key in sorted(unit.after))]
        felt = any(court.shows(one, layer) >= ABNORMAL for one in seen for layer in _BOTH)
        row = next(c for c in unit.changes if c["change"] in ("job-added", "output-added"))
        share = 1.0 if felt else _CALM_WRITER if unit.tells(*ROWS, "metric") else _HALF
        yield Evidence(OTHER_WRITER * share, "job-added", row, layers=_BOTH)
    gone = [c for c in unit.changes if c["change"] in ("rows-gone", "told-no-more")]
    written = sorted(gone, key=lambda c: c["change"] != "rows-gone")
    silent = any(c["field"] in ("rows-output", "version") and c["by"] == unit.key for c in written)
    weight = EMPTY if unit.emptied else SILENT if silent else 0.0
    if weight and unit.key.startswith("job:") and not unit.has(*STOPPED):
        rows = [one for one in unit.measures if one.aspect == "rows-output"]
        fed = feeds(court, unit, ROWS, rows[0] if rows else None)
        share = EXPLAINED if fed >= ABNORMAL else 1.0
        change = written[0] if written else _row(unit, "rows-gone")
        yield Evidence(weight * share, "silent", change, layers=_BOTH)


def _name(change: Row) -> str:
    """What a field that changed was called before, in lower case."""
    renamed = change["change"] == "field-renamed"
    return str(change["before"] if renamed else change["field"]).lower()


def _fields(court: Court, unit: Unit) -> list[Evidence]:
    """Fields of what it writes that went or changed, where they did not do so in what it reads."""
    above = [change for one in court.feeding(unit) for change in one.changes]
    gone_above = {_name(change) for change in above if change["change"] in FIELDS}
    types_above = {(change["change"], change["before"], change["after"]) for change in above}
    found = []
    for change in unit.changes:
        if change["change"] not in FIELDS:
            continue
        alike = (change["change"], change["before"], change["after"]) in types_above
        explained = (
            _name(change) in gone_above
            or _made_of(court, unit, str(change["field"]), gone_above)
            or (alike and change["change"] == "field-retyped")
        )
        weight = court.field_weight(change) * (EXPLAINED if explained else 1.0)
        sure = court.field_reach(change) > UNTOLD
        found.append(Evidence(weight, change["change"], change, way=FIELD_WAY if sure else None))
    best = sorted(found, key=lambda one: -one.weight)[:1]
    return [*best, *_reordered(court, unit, above)]


def _made_of(court: Court, unit: Unit, name: str, gone: set[str]) -> bool:
    """Whether a field is made of one of these."""
    edges = court.uses.made_from(unit.key, name)
    return bool({column.lower() for _, column in edges} & gone)


def _reordered(court: Court, unit: Unit, above: list[Row]) -> Iterator[Evidence]:
    """Fields in another order, which matters to what takes them by their place."""
    orders = {(c["before"], c["after"]) for c in above if c["change"] == "fields-reordered"}
    for change in unit.changes:
        if change["change"] != "fields-reordered" or (change["before"], change["after"]) in orders:
            continue
        was, now = (str(change[side]).split(", ") for side in ("before", "after"))
        moved = [one for one, other in zip(was, now, strict=False) if one != other]
        odd = any(_odd_behind(court, change["node"], name) for name in moved)
        weight = _REORDERED_SEEN if odd else _REORDERED
        yield Evidence(weight, "fields-reordered", change, way=FIELD_WAY if odd else None)


def _odd_behind(court: Court, dataset: str, name: str) -> bool:
    """Whether the numbers of what is made of a field, or chosen by it, are odd."""
    made = court.uses.made_of(dataset, name)
    for unit in court.units.values():
        chosen = any((node, ALL) in made for node in unit.outputs)
        for one in unit.measures:
            column = one.column or ""
            alike = column.startswith(f"{name}_") or column.endswith(f"_{name}")
            if _is_odd(one) and ((one.node, column) in made or (chosen and alike)):
                return True
            if chosen and one.aspect in (*ROWS, "yield") and one.off >= ABNORMAL:
                return court.matters(one) >= ABNORMAL
    return False


def _is_odd(one: Measure) -> bool:
    return one.aspect == "metric" and not one.about_age and one.off >= ABNORMAL
