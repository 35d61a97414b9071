"""Two lineages as one: the events of both, taken together as if they had been read at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from lineage_explorer import readers
from lineage_explorer.graph.in_time import within
from lineage_explorer.readers.again import again

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage
    from lineage_explorer.readers.sources import Blob


def merge(lin: Lineage, other: Lineage) -> Lineage:
    """See `Lineage.merge`.

    Raises:
        SourceError: if the files are not what they were when they were read.
    """
    names = _names(lin.blobs, other.blobs)
    blobs = [
        *lin.blobs.values(),
        *(
            replace(blob, label=names.get(name, name))
            for name, blob in other.blobs.items()
            if lin.blobs.get(name) is not blob
        ),
    ]
    if not blobs:
        return lin
    redact = lin.redact or other.redact
    found = readers.read(blobs, redact=redact)
    both = replace(
        lin, frames=found.frames, blobs=found.blobs, redact=redact, recognised=found.recognised,
        known=None, story=None, calling=lin.calling.joined(other.calling),
    )  # fmt: skip
    if lin.known is not None or other.known is not None or both.calling:
        both = _known(both, lin, other, names)
    return replace(both, frames=within(both.frames, lin.frames, other.frames))


def _names(ours: Mapping[str, Blob], theirs: Mapping[str, Blob]) -> dict[str, str]:
    """Other names for files of theirs that are called like another file of ours."""
    found: dict[str, str] = {}
    for name, blob in theirs.items():
        number, called = 2, name
        while ours.get(called, blob) is not blob or called in found.values():
            called = f"{name} ({number})"
            number += 1
        if called != name:
            found[name] = called
    return found


def _known(both: Lineage, lin: Lineage, other: Lineage, names: Mapping[str, str]) -> Lineage:
    """Only the events that either was made of."""
    place = ["file", "offset"]
    theirs = other.events.select(pl.col("file").replace(names), "offset")
    told = pl.concat([lin.events.select(place), theirs]).unique()
    ids = both.events.join(told, on=place, how="semi")["event"]
    frames, known = again(
        both.blobs,
        both.recognised,
        lambda events: events["event"].is_in(ids.implode()),
        redact=both.redact,
        calling=both.calling,
    )
    return replace(both, frames=frames, known=known)
