"""What events tell, as flat tables of small numbers: made of one stretch of a log at a time, joined.

An event *uses* parts (its run, its job, its datasets); a part has *members*, its facets. Parts and
facets are kept once however often they come back. Nothing here depends on what other events say,
so stretches can be read apart, by other processes or at other times, and joined.
"""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

ROLES = ("run", "job", "dataset", "input", "output")
"""What a part is to its event, in the order in which an event's parts are taken in."""
ENTITIES = ("run", "job", "dataset", "input", "output")

EVENTS = {
    "event": pl.UInt32,
    "block": pl.UInt32,
    "blob": pl.UInt32,
    "line": pl.UInt32,
    "offset": pl.UInt64,
    "length": pl.UInt32,
    "time": pl.Int64,
    "kind": pl.String,
    "type": pl.String,
    "run": pl.String,
    "job": pl.UInt32,
    "producer": pl.String,
    "digest": pl.Binary,
}
USES = {"event": pl.UInt32, "role": pl.UInt8, "part": pl.UInt32}
PARTS = {"part": pl.UInt32, "name": pl.UInt32}
MEMBERS = {"part": pl.UInt32, "facet": pl.UInt32}
FACETS = {
    "facet": pl.UInt32,
    "entity": pl.UInt8,
    "key": pl.String,
    "valid": pl.Boolean,
    "deleted": pl.Boolean,
    "digest": pl.Binary,
}
TEXTS = {"count": pl.UInt32, "every": pl.Binary, "asked": pl.Binary}
"""The texts of facets in the order of their numbers, so many in a pack; and the same with nulls for
those that nobody asks for again: who are not of the standard, or whose rows are taken down."""
FIELDS = {
    "facet": pl.UInt32,
    "version": pl.String,
    "ordinal": pl.UInt32,
    "field": pl.String,
    "type": pl.String,
    "description": pl.String,
    "position": pl.Int64,
}
"""Of schema facets."""
LINKS = {
    "facet": pl.UInt32,
    "name": pl.UInt32,
    "source_field": pl.String,
    "target_field": pl.String,
    "type": pl.String,
    "subtype": pl.String,
    "masking": pl.Boolean,
    "description": pl.String,
}
"""Of columnLineage facets; `name` is the source."""
COUNTS = {"facet": pl.UInt32, "rows": pl.Int64, "bytes": pl.Int64, "files": pl.Int64}
"""Of facets that tell how much was read or written."""
VERSIONS = {"facet": pl.UInt32, "version": pl.String}
NAMES = {"name": pl.UInt32, "namespace": pl.String, "called": pl.String}
ISSUES = {
    "event": pl.UInt32,
    "block": pl.UInt32,
    "blob": pl.UInt32,
    "line": pl.UInt32,
    "offset": pl.UInt64,
    "code": pl.String,
    "message": pl.String,
}
SYSTEMS = {"blob": pl.UInt32, "format": pl.String, "system": pl.String, "events": pl.UInt64}


@dataclass(frozen=True)
class Told:
    """The tables."""

    events: pl.DataFrame
    uses: pl.DataFrame
    parts: pl.DataFrame
    members: pl.DataFrame
    facets: pl.DataFrame
    texts: pl.DataFrame
    fields: pl.DataFrame
    links: pl.DataFrame
    counts: pl.DataFrame
    versions: pl.DataFrame
    names: pl.DataFrame
    issues: pl.DataFrame
    systems: pl.DataFrame


