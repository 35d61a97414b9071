from __future__ import annotations

from typing import Any

import networkx as nx
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import lineage_explorer as lx
from lineage_explorer.lineage import Lineage
from tests.events import Json, dataset, run_event
from tests.frames import frames_of, node
from tests.graph.oracle import DATASETS, JOBS, Made, lineages


def columns(**fields: list[tuple[str, str, str]]) -> Json:
    """columnLineage: field = [(dataset, field, subtype), …]; `whole` is the dataset's own."""

    def inputs(of: list[tuple[str, str, str]]) -> list[Json]:
        return [
            {"namespace": "db", "name": name, "field": field, "transformations": [
                {"type": "DIRECT" if how == "IDENTITY" else "INDIRECT", "subtype": how}
            ]}
            for name, field, how in of
        ]  # fmt: skip

    whole = inputs(fields.pop("whole", []))
    return {
        "fields": {f: {"inputFields": inputs(of)} for f, of in fields.items()},
        "dataset": whole,
    }


def run(job: str, sources: list[str], *targets: Json | str, hour: int = 10, **more: Any) -> Json:
    time = f"2024-05-{more.pop('day', 1):02}T{hour}:00:00Z"
    name = more.pop("run", f"{job}-{time}")
    return run_event(job, [*sources], [*targets], run=name, time=time, **more)


TAGGED = {"tags": [{"key": "pii", "value": "true"}]}
SHOP = lx.read([
    run("clean", ["raw"], dataset(
        "clean", columnLineage=columns(mail=[("raw", "mail", "IDENTITY")],
                                       id=[("raw", "id", "IDENTITY")]), tags=TAGGED)),
    run("clean", ["raw"], "clean", day=2),
    run("clean", ["raw"], "clean", day=4),
    run("join", ["clean"], dataset(
        "joined", columnLineage=columns(id=[("clean", "id", "IDENTITY")],
                                        whole=[("clean", "mail", "FILTER")]))),
    run("count", ["clean"], dataset(
        "counts", columnLineage=columns(n=[("clean", "id", "COUNT")]))),
    run("blind", ["clean"], dataset("board", datasetType={"datasetType": "DASHBOARD"}),
        job_facets={"ownership": {"owners": [{"name": "team-b"}]}}),
    run("other", ["elsewhere"], "apart"),
])  # fmt: skip


def facts(nodes: pl.DataFrame, *columns: str) -> dict[str, Any]:
    rows = nodes.select("name", *columns).iter_rows()
    return {name: rest[0] if len(columns) == 1 else rest for name, *rest in rows}


def test_a_dashboard_comes_first_however_far_it_is() -> None:
    ranked = SHOP.downstream("raw").ranked
    assert ranked["name"].to_list()[0] == "board"
    assert ranked["rank"].to_list() == list(range(1, len(ranked) + 1))


def test_what_only_a_name_calls_a_model_is_a_guess_and_says_so() -> None:
    lin = lx.read([run("train", ["a"], "models/churn"), run("x", ["a"], "remodelled")])
    assert facts(lin.downstream("a").ranked, "role") == {
        "models/churn": "model?", "remodelled": None, "train": None, "x": None,
    }  # fmt: skip


def test_a_column_says_whether_it_is_used_directly_or_in_a_filter() -> None:
    uses = facts(SHOP.downstream("raw#mail").ranked, "uses")
    assert uses["clean"] == ["directly"]  # the job; its dataset is there as its field
    assert uses["clean#mail"] == ["directly"]
    assert uses["joined"] == uses["join"] == uses["joined#id"] == ["filter"]


def test_a_job_that_tells_no_columns_counts_as_reached_and_is_not_certain() -> None:
    certain = facts(SHOP.downstream("raw#mail").ranked, "certain")
    assert not certain["blind"]
    assert not certain["board"]
    assert certain["join"]
    assert certain["clean#mail"]


