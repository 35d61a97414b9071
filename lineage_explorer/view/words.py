"""Numbers in words of the view."""

from __future__ import annotations

from datetime import datetime


def counted(count: int, word: str) -> str:
    """A number with thin spaces, and its word in the plural where it is one."""
    return f"{count:,} {word}{'' if count == 1 else 's'}".replace(",", "\u2009")


def edge_title(kind: str, basis: str, runs: int, last_seen: datetime | None) -> str:
    """Why an edge is there, in words."""
    words = [kind.replace("_", " "), {"columns": "known by column lineage"}.get(basis, basis)]
    words.append(counted(runs, "run") if runs else "no run")
    if last_seen is not None:
        words.append(f"last {last_seen:%Y-%m-%d %H:%M} UTC")
    return " · ".join(words)
