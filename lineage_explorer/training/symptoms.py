"""What can be seen of a run in the events, and where two simulations of one company differ in it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from lineage_explorer.training.contents import Content, Stat
from lineage_explorer.training.parts import Company
from lineage_explorer.training.simulate import Record

Slot = tuple[str, int]
"""A job and which of its runs by the schedule."""
SEEN = 0.2
"""Relative difference of rows or a mean from which it counts as an effect."""
STRIKING = 0.35
"""From which it is a symptom that somebody asks about, if it was never so before."""


class Effect(NamedTuple):
    """A difference that the events show."""

    kind: str
    text: str
    column: str | None = None


class Symptom(NamedTuple):
    """What somebody notices."""

    slot: Slot
    record: Record
    kind: str
    """failed run, failed test, rows, nulls, values or stale."""
    text: str


def slots(records: Iterable[Record]) -> dict[Slot, Record]:
    """The last attempt of every scheduled run."""
    return {(one.job.key, one.tick): one for one in records if one.tick >= 0}


def effects(before: Record, after: Record) -> Iterator[Effect]:
    """What the events show of `after` and not of `before`."""
    if before.state != after.state:
        kind = "failed test" if after.target is None else "failed run"
        if after.state == "FAIL":
            yield Effect(kind, after.error or "failed")
        elif after.state == "RUNNING":
            yield Effect("no end", "it did not end")
    for one, two in zip(before.verdicts, after.verdicts, strict=False):
        if one.success and not two.success:
            where = two.check.column or "the table"
            yield Effect(
                "failed test", f"{two.check.kind} of {where}: {two.actual}, not {two.expected}"
            )
    if "nominal" in after.job.tells and before.nominal != after.nominal:
        yield Effect("nominal", "it is for another day")
    yield from _inputs(before, after)
    if after.wrote is None or before.wrote is None:
        if before.wrote is not None and after.state == "COMPLETE" and "rows" in after.job.tells:
            yield Effect("rows", "nothing was written")
        return
    if list(_types(before.wrote)) != list(_types(after.wrote)):
        yield Effect("schema", "other columns were written")
    yield from _told(before.wrote, after.wrote, after.job.tells)


def _types(content: Content) -> Iterator[tuple[str, str]]:
    return ((name, one.type) for name, one in content.columns.items())


def _inputs(before: Record, after: Record) -> Iterator[Effect]:
    if [one.table.node for one in before.reads] != [one.table.node for one in after.reads]:
        yield Effect("inputs", "other inputs were read")
        return
    for one, two in zip(before.reads, after.reads, strict=True):
        if two.table.schema and list(_types(one.content)) != list(_types(two.content)):
            yield Effect("input schema", f"{two.table.name} had other columns")
        if "read" in after.job.tells and _far(one.content.rows, two.content.rows) > SEEN:
            yield Effect("input rows", f"{two.content.rows:.0f} rows read of {two.table.name}")
        if two.table.versions and one.content.number != two.content.number:
            yield Effect("input version", f"another version of {two.table.name} was read")


def _told(before: Content, after: Content, tells: frozenset[str]) -> Iterator[Effect]:
    if "rows" in tells and _far(before.rows, after.rows) > SEEN:
        yield Effect("rows", f"{after.rows:.0f} rows, not {before.rows:.0f}")
    if "metrics" not in tells:
        return
    if before.as_of - after.as_of > 3.0:
        yield Effect("stale", f"data of {before.as_of - after.as_of:.0f} hours before")
    for name, two in after.columns.items():
        one = before.columns.get(name)
        if one is None or two.kind == "time":
            continue
        if abs(two.nulls - one.nulls) > 0.08:
            yield Effect("nulls", f"{two.nulls:.0%} of {name} null, not {one.nulls:.0%}", name)
        elif distinct(one) and _far(distinct(one), distinct(two)) > SEEN:
            yield Effect("values", f"{distinct(two)} different {name}, not {distinct(one)}", name)
        elif one.kind == two.kind == "number" and _far(one.mean, two.mean) > SEEN:
            yield Effect(
                "values", f"{name} about {two.mean or 0:.4g}, not {one.mean or 0:.4g}", name
            )


def distinct(stat: Stat) -> int | None:
    """How many different values a code has: more, where they are written in several ways."""
    return round(8 + 12 * (1 - stat.sound)) if stat.kind == "code" else None


def _far(one: float | None, two: float | None) -> float:
    """How far apart, as the logarithm of the ratio; 0 where one is not known."""
    if one is None or two is None or one == two:
        return 0.0
    if one <= 0 or two <= 0:
        return 9.0
    return abs(math.log(two / one))


def symptoms(before: dict[Slot, Record], after: dict[Slot, Record]) -> list[Symptom]:
    """Runs of which somebody would ask why, in the order in which they ended."""
    usual = _usual(before)
    found = []
    for slot, two in after.items():
        if (one := before.get(slot)) is None:
            continue
        for effect in effects(one, two):
            if effect.kind in _PLAIN or (
                effect.kind in ("rows", "values") and _unusual(usual, one, two, effect.column)
            ):
                found.append(Symptom(slot, two, effect.kind, effect.text))
                break
    return sorted(found, key=lambda one: (one.record.ended, one.slot))


def disturbed(before: dict[Slot, Record], after: dict[Slot, Record]) -> set[Slot]:
    """Runs whose outcome is another, be it ever so usual."""
    kinds = {*_PLAIN, "rows", "values"}
    return {
        slot
        for slot, two in after.items()
        if slot in before and any(one.kind in kinds for one in effects(before[slot], two))
    }


_PLAIN = ("failed run", "failed test", "nulls", "stale")
Figures = dict[tuple[str, str | None], tuple[float, float]]
"""Lowest and highest, of the rows of a job or the mean of a column that it writes."""


def _figure(record: Record, column: str | None) -> float | None:
    if record.wrote is None or column is None:
        return record.wrote.rows if record.wrote is not None else None
    stat = record.wrote.columns.get(column)
    return stat.mean if stat is not None else None


def _usual(records: dict[Slot, Record]) -> Figures:
    usual: Figures = {}
    for (job, _), record in records.items():
        for column in (None, *(record.wrote.columns if record.wrote is not None else ())):
            figure = _figure(record, column)
            if figure is not None:
                low, high = usual.get((job, column), (figure, figure))
                usual[job, column] = min(low, figure), max(high, figure)
    return usual


def _unusual(usual: Figures, one: Record, two: Record, column: str | None) -> bool:
    """Whether a figure was never so before, weekends and all."""
    was, now = _figure(one, column), _figure(two, column)
    bounds = usual.get((one.job.key, column))
    if was is None or now is None or bounds is None:
        return True
    outside = now < bounds[0] * 0.85 or now > bounds[1] * 1.15
    return outside and _far(was, now) > STRIKING


def distances(company: Company, start: str) -> dict[str, int]:
    """How many jobs data passes from a job (0) or source table on; tests are with their job."""
    readers: dict[str, list[str]] = {}
    for job in company.jobs.values():
        for table in job.inputs:
            readers.setdefault(table, []).append(job.key)
    found: dict[str, int] = {}
    here = [start] if start in company.jobs else readers.get(start, [])
    hop = 0 if start in company.jobs else 1
    while here:
        found |= {key: hop for key in here if key not in found}
        behind = [one for key in here for one in readers.get(company.jobs[key].output, ())]
        here = [key for key in dict.fromkeys(behind) if key not in found]
        hop += 1
    return found | {f"test.{key}": hop for key, hop in found.items()}


def ancestors(company: Company, job: str) -> set[str]:
    """Jobs and tables that feed a job, and itself."""
    makers = {one.output: one.key for one in company.jobs.values()}
    found: set[str] = set()
    pending: list[Any] = [job.removeprefix("test.")]
    while pending:
        key = pending.pop()
        if key in found:
            continue
        found.add(key)
        if key in company.jobs:
            pending += company.jobs[key].inputs
        elif key in makers:
            pending.append(makers[key])
    return found
