"""Places are read from what names them, never from a word in a name."""

from __future__ import annotations

import pytest

import lineage_explorer as lx
from lineage_explorer.residency.facts import shipped
from lineage_explorer.residency.namespaces import where
from tests.residency.made import data, judged, run, verdict

FACTS = shipped()


@pytest.mark.parametrize(
    ("namespace", "places"),
    [
        ("arn:aws:glue:eu-central-2:123456789012", ["CH"]),
        ("arn:aws-cn:glue:cn-north-1:123456789012", ["CN"]),
        ("awsathena://athena.us-east-1.amazonaws.com", ["US"]),
        ("redshift://wh.eu-west-1:5439", ["IE"]),
        ("redshift://wh.abc123.ap-southeast-3.redshift.amazonaws.com:5439", ["ID"]),
        ("redshift://wh.None:5439", []),
        ("snowflake://xy12345.eu-central-1.aws", ["DE"]),
        ("snowflake://xy12345.us-west-1.aws", []),
        ("snowflake://myorg-account", []),
        ("bigquery", []),
        ("s3://acme-eu-west-1-backup", []),
        ("s3://bucket", []),
        ("gs://europe-west6-data", []),
        ("postgres://db.abc.eu-west-2.rds.amazonaws.com:5432", ["GB"]),
        ("azurekusto://cluster.westeurope.kusto.windows.net", ["NL"]),
        ("kafka://b-1.c.id.c2.kafka.eu-north-1.amazonaws.com:9092", ["SE"]),
        ("file", []),
        ("hive://dataproc-m:9083", []),
        ("postgres://10.0.0.1:5432", []),
    ],
)
def test_a_namespace_says_where_it_is_by_its_form(namespace, places):
    told = where(namespace, FACTS)
    decided = [] if told is None or told.grade == "X" else list(told.places)
    assert decided == places


@pytest.mark.parametrize(
    ("cloud", "code", "countries"),
    [
        ("aws", "eu-west-1", "IE"), ("alibaba", "eu-west-1", "GB"),
        ("aws", "ap-southeast-3", "ID"), ("alibaba", "ap-southeast-3", "MY"),
        ("aws", "me-central-1", "AE"), ("oracle", "eu-zurich-1", "CH"),
    ],
)  # fmt: skip
def test_a_region_is_looked_up_by_cloud_and_code(cloud, code, countries):
    row = FACTS.region(cloud, code)
    assert row is not None
    assert row["countries"] == countries


def test_a_region_word_in_a_name_is_a_hint_that_decides_nothing():
    report = judged([run("copy", ["de/a"], ["s3://acme-us-east-1/b"])],
                    labels=[{"dataset": "a", "permitted": ["DE"]}])  # fmt: skip
    assert verdict(report, "s3://acme-us-east-1/b") == "undecided"
    told = report.findings.filter(report.findings["kind"] == "location.unknown")["reason"]
    assert any("its name looks like US" in reason for reason in told)


def test_claims_that_disagree_are_a_conflict_and_not_a_choice():
    other = data("de/a", symlinks={"identifiers": [
        {"namespace": "postgres://db.x.us-east-1.rds.amazonaws.com", "name": "a", "type": "TABLE"},
    ]})  # fmt: skip
    report = judged(
        [run("copy", [other], ["de/b"])], labels=[{"dataset": "a", "permitted": ["DE"]}]
    )
    kinds = report.findings.filter(report.findings["node"].str.contains(":a"))["kind"].to_list()
    assert "location.conflict" in kinds or verdict(report, "de/a") != "within"


def test_the_last_mapping_that_fits_and_holds_speaks():
    places = [
        {"match": "x*", "places": ["DE"]},
        {"match": "x*", "places": ["US"], "valid_from": "2027-01-01"},
        {"match": "x/a", "places": ["FR"]},
    ]
    label = {"dataset": "a", "permitted": ["FR"]}
    report = judged([run("copy", ["x/a"], ["x/b"])],
                    {"policy_date": "2026-11-22", "places": places, "labels": [label]})  # fmt: skip
    assert (verdict(report, "x/a"), verdict(report, "x/b")) == ("within", "outside")


def test_a_replica_is_a_place_of_its_own_and_the_worst_counts():
    places = [
        {"match": "x*", "places": ["DE"]},
        {"match": "x*", "places": ["US"], "role": "replica"},
    ]
    label = {"dataset": "a", "permitted": ["DE"]}
    report = judged([run("copy", ["x/a"], ["x/b"])],
                    {"policy_date": "2026-11-22", "places": places, "labels": [label]})  # fmt: skip
    assert report.counts["outside"] >= 2


def test_claims_weaker_than_the_minimum_count_as_unknown():
    label = {"dataset": "a", "permitted": ["DE"]}
    policy = {"minimum_grade": "C", "places": [{"match": "*", "places": ["DE"]}], "labels": [label]}
    report = lx.read([run("copy", ["x/a"], ["x/b"])]).residency(policy)
    assert verdict(report, "x/a") == "undecided"


def test_every_dataset_and_job_has_a_row_of_where_it_is():
    report = lx.sample("fraud").residency()
    assert set(report.lin.nodes["node"]) <= set(report.places["node"])


def test_what_is_unmapped_is_listed_by_how_much_it_would_settle():
    from lineage_explorer.residency.unmapped import unmapped

    found = unmapped(lx.sample("fraud").residency())
    assert found["settles"].is_sorted(descending=True)
    assert found["settles"][0] > 0
