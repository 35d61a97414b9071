"""Colour modes: what a node's colour says, with a mark or a pattern beside the colour.

A mode is one small function from `Asked` to a `Mode`, named in `MODES`. It gives each node an index
into its entries, or `NONE` where it says nothing of such a node. Unknown is an entry of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

import polars as pl

from lineage_explorer.plain import plain
from lineage_explorer.view.asof import end_of_log, newest
from lineage_explorer.view.style import PATTERNS, STEPS, fit

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage
    from lineage_explorer.view.placing import Node

NONE = 255
CATEGORIES = 8
MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_STATES = {
    "COMPLETE": ("complete", "complete", "✓", ""),
    "FAIL": ("failed", "failed", "✕", ""),
    "RUNNING": ("running", "running", "○", ""),
    "ABORT": ("aborted", "aborted", "\N{EN DASH}", ""),
    "UNKNOWN": ("state unknown", "unknown", "?", "hatch"),
}
_NO_RUN = ("no run seen", "unknown", "?", "hatch")
_AGES = (
    (HOUR, "in the last hour", "1h"),
    (DAY, "in the last day", "1d"),
    (7 * DAY, "in the last week", "1w"),
    (30 * DAY, "in the last 30 days", "30d"),
    (float("inf"), "longer ago", ">30d"),
)


@dataclass(frozen=True)
class Entry:
    """One line of a legend."""

    label: str
    token: str
    mark: str = ""
    pattern: str = ""


@dataclass(frozen=True)
class Mode:
    """A way to colour: entries, for each node the index of its own, and what to say on hover."""

    name: str
    title: str
    entries: list[Entry]
    values: list[int]
    words: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Asked:
    """What a mode is made for: the whole lineage, the nodes drawn, and the time chosen, if any."""

    lin: Lineage
    nodes: list[Node]
    at: datetime | None = None

    def texts(self, column: str) -> list[str | None]:
        """A text of `lin.nodes` for each node drawn; null for what is none of them."""
        known = dict(self.lin.nodes.select("node", column).iter_rows())
        return [known.get(node.id) for node in self.nodes]

    def lists(self, column: str) -> list[list[str]]:
        """A list of `lin.nodes` for each node drawn."""
        known = dict(self.lin.nodes.select("node", column).iter_rows())
        return [known.get(node.id) or [] for node in self.nodes]

    @property
    def real(self) -> list[bool]:
        """Which of the nodes are a dataset or a job."""
        return [node.kind in ("dataset", "job") for node in self.nodes]


Maker = Callable[[Asked], Mode]


def kind(asked: Asked) -> Mode:
    """Table, file, topic, model or job."""
    values = [
        plain(node.glyph) if real and node.glyph else None
        for node, real in zip(asked.nodes, asked.real, strict=True)
    ]
    return categories("kind", "Kind", values)


def state(asked: Asked) -> Mode:
    """The state of the newest run of a job, or of the newest run that wrote a dataset.

    The browser gives the nodes other entries of the same list as of a time: it is always whole.
    """
    entries = [Entry(*told) for told in (*_STATES.values(), _NO_RUN)]
    index = {state: at for at, state in enumerate(_STATES)}
    none = len(_STATES)
    values = [
        index.get(node.state, none) if real else NONE
        for node, real in zip(asked.nodes, asked.real, strict=True)
    ]
    return Mode("state", "Last run", entries, values)


def freshness(asked: Asked) -> Mode:
    """How long ago a run last completed, of those that wrote a dataset or of a job's own.

    Counted from the time chosen, or from the last event of the log. The list of entries is always
    whole, as that of `state`.
    """
    now = asked.at or end_of_log(asked.lin)
    done = dict(newest(asked.lin, asked.at).select("node", "completed").iter_rows())
    ages = [_age(done.get(node.id), now) for node in asked.nodes]
    entries = [
        Entry(label, step, mark)
        for (_, label, mark), step in zip(_AGES, reversed(STEPS), strict=True)
    ]
    entries.append(Entry("no completed run seen", "unknown", "?", "hatch"))
    values = [
        NONE if not real else len(_AGES) if age is None else _step(age)
        for age, real in zip(ages, asked.real, strict=True)
    ]
    words = ["" if age is None else f"completed {ago(age)}" for age in ages]
    return Mode("freshness", "Last completed", entries, values, words)


def namespace(asked: Asked) -> Mode:
    """The namespace a node's name is in."""
    whole = asked.lin.nodes["namespace"].to_list()
    return categories("namespace", "Namespace", asked.texts("namespace"), whole)


