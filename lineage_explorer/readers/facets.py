"""The standard facets as types: what of them reaches a column.

Leaves are `Any` and read through `word`, `count` and friends, so that one wrong value does not
cost the facet. An item of a list or map that has a wrong shape costs that item, a wrong shape
elsewhere (a list where an object belongs) costs the facet; both are told as a problem.
Field names are the specification's (spec 2-0-2, facets as of 1.52.0); `mapping` says where each goes.
"""

from __future__ import annotations

from typing import Any

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
    contentType: Any = None


class EmissionPattern(Struct):
    eventTrigger: Any = None
    eventContentMode: Any = None
    windowDuration: Any = None


class JobType(Struct):
    processingType: Any = None
    integration: Any = None
    jobType: Any = None
    emissionPattern: EmissionPattern | None = None


class Sql(Struct):
    query: Any = None
    dialect: Any = None


class SourceCode(Struct):
    language: Any = None
    sourceCode: Any = None


class SourceCodeLocation(Struct):
    url: Any = None
    repoUrl: Any = None
    path: Any = None
    version: Any = None
    tag: Any = None
    branch: Any = None
    pullRequestNumber: Any = None


class RunRef(Struct):
    runId: Any = None


class Identity(Struct):
    namespace: Any = None
    name: Any = None


class ParentOf(Struct):
    run: RunRef | None = None
    job: Identity | None = None


class Parent(Struct):
    run: RunRef | None = None
    job: Identity | None = None
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
    programmingLanguage: Any = None


class ExtractionFault(Struct):
    errorMessage: Any = None


class ExtractionError(Struct):
    totalTasks: Any = None
    failedTasks: Any = None
    errors: list[ExtractionFault] | None = None


class ExternalQuery(Struct):
    externalQueryId: Any = None
    source: Any = None


class Parameter(Struct):
    key: Any = None
    value: Any = None


class Parameters(Struct):
    parameters: list[Parameter] | None = None


class Variable(Struct):
    name: Any = None


class Environment(Struct):
    environmentVariables: list[Variable] | None = None


class Dependency(Struct):
    job: Identity | None = None


class Dependencies(Struct):
    upstream: list[Dependency] | None = None
    downstream: list[Dependency] | None = None
    trigger_rule: Any = None


class Test(Struct):
    name: Any = None
    status: Any = None
    severity: Any = None
    type: Any = None
    description: Any = None
    expected: Any = None
    actual: Any = None


class Tests(Struct):
    tests: list[Test] | None = None


class Statistics(Struct):
    rowCount: Any = None
    size: Any = None
    fileCount: Any = None


class Condition(Struct):
    """A condition of any kind, its parts looked at when it is put into words (`subset`)."""

    inputCondition: Any = None
    outputCondition: Any = None


class ScanMetrics(Struct):
    resultDataFiles: Any = None
    totalFileSizeInBytes: Any = None


class ScanReport(Struct):
    snapshotId: Any = None
    filterDescription: Any = None
    projectedFieldNames: list[Any] | None = None
    scanMetrics: ScanMetrics | None = None


class CommitMetrics(Struct):
    addedRecords: Any = None
    addedFilesSizeInBytes: Any = None
    addedDataFiles: Any = None


class CommitReport(Struct):
    snapshotId: Any = None
    operation: Any = None
    commitMetrics: CommitMetrics | None = None


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


class Catalog(Struct):
    framework: Any = None
    type: Any = None
    name: Any = None
    metadataUri: Any = None
    warehouseUri: Any = None


class Level(Struct):
    type: Any = None
    name: Any = None


class Hierarchy(Struct):
    hierarchy: list[Level] | None = None


class Lifecycle(Struct):
    lifecycleStateChange: Any = None
    previousIdentifier: Identity | None = None


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
    ordinal_position: Any = None
    fields: list[SchemaField] | None = None


class Schema(Struct):
    fields: list[SchemaField] | None = None


class Assertion(Struct):
    assertion: Any = None
    success: Any = None
    column: Any = None
    name: Any = None
    severity: Any = None
    description: Any = None
    expected: Any = None
    actual: Any = None


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
    lastUpdated: Any = None
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


def word(value: object) -> str | None:
    """Text, a number or a truth value as text; anything else, and an empty text, is None."""
    if value is None or isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, (int, float)) else None


def count(value: object) -> int | None:
    """A whole number that fits 64 bits, also written as text; else None."""
    if value is None or isinstance(value, bool):
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
