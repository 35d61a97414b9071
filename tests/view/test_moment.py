"""The picture in time: as of a moment, in a window, in one run. The browser is held to the same."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import traitlets
from hypothesis import given
from hypothesis import strategies as st

import lineage_explorer as lx
from lineage_explorer.view.asof import newest
from lineage_explorer.view.moment import moment_of, retold
from lineage_explorer.view.scene import Scene
from lineage_explorer.view.seen import pack_log
from lineage_explorer.view.state import ViewState, picture
from lineage_explorer.view.svg import svg
from lineage_explorer.view.timing import Timing, instant, iso, settled, time_of
from lineage_explorer.view.wire import pack
from tests.events import dataset, run_event

CASES = Path(__file__).parents[2] / "lineage_explorer/view/frontend/test/moments.json"


def at(clock: str, day: int = 1) -> str:
    """A time of May 2024."""
    return f"2024-05-{day:02}T{clock}:00Z"


def versioned(name: str, version: str, rows: int | None = None) -> dict:
    """A dataset with its version, and rows written."""
    told = dataset(name, version={"datasetVersion": version})
    if rows is not None:
        told["outputFacets"] = {"outputStatistics": {"rowCount": rows}}
    return told


LIN = lx.read(
    [
        run_event("load", ["raw"], ["orders"], run="1", kind="START", time=at("10:00")),
        run_event("load", ["raw"], ["orders"], run="1", time=at("10:10")),
        run_event("report", ["orders"], ["monthly"], run="2", kind="START", time=at("11:00")),
        run_event("report", ["orders"], ["monthly"], run="2", kind="FAIL", time=at("11:30")),
        run_event("load", ["raw"], ["orders"], run="3", kind="START", time=at("10:00", 2)),
        run_event("load", ["raw"], [versioned("orders", "v7", 1200)], run="3", time=at("10:20", 2)),
        run_event("late", ["monthly"], ["board"], run="4", kind="START", time=at("09:00", 3)),
    ]
)
DRAWN = picture(LIN, ViewState())
ALL = Timing()


def seen(timing: Timing) -> set[str]:
    """Short names of what is not faint."""
    flags = moment_of(LIN, DRAWN, timing).nodes
    return {n.id.rpartition(":")[2] for n, there in zip(DRAWN.nodes, flags, strict=True) if there}


def lines(timing: Timing) -> set[tuple[str, str]]:
    """Ends of the edges that are not faint."""
    flags = moment_of(LIN, DRAWN, timing).edges
    short = [node.id.rpartition(":")[2] for node in DRAWN.nodes]
    pairs = zip(DRAWN.edges, flags, strict=True)
    return {(short[e.source], short[e.target]) for e, there in pairs if there}


def state(timing: Timing, name: str) -> str:
    """The state of a node as of then."""
    drawn = retold(LIN, DRAWN, timing)
    return next(node.state for node in drawn.nodes if node.id.endswith(f":{name}"))


def test_as_of_a_time_what_came_later_is_faint() -> None:
    assert seen(Timing(time=at("10:30"))) == {"raw", "load", "orders"}
    assert lines(Timing(time=at("10:30"))) == {("raw", "load"), ("load", "orders")}


def test_a_run_that_had_not_ended_was_running() -> None:
    assert state(Timing(time=at("11:10")), "report") == "RUNNING"
    assert state(Timing(time=at("11:30")), "report") == "FAIL"
    assert moment_of(LIN, DRAWN, Timing(time=at("11:10"))).active == {"job:jobs:report"}


def test_before_its_first_run_a_node_has_no_state() -> None:
    assert state(Timing(time=at("10:30")), "report") == ""


def test_a_window_has_what_its_runs_touched_and_nothing_between() -> None:
    window = Timing("window", (at("00:00", 2), at("23:00", 2)))
    assert seen(window) == {"raw", "load", "orders"}
    assert lines(window) == {("raw", "load"), ("load", "orders")}


def test_a_window_holds_a_run_that_began_before_and_ended_in_it() -> None:
    assert "report" in seen(Timing("window", (at("11:20"), at("11:40"))))


def test_a_run_not_known_to_have_ended_is_in_every_later_window() -> None:
    assert "late" in seen(Timing("window", (at("10:00", 9), at("11:00", 9))))


def test_one_run_is_its_own_inputs_and_outputs_with_their_versions() -> None:
    moment = moment_of(LIN, DRAWN, Timing("run", None, "3"))
    assert seen(Timing("run", None, "3")) == {"raw", "load", "orders"}
    assert moment.captions["dataset:db:orders"] == "v7 · 1\u2009200 rows"
    assert moment.captions["dataset:db:raw"] == "no version told"


def test_what_a_run_touched_comes_into_the_picture() -> None:
    view = LIN.explore("orders", hops=1)
    assert "dataset:db:board" not in [node.id for node in view.scene.nodes]
    view.run = "4"
    assert {"dataset:db:monthly", "job:jobs:late", "dataset:db:board"} <= {
        node.id for node in view.scene.nodes
    }
    assert (view.mode, view.time) == ("run", None)
    assert json.loads(view._detail)["kind"] == "run"


@given(st.integers(0, 5 * 86_400))
def test_the_newest_run_as_of_a_time_is_that_of_a_naive_search(seconds: int) -> None:
    now = datetime(2024, 4, 30, tzinfo=UTC) + timedelta(seconds=seconds)
    told = dict(newest(LIN, now).select("node", "state").iter_rows())
    expected = {}
    for row in LIN.runs.sort("last_seen").iter_rows(named=True):
        if row["started"] <= now:
            over = row["ended"] is not None and row["ended"] <= now
            expected[row["job"]] = row["state"] if over else "RUNNING"
    assert {node: s for node, s in told.items() if node.startswith("job:")} == expected


def test_at_the_end_of_the_log_states_are_those_without_a_time() -> None:
    for name in lx.samples():
        lin = lx.sample(name)
        known = dict(
            newest(lin, datetime(2100, 1, 1, tzinfo=UTC)).select("node", "state").iter_rows()
        )
        for node, last in lin.nodes.select("node", "last_state").iter_rows():
            assert known.get(node) == last


# Which of mode, time and run decides -----------------------------------------------------------

WINDOW = (at("10:00"), at("11:00"))


@pytest.mark.parametrize(
    ("before", "after", "meant"),
    [
        (ALL, Timing(time=at("10:00")), Timing("all", at("10:00"))),
        (ALL, Timing(time=WINDOW), Timing("window", WINDOW)),
        (ALL, Timing(run="2"), Timing("run", None, "2")),
        (Timing("window", WINDOW), Timing("window", None), ALL),
        (Timing("window", WINDOW), Timing("all", WINDOW), ALL),
        (Timing("run", None, "2"), Timing("run", None, ""), ALL),
        (Timing("run", None, "2"), Timing("all", None, "2"), ALL),
        (Timing("run", None, "2"), Timing("run", at("10:00"), "2"), Timing("run", None, "2")),
        (ALL, Timing("window"), Timing("window", (at("10:00"), at("09:00", 3)))),
        (Timing("all", at("11:00")), Timing("window", at("11:00")), Timing("window", WINDOW)),
        (ALL, Timing("run"), Timing("run", None, "4")),
    ],
)
def test_what_was_set_last_decides(before: Timing, after: Timing, meant: Timing) -> None:
    assert settled(LIN, before, after) == meant


def test_a_log_without_runs_has_no_window_and_no_run() -> None:
    assert settled(lx.Lineage(), ALL, Timing("window")) == ALL
    assert settled(lx.Lineage(), ALL, Timing("run")) == ALL


def test_times_come_as_text_or_datetime_in_any_zone_and_order() -> None:
    assert time_of("2024-05-01T12:00:00+02:00") == "2024-05-01T10:00:00Z"
    assert time_of(datetime(2024, 5, 1, 10, tzinfo=UTC)) == "2024-05-01T10:00:00Z"
    assert time_of([at("11:00"), at("10:00")]) == WINDOW
    assert instant(iso("2024-05-01")) == datetime(2024, 5, 1, tzinfo=UTC)


@pytest.mark.parametrize("bad", ["yesterday", 5, [at("10:00")], ["x", "y"]])
def test_what_is_no_time_is_refused_where_it_is_set(bad: object) -> None:
    view = LIN.explore()
    with pytest.raises(traitlets.TraitError):
        view.time = bad
    assert view.mode == "all"


def test_the_traits_follow_one_another() -> None:
    view = LIN.explore()
    view.time = WINDOW
    assert (view.mode, view.time) == ("window", list(WINDOW))
    view.mode = "all"
    assert view.time is None
    view.mode = "run"
    assert view.run == "4"
    view.mode = "window"
    assert view.run == ""


# The picture -----------------------------------------------------------------------------------


def test_the_static_picture_is_that_of_the_moment() -> None:
    view = LIN.explore(time=at("10:30"))
    text = view.static_svg()
    assert 'opacity="0.4"' in text
    assert "As of 2024-05-01 10:30:00 UTC" in text
    view.time = None
    assert 'opacity="0.4"' not in view.static_svg()


def test_a_written_picture_takes_a_run(tmp_path: Path) -> None:
    LIN.write(tmp_path / "x.svg", run="3")
    text = (tmp_path / "x.svg").read_text(encoding="utf-8")
    assert "Run 3 of load" in text
    assert "v7 · 1\u2009200 rows" in text
    assert svg(retold(LIN, DRAWN, Timing("run", None, "3")), color="state") == text


# The browser's half ----------------------------------------------------------------------------

TIMINGS = [
    Timing(time=at("09:00")),
    Timing(time=at("10:05")),
    Timing(time=at("10:30")),
    Timing(time=at("11:10")),
    Timing(time=at("11:30")),
    Timing(time=at("10:10", 2)),
    Timing(time=at("09:30", 3)),
    Timing("window", (at("00:00", 2), at("23:00", 2))),
    Timing("window", (at("11:20"), at("11:40"))),
    Timing("window", (at("10:00", 9), at("11:00", 9))),
    Timing("run", None, "2"),
    Timing("run", None, "3"),
]


def told_of(drawn: Scene, timing: Timing) -> dict:
    """What both halves must agree on."""
    made = retold(LIN, drawn, timing)
    assert made.moment is not None
    return {
        "timing": {"mode": timing.mode, "time": timing.time, "run": timing.run},
        "faint": [not seen for seen in made.moment.nodes.tolist()],
        "faintEdges": [not seen for seen in made.moment.edges.tolist()],
        "active": [node.id in made.moment.active for node in made.nodes],
        "states": [node.state for node in made.nodes],
        "captions": [made.moment.captions.get(node.id, "") for node in made.nodes],
        "colours": {
            mode.name: mode.values for mode in made.modes if mode.name in ("state", "freshness")
        },
        "ages": next(mode.words for mode in made.modes if mode.name == "freshness"),
    }


def test_the_cases_the_browser_is_tested_on_are_what_python_says() -> None:
    """Write them anew with: UPDATE_CASES=1 pytest tests/view/test_moment.py."""
    import os
    from base64 import b64encode

    cases = {
        "scene": b64encode(pack(DRAWN)).decode(),
        "log": b64encode(pack_log(LIN)).decode(),
        "moments": [json.loads(json.dumps(told_of(DRAWN, timing))) for timing in TIMINGS],
    }
    if os.environ.get("UPDATE_CASES"):
        CASES.write_text(json.dumps(cases, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert json.loads(CASES.read_text(encoding="utf-8"))["moments"] == cases["moments"]
