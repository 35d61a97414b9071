"""Where data crosses from one place to another, as lines of the picture.

A line from a dataset to a job is a crossing where the job runs elsewhere; one from a job to a
dataset where something else that the job read lies elsewhere. Where a place is not known it may be
one: such a line is told apart, and is never left out as if nothing crossed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from lineage_explorer.residency.question import VERDICTS
from lineage_explorer.residency.report import ResidencyReport, short
from lineage_explorer.residency.settle import Sets
from lineage_explorer.view.modes import Asked, Line
from lineage_explorer.view.words import counted

_WAYS = 3
_LONGEST = 160
_UNSURE = len(VERDICTS)
"""Added to the rank of a verdict where there only may be a crossing: what is sure comes first."""


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


@dataclass(frozen=True, eq=False)
class Ways:
    """All that crosses, or may cross, between two nodes.

    Attributes:
        rows: source, target, from_set, to_set, verdict, reason, masked, rank (of the verdict; what
            only may cross comes after all that is sure).
        sets: the sets of places by number.
    """

    rows: pl.DataFrame
    sets: Sets

    def of(self, ends: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Way]:
        """Of each two of these nodes between which something crosses the worst that was judged."""
        wanted = pl.DataFrame(
            list(ends), {"source": pl.String, "target": pl.String}, orient="row"
        ).unique()
        found = (
            self.rows.join(wanted, on=["source", "target"], how="semi")
            .sort("source", "target", "rank", "from_set", "to_set", "reason")
            .group_by("source", "target", maintain_order=True)
            .agg(
                pl.col("verdict", "reason", "rank").first(),
                pl.struct("from_set", "to_set").unique(maintain_order=True).alias("ways"),
                _masked(),
            )
        )
        return {
            (row["source"], row["target"]): Way(
                row["verdict"],
                self._places(row["ways"]),
                row["reason"][:_LONGEST],
                row["rank"] < _UNSURE,
                row["masked"],
            )
            for row in found.iter_rows(named=True)
        }

    @cached_property
    def pairs(self) -> pl.DataFrame:
        """source, target, rank, masked: the worst between each two nodes."""
        return self.rows.group_by("source", "target").agg(pl.col("rank").min(), _masked())

    def _places(self, ways: Sequence[Mapping[str, int]]) -> str:
        said = [
            f"{short(self.sets.places(way['from_set']))} → {short(self.sets.places(way['to_set']))}"
            for way in ways
        ]
        said = list(dict.fromkeys(said))
        more = len(said) - _WAYS
        return ", ".join(said[:_WAYS]) + (f" and {more} more" if more > 0 else "")


def _masked() -> pl.Expr:
    """One that is not masked decides; all are only where all are told to be."""
    masked = pl.col("masked")
    return pl.when(masked.min().not_() | masked.is_not_null().all()).then(masked.min())


def ways_of(report: ResidencyReport) -> Ways:
    """All that crosses, or may cross."""
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
    sure = known | (pl.col("verdict") == "outside")
    rank = pl.col("verdict").replace_strict(
        {verdict: at for at, verdict in enumerate(VERDICTS)}, return_dtype=pl.UInt8
    )
    found = rows.filter(~stays, pl.col("verdict") != "not applicable").with_columns(
        rank=rank + pl.when(sure).then(pl.lit(0, pl.UInt8)).otherwise(pl.lit(_UNSURE, pl.UInt8))
    )
    return Ways(found, judged.sets)


def lines_of(ways: Ways, asked: Asked, names: Sequence[str]) -> dict[int, Line]:
    """The lines of a picture; `names` are the verdicts that have an entry."""
    direct = ways.of(asked.ends)
    between = _between_groups(ways, asked) if asked.inside else {}
    lines = {}
    for at, ends in enumerate(asked.ends):
        way = direct.get(ends)
        if way is not None:
            lines[at] = Line(names.index(way.verdict), way.words, way.sure, way.masked)
        elif ends in between or ends[::-1] in between:
            # a line between groups stands for both directions
            both = between.get(ends, Counter()) + between.get(ends[::-1], Counter())
            lines[at] = _summed(both, names)
    return lines


Crossing = tuple[int, bool | None]
"""The rank of the worst between two nodes, and whether it is masked."""


def _between_groups(ways: Ways, asked: Asked) -> dict[tuple[str, str], Counter[Crossing]]:
    """Of each two things drawn how often what crosses between what is in them."""
    drawn = asked.ids[: len(asked.ids) - len(asked.inside)]
    inside = pl.DataFrame(
        {"node": list(asked.inside), "group": list(asked.inside.values())},
        schema={"node": pl.String, "group": pl.String},
    )
    pairs = ways.pairs
    for end in ("source", "target"):
        pairs = pairs.join(inside.rename({"group": f"in_{end}"}), left_on=end, right_on="node",
                           how="left")  # fmt: skip
    by_job = pl.any_horizontal(pl.col("source", "target").str.starts_with("job:"))
    # between groups what flows is counted once, from dataset to dataset
    twice = by_job & pl.all_horizontal(pl.col("in_source", "in_target").is_not_null())
    summed = (
        pairs.filter(~twice)
        .select(
            "rank", "masked",
            source=pl.coalesce("in_source", "source"), target=pl.coalesce("in_target", "target"),
        )
        .filter(
            pl.col("source") != pl.col("target"), pl.all_horizontal(
                pl.col("source", "target").is_in(drawn)
            ),
        )
        .group_by("source", "target", "rank", "masked")
        .len()
    )  # fmt: skip
    found: dict[tuple[str, str], Counter[Crossing]] = {}
    for source, target, rank, masked, count in summed.select(
        "source", "target", "rank", "masked", "len"
    ).iter_rows():
        found.setdefault((source, target), Counter())[rank, masked] += count
    return found


def _summed(crossings: Counter[Crossing], names: Sequence[str]) -> Line:
    """Several crossings as one line: the worst, and how many of each."""
    ranks = Counter[int]()
    for (rank, _), count in crossings.items():
        ranks[rank] += count
    sure = {VERDICTS[rank]: count for rank, count in ranks.items() if rank < _UNSURE}
    words = [
        f"{verdict}: {counted(sure[verdict], 'crossing')}" for verdict in names if verdict in sure
    ]
    possible = sum(count for rank, count in ranks.items() if rank >= _UNSURE)
    words += [f"may cross, a place is not known: {possible:,}"] if possible else []
    masked = {told for _, told in crossings}
    told = next(iter(masked)) if len(masked) == 1 else None if None in masked else False
    worst = min(ranks)
    entry = names.index(VERDICTS[worst % _UNSURE])
    return Line(entry, "\n".join(words), worst < _UNSURE, told, ranks[worst])
