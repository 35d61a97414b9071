"""What was read of files is there again: the same, at once, and never anything else."""

from __future__ import annotations

import gzip
import json
import os
import stat
import tempfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lineage_explorer as lx
from lineage_explorer.readers import cache as disk
from lineage_explorer.readers import digests, kept, scan, secret_text
from tests.events import ndjson, run_event
from tests.readers.caching import READS, A, B, C, Seen, entries, same

pytestmark = pytest.mark.usefixtures("cache_folder")


# Found again -----------------------------------------------------------------------------------


def test_a_log_read_before_is_not_read_again(log: Path, scanned: Seen):
    first = lx.read(log)
    same(first, lx.read(log))
    assert len(scanned) == 1


def test_an_event_has_its_text_after_reopening(log: Path):
    lx.read(log)
    assert json.loads(lx.read(log).event(1)) == B


def test_facets_are_loaded_when_first_used(log: Path, cache_folder: Path):
    lx.read(log)
    lin = lx.read(log)
    assert callable(vars(lin.frames)["facets"])
    disk.clear()
    assert not entries(cache_folder)
    assert lin.facets.filter(facet="own")["json"].to_list() == [b'{"text": "kept"}']


def test_the_same_content_under_the_same_label_is_known_wherever_it_lies(
    log: Path, tmp_path: Path, scanned: Seen
):
    lx.read(log)
    (tmp_path / "other").mkdir()
    other = log.rename(tmp_path / "other" / log.name)
    lx.read(other)
    assert len(scanned) == 1


def test_another_label_is_another_reading(log: Path, tmp_path: Path):
    lx.read(log)
    other = log.rename(tmp_path / "other.ndjson")
    assert lx.read(other).events["file"].unique().to_list() == ["other.ndjson"]


def test_a_change_within_the_file_is_seen_though_size_and_time_are_the_same(log: Path):
    os.utime(log, ns=(10**18, 10**18))
    lx.read(log)
    log.write_bytes(log.read_bytes().replace(b'"w"', b'"v"').replace(b'"x"', b'"u"'))
    os.utime(log, ns=(10**18, 10**18))
    assert "u" in lx.read(log).datasets["name"].to_list()


@pytest.mark.parametrize("change", ["format", "key", "limit", "version", "program"])
def test_what_decides_how_it_is_read_makes_another_reading(
    log: Path, scanned: Seen, monkeypatch: pytest.MonkeyPatch, change: str
):
    lx.read(log)
    if change == "key":
        monkeypatch.setenv(secret_text.KEY_VARIABLE, "0123456789abcdef" * 4)
    elif change == "limit":
        monkeypatch.setattr("lineage_explorer.readers.limits.WRAPPED", 5)
    elif change == "version":
        monkeypatch.setattr(pl, "__version__", "another")
    elif change == "program":
        monkeypatch.setattr(kept, "PROGRAM", ("0", "another"))
    lx.read(log, format="json" if change == "format" else "auto")
    assert len(scanned) == 2


def test_a_packed_file_is_kept_too(tmp_path: Path, scanned: Seen):
    path = tmp_path / "log.ndjson.gz"
    path.write_bytes(gzip.compress(ndjson(A, B)))
    same(lx.read(path), lx.read(path))
    assert len(scanned) == 1


def test_problems_and_sources_come_back(log: Path):
    log.write_bytes(ndjson(A) + b'{"broken": \n' + ndjson(A, B))
    first = lx.read(log)
    assert first.problems["code"].to_list() == ["broken-json", "duplicate-event"]
    same(first, lx.read(log))


def test_strict_raises_for_what_was_kept_with_an_error_in_it(log: Path):
    log.write_bytes(ndjson(A) + b'{"broken": \n')
    lx.read(log)
    with pytest.raises(lx.SourceError, match=r"log\.ndjson:2"):
        lx.read(log, strict=True)


def test_strict_finds_what_was_kept_without_errors(log: Path, scanned: Seen):
    lx.read(log)
    lx.read(log, strict=True)
    assert len(scanned) == 1


def texts(folder: Path) -> bytes:
    """All there is in the cache, unpacked."""
    found = []
    for path in folder.rglob("*"):
        if path.suffix == ".parquet":
            frame = pl.read_parquet(path)
            found.append(repr([column.to_list() for column in frame]).encode())
        if path.is_file():
            found.append(path.read_bytes())
    return b"".join(found)


# What is not kept ------------------------------------------------------------------------------


def test_what_is_read_with_its_secrets_leaves_nothing(log: Path, cache_folder: Path):
    lx.read(log, redact=False)
    assert not cache_folder.exists()


