"""A diff in words: captions of nodes, tables, and the whole as Markdown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import polars as pl

from lineage_explorer.analysis.change_codes import CODES
from lineage_explorer.analysis.words import code, counted, listed, markdown_table, shown
from lineage_explorer.plain import cut_middle, plain

if TYPE_CHECKING:
    from lineage_explorer.analysis.diff import RunDiff

HEAD = ("severity", "change", "node", "field", "before", "after")
PARTING = ("rank", "node", "change", "explains")
_WIDE, _BESIDE = 40, 16
_NUMBERS = {"rows", "bytes", "files", "metric", "yield"}
_NOUNS = {
    "field-dropped": ("column dropped", "columns dropped"),
    "field-added": ("column added", "columns added"),
    "field-renamed": ("column renamed", "columns renamed"),
    "field-retyped": ("column retyped", "columns retyped"),
    "input-dropped": ("input dropped", "inputs dropped"),
    "input-added": ("input added", "inputs added"),
    "output-dropped": ("output dropped", "outputs dropped"),
    "output-added": ("output added", "outputs added"),
    "assertion-failed": ("assertion failed", "assertions failed"),
    "column-source-dropped": ("source dropped", "sources dropped"),
    "column-source-added": ("source added", "sources added"),
    "parameter-changed": ("parameter changed", "parameters changed"),
    "setting-changed": ("setting changed", "settings changed"),
}


_SAYINGS = {
    "sql-changed": "SQL changed",
    "version-same": "same version again",
    "version-back": "older version read",
    "version-forward": "newer version read",
    "not-run": "not run again",
}


def bare(node: str) -> str:
    """A node id without its kind, as people write it.

    >>> bare("dataset:s3://lake:orders")
    's3://lake:orders'
    """
    return plain(node.partition(":")[2] or node)


def percent(before: str | None, after: str | None) -> str:
    """How much a number moved: `-38 %`, `3.2 times`, or what it went from and to.

    >>> percent("200", "124"), percent("100", "320"), percent("0", "7")
    ('-38 %', '3.2 times', '0 → 7')
    """
    try:
        was, now = float(str(before)), float(str(after))
    except ValueError:
        return f"{before} → {after}"
    if was == 0 or (was < 0) != (now < 0):
        return f"{before} → {after}"
    ratio = now / was
    if ratio >= 2:
        return f"{ratio:.2g} times"
    sign = "-" if ratio < 1 else "+"
    share = abs(ratio - 1) * 100
    return f"{sign}{share:.0f} %" if share >= 1 else f"{sign}{share:.1g} %"


def captions(changes: pl.DataFrame) -> dict[str, str]:
    """Node to what changed there, the gravest first, words and the unknown left out."""
    said = changes.filter(pl.col("severity") != "info").select(
        "node", "change", "field", "before", "after"
    )
    found: dict[str, dict[str, list[tuple[str | None, str | None, str | None]]]] = {}
    for node, change, field, before, after in said.iter_rows():
        found.setdefault(node, {}).setdefault(change, []).append((field, before, after))
    return {
        node: " · ".join(dict.fromkeys(_caption(change, rows) for change, rows in kinds.items()))
        for node, kinds in found.items()
    }


def _caption(change: str, rows: list[tuple[str | None, str | None, str | None]]) -> str:
    field, before, after = rows[0]
    stem = change.rpartition("-")[0]
    if stem in _NUMBERS:
        label = field if stem == "metric" and field else stem
        return plain(f"{label} {percent(before, after)}")
    if change in _NOUNS:
        one, several = _NOUNS[change]
        return f"{len(rows)} {one if len(rows) == 1 else several}"
    return said(change)


def said(change: str) -> str:
    """A code as people say it.

    >>> said("sql-changed"), said("field-renamed")
    ('SQL changed', 'column renamed')
    """
    return _SAYINGS.get(change) or change.replace("-", " ").replace("field", "column")


def excerpts(before: str | None, after: str | None) -> tuple[str | None, str | None]:
    """Two values as lines; of long ones the part in which they differ.

    >>> excerpts("select " + "a, " * 20 + "x from t", "select " + "a, " * 20 + "y from t")
    ('… a, a, a, a, a, x from t', '… a, a, a, a, a, y from t')
    """
    one, other = _value(before), _value(after)
    if one is None or other is None or max(len(one), len(other)) <= _WIDE:
        cut = [value and cut_middle(value, _WIDE) for value in (one, other)]
        return cut[0], cut[1]
    pairs = list(zip(one, other, strict=False))
    start = next((at for at, (a, b) in enumerate(pairs) if a != b), len(pairs))
    back = list(zip(reversed(one[start:]), reversed(other[start:]), strict=False))
    end = next((at for at, (a, b) in enumerate(back) if a != b), len(back))
    return _around(one, start, len(one) - end), _around(other, start, len(other) - end)


def _around(text: str, start: int, end: int) -> str:
    """The part of a text from start to end, with some words on both sides."""
    first = text.find(" ", max(0, start - _BESIDE)) + 1 if start > _BESIDE else 0
    first = min(first or 0, start)
    last = text.rfind(" ", end, end + _BESIDE) if end + _BESIDE < len(text) else len(text)
    last = max(last, end)
    middle = cut_middle(text[first:last], 2 * _WIDE)
    return f"{'… ' if first else ''}{middle}{' …' if last < len(text) else ''}"


def change_rows(changes: pl.DataFrame) -> list[tuple[object, ...]]:
    """Changes as rows under `HEAD`."""
    return [
        (severity, change, bare(node), _field(field), *excerpts(before, after))
        for severity, change, node, field, before, after in changes.select(HEAD).iter_rows()
    ]


def _field(field: str | None) -> str | None:
    kinds = ("dataset:", "job:")
    return bare(field) if field is not None and field.startswith(kinds) else field


def _value(value: str | None) -> str | None:
    if value is None:
        return None
    text = bare(value) if value.startswith(("dataset:", "job:")) else value
    return shown(text)


def parting_rows(diff: RunDiff, most: int) -> list[tuple[object, ...]]:
    """Where the sides part, as rows under `PARTING`."""
    return [
        (rank, bare(node), change, counted(len(explains), "node") if explains else None)
        for rank, node, change, explains in diff.divergence.head(most).iter_rows()
    ]


def sentence(diff: RunDiff) -> str:
    """How much changed."""
    head = f"{plain(diff.before)} → {plain(diff.after)}"
    return f"{head}: {tally(diff)}"


def tally(diff: RunDiff) -> str:
    """How many changes, how grave, and at how many nodes the sides part."""
    if not len(diff.changes):
        return "nothing differs"
    grave = [f"{count:,} {severity}" for severity, count in diff.counts.items()]
    what = f"{counted(len(diff.changes), 'change')} ({', '.join(grave)})"
    parts = len(diff.divergence)
    return what + (f", parting at {counted(parts, 'node')}" if parts else "")


def report(diff: RunDiff) -> str:
    """The whole diff as Markdown."""
    parts = [
        "# What changed",
        f"From {code(diff.before)} to {code(diff.after)}: "
        + (_total(diff) if len(diff.changes) else "nothing differs."),
    ]
    if len(diff.divergence):
        rows = [
            (rank, bare(node), change, _names(explains))
            for rank, node, change, explains in diff.divergence.iter_rows()
        ]
        parts += ["## Where they part", markdown_table(PARTING, rows)]
    by_node = diff.changes.group_by("node", maintain_order=True)
    if len(diff.changes):
        parts.append("## Node by node")
    for (node,), rows_ in by_node:
        parts += [f"### {code(bare(str(node)))}", _table(rows_)]
    if len(diff.changes):
        used = diff.changes["change"].unique().sort()
        legend = [(one, CODES[one].meaning) for one in used]
        parts += ["## What the words mean", markdown_table(("change", "meaning"), legend)]
    return "\n\n".join(parts) + "\n"


def _total(diff: RunDiff) -> str:
    grave = [f"{count:,} {severity}" for severity, count in diff.counts.items()]
    return f"{counted(len(diff.changes), 'change')}, {listed(grave)}."


def _names(nodes: Iterable[str]) -> str:
    return ", ".join(map(bare, nodes)) or "-"


def _table(changes: pl.DataFrame) -> str:
    head = ("severity", "change", "field", "before", "after")
    rows = [row[:2] + row[3:] for row in change_rows(changes)]
    return markdown_table(head, rows)
