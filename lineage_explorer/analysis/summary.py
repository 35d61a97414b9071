"""What is in a log, in a few lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import polars as pl

from lineage_explorer.plain import plain

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage

_LISTED = 4


@dataclass(frozen=True)
class Summary:
    """Counts, time span, problems by code, and nodes to begin at. `str()` reads well."""

    files: int
    events: int
    runs: int
    jobs: int
    datasets: int
    edges: int
    first: datetime | None
    last: datetime | None
    states: dict[str, int]
    problems: pl.DataFrame
    roots: list[str]
    sinks: list[str]

    def __str__(self) -> str:
        if not self.events:
            return f"Lineage: no events here.{self._problems()}\n{NOTHING}"
        states = ", ".join(f"{count:,} {state}" for state, count in self.states.items())
        lines = [
            f"Lineage of {self.datasets:,} datasets and {self.jobs:,} jobs, {self.edges:,} edges",
            f"  events    {self.events:,} in {self._files()}{self._span()}",
            f"  runs      {self.runs:,}{f' ({states})' if states else ''}",
            f"  begins at {_listed(self.roots)}",
            f"  ends at   {_listed(self.sinks)}",
            f"  problems  {self._problems().strip() or 'none'}",
            "Try lin.explore(), lin.upstream(name), lin.downstream(name), lin.problems.",
        ]
        return "\n".join(lines)

    def _files(self) -> str:
        return f"{self.files:,} file{'' if self.files == 1 else 's'}"

    def _span(self) -> str:
        if self.first is None or self.last is None:
            return ""
        return f", {self.first:%Y-%m-%d %H:%M} to {self.last:%Y-%m-%d %H:%M} UTC"

    def _problems(self) -> str:
        rows = self.problems.iter_rows(named=True)
        return "".join(f" {row['count']:,} {row['code']}," for row in rows).rstrip(",")


NOTHING = "lx.read() takes a file, a folder or a list of events."


def summary(lin: Lineage) -> Summary:
    """The summary of a lineage; problems: code, severity, count, hint."""
    frames = lin.frames
    fed = set(frames.bundles["targets"].explode(empty_as_null=False).to_list())
    feeds = set(frames.bundles["sources"].explode(empty_as_null=False).to_list())
    touched = [node for node in frames.datasets["dataset"] if node in fed or node in feeds]
    counted = frames.runs.group_by("state").len().sort("len", "state", descending=[True, False])
    return Summary(
        files=frames.events["file"].n_unique(),
        events=frames.events.height,
        runs=frames.runs.height,
        jobs=frames.jobs.height,
        datasets=frames.datasets.height,
        edges=frames.edges.height,
        first=frames.events["time"].min(),  # type: ignore[arg-type]
        last=frames.events["time"].max(),  # type: ignore[arg-type]
        states=dict(counted.iter_rows()),
        problems=_by_code(frames.problems),
        roots=[node for node in touched if node not in fed],
        sinks=[node for node in touched if node not in feeds],
    )


def _by_code(problems: pl.DataFrame) -> pl.DataFrame:
    return (
        problems.group_by("code", "severity", "hint")
        .agg(count=pl.len())
        .sort("count", "code", descending=[True, False])
        .select("code", "severity", "count", "hint")
    )


def _listed(nodes: list[str]) -> str:
    shown = ", ".join(plain(node.removeprefix("dataset:")) for node in nodes[:_LISTED])
    more = f", and {len(nodes) - _LISTED:,} more" if len(nodes) > _LISTED else ""
    return f"{shown}{more}" or "nothing"
