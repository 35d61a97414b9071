"""What was accumulated → the frames of runs, jobs, datasets, and what runs touch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from lineage_explorer.naming import dataset_id
from lineage_explorer.readers import details
from lineage_explorer.readers.accumulate import State
from lineage_explorer.readers.details import Detail
from lineage_explorer.readers.openlineage import DATASET, INPUT, JOB, RUN
from lineage_explorer.readers.typed import Typed
from lineage_explorer.tables import TEXTS

_INTEGRATION = r"/integration/([A-Za-z][\w-]*)|providers-(openlineage)\b"
_LISTS = ("owners", "owner_types", "tags", "tag_sources")
"""Lists that are empty, not null, where nothing was told."""


def runs(state: State) -> pl.DataFrame:
    """Columns of the runs frame; `job` and `root_job` by id."""
    found = state.contexts.filter(pl.col("run").is_not_null())
    told = state.context_facets
    of_run, of_job = told.filter(pl.col("entity") == RUN), told.filter(pl.col("entity") == JOB)
    # `parentRun` is what some producers called `parent`; that is taken where both are there
    older = of_run.filter(pl.col("key") == "parentRun")
    older = older.join(of_run.filter(pl.col("key") == "parent"), on="context", how="anti")
    renamed = older.with_columns(key=pl.lit("parent", pl.Categorical))
    found = _with(state.typed, found, ["context"], pl.concat([of_run, renamed]), details.RUN)
    code = {"sourceCodeLocation": details.CODE_VERSION}
    return _with(state.typed, found, ["context"], of_job, code)


def jobs(state: State, named: Iterable[int]) -> pl.DataFrame:
    """Columns of the jobs frame: those that events name, and those that facets name."""
    seen = state.seen.filter(pl.col("node") % 2 == 1)["node"]
    nodes = pl.concat([seen, pl.Series("node", list(named), pl.UInt32)]).unique()
    counts = state.contexts.filter(pl.col("run").is_not_null()).group_by(node="job")
    found = (
        nodes.to_frame()
        .join(state.seen, on="node", how="left")
        .join(state.producers, on="node", how="left")
        .join(state.parents, on="node", how="left")
        .join(counts.agg(runs=pl.len()), on="node", how="left")
        .with_columns(pl.col("runs").fill_null(0))
    )
    found = _with(state.typed, found, ["node"], state.node_facets, details.JOB)
    producer = pl.col("producer")
    own = producer.str.extract(_INTEGRATION, 1).str.to_uppercase()
    provider = pl.when(producer.str.extract(_INTEGRATION, 2).is_not_null()).then(pl.lit("AIRFLOW"))
    return found.with_columns(integration=pl.coalesce(pl.col("integration"), provider, own))


def datasets(state: State, named: Iterable[int]) -> pl.DataFrame:
    """Columns of the datasets frame: those that events use, and those that facets name."""
    groups = state.nodes.groups
    aliases = {
        state.nodes.number(first): sorted(dataset_id(*name) for name in names if name != first)
        for first, names in groups.items()
    }
    aliases |= {node: [] for node in named if node not in aliases}
    schema: dict[str, Any] = {"node": pl.UInt32, "aliases": TEXTS}
    found = pl.DataFrame(list(aliases.items()), schema=schema, orient="row")
    found = found.join(state.seen, on="node", how="left")
    return _with(state.typed, found, ["node"], state.node_facets, details.DATASET)


def io(state: State) -> pl.DataFrame:
    """Columns of the io frame; `job` and `node` by number."""
    same = ["context", "role", "node"]
    is_of_dataset = pl.col("entity") == DATASET
    whole = state.role_facets.filter(is_of_dataset)
    own = state.role_facets.filter(~is_of_dataset)
    counts = pl.concat(
        rows.filter(pl.col("key") == key)
        .select(*same, "facet", rank=pl.lit(rank))
        .join(state.told.counts, on="facet")
        for rank, (rows, key) in enumerate(
            [
                (own, "outputStatistics"),
                (own, "inputStatistics"),
                (own, "dataQualityMetrics"),
                (whole, "dataQualityMetrics"),
                (own, "icebergCommitReport"),
                (own, "icebergScanReport"),
            ]
        )
    )
    counts = counts.sort("rank").unique(same, keep="first").drop("facet", "rank")
    versions = whole.filter(pl.col("key") == "version").select(*same, "facet")
    versions = versions.join(state.told.versions, on="facet").drop("facet")
    contexts = state.contexts.select("context", "run", "job")
    found = (
        state.roles.join(contexts, on="context")
        .join(counts, on=same, how="left")
        .join(versions, on=same, how="left")
    )
    found = _with(state.typed, found, same, own, details.IO)
    return found.with_columns(
        first_event="first",
        last_event="last",
        direction=pl.when(pl.col("role") == INPUT)
        .then(pl.lit("input"))
        .otherwise(pl.lit("output")),
        subset=pl.coalesce("subset", "scan_filter"),
        snapshot=pl.coalesce("scan_snapshot", "commit_snapshot"),
    )


def _with(
    typed: Typed,
    found: pl.DataFrame,
    same: list[str],
    told: pl.DataFrame,
    known: Mapping[str, Detail],
) -> pl.DataFrame:
    """The rows with the columns that these facets fill."""
    for key, detail in known.items():
        found = found.join(_said(typed, told, same, key, detail), on=same, how="left")
    lists = [name for name in _LISTS if name in found.columns]
    return found.with_columns(pl.col(name).fill_null([]) for name in lists)


def _said(
    typed: Typed, told: pl.DataFrame, same: list[str], key: str, detail: Detail
) -> pl.DataFrame:
    """What the facets of a key say, for each of whom they say it."""
    told = told.filter(pl.col("key") == key).select(*same, "facet")

    def say(facet: Any) -> list[tuple[Any, ...]]:
        row = detail.of(facet)
        return [] if row is None else [row]

    rows = typed.rows(told["facet"], say, **detail.columns)
    return told.join(rows, on="facet").drop("facet")
