"""The runs of a node as a list with a small plot of how long each took."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from lineage_explorer.plain import plain
from lineage_explorer.view.asof import BEGUN, over
from lineage_explorer.view.lists import Block, block, words

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage

PLOTTED = 60


def runs_block(lin: Lineage, name: str, node: str) -> list[Block]:
    """The list of that name; `plot` has the newest runs: id, state, seconds or null, words."""
    if name == "runs of job":
        runs = lin.runs.filter(pl.col("job") == node)
    else:
        wrote = (pl.col("dataset") == node) & (pl.col("direction") == "output")
        runs = lin.runs.join(
            lin.io.filter(wrote).select("run", "job").unique(), on=["run", "job"], how="semi"
        )
    timed = runs.select("run", "state", "error", begun=BEGUN, over=over())
    shown = timed.filter(pl.col("begun").is_not_null()).sort("begun", "run").tail(PLOTTED)
    seconds = (shown["over"] - shown["begun"]).dt.total_microseconds() / 1_000_000
    plot = [
        [row["run"], row["state"], took, words(row["begun"]), plain((row["error"] or "")[:200])]
        for row, took in zip(shown.iter_rows(named=True), seconds, strict=True)
    ]
    left = timed.height - shown.height
    note = f"newest {shown.height} of {timed.height:,}" if left else ""
    of = "written by" if name == "runs of dataset" else ""
    return block(lin, name, node, type="runs", plot=plot, of=of, plot_note=note)
