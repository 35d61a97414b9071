from __future__ import annotations

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage_explorer.analysis.impact import Impact, impact
from lineage_explorer.errors import NodeNotFound
from lineage_explorer.graph.index import Direction
from lineage_explorer.lineage import Lineage
from tests.frames import frames_of, node

SHOP = Lineage(frames_of(
    [("J1", ["raw.a"], ["b"]), ("J2", ["b"], ["c"]), ("J3", ["b"], ["blind"])],
    columns=[
        ("raw.a", "x", "b", "y", "J1"), ("raw.a", "key", "b", None, "J1"),
        ("b", "y", "c", "z", "J2"),
    ],
    fields={"raw.a": ["x", "key"], "b": ["y", "w"], "c": ["z"]},
    about={"b": {"owners": ["team-b"]}},
))  # fmt: skip


def names(found: Impact, *kinds: str) -> list[str]:
    nodes = found.nodes
    return nodes.filter(nodes["kind"].is_in(kinds or ("field", "dataset")))["name"].to_list()


def test_a_field_comes_from_fields() -> None:
    found = impact(SHOP, "c#z", "upstream")
    assert names(found, "field") == ["b#y", "raw.a#key", "raw.a#x"]
    assert names(found, "job") == ["J2", "J1"]
    assert found.nodes["hops"].to_list() == [1, 1, 2, 2, 2]


def test_a_path_goes_over_the_jobs_between_fields() -> None:
    nodes = impact(SHOP, "c#z", "upstream").nodes
    paths = dict(zip(nodes["name"], nodes["path"], strict=True))
    assert paths["raw.a#x"].to_list() == [
        "field:n:c#z", node("J2"), "field:n:b#y", node("J1"), "field:n:raw.a#x",
    ]  # fmt: skip


def test_a_key_that_a_whole_dataset_depends_on_feeds_all_its_fields_and_itself() -> None:
    found = impact(SHOP, "raw.a#key", "downstream")
    assert names(found) == ["b", "b#w", "b#y", "c#z"]


def test_a_whole_dataset_as_a_source_is_all_its_fields() -> None:
    lin = Lineage(frames_of(columns=[("a", None, "b", "y", "J1")], fields={"a": ["x", "w"]}))
    assert names(impact(lin, "b#y", "upstream")) == ["a", "a#w", "a#x"]
    assert names(impact(lin, "a#w", "downstream")) == ["b#y"]


def test_a_whole_dataset_without_known_fields_is_still_reached() -> None:
    lin = Lineage(frames_of(columns=[("a", "x", "b", None, "J1")]))
    assert names(impact(lin, "a#x", "downstream")) == ["b"]


def test_a_value_that_the_job_makes_has_the_job_and_no_field_upstream() -> None:
    lin = Lineage(frames_of(columns=[("J1", None, "b", "now", "J1"), ("a", "x", "b", "y", "J1")]))
    assert names(impact(lin, "b#now", "upstream"), "field", "dataset", "job") == ["J1"]


@pytest.mark.parametrize("text", ["raw.a#x", "a#x", "field:n:raw.a#x", "dataset:n:raw.a#x"])
def test_a_field_may_be_called(text: str) -> None:
    assert impact(SHOP, text, "downstream").node == "field:n:raw.a#x"


def test_a_field_that_is_not_there_is_refused_with_the_nearest() -> None:
    with pytest.raises(NodeNotFound, match="'key'"):
        impact(SHOP, "raw.a#kei", "upstream")


def test_a_field_of_nothing_is_refused() -> None:
    with pytest.raises(NodeNotFound, match="nobody#x"):
        impact(SHOP, "nobody#x", "upstream")


def test_a_dataset_with_a_hash_in_its_name_is_found_before_any_field() -> None:
    lin = Lineage(frames_of([("J1", ["a#x"], ["b"])]))
    assert impact(lin, "a#x", "downstream").node == node("a#x")


def test_jobs_that_tell_no_columns_are_named_and_not_followed() -> None:
    found = impact(SHOP, "raw.a#x", "downstream")
    assert found.untold == [node("J3")]
    assert "blind" not in names(found)
    assert "1 job on the way that told no columns" in repr(found)


def test_fields_carry_the_owners_of_their_dataset() -> None:
    nodes = impact(SHOP, "c#z", "upstream").nodes
    assert nodes.filter(nodes["name"] == "b#y")["owners"].to_list() == [["team-b"]]


def test_edges_lead_from_field_to_field() -> None:
    edges = impact(SHOP, "b#y", "downstream").edges
    assert edges.select("source", "target", "basis").rows() == [
        ("field:n:b#y", "field:n:c#z", "columns")
    ]


def test_the_lineage_has_the_datasets_of_the_fields() -> None:
    part = impact(SHOP, "c#z", "upstream").lineage
    assert part.nodes["name"].to_list() == ["b", "c", "raw.a", "J1", "J2"]


def test_sources_are_fields_that_no_field_flows_into() -> None:
    assert impact(SHOP, "c#z", "upstream").sources["node"].to_list() == [
        "field:n:raw.a#key", "field:n:raw.a#x",
    ]  # fmt: skip


FIELD = st.tuples(st.sampled_from("abc"), st.sampled_from(["x", "y"]))
LINKS = st.lists(st.tuples(FIELD, FIELD, st.sampled_from(["J1", "J2", None])), max_size=8)


@given(LINKS, FIELD, st.sampled_from(["upstream", "downstream"]))
def test_field_closures_are_those_of_networkx(
    links: list, start: tuple[str, str], direction: Direction
) -> None:
    lin = Lineage(frames_of(
        columns=[(*one, *other, job) for one, other, job in links],
        fields={name: ["x", "y"] for name in "abc"},
    ))  # fmt: skip
    graph = nx.DiGraph([("#".join(one), "#".join(other)) for one, other, _ in links])
    graph.add_node("#".join(start))
    expected = (nx.ancestors if direction == "upstream" else nx.descendants)(graph, "#".join(start))
    assert set(names(impact(lin, "#".join(start), direction), "field")) == expected
