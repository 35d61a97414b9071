"""When runs began and ended, as integers that compare like the times.

Of the different times in a log the first is 2, the next 4, and so on; a time that is asked for and
lies between two of them is the odd number between. `NEVER` (0) is before all, `open` after all:
where a beginning or an end is not told, nothing that is told rules anything out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
import polars as pl

from lineage_explorer.tables import TIME, Frames

Longs = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

NEVER = 0
FAILED, UNENDED, COMPLETE = range(3)
"""What the end of a run says of its writes: perhaps a part, perhaps, yes."""
ALWAYS = ["STREAMING", "SERVICE"]
"""jobType.processingType of jobs that read and write as long as they run."""
NO_TIME = np.iinfo(np.int64).min


@dataclass(frozen=True, eq=False)
class Moments:
    """When each run was. Run `i` is row `i` of the frame runs.

    Attributes:
        times: the times themselves, in microseconds, ascending.
        begin: its START, else its first event; NEVER where none has a time.
        end: its end; else the last event of a batch run, open for a stream or without a time.
        grade: FAILED, UNENDED or COMPLETE.
        stream: whether its job reads and writes as long as it runs.
        started: whether a START tells when it began.
        nominal: nominal start in microseconds, NO_TIME where not told.
        until: nominal end, else nominal start.
        late: whether a run of its job for a later nominal time began before it: a backfill.
    """

    times: Longs
    begin: Longs
    end: Longs
    grade: Longs
    stream: Flags
    started: Flags
    nominal: Longs
    until: Longs
    late: Flags

    @property
    def open(self) -> int:
        """After all times."""
        return 2 * len(self.times) + 2

    @property
    def now(self) -> int:
        """After the last time in the log."""
        return self.open - 1

    def at(self, time: datetime) -> int:
        """The number of any time."""
        us = int(pl.Series([time], dtype=TIME).dt.epoch("us")[0])
        place = int(np.searchsorted(self.times, us, "right"))
        same = place > 0 and int(self.times[place - 1]) == us
        return 2 * place if same else 2 * place + 1


def moments(frames: Frames) -> Moments:
    """The times of all runs."""
    runs = frames.runs
    known = runs.select(
        pl.coalesce("started", "first_seen").dt.epoch("us").alias("begin"),
        pl.coalesce("last_seen", "started").dt.epoch("us").alias("last"),
        pl.col("ended").dt.epoch("us"),
    )
    told = pl.concat([known[name].alias("time") for name in known.columns])
    times = told.drop_nulls().unique().sort().to_numpy().astype(np.int64)
    begin, last, ended = (_rank(times, known[name]) for name in known.columns)
    stream = _stream(frames)
    after = 2 * len(times) + 2
    end = np.where(ended > NEVER, np.maximum(ended, begin), np.where(stream, after, last))
    state = runs["state"]
    failed, aborted = ((state == name).to_numpy() for name in ("FAIL", "ABORT"))
    grade = np.select([(state == "COMPLETE").to_numpy(), failed | aborted], [COMPLETE, FAILED], 1)
    # what a stream wrote until it was stopped is written; one that failed may have written
    grade = np.select([stream & aborted, stream & failed], [COMPLETE, UNENDED], grade)
    nominal = _us(runs["nominal_start"])
    jobs = runs["job"].rank("dense").to_numpy().astype(np.int64)
    return Moments(
        times=times,
        begin=begin,
        end=np.where(begin > NEVER, end, after),
        grade=np.where(begin > NEVER, grade, UNENDED).astype(np.int64),
        stream=stream,
        started=runs["started"].is_not_null().to_numpy(),
        nominal=nominal,
        until=_us(runs.select(pl.coalesce("nominal_end", "nominal_start")).to_series()),
        late=_late(jobs, begin, nominal),
    )


def _us(times: pl.Series) -> Longs:
    return times.dt.epoch("us").fill_null(NO_TIME).to_numpy().astype(np.int64)


def _rank(times: Longs, column: pl.Series) -> Longs:
    """The numbers of these times, NEVER for null."""
    place = np.searchsorted(times, column.fill_null(0).to_numpy()).astype(np.int64)
    return np.where(column.is_not_null().to_numpy(), 2 * (place + 1), NEVER)


def _stream(frames: Frames) -> Flags:
    always = pl.col("processing").str.to_uppercase().is_in(ALWAYS)
    jobs = frames.jobs.select("job", stream=always)
    about = frames.runs.select("job").join(jobs, on="job", how="left", maintain_order="left")
    return about["stream"].fill_null(value=False).to_numpy()


def _late(job: Longs, begin: Longs, nominal: Longs) -> Flags:
    """Whether a run of the same job for a later nominal time began before."""
    order = np.lexsort((nominal, begin, job))
    rank = np.unique(nominal, return_inverse=True)[1].astype(np.int64)[order] + 1
    told = nominal[order] != NO_TIME
    key = job[order] * (len(nominal) + 1)
    best = np.maximum.accumulate(key + np.where(told, rank, 0))
    found = np.zeros(len(job), np.bool_)
    found[order] = told & (best > key + rank)
    return found