def owner(asked: Asked) -> Mode:
    """Who owns it; several owners together are one entry."""
    return _listed(asked, "owner", "Owner", "owners", "no owner told")


def tag(asked: Asked) -> Mode:
    """Its tags; several together are one entry."""
    return _listed(asked, "tag", "Tag", "tags", "no tag")


def integration(asked: Asked) -> Mode:
    """What ran a job; datasets have none."""
    known = dict(asked.lin.frames.jobs.select("job", "integration").iter_rows())
    told = [known.get(node.id) for node in asked.nodes]
    made = categories("integration", "Integration", told, list(known.values()))
    silent = [
        node.kind == "job" and value is None for node, value in zip(asked.nodes, told, strict=True)
    ]
    return with_unknown(made, silent, "not told")


MODES: dict[str, Maker] = {
    "kind": kind,
    "state": state,
    "freshness": freshness,
    "namespace": namespace,
    "owner": owner,
    "tag": tag,
    "integration": integration,
}


def categories(
    name: str,
    title: str,
    values: Sequence[str | None],
    whole: Sequence[str | None] | None = None,
) -> Mode:
    """A mode for text values: the commonest first, eight colours, then the same with patterns.

    Args:
        name: of the mode.
        title: of its legend.
        values: one a node.
        whole: all values there are, drawn or not: a value keeps its colour from picture to picture
            as long as there is a colour for each.
    """
    most = CATEGORIES * len(PATTERNS)
    here = Counter(value for value in values if value is not None)
    counts = Counter(value for value in whole or () if value is not None) + here
    if len(counts) > most:
        counts = here
    ordered = sorted(counts, key=lambda value: (-counts[value], value))
    most = min(len(ordered), most)
    entries = [
        Entry(
            fit(value, 150, 12) or "(empty)",
            f"cat{index % CATEGORIES}",
            _letters(index),
            PATTERNS[index // CATEGORIES],
        )
        for index, value in enumerate(ordered[:most])
    ]
    where = {value: index for index, value in enumerate(ordered[:most])}
    if len(ordered) > most:
        entries.append(Entry(f"{len(ordered) - most} others", "unknown", "…", "hatch"))
    picked = [NONE if value is None else where.get(value, most) for value in values]
    return used(Mode(name, title, entries, picked))


def with_unknown(mode: Mode, silent: Sequence[bool], label: str) -> Mode:
    """The mode with an entry of its own for nodes of which nothing is told."""
    if not any(silent):
        return mode
    entries = [*mode.entries, Entry(label, "unknown", "?", "hatch")]
    last = len(mode.entries)
    values = [last if s else value for s, value in zip(silent, mode.values, strict=True)]
    return Mode(mode.name, mode.title, entries, values, mode.words)


def used(mode: Mode) -> Mode:
    """Only the entries that some node has."""
    indexes = sorted({value for value in mode.values if value != NONE})
    place = {old: new for new, old in enumerate(indexes)}
    values = [place.get(value, NONE) for value in mode.values]
    entries = [mode.entries[old] for old in indexes]
    return Mode(mode.name, mode.title, entries, values, mode.words)


def ago(seconds: float) -> str:
    """An age in words: `3 days ago`."""
    for size, word in ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute")):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {word}{'' if count == 1 else 's'} ago"
    return "less than a minute ago"


def _age(done: datetime | None, now: datetime | None) -> float | None:
    return None if done is None or now is None else max(0.0, (now - done).total_seconds())


def _step(age: float) -> int:
    return next(at for at, (most, _, _) in enumerate(_AGES) if age <= most)


def _listed(asked: Asked, name: str, title: str, column: str, none: str) -> Mode:
    joined = [", ".join(sorted(told)) or None for told in asked.lists(column)]
    told = pl.col(column).list.sort().list.join(", ")
    whole = asked.lin.nodes.filter(pl.col(column).list.len() > 0).select(told)[column].to_list()
    made = categories(name, title, joined, whole)
    silent = [real and not one for one, real in zip(joined, asked.real, strict=True)]
    return with_unknown(made, silent, none)


def _letters(index: int) -> str:
    first, second = divmod(index, len(_LETTERS))
    return (_LETTERS[first - 1] if first else "") + _LETTERS[second]
