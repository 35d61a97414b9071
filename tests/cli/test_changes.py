"""What `diff` and `diagnose` answer on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.analysis.days import days, drop_field, fail, run_id
from tests.cli.conftest import Cli
from tests.events import ndjson


@pytest.fixture
def broken(tmp_path: Path) -> str:
    """Ten days; on the last a column is gone and the job that reads it fails."""
    path = tmp_path / "days.ndjson"
    edits = [("clean", 9, drop_field("amount")), ("mart", 9, fail("no column amount"))]
    path.write_bytes(ndjson(*days(10, edits=edits)))
    return str(path)


def test_diff_prints_changes_and_where_they_part(cli: Cli, broken: str):
    result = cli("diff", broken, run_id("mart", 8), run_id("mart", 9))
    assert result.exit_code == 0
    assert "field-dropped" in result.stdout
    assert "parts at 1: dataset:db:staged" in result.stderr


def test_diff_exits_with_1_where_there_are_changes_of_the_severity_asked(cli: Cli, broken: str):
    runs = run_id("mart", 8), run_id("mart", 9)
    assert cli("diff", broken, *runs, "--fail-on", "high").exit_code == 1
    calm = run_id("mart", 7), run_id("mart", 8)
    assert cli("diff", broken, *calm, "--fail-on", "low").exit_code == 0


def test_diff_as_json_is_one_document_and_as_markdown_a_report(cli: Cli, broken: str):
    runs = run_id("mart", 8), run_id("mart", 9)
    found = json.loads(cli("diff", broken, *runs, "--format", "json").stdout)
    assert {"changes", "divergence", "nodes", "edges"} <= set(found)
    assert cli("diff", broken, *runs, "--format", "markdown").stdout.startswith("# What changed")


def test_diff_takes_days_and_windows(cli: Cli, broken: str):
    by_day = cli("diff", broken, "2026-03-10", "2026-03-11")
    by_window = cli("diff", broken, "2026-03-10..2026-03-10", "2026-03-11..2026-03-11")
    assert by_day.stdout == by_window.stdout
    assert "field-dropped" in by_day.stdout


@pytest.fixture
def logs(tmp_path: Path) -> tuple[str, str]:
    """The same ten days twice; in the second log a column is gone."""
    paths = tmp_path / "staging.ndjson", tmp_path / "production.ndjson"
    paths[0].write_bytes(ndjson(*days(10)))
    paths[1].write_bytes(ndjson(*days(10, edits=[("clean", 0, drop_field("amount"))])))
    return str(paths[0]), str(paths[1])


def test_diff_of_two_logs_compares_the_newest_run_of_each_job(cli: Cli, logs: tuple[str, str]):
    result = cli("diff", *logs)
    assert result.exit_code == 0
    assert "field-dropped" in result.stdout
    assert f"{logs[0]} → {logs[1]}" in result.stderr
    assert "parts at 1: dataset:db:staged" in result.stderr


def test_diff_of_two_logs_fails_by_severity_and_is_empty_of_a_log_and_itself(
    cli: Cli, logs: tuple[str, str]
):
    assert cli("diff", *logs, "--fail-on", "high").exit_code == 1
    same = cli("diff", logs[0], logs[0], "--fail-on", "info")
    assert (same.exit_code, same.stdout) == (0, "")
    assert "nothing differs" in same.stderr


def test_diff_of_two_logs_is_json_or_markdown_too(cli: Cli, logs: tuple[str, str]):
    found = json.loads(cli("diff", *logs, "--format", "json").stdout)
    assert (found["before"], found["after"]) == logs
    assert cli("diff", *logs, "--format", "markdown").stdout.startswith("# What changed")


def test_diff_writes_its_picture(cli: Cli, logs: tuple[str, str], tmp_path: Path):
    cli("diff", *logs, "--write", str(tmp_path / "diff.svg"))
    assert "1 column dropped" in (tmp_path / "diff.svg").read_text(encoding="utf-8")


def test_diff_of_one_thing_alone_is_a_wrong_usage(cli: Cli, logs: tuple[str, str]):
    result = cli("diff", logs[0])
    assert result.exit_code == 2
    assert "Give two logs" in result.stderr


def test_diff_with_a_log_that_is_not_there_is_a_wrong_usage(cli: Cli, logs: tuple[str, str]):
    result = cli("diff", logs[0], "nowhere.ndjson")
    assert result.exit_code == 2
    assert "nowhere.ndjson" in result.stderr


def test_diff_of_what_is_neither_a_run_nor_a_time_is_a_wrong_usage(cli: Cli, broken: str):
    result = cli("diff", broken, "yesterday", "today")
    assert result.exit_code == 2
    assert "neither a run id nor a time" in result.stderr


def test_diagnose_names_the_cause_and_says_the_verdict(cli: Cli, broken: str):
    result = cli("diagnose", broken, run_id("mart", 9))
    assert result.exit_code == 0
    assert "dataset:db:staged" in result.stdout
    assert "The cause is db:staged" in result.stderr


def test_diagnose_exits_with_1_where_no_cause_is_named(cli: Cli, broken: str):
    result = cli("diagnose", broken, run_id("mart", 8))
    assert result.exit_code == 1
    assert "Nothing shows that anything is wrong" in result.stderr


def test_diagnose_prints_a_report_or_json(cli: Cli, broken: str):
    assert "```mermaid" in cli("diagnose", broken, run_id("mart", 9), "--report").stdout
    found = json.loads(cli("diagnose", broken, run_id("mart", 9), "--json").stdout)
    assert found["causes"][0]["node"] == "dataset:db:staged"
