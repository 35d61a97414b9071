from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage_explorer.graph.index import Direction, Index, build_index
from lineage_explorer.graph.reach import MOST, Reach, reach
from tests.frames import frames_of, node
from tests.graph.oracle import DATASETS, JOBS, Made, lineages

BOTH = st.sampled_from(["upstream", "downstream"])
ANY = st.sampled_from(DATASETS + JOBS)


def name(index: Index, at: int) -> str:
    return str(index.ids[at]).rpartition(":")[2]


def reached(made: Made, start: str, direction: Direction, hops: int | None = None) -> Reach:
    index = build_index(made.frames)
    return reach(index, [index.at(node(start))], direction, hops)


def hops_of(found: Reach) -> dict[str, int]:
    return {name(found.index, at): int(hops) for at, hops in enumerate(found.distance) if hops > 0}


@given(lineages(), ANY, BOTH)
def test_hops_are_those_of_networkx_on_all_flows(
    made: Made, start: str, direction: Direction
) -> None:
    assert hops_of(reached(made, start, direction)) == made.distances(start, direction)


@given(lineages(carried=False), st.sampled_from(DATASETS), BOTH)
def test_datasets_reached_are_networkx_ancestors_and_descendants(
    made: Made, start: str, direction: Direction
) -> None:
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(DATASETS)
    graph.add_edges_from((s, t) for s, _, t in made.flows())
    expected = (nx.ancestors if direction == "upstream" else nx.descendants)(graph, start)
    found = {name for name in hops_of(reached(made, start, direction)) if name in DATASETS}
    assert found == expected


@given(lineages(), ANY, BOTH)
def test_shortest_paths_are_as_many_as_networkx_lists(
    made: Made, start: str, direction: Direction
) -> None:
    found = reached(made, start, direction)
    for other in hops_of(found):
        at = found.index.at(node(other))
        assert found.paths[at] == made.shortest(start, direction, other), other


@given(lineages(), ANY, BOTH)
def test_the_path_kept_goes_over_flows_and_is_as_long_as_the_distance(
    made: Made, start: str, direction: Direction
) -> None:
    found = reached(made, start, direction)
    distances = made.distances(start, direction)
    graph = made.graph(start, direction)
    pairs = {
        (path[1], to[1])
        for path, middle in graph.edges
        if path[0] == "flow" and len(path) == 2
        for to in graph.successors(middle)
    }
    for other in distances:
        path = [name(found.index, at) for at in found.path(found.index.at(node(other)))]
        assert path[0] == start
        assert path[-1] == other
        stops = [start]
        for place, stop in enumerate(path[1:], 1):
            between = stop in JOBS and place < len(path) - 1 and (stops[-1], stop) not in pairs
            if not between and (stops[-1], stop) in pairs:
                stops.append(stop)
        hops = distances[other]
        assert hops <= len(path) - 1 <= 2 * hops


@given(lineages(), st.lists(ANY, max_size=3), BOTH)
def test_closures_that_go_far_are_found_like_near_ones(
    made: Made, starts: list[str], direction: Direction
) -> None:
    index = build_index(made.frames)
    first = [index.at(node(start)) for start in starts]
    near = reach(index, first, direction)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lineage_explorer.graph.reach.SWEEPS", 0)
        far = reach(index, first, direction)
    for part in ("far", "distance", "paths", "before", "passed", "passed_from"):
        assert np.array_equal(getattr(near, part), getattr(far, part)), part
    assert near.cyclic == far.cyclic
    assert set(near.order.tolist()) == set(far.order.tolist())


def test_a_chain_of_a_thousand_jobs_is_followed_to_its_end() -> None:
    names = [f"x{at:04}" for at in range(1001)]
    made = Made([(f"J{at:04}", [names[at]], [names[at + 1]]) for at in range(1000)])
    hops = hops_of(reached(made, names[0], "downstream"))
    assert [hops[name] for name in names[1:]] == list(range(1, 1001))
    assert [hops[f"J{at:04}"] for at in range(1000)] == list(range(1, 1001))


@given(lineages(), ANY, BOTH)
def test_all_paths_at_once_are_the_paths_one_by_one(
    made: Made, start: str, direction: Direction
) -> None:
    found = reached(made, start, direction)
    nodes = np.flatnonzero(found.distance > 0).astype(np.int32)
    lengths, flat = found.all_paths(nodes)
    parts = np.split(flat, np.cumsum(lengths)[:-1]) if len(nodes) else []
    assert [part.tolist() for part in parts] == [found.path(int(at)) for at in nodes]


@given(lineages(), ANY, ANY)
def test_what_is_upstream_of_a_node_has_that_node_downstream(
    made: Made, one: str, other: str
) -> None:
    up, down = hops_of(reached(made, one, "upstream")), hops_of(reached(made, other, "downstream"))
    assert (other in up) == (one in down)
    assert up.get(other) == down.get(one)


@given(lineages(), ANY, BOTH, st.integers(0, 4))
def test_a_limit_keeps_what_is_as_near(
    made: Made, start: str, direction: Direction, hops: int
) -> None:
    whole = hops_of(reached(made, start, direction))
    near = {other: far for other, far in whole.items() if far <= hops}
    assert hops_of(reached(made, start, direction, hops)) == near


