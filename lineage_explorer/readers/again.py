"""The same files once more, but only some of their events: what was known then.

Frames are made over all events of a log, so what an earlier time knew cannot be cut out of them. It
is made anew: the files are read again, or what the cache kept of them, and the events of that time
alone are taken together, by the same rules. The new frames point to events by the old row ids.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import polars as pl

from lineage_explorer.errors import SourceError
from lineage_explorer.naming import NOTHING_ELSE, Calling
from lineage_explorer.readers import _framed, formats, kept
from lineage_explorer.readers.problems import Problems
from lineage_explorer.readers.scan import all_told
from lineage_explorer.readers.sources import Blob
from lineage_explorer.readers.told import Told
from lineage_explorer.tables import TABLES, Frames

Wanted = Callable[[pl.DataFrame], pl.Series]
"""Of events (event, time, run, job) which are wanted."""
_POINTERS = ("event", "first_event", "last_event")


def again(
    blobs: Mapping[str, Blob],
    recognised: kept.Recognised,
    wanted: Wanted,
    *,
    redact: bool,
    calling: Calling = NOTHING_ELSE,
) -> tuple[Frames, pl.Series]:
    """Frames made of some of the events only, and the row ids of these.

    Events without a time are told in `problems` even where they are not wanted.

    Raises:
        SourceError: if the files are not what they were when they were read.
    """
    names = {form for _, form, _, _ in recognised}
    form = formats.choose(names.pop()) if len(names) == 1 else None
    told = _told(list(blobs.values()), form, redact=redact)
    files = list(blobs)
    now = {(files[blob], *rest) for blob, *rest in told.systems.iter_rows()}
    if now != set(recognised):
        raise SourceError("the files are not what they were when read.", "read them again.")
    first = told.events["digest"].is_first_distinct()
    told_first = told.events.select("digest", event=first.cum_sum().cast(pl.UInt32) - 1)
    number = told_first.select(pl.col("event").first().over("digest"))["event"]
    us = pl.col("time").cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    asked = told.events.select(us, "run", "job").with_columns(event=number)
    mask = wanted(asked)
    problems = Problems()
    frames, _, _ = _framed(_only(told, mask), form, files, problems, calling)
    ids = number.filter(mask & first)
    return _renumbered(frames, ids), ids


def _told(blobs: list[Blob], form: formats.Format | None, *, redact: bool) -> Told:
    """What all events tell; of large files what the cache kept, if it is there."""

    def unwatched(_: int) -> None:
        """Nobody is told how far it has come."""

    place = kept.place(blobs, form, redact=redact, watch=unwatched)
    grown = place.grown(form) if place else None
    new = all_told(grown.blobs if grown else blobs, form, redact=redact, watch=unwatched)
    return grown.joined(new)[1] if grown else new


def _only(told: Told, mask: pl.Series) -> Told:
    """What the events of the mask tell."""
    place = (mask.cum_sum().cast(pl.Int64) - 1).cast(pl.UInt32, strict=False)
    place = pl.select(pl.when(mask).then(place)).to_series().alias("event")

    def renumbered(frame: pl.DataFrame) -> pl.DataFrame:
        moved = frame.with_columns(place.gather(frame["event"]))
        return moved.filter(pl.col("event").is_not_null())

    loose = told.issues.filter(pl.col("event").is_null())
    timeless = told.issues.filter(pl.col("event").is_not_null() & (pl.col("code") == "no-time"))
    timeless = timeless.filter(~mask.gather(timeless["event"]))
    timeless = timeless.with_columns(event=pl.lit(None, pl.UInt32))
    said = renumbered(told.issues.filter(pl.col("event").is_not_null()))
    return replace(
        told,
        events=renumbered(told.events),
        uses=renumbered(told.uses),
        issues=pl.concat([loose, timeless, said]),
    )


def _renumbered(frames: Frames, ids: pl.Series) -> Frames:
    """The frames with these row ids of events in place of those counted from 0."""

    def moved(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.with_columns(
            ids.gather(frame[name]).alias(name) for name in _POINTERS if name in frame.columns
        )

    made = {name: moved(getattr(frames, name)) for name in TABLES if name != "facets"}
    return frames.with_(**made, facets=lambda: moved(frames.facets))
