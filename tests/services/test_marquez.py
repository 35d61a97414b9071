"""Marquez is sent the samples; what is read of it equals what is read from the logs.

Once with a real Marquez, and once with what stands in for it on a real PostgreSQL.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import lineage_explorer as lx
from lineage_explorer.readers.marquez_live import TOKEN
from tests.services.compare import FRAMES, content
from tests.services.conftest import Marquez
from tests.services.test_table import EXPORTS


@pytest.fixture(scope="module")
def log(root: Path) -> list[dict[str, Any]]:
    """The events of the three samples, in the order of time."""
    files = sorted((root / "sample_events").glob("*/events.ndjson"))
    events = [json.loads(line) for file in files for line in file.read_bytes().splitlines()]
    return sorted(events, key=lambda event: str(event["eventTime"]))


@pytest.fixture(scope="module")
def straight(log: list[dict[str, Any]]) -> lx.Lineage:
    return lx.read(log)


@pytest.fixture(scope="module", params=["stand_in", "marquez"])
def filled(request: pytest.FixtureRequest, log: list[dict[str, Any]]) -> Marquez:
    found: Marquez = request.getfixturevalue(request.param)
    found.send(log)
    return found


def test_read_live_it_says_what_the_log_says(filled: Marquez, straight: lx.Lineage) -> None:
    lin = lx.read_marquez(filled.url, limits=lx.Limits(page=20))
    for frame in FRAMES:
        assert content(lin, frame) == content(straight, frame), frame


def test_its_answer_about_all_events_says_what_the_log_says(
    filled: Marquez, straight: lx.Lineage, tmp_path: Path
) -> None:
    # one page: by offset, events of one moment may be on two pages or on none, their order is free
    (tmp_path / "events.json").write_bytes(filled.get("/events/lineage?limit=1000"))
    lin = lx.read(tmp_path)
    for frame in FRAMES:
        assert content(lin, frame) == content(straight, frame), frame


@pytest.mark.parametrize("form", ["csv", "text", "json", "ndjson"])
def test_its_table_says_what_the_log_says(form: str, filled: Marquez, straight: lx.Lineage) -> None:
    lin = lx.read(filled.database.ask(EXPORTS[form]))
    for frame in FRAMES:
        assert content(lin, frame) == content(straight, frame), frame


def test_since_and_namespace_choose_events(filled: Marquez, log: list[dict[str, Any]]) -> None:
    half = log[len(log) // 2]
    since = lx.read_marquez(filled.url, since=half["eventTime"])
    assert since.events.height == sum(e["eventTime"] >= half["eventTime"] for e in log)
    space = half["job"]["namespace"]
    within = lx.read_marquez(filled.url, space)
    assert within.jobs.filter(namespace=space).height > 0
    assert within.events.height < len(log)


def test_a_token_does_no_harm_where_none_is_asked_for(
    filled: Marquez, straight: lx.Lineage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(TOKEN, "canary-7f3a")
    lin = lx.read_marquez(filled.url)
    assert lin.events.height == straight.events.height
    assert "canary" not in repr(vars(lin))
