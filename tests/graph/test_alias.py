"""Names that the user knows to be one."""

from __future__ import annotations

import json

import polars as pl
import pytest

import lineage_explorer as lx
from lineage_explorer.errors import LineageError, NodeNotFound
from tests.events import dataset, run_event

COLUMNS = {
    "columnLineage": {
        "fields": {"b": {"inputFields": [{"namespace": "s3a://lake", "name": "t", "field": "a"}]}}
    }
}
EVENTS = [
    run_event("load", ["source"], [dataset("t", "s3://lake")], run="load"),
    run_event("use", [dataset("t", "s3a://lake")], [dataset("u", "db", **COLUMNS)], run="use",
              time="2024-05-01T11:00:00Z"),
    run_event("last", ["u"], ["v"], run="last", time="2024-05-01T12:00:00Z"),
]  # fmt: skip


@pytest.fixture
def lin() -> lx.Lineage:
    return lx.read(EVENTS)


def test_two_namespaces_that_are_one_join_the_lineage(lin: lx.Lineage) -> None:
    assert "job:jobs:use" not in lin.downstream("source").nodes["node"]
    one = lin.alias({"s3a://lake": "s3://lake"})
    assert "job:jobs:use" in one.downstream("source").nodes["node"]
    told = one.datasets.filter(dataset="dataset:s3://lake:t")["aliases"].item().to_list()
    assert told == ["dataset:s3a://lake:t"]
    assert one.provenance("use").runs["run"].to_list() == ["load"]
    assert one.column_edges["source"].to_list() == ["dataset:s3://lake:t"]


def test_nothing_of_what_was_told_is_lost(lin: lx.Lineage) -> None:
    one = lin.alias({"s3a://lake": "s3://lake"})
    assert one.runs.equals(lin.runs)
    assert one.events.equals(lin.events)
    assert len(one.io) == len(lin.io)
    assert len(one.datasets) == len(lin.datasets) - 1


def test_the_name_given_is_shown_even_where_no_event_says_it(lin: lx.Lineage) -> None:
    names = lin.alias({"s3a://lake": "lake", "s3://lake": "lake"}).datasets
    assert names.filter(namespace="lake")["name"].to_list() == ["t"]
    assert names.filter(pl.col("namespace").str.starts_with("s3")).is_empty()


def test_one_dataset_may_be_another(lin: lx.Lineage) -> None:
    one = lin.alias({"source": "v"})
    assert one.downstream("v").cyclic is False
    assert one.find("source") == "dataset:db:v"
    assert "dataset:db:source" not in one.datasets["dataset"]


def test_what_is_asked_of_it_afterwards_keeps_the_names(lin: lx.Lineage) -> None:
    one = lin.alias({"s3a://lake": "s3://lake"})
    early = one.as_of("2024-05-01T11:30Z")
    assert "dataset:s3a://lake:t" not in early.datasets["dataset"]
    more = lx.read([run_event("other", [dataset("w", "s3a://lake")], ["x"], run="other")])
    assert "dataset:s3://lake:w" in one.merge(more).datasets["dataset"]
    both = one.select("+u").alias({"source": "u"})
    assert "job:jobs:last" not in both.jobs["job"]


def test_names_known_to_be_one_make_two_logs_alike() -> None:
    other = json.loads(json.dumps(EVENTS).replace("s3a://lake", "s3://lake"))
    same = lx.diff(lx.read(EVENTS).alias({"s3a://lake": "s3://lake"}), lx.read(other))
    assert same.changes.is_empty()


def test_what_is_not_there_and_what_leads_round_is_an_error(lin: lx.Lineage) -> None:
    with pytest.raises(NodeNotFound):
        lin.alias({"s3b://lake": "s3://lake"})
    with pytest.raises(LineageError, match="lead back"):
        lin.alias({"s3a://lake": "s3://lake", "s3://lake": "s3a://lake"})
    with pytest.raises(LineageError, match="lead back"):
        lin.alias({"source": "v", "v": "source"})


def test_no_names_change_nothing(lin: lx.Lineage) -> None:
    assert lin.alias({}).datasets.equals(lin.datasets)
    assert lx.read([]).alias({}).datasets.is_empty()
