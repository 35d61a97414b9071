"""Provenance, history, what is hit by a change, and the log as of a time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Cli, event

LOAD = "00000000-0000-0000-0000-000000000002"
REPORT = "00000000-0000-0000-0000-000000000003"


@pytest.fixture
def tagged(tmp_path: Path) -> str:
    """The log with a tag on the last dataset, and an owner of the job before."""
    first, last = event("load", ["raw"], ["orders"], 1), event("report", ["orders"], ["mart"], 2)
    tags = {"tags": [{"key": "pii", "value": "true"}]}
    last["outputs"][0]["facets"] = {"tags": tags}
    last["job"]["facets"] = {"ownership": {"owners": [{"name": "team-b"}]}}
    path = tmp_path / "tagged.ndjson"
    path.write_text("\n".join(map(json.dumps, (first, last))))
    return str(path)


def test_provenance_prints_the_runs_and_says_where_it_begins(cli: Cli, source: str):
    result = cli("provenance", source, "mart")
    assert result.exit_code == 0
    assert [line.split()[0] for line in result.stdout.splitlines()[1:]] == ["1", "2", "3"]
    assert "source: dataset:db:raw" in result.stderr


def test_provenance_of_a_run_as_json(cli: Cli, source: str):
    found = json.loads(cli("provenance", source, REPORT, "--json").stdout)
    assert [(row["hop"], row["dataset"]) for row in found["runs"]] == [
        (1, "dataset:db:orders"), (2, "dataset:db:clean"),
    ]  # fmt: skip
    assert [row["dataset"] for row in found["sources"]] == ["dataset:db:raw"]


def test_provenance_at_a_time_knows_no_later_run(cli: Cli, source: str):
    result = cli("provenance", source, "mart", "--at", "2024-05-01T10:02:30Z", "--json")
    assert json.loads(result.stdout)["runs"] == []


def test_provenance_of_a_job_says_which_runs_it_has(cli: Cli, source: str):
    result = cli("provenance", source, "job:load")
    assert result.exit_code == 2
    assert LOAD in result.stderr


def test_a_time_that_is_none_is_wrong_usage(cli: Cli, source: str):
    result = cli("provenance", source, "mart", "--at", "yesterday")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "no time" in result.stderr


@pytest.mark.parametrize("verb", ["provenance", "history", "downstream"])
def test_a_report_is_markdown(verb: str, cli: Cli, source: str):
    result = cli(verb, source, "orders", "--report")
    assert result.exit_code == 0
    assert result.stdout.startswith("# ")
    assert "| --- |" in result.stdout


def test_history_prints_what_happened_in_order_of_time(cli: Cli, source: str):
    result = cli("history", source, "orders")
    assert [line.split()[2] for line in result.stdout.splitlines()[1:]] == ["write", "read"]


@pytest.mark.parametrize(
    ("selection", "code"),
    [("tag:pii", 1), ("owner:team-b", 1), ("owner:team-c", 0), ("tag:pii and owner:x", 0)],
)
def test_downstream_fails_where_what_is_not_wanted_is_hit(
    selection: str, code: int, cli: Cli, tagged: str
):
    result = cli("downstream", tagged, "raw", "--fail-on", selection)
    assert result.exit_code == code
    assert ("hit: " in result.stderr) == bool(code)
    assert "mart" in result.stdout


def test_each_of_several_selections_counts(cli: Cli, tagged: str):
    both = ("--fail-on", "owner:nobody", "--fail-on", "tag:pii")
    assert cli("downstream", tagged, "raw", *both).exit_code == 1


def test_nothing_downstream_is_good_where_only_a_hit_is_bad(cli: Cli, tagged: str):
    result = cli("downstream", tagged, "mart", "--fail-on", "tag:pii", "--json")
    assert (result.exit_code, json.loads(result.stdout)) == (0, [])


def test_a_selection_that_cannot_be_read_is_wrong_usage(cli: Cli, tagged: str):
    assert cli("downstream", tagged, "raw", "--fail-on", "tag:(").exit_code == 2


@pytest.mark.parametrize("verb", ["upstream", "select", "history"])
def test_as_of_knows_only_what_was_told_by_then(verb: str, cli: Cli, source: str):
    result = cli(verb, source, "mart", "--as-of", "2024-05-01T10:02:30Z")
    assert (result.exit_code, result.stdout) == (1, "")


def test_summary_as_of_counts_the_events_of_then(cli: Cli, source: str):
    found = json.loads(cli("summary", source, "--as-of", "2024-05-01T10:02:00Z", "--json").stdout)
    assert found["events"] == 2
