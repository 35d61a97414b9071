"""How the schema of a dataset changed: what each version added, dropped and retyped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from lineage_explorer.plain import plain

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage

MOST = 60


def schema_history(lin: Lineage, dataset: str) -> list[dict[str, Any]]:
    """A block of the panel, the newest version first; nothing where there was only one."""
    times = lin.events.select("event", "time", "file", "line")
    versions = (
        lin.schemas.filter(pl.col("dataset") == dataset)
        .sort("first_event")
        .join(times, left_on="first_event", right_on="event", how="left", maintain_order="left")
    )
    if versions.height < 2:
        return []
    items: list[dict[str, Any]] = []
    before: dict[str, str | None] | None = None
    for row in versions.iter_rows(named=True):
        now = {field["field"]: field["type"] for field in row["fields"]}
        items.append(
            {
                "time": row["time"].timestamp() * 1000 if row["time"] else None,
                "where": plain(f"{row['file']} : {row['line']}"),
                "runs": row["runs"],
                "fields": len(now),
                "changes": [] if before is None else changes(before, now),
                "first": before is None,
            }
        )
        before = now
    newest = items[::-1][:MOST]
    left = len(items) - len(newest)
    note = f"newest {MOST} of {len(items)} versions" if left else ""
    return [{"type": "history", "items": newest, "note": note}]


def changes(before: dict[str, str | None], after: dict[str, str | None]) -> list[list[str]]:
    """What is new, gone or of another type: a sign (+, -, Δ), the field, words.

    >>> changes({"a": "int", "b": "text"}, {"a": "bigint", "c": None})
    [['Δ', 'a', 'int → bigint'], ['+', 'c', ''], ['-', 'b', 'text']]
    """
    told = [
        ["Δ", plain(name), f"{plain(before[name] or '?')} → {plain(kind or '?')}"]
        for name, kind in after.items()
        if name in before and before[name] != kind
    ]
    told += [["+", plain(n), plain(kind or "")] for n, kind in after.items() if n not in before]
    told += [["-", plain(n), plain(kind or "")] for n, kind in before.items() if n not in after]
    return told
