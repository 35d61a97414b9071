"""The same questions for one field of a dataset, over column lineage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from lineage_explorer.analysis.impact import Impact, reached
from lineage_explorer.errors import NodeNotFound, suggestions
from lineage_explorer.graph.index import Direction, build_index
from lineage_explorer.graph.narrow import bundles_among
from lineage_explorer.plain import plain
from lineage_explorer.tables import BUNDLES, EDGES, Frames, flows_of, schema

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage


def column_impact(lin: Lineage, text: str, direction: Direction, hops: int | None = None) -> Impact:
    """What is upstream or downstream of a field, by column lineage alone.

    Where column lineage means a whole dataset, all its fields are meant, and the dataset itself is
    a node beside them. Jobs that tell no columns are not followed; they are in `untold`.
    """
    fields = _fields(lin.frames)
    dataset, start = _find(lin, fields, text)
    graph = _column_frames(lin.frames, fields)
    about = _about(lin, fields, graph)
    found = reached(build_index(graph), start, direction, hops, about)
    nodes = found.nodes
    inside = about.join(nodes.select("node"), on="node", how="semi")
    datasets = [dataset, *inside.filter(pl.col("kind") != "job")["dataset"].unique().sort()]
    jobs = nodes.filter(pl.col("kind") == "job")["node"].to_list()
    kept = pl.concat([pl.Series("node", [start]), nodes["node"]])
    return Impact(
        lin=lin,
        node=start,
        direction=direction,
        hops=hops,
        nodes=nodes,
        edges=_edges(graph.bundles, kept),
        sources=found.sources,
        truncated=found.beyond > 0,
        cyclic=found.cyclic,
        focus=dataset,
        members=[*dict.fromkeys(datasets), *jobs],
        beyond=found.beyond,
        untold=untold(lin.frames, datasets, direction),
    )


def column_graph(lin: Lineage, frames: Frames) -> tuple[Frames, pl.DataFrame]:
    """Column lineage as flows between fields, and what is shown of each of its nodes."""
    fields = _fields(frames)
    graph = _column_frames(frames, fields)
    return graph, _about(lin, fields, graph)


def field_nodes(lin: Lineage) -> pl.DataFrame:
    """Every field that is told of: dataset, field, node."""
    return _fields(lin.frames).select("dataset", "field", "node")


def _fields(frames: Frames) -> pl.DataFrame:
    """Every field a schema or column lineage names: dataset, field, node, name, tags."""
    links = frames.column_edges
    told = [
        frames.fields.select("dataset", "field"),
        links.select(dataset="source", field="source_field"),
        links.select(dataset="target", field="target_field"),
    ]
    tags = frames.fields.select("dataset", "field", field_tags="tags")
    # ids as naming.field_id makes them
    return (
        pl.concat(told)
        .drop_nulls()
        .unique()
        .sort("dataset", "field")
        .join(frames.datasets, on="dataset", maintain_order="left")
        .join(tags, on=["dataset", "field"], how="left", maintain_order="left")
        .select(
            "dataset",
            "field",
            node=pl.format("field:{}:{}#{}", "namespace", "name", "field"),
            name=pl.format("{}#{}", "name", "field"),
            tags=pl.col("field_tags").fill_null([]),
        )
        .unique("node", keep="first", maintain_order=True)
    )


def _find(lin: Lineage, fields: pl.DataFrame, text: str) -> tuple[str, str]:
    """The dataset and the field that `dataset#field` means."""
    wanted = f"dataset:{text[6:]}" if text.startswith("field:") else text
    lacking = None
    for cut in (at for at in range(len(wanted) - 1, -1, -1) if wanted[at] == "#"):
        try:
            dataset = lin.names.find(wanted[:cut], ("dataset",))
        except NodeNotFound:
            continue
        known = fields.filter(pl.col("dataset") == dataset)
        row = known.filter(pl.col("field") == wanted[cut + 1 :])
        if len(row):
            return dataset, str(row["node"][0])
        lacking = lacking or (dataset, wanted[cut + 1 :], known["field"].to_list())
    if lacking is None:
        raise NodeNotFound.named(text, [])
    dataset, name, columns = lacking
    near = suggestions(name, columns)
    if near:
        hint = f"did you mean {near}?"
    else:
        hint = "lin.fields lists them." if columns else "no schema of it is told."
    raise NodeNotFound(f"{plain(dataset)} has no field {plain(name)!r}.", hint)


def _column_frames(frames: Frames, fields: pl.DataFrame) -> Frames:
    """Column lineage as flows between fields, for the index that follows flows between datasets."""
    ids = fields.select("dataset", "field", id="node")
    links = frames.column_edges.with_columns(
        own=(pl.col("source") == pl.col("job")).fill_null(value=False)
    )
    whole = (
        pl.concat([
            links.filter(pl.col("source_field").is_null()).select(dataset="source"),
            links.filter(pl.col("target_field").is_null()).select(dataset="target"),
        ])
        .unique()
        .join(frames.datasets.select("dataset"), on="dataset", how="semi")
        .sort("dataset")
    )  # fmt: skip
    everything = pl.concat([whole.select("dataset", id="dataset"), ids.select("dataset", "id")])
    members = everything.group_by("dataset", maintain_order=True).agg(all="id")

    def side(end: str) -> pl.DataFrame:
        """Links with the ids of this end in the list `{end}s`: one field, a job, or all fields."""
        one = ids.rename({"dataset": end, "field": f"{end}_field", "id": "one"})
        return (
            links.join(one, on=[end, f"{end}_field"], how="left", maintain_order="left")
            .join(members, left_on=end, right_on="dataset", how="left", maintain_order="left")
            .select(
                pl.when(pl.col("one").is_not_null())
                .then(pl.concat_list("one"))
                .otherwise(pl.col("all").fill_null(pl.concat_list(end)))
                .alias(f"{end}s")
            )
        )

    ended = pl.concat([links, side("source"), side("target")], how="horizontal")
    flows = ended.filter(~pl.col("own"))
    keys = (
        (pl.col("target_field").is_null(), ["job", "target"], "sources"),
        (pl.col("target_field").is_not_null() & pl.col("source_field").is_null(),
         ["job", "source"], "targets"),
        (pl.col("target_field").is_not_null() & pl.col("source_field").is_not_null(),
         ["job", "target", "target_field"], "sources"),
    )  # fmt: skip
    bundles = pl.concat([_grouped(flows.filter(which), key, united) for which, key, united in keys])
    made = (
        ended.filter(pl.col("own")).explode("targets").select(
            source="source", target="targets", kind=pl.lit("writes"), basis=pl.lit("declared"),
            runs="runs", first_seen=pl.lit(None), last_seen=pl.lit(None), event="event",
        )
    )  # fmt: skip
    return Frames.empty(
        datasets=everything.select(dataset="id"),
        jobs=frames.jobs,
        bundles=bundles,
        edges=made.select(pl.col(name).cast(dtype) for name, dtype in schema(EDGES).items()),
    )


def _grouped(flows: pl.DataFrame, key: list[str], united: str) -> pl.DataFrame:
    """Links with the same end as one bundle; the other ends are united."""
    other = "targets" if united == "sources" else "sources"
    return (
        flows.group_by(key, maintain_order=True)
        .agg(
            pl.col(united).explode(empty_as_null=False).unique().sort(),
            pl.col(other).first(),
            runs=pl.col("runs").max(),
            event=pl.col("event").min(),
        )
        .with_columns(basis=pl.lit("columns"))
        .select(pl.col(name).cast(dtype) for name, dtype in schema(BUNDLES).items())
    )


def _about(lin: Lineage, fields: pl.DataFrame, graph: Frames) -> pl.DataFrame:
    """What is shown of every node of the column graph."""
    known = lin.nodes.with_columns(
        dataset=pl.when(pl.col("kind") == "dataset").then(pl.col("node"))
    )
    shape = ["node", "kind", "name", "last_run", "owners", "tags", "dataset"]
    inherited = known.select("dataset", "last_run", "owners").drop_nulls("dataset")
    of_fields = fields.join(inherited, on="dataset", how="left", maintain_order="left")
    return pl.concat([
        known.filter(
            pl.col("dataset").is_null() | pl.col("node").is_in(graph.datasets["dataset"].implode())
        ).select(shape),
        of_fields.with_columns(kind=pl.lit("field")).select(shape),
    ])  # fmt: skip


def _edges(bundles: pl.DataFrame, kept: pl.Series) -> pl.DataFrame:
    """Field to field, among these."""
    edges = flows_of(bundles_among(bundles, kept)).with_columns(
        kind=pl.lit("derives"), first_seen=pl.lit(None), last_seen=pl.lit(None)
    )
    one = edges.unique(["source", "target"], keep="first", maintain_order=True)
    return one.select(pl.col(name).cast(dtype) for name, dtype in schema(EDGES).items())


def untold(frames: Frames, datasets: list[str], direction: Direction) -> list[str]:
    """Jobs that data of these datasets flows through and that tell no columns of the output."""
    here = pl.Series(datasets).implode()
    near = "targets" if direction == "upstream" else "sources"
    flows = frames.bundles.filter(pl.col(near).list.eval(pl.element().is_in(here)).list.any())
    outputs = flows.select("job", target="targets").explode("target", empty_as_null=False)
    if direction == "upstream":
        outputs = outputs.filter(pl.col("target").is_in(here))
    told = frames.column_edges.select("job", "target").unique()
    lost = outputs.join(told, on=["job", "target"], how="anti")
    jobs: list[str] = lost["job"].drop_nulls().unique().sort().to_list()
    return jobs
