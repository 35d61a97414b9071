from __future__ import annotations

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage_explorer.errors import AmbiguousName, NodeNotFound, SelectionError
from lineage_explorer.graph.ends import roots, sinks
from lineage_explorer.graph.index import build_index
from lineage_explorer.graph.select import select_nodes
from lineage_explorer.lineage import Lineage
from tests.frames import frames_of, node
from tests.graph.oracle import DATASETS, JOBS, Made, lineages

SHOP = frames_of(
    [
        ("Jload", ["raw.orders", "raw.customers"], ["stg_orders"]),
        ("Jmart", ["stg_orders"], ["shop.orders_daily"]),
        ("Jcopy", ["a b"], ["shop.copy"]),
    ],
    runs=[
        ("r1", "Jload", "FAIL", 1), ("r2", "Jload", "COMPLETE", 2), ("r3", "Jmart", "FAIL", 3),
    ],
    about={
        "raw.orders": {"owners": ["team-a"], "tags": ["pii=email", "gold"], "namespace": "s3://x"},
        "stg_orders": {"owners": ["team-b", "team-a"]},
        "Jload": {"integration": "SPARK"},
        "raw.customers": {"aliases": ["dataset:hive:customers_ext"]},
    },
    fields={"raw.orders": ["id", "email"]},
    columns=[("raw.customers", "mail", "stg_orders", "email", "Jload")],
)  # fmt: skip
LIN = Lineage(SHOP)


def chosen(text: str, lin: Lineage = LIN) -> list[str]:
    return lin.nodes.filter(lin.nodes["node"].is_in(select_nodes(lin, text)))["name"].to_list()


@pytest.mark.parametrize(("text", "names"), [
    ("stg_orders", ["stg_orders"]),
    ("dataset:n:stg_orders", ["stg_orders"]),
    ("job:Jload", ["Jload"]),
    ("customers_ext", ["raw.customers"]),
    ('"a b"', ["a b"]),
    ("raw.*", ["raw.customers", "raw.orders"]),
    ("orders*", ["raw.orders", "shop.orders_daily"]),
    ("dataset:hive:*", ["raw.customers"]),
    ("job:J[lm]*", ["Jload", "Jmart"]),
    ("nothing*", []),
    ("kind:job", ["Jcopy", "Jload", "Jmart"]),
    ("namespace:s3://*", ["raw.orders"]),
    ("namespace:s3://x", ["raw.orders"]),
    ("name:raw.orders", ["raw.orders"]),
    ("name:orders", []),
    ("owner:team-a", ["raw.orders", "stg_orders"]),
    ("owner:team", []),
    ("owner:team-?", ["raw.orders", "stg_orders"]),
    ("tag:pii", ["raw.orders"]),
    ("tag:pii=email", ["raw.orders"]),
    ("tag:gold", ["raw.orders"]),
    ("tag:p*", ["raw.orders"]),
    ("tag:pi", []),
    ("state:FAIL", ["shop.orders_daily", "Jmart"]),
    ("state:complete", ["stg_orders", "Jload"]),
    ("integration:SPARK", ["Jload"]),
    ("field:email", ["raw.orders", "stg_orders"]),
    ("field:mail", ["raw.customers"]),
    ("+stg_orders and kind:dataset", ["raw.customers", "raw.orders", "stg_orders"]),
    ("1+shop.orders_daily", ["shop.orders_daily", "stg_orders", "Jmart"]),
    ("raw.orders+1", ["raw.orders", "stg_orders", "Jload"]),
    ("roots(kind:job)", ["Jcopy", "Jload"]),
    ("sinks(kind:job)", ["Jcopy", "Jmart"]),
    ("roots(+shop.orders_daily)", ["raw.customers", "raw.orders"]),
    ("sinks(raw.* or stg_orders)", ["stg_orders"]),
    ("not kind:dataset", ["Jcopy", "Jload", "Jmart"]),
])  # fmt: skip
def test_a_selection_means(text: str, names: list[str]) -> None:
    assert chosen(text) == names


