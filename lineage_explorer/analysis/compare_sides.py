"""The two sides of a diff: which run stands for each job on each of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import polars as pl

from lineage_explorer.analysis.compare_past import Past
from lineage_explorer.errors import LineageError, suggestions
from lineage_explorer.graph.when import moment
from lineage_explorer.plain import plain

Moment = datetime | date | str
When = Moment | tuple[Moment, Moment]


OFTEN = 0.8
"""Share of earlier times from which something is usual."""
TWICE = 2
"""Earlier times from which anything can be called usual."""


@dataclass(frozen=True)
class Stand:
    """The run that stands for a job; `asof`: the time as of which what is before it is seen."""

    at: int
    hop: int
    asof: datetime | None


@dataclass(frozen=True, eq=False)
class Side:
    """One side.

    Attributes:
        past: of the log it is from.
        called: what it is, in words.
        runs: job, at (number of the run that stands for it), hop (0: the run asked for), stale
            (whether it had not run again where it nearly always has).
        focus: the job asked for, where a run was.
        until: nothing later is known to it; None: no such limit.
        key: two sides of the same log with the same key are the same.
        length: of a window.
    """

    past: Past
    called: str
    runs: pl.DataFrame
    focus: str | None
    until: datetime | None
    key: object
    length: timedelta | None = None


def side_of(past: Past, what: When) -> Side:
    """The side that a run id, a moment or a window means.

    Raises:
        LineageError: if a text is neither a run id nor a time.
    """
    if isinstance(what, tuple):
        start, end = (_moment(one) for one in what)
        return window_side(past, start[0], end[1] if end[2] else end[0])
    if isinstance(what, str):
        at = past.number_of.get(what)
        if at is not None:
            return run_side(past, at)
    found = _moment(what, past)
    if found[2]:
        return window_side(past, found[0], found[1])
    return time_side(past, found[0])


def run_side(past: Past, at: int, missing: datetime | None = None) -> Side:
    """A run and, upstream of it, the newest run of each job when that was read.

    Where one begun before that had completed after it, that one: it was the last to write.

    With `missing`, the run is one that should have been by then, after the run that is given.

    Where a job had not run again though it nearly always has by then, what is upstream of it is
    looked at as it stood when its run was read, not when it ran: there may be why it did not.
    """
    runs = past.runs
    job, run = runs["job"][at], runs["run"][at]
    chosen: dict[str, Stand] = {job: Stand(at, 0, missing)}
    frontier: dict[int, datetime | None] = {at: missing}
    hop = 0
    while frontier:
        hop += 1
        new = {
            writer: stand
            for writer, stand in sorted(_upstream(past, frontier, hop).items())
            if writer not in chosen
        }
        chosen |= new
        frontier = {stand.at: stand.asof for stand in new.values()}
    called = f"run {run} of {job.removeprefix('job:')}"
    until = missing or runs["end"][at] or runs["start"][at]
    return Side(past, called, _chosen(chosen), job, until, (at, missing))


def _upstream(past: Past, frontier: dict[int, datetime | None], hop: int) -> dict[str, Stand]:
    """Of each job that wrote what these runs read, the run that stands for it.

    That is the newest begun by then, unless one begun before it was the last to write.
    """
    readers = pl.Series("reader", list(frontier), pl.UInt32)
    near = past.links.filter(
        pl.col("reader").is_in(readers.implode()) & pl.col("writer").is_not_null()
    )
    found: dict[str, Stand] = {}
    ranks: dict[str, tuple[bool, int]] = {}
    columns = ("reader", "dataset", "read", "writer", "attempt", "maker", "job")
    stale = due() & pl.col("fresh").not_()
    for *row, is_stale in near.select(*columns, stale.fill_null(value=False)).iter_rows():
        reader, dataset, read, writer, attempt, maker, job = row
        if is_stale and _replaced(past, dataset, attempt, maker):
            continue
        asof = frontier[reader]
        newest, last = attempt, maker
        if asof is not None and writer != job:
            newest, last = past.newest(writer, asof), past.completed(writer, asof)
        over = newest is not None and last is not None and past.overtook(last, newest)
        at = last if over or newest is None else newest
        if at is None:
            continue
        if writer not in found or (over, at) > ranks[writer]:
            ranks[writer] = over, at
            found[writer] = Stand(at, hop, asof or (read if is_stale else None))
    return found


def _replaced(past: Past, dataset: str, attempt: int | None, maker: int | None) -> bool:
    """Whether another job has taken over: it began to write only after this one's newest run."""
    if attempt is None or maker is None or maker == attempt:
        return False
    first = past.first_writes.get((past.runs["job"][maker], dataset))
    return first is not None and first > past.runs["start"][attempt]


def apart(before: Side, after: Side) -> tuple[Side, Side]:
    """Two sides, neither with the job that the other is asked about.

    Where runs of two jobs are compared and one is upstream of the other, that job would stand on
    its side twice: for itself, and for the one it is compared with.
    """
    if before.focus is None or after.focus is None or before.focus == after.focus:
        return before, after
    return _without(before, after.focus), _without(after, before.focus)


def _without(side: Side, job: str) -> Side:
    return replace(side, runs=side.runs.filter(pl.col("job") != job))


def due() -> pl.Expr:
    """Links whose reader found another run nearly every time before."""
    return (pl.col("seen") >= TWICE) & (pl.col("usual") >= OFTEN)


def time_side(past: Past, when: datetime) -> Side:
    """The newest run of each job as of a moment."""
    known = past.runs.filter(pl.col("start") <= when)
    return Side(past, f"as of {_words(when)}", _newest(known), None, when, when)


def window_side(past: Past, start: datetime, end: datetime) -> Side:
    """The newest run of each job that began in a window, its end left out."""
    if end <= start:
        raise LineageError(f"the window ends at {_words(end)}, not after its start.")
    known = past.runs.filter((pl.col("start") >= start) & (pl.col("start") < end))
    called = f"{_words(start)} to {_words(end)}"
    return Side(past, called, _newest(known), None, end, (start, end), end - start)


def log_side(past: Past, called: str) -> Side:
    """The newest run of each job of a log."""
    return Side(past, called, _newest(past.runs), None, None, None)


def _newest(runs: pl.DataFrame) -> pl.DataFrame:
    newest = runs.sort("start", "at", nulls_last=False).unique("job", keep="last")
    return newest.sort("job").select(
        "job", "at", hop=pl.lit(0, pl.UInt32), stale=pl.lit(value=False)
    )


def _chosen(chosen: dict[str, Stand]) -> pl.DataFrame:
    rows = [(job, of.at, of.hop, of.asof is not None) for job, of in chosen.items()]
    schema = {"job": pl.String, "at": pl.UInt32, "hop": pl.UInt32, "stale": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _moment(what: Moment, past: Past | None = None) -> tuple[datetime, datetime, bool]:
    """A time, the end of its day, and whether a whole day is meant."""
    is_day = isinstance(what, date) and not isinstance(what, datetime)
    if isinstance(what, str):
        is_day = len(what.strip()) == len("2026-03-04")
    try:
        start = moment(what)
    except LineageError as error:
        text = str(what)
        near = suggestions(text, past.runs["run"].to_list() if past else [])
        hint = f"did you mean {near}?" if near else "lin.runs lists every run there is."
        message = f"{plain(text)!r} is neither a run id nor a time here."
        raise LineageError(message, hint) from error
    return start, start + timedelta(days=1), is_day


def _words(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M}"
