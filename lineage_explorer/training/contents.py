"""What is in a table, in a few figures a column, and what a job makes of that."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from lineage_explorer.training.parts import Check, Job, Pick, Table

Noise = Callable[[str], float]
"""A draw of a normal distribution that a name and the run it is for always give again."""

_CHANCE = 0.25
"""Share of numbers of one thing that are by chance numbers of another."""
_TAKEN = ("same", "cast", "hash", "recode")
_NUMBERS = ("double", "bigint", "int", "decimal")


class Stat(NamedTuple):
    """A column's values: share of nulls, mean, share in the expected form, share of keys there."""

    type: str
    kind: str
    nulls: float
    mean: float | None
    sound: float
    reach: float
    entity: str | None


@dataclass(frozen=True, slots=True)
class Content:
    """A version of a table."""

    rows: float
    """Those of a day, of facts; else all."""
    dup: float
    """How often each row is there."""
    as_of: float
    """The hour up to which it knows the world."""
    columns: Mapping[str, Stat]
    at: float = 0.0
    run: str | None = None
    number: int = 0
    """Counts the versions of its table."""


class Trouble(Exception):
    """A job fails; the message is what its engine says."""


def is_number(kind: str) -> bool:
    """Whether one can calculate with a type."""
    return kind.startswith(_NUMBERS)


def content_of(table: Table, hour: float, noise: Noise) -> Content:
    """What a source holds at an hour: the rows of its last day, if it is one of facts."""
    day = (hour - table.behind) / 24.0
    weekday = math.floor(day) % 7
    rows = table.rows * (1 + table.growth) ** day
    rows *= table.weekend if weekday in (5, 6) else 1.0
    rows *= math.exp(table.swing * noise("rows"))
    rows *= table.share * table.doubled
    columns = {
        one.name: Stat(
            one.type,
            one.kind,
            min(1.0, one.nulls * (1 + 0.05 * noise(f"{one.name} nulls"))),
            None if one.mean is None else one.mean * (1 + 0.01 * noise(f"{one.name} mean")),
            one.sound,
            _reach(0.995, table.share, even=table.fact),
            one.entity,
        )
        for one in table.columns
    }
    return Content(rows, table.doubled, hour - table.behind, columns, hour)


def _reach(reach: float, share: float, *, even: bool) -> float:
    """How many keys are left of a share of the rows: of facts, each key has many rows."""
    return min(1.0, reach * (share**0.3 if even else share))


def transform(
    job: Job,
    inputs: list[Content],
    names: list[str],
    until: float,
    sizes: Mapping[str, float],
    noise: Noise,
) -> Content:
    """What the job makes of its inputs.

    Args:
        job: as it stands at that time.
        inputs: what it reads; the first is the one it goes through.
        names: of the inputs, for messages.
        until: the end of its nominal period, in hours.
        sizes: how many there are of each entity.
        noise: of this run.

    Raises:
        Trouble: if a column is not there, or a calculation is not possible.
    """
    main = inputs[0]
    rows = min(main.rows, job.most) * job.share * job.doubled
    dup = main.dup * job.doubled
    as_of = main.as_of
    if job.window:
        behind = until - main.as_of
        rows *= 1.0 if behind <= 1.0 else 0.02
        as_of = until if behind <= 1.0 else main.as_of
    for one in job.where:
        stat = _seen(job, main, names[0], one.column)
        rows *= one.keep * (1 - stat.nulls) * stat.sound * (1 + 0.002 * noise(one.column))
    if job.drops_bad and job.drops_bad in main.columns:
        stat = main.columns[job.drops_bad]
        rows *= 1 - 0.5 * stat.nulls
    lost: dict[int, float] = {}
    for join in job.joins:
        left = _seen(job, main, names[0], join.left)
        right = _seen(job, inputs[join.input], names[join.input], join.right)
        found = _alike(left, right) * (1 - left.nulls) * (1 - right.nulls) * right.reach
        rows *= inputs[join.input].dup * (found if join.inner else 1.0)
        dup *= inputs[join.input].dup
        lost[join.input] = 0.0 if join.inner else 1 - found
    if job.once_per:
        dup = 1.0
        stat = _seen(job, main, names[0], job.once_per)
        if total := sizes.get(stat.entity or "", 0.0) * stat.reach:
            rows = total * (1 - math.exp(-max(rows, 0.0) / total))
    before = rows
    if job.by:
        stat = _seen(job, main, names[0], job.by[0])
        total = sizes.get(stat.entity or "", job.groups) * stat.reach
        rows = total * (1 - math.exp(-max(rows, 0.0) / total)) if total else 0.0
        rows *= 1 + (1 - stat.sound) * (1 if stat.entity is None else 0)
        dup = 1.0
    if job.star:
        columns = _star(job, main)
    else:
        ratio = before / rows if rows else 0.0
        columns = {
            pick.name: _picked(job, pick, inputs, names, lost, ratio, noise) for pick in job.picks
        }
    _harmed(job, columns)
    return Content(rows, dup, as_of, columns)


