"""What a person takes out of a picture and puts into it."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lineage_explorer as lx
from lineage_explorer.view.state import LIMIT, ViewState, picture
from tests.benchmarks.logs import layered, warehouse
from tests.events import run_event

CHAIN = lx.read([run_event(f"j{n}", [f"d{n}"], [f"d{n + 1}"], run=str(n)) for n in range(6)])
HUB = lx.read([run_event("hub", [f"in{n:02}" for n in range(40)], ["out"])])
MANY = lx.read(layered(700, seed=4))
LOG = lx.read(warehouse(120, seed=1))


def shown(lin: lx.Lineage, **state) -> set[str]:
    """Short names of what is drawn; stubs and groups whole."""
    drawn = picture(lin, ViewState(**state))
    return {n.id if n.kind in ("stub", "group") else n.id.rpartition(":")[2] for n in drawn.nodes}


def test_collapsing_takes_away_what_hangs_there_alone_and_leaves_a_stub() -> None:
    d3 = CHAIN.find("d3")
    assert shown(CHAIN, collapsed=(f"stub:out:{d3}",)) == {
        "d0", "j0", "d1", "j1", "d2", "j2", "d3", f"stub:out:{d3}",
    }  # fmt: skip
    assert shown(CHAIN, collapsed=(f"stub:in:{d3}",)) == {
        "d3", "j3", "d4", "j4", "d5", "j5", "d6", f"stub:in:{d3}",
    }  # fmt: skip


def test_what_another_way_leads_to_stays() -> None:
    lin = lx.read(
        [run_event("a", ["x"], ["z"], run="1"), run_event("b", ["y"], ["z"], run="2"),
         run_event("c", ["z"], ["end"], run="3")]
    )  # fmt: skip
    drawn = shown(lin, collapsed=(f"stub:out:{lin.find('x')}",))
    assert drawn == {"x", "y", "b", "z", "c", "end", f"stub:out:{lin.find('x')}"}


@given(st.integers(0, 10_000), st.sampled_from(["in", "out"]))
@settings(max_examples=25, deadline=None)
def test_collapsing_agrees_with_a_plain_search(number: int, direction: str) -> None:
    graph = LOG.neighbours
    node = graph.ids[number % len(graph.ids)]
    drawn = shown_ids(LOG, query="*", limit=0, collapsed=(f"stub:{direction}:{node}",))
    plain: nx.DiGraph[str] = nx.DiGraph(list(LOG.edges.select("source", "target").iter_rows()))
    plain.add_nodes_from(graph.ids)
    plain = plain if direction == "out" else plain.reverse()
    reached = nx.descendants(plain, node)
    cut = plain.copy()
    cut.remove_edges_from(list(plain.out_edges(node)))
    held = {
        n for n in reached if any(m not in reached and m != node for m in plain.predecessors(n))
    }
    kept = held.union(*(nx.descendants(cut, n) for n in held))
    assert drawn == set(graph.ids) - (reached - kept)


def shown_ids(lin: lx.Lineage, **state) -> set[str]:
    return {n.id for n in picture(lin, ViewState(**state)).nodes if n.kind in ("dataset", "job")}


def test_a_hidden_node_is_not_shown_and_no_stub_counts_it() -> None:
    out, first = HUB.find("out"), HUB.find("in00")
    drawn = picture(HUB, ViewState(focus=(out,), hidden=(first,)))
    assert first not in {node.id for node in drawn.nodes}
    assert next(node.label for node in drawn.nodes if node.kind == "stub") == "+34"


def test_a_pinned_node_stays_whatever_is_shown() -> None:
    pinned = CHAIN.find("d6")
    for state in (
        {"focus": (CHAIN.find("d0"),)},
        {"query": "d1"},
        {"path": (CHAIN.find("d0"), CHAIN.find("d2"))},
    ):
        drawn = picture(CHAIN, ViewState(pinned=(pinned,), **state))
        assert next(node for node in drawn.nodes if node.id == pinned).pinned


def test_what_is_chosen_from_the_list_is_shown_besides() -> None:
    chosen = HUB.find("in33")
    drawn = picture(HUB, ViewState(focus=(HUB.find("out"),), added=(chosen,)))
    assert chosen in {node.id for node in drawn.nodes}
    assert next(node.label for node in drawn.nodes if node.kind == "stub") == "+33"


@pytest.mark.parametrize("state", [{"query": "*"}, {}, {"focus": "busy", "hops": 99, "limit": 40}])
def test_of_a_large_picture_the_far_nodes_are_grouped_and_none_is_lost(state: dict) -> None:
    if "focus" in state:
        busiest = MANY.neighbours.ids[int(np.argmax(MANY.neighbours.degree()))]
        state = {**state, "focus": (busiest,)}
    drawn = picture(MANY, ViewState(**state))
    assert len(drawn.nodes) <= LIMIT
    assert any(node.kind == "group" for node in drawn.nodes)
    assert len(set(drawn.shown)) == len(drawn.shown)
    assert len(drawn.shown) == sum(node.members or 1 for node in drawn.nodes if node.kind != "stub")


def test_what_is_near_the_focus_is_not_grouped() -> None:
    busiest = MANY.neighbours.ids[int(np.argmax(MANY.neighbours.degree()[:300]))]
    drawn = picture(
        MANY, ViewState(focus=(busiest,), hops=99, expanded=(f"stub:out:{busiest}",) * 2)
    )
    kinds = {node.id: node.kind for node in drawn.nodes}
    assert kinds[busiest] == "dataset"


def test_edges_between_groups_stand_for_all_edges_between_their_members() -> None:
    drawn = picture(MANY, ViewState())
    inside = sum(edge.runs for edge in drawn.edges if edge.kind == "group" and not edge.both)
    both = [edge for edge in drawn.edges if edge.both]
    ids = MANY.neighbours.ids
    home = {ids[at]: group.id for group in groups_of(MANY) for at in group.members}
    between = {
        (s, t)
        for s, t in MANY.edges.select("source", "target").iter_rows()
        if home.get(s, s) != home.get(t, t) and (s in home or t in home)
    }
    against = sum(
        int(edge.title.rpartition("and ")[2].split(" ")[0].replace("\u2009", "")) for edge in both
    )
    assert inside + sum(edge.runs for edge in both) + against == len(between)


def groups_of(lin: lx.Lineage):
    from lineage_explorer.view.groups import grouped

    return grouped(lin.tree).groups


def test_colours_of_a_group_are_those_of_its_members() -> None:
    drawn = picture(MANY, ViewState())
    mode = next(mode for mode in drawn.modes if mode.name == "state")
    total = sum(mode.count(entry) for entry in range(len(mode.entries)))
    assert total == MANY.nodes.height
    for at, node in enumerate(drawn.nodes):
        if node.kind == "group":
            assert sum(count for _, count in mode.mix[at]) == node.members


def test_opening_a_group_shows_what_is_in_it_and_leaves_the_others() -> None:
    first = picture(MANY, ViewState())
    group = next(node for node in first.nodes if node.kind == "group")
    second = picture(MANY, ViewState(groups=(group.id,)), first)
    assert {n.id for n in first.nodes} - {n.id for n in second.nodes} == {group.id}
    assert sorted(first.shown) == sorted(second.shown)


def test_a_path_shows_every_way_and_marks_the_shortest() -> None:
    lin = lx.read(
        [run_event("a", ["x"], ["y"], run="1"), run_event("b", ["y"], ["z"], run="2"),
         run_event("short", ["x"], ["z"], run="3"), run_event("other", ["x"], ["w"], run="4")]
    )  # fmt: skip
    state = ViewState(path=(lin.find("x"), lin.find("z")))
    drawn = picture(lin, state)
    assert {node.label for node in drawn.nodes} == {"x", "a", "y", "b", "z", "short"}
    marked = {
        (drawn.nodes[e.source].label, drawn.nodes[e.target].label)
        for e in drawn.edges
        if e.shortest
    }
    assert marked == {("x", "short"), ("short", "z")}
    assert drawn.note == "2 paths, the shortest of 2 steps."


def test_more_paths_than_are_shown_are_told() -> None:
    events = [
        run_event(f"j{n}{way}", [f"d{n}"], [f"d{n + 1}"], run=f"{n}{way}")
        for n in range(8)
        for way in "ab"
    ]
    lin = lx.read(events)
    drawn = picture(lin, ViewState(path=(lin.find("d0"), lin.find("d8"))))
    assert "Cut at 100" in drawn.note


def test_no_path_is_told() -> None:
    lin = CHAIN
    drawn = picture(lin, ViewState(path=(lin.find("d3"), lin.find("d0"))))
    assert "No path" in drawn.note
    assert {node.label for node in drawn.nodes} == {"d0", "d3"}
