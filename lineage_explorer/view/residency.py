"""Colour by where data lives: what was judged of a node, the places it is in, what crosses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from weakref import WeakKeyDictionary

import polars as pl

from lineage_explorer.residency.report import ResidencyReport, places_of
from lineage_explorer.view.crossings import Ways, lines_of, ways_of
from lineage_explorer.view.modes import (
    NONE,
    Asked,
    Entry,
    Line,
    Maker,
    Mode,
    categories,
    with_unknown,
)

_VERDICTS = {
    "outside": Entry("outside", "failed", "!"),
    "by exception": Entry("by exception", "cat1", "E", "dots"),
    "within": Entry("within", "complete", "✓"),
    "undecided": Entry("undecided", "unknown", "?", "hatch"),
}
Told = Mapping[str, tuple[str, str, int]]
_made: WeakKeyDictionary[ResidencyReport, list[Maker]] = WeakKeyDictionary()
"""Of each report that is in use: a view is coloured by it again and again."""


def residency_modes(report: ResidencyReport) -> list[Maker]:
    """Two modes: `residency` (the verdict) and `place` (the codes of the places).

    What is undecided is hatched and has an entry of its own, as what has no known place has. On
    every node stand the codes of its places and how much of it is outside.
    """
    if report not in _made:
        _made[report] = _modes(report)
    return _made[report]


def _modes(report: ResidencyReport) -> list[Maker]:
    findings = _outside(report)
    told = {
        node: (label, verdict, findings[node])
        for node, label, verdict in places_of(report).iter_rows()
    }
    ways = ways_of(report)
    return [_verdicts(told, ways), _places(told)]


def _outside(report: ResidencyReport) -> Counter[str]:
    """Of each node how much is outside: what is stored, what is read, what crosses."""
    judged = report.judged
    parts = (
        judged.storage.select("verdict", node="dataset", what="role"),
        judged.processing.select("verdict", node="job", what="dataset"),
        judged.crossings.select("verdict", node="target", what="source"),
    )
    rows = [part.filter(pl.col("verdict") == "outside").unique()["node"] for part in parts]
    return Counter(pl.concat(rows).drop_nulls())


def _verdicts(told: Told, ways: Ways) -> Maker:
    def residency(asked: Asked) -> Mode:
        names = list(_VERDICTS)
        rows = [told.get(node, ("", "not applicable", 0)) for node in asked.ids]
        values = [names.index(verdict) if verdict in names else NONE for _, verdict, _ in rows]
        lines = lines_of(ways, asked, names)
        return Mode(
            "residency", "Residency", list(_VERDICTS.values()), values,
            [_words(*row) for row in rows], marks=[_mark(*row) for row in rows], lines=lines,
            note=_note(lines),
        )  # fmt: skip

    return residency


def _places(told: Told) -> Maker:
    whole = [label for label, *_ in told.values() if _known(label)]

    def place(asked: Asked) -> Mode:
        labels = [told.get(node, ("", "", 0))[0] for node in asked.ids]
        made = categories("place", "Place", [one if _known(one) else None for one in labels], whole)
        silent = [real and not _known(one) for one, real in zip(labels, asked.real, strict=True)]
        made = with_unknown(made, silent, "place unknown")
        real = zip(labels, asked.real, strict=True)
        return replace(made, marks=[(label or "?") if there else "" for label, there in real])

    return place


def _known(label: str) -> bool:
    return bool(label) and "?" not in label and "≠" not in label


def _mark(label: str, verdict: str, findings: int) -> str:
    """Beside the name: where it is, and what was judged."""
    mark = _VERDICTS[verdict].mark if verdict in _VERDICTS else ""
    count = str(findings) if verdict == "outside" and findings > 1 else ""
    return " ".join(dict.fromkeys(filter(None, [label, mark + count])))


def _words(label: str, verdict: str, findings: int) -> str:
    said = f"{verdict}, {findings} times" if findings > 1 else verdict
    return f"{label}: {said}" if label else said


def _note(lines: Mapping[int, Line]) -> str:
    """The lines of the picture, counted."""
    names = list(_VERDICTS)
    sure = Counter(names[line.entry] for line in lines.values() if line.sure)
    parts = [f"{count} {verdict}" for verdict in names if (count := sure[verdict])]
    possible = sum(not line.sure for line in lines.values())
    parts += [f"{possible} possible, a place is not known"] if possible else []
    return f"Crossings: {', '.join(parts)}" if parts else ""
