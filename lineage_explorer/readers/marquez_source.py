"""What a running Marquez says → blobs for the reader, and notes on what was left out.

Events first. Jobs and datasets are taken from Marquez's lists only where no event names them: it
returns run events alone, so what only a dataset event or its older API told is nowhere else. Where
events name them they say more, and Marquez's copies differ: a job's inputs and outputs are those
of its newest version only, parents stand in the namespace of their children, and namespaces have
`_` for the characters that Marquez does not take.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

import msgspec

from lineage_explorer.errors import SourceError
from lineage_explorer.naming import Name
from lineage_explorer.readers.marquez_live import (
    Fetched,
    LimitReached,
    Limits,
    Server,
    Visit,
    fetch,
    listed,
)
from lineage_explorer.readers.sources import Blob

Note = tuple[str, str, str]
"""A problem: code, message, file."""

_MANGLED = re.compile(r"[^a-z:/A-Z0-9\-_.@+]")


def load(
    server: Server,
    namespace: str | None,
    since: datetime | str | None,
    limits: Limits,
    progress: Callable[[Fetched], object] | None,
) -> tuple[list[Blob], list[Note]]:
    """The pages of a server, and what is missing from them.

    Raises:
        SourceError: if the server gives nothing.
    """
    visit = Visit(server, limits, progress)
    got = fetch(visit, since)
    where = "events/lineage"
    notes: list[Note] = []
    if got.cut:
        notes.append(("cut-short", got.cut, where))
    if got.failed:
        notes.append(("broken-off", got.failed, where))
    named: set[Name] = set()
    blobs = []
    for label, text in got.pages:
        kept = [line for line in _lines(text) if namespace is None or _is_of(line, namespace)]
        for line in kept:
            named |= set(_names(line))
        blobs.append(Blob(label, data=b"\n".join(kept)))
    if since is None and not got.failed and not got.cut:
        for kind in ("datasets", "jobs"):
            new: list[bytes] = []
            try:
                new.extend(i for i in listed(visit, kind, namespace) if _is_unknown(i, named))
            except LimitReached as error:
                notes.append(("cut-short", error.message, kind))
            except SourceError as error:
                notes.append(("broken-off", error.message, kind))
            blobs.append(Blob(f"{kind}.json", data=b"\n".join(new)))
    return blobs, notes


def _lines(text: bytes) -> list[bytes]:
    return text.split(b"\n") if text else []


def _is_of(event: bytes, namespace: str) -> bool:
    """Whether its job or one of its datasets is of a namespace."""
    value = _object(event)
    parts = [value.get("job"), *_list(value.get("inputs")), *_list(value.get("outputs"))]
    return any(isinstance(part, dict) and part.get("namespace") == namespace for part in parts)


def _names(event: bytes) -> Iterator[Name]:
    """All names in an event, as written and as Marquez stores them."""
    value = _object(event)
    for name in _written(value):
        yield name
        yield _MANGLED.sub("_", name[0]), name[1]
    job = _dict(value.get("job"))
    if isinstance(job.get("namespace"), str):  # Marquez keeps parents in their child's namespace
        space = _MANGLED.sub("_", job["namespace"])
        parent = _parent(value).get("name")
        yield from ((space, str(name)) for name in (parent, str(parent).rpartition(".")[0]))


def _written(value: dict[str, Any]) -> Iterator[Name]:
    for part in (value.get("job"), _parent(value)):
        yield from _name(part)
    for part in (*_list(value.get("inputs")), *_list(value.get("outputs"))):
        yield from _name(part)
        symlinks = _dict(_dict(_dict(part).get("facets")).get("symlinks"))
        for other in _list(symlinks.get("identifiers")):
            yield from _name(other)


def _parent(value: dict[str, Any]) -> dict[str, Any]:
    facets = _dict(_dict(value.get("run")).get("facets"))
    return _dict(_dict(facets.get("parent") or facets.get("parentRun")).get("job"))


def _is_unknown(item: bytes, named: Iterable[Name]) -> bool:
    value = _object(item)
    found = list(_name(value.get("id")) or _name(value))
    return bool(found) and found[0] not in named


def _name(part: Any) -> list[Name]:
    namespace, name = (_dict(part).get(key) for key in ("namespace", "name"))
    return [(namespace, name)] if isinstance(namespace, str) and isinstance(name, str) else []


def _object(text: bytes) -> dict[str, Any]:
    try:
        return _dict(msgspec.json.decode(text))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
