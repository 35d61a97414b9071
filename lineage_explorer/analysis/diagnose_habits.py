"""How often a job changes what it is or does: what it often does, is no news."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import polars as pl

from lineage_explorer.analysis.compare_past import Past

_OF_RUNS = {
    "code-version": "code_version", "engine": "engine", "parameter": "parameters",
    "variable": "environment",
}  # fmt: skip
_OF_FACETS = {"sql": "sql", "source": "sourceCode"}
_OF_IO = {"input": "input", "output": "output"}
Habits = Mapping[tuple[str, str], float]
"""By job, and the first words of a change code: changes for each run."""


def habits(past: Past, jobs: Collection[str]) -> Habits:
    """How often each of these jobs changes each thing, for each of its runs that tells it."""
    wanted = pl.col("job").is_in(pl.Series([*jobs], dtype=pl.String).implode())
    runs = past.frames.runs.filter(wanted)
    told = [
        runs.select("job", when="first_seen", value=_text(runs, column), what=pl.lit(what))
        for what, column in _OF_RUNS.items()
    ]
    io = past.frames.io.filter(wanted).join(
        runs.select("run", "job", when="first_seen"), on=["run", "job"]
    )
    told += [
        io.filter(pl.col("direction") == direction)
        .group_by("job", "run")
        .agg(pl.col("when").first(), value=pl.col("dataset").unique().sort().str.join("\n"))
        .select("job", "when", "value", what=pl.lit(what))
        for what, direction in _OF_IO.items()
    ]
    facets = past.frames.facets.filter(
        (pl.col("entity") == "job") & pl.col("facet").is_in([*_OF_FACETS.values()])
    ).join(runs.select("run", "job", when="first_seen"), on="run")
    told += [
        facets.filter((pl.col("facet") == facet) & (pl.col("node") == pl.col("job"))).select(
            "job", "when", value=pl.col("json").cast(pl.String, strict=False), what=pl.lit(what)
        )
        for what, facet in _OF_FACETS.items()
    ]
    every = pl.concat(told).drop_nulls("value").sort("job", "what", "when")
    changes = pl.col("value").rle_id().max() / pl.len()
    known = every.group_by("job", "what").agg(changes)
    return {(job, what): rate for job, what, rate in known.iter_rows()}


def _text(runs: pl.DataFrame, column: str) -> pl.Expr:
    if isinstance(runs.schema[column], pl.List):
        return pl.col(column).list.sort().list.join("\n")
    return pl.col(column).cast(pl.String)


def usual(known: Habits, job: str, code: str) -> float:
    """What is left of a change of a job that it makes so often: from 0.4 to 1."""
    rate = known.get((job, code.rpartition("-")[0]), 0.0)
    return 1 - 0.6 * min(1.0, 4 * rate)
