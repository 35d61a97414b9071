"""Both sides of a diff as one lineage: what either has, and of each only what its own runs tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl

from lineage_explorer.analysis.compare_sides import Side
from lineage_explorer.analysis.compare_texts import leaves, texts
from lineage_explorer.graph.narrow import narrow
from lineage_explorer.lineage import Lineage
from lineage_explorer.tables import FIELDS, TABLES, Frames, schema

if TYPE_CHECKING:
    from lineage_explorer.analysis.diff import RunDiff
    from lineage_explorer.readers.sources import Blob

SIDES = ("before", "after")
_KEYS: dict[str, list[str] | None] = {
    "events": ["event"],
    "runs": ["run", "job"],
    "jobs": ["job"],
    "datasets": ["dataset"],
    "io": ["run", "job", "dataset", "direction"],
    "edges": ["source", "target", "kind"],
    "fields": ["dataset", "field"],
    "schemas": ["dataset", "version"],
    "bundles": ["job", "sources", "targets"],
}
"""What a row is about, where both sides may have one; the row of the later side is kept."""
_IDS = ("job", "dataset", "source", "target", "node", "sources", "targets")
_CODE = {"sql": ("query", "sql-changed"), "sourceCode": ("sourceCode", "source-changed")}
_POINTERS = ("event", "first_event", "last_event")


def union(diff: RunDiff) -> Lineage:
    """The lineage of both sides.

    Nodes go by their newer names. Runs, inputs, outputs and edges are those of the runs compared;
    of an edge or a row both sides have, the later side's stands. Of two logs the events of the
    first are numbered on after those of the second.
    """
    before, after = diff.lineages
    frames = {side: _of(diff, side) for side in SIDES}
    names = _file_names(before.blobs, after.blobs)
    if before is not after:
        frames["before"] = _moved(frames["before"], first_event(diff), names)
    both = Frames(**{name: _joined(name, frames["after"], frames["before"]) for name in TABLES})
    files = {row[0] for row in after.recognised}
    renamed = [(names.get(row[0], row[0]), *row[1:]) for row in before.recognised]
    return Lineage(
        frames=both,
        blobs={**{names.get(name, name): blob for name, blob in before.blobs.items()},
               **after.blobs},
        redact=before.redact or after.redact,
        recognised=(*after.recognised, *(row for row in renamed if row[0] not in files)),
    )  # fmt: skip


def states(diff: RunDiff, side: str) -> dict[str, str]:
    """The state of each job's run on a side, and of the run that wrote each dataset there."""
    one = diff.sides[SIDES.index(side)]
    twins = diff.renamed if side == "before" else {}
    frames = one.past.frames
    runs = frames.runs.join(_runs_of(one), on=["run", "job"]).select("run", "job", "state")
    written = (
        frames.io.filter(pl.col("direction") == "output")
        .join(runs.join(_runs_of(one), on=["run", "job"]), on=["run", "job"])
        .sort("at")
        .unique("dataset", keep="last", maintain_order=True)
    )
    found = pl.concat(
        [written.select(node="dataset", state="state"), runs.select(node="job", state="state")]
    )
    return dict(found.with_columns(pl.col("node").replace(twins)).iter_rows())


def _of(diff: RunDiff, side: str) -> Frames:
    """What one side has, by the newer names."""
    one = diff.sides[SIDES.index(side)]
    twins = diff.renamed if side == "before" else {}
    other = SIDES[1 - SIDES.index(side)]
    here = diff.nodes.filter(pl.col("status") != other)["node"]
    old = {new: old for old, new in twins.items()}
    frames = narrow(one.past.frames, [old.get(node, node) for node in here])
    runs = _runs_of(one).select("run", "job")
    own = {
        name: getattr(frames, name).join(runs, on=["run", "job"], how="semi", maintain_order="left")
        for name in ("runs", "io", "quality")
    }
    told = pl.col("run").is_null() | pl.col("run").is_in(runs["run"].implode())
    own["facets"] = frames.facets.filter(told)
    own["fields"] = _fields(one, frames)
    own["column_edges"] = _columns(one, frames)
    named = Frames(**{
        name: _renamed(frame, twins) for name, frame in frames.with_(**own).items()
    })  # fmt: skip
    if side == "before":
        named = _newer_fields(named, diff.changes)
    pairs = diff.edges.filter(pl.col("status") != other).select("source", "target")
    by_run = pl.col("kind").is_in(["reads", "writes"])
    edges = pl.concat(
        [
            named.edges.filter(by_run).join(pairs, on=["source", "target"], how="semi"),
            named.edges.filter(~by_run),
        ]
    )
    return named.with_(edges=edges)


def _runs_of(side: Side) -> pl.DataFrame:
    """at, run, job."""
    return side.past.runs.select("at", "run", "job").join(
        side.runs.select("at", "job"), on=["at", "job"]
    )


def _renamed(frame: pl.DataFrame, twins: Mapping[str, str]) -> pl.DataFrame:
    if not twins:
        return frame
    return frame.with_columns(
        pl.col(name).list.eval(pl.element().replace(twins))
        if isinstance(frame.schema[name], pl.List)
        else pl.col(name).replace(twins)
        for name in _IDS
        if name in frame.columns
    )


