"""What is drawn: nodes, ports, edges, places, colours and words, in one value.

Widget, SVG and HTML draw the same scene.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import polars as pl

from lineage_explorer.plain import plain
from lineage_explorer.view import style
from lineage_explorer.view.modes import MODES, Asked, Maker, Mode
from lineage_explorer.view.placing import Edge, Floats, Node, placed_with_stubs
from lineage_explorer.view.seen import Moment, edge_times, node_times
from lineage_explorer.view.shown import Shown
from lineage_explorer.view.style import ends, fit, tail, text_width

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage


EMPTY = "No events here. lx.read() takes a file, a folder or a list of events."
LABEL_ROOM = 40
SLACK = 1.1
_GLYPHS = {
    "TABLE": "table",
    "VIEW": "view",
    "MATERIALIZED_VIEW": "view",
    "FILE": "file",
    "TOPIC": "topic",
    "STREAM": "stream",
    "MODEL": "model",
}
_SCHEMES = {
    "s3": "file",
    "s3a": "file",
    "gs": "file",
    "file": "file",
    "hdfs": "file",
    "abfss": "file",
    "wasbs": "file",
    "dbfs": "file",
    "kafka": "topic",
    "pubsub": "topic",
}


@dataclass(frozen=True)
class Scene:
    """A laid-out picture. Immutable; `x`, `y` are top-left corners in pixels."""

    nodes: list[Node]
    edges: list[Edge]
    x: Floats
    y: Floats
    rank: npt.NDArray[np.int32]
    routes: list[Floats]
    back: npt.NDArray[np.bool_]
    width: float
    height: float
    node_seen: Floats
    edge_seen: Floats
    modes: list[Mode] = field(default_factory=list)
    focus: list[str] = field(default_factory=list)
    summary: str = ""
    note: str = ""
    empty: str = ""
    moment: Moment | None = None

    @property
    def description(self) -> str:
        """The picture in a sentence, for a screen reader."""
        cards = sum(node.kind == "dataset" for node in self.nodes)
        jobs = sum(node.kind == "job" for node in self.nodes)
        if not self.nodes:
            return self.empty
        return (
            f"Lineage graph of {counted(cards, 'dataset')} and {counted(jobs, 'job')}, "
            "data flowing from left to right. Arrow keys walk along the edges."
        )


def scene(
    lin: Lineage,
    shown: Shown,
    *,
    opened: Collection[str] = (),
    before: Mapping[str, float] | None = None,
    whole: Lineage | None = None,
    more: Sequence[Maker] = (),
) -> Scene:
    """The picture of what is shown.

    Args:
        lin: the lineage.
        shown: the nodes and stubs to draw.
        opened: datasets whose columns are listed.
        before: the `y` of nodes in an earlier picture, so that they stay where they were.
        whole: the lineage that `lin` is a part of: its runs say in which state a node is, also
            where the job that ran was left out.
        more: colour modes beside those of every picture.
    """
    nodes = _nodes(lin, (whole or lin).nodes, shown, opened)
    nodes += [_stub(stub, hidden) for stub, hidden in shown.stubs.items()]
    position = {node.id: at for at, node in enumerate(nodes)}
    edges = [
        *_edges(lin, position),
        *_stub_edges(shown, position),
        *_column_edges(lin, nodes, position),
    ]
    placed = placed_with_stubs(nodes, edges, _previous(nodes, before))
    return Scene(
        nodes,
        edges,
        placed.x,
        placed.y,
        placed.rank,
        placed.routes,
        placed.back,
        placed.width,
        placed.height,
        node_times(whole or lin, nodes),
        edge_times(lin, nodes, edges),
        modes=_modes(Asked(whole or lin, nodes), more),
        focus=shown.focus,
        summary=_summary(whole or lin, shown),
        note=shown.note,
        empty="" if nodes else EMPTY,
    )


def _nodes(lin: Lineage, known: pl.DataFrame, shown: Shown, opened: Collection[str]) -> list[Node]:
    wanted = pl.DataFrame({"node": shown.nodes}, schema={"node": pl.String})
    rows = wanted.join(known, on="node", how="left", maintain_order="left")
    counted = lin.frames.fields.group_by("dataset").agg(columns=pl.len())
    datasets = lin.frames.datasets.select("dataset", "aliases", "type")
    extra = wanted.join(
        datasets.join(counted, on="dataset", how="left"),
        left_on="node",
        right_on="dataset",
        how="left",
        maintain_order="left",
    )
    above = _namespaces(rows["namespace"].to_list())
    columns = _rows_of(lin, [node for node in shown.nodes if node in opened])
    made = []
    named = rows.rows(named=True)
    for row, more, label in zip(named, extra.rows(named=True), _labels(named), strict=True):
        if row["kind"] == "job":
            made.append(_job(row, label))
        else:
            listed = columns.get(row["node"], ())
            made.append(_dataset(row, more, above[row["namespace"]], listed, label))
    return made


def _dataset(
    row: dict[str, Any],
    more: dict[str, Any],
    above: str,
    rows: tuple[tuple[str, str, str], ...],
    label: str,
) -> Node:
    badge = f"≡ {len(more['aliases']) + 1}" if more["aliases"] else ""
    widest_row = max((text_width(f"{a}{b}", 11) + 48 for a, b, _ in rows), default=0.0)
    wanted = max(style.CARD_MIN, text_width(label, 13) + LABEL_ROOM, widest_row)
    width = min(float(np.ceil(wanted / 8) * 8), style.CARD_MAX)
    return Node(
        row["node"],
        "dataset",
        label,
        fit(above, width - (84 if badge else 52), 11),
        f"{plain(row['name'])}\n{plain(row['namespace'])}",
        width,
        style.HEADER + style.ROW * len(rows),
        glyph=_glyph(row["namespace"], more["type"]),
        state=row["last_state"] or "",
        badge=badge,
        columns=more["columns"] or 0,
        rows=rows,
    )


def _labels(rows: list[dict[str, Any]]) -> list[str]:
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
    # One long word may make its card wider before it is cut.
    return tail(row["name"], _most(row), 13) if "…" in label[1:] else label


def _room(row: dict[str, Any]) -> float:
    return _most(row) if row["kind"] == "job" else style.CARD_MIN - LABEL_ROOM


def _most(row: dict[str, Any]) -> float:
    if row["kind"] == "job":
        return (style.JOB_MAX - LABEL_ROOM) / SLACK
    return style.CARD_MAX - LABEL_ROOM


def _job(row: dict[str, Any], label: str) -> Node:
    return Node(
        row["node"],
        "job",
        label,
        "",
        f"{plain(row['name'])}\n{plain(row['namespace'])}",
        float(np.ceil(min(text_width(label, 12) * SLACK + LABEL_ROOM, style.JOB_MAX) / 8) * 8),
        style.JOB_HEIGHT,
        glyph="job",
        state=row["last_state"] or "",
    )


def _stub(stub: str, hidden: int) -> Node:
    way = "upstream" if stub.startswith("stub:in:") else "downstream"
    return Node(
        stub, "stub", f"+{hidden}", "", f"{hidden} more {way}", style.STUB_WIDTH, style.STUB_HEIGHT
    )


def _glyph(namespace: str, kind: str | None) -> str:
    if kind is not None:
        return _GLYPHS.get(kind.upper(), "unknown")
    return _SCHEMES.get(namespace.partition("://")[0].lower(), "table")


def _namespaces(namespaces: list[str | None]) -> dict[str | None, str]:
    """A short label for each namespace, unique in the picture."""
    labels: dict[str | None, str] = {}
    taken: set[str] = set()
    for namespace in sorted({n for n in namespaces if n is not None}):
        label = fit(namespace.removesuffix("/"), 150, 11)
        number = 2
        while label in taken:
            label = f"{fit(namespace, 130, 11)} ({number})"
            number += 1
        taken.add(label)
        labels[namespace] = label
    return labels


def _rows_of(lin: Lineage, opened: list[str]) -> dict[str, tuple[tuple[str, str, str], ...]]:
    """The columns of opened cards: name, type, mark; a long schema ends in a row that says so."""
    found: dict[str, tuple[tuple[str, str, str], ...]] = {}
    fields = lin.frames.fields.filter(pl.col("dataset").is_in(opened))
    for (dataset,), part in fields.group_by("dataset", maintain_order=True):
        listed = [
            (fit(name, 150, 11), fit(kind or "", 80, 11), "")
            for name, kind in part.select("field", "type").iter_rows()
        ]
        if len(listed) > style.ROWS_SHOWN:
            hidden = len(listed) - style.ROWS_SHOWN + 1
            listed = [*listed[: style.ROWS_SHOWN - 1], (f"… {hidden} more", "", "more")]
        found[str(dataset)] = tuple(listed)
    return found


def _edges(lin: Lineage, position: dict[str, int]) -> list[Edge]:
    both = pl.col("source").is_in(list(position)) & pl.col("target").is_in(list(position))
    return [
        Edge(
            position[row["source"]],
            position[row["target"]],
            row["kind"],
            row["basis"],
            row["runs"],
            edge_title(row["kind"], row["basis"], row["runs"], row["last_seen"]),
        )
        for row in lin.frames.edges.filter(both).iter_rows(named=True)
    ]


def edge_title(kind: str, basis: str, runs: int, last_seen: datetime | None) -> str:
    """Why an edge is there, in words."""
    words = [kind.replace("_", " "), {"columns": "known by column lineage"}.get(basis, basis)]
    words.append(counted(runs, "run") if runs else "no run")
    if last_seen is not None:
        words.append(f"last {last_seen:%Y-%m-%d %H:%M} UTC")
    return " · ".join(words)


def _stub_edges(shown: Shown, position: dict[str, int]) -> list[Edge]:
    edges = []
    for stub, hidden in shown.stubs.items():
        _, direction, node = stub.split(":", 2)
        ends = (position[stub], position[node])
        source, target = ends if direction == "in" else ends[::-1]
        way = "upstream" if direction == "in" else "downstream"
        title = f"{hidden} more {way}"
        edges.append(Edge(source, target, "stub", title=title, stub_before=direction == "in"))
    return edges


def _column_edges(lin: Lineage, nodes: list[Node], position: dict[str, int]) -> list[Edge]:
    """Lines from column to column, where both cards are open."""
    opened = [node.id for node in nodes if node.rows]
    if not opened:
        return []
    ordinals = {
        (row["dataset"], row["field"]): row["ordinal"]
        for row in lin.frames.fields.filter(pl.col("dataset").is_in(opened)).iter_rows(named=True)
    }
    both = pl.col("source").is_in(opened) & pl.col("target").is_in(opened)
    between: dict[tuple[int, int, int, int], Edge] = {}
    for row in lin.frames.column_edges.filter(both).iter_rows(named=True):
        source = ordinals.get((row["source"], row["source_field"]))
        target = ordinals.get((row["target"], row["target_field"]))
        if source is None or target is None:
            continue
        ends = (position[row["source"]], position[row["target"]])
        rows = tuple(
            min(ordinal, len(nodes[end].rows) - 1)
            for ordinal, end in zip((source, target), ends, strict=True)
        )
        key = (*ends, rows[0], rows[1])
        words = [row["source_field"], row["target_field"], row["type"], row["subtype"]]
        between[key] = Edge(
            *ends,
            "column",
            "columns",
            row["runs"],
            " · ".join(plain(word) for word in words if word),
            rows[0],
            rows[1],
            indirect=row["type"] == "INDIRECT" and between.get(key, _INDIRECT).indirect,
            masked=bool(row["masking"]),
        )
    return list(between.values())


_INDIRECT = Edge(0, 0, "column", indirect=True)


def _previous(nodes: list[Node], before: Mapping[str, float] | None) -> Floats | None:
    if not before:
        return None
    return np.array([before.get(node.id, np.nan) for node in nodes], dtype=np.float64)


def _modes(asked: Asked, more: Sequence[Maker]) -> list[Mode]:
    return [make(asked) for make in (*MODES.values(), *more)]


def _summary(lin: Lineage, shown: Shown) -> str:
    total = lin.frames.datasets.height + lin.frames.jobs.height
    return f"{len(shown.nodes):,} of {counted(total, 'node')}".replace(",", "\u2009")


def counted(count: int, word: str) -> str:
    """A number with thin spaces, and its word in the plural where it is one."""
    return f"{count:,} {word}{'' if count == 1 else 's'}".replace(",", "\u2009")