class Table:
    """Rows as they come, some of them in a frame already, which takes a tenth of the memory."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self.schema = schema
        self.rows: list[tuple[Any, ...]] = []
        self.height = 0
        """Of all rows."""
        self._frames: list[pl.DataFrame] = []

    def append(self, row: tuple[Any, ...]) -> None:
        """One row more."""
        self.rows.append(row)
        self.height += 1

    def extend(self, rows: list[tuple[Any, ...]]) -> None:
        """Some rows more."""
        self.rows += rows
        self.height += len(rows)

    def pack(self) -> None:
        """Puts the rows so far into a frame."""
        if self.rows or not self._frames:
            # column by column, which is quicker
            columns = zip(*self.rows, strict=True) if self.rows else [()] * len(self.schema)
            named = zip(self.schema.items(), columns, strict=True)
            self._frames.append(
                pl.DataFrame(
                    [pl.Series(name, of, dtype, strict=False) for (name, dtype), of in named]
                )
            )
            self.rows = []

    def frame(self) -> pl.DataFrame:
        """All rows."""
        self.pack()
        return pl.concat(self._frames)


def joined(tolds: Sequence[Told]) -> Told:
    """Several readings as one: names and facets united, events in the order of their blocks."""
    if len(tolds) == 1:
        return tolds[0]
    shifted = []
    events = parts = facets = names = 0
    for told in tolds:
        shifted.append(_shifted(told, events, parts, facets, names))
        events, parts = events + told.events.height, parts + told.parts.height
        facets, names = facets + told.facets.height, names + told.names.height
    whole = Told(
        **{
            field.name: pl.concat([getattr(told, field.name) for told in shifted], rechunk=True)
            for field in dataclasses.fields(Told)
        }
    )
    name = _first(whole.names, ["namespace", "called"], "name")
    facet = _first(whole.facets, ["entity", "key", "digest"], "facet")
    ordered = whole.events.sort("block", maintain_order=True)
    place = pl.Series("event", np.argsort(ordered["event"].to_numpy()).astype(np.uint32))
    return Told(
        events=_renumbered(_renumbered(ordered, "job", name), "event", place),
        uses=_renumbered(whole.uses, "event", place),
        parts=_renumbered(whole.parts, "name", name),
        members=_renumbered(whole.members, "facet", facet),
        facets=whole.facets,
        texts=whole.texts,
        fields=_of_first(whole.fields, facet),
        links=_renumbered(_of_first(whole.links, facet), "name", name),
        counts=_of_first(whole.counts, facet),
        versions=_of_first(whole.versions, facet),
        names=whole.names,
        issues=_renumbered(whole.issues, "event", place).sort("block", maintain_order=True),
        systems=whole.systems.group_by("blob", "format", "system")
        .agg(pl.col("events").sum())
        .sort("blob", "format", "system"),
    )


def packed(texts: Sequence[bytes | None]) -> bytes:
    """Texts in a fraction of the memory: many of them are much alike."""
    out = io.BytesIO()
    frame = pl.DataFrame({"text": texts}, schema={"text": pl.Binary})
    frame.write_ipc_stream(out, compression="zstd", compat_level=pl.CompatLevel.newest())
    return out.getvalue()


def unpacked(packs: pl.Series) -> pl.Series:
    """The texts of all packs."""
    every = [pl.read_ipc_stream(pack)["text"] for pack in packs]
    return pl.concat(every, rechunk=True) if every else pl.Series("text", [], pl.Binary)


def without_copies(told: Told) -> tuple[Told, pl.DataFrame]:
    """What is left when exact copies of earlier events are left out, and those copies."""
    first = told.events["digest"].is_first_distinct()
    if first.all():
        return told, told.events.clear()
    kept = told.events.filter(first)
    number = (first.cum_sum().cast(pl.Int64) - 1).cast(pl.UInt32, strict=False)
    number = pl.select(pl.when(first).then(number)).to_series().alias("new")

    def renumbered(frame: pl.DataFrame) -> pl.DataFrame:
        new = number.gather(frame["event"])
        return frame.with_columns(new.alias("event")).filter(new.is_not_null())

    loose = told.issues.filter(pl.col("event").is_null())
    said = renumbered(told.issues.filter(pl.col("event").is_not_null()))
    left = replace(
        told,
        events=renumbered(kept),
        uses=renumbered(told.uses),
        issues=pl.concat([loose, said]),
    )
    return left, told.events.filter(~first)


def _shifted(told: Told, events: int, parts: int, facets: int, names: int) -> Told:
    """The same with its numbers counted on from these."""
    return Told(
        events=_moved(told.events, event=events, job=names),
        uses=_moved(told.uses, event=events, part=parts),
        parts=_moved(told.parts, part=parts, name=names),
        members=_moved(told.members, part=parts, facet=facets),
        facets=_moved(told.facets, facet=facets),
        texts=told.texts,
        fields=_moved(told.fields, facet=facets),
        links=_moved(told.links, facet=facets, name=names),
        counts=_moved(told.counts, facet=facets),
        versions=_moved(told.versions, facet=facets),
        names=_moved(told.names, name=names),
        issues=_moved(told.issues, event=events),
        systems=told.systems,
    )


def _moved(frame: pl.DataFrame, **by: int) -> pl.DataFrame:
    return frame.with_columns((pl.col(name) + pl.lit(at, pl.UInt32)) for name, at in by.items())


def _first(frame: pl.DataFrame, keys: list[str], number: str) -> pl.Series:
    """For each row (its number is its place) the first row that says the same."""
    return frame.select(pl.col(number).first().over(keys)).to_series()


def _renumbered(frame: pl.DataFrame, column: str, first: pl.Series) -> pl.DataFrame:
    return frame.with_columns(first.gather(frame[column]).alias(column))


def _of_first(frame: pl.DataFrame, first: pl.Series) -> pl.DataFrame:
    """The rows of facets that were not told before by another reading."""
    return frame.filter(first.gather(frame["facet"]) == frame["facet"])
