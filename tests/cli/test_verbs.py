"""What each verb of the command line answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Cli, event


def names(text: str) -> list[str]:
    """The names in a table: in the header's order of columns."""
    header, *rows = text.splitlines()
    at = header.split().index("name")
    return [row.split()[at] for row in rows]


def test_summary_counts_what_the_log_holds(cli: Cli, source: str):
    found = json.loads(cli("summary", source, "--json").stdout)
    counts = {key: found[key] for key in ("events", "runs", "jobs", "datasets")}
    assert counts == {"events": 4, "runs": 4, "jobs": 4, "datasets": 5}


def test_summary_is_readable_text(cli: Cli, source: str):
    result = cli("summary", source)
    assert result.exit_code == 0
    assert "5 datasets" in result.stdout


def test_summary_reads_several_sources_as_one(cli: Cli, source: str, tmp_path: Path):
    other = tmp_path / "more.json"
    other.write_text(json.dumps(event("extra", ["mart"], ["end"], 9)))
    assert json.loads(cli("summary", source, str(other), "--json").stdout)["events"] == 5


def test_a_dash_reads_standard_input(cli: Cli, log: bytes):
    assert json.loads(cli("summary", "-", "--json", stdin=log).stdout)["events"] == 4


def test_standard_input_and_a_file_are_read_together(cli: Cli, source: str):
    more = json.dumps(event("extra", ["mart"], ["end"], 9)).encode()
    assert json.loads(cli("summary", source, "-", "--json", stdin=more).stdout)["events"] == 5


def test_select_prints_a_table_of_the_nodes(cli: Cli, source: str):
    result = cli("select", source, "orders or raw")
    assert result.exit_code == 0
    assert sorted(names(result.stdout)) == ["orders", "raw"]


def test_select_as_json_is_one_list_of_objects(cli: Cli, source: str):
    rows = json.loads(cli("select", source, "orders", "--json").stdout)
    assert [row["node"] for row in rows] == ["dataset:db:orders"]


def test_upstream_lists_what_a_node_comes_from_nearest_first(cli: Cli, source: str):
    rows = json.loads(cli("upstream", source, "orders", "--json").stdout)
    datasets = [(row["hops"], row["name"]) for row in rows if row["kind"] == "dataset"]
    assert datasets == [(1, "clean"), (2, "raw")]


def test_downstream_lists_what_depends_on_a_node(cli: Cli, source: str):
    found = names(cli("downstream", source, "clean").stdout)
    assert {"orders", "side", "mart"} <= set(found)


def test_hops_limit_how_far_it_goes_and_the_cut_is_said(cli: Cli, source: str):
    result = cli("downstream", source, "clean", "--hops", "1")
    assert "mart" not in names(result.stdout)
    assert "more beyond" in result.stderr


def test_paths_prints_each_path_from_one_node_to_the_other(cli: Cli, source: str):
    result = cli("paths", source, "raw", "mart")
    assert result.exit_code == 0
    assert [line.split(":")[-1] for line in result.stdout.split()  if ":" in line] == [
        "raw", "wash", "clean", "load", "orders", "report", "mart",
    ]  # fmt: skip


def test_paths_as_json_says_whether_it_was_cut(cli: Cli, source: str):
    found = json.loads(cli("paths", source, "raw", "mart", "--json").stdout)
    assert (found["count"], found["truncated"]) == (1, False)


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("x.svg", "<svg"),
        ("x.html", "<!"),
        ("x.ndjson", "{"),
        ("x.mmd", ""),
        ("x.graphml", "<graphml"),
    ],
)
def test_export_writes_what_the_ending_says(
    name: str, begins: str, cli: Cli, source: str, tmp_path: Path
):
    out = tmp_path / name
    result = cli("export", source, str(out))
    assert result.exit_code == 0, result.stderr
    text = out.read_text(encoding="utf-8")
    assert text.lstrip().startswith(begins)
    assert "orders" in text


def test_export_of_a_selection_leaves_the_rest_out(cli: Cli, source: str, tmp_path: Path):
    out = tmp_path / "x.mmd"
    assert cli("export", source, str(out), "--select", "+clean").exit_code == 0
    assert "mart" not in out.read_text(encoding="utf-8")


def test_export_around_a_node_leaves_out_what_is_far(cli: Cli, source: str, tmp_path: Path):
    out = tmp_path / "x.svg"
    result = cli("export", source, str(out), "--focus", "raw", "--hops", "1")
    assert result.exit_code == 0, result.stderr
    assert "clean" in out.read_text(encoding="utf-8")
    assert "mart" not in out.read_text(encoding="utf-8")
