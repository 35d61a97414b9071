"""The long lists of the panel, page by page, as rows of text.

A list has a name and is about a node or a run. The panel gets the first page with the detail and
asks for the others when they are scrolled to.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from lineage_explorer.errors import LineageError
from lineage_explorer.plain import plain

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage

Block = dict[str, Any]
PAGE = 100


@dataclass(frozen=True)
class Listed:
    """A list: its frame and which of its columns are shown, `key` a column kept beside them."""

    frame: pl.DataFrame
    columns: list[str]
    key: str = ""


def block(lin: Lineage, name: str, about: str, **more: Any) -> list[Block]:
    """The list as a block of the panel with its first page; nothing where it is empty.

    Args:
        lin: the lineage.
        name: of the list.
        about: a node id, two of them joined by a zero, or a run id.
        **more: what else the block says, and another `type` of it.
    """
    listed = _LISTS[name](lin, about)
    columns = _filled(listed)
    if not columns:
        return []
    return [
        {
            "type": "list",
            "list": name,
            "about": about,
            "columns": [name.replace("_", " ") for name in columns],
            "keys": listed.key,
            "rows": _page(listed, columns, 0, PAGE),
            "total": listed.frame.height,
            **more,
        }
    ]


def rows_of(
    lin: Lineage, name: str, about: str, start: int, count: int
) -> tuple[list[list[str]], int]:
    """Some rows of a list, and how many it has; the first text of each is its key, or empty."""
    if name not in _LISTS:
        raise LineageError(f"there is no list {plain(name)!r}.")
    listed = _LISTS[name](lin, about)
    return _page(listed, _filled(listed), start, count), listed.frame.height


def _filled(listed: Listed) -> list[str]:
    """The columns in which something is told."""
    frame = listed.frame
    return [c for c in listed.columns if not frame[c].is_null().all()] if frame.height else []


def _page(listed: Listed, columns: list[str], start: int, count: int) -> list[list[str]]:
    part = listed.frame.slice(start, count)
    keys = part[listed.key].to_list() if listed.key else [""] * part.height
    rows = zip(keys, part.select(columns).iter_rows(), strict=True)
    return [[key or "", *(words(value) for value in row)] for key, row in rows]


def _runs_of_job(lin: Lineage, job: str) -> Listed:
    runs = lin.runs.filter(pl.col("job") == job).with_columns(took=_took())
    columns = ["started", "state", "took", "error", "run", "nominal_start", "code_version"]
    ordered = runs.sort("last_seen", "run", descending=True, nulls_last=True)
    return Listed(ordered, [*columns, "engine"], "run")


def _runs_of_dataset(lin: Lineage, dataset: str) -> Listed:
    touched = lin.io.filter(pl.col("dataset") == dataset)
    runs = lin.runs.with_columns(took=_took()).select("run", "job", "state", "started", "took")
    names = lin.jobs.select("job", name="name")
    rows = touched.join(runs, on=["run", "job"]).join(names, on="job", how="left")
    columns = ["started", "state", "direction", "name", "rows", "bytes", "version", "took"]
    return Listed(rows.sort("started", "run", descending=True, nulls_last=True), columns, "run")


def _io_of_run(lin: Lineage, run: str) -> Listed:
    names = lin.datasets.select("dataset", "name", "namespace")
    rows = lin.io.filter(pl.col("run") == run).join(names, on="dataset", how="left")
    columns = ["direction", "name", "version", "snapshot", "operation", "rows", "bytes", "files"]
    return Listed(rows.sort("direction", "name"), [*columns, "subset", "namespace"], "dataset")


def _children_of_run(lin: Lineage, run: str) -> Listed:
    names = lin.jobs.select("job", name="name")
    rows = lin.runs.filter(pl.col("parent") == run).with_columns(took=_took())
    rows = rows.join(names, on="job", how="left").sort("started", "run", nulls_last=True)
    return Listed(rows, ["started", "state", "took", "name", "error", "run"], "run")


def _fields(lin: Lineage, dataset: str) -> Listed:
    rows = lin.fields.filter(pl.col("dataset") == dataset).sort("ordinal")
    return Listed(rows, ["field", "type", "description", "tags"])


def _column_edges(lin: Lineage, node: str) -> Listed:
    touching = (pl.col("source") == node) | (pl.col("target") == node)
    return columns_of(lin.column_edges.filter(touching))


def columns_of(edges: pl.DataFrame) -> Listed:
    """Edges between columns, in words."""
    whole = pl.lit("(whole)")
    listed = edges.select(
        source=pl.col("source").str.strip_prefix("dataset:"),
        field=pl.col("source_field").fill_null(whole),
        target=pl.col("target").str.strip_prefix("dataset:"),
        into=pl.col("target_field").fill_null(whole),
        how=pl.concat_str(["type", "subtype"], separator=" ", ignore_nulls=True),
        masked=pl.col("masking"),
    )
    return Listed(listed, listed.columns)


def _columns_between(lin: Lineage, ends: str) -> Listed:
    source, _, target = ends.partition("\0")
    between = (pl.col("source") == source) & (pl.col("target") == target)
    return columns_of(lin.column_edges.filter(between))


def _quality(lin: Lineage, dataset: str) -> Listed:
    times = lin.events.select("event", "time")
    rows = lin.quality.filter(pl.col("dataset") == dataset).join(times, on="event", how="left")
    columns = ["time", "field", "name", "success", "value", "severity", "expected", "actual"]
    ordered = rows.sort("time", "event", descending=True, nulls_last=True, maintain_order=True)
    return Listed(ordered, [*columns, "description", "run"], "run")


def _events_of_node(lin: Lineage, node: str) -> Listed:
    if node.startswith("job:"):
        return _events(lin, lin.events.filter(pl.col("job") == node)["event"])
    touched = lin.io.filter(pl.col("dataset") == node)
    told = lin.facets.filter(pl.col("node") == node)["event"]
    return _events(lin, pl.concat([touched["first_event"], touched["last_event"], told]))


def _events_of_edge(lin: Lineage, ends: str) -> Listed:
    source, _, target = ends.partition("\0")
    between = (pl.col("source") == source) & (pl.col("target") == target)
    both = pl.col("job").is_in([source, target]) & pl.col("dataset").is_in([source, target])
    touched = lin.io.filter(both)
    ids = [lin.edges.filter(between)["event"], lin.column_edges.filter(between)["event"]]
    return _events(lin, pl.concat([*ids, touched["first_event"], touched["last_event"]]))


def _events_of_changes(lin: Lineage, node: str) -> Listed:
    ids = lin.story.events_of(node) if lin.story else []
    return _events(lin, pl.Series("event", ids, dtype=pl.UInt32))


def _of_story(name: str) -> Callable[[Lineage, str], Listed]:
    def made(lin: Lineage, about: str) -> Listed:
        from lineage_explorer.view import detail_changes

        if lin.story is None:
            raise LineageError("nothing was compared here.")
        if name == "changes":
            return detail_changes.list_of_changes(lin, lin.story, about)
        listed: Listed = getattr(detail_changes, f"list_of_{name}")(lin, lin.story)
        return listed

    return made


def _events_of_run(lin: Lineage, run: str) -> Listed:
    return _events(lin, lin.events.filter(pl.col("run") == run)["event"])


def _events(lin: Lineage, ids: pl.Series) -> Listed:
    """These events, the newest first: what and when, file and line."""
    rows = lin.events.filter(pl.col("event").is_in(ids.unique().implode())).sort(
        "time", "event", descending=True, nulls_last=True
    )
    when = pl.col("time").dt.strftime("%Y-%m-%d %H:%M:%S UTC")
    told = rows.select(
        title=pl.concat_str([pl.coalesce("type", "kind"), when], separator=" ", ignore_nulls=True),
        where=pl.format("{} : {}", "file", "line"),
        event=pl.col("event").cast(pl.String),
    )
    return Listed(told, ["title", "where"], "event")


_LISTS: dict[str, Callable[[Lineage, str], Listed]] = {
    "runs of job": _runs_of_job,
    "runs of dataset": _runs_of_dataset,
    "io of run": _io_of_run,
    "children of run": _children_of_run,
    "fields": _fields,
    "columns": _column_edges,
    "columns between": _columns_between,
    "quality": _quality,
    "events of node": _events_of_node,
    "events of edge": _events_of_edge,
    "events of run": _events_of_run,
    "events of changes": _events_of_changes,
    **{name: _of_story(name) for name in ("changes", "marked", "aside")},
}


def _took() -> pl.Expr:
    return (
        (pl.col("ended") - pl.col("started"))
        .dt.total_microseconds()
        .map_elements(lasted, return_dtype=pl.String)
    )


def lasted(microseconds: float) -> str:
    """How long something took, in words.

    >>> lasted(83_000_000), lasted(4_200)
    ('1 min 23 s', '4.2 ms')
    """
    seconds = microseconds / 1_000_000
    if seconds < 1:
        return f"{microseconds / 1000:.3g} ms"
    if seconds < 60:
        return f"{seconds:.3g} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours:,} h {minutes} min"


def words(value: Any) -> str:
    """A value as the panel shows it."""
    match value:
        case None:
            told = ""
        case datetime():
            told = f"{value:%Y-%m-%d %H:%M:%S} UTC"
        case bool():
            told = "yes" if value else "no"
        case int():
            told = f"{value:,}".replace(",", "\u2009")
        case float():
            told = f"{value:g}"
        case list():
            told = ", ".join(plain(str(item)) for item in value)
        case _:
            told = plain(str(value))
    return told
