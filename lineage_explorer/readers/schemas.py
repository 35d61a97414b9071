"""Schema facets → schema versions and fields."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from lineage_explorer.readers import facets as f
from lineage_explorer.readers.accumulate import State
from lineage_explorer.readers.details import tag
from lineage_explorer.readers.openlineage import DATASET


def schemas(state: State) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Columns of the frames schemas and fields; `node` by number."""
    flat = state.told.fields
    listed = flat.group_by("facet", "version", maintain_order=True).agg(
        fields=pl.struct("field", "type")
    )
    versions = (
        state.rows.join(listed, on="facet")
        .sort("seq")
        .group_by("node", "version")
        .agg(
            pl.col("fields").first(),
            first_event=pl.col("event").first(),
            last_event=pl.col("event").last(),
            runs=pl.col("serial").drop_nulls().n_unique(),
        )
    )
    return versions, _fields(state)


def _fields(state: State) -> pl.DataFrame:
    """The fields of the newest schema of each dataset."""
    of_dataset = state.node_facets.filter(pl.col("entity") == DATASET)
    newest = of_dataset.filter(pl.col("key") == "schema").select("node", "facet", "event")
    tagged = of_dataset.filter(pl.col("key") == "tags").select("node", "facet")
    tags = (
        tagged.join(
            state.typed.rows(tagged["facet"], _tags, field=pl.String, tag=pl.String, by=pl.String),
            on="facet",
        )
        .group_by("node", "field", maintain_order=True)
        .agg(tags="tag", tag_sources="by")
    )
    return (
        newest.join(state.told.fields, on="facet")
        .join(tags, on=["node", "field"], how="left")
        .with_columns(pl.col("tags", "tag_sources").fill_null([]))
    )


def _tags(facet: Any) -> Iterator[tuple[Any, ...]]:
    """Tags that name a field, and who set each."""
    for item in facet.tags or []:
        name, label = f.word(item.field), tag(item)
        if name is not None and label is not None:
            yield name, label, f.word(item.source)
