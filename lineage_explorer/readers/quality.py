"""Assertions, metrics and tests → rows of the quality frame."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import polars as pl

from lineage_explorer.readers import facets as f
from lineage_explorer.readers.accumulate import State
from lineage_explorer.readers.openlineage import DATASET, RUN
from lineage_explorer.tables import QUALITY

Row = dict[str, Any]
_PASSED = {"pass": True, "passed": True, "success": True, "fail": False, "failed": False}
_WHOSE = ("dataset", "run", "job", "event")
_SAID = {name: dtype for name, (dtype, _) in QUALITY.items() if name not in _WHOSE}


def quality(state: State) -> pl.DataFrame:
    """Columns of the quality frame; `job` and `node` by number."""
    contexts = state.contexts.select("context", "run", "job")
    told = ("node", "key", "facet", "event", "seq", "entity")
    own = state.role_facets.select("context", *told)
    runs = state.context_facets.filter(pl.col("entity") == RUN)
    runs = runs.with_columns(node=pl.lit(None, pl.UInt32)).select(own.columns)
    in_contexts = pl.concat([own, runs]).join(contexts, on="context").drop("context")
    # outside any run or job: what dataset events say
    by_itself = state.outside.filter(pl.col("role") == DATASET)
    every = pl.concat([in_contexts, by_itself.select(told)], how="diagonal")
    found = []
    for key, say in _KINDS.items():
        rows = every.filter(pl.col("key") == key)
        said = state.typed.rows(rows["facet"], _values(say), **_SAID).with_row_index("at")
        found.append(rows.join(said, on="facet"))
    return pl.concat(found).sort("seq", "entity", "at", maintain_order=True)


def _values(say: Callable[[Any], Iterator[Row]]) -> Callable[[Any], Iterator[tuple[Any, ...]]]:
    return lambda facet: (tuple(row.get(name) for name in _SAID) for row in say(facet))


def _assertions(facet: Any) -> Iterator[Row]:
    for item in facet.assertions or []:
        kind = f.word(item.assertion)
        yield {
            "field": f.word(item.column),
            "name": f.word(item.name) or kind,
            "success": f.truth(item.success),
            "kind": "assertion",
            "type": kind,
            **_told(item),
        }


def _metrics(facet: Any) -> Iterator[Row]:
    if (updated := f.word(facet.lastUpdated)) is not None:
        yield {"name": "lastUpdated", "actual": updated, "kind": "metric"}
    for name in ("rowCount", "bytes", "fileCount"):
        if (value := f.number(getattr(facet, name))) is not None:
            yield {"name": name, "value": value, "kind": "metric"}
    for column, of in (facet.columnMetrics or {}).items():
        values = {name: getattr(of, name) for name in of.__struct_fields__ if name != "quantiles"}
        values |= {f"quantile {q}": value for q, value in (of.quantiles or {}).items()}
        for name, measured in values.items():
            if (value := f.number(measured)) is not None:
                yield {"field": column, "name": name, "value": value, "kind": "metric"}


def _tests(facet: Any) -> Iterator[Row]:
    """The tests a run was."""
    for item in facet.tests or []:
        status = f.word(item.status)
        yield {
            "name": f.word(item.name),
            "success": _PASSED.get((status or "").lower()),
            "kind": "test",
            "type": f.word(item.type),
            "status": status,
            **_told(item),
        }


def _told(item: Any) -> Row:
    names = ("severity", "description", "expected", "actual")
    return {name: f.word(getattr(item, name)) for name in names}


_KINDS = {"dataQualityAssertions": _assertions, "dataQualityMetrics": _metrics, "test": _tests}
