from __future__ import annotations

from itertools import pairwise, product

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage_explorer.analysis.paths import Paths, paths
from lineage_explorer.errors import LineageError, NodeNotFound
from lineage_explorer.lineage import Lineage
from tests.frames import frames_of, node
from tests.graph.oracle import DATASETS, JOBS, Made, lineages

SHOP = Lineage(frames_of([
    ("J1", ["a"], ["b"]), ("J2", ["b"], ["c"]), ("J3", ["a"], ["c"]), ("J4", ["c"], ["d"]),
    (None, ["b"], ["d"]),
]))  # fmt: skip


def names(found: Paths) -> list[str]:
    return [" ".join(stop.rpartition(":")[2] for stop in path) for path in found.paths]


def test_every_path_is_there_fewest_hops_first_then_by_id() -> None:
    assert names(paths(SHOP, "a", "d")) == ["a J1 b d", "a J3 c J4 d", "a J1 b J2 c J4 d"]


def test_a_limit_that_cuts_says_so() -> None:
    found = paths(SHOP, "a", "d", 2)
    assert (found.count, found.truncated) == (2, True)
    assert "there are more" in repr(found)


def test_a_limit_that_is_just_enough_does_not() -> None:
    assert not paths(SHOP, "a", "d", 3).truncated


def test_no_path_is_an_answer() -> None:
    found = paths(SHOP, "d", "a")
    assert (found.paths, found.truncated) == ([], False)
    assert repr(found).startswith("no path from")


def test_a_path_may_begin_and_end_at_a_job() -> None:
    assert names(paths(SHOP, "J1", "J4")) == ["J1 b J2 c J4"]


def test_a_job_takes_no_short_cut_from_one_flow_to_another() -> None:
    lin = Lineage(frames_of([("J1", ["a"], ["c"]), ("J1", ["b"], ["d"])]))
    assert names(paths(lin, "a", "d")) == []


def test_two_jobs_between_the_same_tables_are_two_paths() -> None:
    lin = Lineage(frames_of([("J1", ["a"], ["b"]), ("J2", ["a"], ["b"])]))
    assert names(paths(lin, "a", "b")) == ["a J1 b", "a J2 b"]


def test_a_node_has_no_path_to_itself() -> None:
    assert paths(SHOP, "a", "a").paths == []


def test_a_limit_below_one_is_refused() -> None:
    with pytest.raises(LineageError, match="limit"):
        paths(SHOP, "a", "d", 0)


def test_an_unknown_end_is_refused() -> None:
    with pytest.raises(NodeNotFound):
        paths(SHOP, "a", "nobody")


def test_the_lineage_is_the_nodes_on_the_paths() -> None:
    assert paths(SHOP, "b", "d", 1).lineage.nodes["name"].to_list() == ["b", "d"]


def test_more_paths_than_anyone_can_count_end_at_the_limit() -> None:
    layers = [[f"t{at:03}{way}" for way in "abc"] for at in range(60)]
    bundles = [(f"J{at}", one, other) for at, (one, other) in enumerate(pairwise(layers))]
    found = paths(Lineage(frames_of(bundles)), "t000a", "t059c", 50)
    assert (found.count, found.truncated) == (50, True)
    assert found.paths == sorted(found.paths)


def test_a_tangle_of_cycles_with_one_way_out_ends() -> None:
    tangle = [f"t{at:02}" for at in range(40)]
    bundles = [("J0", tangle, tangle), ("J1", ["a"], ["t00"]), ("J2", ["t39"], ["z"])]
    found = paths(Lineage(frames_of(bundles)), "a", "z", 20)
    assert (found.count, found.truncated) == (20, True)
    assert names(found)[0] == "a J1 t00 J0 t39 J2 z"


def test_a_dead_end_behind_a_node_already_passed_is_not_a_path() -> None:
    lin = Lineage(frames_of([
        ("J1", ["a"], ["b"]), ("J2", ["b"], ["c", "z"]), ("J3", ["c"], ["b"]),
    ]))  # fmt: skip
    assert names(paths(lin, "a", "z")) == ["a J1 b J2 z"]


def test_a_job_that_is_both_passed_and_handed_data_is_one_path() -> None:
    lin = Lineage(frames_of([
        ("J1", ["a"], ["J1"]), ("J1", ["a"], ["b"]), (None, ["a"], ["J1"]),
    ]))  # fmt: skip
    assert names(paths(lin, "a", "b")) == ["a J1 b"]


