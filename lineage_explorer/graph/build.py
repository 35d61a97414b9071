"""Frames as networkx, for those who bring their own algorithms."""

from __future__ import annotations

import networkx as nx
import polars as pl

from lineage_explorer.tables import Frames


def to_networkx(frames: Frames) -> nx.MultiDiGraph[str]:
    """Jobs and datasets with their columns (and `kind`) as attributes; edges keyed by their kind.

    Edges point the way data flows. Walking them does not follow flows: a job that copies A to C
    and B to D joins A to D here. `lin.upstream` and `lin.downstream` follow flows.
    """
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for kind, frame in (("dataset", frames.datasets), ("job", frames.jobs)):
        kinds = frame.with_columns(pl.lit(kind).alias("kind"))
        graph.add_nodes_from((row.pop(kind), row) for row in kinds.iter_rows(named=True))
    for row in frames.edges.iter_rows(named=True):
        graph.add_edge(row.pop("source"), row.pop("target"), key=row["kind"], **row)
    return graph
