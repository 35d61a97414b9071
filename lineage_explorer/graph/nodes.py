"""Datasets and jobs as one frame, with the newest run of each."""

from __future__ import annotations

import polars as pl

from lineage_explorer.tables import Frames


def nodes(frames: Frames) -> pl.DataFrame:
    """Columns: node, kind, namespace, name, last_run, last_state, owners, tags."""
    runs = frames.runs.sort("last_seen", "run", nulls_last=False)
    newest = runs.group_by("job", maintain_order=True).agg(
        last_run=pl.col("run").last(), last_state=pl.col("state").last()
    )
    written = (
        frames.io.filter(pl.col("direction") == "output")
        .select("dataset", "run", "job")
        .join(runs.select("run", "job", "state", "last_seen"), on=["run", "job"])
        .sort("last_seen", "run", nulls_last=False)
        .group_by("dataset", maintain_order=True)
        .agg(last_run=pl.col("run").last(), last_state=pl.col("state").last())
    )
    shared = ["namespace", "name", "last_run", "last_state", "owners", "tags"]
    datasets = frames.datasets.join(written, on="dataset", how="left", maintain_order="left")
    jobs = frames.jobs.join(newest, on="job", how="left", maintain_order="left")
    return pl.concat(
        [
            datasets.select(*shared, node=pl.col("dataset"), kind=pl.lit("dataset")),
            jobs.select(*shared, node=pl.col("job"), kind=pl.lit("job")),
        ]
    ).select("node", "kind", *shared)
