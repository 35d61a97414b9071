"""Numbers in words of the view."""

from __future__ import annotations

from datetime import UTC, datetime
from math import isnan


def counted(count: int, word: str) -> str:
    """A number with thin spaces, and its word in the plural where it is one."""
    return f"{count:,} {word}{'' if count == 1 else 's'}".replace(",", "\u2009")


def edge_title(kind: str, basis: str, runs: int, last_seen: float) -> str:
    """Why an edge is there, in words; the time in milliseconds since 1970, or not-a-number."""
    words = [kind.replace("_", " "), {"columns": "known by column lineage"}.get(basis, basis)]
    words.append(counted(runs, "run") if runs else "no run")
    if not isnan(last_seen):
        words.append(f"last {datetime.fromtimestamp(last_seen / 1000, UTC):%Y-%m-%d %H:%M} UTC")
    return " · ".join(words)
