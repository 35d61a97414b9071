"""What flows where: the lineage facet, then columnLineage, then every input to every output."""

import json
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import lineage_explorer as lx
from tests.events import dataset, run_event

POSTGRES = "postgresql://warehouse:5432"


def flows(lin: lx.Lineage) -> set[tuple[str, str, str | None, str]]:
    """Source, target, job, basis; short names."""

    def short(node: str | None) -> str | None:
        return node.rpartition(":")[2] if node else None

    return {
        (short(s), short(t), short(j), b)  # type: ignore[misc]
        for s, t, j, b in lin.flows.select("source", "target", "job", "basis").iter_rows()
    }


def edges(lin: lx.Lineage) -> set[tuple[str, str, str]]:
    """Source, target, kind; ids without their namespace."""
    return {
        (
            f"{s.partition(':')[0]} {s.rpartition(':')[2]}",
            f"{t.partition(':')[0]} {t.rpartition(':')[2]}",
            k,
        )
        for s, t, k in lin.edges.select("source", "target", "kind").iter_rows()
    }


def column_lineage(**fields: list[tuple[str, str]]) -> dict:
    """A columnLineage facet: column → (dataset, column) pairs."""
    return {
        "fields": {
            column: {"inputFields": [{"namespace": "db", "name": n, "field": f} for n, f in inputs]}
            for column, inputs in fields.items()
        }
    }


def test_without_lineage_facets_every_input_feeds_every_output() -> None:
    lin = lx.read([run_event(inputs=["a", "b"], outputs=["c", "d"])])
    assert flows(lin) == {(s, t, "job", "implied") for s in "ab" for t in "cd"}


def test_column_lineage_decides_for_its_output_alone() -> None:
    output = dataset("c", columnLineage=column_lineage(x=[("a", "y")]))
    lin = lx.read([run_event(inputs=["a", "b"], outputs=[output, "d"])])
    assert flows(lin) == {
        ("a", "c", "job", "columns"),
        ("a", "d", "job", "implied"),
        ("b", "d", "job", "implied"),
    }


def test_empty_column_lineage_says_nothing() -> None:
    output = dataset("c", columnLineage={"fields": {}})
    lin = lx.read([run_event(inputs=["a"], outputs=[output])])
    assert flows(lin) == {("a", "c", "job", "implied")}


def test_a_dataset_only_column_lineage_names_is_read() -> None:
    output = dataset("c", columnLineage=column_lineage(x=[("z", "y")]))
    lin = lx.read([run_event(inputs=["a"], outputs=[output])])
    edge = lin.edges.filter(source="dataset:db:z").row(0, named=True)
    assert (edge["target"], edge["kind"], edge["basis"]) == ("job:jobs:job", "reads", "columns")
    assert "dataset:db:z" in lin.datasets["dataset"]


def test_a_dataset_lineage_facet_goes_before_column_lineage() -> None:
    output = dataset(
        "c",
        columnLineage=column_lineage(x=[("a", "y")]),
        lineage={"inputs": [{"type": "DATASET", "namespace": "db", "name": "b"}]},
    )
    lin = lx.read([run_event(inputs=["a", "b"], outputs=[output])])
    assert flows(lin) == {("b", "c", "job", "declared")}
    assert lin.column_edges["source"].to_list() == ["dataset:db:a"]


def test_lineage_with_no_inputs_means_no_upstream() -> None:
    lin = lx.read([run_event(inputs=["a"], outputs=[dataset("c", lineage={"inputs": []})])])
    assert flows(lin) == set()
    assert ("job job", "dataset c", "writes") in edges(lin)


def job_lineage(*entries: dict) -> dict:
    """A lineage facet of a job."""
    return {"lineage": {"entries": list(entries)}}


def test_a_job_lineage_facet_is_the_whole_picture() -> None:
    entry = {
        "type": "DATASET",
        "namespace": "db",
        "name": "c",
        "inputs": [{"type": "DATASET", "namespace": "db", "name": "a"}],
    }
    lin = lx.read([run_event(inputs=["a", "b"], outputs=["c", "d"], job_facets=job_lineage(entry))])
    assert flows(lin) == {("a", "c", "job", "declared")}
    assert {("dataset b", "job job", "reads"), ("job job", "dataset d", "writes")} <= edges(lin)


def test_flows_of_one_job_do_not_mix() -> None:
    lin = lx.read(
        [
            run_event(inputs=["a"], outputs=["c"], run="1"),
            run_event(inputs=["b"], outputs=["d"], run="2"),
        ]
    )
    assert flows(lin) == {("a", "c", "job", "implied"), ("b", "d", "job", "implied")}


def test_column_edges_keep_how_a_column_was_made() -> None:
    facet = {
        "fields": {
            "x": {
                "inputFields": [
                    {
                        "namespace": "db",
                        "name": "a",
                        "field": "y",
                        "transformations": [
                            {
                                "type": "DIRECT",
                                "subtype": "TRANSFORMATION",
                                "description": "md5",
                                "masking": True,
                            }
                        ],
                    }
                ]
            }
        },
        "dataset": [
            {
                "namespace": "db",
                "name": "b",
                "field": "k",
                "transformations": [{"type": "INDIRECT", "subtype": "JOIN"}],
            }
        ],
    }
    lin = lx.read([run_event(inputs=["a", "b"], outputs=[dataset("c", columnLineage=facet)])])
    rows = lin.column_edges.select(
        "source", "source_field", "target_field", "type", "subtype", "masking", "description"
    ).rows()
    assert set(rows) == {
        ("dataset:db:a", "y", "x", "DIRECT", "TRANSFORMATION", True, "md5"),
        ("dataset:db:b", "k", None, "INDIRECT", "JOIN", None, None),
    }
    assert flows(lin) == {("a", "c", "job", "columns"), ("b", "c", "job", "columns")}


