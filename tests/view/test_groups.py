"""Groups of groups: every node in one, none too large to be read."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lineage_explorer as lx
from lineage_explorer.view.groups import MOST, Grouped, Tree, grouped, tree, tree_of, walk
from tests.benchmarks.logs import warehouse
from tests.events import dataset, run_event
from tests.view.hostile import HOSTILE

WAREHOUSE = lx.read(warehouse(2_000, seed=3))
words = st.sampled_from(["raw", "stg", "orders", "pay", "2024", "01", "v1", "a", "B", "é", "表"])
names = st.lists(words, min_size=1, max_size=5).flatmap(
    lambda parts: st.sampled_from(["_", ".", "/", ""]).map(lambda sep: sep.join(parts))
)
keys = st.lists(
    st.tuples(st.sampled_from(["db", "s3://a", "s3://b"]), names, st.sampled_from(["", "", "\x01j\nload", "\x01j\nx_1"])),
    max_size=150,
)  # fmt: skip
trees = keys.map(lambda found: sorted("".join([space, "\n", *rest]) for space, *rest in found)).map(
    lambda found: tree_of(found, np.arange(len(found)))
)


def made(pairs: list[tuple[str, str]]) -> lx.Lineage:
    """A lineage with these datasets, each written by a job."""
    return lx.read(
        [
            run_event(f"{name}", [], [dataset(name, space)], run=f"r{at}")
            for at, (space, name) in enumerate(pairs)
        ]
    )


def members(found: Grouped) -> list[int]:
    """All positions, those alone and those in groups."""
    return sorted([*found.alone.tolist(), *(int(n) for g in found.groups for n in g.members)])


def all_groups(of: Tree) -> list[str]:
    return [part.id for part, _ in walk(of)]


@given(trees)
@settings(deadline=None)
def test_every_node_is_in_exactly_one_group_whichever_are_open(found: Tree) -> None:
    everything = list(range(len(found.keys)))
    ids = all_groups(found)
    assert members(grouped(found)) == everything
    assert members(grouped(found, None, ids[: len(ids) // 2])) == everything
    assert members(grouped(found, None, ids)) == everything
    assert grouped(found, None, ids).groups == []


@given(trees)
@settings(deadline=None)
def test_no_group_has_more_parts_than_can_be_read(found: Tree) -> None:
    for part, parts in walk(found):
        assert 2 <= len(parts) <= MOST
        assert sum(one.size for one in parts) == part.size


@given(trees)
@settings(deadline=None)
def test_ids_of_groups_are_told_apart(found: Tree) -> None:
    ids = all_groups(found)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_are_grouped_like_others(text: str) -> None:
    lin = made([(text, f"{text}{n}{text}") for n in range(100)])
    assert members(grouped(lin.tree)) == list(range(lin.nodes.height))
    assert not any(ord(c) < 32 for group in grouped(lin.tree).groups for c in group.label)


def test_a_level_of_a_warehouse_is_balanced() -> None:
    found = grouped(WAREHOUSE.tree)
    sizes = [len(group.members) for group in found.groups]
    assert 6 <= len(sizes) <= MOST
    assert max(sizes) < WAREHOUSE.nodes.height / 2


def test_a_job_is_in_the_group_of_what_it_writes() -> None:
    events = [run_event(f"j{n}", [f"raw.t{n}"], [f"mart.t{n}"], run=str(n)) for n in range(60)]
    lin = lx.read(events)
    home = {
        lin.neighbours.ids[at]: group.id
        for group in grouped(lin.tree).groups
        for at in group.members
    }
    for job, table in lin.edges.filter(kind="writes").select("source", "target").iter_rows():
        assert home.get(job) == home.get(table)


def test_groups_stay_when_nodes_are_added() -> None:
    events = warehouse(2_000, seed=3)
    before, after = (
        {group.id for group in grouped(lx.read(log).tree).groups}
        for log in ([event for at, event in enumerate(events) if at % 10], events)
    )
    assert len(before & after) >= 0.8 * len(before)


def test_some_nodes_are_grouped_as_all_are() -> None:
    some = np.arange(0, WAREHOUSE.nodes.height, 2)
    found = grouped(WAREHOUSE.tree, some)
    assert members(found) == some.tolist()
    assert {group.id for group in found.groups} <= set(all_groups(WAREHOUSE.tree))


def test_labels_say_what_the_members_begin_with() -> None:
    told = {(group.above, group.label) for group in grouped(WAREHOUSE.tree).groups}
    assert ("", "postgres://*") in told
    assert ("s3://company-lake-prod", "warehouse/raw_*") in told


def test_the_same_nodes_in_another_order_make_the_same_groups() -> None:
    events = warehouse(300, seed=5)
    one, other = (lx.read(log).tree for log in (events, events[::-1]))
    assert one.keys == other.keys
    assert tree(lx.read(events)).keys == one.keys
