"""Nodes in groups of groups, by namespace, then by the beginning of their names.

A job belongs to what it writes (else to what it reads): so edges between groups say which data
feeds which. Each group has at most `MOST` parts, each of which is a group again, or a dataset with
its few jobs. Groups are named by what their members begin with, so they stay when nodes are added.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import polars as pl

from lineage_explorer.plain import plain

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

MOST = 24
"""Parts of a group."""
ENOUGH = 8
UNIT = 3
"""A dataset with its jobs is shown node by node up to this many."""
LARGE = 10
"""A part is divided at once where it has more than one in so many of the nodes of its group."""
_TRIED = 400
_COVERED = 2 / 3
_LAST = "\U0010ffff"
# In a key: the end of the namespace, and between a dataset and a job of it.
_SPACE, _JOB = "\n", "\x01"
# In ids, after what the members begin with.
_DIGITS, _RANGE, _OTHERS = "\x03", "\x04", "\x05"
_SEPARATORS = r"\n./:\\#@ _\-=,;|()\[\]{}"
# A word with the separators after it; a word and the number after it are two.
_TOKEN = re.compile(
    rf"\x01?(?:[^{_SEPARATORS}\x01\d]+(?=[0-9])|[^{_SEPARATORS}\x01]*[{_SEPARATORS}]+|"
    rf"[^{_SEPARATORS}\x01]+)"
)


@dataclass(frozen=True)
class Part:
    """A stretch of the sorted keys, or several: what begins alike."""

    mark: str
    spans: tuple[tuple[int, int], ...]
    unit: bool = False

    @property
    def id(self) -> str:
        """The node id of the group."""
        return "group:" + self.mark.encode("unicode_escape").decode()

    @property
    def size(self) -> int:
        """How many nodes it holds."""
        return sum(high - low for low, high in self.spans)


@dataclass(frozen=True)
class Group:
    """Several nodes drawn as one."""

    id: str
    label: str
    above: str
    members: Ints


@dataclass(frozen=True)
class Grouped:
    """Some nodes, each once: alone or in a group. Numbers are positions in `lin.neighbours`."""

    alone: Ints
    groups: list[Group]


@dataclass(frozen=True, eq=False)
class Tree:
    """All nodes of a lineage in the order of their keys."""

    keys: list[str]
    order: Ints
    _parts: dict[str, list[Part]] = field(default_factory=dict)

    @property
    def root(self) -> Part:
        """The group of everything."""
        return Part("", ((0, len(self.keys)),))

    def parts(self, part: Part) -> list[Part]:
        """What a group is divided into: at most `MOST` parts, in the order of their keys."""
        if part.mark not in self._parts:
            self._parts[part.mark] = self._divided(part)
        return self._parts[part.mark]

    def label(self, part: Part) -> tuple[str, str]:
        """What its members begin with, as a person writes it: (label, what stands above)."""
        if part.mark.endswith(_OTHERS):
            return f"{len(part.spans)} others", _said(part.mark.rstrip(_OTHERS), end="*")[0]
        if _RANGE in part.mark:
            first, last = part.mark.split(_RANGE)
            (begin, above), (end, _) = _said(first, end="*"), _said(last, end="*")
            return f"{begin} … {end}", above
        if part.unit:
            return _said(part.mark, end="")
        low, high = part.spans[0]
        return _said(_trimmed(self._same(low, high), part), end="*")

    def _divided(self, part: Part) -> list[Part]:
        """The largest part is divided first, as long as there is room."""
        found = self._cut(part)
        room = True
        while room:
            room = False
            for large in sorted(found, key=lambda one: (-one.size, one.spans)):
                if large.size <= max(UNIT, part.size // LARGE) or large.unit:
                    break
                inner = self._tokens(large, MOST - len(found) + 1)
                if inner is None and 2 * large.size > part.size:
                    inner = self._letters(large)
                if inner is not None and len(found) + len(inner) <= MOST + 1:
                    at = found.index(large)
                    found[at : at + 1] = inner
                    room = True
                    break
                if len(found) >= ENOUGH:
                    break  # what is smaller stays whole, too: a level is all of a size
        return sorted(found, key=lambda one: one.spans)

    def _cut(self, part: Part) -> list[Part]:
        """At least two and at most `MOST` parts, for any part of two nodes or more."""
        if len(part.spans) > 1:
            whole = [self._part(self._same(low, high), low, high) for low, high in part.spans]
            return whole if len(whole) <= MOST else self._led(part, whole)
        words = self._tokens(part, _TRIED)
        if words is None:
            return self._letters(part)
        if len(words) <= MOST:
            return words
        largest = sorted((one.size for one in words), reverse=True)[: MOST - 1]
        few = sum(largest) < _COVERED * part.size
        return self._letters(part) if few else self._led(part, words)

    def _led(self, part: Part, parts: list[Part]) -> list[Part]:
        """The largest, and the others as one."""
        ranked = sorted(parts, key=lambda one: (-one.size, one.spans))
        rest = sorted(span for one in ranked[MOST - 1 :] for span in one.spans)
        return [*ranked[: MOST - 1], Part(part.mark + _OTHERS, tuple(rest))]

    def _tokens(self, part: Part, most: int) -> list[Part] | None:
        """By the next word after what all begin with; None where that makes more than `most`."""
        if len(part.spans) > 1:
            return None
        low, high = part.spans[0]
        same = len(self._same(low, high))
        found: list[Part] = []
        while low < high:
            if len(found) == most:
                return None
            one = self._span_at(low, high, same)
            found.append(one)
            low = one.spans[0][1]
        return found

    def _same(self, low: int, high: int) -> str:
        """What a stretch of keys begins with."""
        first, last = self.keys[low], self.keys[high - 1]
        most = min(len(first), len(last))
        return first[: next((at for at in range(most) if first[at] != last[at]), most)]

    def _span_at(self, low: int, high: int, same: int) -> Part:
        """The keys from `low` on that have the same next word."""
        key = self.keys[low]
        if len(key) == same:
            return Part(key, ((low, low + 1),), unit=_JOB not in key)
        token = _TOKEN.match(key, same)
        begin = key[: token.end()] if token else key
        after = key[len(begin) : len(begin) + 1]
        if after.isascii() and after.isdigit():
            mark, end = begin + _DIGITS, begin + ":"
        elif len(begin) == len(key) or after == _JOB:
            mark, end = begin, begin + "\x02"
        else:
            mark, end = begin, begin + _LAST
        return self._part(mark, low, max(bisect_left(self.keys, end, low, high), low + 1))

    def _part(self, mark: str, low: int, high: int) -> Part:
        """A stretch; one dataset with its jobs is named by the dataset."""
        first, last = self.keys[low], self.keys[high - 1]
        if _JOB not in first and (high - low == 1 or last.startswith(first + _JOB)):
            return Part(first, ((low, high),), unit=True)
        return Part(mark, ((low, high),))

    def _letters(self, part: Part) -> list[Part]:
        """By the next letter; where there are too many letters, by stretches of them."""
        (low, high), keys = part.spans[0], self.keys
        same = len(self._same(low, high))
        found: list[Part] = []
        while low < high:
            begin = keys[low][: same + 1]
            exact = len(keys[low]) == same
            stop = low + 1 if exact else max(bisect_left(keys, begin + _LAST, low, high), low + 1)
            found.append(self._part(begin, low, stop))
            low = stop
        return found if len(found) <= MOST else _stretches(found, part.size / MOST)


def _stretches(parts: list[Part], least: float) -> list[Part]:
    """Neighbouring parts together until each is of some size."""
    found: list[list[Part]] = [[]]
    size = 0
    for one in parts:
        if size >= least:
            found.append([])
            size = 0
        found[-1].append(one)
        size += one.size
    return [
        some[0]
        if len(some) == 1
        else Part(
            some[0].mark + _RANGE + some[-1].mark, ((some[0].spans[0][0], some[-1].spans[0][1]),)
        )
        for some in found
    ]


def _trimmed(begin: str, part: Part) -> str:
    """Back to the end of a word, but not before what the part is named by."""
    mark = part.mark.rstrip(_DIGITS)
    ends = [match.end() for match in _TOKEN.finditer(begin)]
    whole = [end for end in ends if end < len(begin) or re.match(f"[{_SEPARATORS}]", begin[-1:])]
    return max([mark, *(begin[:end] for end in whole)], key=len)


def _said(begin: str, end: str) -> tuple[str, str]:
    """A key, or the beginning of keys, as label and what stands above it."""
    begin = begin.rstrip(_DIGITS)
    of, made, job = begin.partition(_JOB)
    if made:
        space, named, name = job.partition(_SPACE)
        dataset = of.partition(_SPACE)[2]
        return plain(name + end if named and name else space + end), plain(f"jobs of {dataset}")
    space, named, name = begin.partition(_SPACE)
    if not named:
        return plain(space + end), ""
    return (plain(name + end), plain(space)) if name else (plain(space), "")


def tree(lin: Lineage) -> Tree:
    """The tree of a lineage: nodes in the order of namespace and name."""
    around = lin.neighbours
    # The separators of keys are ours alone.
    safe = (pl.col(part).str.replace_all(r"[\x00-\x1f]", " ") for part in ("namespace", "name"))
    names = lin.nodes.select(key=pl.concat_str(safe, separator=_SPACE))["key"]
    count = lin.frames.datasets.height
    datasets = names.head(count)
    rank = np.empty(count, dtype=np.int64)
    rank[datasets.arg_sort().to_numpy()] = np.arange(count)
    home = np.full(len(names), -1, dtype=np.int64)
    for start, ends in ((around.in_start, around.in_from), (around.out_start, around.out_to)):
        _middle(home, start, ends, rank, count)
    keys = (
        pl.DataFrame({"name": names, "home": home})
        .with_row_index("at")
        .with_columns(of=datasets.gather(pl.Series(home).replace(-1, None)))
        .select("at", key=pl.concat_str("of", "name", separator=_JOB, ignore_nulls=True))
        .sort("key", "at")
    )
    return tree_of(keys["key"].to_list(), keys["at"].to_numpy().astype(np.int64))


def tree_of(keys: Sequence[str], order: Ints) -> Tree:
    """The tree of sorted keys; the same again gets a number, as if it were a job of the first."""
    apart = [
        f"{key}{_JOB}{_JOB}{at:09}" if at and key == keys[at - 1] else key
        for at, key in enumerate(keys)
    ]
    return Tree(apart, order)


def _middle(home: Ints, start: Ints, ends: Ints, rank: Ints, count: int) -> None:
    """Give each job the middle one of its datasets: where most of them begin alike, one of those."""
    owner = np.repeat(np.arange(len(home)), np.diff(start))
    kept = (owner >= count) & (ends < count)
    owner, dataset = owner[kept], ends[kept]
    order = np.lexsort((rank[dataset], owner))
    owner, dataset = owner[order], dataset[order]
    jobs, first, several = np.unique(owner, return_index=True, return_counts=True)
    home[jobs] = dataset[first + (several - 1) // 2]


def grouped(tree: Tree, members: Ints | None = None, opened: Collection[str] = ()) -> Grouped:
    """These nodes (all without `members`) as few groups; those in `opened` give way to their parts.

    Where all nodes are in one group, its parts are taken.
    """
    inside = np.zeros(len(tree.keys), dtype=np.bool_)
    if members is None:
        inside[:] = True
    else:
        chosen = np.zeros(len(tree.keys), dtype=np.bool_)
        chosen[members] = True
        inside = chosen[tree.order]
    before = np.concatenate(([0], np.cumsum(inside)))
    alone: list[int] = []
    groups: list[Group] = []

    def count(part: Part) -> int:
        return sum(int(before[high] - before[low]) for low, high in part.spans)

    def of(part: Part) -> Ints:
        at = np.concatenate([np.arange(low, high) for low, high in part.spans])
        return np.sort(tree.order[at[inside[at]]])

    def open_up(part: Part) -> None:
        parts = [(one, count(one)) for one in tree.parts(part)] if part.size > 1 else [(part, 1)]
        there = [(one, size) for one, size in parts if size]
        for one, size in there:
            if size <= UNIT:
                alone.extend(of(one).tolist())
            elif len(there) == 1 or one.id in opened:
                open_up(one)
            else:
                label, above = tree.label(one)
                groups.append(Group(one.id, label, above, of(one)))

    if before[-1]:
        open_up(tree.root)
    return Grouped(np.array(sorted(alone), dtype=np.int64), groups)


def walk(tree: Tree) -> Iterator[tuple[Part, Sequence[Part]]]:
    """Every group with its parts, from the root on."""
    waiting = [tree.root] if tree.keys else []
    while waiting:
        part = waiting.pop()
        if part.size > 1:
            parts = tree.parts(part)
            yield part, parts
            waiting.extend(parts)
