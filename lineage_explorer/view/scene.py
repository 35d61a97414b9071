"""What is drawn: nodes, ports, edges, places, colours and words, in one value.

Widget, SVG and HTML draw the same scene.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import polars as pl

from lineage_explorer.analysis.words import listed
from lineage_explorer.plain import plain
from lineage_explorer.view import style
from lineage_explorer.view.changes import Compare, as_later, compared, makers_of
from lineage_explorer.view.gathering import group_edges, group_node
from lineage_explorer.view.labels import LABEL_ROOM, SLACK, labels
from lineage_explorer.view.modes import Asked, Maker, Mode, mixed
from lineage_explorer.view.placing import Edge, Floats, Node, placed_with_stubs, rows_height
from lineage_explorer.view.rows import Named, Row, column_edges, fields_of, rows_of
from lineage_explorer.view.seen import Moment, edge_times, node_times
from lineage_explorer.view.shown import Shown
from lineage_explorer.view.style import fit, text_width
from lineage_explorer.view.words import counted

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage
    from lineage_explorer.view.threads import Thread


EMPTY = "No events here. lx.read() takes a file, a folder or a list of events."
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
    """A laid-out picture. Immutable; `x`, `y` are top-left corners in pixels.

    `shown` are the ids of all nodes in it, `members` has for each group where its own lie in these;
    `aside` are the edges that are drawn faint.
    """

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
    shown: Sequence[str] = ()
    aside: frozenset[int] = frozenset()
    compare: Compare | None = None
    members: Mapping[str, slice] = field(default_factory=dict)

    @property
    def places(self) -> pl.DataFrame:
        """Where nodes stand: node, x, y."""
        return pl.DataFrame({"node": [node.id for node in self.nodes], "x": self.x, "y": self.y})

    @property
    def description(self) -> str:
        """The picture in a sentence, for a screen reader."""
        if not self.nodes:
            return self.empty
        shapes = Counter(node.kind for node in self.nodes)
        parts = [counted(shapes["dataset"], "dataset"), counted(shapes["job"], "job")]
        if shapes["group"]:
            members = counted(sum(node.members for node in self.nodes), "node")
            parts.append(f"{counted(shapes['group'], 'group')} of {members}")
        return (
            f"Lineage graph of {listed(parts)}, "
            "data flowing from left to right. Arrow keys walk along the edges."
        )


def scene(
    lin: Lineage,
    shown: Shown,
    *,
    opened: Collection[str] = (),
    before: Mapping[str, float] | None = None,
    whole: Lineage | None = None,
    thread: Thread | None = None,
    pinned: Collection[str] = (),
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
        thread: the only columns to list.
        pinned: nodes that carry a pin.
        more: colour modes beside those of every picture.
    """
    named = fields_of(lin, [node for node in shown.nodes if node in opened], thread)
    nodes = as_later(lin, _nodes(lin, (whole or lin).nodes, shown, named, pinned))
    nodes += [group_node(lin, group) for group in shown.groups]
    nodes += [_stub(stub, hidden) for stub, hidden in shown.stubs.items()]
    position = {node.id: at for at, node in enumerate(nodes)}
    edges = [
        *_edges(lin, position, shown),
        *(group_edges(lin, position, shown.groups) if shown.groups else ()),
        *_stub_edges(shown, position),
        *column_edges(lin, nodes, position, named),
    ]
    gap = style.CAPTIONED_GAP if lin.story else style.GAP_Y
    placed, aside = placed_with_stubs(nodes, edges, _previous(nodes, before), gap)
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
        modes=_modes(lin, whole or lin, (nodes, edges), shown, more),
        focus=shown.focus,
        summary=_summary(whole or lin, shown),
        note=shown.note,
        empty="" if nodes else shown.empty or EMPTY,
        shown=_ids(lin, shown),
        aside=aside,
        compare=compared(whole or lin, nodes, edges),
        members=_places(shown),
    )


def _ids(lin: Lineage, shown: Shown) -> Sequence[str]:
    """The ids of all nodes in the picture, those in groups too."""
    if not shown.groups:
        return shown.nodes
    inside = np.concatenate([group.members for group in shown.groups])
    return [*shown.nodes, *lin.nodes["node"].gather(inside)]


def _places(shown: Shown) -> dict[str, slice]:
    """Where the members of each group lie among all ids."""
    ends = np.cumsum([len(shown.nodes), *(len(group.members) for group in shown.groups)]).tolist()
    return {g.id: slice(a, b) for g, (a, b) in zip(shown.groups, pairwise(ends), strict=True)}


