"""For someone about to change something: what is hit, in the order in which to look at it.

What the log does not tell counts as reached, and says so (`certain` is false): a job that tells
nothing of columns may use any of them, and one of several inputs that nobody tells apart may feed
any output. What is left is out of reach, as far as the log goes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from lineage_explorer.analysis.columns import column_graph, field_nodes
from lineage_explorer.analysis.impact import Impact, Reached, reached
from lineage_explorer.graph.index import Direction, build_index
from lineage_explorer.graph.reach import reach
from lineage_explorer.tables import COLUMN_EDGES, schema

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage

ENDS = {
    "model": (["MODEL", "ML_MODEL", "MLMODEL"], r"(?i)(^|[./_-])models?([./_-]|$)"),
    "dashboard": (
        ["DASHBOARD", "REPORT", "CHART"],
        r"(?i)(^|[./_-])(dashboards?|reports?)([./_-]|$)",
    ),
}
"""What people look at: by datasetType, and by what a name says."""
_INSIDE = ["JOIN", "FILTER", "GROUP_BY", "SORT", "WINDOW", "CONDITIONAL"]


def ranked(impact: Impact) -> pl.DataFrame:
    """Everything reached, the most urgent first.

    Columns: rank, node, kind, name, role (model or dashboard; with a question mark where only the
    name says so), hops, paths, certain, uses, last_used, every, owners, tags, path. See `Impact`.
    """
    lin, column = impact.lin, impact.node != impact.focus
    found = _counting_unknown(impact) if column else impact.nodes
    sure = impact.nodes if column else _told(impact).nodes
    nodes = found.join(
        sure.select("node", certain=pl.lit(value=True)),
        on="node",
        how="left",
        maintain_order="left",
    ).with_columns(pl.col("certain").fill_null(value=False))
    if column:
        # of what is only possible the datasets and jobs say enough
        nodes = nodes.filter(pl.col("certain") | (pl.col("kind") != "field"))
    nodes = nodes.join(_roles(lin), on="node", how="left", maintain_order="left")
    nodes = nodes.join(_times(lin), on="node", how="left", maintain_order="left")
    uses = _uses(impact, sure) if column else _no_uses()
    nodes = nodes.join(uses, on="node", how="left", maintain_order="left")
    told = pl.col("role").str.ends_with("?")
    return (
        nodes.sort(
            pl.when(pl.col("role").is_null()).then(2).otherwise(told.cast(pl.Int8)),
            ~pl.col("certain"),
            "hops",
            pl.col("paths"),
            "kind",
            "name",
            "node",
            descending=[False, False, False, True, False, False, False],
        )
        .with_row_index("rank", offset=1)
        .select(
            "rank", "node", "kind", "name", "role", "hops", "paths", "certain", "uses",
            "last_used", "every", "owners", "tags", "path",
        )
    )  # fmt: skip


def spared(impact: Impact, reached_nodes: pl.DataFrame) -> pl.DataFrame:
    """The datasets and jobs that are not reached, counting all that is unknown.

    Columns: node, kind, name, why. The reason is that no path leads there; or that the graph leads
    there, but the columns or flows that are told rule it out.
    """
    lin = impact.lin
    kept = _nodes_of(lin, reached_nodes, impact)
    start = lin.index.at(impact.focus)
    joined = _drawn(lin, start, impact.direction)
    ruled_out = (
        "its column lineage, or that of what leads there, does not name the column"
        if impact.node != impact.focus
        else "a job leads there, but its lineage says that this does not feed it"
    )
    left = lin.nodes.filter(~pl.col("node").is_in(kept.implode()))
    return left.select(
        "node", "kind", "name",
        why=pl.when(pl.col("node").is_in(joined.implode()))
        .then(pl.lit(ruled_out)).otherwise(pl.lit("no path leads there")),
    ).sort(pl.col("why") != ruled_out, "kind", "name", "node")  # fmt: skip


def hits(impact: Impact, nodes: pl.DataFrame, selection: str) -> pl.DataFrame:
    """The rows of `ranked` that a selection names, as `tag:pii`; fields by their dataset as well.

    Raises:
        SelectionError: if the selection cannot be read.
    """
    from lineage_explorer.graph.select import select_nodes

    chosen = select_nodes(impact.lin, selection)
    of_fields = field_nodes(impact.lin).filter(pl.col("dataset").is_in(chosen))["node"]
    key, _, value = selection.partition(":")
    tagged = pl.lit(value=False)
    if key.strip() == "tag":
        tag = pl.element()
        value = value.strip()
        tagged = (
            pl.col("tags").list.eval((tag == value) | tag.str.starts_with(f"{value}=")).list.any()
        )
    here = pl.concat([pl.Series("node", chosen, pl.String), of_fields])
    return nodes.filter(pl.col("node").is_in(here.implode()) | tagged)


def _told(impact: Impact) -> Reached:
    """What is reached by flows that are told, or where a job has but one input to an output."""
    bundles = impact.lin.frames.bundles
    known = (pl.col("basis") != "implied") | (pl.col("sources").list.len() == 1)
    frames = impact.lin.frames.with_(bundles=bundles.filter(known))
    return reached(
        build_index(frames), impact.node, impact.direction, impact.hops, impact.lin.nodes
    )


def _counting_unknown(impact: Impact) -> pl.DataFrame:
    """Of a field: what is reached where a job that tells no columns of an output uses them all."""
    lin = impact.lin
    index = lin.index
    far = reach(index, [index.at(impact.focus)], impact.direction).distance >= 0
    inside = index.ids.filter(pl.Series(far)).implode()
    flows = (
        lin.frames.bundles.explode("sources", empty_as_null=False)
        .filter(pl.col("sources").is_in(inside))
        .explode("targets", empty_as_null=False)
        .filter(pl.col("targets").is_in(inside))
        .rename({"sources": "source", "targets": "target"})
    )
    told = lin.frames.column_edges.select("job", "target").unique()
    unknown = flows.join(told, on=["job", "target"], how="anti", nulls_equal=True)
    more = unknown.select(
        (pl.col(name) if name in unknown.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in schema(COLUMN_EDGES).items()
    )
    frames = lin.frames.with_(column_edges=pl.concat([lin.frames.column_edges, more]))
    graph, about = column_graph(lin, frames)
    return reached(build_index(graph), impact.node, impact.direction, impact.hops, about).nodes


def _uses(impact: Impact, sure: pl.DataFrame) -> pl.DataFrame:
    """How each node uses the field asked for, or what comes of it; by column lineage."""
    ids = field_nodes(impact.lin)
    here = pl.concat([pl.Series("node", [impact.node]), sure["node"]]).implode()
    near, far = ("source", "target") if impact.direction == "downstream" else ("target", "source")
    links = impact.lin.frames.column_edges
    for end in (near, far):
        named = ids.rename({"dataset": end, "field": f"{end}_field", "node": f"{end}_node"})
        links = links.join(named, on=[end, f"{end}_field"], how="left", maintain_order="left")
    used = links.filter(pl.coalesce(f"{near}_node", near).is_in(here))
    kind, subtype = (pl.col(name).str.to_uppercase() for name in ("type", "subtype"))
    words = subtype.str.to_lowercase().str.replace_all("_", " ")
    how = (
        pl.when((kind == "INDIRECT") | subtype.is_in(_INSIDE))
        .then(pl.coalesce(words, pl.lit("indirectly")))
        .when(kind == "DIRECT")
        .then(pl.lit("directly"))
        .otherwise(pl.lit("how is not told"))
    )
    whole = used.filter(pl.col(f"{far}_field").is_null())
    of_fields = whole.join(ids, left_on=far, right_on="dataset")
    told = [
        used.select(node=pl.coalesce(f"{far}_node", far), uses=how),
        used.select(node="job", uses=how),
        of_fields.select("node", uses=how),
    ]
    return pl.concat(told).drop_nulls().group_by("node").agg(pl.col("uses").unique().sort())


def _no_uses() -> pl.DataFrame:
    return pl.DataFrame(schema={"node": pl.String, "uses": pl.List(pl.String)})


def _roles(lin: Lineage) -> pl.DataFrame:
    """node, role: of datasets, and of their fields."""
    type_ = pl.coalesce("subtype", "type").str.to_uppercase()
    said = pl.coalesce(*(
        pl.when(type_.is_in(types) | pl.col("type").str.to_uppercase().is_in(types)).then(pl.lit(role))
        for role, (types, _) in ENDS.items()
    ))  # fmt: skip
    named = pl.coalesce(
        *(pl.when(pl.col("name").str.contains(like)).then(pl.lit(f"{role}?"))
          for role, (_, like) in ENDS.items())
    )  # fmt: skip
    roles = lin.datasets.select(node="dataset", role=pl.coalesce(said, named)).drop_nulls()
    fields = field_nodes(lin).join(roles, left_on="dataset", right_on="node").select("node", "role")
    return pl.concat([roles, fields])


def _times(lin: Lineage) -> pl.DataFrame:
    """node, last_used (newest run that touches it), every (median time between its runs)."""
    runs = lin.runs.select("run", "job", "last_seen", began=pl.coalesce("started", "first_seen"))
    touched = lin.io.join(runs, on=["run", "job"]).with_columns(node="dataset")
    written = touched.filter(pl.col("direction") == "output")
    newest = pl.col("last_seen").max().alias("last_used")
    datasets = touched.group_by("node").agg(newest).join(_every(written), on="node", how="left")
    runs = runs.rename({"job": "node"})
    jobs = runs.group_by("node").agg(newest).join(_every(runs), on="node", how="left")
    fields = field_nodes(lin).join(datasets, left_on="dataset", right_on="node")
    return pl.concat([datasets, jobs, fields.select(datasets.columns)])


def _every(runs: pl.DataFrame) -> pl.DataFrame:
    return (
        runs.sort("began")
        .group_by("node")
        .agg(every=pl.col("began").drop_nulls().diff().median().cast(pl.Duration("us")))
    )


def _nodes_of(lin: Lineage, nodes: pl.DataFrame, impact: Impact) -> pl.Series:
    """The datasets and jobs of these rows, and what was asked for."""
    fields = field_nodes(lin).filter(pl.col("node").is_in(nodes["node"].implode()))
    return pl.concat(
        [nodes["node"], fields["dataset"].rename("node"), pl.Series("node", [impact.focus])]
    )


def _drawn(lin: Lineage, start: int, direction: Direction) -> pl.Series:
    """The nodes that edges lead to, whatever flows say."""
    near = lin.neighbours
    starts, ends = (
        (near.out_start, near.out_to)
        if direction == "downstream"
        else (near.in_start, near.in_from)
    )
    seen = np.zeros(len(near.ids), np.bool_)
    seen[start] = True
    rows = np.array([start])
    while len(rows):
        found = np.unique(np.concatenate([ends[starts[row] : starts[row + 1]] for row in rows]))
        rows = found[~seen[found]].astype(np.int64)
        seen[rows] = True
    return pl.Series("node", near.ids, pl.String).filter(pl.Series(seen))
