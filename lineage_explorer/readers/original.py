"""An event as it stands in its file, and as it is shown to a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import index

import msgspec
import polars as pl

from lineage_explorer.errors import LineageError
from lineage_explorer.readers import formats
from lineage_explorer.readers import redact as redaction
from lineage_explorer.readers.dump import unquoted
from lineage_explorer.readers.sources import Blob


def original(
    events: pl.DataFrame,
    blobs: Mapping[str, Blob],
    recognised: Iterable[tuple[str, str, str, int]],
    event: int,
) -> bytes:
    """The text an event was read from; JSON out of its quotes.

    Args:
        events: the frame of events.
        blobs: the files, by name.
        recognised: what each file was taken for: file, format, system, events.
        event: a row id.

    Raises:
        LineageError: if there is no such event.
        SourceError: if it is not in its file any more.
    """
    try:
        found = events.filter(pl.col("event") == index(event))
    except TypeError:
        found = events.clear()
    if found.is_empty():
        raise LineageError(f"there is no event {event!r}.", "row ids are numbers, in lin.events.")
    row = found.row(0, named=True)
    blob = blobs.get(row["file"])
    if blob is None:
        raise LineageError(f"event {event} has no file any more.", "read the log again.")
    form = next((form for file, form, _, _ in recognised if file == row["file"]), "json")
    raw = blob.slice(row["offset"], row["length"], json=form == formats.JSON.name)
    if form == formats.TABLE.name:
        return unquoted(raw)
    if form == formats.JSON.name and raw[:1] == b'"':  # the event was wrapped in a JSON string
        return msgspec.json.decode(raw, type=str).encode()
    return raw


def shown(raw: bytes, *, indent: int, redact: bool) -> str:
    """The text of an event for a person: JSON laid out, anything else as it stands."""
    try:
        clean = redaction.json(raw) if redact else raw
        return msgspec.json.format(clean, indent=indent).decode()
    except msgspec.DecodeError:
        text = raw.decode("utf-8", "backslashreplace")
        return redaction.text(text) if redact else text
