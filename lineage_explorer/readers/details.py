"""Facets that say one thing → the columns they fill, by frame."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import polars as pl

from lineage_explorer.naming import Name, dataset_id, job_id
from lineage_explorer.readers import facets as f
from lineage_explorer.readers import subset
from lineage_explorer.readers.times import parse_time
from lineage_explorer.tables import TEXTS

TEXT = pl.String


@dataclass(frozen=True)
class Detail:
    """What a facet fills: columns with their dtypes, and their values."""

    columns: dict[str, Any]
    of: Callable[[Any], tuple[Any, ...] | None]
    """The values; None where the facet does not say."""


def identity(of: Any) -> Name | None:
    """The namespace and name that something carries, if both are told."""
    namespace, name = (f.word(of.namespace), f.word(of.name)) if of else (None, None)
    return (namespace, name) if namespace is not None and name is not None else None


def tag(item: Any) -> str | None:
    """A tag as `key=value`, or its key alone."""
    key, value = f.word(item.key), f.word(item.value)
    return f"{key}={value}" if key is not None and value is not None else key


def listed(items: list[Any] | None, say: Callable[[Any], str | None]) -> list[str] | None:
    """Each item in a word; None where there is no list."""
    if items is None:
        return None
    return [word for item in items if (word := say(item)) is not None]


def _job(of: Any) -> str | None:
    name = identity(of)
    return job_id(*name) if name else None


def _dataset(of: Any) -> str | None:
    name = identity(of)
    return dataset_id(*name) if name else None


def _moment(value: object) -> int | None:
    return parse_time(value).us if isinstance(value, str) else None


def _words(**columns: str) -> Detail:
    """Columns that are a field of the facet as text."""
    names = list(columns.values())
    return Detail(
        dict.fromkeys(columns, TEXT),
        lambda facet: tuple(f.word(getattr(facet, name)) for name in names),
    )


def _parent(facet: Any) -> tuple[Any, ...]:
    root = facet.root
    return (
        f.word(facet.run.runId) if facet.run else None,
        f.word(root.run.runId) if root and root.run else None,
        _job(root.job) if root else None,
    )


def _engine(facet: Any) -> tuple[Any, ...]:
    words = (f.word(facet.name), f.word(facet.version))
    together = " ".join(word for word in words if word) or None
    return together, f.word(facet.openlineageAdapterVersion)


def _tags(facet: Any) -> tuple[Any, ...]:
    """Tags of the whole thing, and who set each."""
    whole = [item for item in facet.tags or [] if f.word(item.field) is None]
    told = [(label, f.word(item.source)) for item in whole if (label := tag(item)) is not None]
    return [label for label, _ in told], [source for _, source in told]


def _owners(facet: Any) -> tuple[Any, ...]:
    """Names of the owners, and the type of each."""
    owners = facet.owners or []
    named = [(name, f.word(one.type)) for one in owners if (name := f.word(one.name)) is not None]
    return [name for name, _ in named], [kind for _, kind in named]


def _faults(facet: Any) -> tuple[Any, ...]:
    told = listed(facet.errors, lambda item: f.word(item.errorMessage))
    return f.count(facet.totalTasks), f.count(facet.failedTasks), told


def _dependencies(facet: Any) -> tuple[Any, ...]:
    sides = [
        listed(side, lambda item: _job(item.job)) for side in (facet.upstream, facet.downstream)
    ]
    return f.word(facet.trigger_rule), *sides


def _job_type(facet: Any) -> tuple[Any, ...]:
    emission = facet.emissionPattern
    return (
        f.word(facet.integration),
        f.word(facet.jobType),
        f.word(facet.processingType),
        f.word(emission.eventTrigger) if emission else None,
        f.word(emission.eventContentMode) if emission else None,
        f.count(emission.windowDuration) if emission else None,
    )


def _source(facet: Any) -> tuple[Any, ...]:
    return f.word(facet.uri) or f.word(facet.url), f.word(facet.name)


def _storage(facet: Any) -> tuple[Any, ...]:
    layer = f.word(facet.storageLayer)
    return f.word(facet.fileFormat) or layer, layer


def _level(level: Any) -> str | None:
    kind, name = f.word(level.type), f.word(level.name)
    return f"{kind}={name}" if kind is not None and name is not None else name


_COUNTED = dict.fromkeys(("rows", "bytes", "files"), pl.Int64)


def _counts(*fields: str) -> Detail:
    return Detail(
        _COUNTED,
        lambda facet: tuple(f.count(getattr(facet, name)) for name in fields),
    )


def _subset(facet: Any) -> tuple[Any, ...]:
    condition = facet.inputCondition or facet.outputCondition
    return subset.words(condition), subset.locations(condition)


def _snapshot(value: object) -> str | None:
    whole = f.count(value)
    return f.word(value if whole is None else whole)


def _scan(facet: Any) -> tuple[Any, ...]:
    filtered, snapshot = f.word(facet.filterDescription), _snapshot(facet.snapshotId)
    return filtered, snapshot, listed(facet.projectedFieldNames, f.word)


def _scanned(facet: Any) -> tuple[Any, ...] | None:
    told = facet.scanMetrics
    return told and (None, f.count(told.totalFileSizeInBytes), f.count(told.resultDataFiles))


def _committed(facet: Any) -> tuple[Any, ...] | None:
    told = facet.commitMetrics
    if told is None:
        return None
    sizes = told.addedFilesSizeInBytes, told.addedDataFiles
    return f.count(told.addedRecords), f.count(sizes[0]), f.count(sizes[1])


_TAGS = Detail({"tags": TEXTS, "tag_sources": TEXTS}, _tags)
_OWNERS = Detail({"owners": TEXTS, "owner_types": TEXTS}, _owners)
_DESCRIPTION = _words(description="description", description_type="contentType")
_PARENT = Detail(dict.fromkeys(("parent", "root", "root_job"), TEXT), _parent)
_CODE = _words(
    source_url="url",
    source_repo="repoUrl",
    source_path="path",
    source_version="version",
    source_tag="tag",
    source_branch="branch",
    pull_request="pullRequestNumber",
)

RUN: dict[str, Detail] = {
    "parent": _PARENT,
    "nominalTime": Detail(
        dict.fromkeys(("nominal_start", "nominal_end"), pl.Int64),
        lambda facet: (_moment(facet.nominalStartTime), _moment(facet.nominalEndTime)),
    ),
    "processing_engine": Detail(dict.fromkeys(("engine", "adapter_version"), TEXT), _engine),
    "errorMessage": _words(error="message", error_language="programmingLanguage"),
    "tags": _TAGS,
    "externalQuery": _words(query_id="externalQueryId", query_source="source"),
    "executionParameters": Detail(
        {"parameters": TEXTS}, lambda facet: (listed(facet.parameters, tag),)
    ),
    "environmentVariables": Detail(
        {"environment": TEXTS},
        lambda facet: (listed(facet.environmentVariables, lambda item: f.word(item.name)),),
    ),
    "extractionError": Detail(
        {"tasks": pl.Int64, "tasks_failed": pl.Int64, "extraction_errors": TEXTS}, _faults
    ),
    "jobDependencies": Detail(
        {"trigger_rule": TEXT, "depends_on": TEXTS, "depended_by": TEXTS}, _dependencies
    ),
}
JOB: dict[str, Detail] = {
    "jobType": Detail(
        {
            **dict.fromkeys(("integration", "job_type", "processing"), TEXT),
            **dict.fromkeys(("event_trigger", "event_content"), TEXT),
            "window": pl.Int64,
        },
        _job_type,
    ),
    "documentation": _DESCRIPTION,
    "ownership": _OWNERS,
    "tags": _TAGS,
    "sql": _words(sql="query", dialect="dialect"),
    "sourceCode": _words(language="language", source_code="sourceCode"),
    "sourceCodeLocation": _CODE,
}
DATASET: dict[str, Detail] = {
    "datasetType": _words(type="datasetType", subtype="subType"),
    "dataSource": Detail(dict.fromkeys(("source_uri", "source_name"), TEXT), _source),
    "storage": Detail(dict.fromkeys(("storage", "storage_layer"), TEXT), _storage),
    "documentation": _DESCRIPTION,
    "ownership": _OWNERS,
    "tags": _TAGS,
    "lifecycleStateChange": Detail(
        dict.fromkeys(("lifecycle", "renamed_from"), TEXT),
        lambda facet: (f.word(facet.lifecycleStateChange), _dataset(facet.previousIdentifier)),
    ),
    "version": _words(version="datasetVersion"),
    "hierarchy": Detail({"hierarchy": TEXTS}, lambda facet: (listed(facet.hierarchy, _level),)),
    "catalog": _words(
        catalog="name",
        catalog_type="type",
        catalog_framework="framework",
        metadata_uri="metadataUri",
        warehouse_uri="warehouseUri",
    ),
}
CODE_VERSION = Detail(
    {"code_version": TEXT},
    lambda facet: (f.word(facet.version) or f.word(facet.tag) or f.word(facet.branch),),
)
IO: dict[str, Detail] = {
    "subset": Detail({"subset": TEXT, "locations": TEXTS}, _subset),
    "icebergScanReport": Detail(
        {"scan_filter": TEXT, "scan_snapshot": TEXT, "fields": TEXTS}, _scan
    ),
    "icebergCommitReport": Detail(
        dict.fromkeys(("commit_snapshot", "operation"), TEXT),
        lambda facet: (_snapshot(facet.snapshotId), f.word(facet.operation)),
    ),
}
STATISTICS = _counts("rowCount", "size", "fileCount")
METRICS = _counts("rowCount", "bytes", "fileCount")
SCANNED = Detail(_COUNTED, _scanned)
COMMITTED = Detail(_COUNTED, _committed)
