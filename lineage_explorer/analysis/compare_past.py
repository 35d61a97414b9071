"""What a log knows of its own past, worked out once: who made what, and what is usual."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import polars as pl

from lineage_explorer.analysis.compare_links import links, timed
from lineage_explorer.analysis.compare_numbers import series
from lineage_explorer.analysis.compare_told import told
from lineage_explorer.tables import Frames


@dataclass(frozen=True, eq=False)
class Past:
    """Look-ups that diffs and diagnoses share, each made when it is first used."""

    frames: Frames

    @cached_property
    def runs(self) -> pl.DataFrame:
        """Runs with a number and their times; see `compare_links.timed`."""
        return timed(self.frames)

    @cached_property
    def io(self) -> pl.DataFrame:
        """Reads and writes with `at`, the number of their run; outputs last, then the newest."""
        numbered = self.runs.select("at", "run", "job")
        return self.frames.io.join(numbered, on=["run", "job"]).sort("direction", "at", "dataset")

    @cached_property
    def told(self) -> pl.DataFrame:
        """What facets say that is compared as texts; see `compare_told.told`."""
        return told(self.frames)

    @cached_property
    def first_of(self) -> pl.Series:
        """Beside each run the number of the first run that has its id."""
        return self.runs.select(pl.col("at").first().over("run")).to_series()

    @cached_property
    def links(self) -> pl.DataFrame:
        """What each run read and who made it; see `compare_links.links`."""
        return links(self.frames, self.runs)

    @cached_property
    def numbers(self) -> pl.DataFrame:
        """Every number beside what was expected; see `compare_numbers.series`."""
        return series(self.frames, self.runs, self.links)

    @cached_property
    def writes(self) -> pl.DataFrame:
        """Every write: dataset, at (number of the run), job, state, start, end."""
        written = self.frames.io.filter(pl.col("direction") == "output")
        return (
            written.select("dataset", "run", "job").join(self.runs, on=["run", "job"]).drop("run")
        )

    @cached_property
    def number_of(self) -> dict[str, int]:
        """Run id to its number; of an id that several jobs use, the first."""
        ids = self.runs["run"].to_list()
        return {run: at for at, run in reversed(list(enumerate(ids)))}

    @cached_property
    def _by_job(self) -> dict[str, tuple[list[int], list[datetime]]]:
        known = self.runs.filter(pl.col("start").is_not_null()).sort("start", "at")
        grouped = known.group_by("job", maintain_order=True).agg("at", "start")
        return {job: (at, start) for job, at, start in grouped.iter_rows()}

    @cached_property
    def _by_end(self) -> dict[str, tuple[list[int], list[datetime]]]:
        done = self.runs.filter((pl.col("state") == "COMPLETE") & pl.col("end").is_not_null())
        grouped = done.sort("end", "at").group_by("job", maintain_order=True).agg("at", "end")
        return {job: (at, end) for job, at, end in grouped.iter_rows()}

    @cached_property
    def first_writes(self) -> dict[tuple[str, str], datetime]:
        """When each job first began to write each dataset, by (job, dataset)."""
        first = self.writes.group_by("job", "dataset").agg(pl.col("start").min())
        return {(job, node): start for job, node, start in first.drop_nulls().iter_rows()}

    def starts(self, job: str) -> list[datetime]:
        """When each run of a job began, in order."""
        return self._by_job.get(job, ([], []))[1]

    def overtook(self, one: int, other: int) -> bool:
        """Whether a run began before another of its job that completed, and completed after it."""
        if one == other:
            return False
        jobs, states, starts, ends = (
            self.runs[name][one, other].to_list() for name in ("job", "state", "start", "end")
        )
        if jobs[0] != jobs[1] or states != ["COMPLETE"] * 2 or None in (*starts, *ends):
            return False
        return bool(starts[0] < starts[1] and ends[1] < ends[0])

    def newest(self, job: str, when: datetime) -> int | None:
        """The newest run of a job begun by a time."""
        numbers, starts = self._by_job.get(job, ([], []))
        place = bisect_right(starts, when)
        return numbers[place - 1] if place else None

    def completed(self, job: str, when: datetime) -> int | None:
        """The last run of a job to complete by a time."""
        numbers, ends = self._by_end.get(job, ([], []))
        place = bisect_right(ends, when)
        return numbers[place - 1] if place else None
