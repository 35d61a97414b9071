"""Of a run that only frames others, the run that is meant: one that failed, or was to be and is not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from lineage_explorer.analysis.compare_judge import BAD
from lineage_explorer.analysis.compare_past import Past
from lineage_explorer.analysis.diagnose_symptoms import troubles
from lineage_explorer.analysis.diff_words import bare


@dataclass(frozen=True)
class Meant:
    """The run to diagnose.

    Attributes:
        at: its number; of a run that is missing, of the last one there was.
        note: how it was found, in words, where another was asked for.
        missing: when the run that framed it in vain ended; None: it is there.
    """

    at: int
    note: str | None = None
    missing: datetime | None = None


def meant(past: Past, at: int) -> Meant:
    """The run itself; of one that only frames others, the first that failed, is missing or odd."""
    run, job = past.runs["run"][at], past.runs["job"][at]
    io = past.frames.io
    if not io.filter((pl.col("run") == run) & (pl.col("job") == job)).is_empty():
        return Meant(at)
    inside = _inside(past, run)
    failed = inside.filter(pl.col("state").is_in(BAD)).sort("end", "start", "at")
    if len(failed):
        name = bare(failed["job"][0])
        return Meant(failed["at"][0], f"it only frames others; the first to fail was {name}.")
    return _missing(past, at, inside) or _troubled(past, inside) or Meant(at)


def _missing(past: Past, at: int, inside: pl.DataFrame) -> Meant | None:
    """The first that always ran under such a run before, and did not."""
    job, ended = past.runs["job"][at], past.runs["end"][at]
    before = past.runs.filter(
        (pl.col("job") == job)
        & (pl.col("state") == "COMPLETE")
        & (pl.col("start") < past.runs["start"][at])
    )
    if ended is None or before.is_empty():
        return None
    usual = [_inside(past, one) for one in before.sort("start", "at")["run"]]
    always = set.intersection(*(set(of["job"]) for of in usual)) - set(inside["job"])
    gone = usual[-1].filter(pl.col("job").is_in(list(always))).sort("start", "at")
    if gone.is_empty():
        return None
    name = bare(gone["job"][0])
    note = f"it only frames others; {name}, which always ran under it before, did not."
    return Meant(gone["at"][0], note, ended)


def _troubled(past: Past, inside: pl.DataFrame) -> Meant | None:
    """The first that something is wrong with, where not all runs of its job are so."""
    for at, job in inside.sort("start", "at").select("at", "job").iter_rows():
        found = troubles(past, job)["at"].unique()
        if at in found and len(found) < len(past.starts(job)):
            return Meant(at, f"it only frames others; the first in trouble was {bare(job)}.")
    return None


def _inside(past: Past, run: str) -> pl.DataFrame:
    """The runs under a run, at any depth, that read or wrote something."""
    runs, family = past.frames.runs, {run}
    while True:
        inner = runs.filter(pl.col("parent").is_in(list(family)))["run"]
        if family.issuperset(inner):
            break
        family |= set(inner)
    touched = past.frames.io.select("run", "job").unique()
    return past.runs.filter(pl.col("run").is_in(list(family - {run}))).join(
        touched, on=["run", "job"], how="semi"
    )
