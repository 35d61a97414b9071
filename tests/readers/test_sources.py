"""What is no file costs itself; nothing waits, and nothing is left out without a word."""

import gzip
import os
import sys
from pathlib import Path
from typing import Any

import pytest

import lineage_explorer as lx
from lineage_explorer.readers import limits
from tests.events import ndjson, run_event

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

A = run_event("a", ["x"], ["y"], run="1")
B = run_event("b", ["y"], ["z"], run="2")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.json").write_bytes(ndjson(A))
    return tmp_path


def told(lin: lx.Lineage) -> list[tuple[str, str]]:
    return lin.problems.select("file", "code").rows()


def test_a_pipe_in_a_folder_is_told_and_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "pipe.json")
    lin = lx.read(folder)
    assert lin.events.height == 1
    assert told(lin) == [("pipe.json", "unreadable-file")]


@pytest.mark.parametrize("name", ["pipe", "/dev/zero"])
def test_a_pipe_or_a_device_as_the_source_is_an_error(folder: Path, name: str) -> None:
    os.mkfifo(folder / "pipe")
    with pytest.raises(lx.SourceError, match="not a file"):
        lx.read(folder / name)


def test_links_in_a_circle_and_links_to_nothing_are_told(folder: Path) -> None:
    (folder / "loop.json").symlink_to(folder / "loop.json")
    (folder / "gone.json").symlink_to(folder / "nothing")
    lin = lx.read(folder)
    assert lin.events.height == 1
    assert told(lin) == [("gone.json", "unreadable-file"), ("loop.json", "unreadable-file")]


def test_a_link_to_a_folder_is_told_and_not_followed(folder: Path) -> None:
    (folder / "up").symlink_to(folder, target_is_directory=True)
    lin = lx.read(folder)
    assert lin.events.height == 1
    assert told(lin) == [("up", "linked-folder")]
    assert lin.problems["severity"].to_list() == ["warning"]


def test_a_folder_named_like_a_file_is_a_folder(folder: Path) -> None:
    (folder / "b.json").mkdir()
    (folder / "b.json" / "b.json").write_bytes(ndjson(B))
    assert lx.read(folder).events["file"].to_list() == ["a.json", "b.json/b.json"]


def test_a_pattern_that_matches_only_folders_reads_them(tmp_path: Path) -> None:
    for day, event in (("2024-05-01", A), ("2024-05-02", B)):
        (tmp_path / day).mkdir()
        (tmp_path / day / "log.ndjson").write_bytes(ndjson(event))
    files = lx.read(str(tmp_path / "2024-*")).events["file"].to_list()
    assert files == ["2024-05-01/log.ndjson", "2024-05-02/log.ndjson"]


def test_a_file_that_may_not_be_read_is_told(folder: Path, monkeypatch) -> None:
    (folder / "b.json").write_bytes(ndjson(B))
    opened = os.open

    def refuse(path, *rest, **options):
        if str(path).endswith("b.json"):
            raise PermissionError(13, "Permission denied")
        return opened(path, *rest, **options)

    monkeypatch.setattr(os, "open", refuse)
    lin = lx.read(folder)
    assert lin.events.height == 1
    assert told(lin) == [("b.json", "unreadable-file")]
    assert "Permission denied" in lin.problems["message"][0]


def test_a_folder_that_may_not_be_looked_into_is_told(folder: Path, monkeypatch) -> None:
    (folder / "locked").mkdir()
    looked = os.scandir

    def refuse(path):
        if str(path).endswith("locked"):
            raise PermissionError(13, "Permission denied", str(path))
        return looked(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert told(lx.read(folder)) == [("locked", "unreadable-file")]


def test_a_file_name_that_is_not_utf_8_is_written_with_escapes(folder: Path) -> None:
    try:
        Path(os.fsdecode(bytes(folder) + b"/b\xff.json")).write_bytes(ndjson(B))
    except OSError:
        pytest.skip("this file system only takes names in UTF-8")
    lin = lx.read(folder)
    assert lin.events["file"].to_list() == ["a.json", "b\\xff.json"]
    assert lin.event(1)


def test_a_file_that_grew_still_gives_its_events(folder: Path) -> None:
    lin = lx.read(folder)
    with (folder / "a.json").open("ab") as file:
        file.write(ndjson(B))
    assert '"a"' in lin.event(0)


@pytest.mark.parametrize("now", [b"", b"x" * 2000, None], ids=["cut", "other", "gone"])
def test_a_file_that_changed_is_an_error_and_not_a_wrong_event(folder: Path, now) -> None:
    lin = lx.read(folder)
    (folder / "a.json").unlink()
    if now is not None:
        (folder / "a.json").write_bytes(now)
    with pytest.raises(lx.SourceError, match="read it again"):
        lin.event(0)


@pytest.mark.parametrize("pack", [gzip.compress, zstd.compress], ids=["gzip", "zstd"])
def test_a_bomb_is_left_at_the_limit(pack, monkeypatch) -> None:
    monkeypatch.setattr(limits, "FREE", 4 << 20)
    lin = lx.read(ndjson(A) + b"")
    assert lin.problems.is_empty()
    bomb = lx.read(pack(ndjson(A) + bytes(64 << 20)))
    assert bomb.events.height == 1
    assert "too-large" in bomb.problems["code"].to_list()


def test_a_small_file_may_unpack_to_any_ratio() -> None:
    many = ndjson(A) + b"\n" * (8 << 20) + ndjson(B)
    lin = lx.read(gzip.compress(many))
    assert lin.events.height == 2
    assert lin.problems.is_empty()


def test_several_gzip_members_are_one_file() -> None:
    assert lx.read(gzip.compress(ndjson(A)) + gzip.compress(ndjson(B))).events.height == 2


def test_a_packed_file_that_ends_too_early_says_so_and_a_damaged_one_too() -> None:
    packed = gzip.compress(ndjson(A), mtime=0)
    (short,) = lx.read(packed[:-4]).problems["message"]
    (wrong,) = lx.read(packed[:-8] + bytes(8)).problems["message"]
    assert "ends too early" in short
    assert "damaged" in wrong


def test_what_follows_a_gzip_is_told_and_what_came_before_is_read() -> None:
    lin = lx.read(gzip.compress(ndjson(A)) + b"garbage")
    assert lin.events.height == 1
    assert lin.problems["code"].to_list() == ["unreadable-file"]


@pytest.mark.parametrize(
    "source",
    ['{"eventTime": "x"}', "x" * 5000, "a\0b", "~nobody-of-that-name/x", [{"job": object()}]],
    ids=["JSON text", "endless name", "NUL", "no such user", "no JSON"],
)
def test_no_source_gives_a_bare_python_error(source) -> None:
    with pytest.raises(lx.SourceError, match="Hint"):
        lx.read(source)


def test_an_event_that_is_not_there_is_told() -> None:
    lin = lx.read(ndjson(run_event("j", ["a"], ["b"])))
    no_rows: list[Any] = [1, -1, 10**30, 0.5, "x", None]
    for event in no_rows:
        with pytest.raises(lx.LineageError, match="there is no event"):
            lin.event(event)
