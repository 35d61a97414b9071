"""A lineage as it was known at another time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

import polars as pl

from lineage_explorer.errors import LineageError
from lineage_explorer.graph.narrow import narrow
from lineage_explorer.graph.when import moment
from lineage_explorer.readers.again import Wanted, again
from lineage_explorer.tables import TIME, Frames

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage

Time = datetime | date | str


def as_of(lin: Lineage, time: Time) -> Lineage:
    """What was known at a time: the events up to it, taken together as if there were no others.

    Raises:
        LineageError: if the text is no time.
        SourceError: if the files are not what they were when they were read.
    """
    upto = pl.lit(moment(time), TIME)
    return known(lin, lambda events: _of(events, pl.col("time") <= upto))


def between(lin: Lineage, start: Time, end: Time) -> Lineage:
    """What was told from one time on and before another.

    A run with an event in that window is there with all its events before the end: what it read is
    often told when it starts. Of jobs and datasets by themselves there are only the window's.

    Raises:
        LineageError: if a text is no time, or the end is before the start.
        SourceError: if the files are not what they were when they were read.
    """
    first, last = moment(start), moment(end)
    if last < first:
        raise LineageError("that window ends before it begins.", "give the earlier time first.")
    before = pl.col("time") < pl.lit(last, TIME)
    inside = before & (pl.col("time") >= pl.lit(first, TIME))

    def wanted(events: pl.DataFrame) -> pl.Series:
        running = events.filter(inside)["run"].drop_nulls().unique()
        return _of(events, inside | (before & pl.col("run").is_in(running.implode())))

    return known(lin, wanted)


def _of(events: pl.DataFrame, mask: pl.Expr) -> pl.Series:
    return events.select(wanted=mask.fill_null(value=False))["wanted"]


def known(lin: Lineage, wanted: Wanted) -> Lineage:
    """The part of a lineage that these events tell, among those it is made of."""

    def both(events: pl.DataFrame) -> pl.Series:
        mask = wanted(events)
        return mask if lin.known is None else mask & events["event"].is_in(lin.known.implode())

    frames, ids = again(lin.blobs, lin.recognised, both, redact=lin.redact, calling=lin.calling)
    return replace(lin, frames=within(frames, lin.frames), known=ids)


def within(frames: Frames, *narrowed: Frames) -> Frames:
    """The part with the nodes of other frames, by any of their names; jobs by their id."""
    datasets = pl.concat(
        [
            named
            for one in narrowed
            for named in (
                one.datasets["dataset"],
                one.datasets["aliases"].explode(empty_as_null=False).rename("dataset"),
            )
        ]
    ).implode()
    jobs = pl.concat([one.jobs["job"] for one in narrowed]).implode()
    here = pl.col("dataset").is_in(datasets)
    here |= pl.col("aliases").list.eval(pl.element().is_in(datasets)).list.any()
    nodes = pl.concat(
        [
            frames.datasets.filter(here)["dataset"],
            frames.jobs.filter(pl.col("job").is_in(jobs))["job"],
        ]
    )
    if len(nodes) == len(frames.datasets) + len(frames.jobs):
        return frames
    return narrow(frames, nodes.to_list())
