"""On how much the answers rest: every total with what was judged of it, and what was not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from lineage_explorer.residency.rules import DECIDING
from lineage_explorer.residency.verdict import Judged
from lineage_explorer.tables import Columns, table

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage

COVERAGE: Columns = {
    "what": (pl.String, "what was to be judged"),
    "total": (pl.UInt32, "how many there are in these files"),
    "judged": (pl.UInt32, "of how many something is decided, or known"),
    "undecided": (pl.UInt32, "of how many nothing is"),
}


def coverage(lin: Lineage, judged: Judged) -> pl.DataFrame:
    """Columns as in `COVERAGE`."""
    stored = judged.storage.group_by("dataset").agg(_open("verdict"))
    inputs = judged.processing.select("verdict")
    crossings = judged.crossings.select("verdict", "from_set", "to_set")
    flows = judged.labels.states.flows.datasets(judged.labels.states.reads)
    placed = judged.storage.group_by("dataset").agg(pl.col("to_set").min() < 0)
    unknown_flow = crossings.filter((pl.col("from_set") < 0) | (pl.col("to_set") < 0))
    ran = judged.processing.group_by("run", "job").agg(pl.col("to_set").min() < 0)
    ran = ran.filter(pl.col("run").is_not_null())
    roots, labelled = _roots(lin, judged)
    rows = [
        ("datasets placed", len(placed), int(placed["to_set"].sum())),
        ("runs placed", len(ran), int(ran["to_set"].sum())),
        ("flows with both ends placed", len(flows), len(unknown_flow)),
        ("source datasets labelled", roots, roots - labelled),
        ("datasets stored", len(stored), int(stored["verdict"].sum())),
        ("inputs processed", len(inputs), int((inputs["verdict"] == "undecided").sum())),
        ("crossings, known or possible", len(crossings),
         int((crossings["verdict"] == "undecided").sum())),
    ]  # fmt: skip
    return table(COVERAGE, ((what, total, total - open_, open_) for what, total, open_ in rows))


def _open(column: str) -> pl.Expr:
    return (pl.col(column) == "undecided").any()


def _roots(lin: Lineage, judged: Judged) -> tuple[int, int]:
    """How many datasets nothing here writes, and how many of those the policy labels."""
    written = lin.frames.io.filter(pl.col("direction") == "output")["dataset"].unique()
    roots = set(lin.datasets.filter(~pl.col("dataset").is_in(written.implode()))["dataset"])
    named = {
        dataset
        for own in judged.labels.own
        if own.trusted and own.field is None
        for dataset in own.datasets
    }
    return len(roots), len(roots & named)


def placed_by(judged: Judged) -> list[tuple[str, int]]:
    """Grade, and how many datasets have a place by it."""
    found = dict(
        judged.storage.filter(pl.col("to_set") >= 0)
        .group_by("dataset")
        .agg(pl.col("grade").min())
        .group_by("grade")
        .len()
        .iter_rows()
    )
    return [(grade, found[grade]) for grade in DECIDING if grade in found]
