"""What is still without a place, and how much a mapping of it would settle."""

from __future__ import annotations

import polars as pl

from lineage_explorer.residency.report import ResidencyReport
from lineage_explorer.residency.settle import NO_PLACE
from lineage_explorer.tables import TEXTS, Columns, schema

UNMAPPED: Columns = {
    "kind": (pl.String, "dataset or job"),
    "namespace": (pl.String, "what a mapping would name"),
    "things": (pl.UInt32, "how many datasets or jobs of it have no place"),
    "settles": (pl.UInt32, "how many judgements of where they are wait for it"),
    "hints": (TEXTS, "places its name looks like; a hint only"),
    "why": (pl.String, "why there is no place"),
}


def unmapped(report: ResidencyReport) -> pl.DataFrame:
    """Namespaces with things that have no place, those that would settle most first.

    `settles` counts stored datasets, inputs of runs, and crossings; columns as in `UNMAPPED`.
    """
    judged = report.judged
    stored = judged.storage.filter(pl.col("to_set") == NO_PLACE)
    ran = judged.processing.filter(pl.col("to_set") == NO_PLACE)
    ends = [
        judged.crossings.filter(pl.col(side) == NO_PLACE).select(node=name)
        for side, name in (("from_set", "source"), ("to_set", "target"))
    ]
    waiting = pl.concat([stored.select(node="dataset"), ran.select(node="job"), *ends])
    counted = waiting.group_by("node").len("settles")
    claims = judged.claims.group_by("node").agg(
        hints=pl.col("places").filter(pl.col("grade") == "X").explode(empty_as_null=False).unique(),
        why=pl.col("note").drop_nulls().first(),
    )
    nodes = report.lin.nodes.select("node", "kind", "namespace")
    return (
        counted.join(nodes, on="node")
        .join(claims, on="node", how="left")
        .group_by("kind", "namespace")
        .agg(
            things=pl.len(),
            settles=pl.col("settles").sum(),
            hints=pl.col("hints").explode(empty_as_null=False).drop_nulls().unique().sort(),
            why=pl.col("why").drop_nulls().sort().first(),
        )
        .sort(["settles", "kind", "namespace"], descending=[True, False, False])
        .select(pl.col(name).cast(dtype) for name, dtype in schema(UNMAPPED).items())
    )
