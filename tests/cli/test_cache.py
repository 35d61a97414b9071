"""`cache`: what was kept of the files read, and away with it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lineage_explorer.readers import cache, kept
from tests.cli.conftest import Cli


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own, for files of any size."""
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "cache"))
    monkeypatch.setattr(kept, "WORTH", 0)
    return tmp_path / "cache"


def test_it_shows_what_was_kept_its_size_and_when(cli: Cli, source: str):
    cli("summary", source)
    header, row = cli("cache").stdout.splitlines()
    assert header.split() == ["files", "read", "MB", "kept", "MB", "made", "used"]
    assert row.startswith("events.ndjson ")


def test_of_many_files_it_names_the_first(cli: Cli, tmp_path: Path, log: bytes):
    for name in ("a.json", "b.json", "c.json"):
        (tmp_path / name).write_bytes(log + name.encode())
    cli("summary", str(tmp_path / "*.json"))
    assert cli("cache").stdout.splitlines()[1].startswith("a.json and 2 more ")


def test_as_json_it_is_a_list_with_bytes(cli: Cli, source: str, log: bytes):
    cli("summary", source)
    (entry,) = json.loads(cli("cache", "--json").stdout)
    assert (entry["files"], entry["read"]) == (["events.ndjson"], len(log))
    assert set(entry) == {"files", "read", "kept", "made", "used"}


def test_it_says_where_the_cache_is(cli: Cli, folder: Path):
    result = cli("cache")
    assert (result.exit_code, result.stdout) == (0, "")
    assert str(folder) in result.stderr


def test_it_says_when_there_is_none(cli: Cli, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(cache.VARIABLE, "off")
    assert cli("cache").stderr == "there is no cache.\n"
    assert cli("cache", "clear").exit_code == 0


def test_clear_removes_all_of_it(cli: Cli, source: str, folder: Path):
    cli("summary", source)
    result = cli("cache", "clear")
    assert result.exit_code == 0
    assert result.stderr.startswith("removed 1 ")
    assert not list(folder.glob("v1/*"))
    assert json.loads(cli("cache", "--json").stdout) == []
