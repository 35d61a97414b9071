from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lineage_explorer as lx
from lineage_explorer.errors import LineageError, SourceError
from lineage_explorer.lineage import Lineage
from lineage_explorer.readers.again import _POINTERS
from lineage_explorer.tables import TABLES
from tests.events import Json, dataset, run_event
from tests.graph.provenance_oracle import events_of, logs, text

AT = pl.col("time")


def schema(*fields: str) -> Json:
    return {"fields": [{"name": name, "type": "INT"} for name in fields]}


EVENTS = [
    run_event("load", ["raw"], [dataset("t", schema=schema("a"))], kind="START", time=text(0)),
    run_event("load", [], [], kind="COMPLETE", time=text(5)),
    run_event("load", ["raw"], [dataset("t", schema=schema("a", "b"))], run="r2", time=text(10),
              job_facets={"ownership": {"owners": [{"name": "new"}]}}),
    run_event("mart", ["t"], ["daily"], run="r3", time=text(20)),
]  # fmt: skip


def same(one: Lineage, other: Lineage, ids: list[int]) -> None:
    """The same frames, but for where events stand; their row ids as `ids` has them."""
    numbers = pl.Series(ids, dtype=pl.UInt32)
    for name in TABLES:
        a, b = getattr(one.frames, name), getattr(other.frames, name)
        places = [c for c in ("file", "line", "offset", "length") if c in b.columns]
        b = b.with_columns(
            numbers.gather(b[c]).alias(c) for c in _POINTERS if c in b.columns and len(ids)
        )
        assert a.drop(places).equals(b.drop(places)), name


@settings(max_examples=60)
@given(logs(), st.integers(-1, 18))
def test_as_of_a_time_is_what_reading_only_the_events_up_to_it_gives(runs, minute) -> None:
    events = events_of(runs)
    known = [at for at, event in enumerate(events) if event["eventTime"] <= text(minute)]
    then = lx.read(events).as_of(text(minute))
    if known:
        same(then, lx.read([events[at] for at in known]), known)
    else:
        assert then.events.is_empty()
        assert then.datasets.is_empty()


@pytest.mark.parametrize("sample", ["airflow", "dbt", "spark"])
def test_so_it_is_for_the_samples(root: Path, tmp_path: Path, sample: str) -> None:
    lin = lx.read(root / "sample_events" / sample)
    middle = lin.events["time"].sort()[len(lin.events) // 2]
    assert isinstance(middle, datetime)
    ids = lin.events.filter(middle >= AT)["event"].to_list()
    assert 0 < len(ids) < len(lin.events)
    lines = (root / "sample_events" / sample / "events.ndjson").read_bytes().splitlines()
    path = tmp_path / "events.ndjson"
    path.write_bytes(b"\n".join(lines[event] for event in ids))
    same(lin.as_of(middle), lx.read(path), ids)


def test_a_run_whose_end_comes_later_is_running_then() -> None:
    lin = lx.read(EVENTS)
    assert lin.as_of(text(4)).runs.select("state", "ended").row(0) == ("RUNNING", None)
    assert lin.as_of(text(5)).runs["state"].to_list() == ["COMPLETE"]


def test_schemas_and_owners_are_those_told_by_then() -> None:
    lin = lx.read(EVENTS)
    assert lin.as_of(text(9)).fields["field"].to_list() == ["a"]
    assert lin.as_of(text(10)).fields["field"].to_list() == ["a", "b"]
    assert lin.as_of(text(9)).jobs["owners"].to_list() == [[]]
    assert lin.as_of(text(10)).jobs["owners"].to_list() == [["new"]]


def test_an_event_keeps_its_row_id_and_its_text() -> None:
    lin = lx.read(EVENTS)
    late = lin.between(text(20), text(21))
    assert late.events["event"].to_list() == [3]
    assert late.event(3) == lin.event(3)


def test_a_window_has_its_runs_with_all_they_told_before_its_end() -> None:
    window = lx.read(EVENTS).between(text(1), text(10))
    assert window.events["event"].to_list() == [0, 1]
    assert window.runs.select("run", "state").rows() == [("r1", "COMPLETE")]
    assert window.io.height == 2


def test_windows_side_by_side_share_no_moment() -> None:
    lin = lx.read(EVENTS)
    assert lin.between(text(0), text(20)).runs["run"].to_list() == ["r1", "r2"]
    assert lin.between(text(20), text(30)).runs["run"].to_list() == ["r3"]


@pytest.mark.parametrize(
    "time",
    [
        "2024-05-01T00:09:00Z",
        "2024-05-01T00:09:00",
        "2024-05-01 02:09:00+02:00",
        datetime(2024, 5, 1, 0, 9),  # noqa: DTZ001 - a naive time is in UTC
        datetime(2024, 5, 1, 0, 9, tzinfo=UTC),
    ],
)
def test_a_time_may_be_given_in_many_ways_and_without_a_zone_is_in_utc(time) -> None:
    assert lx.read(EVENTS).as_of(time).events["event"].to_list() == [0, 1]


def test_a_day_is_its_beginning() -> None:
    lin = lx.read(EVENTS)
    assert lin.as_of("2024-05-01").events.height == 1
    assert lin.as_of(date(2024, 5, 2)).events.height == 4


def test_a_text_that_is_no_time_is_an_error_with_a_hint() -> None:
    with pytest.raises(LineageError, match="'yesterday' is no time") as error:
        lx.read(EVENTS).as_of("yesterday")
    assert "2024-05-01T10:00:00Z" in error.value.hint


def test_a_window_that_ends_before_it_begins_is_an_error() -> None:
    with pytest.raises(LineageError, match="ends before it begins"):
        lx.read(EVENTS).between(text(2), text(1))


def test_one_time_after_another_is_the_earlier_of_both() -> None:
    lin = lx.read(EVENTS)
    for a, b in ((5, 12), (12, 5)):
        assert lin.as_of(text(a)).as_of(text(b)).events["event"].to_list() == [0, 1]


def test_a_part_of_a_lineage_stays_a_part() -> None:
    part = lx.read(EVENTS).select("t+").as_of(text(30))
    assert set(part.nodes["name"]) == {"t", "daily", "mart"}
    assert part.as_of(text(10)).nodes["name"].to_list() == ["t"]


def test_an_event_without_a_time_is_left_out_and_told() -> None:
    events = [*EVENTS, {**run_event("late", ["t"], ["x"], run="r9"), "eventTime": None}]
    then = lx.read(events).as_of(text(30))
    assert "r9" not in then.runs["run"].to_list()
    assert then.problems["code"].to_list() == ["no-time"]


def test_exact_copies_count_once_and_keep_row_ids_right() -> None:
    lin = lx.read([EVENTS[0], EVENTS[0], *EVENTS[1:]])
    then = lin.as_of(text(10))
    assert then.events["event"].to_list() == [0, 1, 2]
    assert then.problems["code"].to_list() == ["duplicate-event"]


def test_files_that_are_not_what_they_were_are_an_error(tmp_path: Path) -> None:
    path = tmp_path / "log.ndjson"
    lx.read(EVENTS).write(path)
    lin = lx.read(path)
    with path.open("a") as file:
        file.write(lin.event_line(0).replace("r1", "r8") + "\n")
    with pytest.raises(SourceError, match="not what they were"):
        lin.as_of(text(5))


def test_time_of_the_future_is_the_whole() -> None:
    lin = lx.read(EVENTS)
    last = lin.events["time"].max()
    assert isinstance(last, datetime)
    same(lin.as_of(last + timedelta(days=1)), lin, [0, 1, 2, 3])
