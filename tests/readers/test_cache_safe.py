"""A cache that is damaged, full, shared, or killed while it is written costs a reading, nothing more."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest
import xxhash

import lineage_explorer as lx
from lineage_explorer.readers import cache as disk
from lineage_explorer.readers import digests
from tests.events import ndjson, run_event
from tests.readers.caching import SAMPLE, A, B, C, Seen, entries, same, script

pytestmark = pytest.mark.usefixtures("cache_folder")


# Damage ----------------------------------------------------------------------------------------


def shortened(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])


def flipped(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def of_another_kind(path: Path) -> None:
    pl.DataFrame({"a": [1]}).write_parquet(path)


@pytest.mark.parametrize("damage", [shortened, flipped, emptied, of_another_kind, Path.unlink])
@pytest.mark.parametrize("name", ["frame-events", "facet-rows", "told-0-texts", "entry"])
def test_a_damaged_entry_is_read_anew(
    log: Path, cache_folder: Path, scanned: Seen, damage: Callable[[Path], None], name: str
):
    first = lx.read(log)
    (path,) = [path for path in cache_folder.rglob("*") if path.stem == name]
    damage(path)
    same(first, lx.read(log))
    same(first, lx.read(log))
    assert len(scanned) == 2


def test_a_table_of_other_columns_is_read_anew(log: Path, cache_folder: Path, scanned: Seen):
    first = lx.read(log)
    (entry,) = entries(cache_folder)
    meta = disk.entries()[0].meta
    of_another_kind(entry / "frame-runs.parquet")
    data = (entry / "frame-runs.parquet").read_bytes()
    meta.tables["frame-runs"] = len(data), xxhash.xxh3_128_hexdigest(data)
    (entry / "entry").write_bytes(disk._sealed(meta))
    same(first, lx.read(log))
    assert len(scanned) == 2


def test_damage_to_what_events_told_is_found_when_a_file_grew(log: Path, cache_folder: Path):
    lx.read(log)
    flipped(next(cache_folder.rglob("told-0-uses.parquet")))
    log.write_bytes(ndjson(A, B, C))
    same(lx.read(log), lx.read(log, cache=False))


def test_notes_of_digests_that_are_damaged_are_made_anew(
    log: Path, cache_folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(digests, "NOTED", 0)
    monkeypatch.setattr(digests, "TICK", -(10**12))
    lx.read(log)
    notes = cache_folder / "v1" / "digests.json"
    sound = notes.read_bytes()
    for damaged in (b"", b"{", b"[]", b'{"a": [1]}'):
        notes.write_bytes(damaged)
        lx.read(log)
        assert notes.read_bytes() == sound


def test_a_file_noted_is_not_hashed_again(log: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(digests, "NOTED", 0)
    monkeypatch.setattr(digests, "TICK", -(10**12))
    lx.read(log)
    monkeypatch.setattr(digests, "hashed", None)
    assert lx.read(log).events.height == 2


def test_a_file_touched_just_now_is_not_noted(
    log: Path, cache_folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(digests, "NOTED", 0)
    lx.read(log)
    assert not (cache_folder / "v1" / "digests.json").exists()


# Limits ----------------------------------------------------------------------------------------


def test_what_was_not_used_for_longest_goes_first(
    tmp_path: Path, cache_folder: Path, monkeypatch: pytest.MonkeyPatch
):
    logs = [tmp_path / f"{at}.json" for at in range(3)]
    for at, log in enumerate(logs):
        log.write_bytes(ndjson(run_event(f"job{at}")))
        if at == 2:
            lx.read(logs[0])
            monkeypatch.setattr(disk, "LIMIT", int(2.5 * disk.entries()[0].size))
        lx.read(log)
        for entry in entries(cache_folder):
            then = (entry / "entry").stat().st_mtime - 60
            os.utime(entry / "entry", (then, then))
    assert sorted(entry.meta.files[0][0] for entry in disk.entries()) == ["0.json", "2.json"]


def test_what_is_larger_than_the_limit_is_not_kept(
    log: Path, cache_folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(disk, "LIMIT", 100)
    lx.read(log)
    assert not entries(cache_folder)


def test_what_a_killed_writer_left_is_removed_after_a_day(log: Path, cache_folder: Path):
    (cache_folder / "v1").mkdir(parents=True, mode=0o700)
    for name, age in (("tmp-old", 2 * disk.LEFT), ("tmp-new", 0)):
        (cache_folder / "v1" / name).mkdir()
        os.utime(cache_folder / "v1" / name, (time.time() - age,) * 2)
    lx.read(log)
    assert [path.name for path in cache_folder.glob("v1/tmp-*")] == ["tmp-new"]
    disk.clear()
    assert not list(cache_folder.glob("v1/*"))


def test_clearing_removes_only_what_the_cache_made(log: Path, cache_folder: Path):
    lx.read(log)
    (cache_folder / "mine.txt").write_text("kept")
    (cache_folder / "v1" / "mine.txt").write_text("kept")
    assert disk.clear()[0] == 1
    assert sorted(path.name for path in cache_folder.rglob("*")) == ["mine.txt", "mine.txt", "v1"]


# Several at once, and killed ------------------------------------------------------------------


def test_two_that_write_at_once_leave_one_sound_entry(tmp_path: Path, cache_folder: Path):
    log = tmp_path / "log.ndjson"
    log.write_bytes(SAMPLE)
    text = "print(lx.read(sys.argv[1]).events.height)"
    both = [script(text, log) for _ in range(3)]
    results = [one.communicate() for one in both]
    assert len(set(results)) == 1, results
    (entry,) = entries(cache_folder)
    assert [one.folder for one in disk.entries()] == [entry]
    same(lx.read(log), lx.read(log, cache=False))


LOOP = """
import shutil
while True:
    lx.read(sys.argv[1])
    print("read", flush=True)
    from lineage_explorer.readers import cache
    cache.clear()
