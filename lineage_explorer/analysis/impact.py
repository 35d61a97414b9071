"""Where does this come from, and what does it feed?"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from lineage_explorer.analysis.words import (
    SHOWN,
    code,
    counted,
    html_table,
    listed,
    markdown_table,
    more,
    span,
    text_table,
)
from lineage_explorer.errors import LineageError, NodeNotFound
from lineage_explorer.graph.index import Direction, Index
from lineage_explorer.graph.narrow import narrow
from lineage_explorer.graph.reach import Reach, reach
from lineage_explorer.plain import plain

if TYPE_CHECKING:
    from lineage_explorer.graph.steps import Ints
    from lineage_explorer.lineage import Lineage
    from lineage_explorer.view.widget import Explorer

_HEAD = ("hops", "kind", "name", "owners", "last_run")
_RANKED = (
    "rank",
    "name",
    "kind",
    "role",
    "hops",
    "certain",
    "uses",
    "every",
    "last_used",
    "owners",
    "tags",
)
_ALL = 99


@dataclass(frozen=True, eq=False, repr=False)
class Impact:
    """What is upstream or downstream of a node.

    Attributes:
        node: the id asked for; of a field, `field:…#…`.
        direction: upstream or downstream.
        hops: the limit asked for, or None.
        nodes: node, kind, name, hops, paths, path, last_run, owners, tags; nearest first. `paths`
            counts the shortest paths (9007199254740992 is that many or more), `path` is one of
            them, from the node asked for, with the jobs between. The node itself is not in it.
        edges: the edges between these nodes and the node itself.
        sources: node, hops: those with nothing further upstream (downstream: with nothing
            further downstream), jobs apart.
        truncated: whether the limit cut something off.
        cyclic: whether the node feeds itself.
        ranked, spared: for someone about to change it, what to look at, and what is out of reach.
        untold: of a field, jobs on its way that tell nothing of columns: what they do with it is
            not known, and not in `nodes`.
    """

    lin: Lineage
    node: str
    direction: Direction
    hops: int | None
    nodes: pl.DataFrame
    edges: pl.DataFrame
    sources: pl.DataFrame
    truncated: bool
    cyclic: bool
    focus: str
    members: list[str]
    beyond: int = 0
    untold: list[str] = field(default_factory=list)

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many datasets, jobs (fields), sources and hops; `beyond` is what the limit cut."""
        kinds = dict(self.nodes.group_by("kind").len().iter_rows())
        found = {f"{kind}s": int(kinds.get(kind, 0)) for kind in ("dataset", "job")}
        if "field" in kinds or self.node != self.focus:
            found = {"fields": int(kinds.get("field", 0)), **found}
        farthest = int(self.nodes["hops"].max() or 0)  # type: ignore[arg-type]
        return {**found, "sources": len(self.sources), "hops": farthest, "beyond": self.beyond}

    @cached_property
    def ranked(self) -> pl.DataFrame:
        """Everything that may be hit, in the order in which to look at it.

        Models and dashboards first, then what is certain, then what is near. rank, node, kind,
        name; role (model, dashboard; with a question mark where only the name says so); hops,
        paths; certain (false where it is reached only because a job does not tell: then it counts
        as reached); uses (of a field: directly, join, filter, …); last_used (the newest run that
        touches it); every (median time between its runs); owners, tags, path.
        """
        from lineage_explorer.analysis.consequences import ranked

        return ranked(self)

    @cached_property
    def spared(self) -> pl.DataFrame:
        """The datasets and jobs out of reach, counting all that is unknown: node, kind, name, why."""
        from lineage_explorer.analysis.consequences import spared

        return spared(self, self.ranked)

    def hits(self, selection: str) -> pl.DataFrame:
        """The rows of `ranked` that a selection names, as `tag:pii` or `owner:team-a`."""
        from lineage_explorer.analysis.consequences import hits

        return hits(self, self.ranked, selection)

    @cached_property
    def lineage(self) -> Lineage:
        """The part of the lineage with these nodes, with every verb."""
        return replace(self.lin, frames=narrow(self.lin.frames, self.members))

    def explore(self, **options: Any) -> Explorer:
        """The interactive view of this part."""
        return self.lineage.explore(**{"focus": self.focus, "hops": self.hops or _ALL, **options})

    @cached_property
    def name(self) -> str:
        """What the node is called: of a field, `dataset#field`."""
        if self.node != self.focus:
            return self.node.partition(":")[2]
        return str(self.lin.nodes.filter(pl.col("node") == self.node)["name"][0])

    @property
    def answer(self) -> str:
        """How much there is, in one line."""
        counts = self.counts
        kinds = [
            counted(counts[f"{kind}s"], kind)
            for kind in ("field", "dataset", "job")
            if counts.get(f"{kind}s")
        ]
        parts = ["nothing"]
        if kinds:
            ends = "source" if self.direction == "upstream" else "sink"
            far = counted(counts["hops"], "hop")
            parts = [f"{listed(kinds)} in {far}, {counted(counts['sources'], ends)}"]
        if self.truncated:
            parts.append(f"{self.beyond:,} more further than {counted(self.hops or 0, 'hop')}")
        if self.cyclic:
            parts.append("it feeds itself")
        if self.untold:
            jobs = counted(len(self.untold), "job")
            parts.append(f"not followed: {jobs} on the way that told no columns")
        return "; ".join(parts)

    @property
    def sentence(self) -> str:
        """The answer with its question, in one line."""
        return f"{self.direction} of {plain(self.name)}: {self.answer}"

    def _rows(self, most: int) -> list[tuple[object, ...]]:
        return self.nodes.head(most).select(_HEAD).rows()

    def __repr__(self) -> str:
        lines = [self.sentence]
        if len(self.nodes):
            lines.append(text_table(_HEAD, self._rows(SHOWN)))
        rest = more(len(self.nodes) - SHOWN, "node")
        return "\n".join([*lines, *([f"{rest} in .nodes"] if rest else [])])

    def _repr_html_(self) -> str:
        rest = more(len(self.nodes) - SHOWN, "node")
        table = html_table(_HEAD, self._rows(SHOWN)) if len(self.nodes) else ""
        after = f"<p>{escape(rest)} in <code>.nodes</code></p>" if rest else ""
        return f"<p>{escape(self.sentence)}</p>{table}{after}"

    def report(self) -> str:
        """The whole answer as Markdown: every node, the ends, and the owners to tell."""
        ends = "Sources" if self.direction == "upstream" else "Sinks"
        parts = [
            f"# {self.direction.capitalize()} of {code(self.name)}",
            f"{self.answer.capitalize()}.",
        ]
        if self.direction == "downstream":
            parts += self._to_look_at()
        if len(self.nodes):
            parts += ["## By hops", markdown_table(_HEAD, self._rows(len(self.nodes)))]
        if len(self.sources):
            parts += [f"## {ends}", markdown_table(("node", "hops"), self.sources.rows())]
        if self.untold:
            jobs = markdown_table(("job",), [(job,) for job in self.untold])
            parts += ["## Jobs that tell no columns", jobs]
        if len(self.nodes):
            parts += ["## Owners to tell", _owners(self.nodes)]
        return "\n\n".join(parts) + "\n"

    def _to_look_at(self) -> list[str]:
        """What to look at first, and what not at all."""
        ranked, spared = self.ranked, self.spared
        doubt = len(ranked) - int(ranked["certain"].sum())
        near = spared.filter(pl.col("why") != "no path leads there")
        parts = []
        if len(ranked):
            rows = ranked.select(_RANKED).with_columns(
                pl.col("last_used").dt.strftime("%Y-%m-%d %H:%M"),
                pl.col("every").map_elements(span, return_dtype=pl.String),
                certain=pl.when("certain").then(pl.lit("yes")).otherwise(pl.lit("not told")),
            )
            parts = ["## What to look at, in this order", markdown_table(_RANKED, rows.rows())]
        if doubt:
            parts.append(
                f"{counted(doubt, 'node')} of these may be hit: what leads there is not told."
            )
        out = f"Out of reach: {counted(len(spared), 'node')} of {len(self.lin.nodes):,}."
        if len(near):
            out += f" {len(near):,} of them stand behind it, but what is told rules them out."
        return [*parts, out]


