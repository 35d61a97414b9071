"""Places are read from what names them, never from a word in a name."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

import lineage_explorer as lx
from lineage_explorer.errors import PolicyError
from lineage_explorer.residency.facts import shipped
from lineage_explorer.residency.namespaces import where
from lineage_explorer.residency.policy import Policy
from lineage_explorer.residency.report import ResidencyReport
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


MOVED = """cloud,partition,code,kind,countries,place,status,valid_from,valid_to,note,source,confidence,review_by
aws,aws,eu-west-1,region,FR,Paris,active,2026-01-10,,made up,a test,high,2027-11-30
"""
HOST = "postgres://db.abc.eu-west-1.rds.amazonaws.com:5432"


def moved(folder: Path, policy_date: str) -> ResidencyReport:
    """Two runs that write to a region, on the 1st and 20th; on the 10th it went to France."""
    (folder / "regions.csv").write_text(MOVED, "utf-8")
    text = f'policy_date = "{policy_date}"\n[tables]\ncloud_regions = "regions.csv"\n'
    label = '[[labels]]\ndataset = "a"\npermitted = ["IE"]\n'
    (folder / "policy.toml").write_text(text + label, "utf-8")
    events = [run("copy", ["a"], [f"{HOST}/b"], hours) for hours in (0, 19 * 24)]
    return lx.read(events).residency(folder / "policy.toml")


def test_a_run_is_judged_by_where_its_region_was_on_the_day(tmp_path):
    report = moved(tmp_path, "run")
    told = report.places.filter(pl.col("rule") == "aws.endpoint")
    assert told.select("places", "valid_from", "valid_to").rows() == [
        (["IE"], None, date(2026, 1, 9)),
        (["FR"], date(2026, 1, 10), None),
    ]
    stored = report.judged.storage.filter(pl.col("dataset") == f"dataset:{HOST}:b").sort("epoch")
    assert stored["verdict"].to_list() == ["within", "outside"]


def test_claims_that_rest_on_no_region_that_moved_are_told_once(tmp_path):
    report = moved(tmp_path, "run")
    assert len(report.places.filter(pl.col("node") == "dataset:db:a")) == 1


@pytest.mark.parametrize(("day", "place"), [("2026-01-09", "IE"), ("2026-01-10", "FR")])
def test_under_a_policy_of_one_day_a_region_is_where_it_was_then(tmp_path, day, place):
    told = moved(tmp_path, day).places.filter(pl.col("rule") == "aws.endpoint")
    assert told["places"].to_list() == [[place]]


def test_a_mapping_to_a_region_that_moved_is_told_to_name_places(tmp_path):
    (tmp_path / "regions.csv").write_text(MOVED, "utf-8")
    mapped = '[[places]]\nmatch = "a"\ncloud = "aws"\nregion = "eu-west-1"\n'
    text = f'[tables]\ncloud_regions = "regions.csv"\n{mapped}'
    (tmp_path / "policy.toml").write_text(text, "utf-8")
    with pytest.raises(PolicyError, match="not always in one place"):
        Policy.of(tmp_path / "policy.toml")
