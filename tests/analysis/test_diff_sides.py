"""Which runs stand on each side of a diff, and how the nodes of both are paired."""

from __future__ import annotations

from itertools import permutations

import pytest

import lineage_explorer as lx
from lineage_explorer.lineage import Lineage
from tests.analysis.days import days, drop_field, read, run_id
from tests.events import dataset, run_event


@pytest.mark.parametrize(("one", "other"), list(permutations(["load", "clean", "mart"], 2)))
def test_a_run_compared_with_one_upstream_of_it_stands_on_its_side_once(
    one: str, other: str
) -> None:
    found = read(days(4)).diff(run_id(one, 2), run_id(other, 3))
    nodes = found.nodes["node"]
    assert nodes.is_unique().all()
    asked = found.nodes.filter(node=f"job:jobs:{other}").select("run_before", "run_after")
    assert asked.rows() == [(run_id(one, 2), run_id(other, 3))]
    assert f"job:jobs:{one}" not in nodes


def test_a_column_dropped_upstream_is_found_between_runs_of_two_jobs_that_share_it() -> None:
    events = days(4, edits=[("load", 3, drop_field("note"))])
    twin = [
        run_event("copy", ["raw"], ["copied"], run="copied", kind=kind,
                  time=f"2026-03-05T23:0{at}:00Z")
        for at, kind in enumerate(("START", "COMPLETE"))
    ]  # fmt: skip
    found = read([*events, *twin]).diff(run_id("clean", 2), "copied")
    changes = found.changes.select("node", "change").rows()
    assert ("dataset:db:raw", "field-dropped") in changes


def log(namespace: str, *names: str) -> Lineage:
    """A chain of jobs, each making one dataset of the one before, all in one namespace."""
    made = [
        run_event(f"make {name}", [dataset(source, namespace)], [dataset(name, namespace)],
                  run=name, namespace=f"{namespace}-jobs")
        for source, name in zip(["raw", *names], names, strict=False)
    ]  # fmt: skip
    return read(made)


def test_logs_of_two_places_are_paired_by_the_names_in_them() -> None:
    names = [f"table {at}" for at in range(2_000)]
    found = lx.diff(log("staging", *names), log("production", *names))
    assert found.renamed["dataset:staging:table 7"] == "dataset:production:table 7"
    assert found.renamed["job:staging-jobs:make table 7"] == "job:production-jobs:make table 7"
    assert found.nodes["status"].unique().to_list() == ["same"]
    assert found.edges["status"].unique().to_list() == ["same"]


def test_a_name_that_two_places_of_one_log_have_pairs_nothing() -> None:
    both = read(
        [
            run_event("a", [dataset("x", "one")], [dataset("y", "one")], run="a"),
            run_event("b", [dataset("x", "two")], [dataset("z", "two")], run="b"),
        ]
    )
    other = read([run_event("c", [dataset("x", "three")], [dataset("w", "three")], run="c")])
    assert "dataset:three:x" not in lx.diff(both, other).renamed.values()


def test_within_one_log_the_same_name_elsewhere_is_another_dataset() -> None:
    lin = read(
        [
            run_event("a", [dataset("x", "one")], [], run="before", time="2024-05-01T10:00:00Z"),
            run_event("a", [dataset("x", "two")], [], run="after", time="2024-05-02T10:00:00Z"),
        ]
    )
    assert lin.diff("before", "after").renamed == {}


def test_one_dataset_that_moved_to_another_place_matters_more_than_a_note() -> None:
    def told(place: str) -> Lineage:
        orders = run_event("o", ["raw"], [dataset("orders", place)], run="o")
        return read([orders, run_event("s", ["raw"], [dataset("sales", "eu")], run="s")])

    moved = lx.diff(told("eu"), told("us")).changes.filter(change="dataset-renamed")
    assert moved.select("node", "severity").rows() == [("dataset:us:orders", "medium")]