def test_what_does_not_name_the_column_is_out_of_reach_and_says_why() -> None:
    found = SHOP.downstream("raw#mail")
    why = facts(found.spared, "why")
    assert "does not name the column" in why["counts"]
    assert why["apart"] == "no path leads there"
    assert "counts" not in facts(found.ranked, "rank")


def test_of_several_inputs_that_nobody_tells_apart_none_is_certain() -> None:
    lin = lx.read([run("mix", ["a", "b"], "c"), run("copy", ["a"], "d")])
    assert facts(lin.downstream("a").ranked, "certain") == {
        "c": False, "d": True, "copy": True, "mix": True,
    }  # fmt: skip


def test_flows_that_are_told_rule_the_other_output_out() -> None:
    lin = Lineage(frames_of([("J1", ["a"], ["c"]), ("J1", ["b"], ["d"])], basis="declared"))
    why = facts(lin.downstream("a").spared, "why")
    assert why["d"].startswith("a job leads there")
    assert why["b"] == "no path leads there"


def test_how_often_it_runs_is_the_median_and_last_used_the_newest_run() -> None:
    every, last = facts(SHOP.downstream("raw").ranked.filter(kind="job"), "every", "last_used")[
        "clean"
    ]
    assert every.total_seconds() == 1.5 * 24 * 3600
    assert f"{last:%Y-%m-%d}" == "2024-05-04"


def test_a_job_that_ran_once_has_no_cadence() -> None:
    assert facts(SHOP.downstream("raw").ranked.filter(kind="job"), "every")["join"] is None


@pytest.mark.parametrize(
    ("selection", "expected"),
    [("tag:pii", {"clean"}), ("owner:team-b", {"blind"}), ("owner:nobody", set())],
)
def test_hits_are_those_of_a_selection(selection: str, expected: set[str]) -> None:
    assert set(SHOP.downstream("raw").hits(selection)["name"]) == expected


def test_a_field_is_hit_by_the_tag_of_its_dataset_and_by_its_own() -> None:
    own = {"tags": [{"key": "secret", "value": "", "field": "y"}]}
    lin = lx.read([run("j", ["a"], dataset(
        "b", columnLineage=columns(y=[("a", "x", "IDENTITY")]), tags=own,
        schema={"fields": [{"name": "y", "type": "INT"}]},
    ))])  # fmt: skip
    assert lin.downstream("a#x").hits("tag:secret")["name"].to_list() == ["b#y"]
    assert "clean#mail" in SHOP.downstream("raw#mail").hits("tag:pii")["name"].to_list()


def test_the_report_says_what_to_look_at_and_what_is_out_of_reach() -> None:
    report = SHOP.downstream("raw#mail").report()
    assert "## What to look at, in this order" in report
    assert "2 nodes of these may be hit" in report
    assert "Out of reach:" in report


def test_nothing_downstream_is_ranked_as_nothing() -> None:
    found = SHOP.downstream("apart")
    assert found.ranked.is_empty()
    assert len(found.spared) == len(SHOP.nodes) - 1


@given(lineages(), st.sampled_from(DATASETS + JOBS))
def test_each_node_is_ranked_or_spared_or_the_one_asked_for(made: Made, start: str) -> None:
    found = Lineage(made.frames).downstream(node(start))
    ranked, spared = set(found.ranked["node"]), set(found.spared["node"])
    assert not ranked & spared
    assert ranked | spared | {node(start)} == set(found.lin.nodes["node"])
    assert ranked == set(found.nodes["node"])


@given(lineages(carried=False), st.sampled_from(DATASETS))
def test_what_is_certain_is_what_told_flows_and_single_inputs_lead_to(
    made: Made, start: str
) -> None:
    found = Lineage(made.frames).downstream(node(start)).ranked
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_node(start)
    for (_, sources, targets), basis in zip(made.bundles, made.bases, strict=True):
        if basis == "declared" or len(set(sources)) == 1:
            graph.add_edges_from((s, t) for s in sources for t in targets)
    certain = found.filter("certain", kind="dataset")["name"]
    assert set(certain) == nx.descendants(graph, start)
