from __future__ import annotations

import polars as pl

from lineage_explorer.graph.build import to_networkx
from tests.frames import frames_of, node

FRAMES = frames_of(
    [("J1", ["a"], ["b"]), (None, ["a"], ["c"])], about={"a": {"owners": ["team-a"]}}
)
GRAPH = to_networkx(FRAMES)


def test_nodes_are_datasets_and_jobs_with_their_columns_and_kind() -> None:
    assert list(GRAPH) == [node(name) for name in ("a", "b", "c", "J1")]
    assert GRAPH.nodes[node("a")] == {
        **FRAMES.datasets.drop("dataset").row(0, named=True),
        "kind": "dataset",
    }
    assert GRAPH.nodes[node("J1")]["kind"] == "job"


def test_edges_are_keyed_by_kind_and_point_the_way_data_flows() -> None:
    assert set(GRAPH.edges(keys=True)) == {
        (node("a"), node("J1"), "reads"),
        (node("J1"), node("b"), "writes"),
        (node("a"), node("c"), "derives"),
    }


def test_edges_carry_the_columns_of_their_row() -> None:
    row = FRAMES.edges.row(by_predicate=pl.col("kind") == "derives", named=True)
    ends = row.pop("source"), row.pop("target")
    assert GRAPH.edges[*ends, "derives"] == row


def test_two_kinds_of_edge_between_two_nodes_stay_two() -> None:
    frames = frames_of([(None, ["a"], ["b"])])
    again = frames.edges.with_columns(kind=pl.lit("hands_over"))
    graph = to_networkx(frames.with_(edges=pl.concat([frames.edges, again])))
    assert graph.number_of_edges(node("a"), node("b")) == 2
