"""Two runs of one job overlap, and the one that began first was the last to write."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from lineage_explorer.analysis.compare_sides import run_side
from lineage_explorer.analysis.diagnose_clock import overtakes
from lineage_explorer.lineage import Lineage
from tests.analysis.days import days, read, run_id, times
from tests.events import Json

LAST = 9
ZOMBIE = "zombie"


def another_run(day: int, run: str, begin: str = "00:30", end: str = "02:30") -> list[Json]:
    """Of clean, which runs from 02:00 to 02:05 each day and is read at 03:00."""
    same = [one for one in days(day + 1) if one["run"]["runId"] == run_id("clean", day)]
    for one, clock in zip(same, (begin, end), strict=True):
        one["run"] = {**one["run"], "runId": run}
        one["eventTime"] = one["eventTime"].replace("02:00", clock).replace("02:05", clock)
    return same


def pipeline(more: Iterable[Json], days_with: Iterable[int] = ()) -> Lineage:
    """Ten days, on the last of which the rows of the mart go down; overlaps on some before."""
    usual = [event for day in days_with for event in another_run(day, f"again-{day}")]
    return read([*days(LAST + 1, edits=[("mart", LAST, times(0.5))]), *usual, *more])


def test_a_run_that_ends_after_a_newer_one_of_its_job_is_the_cause_of_what_is_made_of_it() -> None:
    lin = pipeline(another_run(LAST, ZOMBIE))
    first = lin.diagnose(run_id("mart", LAST)).causes.row(0, named=True)
    assert (first["node"], first["run"]) == ("job:jobs:clean", ZOMBIE)
    assert (
        "run from 2026-03-11 00:30 to 2026-03-11 02:30 ended after the one from 2026-03-11 02:00 "
        "to 2026-03-11 02:05 had: it may have written older data over newer"
    ) in first["why"]


def test_the_last_events_of_both_runs_are_the_evidence_of_it() -> None:
    lin = pipeline(another_run(LAST, ZOMBIE))
    events = lin.diagnose(run_id("mart", LAST)).causes["events"][0]
    told = lin.events[events.to_list()].select("run", "type").rows()
    assert {(ZOMBIE, "COMPLETE"), (run_id("clean", LAST), "COMPLETE")} <= set(told)


def test_the_report_says_to_run_it_again() -> None:
    report = pipeline(another_run(LAST, ZOMBIE)).diagnose(run_id("mart", LAST)).report()
    assert "Run `jobs:clean` again" in report


def test_a_job_whose_runs_always_overlap_is_not_blamed_for_it() -> None:
    lin = pipeline(another_run(LAST, ZOMBIE), days_with=range(LAST))
    whys = lin.diagnose(run_id("mart", LAST)).causes["why"].to_list()
    assert not any("ended after the one from" in why for why in whys)


def test_a_job_with_hardly_a_past_is_not_blamed_for_it() -> None:
    lin = read([*days(3), *another_run(2, ZOMBIE)])
    assert overtakes(run_side(lin.past, lin.past.number_of[run_id("mart", 2)])) == {}


@pytest.mark.parametrize(
    ("begin", "end", "stands"),
    [
        ("00:30", "02:30", ZOMBIE),  # the last to write before it is read
        ("00:30", "01:30", run_id("clean", LAST)),  # one after the other
        ("00:30", "02:03", run_id("clean", LAST)),  # overlaps, and ends first
        ("00:30", "03:30", run_id("clean", LAST)),  # had not written when it was read
    ],
)
def test_the_run_that_stands_for_a_job_is_the_last_to_write_before_it_is_read(
    begin: str, end: str, stands: str
) -> None:
    past = pipeline(another_run(LAST, ZOMBIE, begin, end)).past
    side = run_side(past, past.number_of[run_id("mart", LAST)])
    found = dict(side.runs.select("job", "at").iter_rows())
    assert past.runs["run"][found["job:jobs:clean"]] == stands
    assert ("job:jobs:clean" in overtakes(side)) == (stands == ZOMBIE)


def test_so_it_does_upstream_of_a_job_that_did_not_run_again() -> None:
    past = pipeline(another_run(LAST, ZOMBIE)).past
    missing = past.runs["start"][past.number_of[run_id("mart", LAST)]]
    side = run_side(past, past.number_of[run_id("mart", LAST - 1)], missing)
    found = dict(side.runs.select("job", "at").iter_rows())
    assert past.runs["run"][found["job:jobs:clean"]] == ZOMBIE


def test_one_that_failed_wrote_nothing_over_a_newer() -> None:
    events = another_run(LAST, ZOMBIE)
    events[-1]["eventType"] = "FAIL"
    past = pipeline(events).past
    assert overtakes(run_side(past, past.number_of[run_id("mart", LAST)])) == {}
