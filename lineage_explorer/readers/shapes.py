"""Which facet has which type, and the JSON of a facet → its type, as much of it as has the standard's shape."""

from __future__ import annotations

from functools import cache
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

import msgspec

from lineage_explorer.readers import facets as f

RUN: dict[str, type[msgspec.Struct]] = {
    "environmentVariables": f.Environment,
    "errorMessage": f.ErrorMessage,
    "executionParameters": f.Parameters,
    "externalQuery": f.ExternalQuery,
    "extractionError": f.ExtractionError,
    "jobDependencies": f.Dependencies,
    "nominalTime": f.NominalTime,
    "parent": f.Parent,
    "parentRun": f.Parent,
    "processing_engine": f.Engine,
    "tags": f.Tags,
    "test": f.Tests,
}
JOB: dict[str, type[msgspec.Struct]] = {
    "documentation": f.Documentation,
    "jobType": f.JobType,
    "lineage": f.LineageJob,
    "ownership": f.Ownership,
    "sourceCode": f.SourceCode,
    "sql": f.Sql,
    "sourceCodeLocation": f.SourceCodeLocation,
    "tags": f.Tags,
}
DATASET: dict[str, type[msgspec.Struct]] = {
    "catalog": f.Catalog,
    "columnLineage": f.ColumnLineage,
    "dataQualityAssertions": f.Assertions,
    "dataQualityMetrics": f.Metrics,
    "dataSource": f.DataSource,
    "datasetType": f.DatasetType,
    "documentation": f.Documentation,
    "hierarchy": f.Hierarchy,
    "lifecycleStateChange": f.Lifecycle,
    "lineage": f.LineageDataset,
    "ownership": f.Ownership,
    "schema": f.Schema,
    "storage": f.Storage,
    "symlinks": f.Symlinks,
    "tags": f.Tags,
    "version": f.Version,
}
INPUT: dict[str, type[msgspec.Struct]] = {
    "dataQualityAssertions": f.Assertions,
    "dataQualityMetrics": f.Metrics,
    "icebergScanReport": f.ScanReport,
    "inputStatistics": f.Statistics,
    "subset": f.Condition,
}
OUTPUT: dict[str, type[msgspec.Struct]] = {
    "icebergCommitReport": f.CommitReport,
    "outputStatistics": f.Statistics,
    "subset": f.Condition,
}

BY_ENTITY = {"run": RUN, "job": JOB, "dataset": DATASET, "input": INPUT, "output": OUTPUT}

KEYS = sorted({key for kinds in BY_ENTITY.values() for key in kinds})
"""The keys of all standard facets that reach a column."""

_NAMES = {list: "a list", dict: "an object"}

_DECODERS = {
    (entity, key): msgspec.json.Decoder(kind)
    for entity, kinds in BY_ENTITY.items()
    for key, kind in kinds.items()
}


def decode(entity: str, key: str, raw: bytes) -> tuple[Any, str]:
    """The typed facet (None where it is not a standard one), and what was wrong with its shape.

    Raises:
        msgspec.DecodeError: if it is not JSON.
    """
    decoder = _DECODERS.get((entity, key))
    if decoder is None:
        return None, ""
    try:
        return decoder.decode(raw), ""
    except msgspec.ValidationError:
        wrong: list[str] = []
        try:
            made = _made(msgspec.json.decode(raw), BY_ENTITY[entity][key], "$", wrong)
        except _WrongShape as error:
            return None, f"{error}."
        if not wrong:
            return made, ""
        items = "1 item was" if len(wrong) == 1 else f"{len(wrong)} items were"
        return made, f"{items} left out: {wrong[0]}."


class _WrongShape(Exception):
    """A value whose shape is not the standard's."""


_hints = cache(get_type_hints)


def _made(value: Any, kind: Any, path: str, wrong: list[str]) -> Any:
    """The value as that type, without the items of lists and maps that do not fit.

    Where every item of a list is wrong the list is: an empty one would say that there is nothing.
    """
    if kind is Any:
        return value
    if get_origin(kind) is UnionType:
        return None if value is None else _made(value, get_args(kind)[0], path, wrong)
    outer = get_origin(kind) or kind
    shape = outer if outer in (list, dict) else dict
    if not isinstance(value, shape):
        raise _WrongShape(f"expected {_NAMES[shape]} at `{path}`")
    if outer is list:
        items = {at: (item, f"{path}[{at}]") for at, item in enumerate(value)}
    elif outer is dict:
        items = {key: (item, f"{path}[…]") for key, item in value.items()}
    else:
        hints = _hints(kind)
        told = {key: item for key, item in value.items() if key in hints}
        return kind(**{k: _made(v, hints[k], f"{path}.{k}", wrong) for k, v in told.items()})
    good: dict[Any, Any] = {}
    for key, (item, where) in items.items():
        before = len(wrong)
        try:
            good[key] = _made(item, get_args(kind)[-1], where, wrong)
        except _WrongShape as error:
            last = error
            wrong[before:] = [str(error)]
    if items and not good:
        raise last
    return list(good.values()) if outer is list else good
