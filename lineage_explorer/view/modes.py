"""Colour modes: what a node's colour says, with a mark or a pattern beside the colour.

A mode is one small function from `Asked` to a `Mode`, named in `MODES`. It gives each node an index
into its entries, or `NONE` where it says nothing of such a node. Unknown is an entry of its own.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from lineage_explorer.plain import plain
from lineage_explorer.view.asof import end_of_log, newest
from lineage_explorer.view.style import PATTERNS, STEPS, fit

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage

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
_LIMITS = [most for most, _, _ in _AGES]


@dataclass(frozen=True)
class Entry:
    """One line of a legend."""

    label: str
    token: str
    mark: str = ""
    pattern: str = ""


@dataclass(frozen=True)
class Line:
    """What a mode says of an edge: an entry, and words on hover.

    `sure` is False where it only may be so: it is drawn pale and without a mark. `masked` is whether
    all that flows is masked; None where that is not told. `count` is how many a line between groups
    stands for.
    """

    entry: int
    words: str
    sure: bool = True
    masked: bool | None = None
    count: int = 1


@dataclass(frozen=True)
class Mode:
    """A way to colour: entries, for each node the index of its own, and what to say on hover.

    `mix` has, for each group by its position, how many of its members have which entry; for a node
    with several, those beside its own.
    `marks` stand on nodes in place of the marks of their entries, `lines` on edges, by their
    position; `note` stands below the legend.
    """

    name: str
    title: str
    entries: list[Entry]
    values: list[int]
    words: list[str] = field(default_factory=list)
    mix: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    marks: list[str] = field(default_factory=list)
    lines: dict[int, Line] = field(default_factory=dict)
    note: str = ""

    def count(self, entry: int) -> int:
        """How many nodes have an entry, those in groups included."""
        inside = sum(n for mix in self.mix.values() for one, n in mix if one == entry)
        return self.values.count(entry) + inside


def mixed(mode: Mode, nodes: int, first: int, sizes: Sequence[int]) -> Mode:
    """A mode of nodes and then of members of groups: of the groups, from `first` on, the mixture."""
    mix = {at: more for at, more in mode.mix.items() if at < nodes}
    begin = nodes
    for at, size in enumerate(sizes, first):
        counts = Counter(mode.values[begin : begin + size])
        for member in range(begin, begin + size) if mode.mix else ():
            counts.update(entry for entry, _ in mode.mix.get(member, ()))
        begin += size
        pairs = [(entry, n) for entry, n in counts.items() if entry != NONE]
        mix[at] = sorted(pairs, key=lambda pair: (-pair[1], pair[0]))
    told = {name: getattr(mode, name)[:nodes] for name in ("values", "words", "marks")}
    return replace(mode, mix=mix, **told)


@dataclass(frozen=True)
class Asked:
    """What a mode is made for: the whole lineage, nodes of it, and the time chosen, if any.

    Nodes are those drawn, and after them the members of groups; `kinds` is dataset, job or, for
    what has no colour of its own, something else. `ends` are the two nodes of each edge, `inside`
    the group that a node is drawn in.
    """

    lin: Lineage
    ids: list[str]
    kinds: list[str]
    glyphs: list[str]
    states: list[str]
    at: datetime | None = None
    ends: Sequence[tuple[str, str]] = ()
    inside: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def told(self) -> pl.DataFrame:
        """The row of `lin.nodes` for each node; nulls for what is none of them."""
        wanted = pl.DataFrame({"node": self.ids}, schema={"node": pl.String})
        return wanted.join(self.lin.nodes, on="node", how="left", maintain_order="left")

    @cached_property
    def real(self) -> list[bool]:
        """Which of the nodes are a dataset or a job."""
        return [kind in ("dataset", "job") for kind in self.kinds]


Maker = Callable[[Asked], Mode]


def kind(asked: Asked) -> Mode:
    """Table, file, topic, model or job."""
    values = [
        plain(glyph) if real and glyph else None
        for glyph, real in zip(asked.glyphs, asked.real, strict=True)
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
        index.get(told, none) if real else NONE
        for told, real in zip(asked.states, asked.real, strict=True)
    ]
    return Mode("state", "Last run", entries, values)


def freshness(asked: Asked) -> Mode:
    """How long ago a run last completed, of those that wrote a dataset or of a job's own.

    Counted from the time chosen, or from the last event of the log. The list of entries is always
    whole, as that of `state`.
    """
    now = asked.at or end_of_log(asked.lin)
    done = newest(asked.lin, asked.at).select("node", "completed")
    told = asked.told.select("node").join(done, on="node", how="left", maintain_order="left")
    age = (pl.lit(now, dtype=pl.Datetime("us", "UTC")) - pl.col("completed")).dt.total_seconds()
    ages = told.select(age=age.clip(lower_bound=0))["age"].to_list()
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
    return categories("namespace", "Namespace", asked.told["namespace"].to_list(), whole)


def owner(asked: Asked) -> Mode:
    """Who owns it; with several owners it counts under each."""
    return _listed(asked, "owner", "Owner", "owners", "no owner told")


def tag(asked: Asked) -> Mode:
    """Its tags; with several it counts under each."""
    return _listed(asked, "tag", "Tag", "tags", "no tag")


def integration(asked: Asked) -> Mode:
    """What ran a job; datasets have none."""
    known: dict[str, str | None] = dict(
        asked.lin.frames.jobs.select("job", "integration").iter_rows()
    )
    told = [known.get(node) for node in asked.ids]
    made = categories("integration", "Integration", told, list(known.values()))
    silent = [
        kind == "job" and value is None for kind, value in zip(asked.kinds, told, strict=True)
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
    return replace(mode, entries=entries, values=values)


def used(mode: Mode) -> Mode:
    """Only the entries that some node has."""
    indexes = sorted({value for value in mode.values if value != NONE})
    place = {old: new for new, old in enumerate(indexes)}
    values = [place.get(value, NONE) for value in mode.values]
    entries = [mode.entries[old] for old in indexes]
    return replace(mode, entries=entries, values=values)


def ago(seconds: float) -> str:
    """An age in words: `3 days ago`."""
    for size, word in ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute")):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {word}{'' if count == 1 else 's'} ago"
    return "less than a minute ago"


def _step(age: float) -> int:
    return bisect_left(_LIMITS, age)


def _listed(asked: Asked, name: str, title: str, column: str, none: str) -> Mode:
    """A mode for lists: a node has the colour of the commonest of its values."""
    lists = [sorted(set(values or ())) for values in asked.told[column].to_list()]
    whole = asked.lin.nodes[column].list.unique().explode().to_list()
    made = categories(name, title, [value for values in lists for value in values], whole)
    each = iter(made.values)
    found = [sorted({next(each) for _ in values}) for values in lists]
    mode = replace(
        made,
        values=[entries[0] if entries else NONE for entries in found],
        words=[plain(", ".join(values)) if len(values) > 1 else "" for values in lists],
        mix={at: [(e, 1) for e in entries[1:]] for at, entries in enumerate(found) if entries[1:]},
    )
    silent = [real and not values for values, real in zip(lists, asked.real, strict=True)]
    return with_unknown(mode, silent, none)


def _letters(index: int) -> str:
    first, second = divmod(index, len(_LETTERS))
    return (_LETTERS[first - 1] if first else "") + _LETTERS[second]
