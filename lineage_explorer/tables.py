"""The schema of every public frame: column, dtype, unit and meaning.

This is the contract between the rooms: readers fill these tables, everything else reads them.
`describe` prints it; the README's table and the docstrings of `Lineage` come from here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, overload

import polars as pl

TIME = pl.Datetime("us", "UTC")
TEXTS = pl.List(pl.String)
FIELD = pl.Struct({"field": pl.String, "type": pl.String})

Columns = dict[str, tuple[pl.DataType | type[pl.DataType], str]]

EVENTS: Columns = {
    "event": (pl.UInt32, "row id, 0 for the first event read; other frames point here"),
    "file": (pl.String, "the file it was read from, relative to what was given to read()"),
    "line": (pl.UInt32, "1-based line on which the event begins"),
    "offset": (pl.UInt64, "byte at which the event begins, after decompression"),
    "time": (TIME, "eventTime in UTC; null where it is missing or unreadable"),
    "kind": (pl.String, "run, job or dataset"),
    "type": (pl.String, "START, RUNNING, COMPLETE, ABORT, FAIL, OTHER as written; null if absent"),
    "run": (pl.String, "run id as written; null for job and dataset events"),
    "job": (pl.String, "job node id; null for dataset events"),
    "producer": (pl.String, "who emitted it, as written"),
    "length": (pl.UInt32, "bytes of the event's JSON"),
}
RUNS: Columns = {
    "run": (pl.String, "run id as written"),
    "job": (pl.String, "job node id; the last one told, where a run changed its job's name"),
    "state": (pl.String, "RUNNING, COMPLETE, FAIL, ABORT or UNKNOWN"),
    "started": (TIME, "time of its first START event; null if none was seen"),
    "ended": (TIME, "time of its last terminal event; null if none was seen"),
    "nominal_start": (TIME, "nominalTime.nominalStartTime"),
    "nominal_end": (TIME, "nominalTime.nominalEndTime"),
    "parent": (pl.String, "run id in the parent facet"),
    "root": (pl.String, "run id of the parent facet's root"),
    "code_version": (pl.String, "sourceCodeLocation.version, else its tag or branch"),
    "engine": (pl.String, "processing_engine name and version"),
    "error": (pl.String, "errorMessage.message"),
    "events": (pl.UInt32, "how many events told of it"),
    "first_seen": (TIME, "time of its first event"),
    "last_seen": (TIME, "time of its last event"),
    "tags": (TEXTS, "tags facet: key=value, or key alone where there is no value"),
    "tag_sources": (TEXTS, "who set each of `tags`; null where not told"),
    "root_job": (pl.String, "node id of the job in the parent facet's root"),
    "adapter_version": (pl.String, "processing_engine.openlineageAdapterVersion"),
    "error_language": (pl.String, "errorMessage.programmingLanguage"),
    "query_id": (pl.String, "externalQuery.externalQueryId"),
    "query_source": (pl.String, "externalQuery.source: the system that knows the query"),
    "parameters": (TEXTS, "executionParameters as key=value; null if not told"),
    "environment": (TEXTS, "names of environmentVariables, no values; null if not told"),
    "tasks": (pl.Int64, "extractionError.totalTasks"),
    "tasks_failed": (pl.Int64, "extractionError.failedTasks: lineage of these is missing"),
    "extraction_errors": (TEXTS, "extractionError messages; null if not told"),
    "trigger_rule": (pl.String, "jobDependencies.trigger_rule"),
    "depends_on": (
        TEXTS,
        "node ids of jobDependencies.upstream (control, no data); null if not told",
    ),
    "depended_by": (TEXTS, "node ids of jobDependencies.downstream; null if not told"),
}
JOBS: Columns = {
    "job": (pl.String, "node id, job:{namespace}:{name}"),
    "namespace": (pl.String, "as written"),
    "name": (pl.String, "as written"),
    "integration": (pl.String, "jobType.integration"),
    "job_type": (pl.String, "jobType.jobType"),
    "processing": (pl.String, "jobType.processingType: BATCH, STREAMING, SERVICE"),
    "parent": (pl.String, "node id of the job in the parent facet"),
    "description": (pl.String, "documentation.description"),
    "owners": (TEXTS, "ownership names"),
    "tags": (TEXTS, "key=value, or key alone where there is no value"),
    "sql": (pl.String, "sql.query"),
    "source_url": (pl.String, "sourceCodeLocation.url; text, never opened"),
    "runs": (pl.UInt32, "runs seen"),
    "first_seen": (TIME, "first event that names it"),
    "last_seen": (TIME, "last event that names it"),
    "owner_types": (TEXTS, "MAINTAINER, …, of each of `owners`; null where not told"),
    "tag_sources": (TEXTS, "who set each of `tags`; null where not told"),
    "description_type": (pl.String, "documentation.contentType, such as text/markdown"),
    "dialect": (pl.String, "sql.dialect"),
    "language": (pl.String, "sourceCode.language"),
    "source_code": (pl.String, "sourceCode.sourceCode, secrets redacted"),
    "source_repo": (pl.String, "sourceCodeLocation.repoUrl; text, never opened"),
    "source_path": (pl.String, "sourceCodeLocation.path"),
    "source_version": (pl.String, "sourceCodeLocation.version, the last told"),
    "source_tag": (pl.String, "sourceCodeLocation.tag"),
    "source_branch": (pl.String, "sourceCodeLocation.branch"),
    "pull_request": (pl.String, "sourceCodeLocation.pullRequestNumber"),
    "event_trigger": (pl.String, "jobType.emissionPattern.eventTrigger: EVENT_BASED, PERIODIC"),
    "event_content": (pl.String, "…eventContentMode: ACCUMULATIVE, COMPLETE_SNAPSHOT"),
    "window": (pl.Int64, "…windowDuration in seconds"),
}
DATASETS: Columns = {
    "dataset": (pl.String, "node id, dataset:{namespace}:{name}"),
    "namespace": (pl.String, "of the name people know: the TABLE symlink where there is one"),
    "name": (pl.String, "as above"),
    "aliases": (TEXTS, "node ids of its other names, united by symlinks; sorted"),
    "type": (pl.String, "datasetType.datasetType"),
    "source_uri": (pl.String, "dataSource.uri (or url); text, never opened"),
    "storage": (pl.String, "storage.fileFormat, else storage.storageLayer"),
    "description": (pl.String, "documentation.description"),
    "owners": (TEXTS, "ownership names"),
    "tags": (TEXTS, "key=value of the whole dataset; tags of a field are in `fields`"),
    "lifecycle": (pl.String, "the last lifecycleStateChange: CREATE, ALTER, DROP, …"),
    "first_seen": (TIME, "first event that names it"),
    "last_seen": (TIME, "last event that names it"),
    "owner_types": (TEXTS, "MAINTAINER, …, of each of `owners`; null where not told"),
    "tag_sources": (TEXTS, "who set each of `tags`; null where not told"),
    "description_type": (pl.String, "documentation.contentType, such as text/markdown"),
    "subtype": (pl.String, "datasetType.subType"),
    "source_name": (pl.String, "dataSource.name"),
    "storage_layer": (pl.String, "storage.storageLayer: iceberg, delta, …"),
    "version": (pl.String, "version.datasetVersion, the last told; that of each run is in `io`"),
    "renamed_from": (pl.String, "node id of lifecycleStateChange.previousIdentifier"),
    "hierarchy": (TEXTS, "type=name from the highest level down; null if not told"),
    "catalog": (pl.String, "catalog.name"),
    "catalog_type": (pl.String, "catalog.type: hive, glue, unity, rest, …"),
    "catalog_framework": (pl.String, "catalog.framework: iceberg, …"),
    "metadata_uri": (pl.String, "catalog.metadataUri; text, never opened"),
    "warehouse_uri": (pl.String, "catalog.warehouseUri; text, never opened"),
}
IO: Columns = {
    "run": (pl.String, "run id; null for a job event"),
    "job": (pl.String, "job node id"),
    "dataset": (pl.String, "dataset node id"),
    "direction": (pl.String, "input or output"),
    "version": (pl.String, "version.datasetVersion"),
    "rows": (pl.Int64, "rowCount of inputStatistics or outputStatistics; null if not told"),
    "bytes": (pl.Int64, "size of the same"),
    "files": (pl.Int64, "fileCount of the same"),
    "first_event": (pl.UInt32, "first event of the run that names it in this role"),
    "last_event": (pl.UInt32, "last such event"),
    "subset": (
        pl.String,
        "the condition of the subset facet in words, else an Iceberg scan's filter",
    ),
    "locations": (TEXTS, "places the subset facet limits it to; null if not told"),
    "snapshot": (pl.String, "snapshotId of an Iceberg scan or commit"),
    "operation": (pl.String, "operation of an Iceberg commit: append, overwrite, …"),
    "fields": (TEXTS, "fields an Iceberg scan reads (projectedFieldNames); null if not told"),
}
EDGES: Columns = {
    "source": (pl.String, "node id data comes from"),
    "target": (pl.String, "node id data goes to"),
    "kind": (pl.String, "reads, writes, derives (dataset to dataset), hands_over (job to job)"),
    "basis": (pl.String, "declared, columns (known only by column lineage) or implied"),
    "runs": (pl.UInt32, "runs that say so; 0 where only job or dataset events do"),
    "first_seen": (TIME, "first event that says so"),
    "last_seen": (TIME, "last event that says so"),
    "event": (pl.UInt32, "the first event that says so"),
}
FLOWS: Columns = {
    "source": (pl.String, "dataset (or job) node id"),
    "target": (pl.String, "dataset (or job) node id"),
    "job": (pl.String, "job node id through which it flows; null outside any job"),
    "basis": (pl.String, "declared (lineage facet), columns (columnLineage), implied (all to all)"),
    "runs": (pl.UInt32, "runs that say so"),
    "event": (pl.UInt32, "the first event that says so"),
}
FIELDS: Columns = {
    "dataset": (pl.String, "dataset node id"),
    "field": (pl.String, "name; nested fields dotted"),
    "type": (pl.String, "as written"),
    "ordinal": (pl.UInt32, "position in the schema, 0-based, parents before their children"),
    "description": (pl.String, "as written"),
    "tags": (TEXTS, "key=value of this field"),
    "event": (pl.UInt32, "the event whose schema facet this is"),
    "tag_sources": (TEXTS, "who set each of `tags`; null where not told"),
    "position": (pl.Int64, "ordinal_position as written"),
}
SCHEMAS: Columns = {
    "dataset": (pl.String, "dataset node id"),
    "version": (pl.String, "hash of the ordered (field, type) list"),
    "fields": (pl.List(FIELD), "the list itself"),
    "first_event": (pl.UInt32, "first event that told this schema"),
    "last_event": (pl.UInt32, "first event of the last run that told it"),
    "runs": (pl.UInt32, "runs that told it"),
}
COLUMN_EDGES: Columns = {
    "source": (pl.String, "dataset node id; a job's id where the job itself makes the value"),
    "source_field": (pl.String, "null where the whole dataset is meant"),
    "target": (pl.String, "dataset node id"),
    "target_field": (pl.String, "null where the whole dataset depends on it (join, filter, …)"),
    "job": (pl.String, "job node id; null outside any job"),
    "run": (pl.String, "the last run that says so"),
    "type": (pl.String, "DIRECT, INDIRECT, or as written; null if not told"),
    "subtype": (pl.String, "IDENTITY, AGGREGATION, JOIN, FILTER, …"),
    "masking": (pl.Boolean, "null if not told"),
    "description": (pl.String, "as written"),
    "event": (pl.UInt32, "the first event that says so"),
    "runs": (pl.UInt32, "runs that say so"),
}
QUALITY: Columns = {
    "dataset": (pl.String, "dataset node id; null for a test of a run"),
    "run": (pl.String, "run id; null outside a run"),
    "field": (pl.String, "null for the whole dataset"),
    "name": (pl.String, "assertion or metric name"),
    "success": (pl.Boolean, "null for a metric"),
    "value": (pl.Float64, "of a metric; null for an assertion"),
    "event": (pl.UInt32, "the event that told it"),
    "job": (pl.String, "node id of the run's job; null outside a run or job"),
    "kind": (pl.String, "assertion, metric, or test (of a run, without a dataset)"),
    "type": (pl.String, "what is asserted (not_null, unique, …), or the test's type"),
    "status": (pl.String, "of a test, as written; `success` is null unless it is pass or fail"),
    "severity": (pl.String, "error, warn, … as written"),
    "description": (pl.String, "as written"),
    "expected": (pl.String, "as written"),
    "actual": (pl.String, "what was found, as written; the time of a metric that is one"),
}
FACETS: Columns = {
    "entity": (pl.String, "run, job, dataset, input or output"),
    "node": (pl.String, "node id of the job or dataset; for a run its job"),
    "run": (pl.String, "run id; null outside a run"),
    "event": (pl.UInt32, "the event that told it (first of several with the same text)"),
    "facet": (pl.String, "its key"),
    "json": (pl.Binary, "its JSON as it came, secrets redacted"),
}
PROBLEMS: Columns = {
    "file": (pl.String, "where"),
    "line": (pl.UInt32, "1-based"),
    "offset": (pl.UInt64, "byte, after decompression"),
    "severity": (pl.String, "error (something was not read), warning, info"),
    "code": (pl.String, "one word for the kind of problem"),
    "message": (pl.String, "what was found, without the text of a broken line"),
    "hint": (pl.String, "what to do"),
}
BUNDLES: Columns = {
    "job": (pl.String, "job node id; null outside any job"),
    "basis": (pl.String, "as in flows"),
    "sources": (TEXTS, "node ids; every one of them feeds every target; sorted"),
    "targets": (TEXTS, "node ids; sorted"),
    "runs": (pl.UInt32, "runs that say so"),
    "event": (pl.UInt32, "the first event that says so"),
}

TABLES: dict[str, Columns] = {
    "events": EVENTS,
    "runs": RUNS,
    "jobs": JOBS,
    "datasets": DATASETS,
    "io": IO,
    "edges": EDGES,
    "fields": FIELDS,
    "schemas": SCHEMAS,
    "column_edges": COLUMN_EDGES,
    "quality": QUALITY,
    "facets": FACETS,
    "problems": PROBLEMS,
    "bundles": BUNDLES,
}


def schema(columns: Columns) -> dict[str, Any]:
    """The polars schema of a table: column name to dtype."""
    return {name: dtype for name, (dtype, _) in columns.items()}


def table(columns: Columns, rows: Iterable[tuple[Any, ...]] = ()) -> pl.DataFrame:
    """A frame of exactly these columns from rows in that order."""
    return pl.DataFrame(list(rows), schema=schema(columns), orient="row")


def table_of(columns: Columns, data: Mapping[str, Any]) -> pl.DataFrame:
    """A frame of exactly these columns from one sequence a column."""
    return pl.DataFrame({name: data[name] for name in columns}, schema=schema(columns))


class Late:
    """A field of frames that may be given as a function, called when the frame is first used."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, frames: None, owner: type) -> Late: ...
    @overload
    def __get__(self, frames: object, owner: type) -> pl.DataFrame: ...
    def __get__(self, frames: object | None, owner: type) -> Late | pl.DataFrame:
        if frames is None:
            raise AttributeError(self.name)  # which says that the field has no default
        made: pl.DataFrame | Callable[[], pl.DataFrame] = vars(frames)[self.name]
        if not isinstance(made, pl.DataFrame):
            made = vars(frames)[self.name] = made()
        return made

    def __set__(self, frames: object, value: pl.DataFrame | Callable[[], pl.DataFrame]) -> None:
        vars(frames)[self.name] = value


