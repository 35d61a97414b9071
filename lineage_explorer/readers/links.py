"""Lineage facets → the datasets, jobs and columns they name. Source: `LineageFacet.json` 1-0-0."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from lineage_explorer.readers import facets as f
from lineage_explorer.readers.accumulate import Nodes
from lineage_explorer.readers.details import identity
from lineage_explorer.readers.rows import steps


class Link(NamedTuple):
    """A field (or a whole dataset) feeding a field (or a whole dataset); nodes by number."""

    source: int
    source_field: str | None
    target: int
    target_field: str | None
    type: str | None
    subtype: str | None
    masking: bool | None
    description: str | None


class Sources(NamedTuple):
    """Datasets and other jobs that feed something, and whether its own job does."""

    datasets: list[int]
    jobs: list[int]
    itself: bool


def is_job(item: Any) -> bool:
    """Whether an entry or input of a lineage facet is a job."""
    return (f.word(item.type) or "").upper() == "JOB"


def declared_sources(nodes: Nodes, facet: Any, own: int | None) -> Sources:
    """What a lineage facet names as feeding a dataset or its fields."""
    datasets: dict[int, None] = {}
    jobs: dict[int, None] = {}
    itself = False
    for item in _inputs(facet):
        source = source_of(nodes, item, own)
        if source is None:
            itself = itself or is_job(item)
        elif not is_job(item):
            datasets[source] = None
        elif source == own:
            itself = True
        else:
            jobs[source] = None
    return Sources(list(datasets), list(jobs), itself)


def source_of(nodes: Nodes, item: Any, own: int | None) -> int | None:
    """The node an input of a lineage facet means; a job without a name is the facet's own."""
    name = identity(item)
    if is_job(item):
        return nodes.job(name) if name else own
    return nodes.dataset(name) if name else None


def lineage_links(nodes: Nodes, facet: Any, target: int, own: int | None) -> Iterator[Link]:
    """The links of a lineage facet: its fields, and inputs that name a field."""
    for item in facet.inputs or []:
        if f.word(item.field) is not None:
            yield from _links(nodes, item, target, None, own)
    for column, entry in (facet.fields or {}).items():
        for item in entry.inputs or []:
            yield from _links(nodes, item, target, column, own)


def _inputs(facet: Any) -> Iterator[Any]:
    yield from facet.inputs or []
    for entry in (facet.fields or {}).values():
        yield from entry.inputs or []


def _links(
    nodes: Nodes, item: Any, target: int, column: str | None, own: int | None
) -> Iterator[Link]:
    source = source_of(nodes, item, own)
    if source is not None:
        source_field = None if is_job(item) else f.word(item.field)
        for step in steps(item):
            yield Link(source, source_field, target, column, *step)
