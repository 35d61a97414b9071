"""What the panel tells of a line between two groups."""

from __future__ import annotations

import pytest

import lineage_explorer as lx
from lineage_explorer.errors import LineageError
from lineage_explorer.view.detail_group import group_edge_detail, line_detail
from lineage_explorer.view.scene import Scene
from lineage_explorer.view.state import ViewState, picture
from tests.benchmarks.logs import warehouse

LIN = lx.read(warehouse(400, seed=1))
DRAWN = picture(LIN, ViewState())


def ends_of(drawn: Scene, at: int) -> tuple[str, str]:
    """The ids at both ends of an edge."""
    edge = drawn.edges[at]
    return drawn.nodes[edge.source].id, drawn.nodes[edge.target].id


GROUPED = [at for at, edge in enumerate(DRAWN.edges) if edge.kind == "group"]


def facts(detail: dict) -> dict[str, str]:
    """The first facts of the overview."""
    return dict(detail["tabs"][0]["blocks"][0]["rows"])


@pytest.mark.parametrize("drawn", [DRAWN, picture(LIN, ViewState(query="not integration:DBT"))])
def test_a_line_tells_as_many_edges_as_it_is_labelled_with(drawn: Scene) -> None:
    lines = [at for at, edge in enumerate(drawn.edges) if edge.kind == "group"]
    assert lines
    for at in lines:
        told = facts(group_edge_detail(LIN, drawn, *ends_of(drawn, at)))
        assert int(told["Edges"].replace(",", "")) == drawn.edges[at].runs


def test_members_of_the_groups_are_all_nodes_that_are_not_drawn_by_themselves() -> None:
    inside = [node for where in DRAWN.members.values() for node in DRAWN.shown[where]]
    alone = [node.id for node in DRAWN.nodes if node.kind in ("dataset", "job")]
    assert sorted([*inside, *alone]) == sorted(LIN.nodes["node"])


def test_the_edges_are_listed_and_what_is_left_out_is_told() -> None:
    at = max(GROUPED, key=lambda at: DRAWN.edges[at].runs)
    detail = group_edge_detail(LIN, DRAWN, *ends_of(DRAWN, at))
    *note, listed = next(tab for tab in detail["tabs"] if tab["name"] == "Edges")["blocks"]
    left = DRAWN.edges[at].runs - len(listed["rows"])
    assert listed["columns"] == ["from", "to", "kind", "runs", "last seen"]
    assert bool(note) == (left > 0)
    assert not note or f"{left:,} more" in note[0]["text"]


def test_two_nodes_without_an_edge_between_them_have_no_detail() -> None:
    group = next(node.id for node in DRAWN.nodes if node.kind == "group")
    with pytest.raises(LineageError):
        line_detail(LIN, DRAWN, group, group[:-1])


def test_a_line_between_groups_opens_the_panel_of_a_view() -> None:
    view = LIN.explore()
    view.edge = list(ends_of(DRAWN, GROUPED[0]))
    assert "edges between groups" in view._detail
