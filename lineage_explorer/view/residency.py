"""Colour by where data lives: what was judged of a node, and the places it is in."""

from __future__ import annotations

from collections.abc import Mapping

from lineage_explorer.residency.report import ResidencyReport, places_of
from lineage_explorer.view.modes import NONE, Asked, Entry, Maker, Mode, categories, with_unknown

_VERDICTS = {
    "outside": Entry("outside", "failed", "!"),
    "by exception": Entry("by exception", "cat1", "E", "dots"),
    "within": Entry("within", "complete", "✓"),
    "undecided": Entry("undecided", "unknown", "?", "hatch"),
}


def residency_modes(report: ResidencyReport) -> list[Maker]:
    """Two modes: `residency` (the verdict) and `place` (the codes of the places).

    What is undecided is hatched and has an entry of its own, as what has no known place has.
    """
    rows = places_of(report).iter_rows(named=True)
    told = {row["node"]: (row["label"], row["verdict"]) for row in rows}
    return [_verdicts(told), _places(told)]


def _verdicts(told: Mapping[str, tuple[str, str]]) -> Maker:
    def residency(asked: Asked) -> Mode:
        names = list(_VERDICTS)
        rows = [told.get(node, ("", "not applicable")) for node in asked.ids]
        values = [names.index(verdict) if verdict in names else NONE for _, verdict in rows]
        words = [_words(label, verdict) for label, verdict in rows]
        return Mode("residency", "Residency", list(_VERDICTS.values()), values, words)

    return residency


def _places(told: Mapping[str, tuple[str, str]]) -> Maker:
    whole = [label for label, _ in told.values() if _known(label)]

    def place(asked: Asked) -> Mode:
        labels = [told.get(node, ("", ""))[0] for node in asked.ids]
        made = categories("place", "Place", [one if _known(one) else None for one in labels], whole)
        silent = [real and not _known(one) for one, real in zip(labels, asked.real, strict=True)]
        return with_unknown(made, silent, "place unknown")

    return place


def _known(label: str) -> bool:
    return bool(label) and "?" not in label and "!" not in label


def _words(label: str, verdict: str) -> str:
    return f"{label}: {verdict}" if label else verdict
