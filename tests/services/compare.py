"""What two readings of the same lineage say, without where it stood."""

from __future__ import annotations

import json
from collections import Counter

import lineage_explorer as lx

PLACES = {"event", "first_event", "last_event", "file", "line", "offset", "length"}
FRAMES = (
    "nodes",
    "edges",
    "flows",
    "column_edges",
    "events",
    "runs",
    "jobs",
    "datasets",
    "io",
    "fields",
    "schemas",
    "quality",
    "facets",
)


def content(lin: lx.Lineage, frame: str) -> Counter[str]:
    """The rows of a frame in no order; JSON as what it means, positions left out."""
    found = getattr(lin, frame)
    kept = found.select(name for name in found.columns if name not in PLACES)
    return Counter(_told(row) for row in kept.iter_rows(named=True))


def _told(row: dict[str, object]) -> str:
    text = row.get("json")
    if isinstance(text, bytes):
        row = {**row, "json": json.loads(text)}
    return json.dumps(row, sort_keys=True, default=str)
