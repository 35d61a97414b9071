"""The newest run of each node and its last completed one, as of a time.

The browser works out the same from the log it is sent (`frontend/src/asof.ts`); both are tested
on one file of cases, `frontend/test/asof.json`.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import polars as pl

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage

BEGUN = pl.coalesce("started", "first_seen")
_CACHE: WeakKeyDictionary[Lineage, tuple[datetime | None, pl.DataFrame]] = WeakKeyDictionary()


def end_of_log(lin: Lineage) -> datetime | None:
    """The time of the last event: what "now" means where no time is chosen."""
    last = lin.frames.events["time"].max()
    return last if isinstance(last, datetime) else None


def over() -> pl.Expr:
    """When a run ended; null while it is not known to have ended."""
    done = pl.col("state").is_in(["COMPLETE", "FAIL", "ABORT"])
    return pl.coalesce("ended", pl.when(done).then(pl.col("last_seen")))


def runs_as_of(lin: Lineage, at: datetime | None) -> pl.DataFrame:
    """The runs begun by then, newest last: run, job, state then, heard of last, ended (or null)."""
    runs = lin.frames.runs.with_columns(begun=BEGUN, over=over())
    if at is not None:
        there = pl.lit(at).dt.convert_time_zone("UTC").cast(pl.Datetime("us", "UTC"))
        going = pl.col("over").is_null() | (pl.col("over") > there)
        known = pl.col("state").is_in(["RUNNING", "UNKNOWN"])
        runs = runs.filter(pl.col("begun") <= there).with_columns(
            state=pl.when(going & ~known).then(pl.lit("RUNNING")).otherwise("state"),
            over=pl.when(going).then(None).otherwise("over"),
            last_seen=pl.min_horizontal("last_seen", there),
        )
    return runs.select("run", "job", "state", "last_seen", "over").sort(
        "last_seen", "run", nulls_last=False
    )


def newest(lin: Lineage, at: datetime | None) -> pl.DataFrame:
    """One row a node with a run begun by then: node, run, state, completed (a time, or null).

    A job's runs are its own, a dataset's those that wrote it.
    """
    kept = _CACHE.get(lin)
    if kept is not None and kept[0] == at:
        return kept[1]
    runs = runs_as_of(lin, at)
    outputs = lin.frames.io.filter(pl.col("direction") == "output")
    wrote = runs.join(
        outputs.select("run", "job", node="dataset"), on=["run", "job"], maintain_order="left"
    )
    told = pl.concat([runs.with_columns(node="job"), wrote], how="diagonal")
    done = pl.col("over").filter(pl.col("state") == "COMPLETE").max()
    found = told.group_by("node", maintain_order=True).agg(
        pl.col("run").last(), pl.col("state").last(), completed=done
    )
    _CACHE[lin] = (at, found)
    return found