def _nodes(
    lin: Lineage, known: pl.DataFrame, shown: Shown, named: Named, pinned: Collection[str]
) -> list[Node]:
    wanted = pl.DataFrame({"node": shown.nodes}, schema={"node": pl.String})
    told = known.select("node", "kind", "namespace", "name", "last_state")
    rows = wanted.join(told, on="node", how="left", maintain_order="left")
    here = pl.col("dataset").is_in(wanted["node"].implode())
    fields = lin.frames.fields.filter(here).group_by("dataset").agg(columns=pl.len())
    datasets = lin.frames.datasets.select("dataset", "type", aliases=pl.col("aliases").list.len())
    extra = wanted.join(
        datasets.join(fields, on="dataset", how="left"),
        left_on="node",
        right_on="dataset",
        how="left",
        maintain_order="left",
    )
    above = _namespaces(rows["namespace"].to_list())
    columns = rows_of(lin, named)
    made = []
    each = rows.rows(named=True)
    for row, more, label in zip(each, extra.rows(named=True), labels(each), strict=True):
        if row["kind"] == "job":
            made.append(_job(row, label))
        else:
            listed = columns.get(row["node"], ())
            made.append(_dataset(row, more, above[row["namespace"]], listed, label))
    return [replace(node, pinned=True) if node.id in pinned else node for node in made]


def _dataset(
    row: dict[str, Any],
    more: dict[str, Any],
    above: str,
    rows: tuple[Row, ...],
    label: str,
) -> Node:
    badge = f"≡ {more['aliases'] + 1}" if more["aliases"] else ""
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
        style.HEADER + rows_height(len(rows)),
        glyph=_glyph(row["namespace"], more["type"]),
        state=row["last_state"] or "",
        badge=badge,
        columns=max(more["columns"] or 0, len(rows)),
        rows=rows,
    )


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


def _edges(lin: Lineage, position: dict[str, int], shown: Shown) -> list[Edge]:
    here = pl.Series(list(position), dtype=pl.String).implode()
    both = pl.col("source").is_in(here) & pl.col("target").is_in(here)
    shortest = set(pairwise(shown.shortest))
    columns = ("source", "target", "kind", "basis", "runs")
    told = lin.frames.edges.filter(both).select(columns)
    return [
        Edge(
            position[source],
            position[target],
            kind,
            basis,
            runs,
            shortest=bool(shortest) and (source, target) in shortest,
        )
        for source, target, kind, basis, runs in told.iter_rows()
    ]


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


def _previous(nodes: list[Node], before: Mapping[str, float] | None) -> Floats | None:
    if not before:
        return None
    return np.array([before.get(node.id, np.nan) for node in nodes], dtype=np.float64)


def _modes(
    lin: Lineage,
    whole: Lineage,
    drawn: tuple[list[Node], list[Edge]],
    shown: Shown,
    more: Sequence[Maker],
) -> list[Mode]:
    """Colours of the nodes; of groups, how many of their members have which."""
    members, nodes = _members(lin, whole, shown), drawn[0]
    groups = [group.id for group in shown.groups for _ in group.members]
    asked = Asked(
        whole,
        [*(n.id for n in nodes), *members["node"]],
        [*(n.kind for n in nodes), *members["kind"]],
        [*(n.glyph for n in nodes), *members["glyph"]],
        [*(n.state for n in nodes), *members["state"]],
        ends=_ends(*drawn),
        inside=dict(zip(members["node"], groups, strict=True)),
    )
    first = sum(node.kind in ("dataset", "job") for node in nodes)
    sizes = [len(group.members) for group in shown.groups]
    made = (make(asked) for make in makers_of(whole, more))
    return [mixed(mode, len(nodes), first, sizes) for mode in made]


def _ends(nodes: list[Node], edges: list[Edge]) -> list[tuple[str, str]]:
    return [(nodes[edge.source].id, nodes[edge.target].id) for edge in edges]


def asked_again(
    lin: Lineage, nodes: list[Node], at: datetime | None, edges: list[Edge] | None = None
) -> Asked:
    """What modes of these nodes are made for, as of a time; members of groups are not among them."""
    return Asked(
        lin,
        [node.id for node in nodes],
        [node.kind for node in nodes],
        [node.glyph for node in nodes],
        [node.state for node in nodes],
        at,
        _ends(nodes, edges or []),
    )


def _members(lin: Lineage, whole: Lineage, shown: Shown) -> pl.DataFrame:
    """The members of groups, one group after the other: node, kind, glyph, state."""
    if not shown.groups:
        return pl.DataFrame(schema=dict.fromkeys(("node", "kind", "glyph", "state"), pl.String))
    at = np.concatenate([group.members for group in shown.groups])
    types = lin.frames.datasets.select(node="dataset", type="type")
    rows = (
        lin.nodes.select("node")[at]
        .join(whole.nodes, on="node", how="left", maintain_order="left")
        .join(types, on="node", how="left", maintain_order="left")
    )
    glyphs = [
        "job" if kind == "job" else _glyph(space or "", told)
        for kind, space, told in rows.select("kind", "namespace", "type").iter_rows()
    ]
    state = pl.col("last_state").fill_null("")
    return rows.select("node", "kind", state=state).with_columns(glyph=pl.Series(glyphs))


def _summary(lin: Lineage, shown: Shown) -> str:
    total = lin.frames.datasets.height + lin.frames.jobs.height
    here = len(shown.nodes) + sum(len(group.members) for group in shown.groups)
    return f"{here:,} of {counted(total, 'node')}".replace(",", "\u2009")