def test_two_jobs_that_hand_over_in_two_ways_are_one_path() -> None:
    lin = Lineage(frames_of(
        [("J1", ["a"], ["J1"]), ("J2", ["J1"], ["b"]), ("J1", ["a"], ["J2"])],
        writes=[("J2", "b")],
    ))  # fmt: skip
    assert names(paths(lin, "a", "b")) == ["a J1 J2 b"]


# The next three have one path, and so many beginnings that lead to none that trying them would
# never end.


def test_a_tangle_that_only_leads_back_is_not_gone_into() -> None:
    tangle = [f"t{at:02}" for at in range(30)]
    bundles = [("J1", ["a"], ["g"]), ("J2", ["g"], ["z"]), ("J3", ["g", *tangle], ["g", *tangle])]
    assert names(paths(Lineage(frames_of(bundles)), "a", "z")) == ["a J1 g J2 z"]


def test_flows_that_only_lead_back_to_the_job_they_begin_at_are_not_gone_into() -> None:
    layers = [[f"t{at:02}{way}" for way in "abc"] for at in range(30)]
    flows = [(f"J1{at}", one, other) for at, (one, other) in enumerate(pairwise(layers))]
    lin = Lineage(frames_of(
        [*flows, ("J2", ["J1"], ["z"])],
        reads=[("J1", last) for last in layers[-1]],
        writes=[("J1", first) for first in layers[0]],
    ))  # fmt: skip
    assert names(paths(lin, "J1", "z")) == ["J1 J2 z"]


def test_jobs_that_are_both_passed_and_handed_data_do_not_multiply() -> None:
    bundles = []
    for at in range(40):
        one, job, other = f"t{at:02}", f"J{at:02}", f"t{at + 1:02}"
        bundles += [(job, [one], [job]), (job, [one], [other])]
    assert paths(Lineage(frames_of(bundles)), "t00", "t40").count == 1


def test_names_are_text_in_html() -> None:
    lin = Lineage(frames_of([("J1", ["<b>x\x1b"], ["c"])]))
    shown = paths(lin, "<b>x\x1b", "c")
    assert "<b>" not in shown._repr_html_()
    assert "\x1b" not in repr(shown) + shown._repr_html_()


def simple(made: Made, start: str, end: str) -> list[list[str]]:
    """All simple paths over flows, with the jobs between, by networkx, in their order."""
    flows = made.flows()
    flows |= {(start, None, put) for put in made.puts(start)}
    flows |= {(taken, None, end) for taken in made.takes(end)}
    between: dict[tuple[str, str], set[str | None]] = {}
    for s, job, t in flows:
        between.setdefault((s, t), set()).add(None if job in (s, t) else job)
    graph = nx.DiGraph(between.keys())
    graph.add_nodes_from([start, end])
    found = []
    for stops in nx.all_simple_paths(graph, start, end):
        for jobs in product(*(between[pair] for pair in pairwise(stops))):
            path = [start]
            for job, stop in zip(jobs, stops[1:], strict=True):
                path += [stop] if job is None else [job, stop]
            found.append((len(stops), [node(name) for name in path]))
    return [list(path) for path in dict.fromkeys(tuple(path) for _, path in sorted(found))]


def ends(names: list[str]) -> st.SearchStrategy[list[str]]:
    return st.permutations(names).map(lambda ordered: ordered[:2])


@given(lineages(carried=False, acyclic=True), ends(DATASETS))
def test_paths_of_a_graph_without_cycles_are_those_of_networkx(made: Made, pair: list[str]) -> None:
    start, end = pair
    expected = simple(made, start, end)
    assert paths(Lineage(made.frames), node(start), node(end)).paths == expected[:100]


@given(lineages(), ends(DATASETS + JOBS), st.integers(1, 5))
def test_paths_of_any_graph_are_the_first_of_those_of_networkx(
    made: Made, pair: list[str], limit: int
) -> None:
    start, end = pair
    expected = simple(made, start, end)
    found = paths(Lineage(made.frames), node(start), node(end), limit)
    assert found.paths == expected[:limit]
    assert found.truncated == (len(expected) > limit)
