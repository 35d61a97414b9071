"""What facets say, in an order that lets each side of a diff take the text that stands for it."""

from __future__ import annotations

import polars as pl

from lineage_explorer.tables import Frames

# these are compared by columns of other frames, name something, or say nothing of what happened
_ELSEWHERE = {
    "run": {
        "parent", "parentRun", "nominalTime", "processing_engine", "errorMessage",
        "executionParameters", "environmentVariables", "jobDependencies", "tags", "externalQuery",
        "extractionError", "test",
    },
    "job": {"lineage"},
    "dataset": {
        "dataQualityAssertions", "dataQualityMetrics", "version", "symlinks", "lineage",
        "inputStatistics", "outputStatistics",
    },
}  # fmt: skip
_SLOT = ["node", "entity", "facet", "role"]


def told(frames: Frames) -> pl.DataFrame:
    """Facets that are compared as texts, in the order of runs and then of events.

    Columns: node, entity, facet, role, first (number of the run, of those that share an id the
    first; null: no run tells it), event, json, and `slot`, a number for (node, entity, facet,
    role). `role` is how the dataset was touched by the run that told: output, input; else own.
    """
    ids = frames.runs.select("run").with_row_index("first").unique("run", keep="first")
    skipped = pl.any_horizontal(
        (pl.col("entity") == entity) & pl.col("facet").is_in(sorted(names))
        for entity, names in _ELSEWHERE.items()
    )
    rows = frames.facets.filter(pl.col("entity").is_in(list(_ELSEWHERE)) & ~skipped)
    written = (
        frames.io.filter(pl.col("direction") == "output")
        .select("run", node="dataset", role=pl.lit("output"))
        .unique()
    )
    usual = pl.when(pl.col("entity") == "dataset").then(pl.lit("input")).otherwise(pl.lit("own"))
    found = (
        rows.join(ids, on="run", how="left")
        .filter(pl.col("run").is_null() | pl.col("first").is_not_null())
        .join(written, on=["run", "node"], how="left")
        .with_columns(role=pl.coalesce("role", usual))
        .sort("first", "event", nulls_last=False)
    )
    slots = found.select(_SLOT).unique(maintain_order=True).with_row_index("slot")
    return found.join(slots, on=_SLOT, maintain_order="left").select(
        *_SLOT, "first", "event", "json", "slot"
    )
