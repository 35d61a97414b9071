"""The search box: what a text may mean, and how a selection goes on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import lineage_explorer as lx
from lineage_explorer.errors import LineageError
from lineage_explorer.view.complete import called, suggest
from tests.events import dataset, run_event
from tests.view.hostile import HOSTILE

OWNED: dict = {
    "ownership": {"owners": [{"name": "team a"}]},
    "schema": {"fields": [{"name": "order_total", "type": "int"}]},
    "tags": {"tags": [{"key": "pii", "value": "yes"}]},
}
LIN = lx.read(
    [
        run_event("load", ["raw.orders"], [dataset("mart.orders", **OWNED)], run="aaa-111"),
        run_event("report", ["mart.orders"], ["and"], run="bbb-222"),
    ]
)


def labels(typed: str) -> list[tuple[str, str]]:
    """Label and kind of each suggestion."""
    return [(item[1], item[3]) for item in suggest(LIN, typed)]


def taken(typed: str) -> list[str]:
    """What the box may become."""
    return [item[4] for item in suggest(LIN, typed) if item[4]]


def test_a_word_is_looked_for_in_names_columns_owners_tags_and_run_ids() -> None:
    assert ("mart.orders", "dataset") in labels("orders")
    assert ("order_total", "column") in labels("total")
    assert ("team a", "owner") in labels("team")
    assert ("pii=yes", "tag") in labels("pii")
    assert ("aaa-111", "run") in labels("aaa")


def test_nothing_typed_suggests_nothing() -> None:
    assert suggest(LIN, "") == []
    assert suggest(LIN, "  ") == []


def test_an_attribute_is_completed_with_the_values_there_are() -> None:
    assert taken("owner:te") == ['owner:"team a"']
    assert taken("state:") == ["state:COMPLETE"]
    assert "kind:dataset" in taken("kind:d")


def test_within_a_selection_a_name_completes_the_text_and_keeps_what_is_before() -> None:
    assert "+mart.orders" in taken("+mart")
    assert "load or mart.orders" in taken("load or mart")


def test_after_a_whole_word_what_may_join_it_is_suggested() -> None:
    assert taken("load ") == ["load and ", "load or ", "load and not "]
    assert taken("load and ") == []


def test_the_beginning_of_an_attribute_is_completed() -> None:
    assert "load and owner:" in taken("load and ow")


def test_a_name_that_is_a_word_of_the_language_is_written_in_quotes() -> None:
    assert called(LIN, "dataset:db:and") == '"and"'


def test_the_shortest_name_that_means_one_node_is_taken() -> None:
    assert called(LIN, "job:jobs:report") == "report"
    assert called(LIN, "dataset:db:mart.orders") == "mart.orders"


@pytest.mark.parametrize("name", lx.samples())
def test_a_completed_name_selects_its_node(name: str) -> None:
    lin = lx.sample(name)
    for node in lin.nodes["node"]:
        assert lin.select(called(lin, node)).nodes["node"].to_list() == [node]


def test_a_hostile_name_can_be_completed_and_selected() -> None:
    lin = lx.read([run_event("load", [], [dataset(text) for text in HOSTILE if text])])
    for node in lin.nodes["node"]:
        assert lin.select(called(lin, node)).nodes["node"].to_list() == [node]


@given(st.text(max_size=30))
def test_whatever_is_typed_is_answered(typed: str) -> None:
    for item in suggest(LIN, typed):
        assert [type(part) for part in item] == [str] * 5


@given(
    st.sampled_from(["", "+", "load or ", "not ", "(", "2+"]), st.sampled_from(["o", "rep", "an"])
)
def test_what_is_completed_can_be_read(before: str, word: str) -> None:
    for item in suggest(LIN, before + word):
        if item[3] in ("dataset", "job") and item[4]:
            try:
                LIN.select(item[4] + (")" if before == "(" else ""))
            except LineageError as error:
                raise AssertionError(item[4]) from error
