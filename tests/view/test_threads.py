"""One column's lineage over all cards."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lineage_explorer as lx
from lineage_explorer.view.state import ViewState, picture
from lineage_explorer.view.threads import thread
from tests.events import dataset, run_event


def source(name: str, field: str, *, kind: str = "DIRECT", masking: bool = False) -> dict:
    """One input field of a column."""
    how = {"type": kind, "subtype": "", "description": "", "masking": masking}
    return {"namespace": "db", "name": name, "field": field, "transformations": [how]}


def table(name: str, fields: list[str], lineage: dict[str, list[dict]] | None = None) -> dict:
    """A dataset with a schema and where its columns come from."""
    facets: dict = {"schema": {"fields": [{"name": field, "type": "int"} for field in fields]}}
    if lineage:
        made = {field: {"inputFields": inputs} for field, inputs in lineage.items()}
        facets["columnLineage"] = {"fields": made}
    return dataset(name, **facets)


LIN = lx.read(
    [
        run_event("load", [table("raw", ["id", "day", "mail"])], [table("stg", ["id", "mail"], {
            "id": [source("raw", "id"), source("raw", "day", kind="INDIRECT")],
            "mail": [source("raw", "mail", masking=True)],
        })], run="1"),
        run_event("make", [table("stg", ["id", "mail"])], [table("mart", ["customer"], {
            "customer": [source("stg", "id")],
        })], run="2"),
    ]
)  # fmt: skip
RAW, STG, MART = (f"dataset:db:{name}" for name in ("raw", "stg", "mart"))


def test_a_thread_goes_both_ways_and_tells_direct_from_indirect() -> None:
    one = thread(LIN, STG, "id")
    assert one.fields == {
        STG: {"id": "direct"},
        MART: {"customer": "direct"},
        RAW: {"day": "indirect", "id": "direct"},
    }
    assert one.jobs == ["job:jobs:load", "job:jobs:make"]
    assert one.sentence == "id: from 2 columns; feeds 1 column"


def test_only_this_column_shows_its_cards_with_its_rows_alone() -> None:
    drawn = picture(LIN, ViewState(thread=(MART, "customer")))
    rows = {node.label: [name for name, *_ in node.rows] for node in drawn.nodes if node.rows}
    assert rows == {"raw": ["id", "day"], "stg": ["id"], "mart": ["customer"]}


def test_a_masked_column_says_so_in_its_row_and_on_its_line() -> None:
    drawn = picture(LIN, ViewState(columns=(RAW, STG)))
    stg = next(node for node in drawn.nodes if node.label == "stg")
    assert [mark for *_, mark in stg.rows] == ["", "masked"]
    assert [edge.masked for edge in drawn.edges if edge.kind == "column"].count(True) == 1


def test_a_job_that_tells_no_columns_is_told_of() -> None:
    lin = lx.read([run_event("silent", [table("a", ["x"])], [table("b", ["y"])])])
    assert "not followed: 1 job" in thread(lin, "dataset:db:a", "x").sentence


links = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from("abc"), st.integers(0, 5), st.sampled_from("abc")),
    min_size=1,
    max_size=14,
)


@given(links)
@settings(max_examples=40, deadline=None)
def test_a_thread_is_what_upstream_and_downstream_of_the_column_are(found: list) -> None:
    events = [
        run_event(
            f"j{at}",
            [table(f"t{one}", ["a", "b", "c"])],
            [table(f"t{other}", ["a", "b", "c"], {into: [source(f"t{one}", of)]})],
            run=str(at),
        )
        for at, (one, of, other, into) in enumerate(found)
    ]
    lin = lx.read(events)
    start, field = f"t{found[0][0]}", found[0][1]
    made = thread(lin, f"dataset:db:{start}", field)
    ours = {
        f"field:{node.partition(':')[2]}#{name}"
        for node, names in made.fields.items()
        for name in names
    }
    told = {f"field:db:{start}#{field}"}
    for impact in (lin.upstream(f"{start}#{field}"), lin.downstream(f"{start}#{field}")):
        told |= {node for node in impact.nodes["node"] if node.startswith("field:")}
    assert ours == told


def test_python_and_view_share_the_column() -> None:
    view = LIN.explore()
    view.column = ["stg#id"]
    assert view.column == [STG, "id"]
    assert '"customer": "direct"' in view._lit
    view.thread = view.column
    assert {node.label for node in view.scene.nodes if node.kind == "dataset"} == {
        "raw",
        "stg",
        "mart",
    }
    view.column = []
    assert view._lit == ""


def test_paths_from_python_show_in_the_view() -> None:
    view = LIN.explore()
    found = view.paths("raw", "mart")
    assert found.count == 1
    assert view.path == [RAW, MART]
    assert len(view.scene.nodes) == 5


def test_the_list_behind_a_stub_holds_what_is_not_shown() -> None:
    import json

    hub = lx.read([run_event("hub", [f"in{n:02}" for n in range(40)], ["out"])])
    view = hub.explore("out")
    view._asked = "stub:in:job:jobs:hub"
    told = json.loads(view._more)
    assert told["for"] == view._asked
    assert len(told["items"]) == 34
    assert told["items"][0][1] == "in06"


@pytest.mark.parametrize("bad", ["nothing", "stub:up:x", ""])
def test_a_list_of_nothing_is_empty(bad: str) -> None:
    from lineage_explorer.view.search import behind

    assert behind(LIN, bad, [])["items"] == []
