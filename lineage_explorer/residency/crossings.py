"""What went from one place to another, as a frame: each way and its verdict, with its newest run."""

from __future__ import annotations

import polars as pl

from lineage_explorer.residency.found_places import but_for
from lineage_explorer.residency.policy import Exemption
from lineage_explorer.residency.question import VERDICTS
from lineage_explorer.residency.verdict import Judged
from lineage_explorer.residency.ways import Way, Ways
from lineage_explorer.tables import TEXTS, Columns, schema

CROSSINGS: Columns = {
    "source": (pl.String, "dataset node id"),
    "target": (pl.String, "dataset node id"),
    "job": (pl.String, "job node id through which it went; null outside any job"),
    "run": (pl.String, "the newest run that did; null outside a run"),
    "places_from": (TEXTS, "where it came from, somewhere among these; empty = unknown"),
    "places_to": (TEXTS, "where it went, somewhere among these; empty = unknown"),
    "verdict": (pl.String, "outside, undecided, by exception, within or not applicable"),
    "basis": (pl.String, "on what basis, where that is known"),
    "masked": (pl.Boolean, "whether all columns that went are masked; null if not told"),
    "rule": (pl.String, "the rule that says so"),
    "reason": (pl.String, "why, in a sentence"),
    "runs": (pl.UInt32, "how many runs did"),
    "event": (pl.UInt32, "an event of that run that names the source; null outside a run"),
}


def crossings(judged: Judged) -> pl.DataFrame:
    """One row a way and its verdict, with its newest run; columns as in `CROSSINGS`."""
    key = ["source", "target", "job", "from_set", "to_set", "verdict", "rule", "reason", "masked",
           "exception"]  # fmt: skip
    rows = judged.crossings.sort("act").group_by(key, maintain_order=True).agg(
        pl.col("run", "event", "node", "epoch").last(), runs=pl.col("run").n_unique()
    ).with_row_index("row")  # fmt: skip
    numbers = sorted({*rows["from_set"].to_list(), *rows["to_set"].to_list()})
    places = pl.DataFrame(
        {"set": numbers, "codes": [list(judged.sets.places(number)) for number in numbers]},
        schema={"set": pl.Int32, "codes": TEXTS},
    )
    documents = [_document(entry) for entry in judged.policy.exceptions]
    by = pl.DataFrame(
        {"exception": range(len(documents)), "document": documents},
        schema={"exception": pl.Int64, "document": pl.String},
    )
    based = pl.col("rule").str.starts_with("transfer.") & (pl.col("verdict") == "within")
    return (
        rows.join(places.rename({"set": "from_set", "codes": "places_from"}), on="from_set")
        .join(places.rename({"set": "to_set", "codes": "places_to"}), on="to_set")
        .join(by, on="exception", how="left")
        .join(_before(judged, rows), on="row", how="left")
        .with_columns(
            basis=pl.when(pl.col("verdict") == "by exception")
            .then(pl.coalesce("document", "before", "reason"))
            .when(based)
            .then("reason")
        )
        .sort(
            pl.col("verdict").replace_strict({v: at for at, v in enumerate(VERDICTS)}),
            "source", "target", "job", "run", "rule",
        )
        .select(pl.col(name).cast(dtype) for name, dtype in schema(CROSSINGS).items())
    )  # fmt: skip


def _before(judged: Judged, rows: pl.DataFrame) -> pl.DataFrame:
    """row, before: of what is by an exception used earlier on its way, the documents of that."""
    told = {f"policy {e.where}": _document(e) for e in judged.policy.exceptions}
    ways = Ways(judged) if told else None
    found = []
    hit = rows.filter(pl.col("verdict") == "by exception", pl.col("exception").is_null())
    for row in hit.iter_rows(named=True):
        way = but_for(judged, ways, row, judged.sets.places(row["to_set"])) if ways else Way()
        used = dict.fromkeys(told[entry] for entry in way.policy if entry in told)
        found.append((row["row"], "; ".join(used) or None))
    return pl.DataFrame(found, {"row": rows["row"].dtype, "before": pl.String}, orient="row")


def _document(entry: Exemption) -> str:
    return f"{entry.kind}: {entry.document}, {entry.approved_by}"
