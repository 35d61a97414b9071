"""When runs begin beside when they usually do, and who is to blame where old data were read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import NamedTuple

import polars as pl

from lineage_explorer.analysis.compare_judge import BAD
from lineage_explorer.analysis.compare_past import Past
from lineage_explorer.analysis.compare_sides import Side, due

DAY = 86_400.0
_ENOUGH, _REMEMBERED = 4, 30
_UNSTEADY = 0.1
"""Part of its rhythm by which a job may usually be off and still have one."""
_GRAIN, _SPREADS = 0.01, 6.0
"""A start is off from so much of the rhythm and so many times the usual spread on."""
_RARE = 0.1
"""Share of the runs before up to which runs of a job do not overlap."""
_WAIT = 0.0025
"""The same of a run that is awaited: what reads it may come soon after it."""


class Clock(NamedTuple):
    """The rhythm of a job, in seconds.

    Attributes:
        every: the usual time from one run to the next.
        shift: how much later in its rhythm the run began than usual; 0 where it has none.
        jitter: how far off the start usually is.
    """

    every: float
    shift: float
    jitter: float

    @property
    def off(self) -> bool:
        """Whether the run began at another time than usual."""
        return abs(self.shift) > max(_SPREADS * self.jitter, _GRAIN * self.every)

    @property
    def patience(self) -> float:
        """After so long a run is surely late."""
        return self.every + max(_SPREADS * self.jitter, _WAIT * self.every)


@dataclass(frozen=True)
class OldRead:
    """Data that were read again, or before they were there; `early`: the reader is to blame.

    Nobody is where a run comes between two others, and what it reads is not due.
    """

    reader: str
    dataset: str
    writer: str
    early: bool


def clock(starts: list[datetime], run: datetime) -> Clock | None:
    """The clock of a job at one of its runs, from the runs before."""
    before = [start.timestamp() for start in starts if start < run][-_REMEMBERED:]
    if len(before) < _ENOUGH:
        return None
    every = median(late - soon for soon, late in pairwise(before))
    if every <= 0:
        return None
    last = before[-1]
    offs = [_around(one - last, every) for one in before]
    usual = median(offs)
    jitter = 1.5 * median(abs(one - usual) for one in offs)
    if jitter > _UNSTEADY * every:
        return Clock(every, 0.0, jitter)
    return Clock(every, _around(run.timestamp() - last - usual, every), jitter)


def _around(span: float, every: float) -> float:
    """A time span without whole turns: between minus and plus half of one."""
    return (span + every / 2) % every - every / 2


def clocks(side: Side) -> dict[str, Clock]:
    """The clock of every job of a side that has enough of a past."""
    past, found = side.past, {}
    starts = past.runs["start"]
    for job, at in side.runs.select("job", "at").iter_rows():
        run = starts[at]
        told = None if run is None else clock(past.starts(job), run)
        if told is not None:
            found[job] = told
    return found


def overtakes(side: Side) -> dict[str, int]:
    """By job the run that the one of a side overtook, where that is rare in the job's past.

    That one began later, and had completed when this one did: what it wrote is written over.
    """
    past = side.past
    done = past.runs.filter(
        (pl.col("state") == "COMPLETE") & pl.all_horizontal(pl.col("start", "end").is_not_null())
    ).sort("job", "start", "end", "at")
    soonest = pl.col("end").reverse().cum_min().reverse().shift(-1).over("job")
    told = done.with_columns(over=(soonest < pl.col("end")).fill_null(value=False)).with_columns(
        before=pl.int_range(pl.len()).over("job"),
        often=pl.col("over").cast(pl.UInt32).cum_sum().over("job") - pl.col("over"),
    )
    rare = (pl.col("before") >= _ENOUGH) & (pl.col("often") <= _RARE * pl.col("before"))
    stands = told.join(side.runs.select("at"), on="at", how="semi").filter("over", rare)
    if side.until is not None:
        stands = stands.filter(pl.col("end") <= side.until)
    found: dict[str, int] = {}
    for job, begun, ended in stands.select("job", "start", "end").iter_rows():
        later = done.filter(pl.col("job") == job, pl.col("start") > begun, pl.col("end") < ended)
        if len(later):
            found[job] = later["at"][-1]
    return found


def old_reads(side: Side, known: dict[str, Clock]) -> list[OldRead]:
    """Where the runs of a side read what had nearly always been renewed by then."""
    past = side.past
    links = past.links.join(side.runs.select(reader="at"), on="reader").filter(
        pl.col("writer").is_not_null() & (pl.col("writer") != pl.col("job"))
    )
    made = (pl.col("seen_made") >= 2) & (pl.col("usual_made") >= 0.8) & pl.col("fresh_made").not_()
    stale = links.filter(made | (due() & pl.col("fresh").not_() & pl.col("fresh_made").not_()))
    columns = ("job", "dataset", "writer", "read", "attempt", "fresh", "early")
    found = []
    for job, dataset, writer, read, attempt, *how in stale.select(columns).iter_rows():
        early = _hasty(past, known, (job, writer), read, attempt, how)
        if early is not None:
            found.append(OldRead(job, dataset, writer, early))
    return found


def _again(past: Past, job: str, read: datetime, reader: Clock | None) -> bool:
    """Whether a run tries once more what one shortly before it failed to do."""
    before = past.newest(job, read - timedelta(microseconds=1))
    if before is None or past.runs["state"][before] not in BAD:
        return False
    begun = past.runs["start"][before]
    return reader is None or (read - begun).total_seconds() < reader.every / 2


def _hasty(
    past: Past,
    known: dict[str, Clock],
    jobs: tuple[str, str],
    read: datetime,
    attempt: int | None,
    how: list[bool | None],
) -> bool | None:
    """Whether the reader came too soon, and the writer was not late; None: neither."""
    reader, writer = (known.get(job) for job in jobs)
    fresh, running = how
    if attempt is None:
        return False
    again = _again(past, jobs[0], read, reader)
    soon = reader is not None and reader.off and reader.shift < 0
    if fresh:  # it had begun: it failed, or had not ended
        return bool(running) and soon
    begun = past.runs["start"][attempt]
    at_writer = None if begun is None else clock(past.starts(jobs[1]), begun)
    usual = at_writer or writer
    if usual is None or begun is None:
        return None if again else soon
    waited = read.timestamp() - (begun.timestamp() - (usual.shift if usual.off else 0.0))
    if waited > usual.patience:
        return False
    return True if soon else None
