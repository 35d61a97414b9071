from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from lineage_explorer.graph.narrow import narrow
from lineage_explorer.tables import (
    FACETS,
    PROBLEMS,
    QUALITY,
    SCHEMAS,
    TABLES,
    Frames,
    flows_of,
    schema,
    table,
)
from tests.frames import frames_of, moment, node, rows
from tests.graph.oracle import DATASETS, JOBS, Made, lineages

FRAMES = frames_of(
    [("J1", ["a", "b"], ["c"]), ("J2", ["c"], ["d", "e"])],
    runs=[("r1", "J1", "COMPLETE", 1), ("r2", "J2", "COMPLETE", 2), ("r3", "J2", "FAIL", 3)],
    columns=[("a", "x", "c", "y", "J1"), ("c", "y", "d", "z", "J2")],
    fields={"a": ["x"], "d": ["z"]},
).with_(
    schemas=table(SCHEMAS, [(node("c"), "v1", [], 1, 1, 1), (node("d"), "v2", [], 2, 2, 1)]),
    quality=table(QUALITY, rows(QUALITY, [
        {"dataset": node("c"), "run": "r1", "name": "rows", "success": True, "event": 0},
        {"dataset": node("d"), "run": "r2", "name": "rows", "success": True, "event": 1},
        {"job": node("J2"), "run": "r2", "name": "a test", "success": True, "event": 1},
    ])),
    facets=table(FACETS, [("job", node("J1"), None, 0, "sql", b"{}"),
                          ("output", node("d"), "r2", 1, "version", b"{}")]),
    problems=table(PROBLEMS, [("f", 1, 0, "error", "code", "message", "hint")]),
)  # fmt: skip


def kept(*names: str) -> Frames:
    return narrow(FRAMES, [node(name) for name in names])


def test_all_nodes_are_the_same_frames() -> None:
    whole = narrow(FRAMES, [*FRAMES.datasets["dataset"], *FRAMES.jobs["job"]])
    for name, frame in FRAMES.items():
        assert_frame_equal(getattr(whole, name), frame)


def test_no_node_is_nothing_but_the_problems() -> None:
    nothing = narrow(FRAMES, [])
    assert {name for name, frame in nothing.items() if len(frame)} == {"problems"}


def test_what_is_told_of_other_nodes_goes() -> None:
    part = kept("a", "J1", "c")
    assert part.datasets["dataset"].to_list() == [node("a"), node("c")]
    assert part.jobs["job"].to_list() == [node("J1")]
    assert part.runs["run"].to_list() == ["r1"]
    assert part.edges.select("source", "target").rows() == [
        (node("a"), node("J1")), (node("J1"), node("c")),
    ]  # fmt: skip
    assert part.io["dataset"].to_list() == [node("c")]
    assert part.fields["field"].to_list() == ["x"]
    assert part.schemas["version"].to_list() == ["v1"]
    assert part.column_edges.select("source", "target").rows() == [(node("a"), node("c"))]
    assert part.quality["run"].to_list() == ["r1"]
    assert kept("J2").quality["name"].to_list() == ["a test"]
    assert part.facets["facet"].to_list() == ["sql"]
    assert part.problems.equals(FRAMES.problems)


def test_a_bundle_keeps_the_ends_that_are_kept() -> None:
    part = kept("a", "c", "J1")
    assert part.bundles.select("job", "sources", "targets").rows() == [
        (node("J1"), [node("a")], [node("c")])
    ]


def test_events_are_those_of_kept_runs_and_those_kept_rows_point_to_under_their_old_ids() -> None:
    assert kept("J2").events["event"].to_list() == [1, 2]
    assert kept("d").events["event"].to_list() == [0, 1, 2]  # 0: the event of its schema's field


def test_datasets_alone_are_joined_by_derives_edges_with_the_basis_of_the_flow() -> None:
    part = kept("a", "c", "d")
    assert part.edges.select("source", "target", "kind", "basis", "runs", "event").rows() == [
        (node("a"), node("c"), "derives", "implied", 1, 0),
        (node("c"), node("d"), "derives", "implied", 1, 0),
    ]
    assert part.edges["first_seen"].to_list() == [moment(1), moment(1)]
    assert part.bundles["job"].to_list() == [None, None]
    assert part.column_edges["job"].to_list() == [None, None]


def test_two_jobs_left_out_between_two_datasets_are_one_edge_on_the_stronger_basis() -> None:
    frames = frames_of([("J1", ["a"], ["b"]), ("J2", ["a"], ["b"])], basis=["implied", "declared"])
    edges = narrow(frames, [node("a"), node("b")]).edges
    assert edges.select("basis", "runs").rows() == [("declared", 2)]


def test_a_node_that_is_not_there_adds_nothing() -> None:
    assert kept("a", "nobody").datasets["dataset"].to_list() == [node("a")]


@pytest.mark.parametrize("nodes", [[], ["a"], ["a", "c", "d"], ["J1", "c"]])
def test_frames_keep_the_columns_of_the_contract(nodes: list[str]) -> None:
    for name, frame in kept(*nodes).items():
        assert dict(frame.schema) == schema(TABLES[name])


SOME = st.sets(st.sampled_from(DATASETS + JOBS))


def test_texts_of_facets_are_not_loaded_before_somebody_asks_for_them() -> None:
    asked: list[str] = []

    def facets() -> pl.DataFrame:
        asked.append("facets")
        return FRAMES.facets

    part = narrow(FRAMES.with_(facets=facets), [node("a")])
    assert part.datasets.height == 1
    assert asked == []
    assert_frame_equal(part.facets, narrow(FRAMES, [node("a")]).facets)
    assert asked == ["facets"]


@given(lineages(), SOME)
def test_every_row_of_a_part_names_nodes_of_the_part(made: Made, names: set[str]) -> None:
    part = narrow(made.frames, [node(name) for name in names])
    there = pl.concat([part.datasets["dataset"], part.jobs["job"]]).to_list()
    assert set(there) == {node(name) for name in names}
    assert set(part.edges["source"]) | set(part.edges["target"]) <= set(there)
    flows = flows_of(part.bundles)
    named = set(flows["source"]) | set(flows["target"]) | set(flows["job"].drop_nulls())
    assert named <= set(there)


@given(lineages(), SOME)
def test_flows_of_a_part_are_the_flows_between_its_nodes(made: Made, names: set[str]) -> None:
    part = flows_of(narrow(made.frames, [node(name) for name in names]).bundles)
    expected = {
        (node(s), node(t), (job and job in names and node(job)) or None)
        for job, sources, targets in made.bundles
        for s in sources
        for t in targets
        if {s, t} <= names
    }
    assert set(part.select("source", "target", "job").rows()) == expected


@given(lineages(), SOME)
def test_narrowing_twice_is_narrowing_once(made: Made, names: set[str]) -> None:
    nodes = [node(name) for name in names]
    once = narrow(made.frames, nodes)
    for name, frame in narrow(once, nodes).items():
        assert_frame_equal(frame, getattr(once, name))