def _harmed(job: Job, columns: dict[str, Stat]) -> None:
    """Does to the columns of an output what its job does wrong."""
    even = job.even
    for name, stat in columns.items():
        spoilt = dict(job.spoils).get(name, 0.0)
        bad = 0.5 if name == job.drops_bad else 1.0
        reach = _reach(stat.reach, job.share, even=even)
        if spoilt or reach != stat.reach or bad != 1.0:
            nulls = 1 - (1 - stat.nulls * bad) * (1 - spoilt)
            columns[name] = stat._replace(nulls=nulls, reach=reach)
    for name, factor in job.skews:
        skewed = columns[name]
        columns[name] = skewed._replace(mean=None if skewed.mean is None else skewed.mean * factor)


def _alike(left: Stat, right: Stat) -> float:
    """The share of the values of one column that look like those of the other."""
    alike = min(left.sound, right.sound) if left.type == right.type else 0.02
    other = None not in (left.entity, right.entity) and left.entity != right.entity
    return alike * _CHANCE if other else alike


def _seen(job: Job, content: Content, name: str, column: str) -> Stat:
    """A column that a filter, join or grouping needs."""
    stat = content.columns.get(column)
    if stat is None:
        raise Trouble(_missing(job, column, name))
    return stat


def _missing(job: Job, column: str, name: str) -> str:
    leaf = name.rpartition("/")[2].rpartition(".")[2]
    if job.integration == "spark":
        return (
            "[UNRESOLVED_COLUMN.WITH_SUGGESTION] A column, variable, or function parameter with "
            f"name `{column}` cannot be resolved. SQLSTATE: 42703"
        )
    if job.integration == "dbt":
        return f"Database Error in model {job.output.rpartition('.')[2]}: invalid identifier '{column.upper()}'"
    return f"KeyError: column {column!r} not found in {leaf}"


def _star(job: Job, main: Content) -> dict[str, Stat]:
    """All columns as they are, or by their position."""
    if not job.positional:
        return dict(main.columns)
    found = list(main.columns.values())
    if len(found) < len(job.positional):
        raise Trouble(
            f"ParserError: expected {len(job.positional)} fields, saw {len(found)} in line 1"
        )
    columns = {}
    for stat, (name, kind) in zip(found, job.positional, strict=False):
        one = stat
        if is_number(kind) and not is_number(stat.type):
            one = stat._replace(nulls=0.97, mean=None, kind="number")
        elif not is_number(kind) and is_number(stat.type):
            one = stat._replace(sound=0.05, mean=None, kind="code", entity=None)
        elif stat.kind != "key" and kind != stat.type:
            one = stat._replace(sound=0.1)
        columns[name] = one._replace(type=kind)
    return columns