@dataclass(frozen=True)
class Frames:
    """All tables of a lineage. Immutable; `flows` is made from `bundles` when asked for.

    What was read before is loaded when it is first used, each frame by itself.

    A *bundle* is a compact flow: every source feeds every target through one job. A job with a
    thousand inputs and a thousand outputs is one bundle and a million flows.
    """

    events: Late = Late()
    runs: Late = Late()
    jobs: Late = Late()
    datasets: Late = Late()
    io: Late = Late()
    edges: Late = Late()
    fields: Late = Late()
    schemas: Late = Late()
    column_edges: Late = Late()
    quality: Late = Late()
    facets: Late = Late()
    problems: Late = Late()
    bundles: Late = Late()

    @classmethod
    def empty(cls, **frames: pl.DataFrame) -> Frames:
        """Frames without a row, except those given."""
        made = {name: table(columns) for name, columns in TABLES.items()}
        return cls(**{**made, **frames})

    def with_(self, **frames: pl.DataFrame | Callable[[], pl.DataFrame]) -> Frames:
        """The same frames with some of them exchanged."""
        return Frames(**{**vars(self), **frames})

    def items(self) -> list[tuple[str, pl.DataFrame]]:
        """Name and frame of every table, in the order of the contract."""
        return [(name, getattr(self, name)) for name in TABLES]

    def __getstate__(self) -> dict[str, pl.DataFrame]:
        """What a copy in another process gets: frames, no functions."""
        return dict(self.items())


def flows_of(bundles: pl.DataFrame) -> pl.DataFrame:
    """One row a (source, target, job), the strongest basis first told; see `FLOWS`."""
    strength = pl.col("basis").replace_strict(
        {"declared": 0, "columns": 1, "implied": 2}, return_dtype=pl.UInt8
    )
    return (
        bundles.with_columns(strength=strength)
        .explode("sources", empty_as_null=False)
        .explode("targets", empty_as_null=False)
        .rename({"sources": "source", "targets": "target"})
        .sort("source", "target", "job", "strength", "event")
        .group_by("source", "target", "job", maintain_order=True)
        .agg(pl.col("basis").first(), pl.col("runs").sum(), pl.col("event").min())
        .select(pl.col(name).cast(dtype) for name, dtype in schema(FLOWS).items())
    )


def describe(name: str) -> pl.DataFrame:
    """What the columns of a public frame mean: column, dtype, meaning.

    >>> describe("problems")["column"].to_list()[:3]
    ['file', 'line', 'offset']
    """
    columns = {**TABLES, "flows": FLOWS}[name]
    rows = [(column, str(dtype), meaning) for column, (dtype, meaning) in columns.items()]
    return pl.DataFrame(rows, schema=["column", "dtype", "meaning"], orient="row")
