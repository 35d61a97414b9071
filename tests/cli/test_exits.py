"""Exit codes, and what is said on which stream."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Cli, event

ESCAPE = "evil\x1b]0;owned\x07\x1b[31m\x9b2J\u202egnp"
STEERING = {chr(code) for code in [*range(9), *range(11, 32), *range(127, 160)]} | {"\u202e"}


@pytest.mark.parametrize(
    "arguments",
    [
        ("select", "nobody"),
        ("select", "owner:nobody"),
        ("upstream", "nobody"),
        ("upstream", "raw"),
        ("downstream", "mart"),
        ("paths", "mart", "raw"),
        ("paths", "nobody", "raw"),
        ("provenance", "nobody"),
        ("history", "nobody"),
    ],
)
def test_nothing_found_is_1_and_nothing_on_stdout(
    arguments: tuple[str, ...], cli: Cli, source: str
):
    verb, *rest = arguments
    result = cli(verb, source, *rest)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr


def test_an_empty_selection_as_json_is_still_a_json_document(cli: Cli, source: str):
    result = cli("select", source, "owner:nobody", "--json")
    assert (result.exit_code, json.loads(result.stdout)) == (1, [])


@pytest.mark.parametrize(
    "arguments",
    [
        ("select", "(orders"),
        ("select", "orders raw"),
        ("upstream",),
        ("upstream", "orders", "--hops", "0"),
        ("nosuchverb",),
        ("export", "x.nosuch"),
    ],
)
def test_a_usage_that_makes_no_sense_is_2(
    arguments: tuple[str, ...],
    cli: Cli,
    source: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.chdir(tmp_path)
    verb, *rest = arguments
    result = cli(verb, source, *rest)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("verb", ["summary", "select", "upstream"])
def test_a_source_that_does_not_exist_is_2_and_named(verb: str, cli: Cli):
    result = cli(verb, "no/such/file.ndjson", *(["x"] if verb != "summary" else []))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "no/such/file.ndjson" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_name_of_several_nodes_is_2_and_lists_them(cli: Cli, tmp_path: Path):
    path = tmp_path / "two.ndjson"
    path.write_text(json.dumps(event("job", ["a.orders"], ["b.orders"])))
    result = cli("upstream", str(path), "orders")
    assert result.exit_code == 2
    assert "dataset:db:a.orders" in result.stderr
    assert "dataset:db:b.orders" in result.stderr


def test_a_folder_that_cannot_be_written_to_is_2(cli: Cli, source: str, tmp_path: Path):
    result = cli("export", source, str(tmp_path / "no" / "such" / "x.ndjson"))
    assert result.exit_code == 2
    assert "Traceback" not in result.stderr


def test_a_bad_line_is_told_on_stderr_and_the_rest_is_answered(
    cli: Cli, log: bytes, tmp_path: Path
):
    path = tmp_path / "bad.ndjson"
    path.write_bytes(log + b'{"eventType": "COMP\n')
    result = cli("select", str(path), "orders")
    assert result.exit_code == 0
    assert "orders" in result.stdout
    assert "error: " in result.stderr


@pytest.mark.parametrize("verb", ["summary", "select"])
def test_strict_makes_a_bad_line_1_and_says_where_it_is(
    verb: str, cli: Cli, log: bytes, tmp_path: Path
):
    path = tmp_path / "bad.ndjson"
    path.write_bytes(log + b'{"eventType": "COMP\n')
    result = cli(verb, str(path), *(["orders"] if verb == "select" else []), "--strict")
    assert result.exit_code == 1
    assert "bad.ndjson:5" in result.stderr


@pytest.mark.parametrize("verb", ["summary", "select", "upstream", "downstream", "paths"])
@pytest.mark.parametrize("json_too", [False, True])
def test_no_terminal_escape_of_an_event_gets_out(
    verb: str, json_too: bool, cli: Cli, tmp_path: Path
):
    first = event(ESCAPE, [f"a{ESCAPE}"], [f"b{ESCAPE}"], 1)
    first["job"]["facets"] = {
        "ownership": {"_producer": "p", "_schemaURL": "s", "owners": [{"name": ESCAPE}]}
    }
    second = event("next", [f"b{ESCAPE}"], [f"c{ESCAPE}"], 2)
    path = tmp_path / "hostile.ndjson"
    path.write_text("\n".join(json.dumps(one) for one in (first, second)) + "\n{broken " + ESCAPE)
    a, b, c = (f"dataset:db:{letter}{ESCAPE}" for letter in "abc")
    rest = {"summary": [], "select": ["*"], "upstream": [b], "downstream": [b], "paths": [a, c]}
    result = cli(verb, str(path), *rest[verb], *(["--json"] if json_too else []))
    assert result.exit_code == 0, result.stderr
    assert "evil" in result.stdout
    assert STEERING & set(result.stdout + result.stderr) == set()


def test_json_gives_back_exactly_what_the_event_said(cli: Cli, tmp_path: Path):
    path = tmp_path / "hostile.ndjson"
    path.write_text(json.dumps(event("job", [f"a{ESCAPE}\x7f\U000e0041"], ["b"])))
    (row,) = json.loads(cli("select", str(path), "roots(*) and kind:dataset", "--json").stdout)
    assert row["name"] == f"a{ESCAPE}\x7f\U000e0041"


def test_an_error_message_carries_no_escape_either(cli: Cli, source: str):
    result = cli("upstream", source, ESCAPE)
    assert result.exit_code == 1
    assert STEERING & set(result.stderr) == set()


def test_version_and_help_are_0(cli: Cli):
    assert cli("--version").exit_code == 0
    assert "summary" in cli("--help").stdout
