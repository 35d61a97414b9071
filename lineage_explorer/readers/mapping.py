"""Where each field of each standard facet goes: the code behind `FACETS.md`.

A path is written with `[]` for the items of a list, `{}` for the keys of a map and `{}.` for what
is under them; a path that ends in `*` means all below it. A place is `frame.column`, with a note
where the value is only a part of the cell, or is there only if something else is not.
What is said to stay in `facets` is there as it came, as every facet is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

FRAMES = {"run": "runs", "job": "jobs", "dataset": "datasets", "input": "io", "output": "io"}
VENDOR = "facets: one vendor's own"


@dataclass(frozen=True)
class Place:
    """A column a value goes to, or the frame `facets`."""

    frame: str
    column: str | None
    note: str = ""

    @property
    def conditional(self) -> bool:
        """Whether the value is there only if something else in the same facet is not."""
        return self.note.startswith("if ")

    def __str__(self) -> str:
        where = f"`{self.frame}.{self.column}`" if self.column else f"`{self.frame}`"
        return f"{where} ({self.note})" if self.note else where


@dataclass(frozen=True)
class Mapped:
    """A field of a facet, and where it goes: one of the places at least."""

    entity: str
    facet: str
    path: str
    places: tuple[Place, ...]

    def covers(self, path: str) -> bool:
        """Whether it speaks of this path."""
        if self.path.endswith("*"):
            return path.startswith(self.path[:-1])
        return path == self.path


def _transformed(path: str, note: str = "") -> dict[str, str]:
    return {
        f"{path}.transformations[].{name}": f"column_edges.{name}{note}"
        for name in ("type", "subtype", "description", "masking")
    }


def _lineage(before: str, note: str) -> dict[str, str]:
    inputs, fields = f"{before}inputs[]", f"{before}fields{{}}"
    run = "facets: an edge stands for many runs"
    kind = "facets: tells whether the source is a dataset or a job"
    return {
        f"{inputs}.namespace": "edges.source: in the node id",
        f"{inputs}.name": "edges.source: in the node id",
        f"{inputs}.type": kind,
        f"{inputs}.runId": run,
        f"{inputs}.field": f"column_edges.source_field{note}",
        **_transformed(inputs, ": if the input names a field, else `facets`"),
        fields: "column_edges.target_field",
        f"{fields}.inputs[].namespace": "column_edges.source: in the node id",
        f"{fields}.inputs[].name": "column_edges.source: in the node id",
        f"{fields}.inputs[].type": kind,
        f"{fields}.inputs[].runId": run,
        f"{fields}.inputs[].field": "column_edges.source_field",
        **_transformed(f"{fields}.inputs[]"),
    }


def _source_columns(path: str) -> dict[str, str]:
    return {
        f"{path}.namespace": "column_edges.source: in the node id",
        f"{path}.name": "column_edges.source: in the node id",
        f"{path}.field": "column_edges.source_field",
        **_transformed(path),
    }


def _condition(before: str) -> dict[str, str]:
    words = "io.subset: in words"
    fields = {
        "comparison": "io.subset: as its sign",
        "left": words,
        "left.field": words,
        "left.value": words,
        "right": words,
        "right.field": words,
        "right.value": words,
        "operator": words,
        "partitions[].identifier": words,
        "partitions[].dimensions": words,
        "locations[]": "io.locations; io.subset: in words",
        "type": "facets: shown by the wording of io.subset",
        "left.type": "facets: shown by the wording of io.subset",
        "right.type": "facets: shown by the wording of io.subset",
    }
    return {f"{before}.{path}": goes for path, goes in fields.items()}


def _dependency(side: str, column: str) -> dict[str, str]:
    rule = "facets: the scheduler's own words"
    return {
        f"{side}[].job.namespace": f"runs.{column}: in the node id",
        f"{side}[].job.name": f"runs.{column}: in the node id",
        f"{side}[].run.runId": "facets: control between runs, no data",
        f"{side}[].dependency_type": rule,
        f"{side}[].sequence_trigger_rule": rule,
        f"{side}[].status_trigger_rule": rule,
    }


_STATISTICS = {"rowCount": "io.rows", "size": "io.bytes", "fileCount": "io.files"}
_ICEBERG = "facets: counted by Iceberg, for its own tuning"
_TEST_BODY = dict.fromkeys(("content", "contentType", "params"), "facets: the body of the test")
_JUDGED = {name: f"quality.{name}" for name in ("severity", "description", "expected", "actual")}
_TAGS = {
    "tags[].key": "*.tags: as key=value",
    "tags[].value": "*.tags: as key=value",
    "tags[].source": "*.tag_sources",
}

# entities and key of a facet, then path → places (separated by `;`); `*` is the entity's frame
_FACETS: dict[tuple[str, str], dict[str, str]] = {
    ("run", "environmentVariables"): {
        "environmentVariables[].name": "runs.environment",
        "environmentVariables[].value": "facets: redacted, for it may be a secret",
    },
    ("run", "errorMessage"): {
        "message": "runs.error",
        "programmingLanguage": "runs.error_language",
        "stackTrace": "facets: pages of text",
    },
    ("run", "executionParameters"): {
        "parameters[].key": "runs.parameters: as key=value",
        "parameters[].value": "runs.parameters: as key=value",
        "parameters[].name": "facets: the key for people",
        "parameters[].description": "facets: about the parameter, the same in every run",
    },
    ("run", "externalQuery"): {
        "externalQueryId": "runs.query_id",
        "source": "runs.query_source",
    },
    ("run", "extractionError"): {
        "totalTasks": "runs.tasks",
        "failedTasks": "runs.tasks_failed",
        "errors[].errorMessage": "runs.extraction_errors",
        "errors[].stackTrace": "facets: pages of text",
        "errors[].task": "facets: often the whole statement",
        "errors[].taskNumber": "facets: means something only beside the task",
    },
    ("run", "jobDependencies"): {
        **_dependency("upstream", "depends_on"),
        **_dependency("downstream", "depended_by"),
        "trigger_rule": "runs.trigger_rule",
    },
    ("run", "nominalTime"): {
        "nominalStartTime": "runs.nominal_start",
        "nominalEndTime": "runs.nominal_end",
    },
    ("run", "parent"): {
        "run.runId": "runs.parent",
        "run.facets": "facets: the parent's own events tell them",
        "job.namespace": "jobs.parent: in the node id",
        "job.name": "jobs.parent: in the node id",
        "job.facets": "facets: the parent's own events tell them",
        "root.run.runId": "runs.root",
        "root.run.facets": "facets: the root's own events tell them",
        "root.job.namespace": "runs.root_job: in the node id",
        "root.job.name": "runs.root_job: in the node id",
        "root.job.facets": "facets: the root's own events tell them",
    },
    ("run", "processing_engine"): {
        "name": "runs.engine: with its version",
        "version": "runs.engine: after its name",
        "openlineageAdapterVersion": "runs.adapter_version",
    },
    ("run job", "tags"): _TAGS,
    ("run", "test"): {
        "tests[].name": "quality.name",
        "tests[].status": "quality.status; quality.success: if it is pass or fail",
        "tests[].type": "quality.type",
        **{f"tests[].{name}": goes for name, goes in (_JUDGED | _TEST_BODY).items()},
    },
    ("job dataset", "documentation"): {
        "description": "*.description",
        "contentType": "*.description_type",
    },
    ("job", "jobType"): {
        "processingType": "jobs.processing",
        "integration": "jobs.integration",
        "jobType": "jobs.job_type",
        "emissionPattern.eventTrigger": "jobs.event_trigger",
        "emissionPattern.eventContentMode": "jobs.event_content",
        "emissionPattern.windowDuration": "jobs.window",
    },
    ("job", "lineage"): {
        "entries[].namespace": "edges.target: in the node id",
        "entries[].name": "edges.target: in the node id",
        "entries[].type": "facets: tells whether the target is a dataset or a job",
        "entries[].runId": "facets: an edge stands for many runs",
        **_lineage("entries[].", ": if the target is a dataset, else `facets`"),
    },
    ("job dataset", "ownership"): {
        "owners[].name": "*.owners",
        "owners[].type": "*.owner_types",
    },
    ("job", "sourceCode"): {
        "language": "jobs.language",
        "sourceCode": "jobs.source_code",
    },
    ("job", "sourceCodeLocation"): {
        "type": "facets: git, nearly always",
        "url": "jobs.source_url",
        "repoUrl": "jobs.source_repo",
        "path": "jobs.source_path",
        "version": "jobs.source_version; runs.code_version",
        "tag": "jobs.source_tag; runs.code_version: if there is no version",
        "branch": "jobs.source_branch; runs.code_version: if there is no version and no tag",
        "pullRequestNumber": "jobs.pull_request",
    },
    ("job", "sql"): {
        "query": "jobs.sql",
        "dialect": "jobs.dialect",
    },
    ("dataset", "catalog"): {
        "framework": "datasets.catalog_framework",
        "type": "datasets.catalog_type",
        "name": "datasets.catalog",
        "metadataUri": "datasets.metadata_uri",
        "warehouseUri": "datasets.warehouse_uri",
        "source": "facets: the engine that set the catalog up, told by the run too",
        "catalogProperties*": "facets: settings of any name",
    },
    ("dataset", "columnLineage"): {
        "fields{}": "column_edges.target_field",
        **_source_columns("fields{}.inputFields[]"),
        "fields{}.transformationType": "column_edges.type: if there are no transformations",
        "fields{}.transformationDescription": (
            "column_edges.description: if a direct transformation has none"
        ),
        **_source_columns("dataset[]"),
    },
    ("dataset input", "dataQualityAssertions"): {
        "assertions[].assertion": "quality.type; quality.name: if it has no name",
        "assertions[].name": "quality.name",
        "assertions[].success": "quality.success",
        "assertions[].column": "quality.field",
        **{f"assertions[].{name}": goes for name, goes in (_JUDGED | _TEST_BODY).items()},
    },
    ("dataset input", "dataQualityMetrics"): {
        "rowCount": "quality.value; io.rows: where no statistics are told",
        "bytes": "quality.value; io.bytes: where no statistics are told",
        "fileCount": "quality.value; io.files: where no statistics are told",
        "lastUpdated": "quality.actual",
        "columnMetrics{}": "quality.field",
        **{
            f"columnMetrics{{}}.{name}": "quality.value"
            for name in ("nullCount", "distinctCount", "sum", "count", "min", "max")
        },
        "columnMetrics{}.quantiles{}": "quality.name: after `quantile`",
        "columnMetrics{}.quantiles{}.": "quality.value",
    },
    ("dataset", "dataSource"): {
        "name": "datasets.source_name",
        "uri": "datasets.source_uri",
        "url": "datasets.source_uri: its old name",
    },
    ("dataset", "datasetType"): {
        "datasetType": "datasets.type",
        "subType": "datasets.subtype",
    },
    ("dataset", "hierarchy"): {
        "hierarchy[].type": "datasets.hierarchy: as type=name",
        "hierarchy[].name": "datasets.hierarchy: as type=name",
    },
    ("dataset", "lifecycleStateChange"): {
        "lifecycleStateChange": "datasets.lifecycle",
        "previousIdentifier.namespace": "datasets.renamed_from: in the node id",
        "previousIdentifier.name": "datasets.renamed_from: in the node id",
    },
    ("dataset", "lineage"): _lineage("", ""),
    ("dataset", "schema"): {
        "fields[].name": "fields.field; schemas.fields: each with its type",
        "fields[].type": "fields.type; schemas.fields: with each name",
        "fields[].description": "fields.description",
        "fields[].ordinal_position": "fields.position",
        "fields[].fields[]": "fields.field: after the parent's name and a dot, each a row",
    },
    ("dataset", "storage"): {
        "storageLayer": "datasets.storage_layer; datasets.storage: if there is no fileFormat",
        "fileFormat": "datasets.storage",
    },
    ("dataset", "symlinks"): {
        "identifiers[].namespace": "datasets.aliases: in the node id, or the dataset's own",
        "identifiers[].name": "datasets.aliases: in the node id, or the dataset's own",
        "identifiers[].type": "facets: TABLE decides which name is shown",
    },
    ("dataset", "tags"): {
        "tags[].key": "datasets.tags: as key=value, of the whole; fields.tags: if it names a field",
        "tags[].value": (
            "datasets.tags: as key=value, of the whole; fields.tags: if it names a field"
        ),
        "tags[].source": "datasets.tag_sources; fields.tag_sources: if it names a field",
        "tags[].field": "fields.field: where the schema has it, else `facets`",
    },
    ("dataset", "version"): {"datasetVersion": "io.version; datasets.version"},
    ("input", "inputStatistics"): _STATISTICS,
    ("output", "outputStatistics"): _STATISTICS,
    ("input", "subset"): _condition("inputCondition"),
    ("output", "subset"): _condition("outputCondition"),
    ("input", "icebergScanReport"): {
        "snapshotId": "io.snapshot",
        "filterDescription": "io.subset: where there is no subset facet",
        "projectedFieldNames[]": "io.fields",
        "scanMetrics.resultDataFiles": "io.files: where no inputStatistics are told",
        "scanMetrics.totalFileSizeInBytes": "io.bytes: where no inputStatistics are told",
        "scanMetrics.*": _ICEBERG,
        "schemaId": "facets: a number of Iceberg's",
        "metadata": "facets: anything",
    },
    ("output", "icebergCommitReport"): {
        "snapshotId": "io.snapshot",
        "operation": "io.operation",
        "commitMetrics.addedRecords": "io.rows: where no outputStatistics are told",
        "commitMetrics.addedFilesSizeInBytes": "io.bytes: where no outputStatistics are told",
        "commitMetrics.addedDataFiles": "io.files: where no outputStatistics are told",
        "commitMetrics.*": _ICEBERG,
        "sequenceNumber": "facets: a number of Iceberg's",
        "metadata": "facets: anything",
    },
    ("job", "gcp_composer_job"): {"*": VENDOR},
    ("run", "gcp_composer_run"): {"*": VENDOR},
    ("run", "gcp_dataproc"): {"*": VENDOR},
    ("job", "gcp_lineage"): {"*": VENDOR},
}


def _places(text: str, entity: str) -> Iterator[Place]:
    for one in text.split("; "):
        where, _, note = one.partition(": ")
        frame, _, column = where.replace("*", FRAMES[entity]).partition(".")
        yield Place(frame, column or None, note)


MAPPED: tuple[Mapped, ...] = tuple(
    Mapped(entity, facet, path, tuple(_places(text, entity)))
    for (entities, facet), fields in _FACETS.items()
    for entity in entities.split()
    for path, text in fields.items()
)

_HEAD = """\
# Where each field of each facet goes

Made from `mapping.py` by `python -m lineage_explorer.readers.mapping`; tests hold both to the
specification's JSON Schemas (2-0-2, facets as of 1.52.0) and to what `lx.read` really does.

Every facet, standard or custom, is also a row of `facets`: as it came, secrets redacted. Of a
custom facet nothing else is kept; `_producer`, `_schemaURL` and any field the specification does
not know stay in `facets` too. Old spellings are read: `parentRun`, `dataSource.url`,
`columnLineage` 1-0-x, 1-1-0, 1-2-0 and bare.
A path has `[]` for an item of a list, `{}` for the key of a map and `{}.` for what is under it.

| of a | facet | field | goes to |
|---|---|---|---|
"""


def table() -> str:
    """The mapping as Markdown."""
    rows = sorted(MAPPED, key=lambda one: (list(FRAMES).index(one.entity), one.facet))
    return _HEAD + "".join(
        f"| {one.entity} | `{one.facet}` | `{one.path}` | {', '.join(map(str, one.places))} |\n"
        for one in rows
    )


if __name__ == "__main__":
    from pathlib import Path

    Path(__file__).with_name("FACETS.md").write_text(table(), "utf-8")