def _picked(
    job: Job,
    pick: Pick,
    inputs: list[Content],
    names: list[str],
    lost: dict[int, float],
    ratio: float,
    noise: Noise,
) -> Stat:
    """A column of the output; `ratio` is how many rows each of its rows was made of."""
    if pick.how == "null":
        return Stat(pick.type, "text", 1.0, None, 1.0, 1.0, None)
    if pick.how == "count":
        return Stat(pick.type, "number", 0.0, ratio, 1.0, 1.0, None)
    parts = [_part(job, pick, inputs[at], names[at], column) for at, column in pick.of]
    nulls = 1.0
    for part, (at, _) in zip(parts, pick.of, strict=True):
        nulls *= (1 - part.nulls) * (1 - lost.get(at, 0.0))
    nulls = 1 - nulls
    first = parts[0]
    if pick.how in _TAKEN:
        return _taken(pick, first, nulls)
    mean = first.mean
    if pick.how == "score":
        worst = max(part.nulls for part in parts)
        mean = 0.5 + 0.25 * (mean is not None) - 0.4 * worst
        return Stat(pick.type, "number", nulls if nulls > 0.5 else 0.0, mean, 1.0, 1.0, None)
    if pick.how == "product":
        mean = (
            None if None in [part.mean for part in parts] else math.prod(p.mean or 0 for p in parts)
        )
    elif pick.how == "sum" and mean is not None:
        mean *= ratio * (1 - nulls)
    if pick.how in ("sum", "mean"):
        nulls = 1.0 if nulls > 0.99 else nulls**3
    if mean is not None:
        mean *= 1 + 0.002 * noise(f"{pick.name} mean")
    return first._replace(type=pick.type, nulls=nulls, mean=mean, kind="number")


def _taken(pick: Pick, first: Stat, nulls: float) -> Stat:
    """A column that is taken over, at times in another form."""
    kind = first.type if pick.how == "same" else pick.type
    sound = 0.1 if pick.how == "recode" else first.sound
    mean = first.mean if is_number(kind) else None
    return first._replace(type=kind, nulls=nulls, sound=sound, mean=mean)


def _part(job: Job, pick: Pick, content: Content, name: str, column: str) -> Stat:
    stat = content.columns.get(column)
    if stat is None:
        if job.lenient:
            return Stat(pick.type, "number", 1.0, None, 1.0, 1.0, None)
        raise Trouble(_missing(job, column, name))
    if pick.how in ("cast", "sum", "mean", "product", "score") and not is_number(stat.type):
        if job.lenient:
            return stat._replace(nulls=max(stat.nulls, 0.45))
        raise Trouble(_uncastable(job, column, stat.type))
    return stat


def _uncastable(job: Job, column: str, kind: str) -> str:
    if job.integration == "spark":
        return (
            "[DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE] Cannot resolve an expression over "
            f'"{column}" due to data type mismatch: it requires "NUMERIC", but has "{kind.upper()}".'
        )
    if job.integration == "dbt":
        return f"Database Error: Numeric value '12,50 EUR' is not recognized ({column.upper()})"
    return f"ValueError: could not convert string to float: '12,50' (column {column})"


class Verdict(NamedTuple):
    """What a check found."""

    check: Check
    success: bool
    expected: str
    actual: str


def checked(check: Check, content: Content, until: float) -> Verdict:
    """Does the assertion hold for this content?"""
    stat = content.columns.get(check.column or "")
    if check.kind == "freshness":
        late = until - content.as_of
        return Verdict(check, late <= 6.0, "<= 6 h", f"{max(0.0, late):.1f} h")
    if check.kind == "row_count":
        fits = check.low <= content.rows <= check.high
        between = f"between {check.low:.0f} and {check.high:.0f}"
        return Verdict(check, fits, between, f"{content.rows:.0f}")
    if check.kind == "unique":
        twice = round(content.rows * (1 - 1 / content.dup))
        return Verdict(check, twice == 0, "0", f"{twice}")
    if stat is None:
        return Verdict(check, False, "a column", "no such column")  # noqa: FBT003
    if check.kind == "not_null":
        empty = round(content.rows * stat.nulls)
        allowed = round(content.rows * check.high)
        return Verdict(check, empty <= allowed, f"<= {allowed}", f"{empty}")
    mean = stat.mean if stat.mean is not None else math.nan
    fits = check.low <= mean <= check.high
    return Verdict(check, fits, f"between {check.low:.4g} and {check.high:.4g}", f"{mean:.4g}")


def fitted(check: Check, usual: Content) -> Check:
    """A check with the bounds that suit what is usual."""
    if check.kind == "row_count":
        return check._replace(low=usual.rows * 0.4, high=usual.rows * 2.2)
    if check.kind == "accepted_range":
        stat = usual.columns[check.column or ""]
        mean = stat.mean or 0.0
        return check._replace(low=mean * 0.4, high=mean * 2.2)
    if check.kind == "not_null":
        stat = usual.columns[check.column or ""]
        return check._replace(high=max(check.high, 2 * stat.nulls))
    return check
