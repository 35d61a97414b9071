"""The live view's Python half: traits in, scenes and details out."""

import json

import pytest
import traitlets

import lineage_explorer as lx
from lineage_explorer.view.asking import answer
from tests.events import dataset, run_event

LIN = lx.read(
    [
        run_event("load", ["raw"], [dataset("orders", schema={"fields": [{"name": "id", "type": "int"}]})]),
        run_event("report", ["orders"], ["monthly"], run="2", kind="FAIL", job_facets={"sql": {"query": "select 1"}}),
    ]
)  # fmt: skip
ORDERS = "dataset:db:orders"


def test_a_focus_is_resolved_from_a_short_name() -> None:
    assert LIN.explore("orders").focus == [ORDERS]


def test_setting_a_trait_makes_a_new_scene() -> None:
    view = LIN.explore()
    before = view._scene
    view.focus = ["raw"]
    assert view._scene != before
    assert next(node.id for node in view.scene.nodes if node.kind == "dataset") == ORDERS


def test_setting_the_same_state_sends_nothing() -> None:
    view = LIN.explore("orders")
    seen: list[object] = []
    view.observe(seen.append, names=["_scene"])
    view.focus = ["orders"]
    assert seen == []


def test_a_selection_tells_what_is_known_of_the_node() -> None:
    view = LIN.explore(selection=["orders"])
    told = json.loads(view._detail)
    assert told["for"] == ORDERS
    assert {"Overview", "Schema", "Runs", "Facets", "Events"} <= {
        tab["name"] for tab in told["tabs"]
    }
    view.selection = []
    assert view._detail == ""


def test_a_job_tells_its_sql() -> None:
    told = json.loads(LIN.explore(selection=["report"])._detail)
    sql = next(tab for tab in told["tabs"] if tab["name"] == "SQL")
    assert sql["blocks"][0]["text"] == "select 1"


def test_an_edge_tells_the_events_behind_it_with_file_and_line() -> None:
    view = LIN.explore()
    view.edge = [ORDERS, "job:jobs:report"]
    told = json.loads(view._detail)
    events = next(tab for tab in told["tabs"] if tab["name"] == "Events")["blocks"][0]["rows"]
    assert [where for _, _, where in events] == ["<events> : 2"]
    told, _ = answer(LIN, {"what": "event", "event": events[0][0]})
    assert json.loads(told["text"])["job"]["name"] == "report"


def test_a_query_that_cannot_be_read_keeps_the_picture_and_says_where() -> None:
    view = LIN.explore("orders")
    before = view._scene
    view.query = "orders and"
    assert view._scene == before
    assert json.loads(view._error)["at"] is not None
    view.query = "+orders"
    assert view._error == ""
    assert view._scene != before


def test_typing_suggests_nodes_whose_name_holds_the_text() -> None:
    view = LIN.explore()
    view._typed = "ORD"
    assert [item[0] for item in json.loads(view._suggest)] == [ORDERS]


def test_the_frame_is_what_is_on_screen() -> None:
    view = LIN.explore(query="+orders")
    assert sorted(view.frame()["name"]) == ["load", "orders", "raw"]
    assert view.frame("edges").height == 2
    assert view.lineage.datasets.height == 2


def test_an_unknown_keyword_is_refused_with_a_suggestion() -> None:
    with pytest.raises(lx.UnknownOption, match="'color'"):
        LIN.explore(colour="kind")


@pytest.mark.parametrize("bad", [{"color": "red"}, {"hops": 0}, {"theme": "blue"}])
def test_a_wrong_value_is_refused(bad: dict) -> None:
    with pytest.raises(traitlets.TraitError):
        LIN.explore(**bad)


def test_a_focus_that_is_not_there_is_refused() -> None:
    with pytest.raises(lx.NodeNotFound):
        LIN.explore("nothing")


def test_displaying_gives_a_static_picture_and_then_the_view(monkeypatch) -> None:
    from lineage_explorer.view import widget

    shown: list[dict] = []
    monkeypatch.setattr(widget, "display", lambda data, **_: shown.append(data))
    LIN.explore("orders")._ipython_display_()
    assert [sorted(data) for data in shown] == [
        ["text/html", "text/plain"],
        ["application/vnd.jupyter.widget-view+json", "text/plain"],
    ]
    assert "data:image/svg+xml;base64," in shown[0]["text/html"]


def test_the_static_picture_is_the_same_every_time() -> None:
    assert LIN.explore("orders").static_svg() == LIN.explore("orders").static_svg()


def test_every_node_and_edge_of_the_samples_can_tell_of_itself() -> None:
    from lineage_explorer.view.detail import edge_detail, node_detail

    for name in lx.samples():
        lin = lx.sample(name)
        for node in lin.nodes["node"]:
            json.dumps(node_detail(lin, node))
        for source, target in lin.edges.select("source", "target").iter_rows():
            json.dumps(edge_detail(lin, source, target))
