"""What a file is taken for, and readers that other packages bring."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import IO

import pytest

import lineage_explorer as lx
from lineage_explorer.readers import formats, kept
from lineage_explorer.readers.formats import Bad, Format, Found, found
from tests.events import ndjson, run_event


def arrows(stream: IO[bytes]) -> Iterator[Found | Bad]:
    """`source > job > target`, one a line."""
    offset = 0
    for number, line in enumerate(stream, start=1):
        parts = [{"namespace": "db", "name": name.strip()} for name in line.decode().split(">")]
        if len(parts) == 3:
            event = {"eventTime": "2024-05-01T10:00:00Z", "job": parts[1]}
            ends = {"inputs": parts[:1], "outputs": parts[2:]}
            yield found({**event, **ends}, line.rstrip(b"\n"), number, offset)
        elif number > 1:
            yield Bad("no-such-code", "no arrow.", number, offset)
        offset += len(line)


ARROWS = Format("arrows", "a first line ARROWS", lambda head: head.startswith(b"ARROWS"), arrows)


def failing(stream: IO[bytes]) -> Iterator[Found | Bad]:
    yield from arrows(stream)
    raise RuntimeError("canary")


Register = Callable[..., None]


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> Iterator[Register]:
    """Makes formats known as an installed package's entry points would."""

    def with_entry_points(**values: object) -> None:
        points = []
        for name, value in values.items():
            monkeypatch.setitem(globals(), f"entry_{name}", value)
            points.append(EntryPoint(name, f"{__name__}:entry_{name}", formats.GROUP))
        monkeypatch.setattr(EntryPoint, "load", lambda self: globals()[self.attr])
        monkeypatch.setattr(formats, "entry_points", lambda group: points)
        formats._others.cache_clear()

    yield with_entry_points
    formats._others.cache_clear()


TEXT = b"ARROWS\na > load > b\nnothing\nb > sum > c\n"


PACKAGE = """
from lineage_explorer.readers.formats import Format, found

def events(stream):
    for number, line in enumerate(stream, start=1):
        yield found({"job": {"namespace": "db", "name": line[5:].decode().strip()}}, line, number, 0)

READER = Format("beeps", "lines that begin with BEEP", lambda head: head[:4] == b"BEEP", events)
"""

Install = Callable[..., None]


@pytest.fixture
def install(tmp_path_factory: pytest.TempPathFactory, monkeypatch) -> Iterator[Install]:
    """Installs a package with entry points, as an installer would leave it."""

    def with_files(points: str, *, metadata: bool = True, **modules: str) -> None:
        site = tmp_path_factory.mktemp("site")
        info = site / "beeping-1.0.dist-info"
        info.mkdir()
        (info / "entry_points.txt").write_text(f"[{formats.GROUP}]\n{points}\n")
        if metadata:
            (info / "METADATA").write_text("Metadata-Version: 2.1\nName: beeping\nVersion: 1.0\n")
        for name, text in modules.items():
            (site / f"{name}.py").write_text(text)
            monkeypatch.delitem(sys.modules, name, raising=False)
        monkeypatch.syspath_prepend(site)
        formats._others.cache_clear()

    yield with_files
    formats._others.cache_clear()


