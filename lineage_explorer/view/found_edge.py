"""What the panel tells of an edge along which data crosses from one place to another."""

from __future__ import annotations

from typing import Any

import polars as pl

from lineage_explorer.residency.report import ResidencyReport
from lineage_explorer.view.detail import facts_block, nodes_block
from lineage_explorer.view.lists import Block
from lineage_explorer.view.words import counted

MOST = 6
_MASKED = {True: "all columns that went", False: "no, or not all", None: "not told"}


def with_crossings(
    told: dict[str, Any], source: str, target: str, report: ResidencyReport | None
) -> dict[str, Any]:
    """The detail of an edge, with a tab of what crosses along it, if anything does."""
    blocks = _blocks(report, source, target) if report is not None else []
    if not blocks:
        return told
    first, *rest = told["tabs"]
    return {**told, "tabs": [first, {"name": "Residency", "blocks": blocks}, *rest]}


def _blocks(report: ResidencyReport, source: str, target: str) -> list[Block]:
    """Every crossing along an edge, with its verdict, and what it rests on."""
    job = target if target.startswith("job:") else source
    along = [pl.col("source") == source if source != job else pl.col("job") == job]
    along.append(pl.col("target") == target if target != job else pl.col("job") == job)
    found = report.crossings.filter(*along)
    blocks: list[Block] = []
    for row in found.head(MOST).iter_rows(named=True):
        places = [" or ".join(row[end]) or "?" for end in ("places_from", "places_to")]
        facts = facts_block(
            ("Crosses", " → ".join(places)),
            ("Verdict", row["verdict"]),
            ("Why", row["reason"]),
            ("Basis", row["basis"]),
            ("Masked", _MASKED[row["masked"]]),
            ("Rule", row["rule"]),
            ("Runs", row["runs"]),
            ("Newest run", row["run"]),
        )
        blocks += [facts, nodes_block(report.lin, "From, to", [row["source"], row["target"]])]
    if len(found) > MOST:
        text = f"{counted(len(found) - MOST, 'crossing')} more in report.crossings"
        blocks.append({"type": "text", "text": text})
    return blocks