@pytest.mark.parametrize(("text", "at", "hint"), [
    ("stg_orders or ownr:team-a", 14, "'owner'"),
    ("ownr:team*", 0, "'owner'"),
    ("kind:jobs", 0, "'job'"),
    ("state:FAILED", 0, "'FAIL'"),
    ('"a b" or place:DE', 9, "residency(policy)"),
    ("kind:job and stg_order", 13, "stg_orders"),
])  # fmt: skip
def test_a_mistake_is_told_with_a_hint(text: str, at: int, hint: str) -> None:
    with pytest.raises(SelectionError) as caught:
        chosen(text)
    assert caught.value.at == at
    assert hint in caught.value.hint


def test_an_ambiguous_name_lists_what_it_could_mean_and_where_it_stands() -> None:
    lin = Lineage(frames_of(nodes=["x.orders", "y.orders"]))
    with pytest.raises(SelectionError, match=r"dataset:n:y\.orders") as caught:
        select_nodes(lin, "not orders")
    assert caught.value.at == 4
    assert isinstance(caught.value.__cause__, AmbiguousName)


def test_an_unknown_name_keeps_the_error_it_came_from() -> None:
    with pytest.raises(SelectionError) as caught:
        chosen("nobody")
    assert isinstance(caught.value.__cause__, NodeNotFound)


def test_a_pattern_too_long_for_the_engine_is_refused() -> None:
    with pytest.raises(SelectionError, match="too long"):
        chosen("?" * 400_000)


def test_everything_is_in_the_order_of_the_frames() -> None:
    assert select_nodes(LIN, "*") == LIN.nodes["node"].to_list()


def test_nothing_can_be_selected_in_an_empty_lineage_but_with_a_glob() -> None:
    assert select_nodes(Lineage(), "* and kind:job or roots(*)") == []


PART = st.sampled_from(
    ["a", "b", "J0", "kind:job", "[a-c]", "+c", "d+1", "2+e", "a or J1", "not b", "roots(*)"]
)


def nodes(made: Made, text: str) -> set[str]:
    return {found.rpartition(":")[2] for found in select_nodes(Lineage(made.frames), text)}


@given(lineages(), PART)
def test_not_not_is_nothing(made: Made, part: str) -> None:
    assert nodes(made, f"not (not ({part}))") == nodes(made, part)


@given(lineages(), PART, PART)
def test_not_or_is_and_of_nots(made: Made, one: str, other: str) -> None:
    left = nodes(made, f"not (({one}) or ({other}))")
    assert left == nodes(made, f"not ({one}) and not ({other})")


@given(lineages(), st.sampled_from(DATASETS + JOBS))
def test_plus_before_a_name_is_it_and_what_is_upstream(made: Made, name: str) -> None:
    assert nodes(made, f"+{name}") == {name, *made.distances(name, "upstream")}


@given(lineages(), st.sampled_from(DATASETS + JOBS), st.integers(0, 3))
def test_plus_and_a_number_behind_a_name_is_it_and_what_is_as_near_downstream(
    made: Made, name: str, hops: int
) -> None:
    near = {other for other, far in made.distances(name, "downstream").items() if far <= hops}
    assert nodes(made, f"{name}+{hops}") == {name, *near}


@given(lineages(), st.sets(st.sampled_from(DATASETS + JOBS)))
def test_roots_and_sinks_have_no_other_of_the_set_before_or_after_them(
    made: Made, names: set[str]
) -> None:
    index = build_index(made.frames)
    chosen = np.zeros(index.size, dtype=np.bool_)
    chosen[[index.at(node(name)) for name in names]] = True
    for ends, direction in ((roots, "upstream"), (sinks, "downstream")):
        found = {
            str(index.ids[at]).rpartition(":")[2]
            for at in np.flatnonzero(ends(index, chosen)).tolist()
        }
        assert found == {n for n in names if not names & made.distances(n, direction).keys()}


@given(st.text())
def test_any_text_selects_or_is_refused(text: str) -> None:
    found: list[str] = []
    with suppress(SelectionError):
        found = select_nodes(LIN, text)
    assert set(found) <= set(LIN.nodes["node"])
