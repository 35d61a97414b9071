"""Who made what was read, as diffs have it."""

from __future__ import annotations

import pytest

import lineage_explorer as lx
from tests.events import run_event


def makers(lin: lx.Lineage) -> dict[str, str | None]:
    """Reading run → the run that made what it read."""
    runs = lin.past.runs["run"]
    return {
        runs[reader]: None if maker is None else runs[maker]
        for reader, maker in lin.past.links.select("reader", "maker").iter_rows()
    }


@pytest.mark.parametrize("kinds", [("COMPLETE",), ("START", "COMPLETE")])
def test_what_a_job_adds_to_its_own_output_was_made_by_its_run_before(
    kinds: tuple[str, ...],
) -> None:
    events = [
        run_event("merge", ["t"], ["t"], run=f"r{day}", kind=kind,
                  time=f"2024-05-0{day}T10:0{minute}:00Z")
        for day in (1, 2, 3)
        for minute, kind in enumerate(kinds)
    ]  # fmt: skip
    lin = lx.read(events)
    assert makers(lin) == {"r1": None, "r2": "r1", "r3": "r2"}
    for reader, maker in makers(lin).items():
        assert lin.provenance(reader, hops=1).runs["run"].to_list() == [maker] * bool(maker)