def impact(lin: Lineage, node: str, direction: Direction, hops: int | None = None) -> Impact:
    """What is upstream or downstream of a node or a field (`dataset#field`).

    Raises:
        NodeNotFound: if nothing is called so.
        AmbiguousName: if several nodes are.
        LineageError: if `hops` is negative.
    """
    if hops is not None and hops < 0:
        raise LineageError(f"hops is {hops}, which is below 0.", "leave it out for no limit.")
    try:
        start = lin.names.find(node)
    except NodeNotFound:
        if "#" not in node:
            raise
        from lineage_explorer.analysis.columns import column_impact

        return column_impact(lin, node, direction, hops)
    found = reached(lin.index, start, direction, hops, lin.nodes)
    members = [start, *found.nodes["node"]]
    kept = pl.Series(members).implode()
    edges = lin.frames.edges.filter(pl.col("source").is_in(kept) & pl.col("target").is_in(kept))
    return Impact(
        lin, start, direction, hops, found.nodes, edges, found.sources, found.beyond > 0,
        found.cyclic, start, members, found.beyond,
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Reached:
    """A closure as frames."""

    nodes: pl.DataFrame
    sources: pl.DataFrame
    beyond: int
    cyclic: bool


def reached(
    index: Index, start: str, direction: Direction, hops: int | None, about: pl.DataFrame
) -> Reached:
    """The closure of a node; `about` says kind, name, last_run, owners and tags of every node."""
    found = reach(index, [index.at(start)], direction)
    far = found.distance > (len(found.distance) if hops is None else hops)
    at = np.flatnonzero((found.distance > 0) & ~far).astype(np.int32)
    facts = pl.DataFrame(
        {
            "node": index.ids[at],
            "hops": found.distance[at].astype(np.uint32),
            "paths": found.paths[at].astype(np.uint64),
            "path": _paths(index, found, at),
        }
    )
    nodes = (
        facts.join(about, on="node", how="left")
        .sort("hops", "kind", "name", "node")
        .select("node", "kind", "name", "hops", "paths", "path", "last_run", "owners", "tags")
    )
    ends = index.flows(direction).starts
    last = at[(at < index.datasets) & (ends[at + 1] == ends[at])]
    sources = pl.DataFrame(
        {"node": index.ids[last], "hops": found.distance[last].astype(np.uint32)}
    )
    return Reached(nodes, sources.sort("hops", "node"), int(far.sum()), found.cyclic)


def _paths(index: Index, found: Reach, at: Ints) -> pl.Series:
    """A shortest path to each of these nodes, as ids."""
    lengths, nodes = found.all_paths(at)
    long = pl.DataFrame({"row": np.repeat(np.arange(len(at)), lengths), "path": index.ids[nodes]})
    return long.group_by("row", maintain_order=True).agg("path")["path"]


def _owners(nodes: pl.DataFrame) -> str:
    """Who owns what; what nobody is told to own is said as well."""
    owned = nodes.select("owners", "node").explode("owners", empty_as_null=True)
    known = owned.drop_nulls("owners").group_by("owners", maintain_order=True).agg("node")
    table = markdown_table(("owner", "nodes"), known.sort("owners").rows()) if len(known) else ""
    lost = owned["owners"].null_count()
    nobody = f"Of {counted(lost, 'node')} no owner is told." if lost else ""
    return "\n\n".join(part for part in (table, nobody) if part)
