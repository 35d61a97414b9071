"""What the claims about a thing come to, on a day.

Claims weaker than the policy's minimum, hints, and mappings that do not hold on the day are left
out. Of the mappings that fit a thing and hold, the last one in the file speaks. What is left for one role has to agree: if sets overlap, it is somewhere in the
overlap; if they do not, that is a conflict and nothing is known. Replicas do not have to agree:
each is a place of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from lineage_explorer.residency.places import Atlas, Places
from lineage_explorer.residency.policy import Policy
from lineage_explorer.residency.rules import DECIDING

SCHEMA = {
    "node": pl.String,
    "run": pl.String,
    "role": pl.String,
    "set": pl.Int32,
    "grade": pl.String,
}


@dataclass
class Sets:
    """Distinct sets of places, by number; -1 is unknown, -2 a conflict."""

    atlas: Atlas
    known: list[Places] = field(default_factory=list)
    numbers: dict[Places, int] = field(default_factory=dict)

    def number(self, places: Iterable[str]) -> int:
        key = tuple(sorted(places))
        if key not in self.numbers:
            self.numbers[key] = len(self.known)
            self.known.append(key)
        return self.numbers[key]

    def places(self, number: int) -> Places:
        """The codes of a set; none where it is not known."""
        return self.known[number] if number >= 0 else ()


NO_PLACE, DISAGREE = -1, -2


def settle(claims: pl.DataFrame, policy: Policy, day: date, sets: Sets) -> pl.DataFrame:
    """One row a thing and role (of replicas one each) with a place: node, run, role, set, grade.

    `set` is a number in `sets`, or -2 where claims disagree. What has no row has no place.
    """
    grades = DECIDING[: DECIDING.index(policy.minimum_grade) + 1]
    held = claims.filter(
        pl.col("places").list.len() > 0,
        pl.col("grade").is_in(grades),
        pl.col("valid_from").is_null() | (pl.col("valid_from") <= day),
        pl.col("valid_to").is_null() | (pl.col("valid_to") >= day),
        pl.col("role") != "control plane",
    )
    key = ["node", "run", "role"]
    mapped = held.filter(pl.col("entry").is_not_null())
    best = mapped.filter(pl.col("entry") == pl.col("entry").max().over(key))
    held = pl.concat([held.filter(pl.col("entry").is_null()), best])
    text = pl.col("places").list.join(";")
    distinct = held.with_columns(text=text).group_by(*key, "text").agg(pl.col("grade").min())
    numbered = {codes: sets.number(codes.split(";")) for codes in distinct["text"].unique().sort()}
    distinct = distinct.with_columns(
        set=pl.col("text").replace_strict(numbered, return_dtype=pl.Int32)
        if numbered
        else pl.lit(None, pl.Int32)
    )
    replicas = distinct.filter(pl.col("role") == "replica").select(SCHEMA.keys())
    rest = (
        distinct.filter(pl.col("role") != "replica")
        .group_by(key)
        .agg(pl.col("set").sort().alias("sets"), pl.col("grade").min())
    )
    one = rest.filter(pl.col("sets").list.len() == 1)
    several = rest.filter(pl.col("sets").list.len() > 1)
    agreed = {tuple(found): agreed(found, sets) for found in several["sets"].unique().to_list()}
    several = several.with_columns(
        set=pl.Series([agreed[tuple(found)] for found in several["sets"].to_list()], dtype=pl.Int32)
    )
    one = one.with_columns(set=pl.col("sets").list.first())
    columns = [pl.col(name).cast(dtype) for name, dtype in SCHEMA.items()]
    return pl.concat([replicas.select(columns), one.select(columns), several.select(columns)]).sort(
        "node", "run", "role", "set"
    )


def agreed(numbers: list[int], sets: Sets) -> int:
    """Where something is of which several sets are told."""
    bits = sets.atlas.everywhere
    for number in numbers:
        bits &= sets.atlas.bits(sets.known[number])
    return sets.number(sets.atlas.codes(bits)) if bits else DISAGREE
