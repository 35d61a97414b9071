from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import lineage_explorer as lx
from lineage_explorer.errors import NodeNotFound
from tests.events import Json, dataset, run_event


def schema(*fields: str) -> Json:
    return {"fields": [{"name": name, "type": "INT"} for name in fields]}


def run(day: int, *, state: str = "COMPLETE", inputs: list[str], **facets: Any) -> Json:
    return run_event(
        "load", [*inputs], [dataset("t", **facets)], run=f"r{day}", kind=state,
        time=f"2024-05-{day:02}T10:00:00Z",
    )  # fmt: skip


def owner(name: str) -> Json:
    return {"owners": [{"name": name}]}


EVENTS = [
    run(1, inputs=["a"], schema=schema("x"), ownership=owner("one")),
    run(2, inputs=["a", "b"], schema=schema("x", "y"), ownership=owner("one")),
    run(3, inputs=["b"], schema=schema("x"), ownership=owner("two"), state="FAIL"),
    run_event("mart", ["t"], ["m"], run="r9", time="2024-05-04T10:00:00Z"),
]
LIN = lx.read(EVENTS)


def rows(name: str, what: str) -> list[tuple[object, ...]]:
    found = LIN.history(name).rows
    return found.filter(found["what"] == what).select("run", "before", "after").rows()


def test_a_dataset_tells_who_wrote_and_read_it_in_order_of_time() -> None:
    found = LIN.history("t").rows
    assert found["time"].is_sorted()
    assert rows("t", "write") == [("r1", None, None), ("r2", None, None), ("r3", None, "FAIL")]
    assert rows("t", "read") == [("r9", None, None)]


def test_a_schema_that_changes_and_changes_back_is_told_twice() -> None:
    assert rows("t", "schema") == [
        ("r1", None, "x INT"), ("r2", None, "y INT"), ("r3", "y INT", None),
    ]  # fmt: skip


def test_what_a_reader_says_of_the_schema_is_not_what_the_writer_wrote() -> None:
    reader = run_event("mart", [dataset("t", schema=schema("z"))], ["m"], run="r9")
    found = lx.read([EVENTS[0], reader]).history("t").rows
    assert found.filter(found["what"] == "schema")["after"].to_list() == ["x INT"]


def test_fields_in_another_order_are_a_change() -> None:
    lin = lx.read([run(1, inputs=[], schema=schema("x", "y")),
                   run(2, inputs=[], schema=schema("y", "x"))])  # fmt: skip
    found = lin.history("t").rows
    assert found.filter(found["what"] == "schema")["after"].to_list() == [
        "x INT, y INT", "in another order",
    ]  # fmt: skip


def test_a_new_owner_is_told_and_the_same_again_is_not() -> None:
    assert rows("t", "owners") == [("r1", None, "one"), ("r3", "one", "two")]


def test_a_job_tells_its_runs_and_where_its_inputs_are_others() -> None:
    assert rows("load", "run") == [
        ("r1", None, "COMPLETE"), ("r2", None, "COMPLETE"), ("r3", None, "FAIL"),
    ]  # fmt: skip
    assert rows("load", "inputs") == [("r2", "-", "b"), ("r3", "a", "-")]
    assert rows("load", "outputs") == []


def test_each_row_names_its_event() -> None:
    found = LIN.history("t").rows
    for event, time in found.select("event", "time").iter_rows():
        assert LIN.events.filter(event=event)["time"].to_list() == [time]


def test_nothing_told_is_said() -> None:
    source = {"namespace": "db", "name": "far", "field": "x"}
    lineage = {"fields": {"x": {"inputFields": [source]}}}
    lin = lx.read([run_event("load", [], [dataset("t", columnLineage=lineage)])])
    assert repr(lin.history("far")) == "History of dataset:db:far: nothing is told"
    assert "Nothing is told of it." in lin.history("far").report()


def test_the_report_has_all_rows() -> None:
    report = LIN.history("t").report()
    assert report.count("\n| `") == len(LIN.history("t").rows)


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(NodeNotFound):
        LIN.history("nobody")


def test_hostile_names_cannot_steer() -> None:
    evil = "<img src=x>\x1b[31m\u202e"
    lin = lx.read([run_event(evil, [evil], [dataset(evil, schema=schema(evil))])])
    for node in lin.nodes["node"]:
        found = lin.history(node)
        assert not {"\x1b", "\u202e"} & set(repr(found) + found._repr_html_() + found.report())
        assert "<img" not in found._repr_html_()


@pytest.mark.parametrize("sample", ["airflow", "dbt", "spark"])
def test_every_node_of_the_samples_has_a_history(root: Path, sample: str) -> None:
    lin = lx.read(root / "sample_events" / sample)
    for node, last in lin.nodes.select("node", "last_run").iter_rows():
        found = lin.history(node).rows
        assert found["time"].is_sorted()
        assert last is None or last in found["run"].to_list()
