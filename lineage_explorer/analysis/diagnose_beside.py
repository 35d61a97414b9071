"""Trouble elsewhere at the same time: striking, but with no way for data from it to the symptom."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import polars as pl

from lineage_explorer.analysis.compare_judge import BAD
from lineage_explorer.analysis.compare_texts import leaves

if TYPE_CHECKING:
    from lineage_explorer.analysis.diagnose import Trial

NO_WAY = "no data flow from it to the run"


def beside(trial: Trial) -> Iterator[tuple[str, str, str]]:
    """Jobs that are not upstream and changed between the two runs: node, change, why not."""
    good = trial.compared.good
    if trial.court is None or good is None:
        return
    past = trial.past
    start, end = (past.runs["start"][at] for at in (good, trial.compared.first))
    upstream = pl.Series([*trial.court.units]).implode()
    near = past.runs.filter(
        (pl.col("start") > start) & (pl.col("start") <= end) & ~pl.col("job").is_in(upstream)
    )
    newest = near.sort("start", "at").unique("job", keep="last").sort("job")
    for job in newest.filter(pl.col("state").is_in(BAD))["job"]:
        yield job, "run-failed", NO_WAY
    numbers = (
        past.numbers.join(newest.select("at"), on="at")
        .filter(pl.col("striking") & pl.col("aspect").is_in(["rows-output", "rows-input"]))
        .sort("node", "aspect")
        .unique("node", keep="first", maintain_order=True)
    )
    touched = {node for unit in trial.court.units.values() for node in unit.nodes}
    for node, left in numbers.select("node", "left").iter_rows():
        if node not in touched:
            yield node, "rows-fewer" if left < 0 else "rows-more", NO_WAY
    for job in _other_sql(trial, start, newest["job"]):
        yield job, "sql-changed", NO_WAY


def _other_sql(trial: Trial, began: datetime, jobs: pl.Series) -> list[str]:
    """Jobs whose SQL is another in their newest run of the window than in the run before."""
    past = trial.past
    starts = past.runs.select("run", "job", "start", "at").filter(
        pl.col("job").is_in(jobs.implode())
        & (pl.col("start") <= past.runs["start"][trial.compared.first])
    )
    told = (
        past.frames.facets.filter((pl.col("entity") == "job") & (pl.col("facet") == "sql"))
        .join(starts, on="run")
        .filter(pl.col("node") == pl.col("job"))
        .sort("job", "start", "at")
        .with_columns(before=pl.col("json").shift().over("job"))
    )
    moved = told.filter((pl.col("start") > began) & (pl.col("before") != pl.col("json")))
    found = []
    for job, was, now in moved.select("job", "before", "json").iter_rows():
        texts = [
            value
            for text in (was, now)
            for aspect, _, value, _ in leaves("job", "sql", text, {})
            if aspect == "sql"
        ]
        if len(texts) == 2 and texts[0] != texts[1]:
            found.append(str(job))
    return sorted(set(found))