def _newer_fields(frames: Frames, changes: pl.DataFrame) -> Frames:
    """Fields that have another name on the later side go by that."""
    told = changes.filter(pl.col("change") == "field-renamed")
    names = told.select(dataset="node", field="before", newer="after").unique(["dataset", "field"])
    if names.is_empty():
        return frames

    def named(frame: pl.DataFrame, dataset: str, field: str) -> pl.DataFrame:
        keys = names.rename({"dataset": dataset, "field": field})
        found = frame.join(keys, on=[dataset, field], how="left", maintain_order="left")
        return found.with_columns(pl.coalesce("newer", field).alias(field)).drop("newer")

    columns = frames.column_edges
    for end in ("source", "target"):
        columns = named(columns, end, f"{end}_field")
    return frames.with_(fields=named(frames.fields, "dataset", "field"), column_edges=columns)


def _columns(side: Side, frames: Frames) -> pl.DataFrame:
    """Column lineage that had been told by the run of its job on a side, and was told since."""
    runs = side.past.runs.select("at", "run", "job", "start", "end")
    last = runs.select("run", "job", told_last="start")
    here = runs.join(side.runs.select("at"), on="at").select("job", here="start", over="end")
    first = frames.events.select("event", told_first="time")
    known = (
        frames.column_edges.join(last, on=["run", "job"], how="left", maintain_order="left")
        .join(here, on="job", how="left", maintain_order="left")
        .join(first, on="event", how="left", maintain_order="left")
    )
    since = pl.col("told_last") >= pl.col("here")
    by_then = pl.col("told_first") <= pl.coalesce("over", "here")
    return known.filter((since & by_then).fill_null(value=True)).select(frames.column_edges.columns)


def _fields(side: Side, frames: Frames) -> pl.DataFrame:
    """The schemas as the runs of a side told them.

    A dataset with one schema in all of the log has that. Of others the newest need not be the one
    that stood on this side: what its runs told is read.
    """
    versions = frames.schemas.group_by("dataset").len()
    several = versions.filter(pl.col("len") > 1)["dataset"].implode()
    is_schema = (pl.col("entity") == "dataset") & (pl.col("facet") == "schema")
    told = texts(side).filter(is_schema & pl.col("node").is_in(several))
    one = told.sort("role").unique("node", keep="last", maintain_order=True)
    rows = list(_told(one))
    then = pl.DataFrame(
        rows,
        schema={"dataset": pl.String, "field": pl.String, "type": pl.String,
                "ordinal": pl.UInt32, "event": pl.UInt32},
        orient="row",
    )  # fmt: skip
    more = frames.fields.drop("type", "ordinal", "event")
    known = frames.fields.filter(~pl.col("dataset").is_in(several))
    known = pl.concat(
        [known, then.join(more, on=["dataset", "field"], how="left").select(known.columns)]
    )
    return known.select(pl.col(name).cast(dtype) for name, dtype in schema(FIELDS).items())


def _told(schemas: pl.DataFrame) -> Iterator[tuple[Any, ...]]:
    for node, event, text in schemas.select("node", "event", "json").iter_rows():
        for aspect, name, kind, place in leaves("dataset", "schema", text, {}):
            if aspect == "field":
                yield node, name, kind or None, None if place is None else int(place), event


def _file_names(before: Mapping[str, Blob], after: Mapping[str, Blob]) -> dict[str, str]:
    """Other names for files of the first log that are called like another file of the second."""
    return {
        name: f"before: {name}"
        for name, blob in before.items()
        if name in after and after[name] is not blob
    }


def first_event(diff: RunDiff) -> int:
    """What is added to row ids of events of the earlier side: 0 where both are of one log."""
    before, after = diff.lineages
    if before is after or after.events.is_empty():
        return 0
    return int(after.events["event"].to_numpy().max()) + 1


def written(side: Side) -> Iterator[tuple[str, str, str]]:
    """SQL and source code as jobs tell them: job, the code of its change, text."""
    is_code = pl.col("facet").is_in(["sql", "sourceCode"]) & (pl.col("entity") == "job")
    told = texts(side).filter(is_code).select("node", "facet", "json")
    for node, facet, text in told.iter_rows():
        key, change = _CODE[facet]
        found = _decoded(text).get(key)
        if isinstance(found, str):
            yield node, change, found


def _decoded(text: bytes) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _moved(frames: Frames, first: int, names: Mapping[str, str]) -> Frames:
    """With row ids of events that come after those of the other log, and its own file names."""

    def numbered(frame: pl.DataFrame) -> pl.DataFrame:
        moved = [pl.col(name) + first for name in _POINTERS if name in frame.columns]
        files = [pl.col("file").replace(names)] if "file" in frame.columns and names else []
        return frame.with_columns(*moved, *files)

    return Frames(**{name: numbered(frame) for name, frame in frames.items()})


def _joined(name: str, after: Frames, before: Frames) -> pl.DataFrame:
    rows: pl.DataFrame = pl.concat([getattr(after, name), getattr(before, name)])
    return rows.unique(_KEYS.get(name), keep="first", maintain_order=True)