def test_old_column_lineage_keeps_its_description() -> None:
    facet = column_lineage(x=[("a", "y")])
    facet["fields"]["x"] |= {
        "transformationType": "MASKED",
        "transformationDescription": "hashed",
    }
    lin = lx.read([run_event(inputs=["a"], outputs=[dataset("c", columnLineage=facet)])])
    row = lin.column_edges.row(0, named=True)
    assert (row["type"], row["description"], row["masking"]) == ("MASKED", "hashed", True)


def test_a_dataset_event_with_lineage_makes_a_derives_edge() -> None:
    facet = {"inputs": [{"type": "DATASET", "namespace": "db", "name": "a"}]}
    lin = lx.read([{"eventTime": "2024-05-01T10:00:00Z", "dataset": dataset("b", lineage=facet)}])
    assert edges(lin) == {("dataset a", "dataset b", "derives")}
    assert flows(lin) == {("a", "b", None, "declared")}


@pytest.fixture
def examples() -> Path:
    folder = Path(__file__).resolve().parents[3] / "shared" / "spec" / "examples" / "LineageFacet"
    if not folder.is_dir():
        pytest.skip("the specification's examples (../shared/spec) are not beside this checkout")
    return folder


EXAMPLES = {
    "dataset-to-dataset": (
        {("public.customers", "out", "job", "declared")},
        {("dataset public.customers", "job job", "reads"), ("job job", "dataset out", "writes")},
    ),
    "dataset-to-job": (
        {("public.staging_orders", "daily.load", "daily.load", "declared")},
        {("dataset public.staging_orders", "job daily.load", "reads")},
    ),
    "generator": (set(), {("job job", "dataset public.extracted_data", "writes")}),
    "implicit-job": (
        {("public.transactions", "job", "job", "declared")},
        {("dataset public.transactions", "job job", "reads")},
    ),
    "job-to-dataset": (
        {("daily.extract", "public.daily_summary", "job", "declared")},
        {("job daily.extract", "dataset public.daily_summary", "writes")},
    ),
    "job-to-job": (
        {("daily.transform", "daily.load", "daily.load", "declared")},
        {("job daily.transform", "job daily.load", "hands_over")},
    ),
    "mixed-sources": (
        {
            ("public.orders", "public.enriched_orders", "job", "declared"),
            ("daily.enrichment", "public.enriched_orders", "job", "declared"),
        },
        {
            ("dataset public.orders", "job job", "reads"),
            ("job job", "dataset public.enriched_orders", "writes"),
            ("job daily.enrichment", "dataset public.enriched_orders", "writes"),
        },
    ),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_example_of_the_specification_gives_its_flows_and_edges(examples, name) -> None:
    facet = json.loads((examples / f"{name}.json").read_text())["lineage"]
    if "entries" in facet:
        event = run_event(job_facets={"lineage": facet})
    else:
        event = run_event(outputs=[dataset("out", lineage=facet)])
    lin = lx.read([event])
    expected_flows, expected_edges = EXAMPLES[name]
    assert flows(lin) == expected_flows
    assert edges(lin) == expected_edges
    assert lin.problems.is_empty()


def test_the_examples_name_every_file(examples) -> None:
    assert {path.stem for path in examples.glob("*.json")} == set(EXAMPLES)


def test_a_dataset_lineage_facet_outside_any_job_names_its_columns(examples) -> None:
    facet = json.loads((examples / "dataset-to-dataset.json").read_text())["lineage"]
    lin = lx.read([{"eventTime": "2024-05-01T10:00:00Z", "dataset": dataset("b", lineage=facet)}])
    row = lin.column_edges.row(0, named=True)
    assert (row["source_field"], row["target_field"], row["job"]) == ("id", "customer_id", None)


NAME = st.sampled_from("abcde")


@given(st.lists(st.tuples(st.sets(NAME), st.sets(NAME)), max_size=5))
def test_implied_flows_are_the_union_of_the_products_of_the_runs(runs) -> None:
    lin = lx.read(
        [
            run_event(inputs=sorted(i), outputs=sorted(o), run=str(n))
            for n, (i, o) in enumerate(runs)
        ]
    )
    expected = {(s, t) for i, o in runs for s in i for t in o}
    assert {(s, t) for s, t, _, _ in flows(lin)} == expected
    counted = {(s, t): sum(s in i and t in o for i, o in runs) for s, t in expected}
    for row in lin.flows.iter_rows(named=True):
        assert row["runs"] == counted[row["source"][-1], row["target"][-1]]
    assert lin.edges.filter(pl.col("kind") == "reads").height == len(
        {s for i, _ in runs for s in i}
    )
