"""What was read of files is there again: the same, at once, and never anything else."""

from __future__ import annotations

import gzip
import json
import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest
import xxhash
from hypothesis import given, settings
from hypothesis import strategies as st

import lineage_explorer as lx
from lineage_explorer.readers import cache as disk
from lineage_explorer.readers import digests, kept, scan, secret_text
from lineage_explorer.readers.sources import Blob
from tests.conftest import ROOT
from tests.events import dataset, ndjson, run_event

A = run_event("a", ["x"], ["y"], run="1", run_facets={"own": {"text": "kept"}})
B = run_event("b", ["y"], ["z"], run="2", time="2024-05-01T11:00:00Z")
C = run_event("c", ["z"], ["w"], run="3", time="2024-05-01T12:00:00Z")
READS = "lineage_explorer.readers.all_told"

Seen = list[list[Blob]]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own, for files of any size."""
    monkeypatch.setenv(disk.VARIABLE, str(tmp_path / "cache"))
    monkeypatch.setattr(kept, "WORTH", 0)
    return tmp_path / "cache"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.ndjson"
    path.write_bytes(ndjson(A, B))
    return path


@pytest.fixture
def scanned(monkeypatch: pytest.MonkeyPatch) -> Seen:
    """What was read of files, each time."""
    seen: Seen = []
    read = scan.all_told

    def noted(blobs: list[Blob], *rest, **options):
        seen.append(list(blobs))
        return read(blobs, *rest, **options)

    monkeypatch.setattr(READS, noted)
    return seen


def same(one: lx.Lineage, other: lx.Lineage) -> None:
    for (name, left), (_, right) in zip(one.frames.items(), other.frames.items(), strict=True):
        assert left.equals(right), name
    assert one.sources.equals(other.sources)


def entries(folder: Path) -> list[Path]:
    return [path for path in folder.glob("v1/*") if path.is_dir()]


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


def script(text: str, *arguments: object) -> subprocess.Popen[bytes]:
    """A Python of its own, which may use a small cache."""
    begin = (
        "import lineage_explorer as lx; from lineage_explorer.readers import kept; kept.WORTH=0;"
    )
    command = [sys.executable, "-c", f"import sys; {begin} {text}", *map(str, arguments)]
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        start_new_session=True,
    )


# Found again -----------------------------------------------------------------------------------


def test_a_log_read_before_is_not_read_again(log: Path, scanned: Seen):
    first = lx.read(log)
    same(first, lx.read(log))
    assert len(scanned) == 1


def test_an_event_has_its_text_after_reopening(log: Path):
    lx.read(log)
    assert json.loads(lx.read(log).event(1)) == B


def test_facets_are_loaded_when_first_used(log: Path, folder: Path):
    lx.read(log)
    lin = lx.read(log)
    assert callable(vars(lin.frames)["facets"])
    disk.clear()
    assert not entries(folder)
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


# What is not kept ------------------------------------------------------------------------------


def test_what_is_read_with_its_secrets_leaves_nothing(log: Path, folder: Path):
    lx.read(log, redact=False)
    assert not folder.exists()


def test_no_secret_is_in_any_file_of_the_cache(log: Path, folder: Path):
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
    assert b"environmentVariables" in texts(folder)
    assert canary.encode() not in texts(folder) + repr(lin.facets.to_dicts()).encode()


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


def test_the_argument_turns_it_off(log: Path, folder: Path):
    lx.read(log, cache=False)
    assert not folder.exists()


def test_a_small_source_leaves_no_trace(log: Path, folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(kept, "WORTH", 1 << 20)
    lx.read(log)
    assert not folder.exists()


def test_what_is_in_memory_is_not_kept(folder: Path):
    lx.read(ndjson(A))
    assert not folder.exists()


def test_only_the_owner_may_read_it(log: Path, folder: Path):
    lx.read(log)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*") if path.is_file()}
    assert modes == {0o600}
    assert {
        stat.S_IMODE(path.stat().st_mode) for path in [*folder.glob("v1/"), *entries(folder)]
    } == {0o700}


def test_a_cache_that_others_may_write_to_is_not_used(log: Path, folder: Path):
    (folder / "v1").mkdir(parents=True)
    (folder / "v1").chmod(0o777)
    lx.read(log)
    assert not list(folder.glob("v1/*"))


@pytest.mark.parametrize("way", ["read-only", "a file", "a loop"])
def test_a_cache_that_cannot_be_made_is_no_error(
    log: Path, folder: Path, way: str, monkeypatch: pytest.MonkeyPatch
):
    if way == "a file":
        folder.write_bytes(b"")
    elif way == "a loop":
        folder.symlink_to(folder)
    else:

        def refuse(*_: object, **__: object) -> None:
            raise PermissionError(30, "Read-only file system")

        monkeypatch.setattr(Path, "mkdir", refuse)
    assert lx.read(log).events.height == 2


def test_a_full_disk_is_no_error_and_leaves_nothing(
    log: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert lx.read(log).events.height == 2
    assert not entries(folder)


def test_a_file_that_changes_while_it_is_read_is_not_kept(
    log: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    read = scan.all_told

    def changing(*arguments, **options):
        log.write_bytes(log.read_bytes().replace(b'"x"', b'"q"'))
        return read(*arguments, **options)

    monkeypatch.setattr(READS, changing)
    lx.read(log)
    assert not entries(folder)


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
@pytest.mark.parametrize("name", ["frame-events", "facet-rows", "told-0-facets", "entry"])
def test_a_damaged_entry_is_read_anew(
    log: Path, folder: Path, scanned: Seen, damage: Callable[[Path], None], name: str
):
    first = lx.read(log)
    (path,) = [path for path in folder.rglob("*") if path.stem == name]
    damage(path)
    same(first, lx.read(log))
    same(first, lx.read(log))
    assert len(scanned) == 2


def test_a_table_of_other_columns_is_read_anew(log: Path, folder: Path, scanned: Seen):
    first = lx.read(log)
    (entry,) = entries(folder)
    meta = disk.entries()[0].meta
    of_another_kind(entry / "frame-runs.parquet")
    data = (entry / "frame-runs.parquet").read_bytes()
    meta.tables["frame-runs"] = len(data), xxhash.xxh3_128_hexdigest(data)
    (entry / "entry").write_bytes(disk._sealed(meta))
    same(first, lx.read(log))
    assert len(scanned) == 2


def test_damage_to_what_events_told_is_found_when_a_file_grew(log: Path, folder: Path):
    lx.read(log)
    flipped(next(folder.rglob("told-0-uses.parquet")))
    log.write_bytes(ndjson(A, B, C))
    same(lx.read(log), lx.read(log, cache=False))


def test_notes_of_digests_that_are_damaged_are_made_anew(
    log: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(digests, "NOTED", 0)
    monkeypatch.setattr(digests, "TICK", -(10**12))
    lx.read(log)
    notes = folder / "v1" / "digests.json"
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
    log: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(digests, "NOTED", 0)
    lx.read(log)
    assert not (folder / "v1" / "digests.json").exists()


# Growth ----------------------------------------------------------------------------------------


def sample() -> bytes:
    """Lines of real logs, one broken, some twice."""
    lines = [
        line
        for name in ("dbt", "airflow", "spark")
        for line in (ROOT / "sample_events" / name / "events.ndjson")
        .read_bytes()
        .splitlines(True)[::9]
    ]
    return b"".join([*lines[:20], b'{"broken": \n', *lines[20:], lines[3], lines[25]])


SAMPLE = sample()
ENDS = [at + 1 for at, byte in enumerate(SAMPLE) if byte == 10]


@settings(max_examples=12)
@given(st.lists(st.sampled_from(ENDS) | st.integers(1, len(SAMPLE)), min_size=1, max_size=3))
def test_a_file_that_grew_gives_what_reading_it_whole_gives(cuts: list[int]):
    with tempfile.TemporaryDirectory() as place:
        os.environ[disk.VARIABLE] = str(Path(place) / "cache")
        log = Path(place) / "log.ndjson"
        for cut in sorted(cuts):
            log.write_bytes(SAMPLE[:cut])
            lx.read(log)
        log.write_bytes(SAMPLE)
        grown = lx.read(log)
        fresh = lx.read(log, cache=False)
        same(grown, fresh)
        same(lx.read(log), fresh)
        last = fresh.events["event"].max()
        assert isinstance(last, int)
        assert grown.event(last) == fresh.event(last)


def test_of_a_file_that_grew_only_the_new_is_read(log: Path, scanned: Seen):
    lx.read(log)
    log.write_bytes(ndjson(A, B, C))
    lin = lx.read(log)
    (blob,) = scanned[-1]
    with blob.open() as stream:
        assert stream.read() == ndjson(C)
    assert lin.events["line"].to_list() == [1, 2, 3]


def test_what_grew_is_kept_in_place_of_the_older(log: Path, folder: Path):
    for _ in range(kept.SEGMENTS + 3):
        log.write_bytes(log.read_bytes() + ndjson(run_event(run=str(time.monotonic_ns()))))
        lx.read(log)
    (entry,) = disk.entries()
    assert entries(folder) == [entry.folder]
    assert entry.meta.segments < kept.SEGMENTS
    same(lx.read(log), lx.read(log, cache=False))


def test_growth_works_where_files_cannot_be_linked(log: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(os, "link", refuse)
    lx.read(log)
    log.write_bytes(ndjson(A, B, C))
    lx.read(log)
    same(lx.read(log), lx.read(log, cache=False))


def test_a_file_new_in_a_folder_is_all_that_is_read(tmp_path: Path, scanned: Seen):
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "1.json").write_bytes(ndjson(A))
    (logs / "2.json").write_bytes(ndjson(B))
    lx.read(logs)
    (logs / "3.json").write_bytes(ndjson(C))
    lin = lx.read(logs)
    assert [blob.label for blob in scanned[-1]] == ["3.json"]
    same(lin, lx.read(logs, cache=False))
    (logs / "3.json").write_bytes(ndjson(C, A, B))
    (logs / "4.json").write_bytes(ndjson(run_event(run="4")))
    same(lx.read(logs), lx.read(logs, cache=False))
    assert len(scanned[-2]) == 2


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (ndjson(A, B), ndjson(B, B, C)),
        (ndjson(A)[:-1], ndjson(A, C)),
        (ndjson(A) + b"{\n", ndjson(A) + b"{\n}\n"),
        (ndjson(A), ndjson(A) + b"\n[" + ndjson(B) + b"]"),
        (json.dumps([A, B], indent=1).encode()[:-2], json.dumps([A, B, C], indent=1).encode()),
        (b"\xef\xbb\xbf" + ndjson(A), b"\xef\xbb\xbf" + ndjson(A, B)),
        (ndjson(A).replace(b"\n", b"\r\n"), ndjson(A, B).replace(b"\n", b"\r\n")),
        (b"nothing\n", b"nothing\n" + ndjson(A)),
        (b'{"a": 1}\n', b'{"a": 1}\n' + ndjson(A)),
        (b"", ndjson(A)),
    ],
)
def test_however_a_file_grew_it_is_read_as_it_is(log: Path, before: bytes, after: bytes):
    log.write_bytes(before)
    lx.read(log)
    log.write_bytes(after)
    same(lx.read(log), lx.read(log, cache=False))


def test_a_packed_file_that_grew_is_read_whole(log: Path):
    log.write_bytes(gzip.compress(ndjson(A)))
    lx.read(log)
    log.write_bytes(log.read_bytes() + gzip.compress(ndjson(B)))
    same(lx.read(log), lx.read(log, cache=False))


# Limits ----------------------------------------------------------------------------------------


def test_what_was_not_used_for_longest_goes_first(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    logs = [tmp_path / f"{at}.json" for at in range(3)]
    for at, log in enumerate(logs):
        log.write_bytes(ndjson(run_event(f"job{at}")))
        if at == 2:
            lx.read(logs[0])
            monkeypatch.setattr(disk, "LIMIT", int(2.5 * disk.entries()[0].size))
        lx.read(log)
        for entry in entries(folder):
            then = (entry / "entry").stat().st_mtime - 60
            os.utime(entry / "entry", (then, then))
    assert sorted(entry.meta.files[0][0] for entry in disk.entries()) == ["0.json", "2.json"]


def test_what_is_larger_than_the_limit_is_not_kept(
    log: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(disk, "LIMIT", 100)
    lx.read(log)
    assert not entries(folder)


def test_what_a_killed_writer_left_is_removed_after_a_day(log: Path, folder: Path):
    (folder / "v1").mkdir(parents=True, mode=0o700)
    for name, age in (("tmp-old", 2 * disk.LEFT), ("tmp-new", 0)):
        (folder / "v1" / name).mkdir()
        os.utime(folder / "v1" / name, (time.time() - age,) * 2)
    lx.read(log)
    assert [path.name for path in folder.glob("v1/tmp-*")] == ["tmp-new"]
    disk.clear()
    assert not list(folder.glob("v1/*"))


def test_clearing_removes_only_what_the_cache_made(log: Path, folder: Path):
    lx.read(log)
    (folder / "mine.txt").write_text("kept")
    (folder / "v1" / "mine.txt").write_text("kept")
    assert disk.clear()[0] == 1
    assert sorted(path.name for path in folder.rglob("*")) == ["mine.txt", "mine.txt", "v1"]


# Several at once, and killed ------------------------------------------------------------------


def test_two_that_write_at_once_leave_one_sound_entry(tmp_path: Path, folder: Path):
    log = tmp_path / "log.ndjson"
    log.write_bytes(SAMPLE)
    text = "print(lx.read(sys.argv[1]).events.height)"
    both = [script(text, log) for _ in range(3)]
    results = [one.communicate() for one in both]
    assert len(set(results)) == 1, results
    (entry,) = entries(folder)
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


@pytest.mark.parametrize("seconds", [0.5, 1.2])
def test_an_interrupt_comes_through_and_the_next_reading_is_right(
    large: Path, folder: Path, seconds: float
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
    with pytest.raises(ProcessLookupError):
        os.killpg(reader.pid, 0)  # no helper is left
    assert not entries(folder)
    assert lx.read(large).runs.height == 60_000
    assert lx.read(large).runs.height == 60_000


def test_interrupting_the_writing_leaves_nothing(
    log: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        lx.read(log)
    assert not entries(folder)


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


def test_datasets_of_a_growth_are_united_with_the_older(log: Path):
    link = {"symlinks": {"identifiers": [{"namespace": "db", "name": "x", "type": "TABLE"}]}}
    lx.read(log)
    more = run_event("d", [dataset("/path/x", "file", **link)], ["v"], run="5")
    log.write_bytes(ndjson(A, B, more))
    lin = lx.read(log)
    same(lin, lx.read(log, cache=False))
    assert lin.datasets.filter(pl.col("aliases").list.len() > 0).height == 1
