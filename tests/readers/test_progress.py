"""Somebody who waits for more than a second sees how far it has come, and nobody else."""

from __future__ import annotations

import io
import re
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import lineage_explorer as lx
from lineage_explorer.readers import blocks, progress
from lineage_explorer.readers.marquez_live import Fetched
from lineage_explorer.readers.sources import Blob
from tests.events import ndjson, run_event


class Stream(io.StringIO):
    """A terminal, or not."""

    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


class Cell:
    """What a notebook shows below a cell: one text for each display."""

    def __init__(self) -> None:
        self.shown: list[str] = []
        self.displays = 0

    def display(self, data: dict[str, str], *, raw: bool, display_id: bool) -> Cell:
        assert raw
        assert display_id
        self.displays += 1
        self.shown.append(data["text/plain"])
        return self

    def update(self, data: dict[str, str], *, raw: bool) -> None:
        assert raw
        self.shown.append(data["text/plain"])


def process(stderr: Stream | None, **modules: Any) -> types.SimpleNamespace:
    """What `sys` is in a process."""
    return types.SimpleNamespace(stderr=stderr, modules=modules)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0)
    monkeypatch.setattr(progress, "EVERY", 0)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Stream:
    stream = Stream(terminal=True)
    monkeypatch.setattr(progress, "sys", process(stream))
    return stream


@pytest.fixture
def cell(monkeypatch: pytest.MonkeyPatch) -> Cell:
    """A notebook's cell, in a process with a kernel."""
    shown = Cell()
    kernel = types.SimpleNamespace(kernel=object())
    module: Any = types.ModuleType("IPython")
    module.get_ipython = lambda: kernel
    module.display = shown
    monkeypatch.setattr(progress, "sys", process(None, IPython=module))
    return shown


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.ndjson"
    path.write_bytes(ndjson(*(run_event(run=str(at)) for at in range(4000))))
    return path


def screen(text: str) -> str:
    """What is on a terminal's line in the end."""
    line: list[str] = []
    at = 0
    for character in text:
        if character == "\r":
            at = 0
            continue
        line[at : at + 1] = [character]
        at += 1
    return "".join(line).rstrip()


def interrupted(work: Callable[[progress.Line], None]) -> None:
    with progress.line() as line:
        work(line)
        raise KeyboardInterrupt


def test_a_terminal_shows_one_line_that_is_gone_at_the_end(
    log: Path, terminal: Stream, at_once: None
):
    lx.read(log)
    text = terminal.getvalue()
    assert "\rreading 1 of 1 MB, 100 %" in text
    assert "\n" not in text
    assert screen(text) == ""


def test_a_table_is_counted_while_it_is_read(
    tmp_path: Path, terminal: Stream, at_once: None, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(blocks, "SIZE", 1 << 16)
    rows = (ndjson(run_event(run=str(at))).decode().strip() for at in range(8000))
    table = tmp_path / "lineage_events.csv"
    cells = ("".join(('"', row.replace('"', '""'), '"')) for row in rows)
    table.write_text("event\n" + "\n".join(cells) + "\n")
    lx.read(table)
    shown = re.findall(r"reading \d+ of \d+ MB, (\d+) %", terminal.getvalue())
    assert len(set(shown)) > 5
    assert shown[-1] == "100"


def test_a_shorter_text_leaves_nothing_of_a_longer_one():
    stream = Stream(terminal=True)
    shown = progress.Terminal(stream)
    shown.show("a long text")
    shown.show("short")
    assert screen(stream.getvalue()) == "short"


def test_what_takes_less_than_a_second_shows_nothing(
    log: Path, terminal: Stream, monkeypatch: pytest.MonkeyPatch
):
    assert progress.PATIENCE == 1
    monkeypatch.setattr(progress, "PATIENCE", 3600)  # a machine may be very busy
    lx.read(log)
    assert terminal.getvalue() == ""


def test_in_a_pipe_there_is_nothing(log: Path, at_once: None, monkeypatch: pytest.MonkeyPatch):
    stream = Stream(terminal=False)
    monkeypatch.setattr(progress, "sys", process(stream))
    lx.read(log)
    assert stream.getvalue() == ""


def test_without_a_stderr_there_is_nothing_and_no_error(
    log: Path, at_once: None, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(progress, "sys", process(None))
    assert lx.read(log).runs.height == 4000


def test_a_terminal_that_is_gone_is_no_error(at_once: None, terminal: Stream):
    with progress.line() as line:
        terminal.close()
        line.say("anything")


def test_a_notebook_shows_one_line_that_says_in_the_end_how_it_went(
    log: Path, cell: Cell, at_once: None
):
    lx.read(log)
    assert cell.displays == 1
    assert "reading 1 of 1 MB, 100 %" in cell.shown
    assert cell.shown[-1] == "done: reading 1 of 1 MB, 100 %"


def test_a_notebook_in_which_nothing_took_long_shows_nothing(log: Path, cell: Cell):
    lx.read(log)
    assert not cell.shown


def test_an_interrupt_ends_the_line(cell: Cell, at_once: None):
    with pytest.raises(KeyboardInterrupt):
        interrupted(lambda line: line.counter("reading", 4_000_000)(1_000_000))
    assert cell.shown == ["reading 1 of 4 MB, 25 %", "stopped: reading 1 of 4 MB, 25 %"]


def test_an_interrupt_clears_a_terminals_line(terminal: Stream, at_once: None):
    with pytest.raises(KeyboardInterrupt):
        interrupted(lambda line: line.say("under way"))
    assert screen(terminal.getvalue()) == ""


def test_updates_are_not_more_often_than_a_person_can_read(
    terminal: Stream, monkeypatch: pytest.MonkeyPatch
):
    now = [0.0]
    monkeypatch.setattr(progress, "time", types.SimpleNamespace(monotonic=lambda: now[0]))
    with progress.line() as line:
        for at in range(200):
            now[0] = at / 100
            line.say(f"<{at}>")
    assert terminal.getvalue().count("<") == 5


def test_a_source_of_no_size_has_no_percentage(terminal: Stream, at_once: None):
    with progress.line() as line:
        line.counter("reading", 0)(0)
    assert "reading 0 of 0 MB" in terminal.getvalue()
    assert "%" not in terminal.getvalue()


def test_a_file_that_grows_while_it_is_read_is_never_over_100_percent(
    terminal: Stream, at_once: None
):
    with progress.line() as line:
        line.counter("reading", 1_000_000)(2_000_000)
    assert "reading 2 of 2 MB, 100 %" in terminal.getvalue()


def test_the_size_of_what_is_not_there_is_nothing(tmp_path: Path):
    assert progress.size([Blob("a", tmp_path / "none"), Blob("b", data=b"123")]) == 3


def test_pages_of_a_server_are_counted(terminal: Stream, at_once: None):
    with progress.line() as line:
        line.fetched(Fetched(pages=12, events=1200, bytes=3_400_000))
    assert "fetching: 12 pages, 1,200 events, 3 MB" in terminal.getvalue()
