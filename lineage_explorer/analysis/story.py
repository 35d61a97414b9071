"""What is told beside a picture of two sides: what changed, where they part or why, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from lineage_explorer.analysis.compare_sides import Side
from lineage_explorer.analysis.diff_words import bare, tally
from lineage_explorer.analysis.divergence import Flow
from lineage_explorer.analysis.union import SIDES, first_event, states, union, written

if TYPE_CHECKING:
    from lineage_explorer.analysis.diff import RunDiff
    from lineage_explorer.lineage import Lineage

CONTEXT = 6
"""Neighbours up to which a changed node that stands alone is drawn with them."""
FIELD_MARKS = {
    "field-added": "+", "field-dropped": "\N{MINUS SIGN}", "field-retyped": "Δ",
    "field-renamed": "Δ",
}  # fmt: skip


@dataclass(frozen=True)
class Field:
    """A field that changed: a mark, and in words what it was."""

    mark: str
    was: str | None
    now: str | None
    renamed: bool


@dataclass(frozen=True, eq=False)
class Story:
    """A diff and how it is told.

    Attributes:
        diff: what differs.
        title: a question or a few words.
        words: sentences, the answer first.
        marks: nodes with a number: where the sides part, or causes by their rank.
        marked: what these numbers mean.
        reasons: of some of these nodes, why.
        aside: what looks bad and is not it: node, change, why.
    """

    diff: RunDiff
    title: str
    words: tuple[str, ...]
    marks: dict[str, int]
    marked: str
    reasons: dict[str, str]
    aside: tuple[tuple[str, str, str], ...] = ()

    @cached_property
    def status(self) -> dict[str, str]:
        """Node to before, after, changed or same."""
        return dict(self.diff.nodes.select("node", "status").iter_rows())

    @cached_property
    def lines(self) -> dict[tuple[str, str], str]:
        """Of edges that only one side has, which: before or after."""
        one = self.diff.edges.filter(pl.col("status").is_in(SIDES))
        return {(source, target): side for source, target, side in one.iter_rows()}

    @cached_property
    def fields(self) -> dict[tuple[str, str], Field]:
        """The fields that changed, by dataset and newer name."""
        told = self.diff.changes.filter(pl.col("change").is_in(list(FIELD_MARKS)))
        rows = told.select("node", "field", "change", "before", "after").iter_rows()
        return {
            (node, field): Field(FIELD_MARKS[change], before, after, change == "field-renamed")
            for node, field, change, before, after in rows
        }

    @cached_property
    def code(self) -> dict[tuple[str, str], tuple[str | None, str | None]]:
        """Of jobs whose SQL or source changed, the texts on both sides as they were written."""
        told: dict[tuple[str, str], list[str | None]] = {}
        for at, (side, one) in enumerate(zip(SIDES, self.diff.sides, strict=True)):
            twins = self.diff.renamed if side == "before" else {}
            for node, change, text in written(one):
                told.setdefault((twins.get(node, node), change), [None, None])[at] = text
        return {key: (before, after) for key, (before, after) in told.items()}

    def events_of(self, node: str) -> list[int]:
        """The events behind the changes of a node, by their row ids in `lineage`."""
        rows = self.diff.changes.filter(pl.col("node") == node)
        moved = first_event(self.diff)
        before = [event + moved for event in rows["event_before"].drop_nulls()]
        return sorted({*before, *rows["event_after"].drop_nulls()})

    @cached_property
    def states(self) -> dict[str, dict[str, str]]:
        """Side to the state of each node on it."""
        return {side: states(self.diff, side) for side in SIDES}

    @cached_property
    def about(self) -> tuple[str, str]:
        """Both sides, as short as can be."""
        one, other = (_short(side) for side in self.diff.sides)
        focus = self.diff.sides[1].focus
        return one, f"{other} ({self._name(focus)})" if focus else other

    def _name(self, job: str) -> str:
        names = self.diff.lineages[1].jobs.filter(pl.col("job") == job)["name"]
        return str(names[0]) if len(names) else bare(job)

    @cached_property
    def changed(self) -> list[str]:
        """The nodes that changed, and what lies between them and up to the run asked for.

        One that nothing connects comes with its neighbours, if these are few.
        """
        nodes = self.diff.nodes
        flow = Flow(nodes["node"], self.diff.edges)
        differs = np.array([status != "same" for status in nodes["status"]], dtype=np.bool_)
        differs[[flow.at[node] for node in self.marks if node in flow.at]] = True
        starts = np.flatnonzero(differs).tolist()
        focus = self.diff.sides[1].focus
        ends = [*starts, *([flow.at[focus]] if focus in flow.at else [])]
        between = flow.reached(starts) & flow.reached(ends, back=True)
        kept = differs | between
        shown = kept.copy()
        for at in np.flatnonzero(kept):
            near = flow.beside(int(at))
            if not kept[near].any() and len(near) <= CONTEXT:
                shown[near] = True
        return [flow.ids[at] for at in np.flatnonzero(shown)]

    @cached_property
    def lineage(self) -> Lineage:
        """Both sides as one lineage, which shows what is told here when it is explored."""
        return union(self.diff).telling(self)


def story_of(diff: RunDiff) -> Story:
    """A diff by itself: numbered is where the sides part."""
    parts = diff.divergence.select("node", "rank").iter_rows()
    words = f"{tally(diff)[:1].upper()}{tally(diff)[1:]}."
    return Story(diff, "What changed", (words,), dict(parts), "where they part", {})


def _short(side: Side) -> str:
    """A side in a few words: a run by when it began, a window of a day as that day."""
    if side.focus:
        at = side.runs.filter(pl.col("job") == side.focus)["at"]
        began = side.past.runs["start"].gather(at)[0] if len(at) else None
        return f"run of {began:%Y-%m-%d %H:%M}" if began else side.called
    if side.until and side.length == timedelta(days=1) and side.until.time() == time():
        return f"{side.until - side.length:%Y-%m-%d}"
    return side.called
