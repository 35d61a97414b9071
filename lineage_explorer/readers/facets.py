"""The standard facets as types: what of them reaches a column.

Leaves are `Any` and read through `word`, `count` and friends, so that one wrong value does not
cost the facet; a wrong shape (a list where an object belongs) does, and is told as a problem.
Field names are the specification's (spec 2-0-2, facets as of 1.52.0).
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct


class Owner(Struct):
    name: Any = None
    type: Any = None


class Ownership(Struct):
    owners: list[Owner] | None = None


class Tag(Struct):
    key: Any = None
    value: Any = None
    source: Any = None
    field: Any = None


class Tags(Struct):
    tags: list[Tag] | None = None


class Documentation(Struct):
    description: Any = None


class JobType(Struct):
    processingType: Any = None
    integration: Any = None
    jobType: Any = None


class Sql(Struct):
    query: Any = None
    dialect: Any = None


class SourceCodeLocation(Struct):
    type: Any = None
    url: Any = None
    version: Any = None
    tag: Any = None
    branch: Any = None


class RunRef(Struct):
    runId: Any = None


class JobRef(Struct):
    namespace: Any = None
    name: Any = None


class ParentOf(Struct):
    run: RunRef | None = None
    job: JobRef | None = None


class Parent(Struct):
    run: RunRef | None = None
    job: JobRef | None = None
    root: ParentOf | None = None


class NominalTime(Struct):
    nominalStartTime: Any = None
    nominalEndTime: Any = None


class Engine(Struct):
    name: Any = None
    version: Any = None
    openlineageAdapterVersion: Any = None


class ErrorMessage(Struct):
    message: Any = None


class Statistics(Struct):
    rowCount: Any = None
    size: Any = None
    fileCount: Any = None


class Version(Struct):
    datasetVersion: Any = None


class DataSource(Struct):
    name: Any = None
    uri: Any = None
    url: Any = None


class DatasetType(Struct):
    datasetType: Any = None
    subType: Any = None


class Storage(Struct):
    storageLayer: Any = None
    fileFormat: Any = None


class Lifecycle(Struct):
    lifecycleStateChange: Any = None


class Symlink(Struct):
    namespace: Any = None
    name: Any = None
    type: Any = None


class Symlinks(Struct):
    identifiers: list[Symlink] | None = None


class SchemaField(Struct):
    name: Any = None
    type: Any = None
    description: Any = None
    fields: list[SchemaField] | None = None


class Schema(Struct):
    fields: list[SchemaField] | None = None


class Assertion(Struct):
    assertion: Any = None
    success: Any = None
    column: Any = None
    name: Any = None


class Assertions(Struct):
    assertions: list[Assertion] | None = None


class ColumnMetrics(Struct):
    nullCount: Any = None
    distinctCount: Any = None
    sum: Any = None
    count: Any = None
    min: Any = None
    max: Any = None
    quantiles: dict[str, Any] | None = None


class Metrics(Struct):
    rowCount: Any = None
    bytes: Any = None
    fileCount: Any = None
    columnMetrics: dict[str, ColumnMetrics] | None = None


class Transformation(Struct):
    type: Any = None
    subtype: Any = None
    description: Any = None
    masking: Any = None


class InputField(Struct):
    namespace: Any = None
    name: Any = None
    field: Any = None
    transformations: list[Transformation] | None = None


class ColumnInputs(Struct):
    inputFields: list[InputField] | None = None
    transformationDescription: Any = None
    transformationType: Any = None


class ColumnLineage(Struct):
    fields: dict[str, ColumnInputs] | None = None
    dataset: list[InputField] | None = None


class LineageInput(Struct):
    type: Any = None
    namespace: Any = None
    name: Any = None
    field: Any = None
    transformations: list[Transformation] | None = None


class LineageField(Struct):
    inputs: list[LineageInput] | None = None


class LineageDataset(Struct):
    inputs: list[LineageInput] | None = None
    fields: dict[str, LineageField] | None = None


class LineageEntry(Struct):
    type: Any = None
    namespace: Any = None
    name: Any = None
    inputs: list[LineageInput] | None = None
    fields: dict[str, LineageField] | None = None


class LineageJob(Struct):
    entries: list[LineageEntry] | None = None


RUN: dict[str, type[Struct]] = {
    "parent": Parent,
    "nominalTime": NominalTime,
    "processing_engine": Engine,
    "errorMessage": ErrorMessage,
}
JOB: dict[str, type[Struct]] = {
    "documentation": Documentation,
    "jobType": JobType,
    "lineage": LineageJob,
    "ownership": Ownership,
    "sql": Sql,
    "sourceCodeLocation": SourceCodeLocation,
    "tags": Tags,
}
DATASET: dict[str, type[Struct]] = {
    "columnLineage": ColumnLineage,
    "dataQualityAssertions": Assertions,
    "dataQualityMetrics": Metrics,
    "dataSource": DataSource,
    "datasetType": DatasetType,
    "documentation": Documentation,
    "lifecycleStateChange": Lifecycle,
    "lineage": LineageDataset,
    "ownership": Ownership,
    "schema": Schema,
    "storage": Storage,
    "symlinks": Symlinks,
    "tags": Tags,
    "version": Version,
}
INPUT: dict[str, type[Struct]] = {
    "dataQualityAssertions": Assertions,
    "dataQualityMetrics": Metrics,
    "inputStatistics": Statistics,
}
OUTPUT: dict[str, type[Struct]] = {"outputStatistics": Statistics}

BY_ENTITY = {"run": RUN, "job": JOB, "dataset": DATASET, "input": INPUT, "output": OUTPUT}

_DECODERS = {
    (entity, key): msgspec.json.Decoder(kind)
    for entity, kinds in BY_ENTITY.items()
    for key, kind in kinds.items()
}


def decode(entity: str, key: str, raw: bytes) -> Any:
    """The typed facet, or None where it is not a standard one.

    Raises:
        msgspec.ValidationError: if its shape is not the standard's.
    """
    decoder = _DECODERS.get((entity, key))
    return decoder.decode(raw) if decoder else None


def word(value: object) -> str | None:
    """Text, a number or a truth value as text; anything else, and an empty text, is None."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, (int, float)) else None


def count(value: object) -> int | None:
    """A whole number that fits 64 bits, also written as text; else None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and len(value) < 20 and value.lstrip("-").isdecimal():
        value = int(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        value = int(value)
    return value if isinstance(value, int) and -(2**63) <= value < 2**63 else None


def number(value: object) -> float | None:
    """A number as float, else None."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return float(value)
    except OverflowError:
        return None


def truth(value: object) -> bool | None:
    """True, false, or None for anything else."""
    return value if isinstance(value, bool) else None
