"""Schema facets → schema versions and fields."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from lineage_explorer.naming import Name
from lineage_explorer.readers import facets as f
from lineage_explorer.readers.accumulate import FacetRow, Kept, Thing

Node = Callable[[Name], str]


class Schemas:
    """Schema versions of datasets, and the fields of the newest one."""

    def __init__(self, node_of: Node) -> None:
        self.node_of = node_of
        self.versions: dict[tuple[str, str], tuple[list[dict[str, Any]], list[int], set[str]]] = {}
        self._flat: dict[bytes, tuple[str, list[tuple[Any, ...]]]] = {}

    def read(self, rows: Iterable[FacetRow]) -> None:
        for row in rows:
            if row.entity != "dataset" or row.facet != "schema":
                continue
            version, columns = self.flat(row.text)
            if not columns:
                continue
            listed = [{"field": name, "type": kind} for name, kind, _ in columns]
            key = (self.node_of(row.node), version)
            _, events, runs = self.versions.setdefault(key, (listed, [], set()))
            events.append(row.event)
            if row.run is not None:
                runs.add(row.run)

    def flat(self, text: bytes) -> tuple[str, list[tuple[Any, ...]]]:
        """The version hash and the (dotted name, type, description) of a schema facet."""
        if text not in self._flat:
            columns = list(flat_fields(_decoded(text)))
            told = "\n".join(f"{name}\t{kind or ''}" for name, kind, _ in columns)
            version = hashlib.blake2b(told.encode("utf-8", "replace"), digest_size=8).hexdigest()
            self._flat[text] = (version, columns)
        return self._flat[text]

    def rows(self) -> Iterator[tuple[Any, ...]]:
        for (node, version), (fields, events, runs) in self.versions.items():
            yield node, version, fields, events[0], events[-1], len(runs)

    def field_rows(self, things: Iterable[Thing]) -> Iterator[tuple[Any, ...]]:
        newest: dict[str, tuple[Kept, dict[str, list[str]]]] = {}
        for thing in things:
            kept = thing.facets.get("schema")
            if kept is None or kept.typed is None:
                continue
            node = self.node_of(thing.name)
            if node not in newest or newest[node][0].order < kept.order:
                newest[node] = (kept, field_tags(thing.facets))
        for node, (kept, tags) in newest.items():
            for ordinal, (name, kind, description) in enumerate(self.flat(kept.text)[1]):
                yield node, name, kind, ordinal, description, tags.get(name, []), kept.event


def flat_fields(facet: Any, before: str = "") -> Iterator[tuple[str, str | None, str | None]]:
    """Fields of a schema facet, parents before their children, nested names dotted."""
    stack = [(before, field) for field in reversed((facet.fields if facet else None) or [])]
    while stack:
        prefix, field = stack.pop()
        name = f.word(field.name)
        if name is None:
            continue
        dotted = f"{prefix}{name}"
        yield dotted, f.word(field.type), f.word(field.description)
        stack.extend((f"{dotted}.", inner) for inner in reversed(field.fields or []))


def _decoded(text: bytes) -> Any:
    try:
        return f.decode("dataset", "schema", text)
    except msgspec.ValidationError:  # already told as a problem when it was read
        return None


def field_tags(facets: dict[str, Kept]) -> dict[str, list[str]]:
    """Tags that name a field, by field."""
    tags = typed(facets, "tags")
    found: dict[str, list[str]] = {}
    for item in (tags.tags if tags else None) or []:
        name, label = f.word(item.field), tag(item)
        if name is not None and label is not None:
            found.setdefault(name, []).append(label)
    return found


def typed(facets: dict[str, Kept], key: str) -> Any:
    """The typed form of a facet, or None."""
    kept = facets.get(key)
    return kept.typed if kept else None


def tag(item: Any) -> str | None:
    """A tag as `key=value`, or its key alone."""
    key, value = f.word(item.key), f.word(item.value)
    return f"{key}={value}" if key is not None and value is not None else key
