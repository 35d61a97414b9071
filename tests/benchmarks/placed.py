"""How much of some logs has a place, by which rule and of which grade, and how much has none.

python -m tests.benchmarks.placed SOURCE…

Without any policy: what the events themselves say. A namespace counts once, for the best grade that
any of its datasets (or jobs, or runs of them) has; grade X is a hint and places nothing.
"""

from __future__ import annotations

import sys

import polars as pl

import lineage_explorer as lx

KINDS = {"dataset": "storage", "job": "processing"}


def told(sources: list[str]) -> pl.DataFrame:
    """kind, namespace, rule, grade: the best claim of each namespace; null where there is none."""
    parts = []
    for source in sources:
        lin = lx.read(source)
        claims = lin.residency().places
        nodes = lin.nodes.select("node", "kind", "namespace")
        parts.append(
            nodes.join(claims.select("node", "rule", "grade", "places"), on="node", how="left")
        )
    rows = pl.concat(parts)
    placing = pl.col("places").list.len().fill_null(0) > 0
    rows = rows.with_columns(grade=pl.when(placing).then("grade"), rule=pl.col("rule"))
    return (
        rows.sort("grade", "rule", nulls_last=True)
        .group_by("kind", "namespace", maintain_order=True)
        .agg(pl.col("rule", "grade").first())
    )


def main() -> None:
    """Read, count, print."""
    rows = told(sys.argv[1:] or ["sample_events"])
    for kind in KINDS:
        part = rows.filter(pl.col("kind") == kind)
        placed = part.filter(pl.col("grade").is_in(list("ABCDE")))
        print(f"\n{kind} namespaces: {len(part)}, placed {len(placed)}, "
              f"hint only {int((part['grade'] == 'X').sum())}, "
              f"unknown {int(part['grade'].is_null().sum())}")  # fmt: skip
        counts = (
            part.group_by("grade", "rule")
            .len()
            .sort("grade", "len", "rule", descending=[False, True, False], nulls_last=True)
        )
        for grade, rule, count in counts.iter_rows():
            print(f"  {grade or '-':2} {rule or 'no rule':32} {count:5}")


if __name__ == "__main__":
    main()
