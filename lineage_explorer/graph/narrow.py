"""The part of a lineage with some of its nodes."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from lineage_explorer.tables import EDGES, Frames, schema

# columns that hold row ids of events, by frame
_POINTERS = {
    "io": ("first_event", "last_event"),
    "edges": ("event",),
    "bundles": ("event",),
    "fields": ("event",),
    "schemas": ("first_event", "last_event"),
    "column_edges": ("event",),
    "quality": ("event",),
    "facets": ("event",),
}


def narrow(frames: Frames, nodes: Collection[str]) -> Frames:
    """The part of a lineage with these nodes, and what is told of them.

    Flows between kept datasets through a job that is not kept stay, outside any job: their pairs
    become `derives` edges of the same basis. Events keep their row ids; kept are those of kept
    runs and jobs, and those that kept rows point to. Problems are kept whole.
    """
    kept = pl.Series("node", nodes, dtype=pl.String).unique()

    def among(column: str) -> pl.Expr:
        return pl.col(column).is_in(kept.implode())

    def only(column: str) -> pl.Expr:
        """Its value where that is kept, else null."""
        return pl.when(among(column)).then(pl.col(column)).alias(column)

    jobs = frames.jobs.filter(among("job"))
    bundles = bundles_among(frames.bundles, kept)
    loose = bundles.filter(pl.col("job").is_not_null() & ~among("job"))
    edges = frames.edges.filter(among("source") & among("target"))
    part = frames.with_(
        jobs=jobs,
        datasets=frames.datasets.filter(among("dataset")),
        runs=frames.runs.filter(among("job")),
        io=frames.io.filter(among("job") & among("dataset")),
        edges=_joined(edges, _derived(loose, frames)),
        bundles=bundles.with_columns(only("job")),
        fields=frames.fields.filter(among("dataset")),
        schemas=frames.schemas.filter(among("dataset")),
        column_edges=frames.column_edges.filter(among("source") & among("target")).with_columns(
            only("job")
        ),
        quality=frames.quality.filter(
            among("dataset") | (pl.col("dataset").is_null() & among("job"))
        ),
        # texts of facets are unpacked when somebody asks; which events they came with, too
        facets=lambda: frames.facets.filter(among("node")),
    )
    return part.with_(events=lambda: _events(frames.events, part))


def bundles_among(bundles: pl.DataFrame, kept: pl.Series) -> pl.DataFrame:
    """The bundles with only these sources and targets; those with none of either are left out."""
    numbered = bundles.with_row_index("bundle")
    sides = [
        numbered.select("bundle", side)
        .explode(side, empty_as_null=False)
        .filter(pl.col(side).is_in(kept.implode()))
        .group_by("bundle", maintain_order=True)
        .agg(pl.col(side))
        for side in ("sources", "targets")
    ]
    return (
        numbered.drop("sources", "targets")
        .join(sides[0], on="bundle", maintain_order="left")
        .join(sides[1], on="bundle", maintain_order="left")
        .select(bundles.columns)
    )


def _derived(loose: pl.DataFrame, frames: Frames) -> pl.DataFrame:
    """Edges between datasets in place of a job that is not kept. When they ended is not known."""
    datasets = frames.datasets["dataset"].implode()
    times = frames.events.select("event", first_seen="time")
    return (
        loose.explode("sources", empty_as_null=False)
        .explode("targets", empty_as_null=False)
        .filter(pl.col("sources").is_in(datasets) & pl.col("targets").is_in(datasets))
        .join(times, on="event", how="left", maintain_order="left")
        .select(
            source="sources",
            target="targets",
            kind=pl.lit("derives"),
            basis="basis",
            runs="runs",
            first_seen="first_seen",
            last_seen=pl.lit(None, dtype=pl.Datetime("us", "UTC")),
            event="event",
        )
    )


def _joined(edges: pl.DataFrame, derived: pl.DataFrame) -> pl.DataFrame:
    """One edge a source, target and kind, on the strongest basis."""
    if derived.is_empty():
        return edges
    strength = pl.col("basis").replace_strict(
        {"declared": 0, "columns": 1, "implied": 2}, return_dtype=pl.UInt8
    )
    return (
        pl.concat([edges, derived])
        .sort("source", "target", "kind", strength, "event")
        .group_by("source", "target", "kind", maintain_order=True)
        .agg(
            pl.col("basis").first(),
            pl.col("runs").sum(),
            pl.col("first_seen").min(),
            pl.col("last_seen").max(),
            pl.col("event").min(),
        )
        .select(pl.col(name).cast(dtype) for name, dtype in schema(EDGES).items())
    )


def _events(events: pl.DataFrame, part: Frames) -> pl.DataFrame:
    pointed = [getattr(part, frame)[column] for frame, of in _POINTERS.items() for column in of]
    pointers = pl.concat([column.rename("event") for column in pointed]).unique()
    told = (
        pl.col("job").is_in(part.jobs["job"].implode())
        | pl.col("run").is_in(part.runs["run"].implode())
        | pl.col("event").is_in(pointers.implode())
    )
    return events.filter(told.fill_null(value=False))