@pytest.mark.parametrize("metadata", [True, False], ids=["whole", "without METADATA"])
def test_a_reader_of_an_installed_package_is_found(
    install: Install, metadata: bool, monkeypatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(kept, "WORTH", 0)
    monkeypatch.setenv("LINEAGE_EXPLORER_CACHE", str(tmp_path / "cache"))
    install("beeps = beeping:READER", beeping=PACKAGE, metadata=metadata)
    (tmp_path / "log.txt").write_bytes(b"BEEP load\nBEEP sum\n")
    lin = lx.read(tmp_path / "log.txt")
    assert lin.sources.rows() == [("log.txt", "beeps", "beeps", 2)]
    assert lin.jobs["name"].to_list() == ["load", "sum"]
    assert lx.read(tmp_path / "log.txt", format="beeps").jobs.equals(lin.jobs)


def test_an_installed_reader_is_among_what_was_looked_for(install: Install) -> None:
    install("beeps = beeping:READER", beeping=PACKAGE)
    message = lx.read(b"a poem").problems.filter(code="not-recognised")["message"][0]
    assert "beeps: lines that begin with BEEP" in message
    with pytest.raises(lx.SourceError, match="did you mean 'beeps'"):
        lx.read(b"BEEP", format="beep")


@pytest.mark.parametrize(
    "point",
    [
        "no_such_module:READER",
        "beeping:NO_SUCH_NAME",
        "beeping:PLAIN",
        "broken:READER",
        "exiting:READER",
        "no reference at all",
        "",
    ],
)
def test_a_broken_reader_of_an_installed_package_is_named_and_stops_nothing(
    install: Install, point: str
) -> None:
    modules = {"broken": "def", "exiting": "import sys; sys.exit(3)", "beeping": "PLAIN = 1"}
    install(f"beeps = {point}", **modules)
    lin = lx.read(ndjson(run_event()))
    assert lin.events.height == 1
    assert lin.problems["message"].to_list() == ["the reader 'beeps' could not be loaded."]


def test_a_list_of_readers_that_is_broken_itself_stops_nothing(install: Install) -> None:
    install("beeps")
    lin = lx.read(ndjson(run_event()))
    assert lin.events.height == 1
    assert lin.problems["code"].to_list() == ["reader-failed"]


def test_anothers_reader_is_tried_and_named(register: Register) -> None:
    register(arrows=ARROWS)
    lin = lx.read(TEXT)
    assert lin.sources.rows() == [("<bytes>", "arrows", "arrows", 2)]
    assert lin.upstream("c").sources["node"].to_list() == ["dataset:db:a"]
    assert lin.event(0) == "a > load > b"
    assert lin.problems.select("line", "code").rows() == [(3, "not-an-event")]


def test_anothers_reader_is_not_asked_about_what_is_not_its_own(register: Register) -> None:
    register(arrows=ARROWS)
    assert lx.read(ndjson(run_event())).sources["format"].to_list() == ["json"]


def test_a_format_can_be_named(register: Register) -> None:
    register(arrows=ARROWS)
    lin = lx.read(b"x\na > load > b\n", format="arrows")
    assert lin.jobs["name"].to_list() == ["load"]


def test_a_reader_that_fails_keeps_what_it_gave_and_is_told(register: Register) -> None:
    register(arrows=Format("arrows", "", ARROWS.recognises, failing))
    lin = lx.read(TEXT)
    assert lin.events.height == 2
    (row,) = lin.problems.filter(code="reader-failed").iter_rows(named=True)
    assert row["message"] == "arrows stopped: RuntimeError."


def test_a_reader_that_cannot_be_loaded_or_asked_stops_nothing(register: Register) -> None:
    asked = Format("asked", "", lambda head: bool(1 // 0), arrows)
    register(broken="not a format", asked=asked)
    lin = lx.read(ndjson(run_event()))
    assert lin.events.height == 1
    assert lin.problems["message"].to_list() == ["the reader 'broken' could not be loaded."]


def test_where_nothing_is_recognised_it_says_what_it_looked_for(register: Register) -> None:
    register(arrows=ARROWS)
    lin = lx.read(b"a poem\nof two lines\n")
    (row,) = lin.problems.filter(code="not-recognised").iter_rows(named=True)
    for words in ("OpenLineage", "Marquez's API", "lineage_events as CSV", "a first line ARROWS"):
        assert words in row["message"]


def test_one_event_among_other_files_is_enough_not_to_say_so(tmp_path: Path) -> None:
    (tmp_path / "poem.txt").write_text("a poem")
    (tmp_path / "log.ndjson").write_bytes(ndjson(run_event()))
    assert lx.read(tmp_path).problems["code"].to_list() == ["not-json"]


def test_an_unknown_format_is_an_error_that_names_the_near_ones() -> None:
    with pytest.raises(lx.SourceError, match="marquez-table"):
        lx.read(b"{}", format="marquez_table")


def test_each_file_of_a_folder_is_recognised_by_itself(tmp_path: Path) -> None:
    event = json.dumps(run_event()).replace('"', '""')
    (tmp_path / "dump.csv").write_text(f'event_time,event\n2024-05-01,"{event}"\n')
    (tmp_path / "log.ndjson").write_bytes(ndjson(run_event("other", run="r2")))
    assert lx.read(tmp_path).sources.select("file", "format").rows() == [
        ("dump.csv", "marquez-table"),
        ("log.ndjson", "json"),
    ]
