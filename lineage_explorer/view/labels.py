"""What is written on a node: its name, or as much of it as tells it from the others."""

from __future__ import annotations

from collections import Counter
from typing import Any

from lineage_explorer.plain import plain
from lineage_explorer.view import style
from lineage_explorer.view.style import ends, fit, tail

LABEL_ROOM = 40
SLACK = 1.25
LITTLE = 8
"""An end of a name of so few characters says little: `…v1`, `…csv`."""


def labels(rows: list[dict[str, Any]]) -> list[str]:
    """A label for each node; cut ones are told apart where they would read alike."""
    short = [_short(row, _room(row)) for row in rows]
    alike = Counter((label, row["namespace"]) for label, row in zip(short, rows, strict=True))
    # An end like `…test` reads alike too where several names have it, whole or cut.
    names = {(row["kind"], row["namespace"], plain(row["name"][:4096])) for row in rows}
    shared = Counter((kind, space, f"…{end}") for kind, space, name in names for end in ends(name))
    return [
        fit(row["name"], _most(row), 13)
        if alike[label, row["namespace"]] > 1 or shared[row["kind"], row["namespace"], label] > 1
        else label
        for label, row in zip(short, rows, strict=True)
    ]


def _short(row: dict[str, Any], room: float) -> str:
    label = tail(row["name"], room, 13)
    # One long word, or a short end that says little, makes its card wider before it is cut.
    little = label.startswith("…") and len(label) <= LITTLE
    return tail(row["name"], _most(row), 13) if little or "…" in label[1:] else label


def _room(row: dict[str, Any]) -> float:
    return _most(row) if row["kind"] == "job" else style.CARD_MIN - LABEL_ROOM


def _most(row: dict[str, Any]) -> float:
    if row["kind"] == "job":
        return (style.JOB_MAX - LABEL_ROOM) / SLACK
    return style.CARD_MAX - LABEL_ROOM
