"""The live view's Python half: traits in, scenes and details out."""

import json
import re

import pytest
import traitlets
from ipywidgets.widgets.widget import _remove_buffers

import lineage_explorer as lx
from lineage_explorer.view.asking import answer
from lineage_explorer.view.code import code
from lineage_explorer.view.detail_run import run_detail
from lineage_explorer.view.history import schema_history
from lineage_explorer.view.state import ViewState
from tests.benchmarks.logs import layered
from tests.events import dataset, run_event
from tests.view.hostile import HOSTILE

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


# Python and view, one thing ---------------------------------------------------------------------


def test_a_state_makes_the_same_view_again() -> None:
    view = LIN.explore("orders", hops=2, color="owner", selection=["raw"], theme="dark")
    view.time = "2024-05-01T10:00:00Z"
    again = LIN.explore(state=view.state)
    assert again.state == view.state
    assert again._scene == view._scene
    assert LIN.explore("raw", state=view.state).focus == ["dataset:db:raw"]


def test_the_code_of_a_view_makes_it_again() -> None:
    view = LIN.explore(query="+orders", color="kind", selection=["raw"], height=600)
    view.time = ["2024-05-01T10:00:00Z", "2024-05-01T11:00:00Z"]
    scope = {"lin": LIN}
    exec(view.code(), scope)  # noqa: S102 - our own code, made above
    again: lx.Explorer = scope["view"]  # type: ignore[assignment]
    assert again.state == view.state
    assert again.height == 600


@pytest.mark.parametrize("name", HOSTILE)
def test_the_code_of_a_hostile_name_is_that_name(name: str) -> None:
    import ast

    told = code(ViewState(query=name))
    assert told.isprintable() or "\n" in told
    (keyword,) = ast.parse(told).body[0].value.keywords  # type: ignore[attr-defined]
    assert ast.literal_eval(keyword.value) == name


def test_the_browser_has_the_code_of_what_it_shows() -> None:
    view = LIN.explore()
    view.hops = 3
    assert view._code == view.code() == "view = lin.explore(hops=3)"


def test_colours_that_the_user_brought_are_told_of_and_not_lost() -> None:
    told = LIN.explore(color={"orders": "gold"}).code()
    assert "coloured by your 'value'" in told
    assert "color=" not in told.partition("#")[0]


def test_other_data_in_the_same_view_keeps_what_it_can() -> None:
    view = LIN.explore("orders", selection=["orders", "raw"], color="kind")
    more = lx.read([run_event("load", ["other"], ["orders"]), run_event("next", ["orders"], ["z"])])
    sent: list[object] = []
    view.send = lambda content, buffers=None: sent.append(content)
    view.update(more)
    assert (view.focus, view.selection, view.color) == ([ORDERS], [ORDERS], "kind")
    assert "dataset:db:other" in [node.id for node in view.scene.nodes]
    assert "dataset:db:raw" not in [node.id for node in view.scene.nodes]
    assert sent == [{"told": "log"}]


def test_other_data_without_the_run_shows_all_runs() -> None:
    view = LIN.explore(run="2")
    view.update(lx.read([run_event("load", [], ["orders"], run="9")]))
    assert (view.mode, view.run) == ("all", "")


def test_linked_views_select_and_hover_together_until_they_are_not() -> None:
    one, other = LIN.explore(), LIN.explore("orders")
    together = lx.link(one, other)
    one.selection = ["raw"]
    other.hovered = ORDERS
    assert other.selection == ["dataset:db:raw"]
    assert one.hovered == ORDERS
    together.close()
    together.close()
    one.selection = []
    assert other.selection == ["dataset:db:raw"]
    assert (one._linked, other._linked) == (0, 0)


def test_linked_views_of_two_logs_share_what_both_have() -> None:
    one = LIN.explore()
    other = lx.read([run_event("load", [], ["orders"])]).explore()
    lx.link(one, other)
    one.selection = ["raw", "orders"]
    assert other.selection == [ORDERS]
    assert len(one.selection) == 2
    one._camera = json.dumps({"node": "dataset:db:raw", "dx": 0, "dy": 0, "k": 1})
    assert other._camera == ""


