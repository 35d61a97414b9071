"""A long file is read in blocks, by several processes; nobody can tell."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import lineage_explorer as lx
from lineage_explorer.readers import blocks, helpers, scan
from tests.conftest import ROOT
from tests.events import run_event

SAMPLE = sorted((ROOT / "sample_events").glob("*/*.ndjson"))


def same(one: lx.Lineage, other: lx.Lineage) -> None:
    for (name, frame), (_, again) in zip(one.frames.items(), other.frames.items(), strict=True):
        assert frame.equals(again), name


def cut_small(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(blocks, "SIZE", size)


@pytest.mark.parametrize("file", SAMPLE, ids=lambda file: file.parent.name)
@pytest.mark.parametrize("size", [1, 700, 20_000])
def test_where_a_log_is_cut_changes_nothing(
    file: Path, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = lx.read(file)
    cut_small(monkeypatch, size)
    same(whole, lx.read(file))


TEXTS = {
    "pretty": lambda events: b"\n".join(json.dumps(e, indent=1).encode() for e in events),
    "an array": lambda events: json.dumps(events, indent=1).encode(),
    "one line": lambda events: json.dumps(events).encode(),
    "CRLF": lambda events: b"\r\n".join(json.dumps(e).encode() for e in events) + b"\r\n",
    "torn": lambda events: b"\n".join(json.dumps(e).encode()[: -(n % 3) or None]
                                      for n, e in enumerate(events)),
    "log lines": lambda events: b"\n".join(b"12:00 INFO " + json.dumps(e).encode()
                                           for e in events),
}  # fmt: skip


@pytest.mark.parametrize("shape", TEXTS)
@pytest.mark.parametrize("size", [1, 64, 1_000])
def test_events_of_every_shape_survive_the_cuts(
    shape: str, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = TEXTS[shape]([run_event("j", ["a"], [f"b{n}"], run=f"r{n % 7}") for n in range(30)])
    whole = lx.read(data)
    cut_small(monkeypatch, size)
    cut = lx.read(data)
    same(whole, cut)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=st.lists(
        st.sampled_from([
            b'{"job": {"namespace": "n", "name": "a"}, "eventTime": "2024-05-01T10:00:00Z"}',
            b'{"job": {"namespace": "n", "name": "b"}}', b"", b"text", b"}", b"{", b"[",
            b"]", b'{"job": {', b'"name": "c", "namespace": "n"}}', b" {}", b"\xff",
        ]),
        max_size=12,
    ),
    size=st.integers(1, 200),
)  # fmt: skip
def test_whatever_the_text_every_event_is_read_wherever_it_is_cut(
    lines: list[bytes], size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = b"\n".join(lines)
    whole = lx.read(data)
    with monkeypatch.context() as patch:
        patch.setattr(blocks, "SIZE", size)
        cut = lx.read(data)
    assert cut.events.select("line", "offset").equals(whole.events.select("line", "offset"))


@pytest.fixture
def helped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two helpers from the first byte on, and many blocks."""
    monkeypatch.setattr(scan, "MUCH", 0)
    monkeypatch.setattr(helpers, "useful", lambda: 2)
    cut_small(monkeypatch, 20_000)


posix = pytest.mark.skipif(os.name != "posix", reason="helpers need POSIX pipes")


@posix
@pytest.mark.parametrize("redact", [True, False])
def test_other_processes_read_the_same(helped: None, redact: bool) -> None:
    with pytest.MonkeyPatch.context() as alone:
        alone.setattr(scan, "MUCH", 1 << 60)
        expected = lx.read(ROOT / "sample_events", redact=redact)
    same(expected, lx.read(ROOT / "sample_events", redact=redact))


@posix
def test_what_a_lost_helper_had_is_read_again(
    helped: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = lx.read(SAMPLE[0])
    give = helpers.Team.take

    def murderous(self: helpers.Team, block: Any) -> bool:
        taken = give(self, block)
        for member in self.members[:1]:
            member.process.send_signal(signal.SIGKILL)
        return taken

    monkeypatch.setattr(helpers.Team, "take", murderous)
    same(expected, lx.read(SAMPLE[0]))


@posix
def test_other_processes_read_bytes_and_packed_files_the_same(helped: None, tmp_path: Path) -> None:
    data = b"".join(path.read_bytes() for path in SAMPLE)
    packed = tmp_path / "a.gz"
    packed.write_bytes(gzip.compress(data))
    with pytest.MonkeyPatch.context() as alone:
        alone.setattr(scan, "MUCH", 1 << 60)
        expected = lx.read(data)
    for source in (data, packed):
        read = lx.read(source)
        assert read.io.equals(expected.io)
        assert read.facets.equals(expected.facets)


@posix
@pytest.mark.parametrize("how", ["replaced", "cut", "gone"])
def test_what_helpers_do_not_find_in_a_file_any_more_they_are_given(
    how: str, helped: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    log, other = tmp_path / "log.ndjson", tmp_path / "other"
    log.write_bytes(SAMPLE[0].read_bytes())
    expected = lx.read(log)
    monkeypatch.setattr(blocks, "SIZE", log.stat().st_size - 1)
    give = helpers.Team.take

    def changed(self: helpers.Team, block: Any) -> bool:
        if how == "replaced":
            other.write_bytes(SAMPLE[0].read_bytes().replace(b"COMPLETE", b"ABORT   "))
            other.replace(log)
        elif how == "cut":
            os.truncate(log, 0)
        else:
            log.unlink(missing_ok=True)
        return give(self, block)

    monkeypatch.setattr(helpers.Team, "take", changed)
    same(expected, lx.read(log))


@posix
def test_helpers_import_nothing_from_the_folder_where_somebody_works(
    helped: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "struct.py").write_text("raise SystemExit")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [path for path in sys.path if path])
    with helpers.at_work(1, redact=True) as team:
        (told,) = team.told()
    assert told.events.is_empty()


@posix
def test_helpers_are_gone_when_reading_stops(helped: None, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []
    join = helpers.Team.join

    def joined(self: helpers.Team, member: subprocess.Popen[bytes]) -> None:
        started.append(member)
        join(self, member)

    def stopped(self: helpers.Team) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(helpers.Team, "join", joined)
    monkeypatch.setattr(helpers.Team, "told", stopped)
    with pytest.raises(KeyboardInterrupt):
        lx.read(SAMPLE[0])
    assert [member.poll() is not None for member in started] == [True, True]


@posix
def test_where_no_process_can_be_started_reading_goes_on(
    helped: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*args: Any, **options: Any) -> Any:
        raise OSError("no more processes")

    expected = lx.read(SAMPLE[0])
    monkeypatch.setattr(subprocess, "Popen", refused)
    same(expected, lx.read(SAMPLE[0]))
