"""When a run began beside when its job usually begins."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineage_explorer.analysis.diagnose_clock import clock

BEGIN = datetime(2026, 3, 2, 1, tzinfo=UTC)
FEW = settings(max_examples=30, deadline=None)
MINUTES = st.lists(st.floats(-3, 3), min_size=6, max_size=12)


def daily(wiggles: list[float], hours: float = 24.0) -> list[datetime]:
    return [
        BEGIN + timedelta(hours=hours * at, minutes=late) for at, late in enumerate(wiggles)
    ]  # fmt: skip


@FEW
@given(MINUTES, st.sampled_from([6.0, 24.0, 168.0]), st.sampled_from([-2.0, 1.5, 2.5]))
def test_a_run_that_begins_hours_off_its_rhythm_is_off_by_so_much(
    wiggles: list[float], hours: float, off: float
) -> None:
    starts = daily([*wiggles, 0.0], hours)
    run = starts[-1] + timedelta(hours=off)
    found = clock([*starts[:-1], run], run)
    assert found is not None
    assert found.shift == pytest.approx(off * 3600, abs=15 * 60)


@FEW
@given(MINUTES)
def test_the_rhythm_is_the_usual_time_between_runs(wiggles: list[float]) -> None:
    starts = daily(wiggles)
    found = clock(starts, BEGIN + timedelta(days=len(wiggles)))
    assert found is not None
    assert found.every == pytest.approx(86_400, abs=6 * 60)
    assert not found.off


def test_a_retry_does_not_change_the_rhythm() -> None:
    starts = daily([0.0] * 8)
    again = sorted([*starts, starts[4] + timedelta(minutes=6)])
    found = clock(again, BEGIN + timedelta(days=8))
    assert found is not None
    assert (found.every, found.shift) == (86_400, 0)


def test_a_job_without_a_rhythm_is_never_off() -> None:
    starts = [BEGIN + timedelta(hours=at) for at in (0, 3, 4, 11, 13, 29, 30, 41)]
    found = clock(starts, BEGIN + timedelta(hours=55))
    assert found is None or not found.off


def test_of_few_runs_nothing_is_said() -> None:
    assert clock(daily([0.0] * 3), BEGIN + timedelta(days=4)) is None
