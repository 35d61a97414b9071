"""Which exact runs made what a run read?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from lineage_explorer.analysis.traced import told_beside, traced_runs, traced_sources
from lineage_explorer.analysis.words import (
    SHOWN,
    code,
    counted,
    html_table,
    listed,
    markdown_table,
    more,
    text_table,
)
from lineage_explorer.errors import LineageError, NodeNotFound
from lineage_explorer.graph.narrow import narrow
from lineage_explorer.graph.provenance import trace
from lineage_explorer.graph.when import moment
from lineage_explorer.plain import plain

if TYPE_CHECKING:
    from lineage_explorer.graph.record import Record
    from lineage_explorer.lineage import Lineage
    from lineage_explorer.view.widget import Explorer

_HEAD = ("hop", "dataset", "job", "run", "certain", "why")
_SOURCES = ("dataset", "time", "job", "run", "role")
_BEGINNING = 4
_ALL = 99


@dataclass(frozen=True, eq=False, repr=False)
class Provenance:
    """Which runs made what a run read, or what stood in a dataset, back to the sources.

    Attributes:
        asked: the run id or dataset asked for.
        kind: run or dataset.
        at: the time asked for, or None: of a run its own, of a dataset the end of the log.
        runs: one row a run and a dataset it wrote that may have gone into it, nearest first: run,
            job, hop (how many runs away), dataset, version (told by the run that wrote it),
            certain (nothing in the log leaves another answer open, all the way), why; rule (version,
            last, during, nominal), sure (the same of this link alone), state, began, ended, nominal,
            reader and reader_job (whose read led here; null for what was asked), version_read,
            event (of the write).
        sources: where it begins: dataset, run, time, job, hop, role, why. Role `read`: nobody in the
            log had written it; run is the one that first read it, and when. Role `made`: the run
            that wrote it tells no input that feeds it.
        control: what is told of these runs beside data: kind (parent, root, depends_on, hands_over),
            run, job, other_run, other_job. Nothing of it is followed.
        truncated: whether the limit cut something off.
    """

    lin: Lineage
    asked: str
    kind: str
    at: datetime | None
    runs: pl.DataFrame
    sources: pl.DataFrame
    control: pl.DataFrame
    truncated: bool
    focus: str
    members: list[str]
    involved: pl.DataFrame
    silent: str = ""

    @cached_property
    def lineage(self) -> Lineage:
        """The part of the lineage with these datasets, jobs and runs, with every verb."""
        frames = narrow(self.lin.frames, self.members)
        both = ["run", "job"]
        kept = {
            "runs": frames.runs.join(self.involved, on=both, how="semi", maintain_order="left"),
            "io": frames.io.join(self.involved, on=both, how="semi", maintain_order="left"),
        }
        return replace(self.lin, frames=frames.with_(**kept))

    @cached_property
    def certainty(self) -> pl.DataFrame:
        """node, provenance: certain, not certain, begins here, or asked for."""
        told = pl.when(pl.col("certain").all()).then(pl.lit("certain"))
        made = [
            self.runs.group_by(node=column).agg(provenance=told.otherwise(pl.lit("not certain")))
            for column in ("dataset", "job")
        ]
        asked = pl.DataFrame({"node": [self.focus], "provenance": ["asked for"]})
        begins = self.sources.select(node="dataset", provenance=pl.lit("begins here")).unique()
        return (
            pl.concat([asked, begins, *made])
            .unique("node", keep="first", maintain_order=True)
            .sort("node")
        )

    def explore(self, **options: Any) -> Explorer:
        """The interactive view of this part, coloured by how certain it is; options as of `explore`."""
        shown = {"focus": self.focus, "hops": _ALL, "color": self.certainty}
        return self.lineage.explore(**{**shown, **options})

    @property
    def answer(self) -> str:
        """How much there is, in one line."""
        runs = self.runs
        if self.silent:
            return self.silent
        if not len(runs):
            begins = counted(len(self.sources), "source")
            return f"no run in the log wrote what it read; {begins}"
        count = runs.select("run", "job").unique().height
        doubt = runs.filter(~pl.col("certain")).select("run", "job").unique().height
        parts = [
            counted(count, "run"),
            f"{counted(int(runs['hop'].max() or 0), 'hop')} back",  # type: ignore[arg-type]
            counted(self.sources["dataset"].n_unique(), "source"),
        ]
        rest = [f"{doubt:,} not certain" if doubt else "all certain"]
        if self.truncated:
            rest.append("cut off by the limit")
        return f"{listed(parts)} ({', '.join(rest)})"

    @property
    def sentence(self) -> str:
        """The answer with what was asked."""
        at = f" at {self.at:%Y-%m-%d %H:%M:%S} UTC" if self.at else ""
        what = f"run {plain(self.asked)}" if self.kind == "run" else plain(self.asked)
        return f"Provenance of {what}{at}: {self.answer}."

    def _rows(self, table: pl.DataFrame, columns: tuple[str, ...], most: int) -> list[Any]:
        """Rows to print: nodes by their names, times to the second."""
        shown = table.head(most).select(columns)
        ids = pl.concat(
            [shown[c].rename("node") for c in ("dataset", "job", "other_job") if c in columns]
        )
        named = self.lin.nodes.join(ids.to_frame(), on="node", how="semi")
        names = dict(named.select("node", "name").iter_rows())
        return [tuple(_cell(value, names) for value in row) for row in shown.iter_rows()]

    def __repr__(self) -> str:
        if not len(self.runs):
            return self.sentence
        rows = self._rows(self.runs, _HEAD[:-1], SHOWN)
        lines = [self.sentence, text_table(_HEAD[:-1], rows)]
        return "\n".join([*lines, *filter(None, [more(len(self.runs) - SHOWN)])])

    def _repr_html_(self) -> str:
        table = html_table(_HEAD, self._rows(self.runs, _HEAD, SHOWN)) if len(self.runs) else ""
        rest = more(len(self.runs) - SHOWN)
        after = f"<p>{escape(rest)} in <code>.runs</code></p>" if rest else ""
        return f"<p>{escape(self.sentence)}</p>{table}{after}"

    def report(self) -> str:
        """The whole answer as Markdown: every run with its reason, and where it begins."""
        what = "run " if self.kind == "run" else ""
        parts = [f"# Provenance of {what}{code(self.asked)}", f"{self.answer.capitalize()}."]
        if len(self.runs):
            rows = self._rows(self.runs, _HEAD, len(self.runs))
            parts += ["## Runs", markdown_table(_HEAD, rows)]
        if len(self.sources):
            rows = self._rows(self.sources, (*_SOURCES, "why"), len(self.sources))
            parts += ["## Where it begins", markdown_table((*_SOURCES, "why"), rows)]
        if len(self.control):
            rows = self._rows(self.control, tuple(self.control.columns), len(self.control))
            parts += [
                "## Told beside data, not followed",
                markdown_table(self.control.columns, rows),
            ]
        return "\n\n".join(parts) + "\n"


def provenance(
    lin: Lineage,
    what: str,
    at: datetime | date | str | None = None,
    hops: int | None = None,
) -> Provenance:
    """Which runs made what a run read, or what stands in a dataset.

    Raises:
        NodeNotFound: if no run or dataset is called so.
        AmbiguousName: if several datasets are.
        LineageError: for a job, as it has many runs; or a time before the run began.
    """
    if hops is not None and hops < 1:
        raise LineageError(f"hops is {hops}, which is below 1.", "leave it out for no limit.")
    record, time = lin.record, None if at is None else moment(at)
    kind, name, rows = _asked(lin, what)
    if kind == "run":
        start = _of_runs(record, rows, time, what)
        focus = str(lin.runs["job"][rows[0]])
    else:
        upto = record.moments.now if time is None else record.moments.at(time)
        start, focus = record.at(rows[0], upto), name
    found = trace(record, start, hops)
    runs, sources = traced_runs(lin, record, found, time), traced_sources(lin, record, found, time)
    numbers = np.unique(record.writes.run[found.found.write])
    numbers = np.union1d(numbers, rows) if kind == "run" else numbers
    involved = lin.runs[numbers]
    members = [focus, *runs["dataset"], *runs["job"], *sources["dataset"], *involved["job"]]
    return Provenance(
        lin=lin, asked=name, kind=kind, at=time, runs=runs, sources=sources,
        control=told_beside(lin, involved), truncated=found.beyond, focus=focus,
        members=list(dict.fromkeys(members)), involved=involved.select("run", "job"),
        silent="" if len(found.reads) else _silent(lin, name),
    )  # fmt: skip


def _silent(lin: Lineage, run: str) -> str:
    """What is said of a run that tells no input."""
    parts = lin.runs.filter(pl.col("parent") == run)["run"].to_list()
    if not parts:
        return "no input of it is told"
    some = listed([plain(part) for part in parts[:3]])
    return f"no input of it is told; ask for one of its {counted(len(parts), 'part')}, as {some}"


def _cell(value: Any, names: dict[str, str]) -> object:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return names.get(value, value) if isinstance(value, str) else value


def _asked(lin: Lineage, what: str) -> tuple[str, str, list[int]]:
    """Kind and name of what is meant, and its rows among the runs, or its row among the datasets."""
    ids = lin.runs["run"]
    exact = ids.index_of(what) if len(ids) else None
    if exact is not None:
        return "run", what, _places(ids == what)
    try:
        node = _node(lin, what)
    except NodeNotFound:
        begins = ids.filter(ids.str.starts_with(what)).unique().sort().to_list()
        if len(what) >= _BEGINNING and len(begins) == 1:
            return "run", begins[0], _places(ids == begins[0])
        if begins:
            raise LineageError(
                f"{counted(len(begins), 'run')} begin with {plain(what)!r}.",
                f"write more of the id: {listed([plain(run) for run in begins[:3]])}"
                f"{', …' if len(begins) > 3 else '.'}",
            ) from None
        raise
    if node.startswith("job:"):
        newest = lin.runs.filter(pl.col("job") == node).sort("last_seen", "run", nulls_last=False)
        some = [plain(run) for run in newest["run"].to_list()[:-4:-1]]
        hint = (
            f"give one of them, the newest: {', '.join(some)}." if some else "no run of it is told."
        )
        raise LineageError(f"{plain(what)!r} is a job, and it has many runs.", hint)
    return "dataset", node, _places(lin.datasets["dataset"] == node)


def _node(lin: Lineage, what: str) -> str:
    """The dataset of that name; only where there is none, the job."""
    try:
        return lin.names.find(what, ("dataset",))
    except NodeNotFound:
        return lin.names.find(what)


def _places(mask: pl.Series) -> list[int]:
    places: list[int] = mask.arg_true().to_list()
    return places


def _of_runs(record: Record, runs: list[int], time: datetime | None, what: str) -> Any:
    """The reads of these runs (one, unless several jobs use its id), up to that time."""
    rows = np.concatenate([record.of_run(run) for run in runs])
    if time is None:
        return rows
    upto = record.moments.at(time)
    if all(record.moments.begin[run] > upto for run in runs):
        raise LineageError(
            f"run {plain(what)!r} began after {time:%Y-%m-%d %H:%M:%S} UTC.",
            "give a later time, or none.",
        )
    reads = record.reads.take(rows)
    return replace(reads, end=np.minimum(reads.end, upto))
