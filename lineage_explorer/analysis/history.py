"""What happened to a dataset or a job, in order of time."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl

from lineage_explorer.analysis.words import (
    SHOWN,
    code,
    counted,
    html_table,
    markdown_table,
    more,
    shown,
    text_table,
)
from lineage_explorer.plain import plain
from lineage_explorer.tables import TIME

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage

_HEAD = ("time", "what", "run", "before", "after")
_ROWS: dict[str, Any] = {
    "time": TIME,
    "what": pl.String,
    "run": pl.String,
    "job": pl.String,
    "before": pl.String,
    "after": pl.String,
    "event": pl.UInt32,
}
_TOLD = {
    "ownership": "owners",
    "documentation": "description",
    "tags": "tags",
    "lifecycleStateChange": "lifecycle",
    "sql": "sql",
    "sourceCodeLocation": "code",
    "datasetType": "type",
    "storage": "storage",
    "jobType": "job type",
}
"""Facets of a dataset or job of which each change is told, and what it is called."""
_BY = ("time", "run", "job", "event")


@dataclass(frozen=True, eq=False, repr=False)
class History:
    """What happened to a dataset or job.

    Attributes:
        node: the id asked for.
        rows: what happened, in order of time: time, what, run, job, before, after, event. What:
            `run` (of a job; after is its state), `write` and `read` (of a dataset; after is the
            version, rows or bytes it tells), `schema` (before and after: what fields went and
            came), `inputs` and `outputs` (of a job, where a run has others than the run before),
            and changes of owners, description, tags, lifecycle, sql, code, type, storage.
    """

    lin: Lineage
    node: str
    rows: pl.DataFrame

    @property
    def sentence(self) -> str:
        """What is asked, and how much there is."""
        kinds = self.rows.group_by("what").len().sort("len", "what", descending=[True, False])
        told = ", ".join(f"{count:,} {what}" for what, count in kinds.iter_rows())
        return f"History of {plain(self.node)}: {told or 'nothing is told'}"

    def _shown(self, most: int) -> list[tuple[object, ...]]:
        rows = self.rows.tail(most).with_columns(pl.col("time").dt.strftime("%Y-%m-%d %H:%M:%S"))
        return rows.select(_HEAD).rows()

    def __repr__(self) -> str:
        if self.rows.is_empty():
            return self.sentence
        rest = len(self.rows) - SHOWN
        before = [f"… {counted(rest, 'earlier row')} in .rows"] if rest > 0 else []
        return "\n".join([self.sentence, *before, text_table(_HEAD, self._shown(SHOWN))])

    def _repr_html_(self) -> str:
        table = html_table(_HEAD, self._shown(SHOWN)) if len(self.rows) else ""
        rest = more(len(self.rows) - SHOWN)
        before = f"<p>{escape(rest)} before, in <code>.rows</code></p>" if rest else ""
        return f"<p>{escape(self.sentence)}</p>{before}{table}"

    def report(self) -> str:
        """All of it as Markdown."""
        parts = [f"# History of {code(self.node)}"]
        if len(self.rows):
            parts.append(markdown_table(_HEAD, self._shown(len(self.rows))))
        else:
            parts.append("Nothing is told of it.")
        return "\n\n".join(parts) + "\n"


def history(lin: Lineage, name: str) -> History:
    """What happened to a dataset or job.

    Raises:
        NodeNotFound: if nothing is called so.
        AmbiguousName: if several nodes are.
    """
    node = lin.names.find(name)
    own = _of_job(lin, node) if node.startswith("job:") else _of_dataset(lin, node)
    rows = pl.concat([*own, _told(lin, node)])
    return History(lin, node, rows.sort("time", "event", "what", "run", nulls_last=False))


def _of_job(lin: Lineage, job: str) -> list[pl.DataFrame]:
    runs = lin.runs.filter(pl.col("job") == job).sort("first_seen", "run", nulls_last=False)
    error = pl.when(pl.col("error").is_not_null()).then(pl.format("{}: {}", "state", "error"))
    events = lin.events.group_by("run", "job").agg(event=pl.col("event").min())
    ran = runs.join(events, on=["run", "job"], how="left", maintain_order="left")
    rows = ran.select(
        pl.coalesce("started", "first_seen").alias("time"), what=pl.lit("run"), run="run", job="job",
        before=pl.lit(None, pl.String), after=pl.coalesce(error, "state"), event="event",
    )  # fmt: skip
    return [_typed(rows), *(_io_changes(lin, runs, side) for side in ("input", "output"))]


def _io_changes(lin: Lineage, runs: pl.DataFrame, side: str) -> pl.DataFrame:
    """Where a run reads or writes other datasets than the run before that read or wrote any."""
    io = lin.io.filter(pl.col("job") == runs["job"][0] if len(runs) else pl.lit(value=False))
    sets = (
        io.filter((pl.col("direction") == side) & pl.col("run").is_not_null())
        .sort("dataset")
        .group_by("run", maintain_order=True)
        .agg(pl.col("dataset"), event=pl.col("first_event").min())
    )
    told = runs.select("run", "job", time=pl.coalesce("started", "first_seen")).join(
        sets, on="run", maintain_order="left"
    )
    names = dict(lin.datasets.select("dataset", "name").iter_rows())
    found: list[tuple[Any, ...]] = []
    before: list[str] | None = None
    for run, job, time, datasets, event in told.iter_rows():
        if before is not None and datasets != before:
            gone, come = _difference(before, datasets)
            words = (shown([names.get(one, one) for one in part]) for part in (gone, come))
            found.append((time, f"{side}s", run, job, *words, event))
        before = datasets
    return _rows(found)


def _of_dataset(lin: Lineage, dataset: str) -> list[pl.DataFrame]:
    touched = lin.io.filter(pl.col("dataset") == dataset)
    times = lin.events.select("time", last_event="event")
    counts = [
        pl.when(pl.col(name).is_not_null()).then(pl.format(f"{{}} {name}", name))
        for name in ("rows", "bytes", "files")
    ]
    version = pl.when(pl.col("version").is_not_null()).then(pl.format("version {}", "version"))
    after = pl.concat_str([version, *counts], separator=", ", ignore_nulls=True)
    states = lin.runs.select("run", "job", "state")
    rows = touched.join(times, on="last_event", how="left").join(
        states, on=["run", "job"], how="left"
    )
    used = rows.select(
        "time",
        what=pl.when(pl.col("direction") == "output").then(pl.lit("write")).otherwise(pl.lit("read")),
        run="run", job="job", before=pl.lit(None, pl.String),
        after=pl.concat_str([
            pl.when(pl.col("state") != "COMPLETE").then("state"),
            pl.when(after != "").then(after),
        ], separator=", ", ignore_nulls=True), event="last_event",
    )  # fmt: skip
    return [_typed(used.with_columns(after=pl.when(pl.col("after") != "").then("after"))),
            _schemas(lin, dataset)]  # fmt: skip


def _schemas(lin: Lineage, dataset: str) -> pl.DataFrame:
    """Where the schema is another than before: fields that went and came, with their types.

    Told by runs that write it or outside any run; only where none of these tells it, by others.
    """
    writers = lin.io.filter((pl.col("dataset") == dataset) & (pl.col("direction") == "output"))
    told = _facets(lin, dataset).filter(pl.col("facet") == "schema")
    own = told.filter(pl.col("run").is_null() | pl.col("run").is_in(writers["run"].implode()))
    found: list[tuple[Any, ...]] = []
    before: list[str] | None = None
    for time, run, job, event, text in (own if len(own) else told).select(*_BY, "json").iter_rows():
        now = _fields(_decoded(text))
        if now != before:
            gone, come = _difference(before or [], now)
            same = "in another order" if before and not gone and not come else None
            words = (shown(gone) if gone else None, shown(come) if come else same)
            found.append((time, "schema", run, job, *words, event))
        before = now
    return _rows(found)


def _fields(facet: Any, inside: str = "") -> list[str]:
    """Name and type of each field, those within others after them and with dots."""
    fields = facet.get("fields") if isinstance(facet, dict) else None
    found = []
    for one in fields if isinstance(fields, list) else []:
        if isinstance(one, dict) and one.get("name") is not None:
            name = f"{inside}{one['name']}"
            found += [f"{name} {one.get('type') or ''}".strip(), *_fields(one, f"{name}.")]
    return found


def _told(lin: Lineage, node: str) -> pl.DataFrame:
    """Changes of what facets say of the node itself."""
    about = _facets(lin, node).filter(pl.col("facet").is_in(list(_TOLD)))
    found: list[tuple[Any, ...]] = []
    before: dict[str, str] = {}
    for facet, time, run, job, event, text in about.select("facet", *_BY, "json").iter_rows():
        now = _value(_decoded(text))
        if now != before.get(facet):
            found.append((time, _TOLD[facet], run, job, before.get(facet), now, event))
        before[facet] = now
    return _rows(found)


def _facets(lin: Lineage, node: str) -> pl.DataFrame:
    """Facets of a dataset or job itself, in order of time."""
    own = (pl.col("node") == node) & pl.col("entity").is_in(["job", "dataset"])
    times = lin.events.select("event", "time", "job")
    told = lin.facets.filter(own).join(times, on="event", how="left")
    return told.sort("time", "event", "facet", nulls_last=False)


def _decoded(text: bytes) -> Any:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return "unreadable"


def _value(said: Any) -> str:
    if isinstance(said, dict):
        parts = {k: _value(v) for k, v in said.items() if not k.startswith("_") and v is not None}
        return ", ".join(
            parts.values() if len(parts) == 1 else (f"{k} {v}" for k, v in parts.items())
        )
    if isinstance(said, list):
        return "; ".join(map(_value, said)) or "none"
    return str(said)


def _difference(before: list[str], now: list[str]) -> tuple[list[str], list[str]]:
    return [one for one in before if one not in now], [one for one in now if one not in before]


def _rows(found: list[tuple[Any, ...]]) -> pl.DataFrame:
    return pl.DataFrame(found, schema=_ROWS, orient="row")


def _typed(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(pl.col(name).cast(dtype) for name, dtype in _ROWS.items())
