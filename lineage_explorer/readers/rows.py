"""Facets that say many things → their rows; taken down while reading, each distinct text once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from lineage_explorer.naming import Name
from lineage_explorer.readers import details
from lineage_explorer.readers import facets as f
from lineage_explorer.readers.details import identity

Row = tuple[Any, ...]
Step = tuple[str | None, str | None, bool | None, str | None]


def fields(facet: Any) -> list[Row]:
    """Every field of a schema facet, nested names dotted, with the hash of all names and types."""
    flat = _flat(facet)
    told = "\n".join(f"{name}\t{kind or ''}" for name, kind, _, _ in flat)
    version = hashlib.blake2b(told.encode("utf-8", "replace"), digest_size=8).hexdigest()
    return [(version, ordinal, *field) for ordinal, field in enumerate(flat)]


def _flat(facet: Any) -> list[Row]:
    """Name, type, description and position; parents before their children."""
    word, flat = f.word, list[Row]()
    stack = [("", field) for field in reversed(facet.fields or [])]
    while stack:
        prefix, field = stack.pop()
        name = word(field.name)
        if name is None:
            continue
        dotted = prefix + name
        position = f.count(field.ordinal_position)
        flat.append((dotted, word(field.type), word(field.description), position))
        if field.fields:
            stack.extend((f"{dotted}.", inner) for inner in reversed(field.fields))
    return flat


def links(facet: Any) -> Iterator[tuple[Name, Row]]:
    """The links of a columnLineage facet, 1-0-x, 1-1-0 and 1-2-0 alike: the source, and the rest."""
    for column, inputs in (facet.fields or {}).items():
        old = f.word(inputs.transformationType), f.word(inputs.transformationDescription)
        for item in inputs.inputFields or []:
            name = identity(item)
            if name is not None:
                for step in steps(item, *old):
                    yield name, (f.word(item.field), column, *step)
    for item in facet.dataset or []:
        name = identity(item)
        if name is not None:
            for step in steps(item):
                yield name, (f.word(item.field), None, *step)


def steps(item: Any, kind: str | None = None, description: str | None = None) -> Iterator[Step]:
    """How an input is made use of; type and description as 1-0-x told them of all inputs."""
    if not item.transformations:
        yield kind, None, True if kind == "MASKED" else None, description
    for step in item.transformations or []:
        said = f.word(step.description)
        told = f.word(step.type)
        if said is None and told == "DIRECT":
            said = description
        yield told, f.word(step.subtype), f.truth(step.masking), said


def _one(detail: details.Detail) -> Callable[[Any], Iterable[Row]]:
    def rows(facet: Any) -> list[Row]:
        row = detail.of(facet)
        return [] if row is None else [row]

    return rows


WHOLLY = {
    ("dataset", "schema"),
    ("dataset", "columnLineage"),
    ("output", "outputStatistics"),
    ("input", "inputStatistics"),
}
"""Facets of which nothing is left to ask when their rows are taken down."""

COUNTS: dict[tuple[str, str], Callable[[Any], Iterable[Row]]] = {
    ("output", "outputStatistics"): _one(details.STATISTICS),
    ("input", "inputStatistics"): _one(details.STATISTICS),
    ("input", "dataQualityMetrics"): _one(details.METRICS),
    ("dataset", "dataQualityMetrics"): _one(details.METRICS),
    ("output", "icebergCommitReport"): _one(details.COMMITTED),
    ("input", "icebergScanReport"): _one(details.SCANNED),
}