def test_what_the_browser_asks_for_is_answered_in_pages() -> None:
    events = [run_event("load", [], ["d"], run=f"r{n:04}", time=f"2024-05-01T10:{n % 60:02}:00Z")
              for n in range(250)]  # fmt: skip
    lin = lx.read(events)
    told = json.loads(lin.explore(selection=["load"])._detail)
    runs = next(tab for tab in told["tabs"] if tab["name"] == "Runs")["blocks"][0]
    assert (len(runs["rows"]), runs["total"]) == (100, 250)
    ask = {"what": "rows", "list": runs["list"], "about": runs["about"]}
    pages = [answer(lin, {**ask, "from": at, "count": 100})[0]["rows"] for at in (0, 100, 200)]
    assert pages[0] == runs["rows"]
    assert sorted(row[0] for page in pages for row in page) == [f"r{n:04}" for n in range(250)]


@pytest.mark.parametrize(
    "question",
    [
        {},
        {"what": "files"},
        {"what": "rows", "list": "secrets", "about": "x", "from": 0, "count": 1},
        {"what": "rows", "list": "fields"},
        {"what": "event", "event": "x"},
        {"what": "rows", "list": "fields", "about": None, "from": "a", "count": []},
    ],
)
def test_a_question_that_makes_no_sense_is_answered_with_why(question: dict) -> None:
    assert set(answer(LIN, question)[0]) == {"error"}


def test_an_event_that_is_not_there_has_a_text_that_says_so() -> None:
    told, _ = answer(LIN, {"what": "event", "event": 999})
    assert "cannot be read" in told["text"]


def test_the_history_of_a_schema_says_what_each_version_changed() -> None:
    def told(*fields: tuple[str, str]) -> dict:
        listed = [{"name": name, "type": kind} for name, kind in fields]
        return dataset("t", schema={"fields": listed})

    lin = lx.read(
        [
            run_event("a", [], [told(("id", "int"), ("old", "text"))], run="1"),
            run_event("a", [], [told(("id", "bigint"), ("new", "date"))], run="2"),
        ]
    )
    newest, first = json.loads(json.dumps(schema_history(lin, "dataset:db:t")))[0]["items"]
    assert newest["changes"] == [
        ["Δ", "id", "int → bigint"],
        ["+", "new", "date"],
        ["-", "old", "text"],
    ]
    assert first["first"]
    assert schema_history(LIN, ORDERS) == []


def test_a_run_that_failed_says_why() -> None:
    error = {"errorMessage": {"message": "no <b>space</b> left", "programmingLanguage": "Java"}}
    lin = lx.read([run_event("a", ["x"], [], kind="FAIL", run_facets=error)])
    told = run_detail(lin, "r1")
    assert told["tabs"][0]["blocks"][0] == {"type": "alert", "text": "no <b>space</b> left"}
    with pytest.raises(lx.LineageError):
        run_detail(lin, "nothing")


def test_a_picture_in_pixels_is_written_without_a_browser(tmp_path) -> None:
    LIN.write(tmp_path / "x.png", focus="orders", color="owner", theme="dark")
    data = (tmp_path / "x.png").read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    width = int.from_bytes(data[16:20], "big")
    LIN.write(tmp_path / "x.svg", focus="orders", color="owner", theme="dark")
    told = re.search(r'width="([0-9.]+)"', (tmp_path / "x.svg").read_text(encoding="utf-8"))
    assert told is not None
    assert abs(width - 2 * float(told[1])) <= 2


def test_without_the_extra_a_png_says_what_to_install(tmp_path, monkeypatch) -> None:
    from lineage_explorer.view import png

    monkeypatch.setattr(png, "find_spec", lambda _: None)
    with pytest.raises(lx.MissingExtra, match=r"lineage-explorer\[png\]"):
        LIN.write(tmp_path / "x.png")


@pytest.mark.parametrize("nodes", [100, 5_000])
def test_what_a_notebook_saves_of_a_view_is_less_than_a_megabyte(nodes: int) -> None:
    view = lx.read(layered(nodes, seed=1)).explore()
    state = view.get_state()
    bare, _, buffers = _remove_buffers(state)
    assert any(len(buffer) > 1_000 for buffer in buffers)
    # Buffers are saved as base64, a third longer.
    size = len(json.dumps(bare, default=str)) + sum(len(buffer) * 4 / 3 for buffer in buffers)
    assert size < 1_000_000