@given(lineages(), st.lists(ANY, max_size=3), BOTH)
def test_several_starts_reach_what_each_of_them_reaches(
    made: Made, starts: list[str], direction: Direction
) -> None:
    index = build_index(made.frames)
    found = reach(index, [index.at(node(start)) for start in starts], direction)
    together = {name(index, at) for at, hops in enumerate(found.distance) if hops >= 0}
    each = [{start, *made.distances(start, direction)} for start in starts]
    assert together == set().union(*each)


def test_a_job_that_copies_two_tables_makes_neither_an_ancestor_of_the_others_copy() -> None:
    made = Made([("J1", ["a"], ["c"]), ("J1", ["b"], ["d"])])
    assert hops_of(reached(made, "d", "upstream")) == {"b": 1, "J1": 1}


def test_a_job_that_only_reads_is_downstream() -> None:
    made = Made([], reads=[("J1", "a")])
    assert hops_of(reached(made, "a", "downstream")) == {"J1": 1}


def test_a_job_that_only_writes_is_upstream() -> None:
    made = Made([], writes=[("J1", "a")])
    assert hops_of(reached(made, "a", "upstream")) == {"J1": 1}


def test_nothing_spreads_from_a_job_that_is_passed() -> None:
    made = Made([("J1", ["b"], ["c"])], reads=[("J1", "a")])
    assert hops_of(reached(made, "a", "downstream")) == {"J1": 1}


def test_data_handed_to_a_job_reaches_what_it_writes() -> None:
    made = Made([("J2", ["J1"], ["J2"])], reads=[("J1", "a")], writes=[("J2", "c")])
    assert hops_of(reached(made, "c", "upstream")) == {"J2": 1, "J1": 2, "a": 3}


def test_data_handed_to_a_job_does_not_reach_an_output_that_it_declares() -> None:
    made = Made(
        [("J2", ["J1"], ["J2"]), ("J2", ["b"], ["c"])],
        bases=["declared", "declared"],
        writes=[("J2", "c"), ("J2", "d")],
    )
    assert "J1" not in hops_of(reached(made, "c", "upstream"))
    assert "J1" in hops_of(reached(made, "d", "upstream"))


def test_runs_that_overlap_are_one_path() -> None:
    made = Made([("J1", ["a", "b"], ["c"]), ("J1", ["a"], ["c", "d"]), ("J1", ["b"], ["d"])])
    found = reached(made, "a", "downstream")
    assert found.paths[found.index.at(node("c"))] == 1
    assert found.paths[found.index.at(node("d"))] == 1


def test_two_jobs_between_two_tables_are_two_paths() -> None:
    made = Made([("J1", ["a"], ["c"]), ("J2", ["a"], ["c"])])
    found = reached(made, "a", "downstream")
    assert found.paths[found.index.at(node("c"))] == 2


def test_of_several_shortest_paths_the_one_of_the_lowest_node_is_kept() -> None:
    made = Made([("J1", ["a"], ["c", "b"]), ("J2", ["c"], ["d"]), ("J3", ["b"], ["d"])])
    found = reached(made, "a", "downstream")
    path = found.path(found.index.at(node("d")))
    assert [name(found.index, at) for at in path] == ["a", "J1", "b", "J3", "d"]


def test_paths_past_counting_are_told_as_the_most() -> None:
    layers = [f"x{at:03}" for at in range(120)]
    bundles = [(f"J{at}{way}", [layers[at]], [layers[at + 1]]) for at in range(119) for way in "ab"]
    index = build_index(frames_of(bundles))
    found = reach(index, [index.at(node("x000"))], "downstream")
    assert found.paths[index.at(node("x030"))] == 2**30
    assert found.paths[index.at(node("x119"))] == MOST


@pytest.mark.parametrize("bundles", [
    [("J1", ["a"], ["a"])],
    [("J1", ["a"], ["b"]), ("J2", ["b"], ["a"])],
])  # fmt: skip
def test_a_node_that_feeds_itself_is_cyclic_and_not_its_own_ancestor(bundles: list) -> None:
    found = reached(Made(bundles), "a", "upstream")
    assert found.cyclic
    assert found.distance[found.index.at(node("a"))] == 0


def test_a_node_beside_a_cycle_is_not_cyclic() -> None:
    made = Made([("J1", ["a"], ["b"]), ("J2", ["b"], ["a"]), ("J3", ["b"], ["c"])])
    assert not reached(made, "c", "upstream").cyclic


def test_a_job_that_reads_what_it_writes_is_cyclic() -> None:
    assert reached(Made([("J1", ["a"], ["a"])]), "J1", "downstream").cyclic


def test_a_flow_of_an_unknown_node_is_refused_by_name() -> None:
    frames = frames_of([("J1", ["a"], ["b"])])
    with pytest.raises(ValueError, match="dataset:n:b"):
        build_index(frames.with_(datasets=frames.datasets.head(1)))


def test_a_bundle_takes_a_vertex_and_not_an_edge_for_every_pair() -> None:
    many = [f"t{at}" for at in range(200)]
    index = build_index(frames_of([("J1", many, [f"u{name}" for name in many])]))
    assert len(index.forward.values) == 400
