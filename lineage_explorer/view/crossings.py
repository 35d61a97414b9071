"""Where data crosses from one place to another, as lines of the picture.

A line from a dataset to a job is a crossing where the job runs elsewhere; one from a job to a
dataset where something else that the job read lies elsewhere. Where a place is not known it may be
one: such a line is told apart, and is never left out as if nothing crossed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from lineage_explorer.residency.question import VERDICTS
from lineage_explorer.residency.report import ResidencyReport, short
from lineage_explorer.view.modes import Asked, Line
from lineage_explorer.view.words import counted

_WAYS = 3
_LONGEST = 160


@dataclass(frozen=True)
class Way:
    """What crosses between two nodes: the worst of it, in words."""

    verdict: str
    places: str
    reason: str
    sure: bool
    masked: bool | None

    @property
    def words(self) -> str:
        """For the hover."""
        masked = {True: "all columns masked", False: "not masked", None: "masking not told"}
        may = "crosses" if self.sure else "may cross"
        parts = [f"{may} {self.places}: {self.verdict}", self.reason, masked[self.masked]]
        return "\n".join(parts)


Ways = Mapping[tuple[str, str], Way]


def ways_of(report: ResidencyReport) -> Ways:
    """Of each two nodes between which data crosses, or may cross, the worst that was judged."""
    judged = report.judged
    told = ["from_set", "to_set", "verdict", "reason", "masked"]
    reads = judged.processing.filter(pl.col("job").is_not_null()).with_columns(
        pl.lit(None, pl.Boolean).alias("masked")
    )
    writes = judged.crossings
    rows = pl.concat([
        reads.select(*told, source="dataset", target="job"),
        writes.filter(pl.col("job").is_not_null()).select(*told, source="job", target="target"),
        writes.select(*told, source="source", target="target"),
    ])  # fmt: skip
    one = [at for at, places in enumerate(judged.sets.known) if len(places) == 1]
    stays = (pl.col("from_set") == pl.col("to_set")) & pl.col("from_set").is_in(one)
    known = (pl.col("from_set") >= 0) & (pl.col("to_set") >= 0)
    rank = pl.col("verdict").replace_strict(
        {verdict: at for at, verdict in enumerate(VERDICTS)}, return_dtype=pl.UInt8
    )
    found = (
        rows.filter(~stays, pl.col("verdict") != "not applicable")
        .with_columns(sure=known | (pl.col("verdict") == "outside"), rank=rank)
        .sort("source", "target", pl.col("sure").not_(), "rank", "from_set", "to_set", "reason")
        .group_by("source", "target", maintain_order=True)
        .agg(
            pl.col("verdict", "reason", "sure").first(),
            pl.struct("from_set", "to_set").unique(maintain_order=True).alias("ways"),
            pl.col("masked").min(),
            untold=pl.col("masked").is_null().any(),
        )
    )
    return {
        (row["source"], row["target"]): Way(
            row["verdict"],
            _places(report, row["ways"]),
            row["reason"][:_LONGEST],
            row["sure"],
            # one that is not masked decides; all are only where all are told to be
            None if row["masked"] and row["untold"] else row["masked"],
        )
        for row in found.iter_rows(named=True)
    }


def _places(report: ResidencyReport, ways: Sequence[Mapping[str, int]]) -> str:
    sets = report.judged.sets
    said = [
        f"{short(sets.places(way['from_set']))} → {short(sets.places(way['to_set']))}"
        for way in ways
    ]
    said = list(dict.fromkeys(said))
    more = len(said) - _WAYS
    return ", ".join(said[:_WAYS]) + (f" and {more} more" if more > 0 else "")


def lines_of(ways: Ways, asked: Asked, names: Sequence[str]) -> dict[int, Line]:
    """The lines of a picture; `names` are the verdicts that have an entry."""
    between = _between_groups(ways, asked) if asked.inside else {}
    lines = {}
    for at, ends in enumerate(asked.ends):
        way = ways.get(ends)
        if way is not None:
            lines[at] = Line(names.index(way.verdict), way.words, way.sure, way.masked)
        elif ends in between or ends[::-1] in between:
            # a line between groups stands for both directions
            both = between.get(ends, []) + between.get(ends[::-1], [])
            lines[at] = _summed(both, names)
    return lines


def _between_groups(ways: Ways, asked: Asked) -> dict[tuple[str, str], list[Way]]:
    drawn = set(asked.ids[: len(asked.ids) - len(asked.inside)])
    found: dict[tuple[str, str], list[Way]] = {}
    for (source, target), way in ways.items():
        by_job = source.startswith("job:") or target.startswith("job:")
        if by_job and source in asked.inside and target in asked.inside:
            continue  # between groups what flows is counted once, from dataset to dataset
        ends = asked.inside.get(source, source), asked.inside.get(target, target)
        if ends[0] != ends[1] and ends[0] in drawn and ends[1] in drawn:
            found.setdefault(ends, []).append(way)
    return found


def _summed(ways: Sequence[Way], names: Sequence[str]) -> Line:
    """Several crossings as one line: the worst, and how many of each."""
    ordered = sorted(ways, key=lambda way: (not way.sure, names.index(way.verdict)))
    words = [
        f"{verdict}: {counted(count, 'crossing')}"
        for verdict in names
        if (count := sum(way.verdict == verdict and way.sure for way in ways))
    ]
    possible = sum(not way.sure for way in ways)
    words += [f"may cross, a place is not known: {possible:,}"] if possible else []
    masked = {way.masked for way in ways}
    told = next(iter(masked)) if len(masked) == 1 else None if None in masked else False
    worst = ordered[0]
    count = sum(way.verdict == worst.verdict and way.sure == worst.sure for way in ways)
    return Line(names.index(worst.verdict), "\n".join(words), worst.sure, told, count)
