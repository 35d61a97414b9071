from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage_explorer.analysis.impact import impact
from lineage_explorer.analysis.words import code
from lineage_explorer.errors import AmbiguousName, LineageError, NodeNotFound
from lineage_explorer.graph.index import Direction
from lineage_explorer.lineage import Lineage
from tests.frames import frames_of, node
from tests.graph.oracle import DATASETS, JOBS, Made, lineages

SHOP = Lineage(frames_of(
    [
        ("Jload", ["raw.orders", "raw.customers"], ["stg"]),
        ("Jmart", ["stg"], ["daily"]),
        ("Jmart", ["side"], ["other"]),
    ],
    runs=[("r1", "Jload", "FAIL", 1), ("r2", "Jload", "COMPLETE", 2)],
    about={"raw.orders": {"owners": ["team-a"], "tags": ["gold"]}, "stg": {"owners": ["team-b"]}},
))  # fmt: skip
BOTH = st.sampled_from(["upstream", "downstream"])


def hops(
    lin: Lineage, start: str, direction: Direction, limit: int | None = None
) -> dict[str, int]:
    nodes = impact(lin, node(start), direction, limit).nodes
    return dict(zip(nodes["name"], nodes["hops"], strict=True))


def test_upstream_is_every_node_that_flows_lead_from_nearest_first() -> None:
    nodes = impact(SHOP, "daily", "upstream").nodes
    assert nodes.select("hops", "kind", "name").rows() == [
        (1, "dataset", "stg"), (1, "job", "Jmart"), (2, "dataset", "raw.customers"),
        (2, "dataset", "raw.orders"), (2, "job", "Jload"),
    ]  # fmt: skip


def test_a_path_leads_from_the_node_asked_for_over_the_jobs_between() -> None:
    nodes = impact(SHOP, "daily", "upstream").nodes
    paths = dict(zip(nodes["name"], nodes["path"], strict=True))
    expected = ["daily", "Jmart", "stg", "Jload", "raw.orders"]
    assert paths["raw.orders"].to_list() == [node(name) for name in expected]


def test_nodes_say_their_owners_tags_and_newest_run() -> None:
    nodes = impact(SHOP, "daily", "upstream").nodes
    facts = {row["name"]: row for row in nodes.iter_rows(named=True)}
    assert facts["raw.orders"]["owners"] == ["team-a"]
    assert facts["raw.orders"]["tags"] == ["gold"]
    assert facts["stg"]["last_run"] == facts["Jload"]["last_run"] == "r2"
    assert facts["Jmart"]["last_run"] is None


def test_sources_are_datasets_that_nothing_flows_into() -> None:
    found = impact(SHOP, "daily", "upstream")
    assert found.sources.rows() == [(node("raw.customers"), 2), (node("raw.orders"), 2)]


def test_sources_of_a_downstream_are_its_sinks() -> None:
    assert impact(SHOP, "stg", "downstream").sources.rows() == [(node("daily"), 1)]


def test_a_limit_that_cuts_says_so_and_how_much() -> None:
    found = impact(SHOP, "daily", "upstream", 1)
    assert found.truncated
    assert found.counts["beyond"] == 3
    assert len(found.sources) == 0
    assert "3 more further than 1 hop" in repr(found)


def test_a_limit_that_cuts_nothing_does_not() -> None:
    assert not impact(SHOP, "daily", "upstream", 2).truncated


def test_no_limit_may_be_negative() -> None:
    with pytest.raises(LineageError, match="below 0"):
        impact(SHOP, "daily", "upstream", -1)


def test_counts_add_up() -> None:
    assert impact(SHOP, "daily", "upstream").counts == {
        "datasets": 3, "jobs": 2, "sources": 2, "hops": 2, "beyond": 0,
    }  # fmt: skip


def test_edges_are_those_between_the_nodes_and_the_one_asked_for() -> None:
    edges = impact(SHOP, "stg", "downstream").edges
    assert edges.select("source", "target").rows() == [
        (node("stg"), node("Jmart")), (node("Jmart"), node("daily")),
    ]  # fmt: skip


def test_the_lineage_is_the_part_with_these_nodes() -> None:
    part = impact(SHOP, "stg", "downstream").lineage
    assert part.nodes["name"].to_list() == ["daily", "stg", "Jmart"]


def test_a_node_that_feeds_itself_says_so_and_is_left_out() -> None:
    lin = Lineage(frames_of([("J1", ["a"], ["a"])]))
    found = impact(lin, "a", "upstream")
    assert found.cyclic
    assert found.nodes["name"].to_list() == ["J1"]
    assert "feeds itself" in repr(found)


def test_nothing_upstream_is_said_in_words() -> None:
    assert repr(impact(SHOP, "raw.orders", "upstream")) == "upstream of raw.orders: nothing"


def test_the_first_line_is_the_answer() -> None:
    first = repr(impact(SHOP, "daily", "upstream")).splitlines()[0]
    assert first == "upstream of daily: 3 datasets and 2 jobs in 2 hops, 2 sources"


def test_a_long_answer_shows_twenty_rows_and_how_many_more() -> None:
    lin = Lineage(frames_of([("J1", [f"t{at:02}" for at in range(30)], ["all"])]))
    lines = repr(impact(lin, "all", "upstream")).splitlines()
    assert len(lines) == 23
    assert lines[-1] == "… and 11 more nodes in .nodes"


EVIL = "<img src=x onerror=alert(1)>|`\x1b[31m\u202e"


def evil() -> Lineage:
    return Lineage(frames_of([("J1", [EVIL], ["safe"])], about={EVIL: {"owners": [EVIL]}}))


def test_names_cannot_steer_a_terminal_or_be_markup() -> None:
    found = impact(evil(), "safe", "upstream")
    assert not {"\x1b", "\u202e"} & set(repr(found) + found._repr_html_() + found.report())
    assert "<img" not in found._repr_html_()


def test_a_hostile_name_is_code_in_the_report() -> None:
    report = impact(evil(), "safe", "upstream").report()
    assert "<img" in report
    assert "<img" not in re.sub(r"(?<!`)``(?!`).*?(?<!`)``(?!`)", "", report)


def test_code_is_closed_by_more_backticks_than_it_holds() -> None:
    assert code("``") == "``` `` ```"


def test_the_report_names_the_owners_to_tell_and_the_nodes_without() -> None:
    report = impact(SHOP, "daily", "upstream").report()
    assert "| `team-a` | `dataset:n:raw.orders` |" in report
    assert "Of 3 nodes no owner is told." in report


def test_an_unknown_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(NodeNotFound, match="daily"):
        impact(SHOP, "dayly", "upstream")


def test_an_ambiguous_name_is_refused() -> None:
    with pytest.raises(AmbiguousName):
        impact(Lineage(frames_of(nodes=["x.t", "y.t"])), "t", "upstream")


@given(lineages(), st.sampled_from(DATASETS + JOBS), BOTH)
def test_hops_are_those_of_networkx_on_all_flows(
    made: Made, start: str, direction: Direction
) -> None:
    assert hops(Lineage(made.frames), start, direction) == made.distances(start, direction)


@given(lineages(carried=False), st.sampled_from(DATASETS + JOBS), BOTH)
def test_asking_the_part_again_gives_the_same_answer(
    made: Made, start: str, direction: Direction
) -> None:
    found = impact(Lineage(made.frames), node(start), direction)
    again = impact(found.lineage, node(start), direction)
    shown = ["node", "hops"]
    assert again.nodes.select(shown).equals(found.nodes.select(shown))