def test_no_secret_is_in_any_file_of_the_cache(log: Path, cache_folder: Path):
    canary = "cAnArY-7f3a"
    facets = {
        "environmentVariables": {"environmentVariables": [{"name": "A", "value": canary}]},
        "own": {"password": canary, "url": f"https://me:{canary}@host/x"},
    }
    log.write_bytes(
        ndjson(A, run_event(run="9", run_facets=facets)) + b'{"password":"%s" \n' % canary.encode()
    )
    lx.read(log)
    log.write_bytes(log.read_bytes() + ndjson(run_event(run="8", job_facets=facets)))
    lin = lx.read(log)
    assert b"environmentVariables" in texts(cache_folder)
    assert canary.encode() not in texts(cache_folder) + repr(lin.facets.to_dicts()).encode()


@pytest.mark.parametrize("said", ["off", "0", "no", "OFF"])
def test_the_variable_turns_it_off(
    log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str
):
    monkeypatch.setenv(disk.VARIABLE, said)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    lx.read(log)
    assert [path.name for path in tmp_path.iterdir()] == ["log.ndjson"]


def test_without_the_variable_it_is_in_the_users_cache_directory(
    log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv(disk.VARIABLE)
    monkeypatch.setattr("platformdirs.user_cache_path", lambda *_: tmp_path / "home" / "cache")
    lx.read(log)
    assert (tmp_path / "home" / "cache" / "v1").is_dir()


def test_the_argument_turns_it_off(log: Path, cache_folder: Path):
    lx.read(log, cache=False)
    assert not cache_folder.exists()


def test_a_small_source_leaves_no_trace(
    log: Path, cache_folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(kept, "WORTH", 1 << 20)
    lx.read(log)
    assert not cache_folder.exists()


def test_what_is_in_memory_is_not_kept(cache_folder: Path):
    lx.read(ndjson(A))
    assert not cache_folder.exists()


def test_only_the_owner_may_read_it(log: Path, cache_folder: Path):
    lx.read(log)
    modes = {
        stat.S_IMODE(path.stat().st_mode) for path in cache_folder.rglob("*") if path.is_file()
    }
    assert modes == {0o600}
    assert {
        stat.S_IMODE(path.stat().st_mode)
        for path in [*cache_folder.glob("v1/"), *entries(cache_folder)]
    } == {0o700}


def test_a_cache_that_others_may_write_to_is_not_used(log: Path, cache_folder: Path):
    (cache_folder / "v1").mkdir(parents=True)
    (cache_folder / "v1").chmod(0o777)
    lx.read(log)
    assert not list(cache_folder.glob("v1/*"))


@pytest.mark.parametrize("way", ["read-only", "a file", "a loop"])
def test_a_cache_that_cannot_be_made_is_no_error(
    log: Path, cache_folder: Path, way: str, monkeypatch: pytest.MonkeyPatch
):
    if way == "a file":
        cache_folder.write_bytes(b"")
    elif way == "a loop":
        cache_folder.symlink_to(cache_folder)
    else:

        def refuse(*_: object, **__: object) -> None:
            raise PermissionError(30, "Read-only file system")

        monkeypatch.setattr(Path, "mkdir", refuse)
    assert lx.read(log).events.height == 2


def test_a_full_disk_is_no_error_and_leaves_nothing(
    log: Path, cache_folder: Path, monkeypatch: pytest.MonkeyPatch
):
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert lx.read(log).events.height == 2
    assert not entries(cache_folder)


def test_a_file_that_changes_while_it_is_read_is_not_kept(
    log: Path, cache_folder: Path, monkeypatch: pytest.MonkeyPatch
):
    read = scan.all_told

    def changing(*arguments, **options):
        log.write_bytes(log.read_bytes().replace(b'"x"', b'"q"'))
        return read(*arguments, **options)

    monkeypatch.setattr(READS, changing)
    lx.read(log)
    assert not entries(cache_folder)


def test_of_a_file_that_grows_while_it_is_read_what_was_there_is_kept(
    log: Path, scanned: Seen, monkeypatch: pytest.MonkeyPatch
):
    read = scan.all_told

    def growing(*arguments, **options):
        log.write_bytes(log.read_bytes() + ndjson(C))
        return read(*arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(READS, growing)
        assert lx.read(log).events.height == 2
    assert lx.read(log).events.height == 3
    assert [blob.start for blob in scanned[-1] if isinstance(blob, kept.Stretch)] == [
        len(ndjson(A, B))
    ]


# Digests ---------------------------------------------------------------------------------------


@given(st.binary(max_size=200), st.integers(0, 200))
@settings(max_examples=50)
def test_the_digest_of_a_beginning_is_that_of_a_file_that_ends_there(data: bytes, size: int):
    pieces, digests.PIECE = digests.PIECE, 64
    try:
        with tempfile.TemporaryDirectory() as place:
            long, short = Path(place, "long"), Path(place, "short")
            long.write_bytes(data)
            short.write_bytes(data[:size])
            one, other = digests.contents([long, short], Path(place, "notes"), lambda _: None)
            assert one.digest(min(size, len(data))) == other.digest()
    finally:
        digests.PIECE = pieces