"""


def test_a_kill_at_any_moment_leaves_nothing_that_is_believed(tmp_path: Path):
    log = tmp_path / "log.ndjson"
    log.write_bytes(SAMPLE)
    fresh = lx.read(log, cache=False)
    for at in range(4):
        reader = script(f"exec({LOOP!r})", log)
        assert reader.stdout
        reader.stdout.readline()
        time.sleep(0.13 * at)
        reader.kill()
        reader.communicate()
        same(lx.read(log), fresh)
        same(lx.read(log), fresh)
        disk.clear()


@pytest.fixture
def large(tmp_path: Path) -> Iterator[Path]:
    """A log that takes a while, and for which others help."""
    path = tmp_path / "large.ndjson"
    with path.open("wb") as file:
        for at in range(60_000):
            facets = {"own": {"number": at, "text": "x" * 600}}
            file.write(ndjson(run_event(f"job{at % 99}", run=str(at), run_facets=facets)))
    yield path
    path.unlink()


def is_gone(group: int) -> bool:
    """Whether no process of a group is left; the system may take a while to bury the last."""
    for _ in range(200):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize("seconds", [0.5, 1.2])
def test_an_interrupt_comes_through_and_the_next_reading_is_right(
    large: Path, cache_folder: Path, seconds: float
):
    reader = script("print(1, flush=True); lx.read(sys.argv[1]); print(2)", large)
    assert reader.stdout
    reader.stdout.readline()
    time.sleep(seconds)
    reader.send_signal(signal.SIGINT)
    out, errors = reader.communicate(timeout=20)
    assert b"2" not in out
    assert errors.rstrip().endswith(b"KeyboardInterrupt")
    assert reader.returncode == -signal.SIGINT
    assert is_gone(reader.pid)  # no helper is left
    assert not entries(cache_folder)
    assert lx.read(large).runs.height == 60_000
    assert lx.read(large).runs.height == 60_000


def test_interrupting_the_writing_leaves_nothing(
    log: Path, cache_folder: Path, monkeypatch: pytest.MonkeyPatch
):
    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        lx.read(log)
    assert not entries(cache_folder)
