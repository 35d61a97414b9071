"""Colour modes: what a node's colour says, with a mark beside the colour.

A mode gives each node an index into its entries, or `NONE`. Unknown is an entry of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from lineage_explorer.plain import plain
from lineage_explorer.view.style import PATTERNS, fit

NONE = 255
CATEGORIES = 8
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_STATES = {
    "COMPLETE": ("complete", "complete", ""),
    "FAIL": ("failed", "failed", ""),
    "RUNNING": ("running", "running", ""),
    "ABORT": ("aborted", "aborted", ""),
    "UNKNOWN": ("state unknown", "unknown", "hatch"),
}
_NO_RUN = ("no run seen", "unknown", "hatch")


@dataclass(frozen=True)
class Entry:
    """One line of a legend."""

    label: str
    token: str
    mark: str = ""
    pattern: str = ""


@dataclass(frozen=True)
class Mode:
    """A way to colour: entries, and for each node the index of its own.

    `mix` has, for each group by its position, how many of its members have which entry.
    """

    name: str
    title: str
    entries: list[Entry]
    values: list[int]
    mix: dict[int, list[tuple[int, int]]] = field(default_factory=dict)

    def count(self, entry: int) -> int:
        """How many nodes have an entry, those in groups included."""
        inside = sum(n for mix in self.mix.values() for one, n in mix if one == entry)
        return self.values.count(entry) + inside


def mixed(mode: Mode, nodes: int, first: int, sizes: Sequence[int]) -> Mode:
    """A mode of nodes and then of members of groups: of the groups, from `first` on, the mixture."""
    rest = np.array(mode.values[nodes:], dtype=np.uint8)
    mix = {}
    for at, part in enumerate(np.split(rest, np.cumsum(sizes)[:-1]) if sizes else ()):
        entries, counts = np.unique(part, return_counts=True)
        pairs = [(int(e), int(n)) for e, n in zip(entries, counts, strict=True) if e != NONE]
        mix[first + at] = sorted(pairs, key=lambda pair: (-pair[1], pair[0]))
    return replace(mode, values=mode.values[:nodes], mix=mix)


def categories(name: str, title: str, values: Sequence[str | None]) -> Mode:
    """A mode for text values: the commonest first, eight colours, then the same with patterns."""
    counts = Counter(value for value in values if value is not None)
    ordered = sorted(counts, key=lambda value: (-counts[value], value))
    most = min(len(ordered), CATEGORIES * len(PATTERNS))
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
    return Mode(
        name,
        title,
        entries,
        [NONE if value is None else where.get(value, most) for value in values],
    )


def states(values: Sequence[str | None], kinds: Sequence[str]) -> Mode:
    """The state of the newest run of a job, or of the newest run that wrote a dataset."""
    entries = [Entry(label, token, "", pattern) for label, token, pattern in _STATES.values()]
    entries.append(Entry(_NO_RUN[0], _NO_RUN[1], "?", _NO_RUN[2]))
    index = {state: at for at, state in enumerate(_STATES)}
    none = len(_STATES)
    return _used(
        Mode(
            "state",
            "Last run",
            entries,
            [
                NONE if kind == "stub" else index.get(value or "", none)
                for value, kind in zip(values, kinds, strict=True)
            ],
        )
    )


def kinds(values: Sequence[str | None]) -> Mode:
    """Table, file, topic, model or job."""
    return categories("kind", "Kind", [plain(value) if value else None for value in values])


def _used(mode: Mode) -> Mode:
    """Only the entries that some node has."""
    used = sorted({value for value in mode.values if value != NONE})
    place = {old: new for new, old in enumerate(used)}
    values = [place.get(value, NONE) for value in mode.values]
    return Mode(mode.name, mode.title, [mode.entries[old] for old in used], values)


def _letters(index: int) -> str:
    first, second = divmod(index, len(_LETTERS))
    return (_LETTERS[first - 1] if first else "") + _LETTERS[second]
