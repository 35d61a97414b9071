"""What a search box may mean: nodes, columns, tags, owners, runs, and how a selection goes on.

A suggestion is a list of texts: id, label, what stands beside it, kind, and what the box becomes if
it is taken (empty: go to the node or run itself).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

from lineage_explorer.errors import AmbiguousName, NodeNotFound
from lineage_explorer.graph.select import STATES
from lineage_explorer.graph.selection import ATTRIBUTES
from lineage_explorer.plain import cut_middle, plain
from lineage_explorer.view.search import suggest as nodes_like

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage

Suggestions = list[list[str]]

MOST, FEW = 20, 4
LONGEST = 2000
_LAST = re.compile(r'("(?:[^"]|"")*|[^\s()"]*)\Z')
_HOPS = re.compile(r"[0-9]*\+")
_WORDS = ("and", "or", "not", "roots", "sinks")
_PLAIN = re.compile(r'[^\s()"+*?\[]+\Z')
_LISTS = {"owner": "owners", "tag": "tags"}


def suggest(lin: Lineage, typed: str) -> Suggestions:
    """Up to twenty suggestions for what was typed so far, best first."""
    typed = typed[:LONGEST]
    last = _LAST.search(typed)
    word = last[0] if last else ""
    before = typed[: len(typed) - len(word)]
    hops = _HOPS.match(word)
    begin = hops[0] if hops else ""
    word = word[len(begin) :]
    key, colon, value = word.partition(":")
    if colon and key in ATTRIBUTES and not value.startswith("//"):
        return _values(lin, before + begin, key, value.strip('"'))
    if not before.strip() and not begin:
        return _anything(lin, word)[:MOST]
    return _going_on(lin, before, begin, word.strip('"'))[:MOST]


def _anything(lin: Lineage, word: str) -> Suggestions:
    """One word on its own: whatever has it in its name."""
    if not word.strip():
        return []
    nodes = [[*item, ""] for item in nodes_like(lin, word)]
    others = [
        *_columns(lin, word.lower()),
        *_values(lin, "", "owner", word, FEW),
        *_values(lin, "", "tag", word, FEW),
        *_runs(lin, word.lower()),
        *_attributes("", word),
    ]
    return [*nodes[: MOST - min(len(others), MOST // 2)], *others]


def _going_on(lin: Lineage, before: str, begin: str, word: str) -> Suggestions:
    """A word within a selection: names, attributes, and what may join two of them."""
    if not word and not begin:
        opened = not before.strip() or before.rstrip().endswith("(") or _joined(before)
        return [] if opened else [_word(before, joint) for joint in ("and ", "or ", "and not ")]
    nodes = [
        [*item, f"{before}{begin}{called(lin, item[0])}"]
        for item in (nodes_like(lin, word) if word else [])
    ]
    joints = [_word(before, f"{w} ") for w in _WORDS[:3] if w.startswith(word.lower()) and word]
    return [*joints, *nodes, *_attributes(before + begin, word)]


def _joined(before: str) -> bool:
    return before.rsplit(maxsplit=1)[-1].lower() in _WORDS if before.split() else False


def _word(before: str, word: str) -> list[str]:
    return ["", word.strip(), "", "word", before + word]


def _attributes(before: str, word: str) -> Suggestions:
    found = [name for name in ATTRIBUTES if word and name.startswith(word.lower())]
    return [["", f"{name}:", "attribute", "word", f"{before}{name}:"] for name in found]


def called(lin: Lineage, node: str) -> str:
    """The shortest name that means a node in a selection, in quotes where it needs them."""
    row = lin.nodes.row(by_predicate=pl.col("node") == node, named=True)
    parts = re.split(r"[./:]", row["name"])
    for count in range(1, len(parts) + 1):
        name = row["name"][-len(_tail(row["name"], count)) :]
        try:
            if lin.find(name) == node:
                return _quoted(name)
        except (NodeNotFound, AmbiguousName):
            continue
    return _quoted(node)


def _tail(name: str, count: int) -> str:
    """The last parts of a name, with what stands between them."""
    ends = [match.end() for match in re.finditer(r"[./:]", name)]
    return name[ends[-count] :] if count <= len(ends) else name


def _quoted(text: str) -> str:
    if _PLAIN.match(text) and text.lower() not in _WORDS:
        return text
    return '"' + text.replace('"', '""') + '"'


def _values(lin: Lineage, before: str, key: str, value: str, most: int = MOST) -> Suggestions:
    """Values of an attribute that hold the text, the commonest first."""
    told = _told(lin, key).drop_nulls()
    wanted = told.str.to_lowercase().str.contains(value.lower(), literal=True)
    counts = told.filter(wanted).value_counts().sort("count", told.name, descending=[True, False])
    return [
        ["", cut_middle(plain(text), 60), f"{count:,} nodes", key, f"{before}{key}:{_quoted(text)}"]
        for text, count in counts.head(most).iter_rows()
    ]


def _told(lin: Lineage, key: str) -> pl.Series:
    if key in _LISTS:
        return lin.nodes[_LISTS[key]].explode(empty_as_null=False)
    match key:
        case "state":
            return pl.Series(key, [s for s in lin.nodes["last_state"] if s in STATES], pl.String)
        case "integration":
            return lin.frames.jobs[key]
        case "field":
            return lin.frames.fields[key]
        case "kind" | "name" | "namespace":
            return lin.nodes[key]
        case _:
            return pl.Series(key, [], pl.String)


def _columns(lin: Lineage, word: str) -> Suggestions:
    field = pl.col("field").str.to_lowercase()
    found = (
        lin.frames.fields.filter(field.str.contains(word, literal=True))
        .with_columns(begins=field.str.starts_with(word), length=field.str.len_chars())
        .sort("begins", "length", "field", "dataset", descending=[True, False, False, False])
        .head(FEW)
        .join(lin.frames.datasets.select("dataset", "name"), on="dataset", how="left")
    )
    return [
        [dataset, plain(name), cut_middle(plain(of), 40), "column", ""]
        for dataset, name, of in found.select("dataset", "field", "name").iter_rows()
    ]


def _runs(lin: Lineage, word: str) -> Suggestions:
    """Runs whose id begins with the text: of letters too few it would be any of them."""
    if len(word) < 3:
        return []
    names = lin.frames.jobs.select("job", "name")
    found = (
        lin.frames.runs.filter(pl.col("run").str.to_lowercase().str.starts_with(word))
        .sort("run")
        .head(FEW)
        .join(names, on="job", how="left")
    )
    return [
        [run, cut_middle(plain(run), 60), plain(name or ""), "run", ""]
        for run, name in found.select("run", "name").iter_rows()
    ]
