from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import lineage_explorer as lx
from lineage_explorer.analysis.provenance import Provenance
from lineage_explorer.errors import LineageError, NodeNotFound
from lineage_explorer.lineage import Lineage
from tests.events import Json, dataset, run_event
from tests.graph.provenance_oracle import text

STREAMING = {"jobType": {"processingType": "STREAMING", "integration": "FLINK"}}


def whole(
    job: str,
    inputs: list[Any],
    outputs: list[Any],
    begin: int,
    end: int,
    run: str = "",
    **more: Any,
) -> list[Json]:
    """START and its end."""
    kind, run = more.pop("kind", "COMPLETE"), run or f"{job}@{begin}"
    return [
        run_event(job, inputs, outputs, run=run, kind=kind, time=text(minute), **more)
        for kind, minute in (("START", begin), (kind, end))
    ]


def day(minute: int) -> Json:
    return {"nominalTime": {"nominalStartTime": text(minute)}}


def direct(events: list[Json], run: str = "reader") -> dict[str, tuple[bool, str]]:
    """Run → certain, why, of what the reader read itself."""
    runs = lx.read(events).provenance(run, hops=1).runs
    return {row["run"]: (row["certain"], row["why"]) for row in runs.iter_rows(named=True)}


READER = whole("read", ["t"], ["m"], 20, 21, "reader")


def test_the_last_write_that_ended_before_the_read_is_certain() -> None:
    found = direct([*whole("w", [], ["t"], 0, 1), *whole("w", [], ["t"], 5, 6), *READER])
    told = "the last write that ended (2024-05-01 00:06:00) before the read (2024-05-01 00:20:00)"
    assert found == {"w@5": (True, told)}


def test_a_write_that_goes_on_during_the_read_makes_both_uncertain() -> None:
    found = direct([*whole("w", [], ["t"], 0, 1), *whole("v", [], ["t"], 19, 30), *READER])
    assert {run: certain for run, (certain, _) in found.items()} == {"w@0": False, "v@19": False}
    assert found["v@19"][1].startswith("it was writing (since 2024-05-01 00:19:00) during")


def test_a_failed_write_may_have_written_a_part() -> None:
    failed = whole("w", [], ["t"], 5, 6, kind="FAIL")
    found = direct([*whole("w", [], ["t"], 0, 1), *failed, *READER])
    assert set(found) == {"w@0", "w@5"}
    assert "it failed, and may have written a part" in found["w@5"][1]


def test_a_retry_that_succeeds_is_the_one_and_says_what_failed_before() -> None:
    events = [*whole("w", [], ["t"], 0, 1, kind="FAIL"), *whole("w", [], ["t"], 2, 3), *READER]
    certain, why = direct(events)["w@2"]
    assert certain
    assert why.endswith("a run of its job failed just before it")


def test_a_rerun_for_the_same_time_says_so() -> None:
    events = [*whole("w", [], ["t"], 0, 1, run_facets=day(0)),
              *whole("w", [], ["t"], 5, 6, run_facets=day(0)), *READER]  # fmt: skip
    certain, why = direct(events)["w@5"]
    assert certain
    assert "a re-run: 1 before it for 2024-05-01 00:00:00" in why


def test_a_backfill_just_before_the_read_makes_it_uncertain_which_was_meant() -> None:
    events = [*whole("w", [], ["t"], 5, 6, run_facets=day(1440)),
              *whole("w", [], ["t"], 10, 11, run_facets=day(0)), *READER]  # fmt: skip
    found = direct(events)
    assert {run: certain for run, (certain, _) in found.items()} == {"w@5": False, "w@10": False}
    assert found["w@5"][1].startswith("a backfill came between")


def test_a_backfill_of_both_sides_finds_its_own_time() -> None:
    def pair(begin: int, nominal: int) -> list[Json]:
        return [*whole("w", [], ["t"], begin, begin + 1, run_facets=day(nominal)),
                *whole("r", ["t"], ["m"], begin + 2, begin + 3, run_facets=day(nominal))]  # fmt: skip

    found = direct([*pair(0, 2000), *pair(10, 1000)], "r@12")
    assert {run: certain for run, (certain, _) in found.items()} == {"w@10": True}


def test_the_only_stream_that_writes_is_certain() -> None:
    stream = run_event(
        "s", [], ["t"], run="stream", kind="START", time=text(0), job_facets=STREAMING
    )
    assert direct([stream, *READER])["stream"] == (
        True, "a stream that has been writing since 2024-05-01 00:00:00",
    )  # fmt: skip


def test_a_stream_reads_as_long_as_it_runs() -> None:
    reader = run_event(
        "s", ["t"], [], run="reader", kind="START", time=text(0), job_facets=STREAMING
    )
    found = direct([reader, *whole("w", [], ["t"], 5, 6), *whole("w", [], ["t"], 8, 9)])
    assert set(found) == {"w@5", "w@8"}


def test_a_run_without_an_end_may_have_written_or_not() -> None:
    begun = run_event("w", [], ["t"], run="lost", kind="START", time=text(5))
    found = direct([*whole("w", [], ["t"], 0, 1), begun, *READER])
    assert set(found) == {"w@0", "lost"}
    assert "no good end of it is told" in found["lost"][1]


def test_a_run_of_which_no_start_is_told_makes_the_read_uncertain() -> None:
    certain, why = direct([*whole("w", [], ["t"], 0, 1), READER[1]])["w@0"]
    assert not certain
    assert why.endswith("when the reading run began is not told, its first event is taken")


def version(name: str, value: str) -> Json:
    return dataset(name, version={"datasetVersion": value})


def test_versions_that_both_sides_tell_decide() -> None:
    events = [*whole("w", [], [version("t", "1")], 0, 1), *whole("w", [], [version("t", "2")], 5, 6),
              *whole("read", [version("t", "1")], ["m"], 20, 21, "reader")]  # fmt: skip
    assert direct(events) == {"w@0": (True, "both tell version 1")}


def test_a_version_that_nobody_wrote_leaves_the_last_write_with_a_doubt() -> None:
    events = [*whole("w", [], [version("t", "2")], 5, 6),
              *whole("read", [version("t", "9")], ["m"], 20, 21, "reader")]  # fmt: skip
    certain, why = direct(events)["w@5"]
    assert not certain
    assert "it tells version 2, and version 9 was read" in why


def test_a_merge_reads_what_the_run_before_it_wrote_and_so_on() -> None:
    events = [event for begin in (0, 5, 10) for event in whole("m", ["t"], ["t"], begin, begin + 1)]
    runs = lx.read(events).provenance("m@10").runs
    assert runs.select("hop", "run").rows() == [(1, "m@5"), (2, "m@0")]
    assert "the reading run writes it too" in runs["why"][0]


def test_what_an_append_added_to_is_there_too() -> None:
    part = {"subset": {"outputCondition": {"type": "location", "locations": ["p=2"]}}}
    one = {**dataset("t"), "outputFacets": part}
    events = [*whole("w", [], ["t"], 0, 1), *whole("add", [], [one], 5, 6), *READER]
    runs = lx.read(events).provenance("reader").runs
    assert runs.select("hop", "run").rows() == [(1, "add@5"), (2, "w@0")]
    assert "added to what was there" in runs["why"][1]


def test_an_input_that_does_not_feed_the_output_is_not_followed() -> None:
    fields = {"fields": {"x": {"inputFields": [{"namespace": "db", "name": "a", "field": "x"}]}}}
    events = [*whole("wa", [], ["a"], 0, 1), *whole("wb", [], ["b"], 0, 1),
              *whole("w", ["a", "b"], [dataset("t", columnLineage=fields)], 5, 6), *READER]  # fmt: skip
    assert set(lx.read(events).provenance("reader").runs["run"]) == {"w@5", "wa@0"}
    assert set(lx.read(events).provenance("w@5").runs["run"]) == {"wa@0", "wb@0"}


PARENT = {"parent": {"run": {"runId": "whole"}, "job": {"namespace": "jobs", "name": "dag"}}}


def test_a_parent_is_context_and_no_data_flow() -> None:
    events = [*whole("dag", [], [], 0, 9, "whole"),
              *whole("dag.w", ["a"], ["t"], 1, 2, run_facets=PARENT), *READER]  # fmt: skip
    found = lx.read(events).provenance("reader")
    assert found.runs["run"].to_list() == ["dag.w@1"]
    assert found.control.row(0, named=True) == {
        "kind": "parent", "run": "dag.w@1", "job": "job:jobs:dag.w", "other_run": "whole",
        "other_job": "job:jobs:dag",
    }  # fmt: skip


def test_a_parent_that_tells_the_same_write_is_not_another_answer() -> None:
    events = [*whole("dag", ["a"], ["t"], 0, 9, "whole"),
              *whole("dag.w", ["a"], ["t"], 1, 2, run_facets=PARENT), *READER]  # fmt: skip
    assert {run: certain for run, (certain, _) in direct(events).items()} == {"dag.w@1": True}


def test_dependencies_of_jobs_are_shown_and_not_followed() -> None:
    upstream = {"job": {"namespace": "jobs", "name": "sensor"}, "run": {"runId": "x"}}
    facets = {"jobDependencies": {"upstream": [upstream]}}
    events = [*whole("w", [], ["t"], 0, 1, run_facets=facets), *READER]
    control = lx.read(events).provenance("reader").control
    assert control.select("kind", "run", "other_job").rows() == [
        ("depends_on", "w@0", "job:jobs:sensor")
    ]


def test_a_job_that_hands_over_to_another_is_shown() -> None:
    entry = {"namespace": "jobs", "name": "w", "type": "JOB",
             "inputs": [{"type": "JOB", "namespace": "jobs", "name": "before"}]}  # fmt: skip
    made = {"namespace": "db", "name": "t", "type": "DATASET",
            "inputs": [{"type": "JOB", "namespace": "jobs", "name": "w"}]}  # fmt: skip
    facets = {"lineage": {"entries": [entry, made]}}
    events = [*whole("w", [], ["t"], 0, 1, job_facets=facets), *READER]
    control = lx.read(events).provenance("reader").control
    assert ("hands_over", "job:jobs:w", "job:jobs:before") in control.select(
        "kind", "job", "other_job"
    ).rows()


def test_a_dataset_that_derives_from_another_is_looked_through() -> None:
    field = {"namespace": "db", "name": "t", "field": "x"}
    view = dataset("v", columnLineage={"fields": {"x": {"inputFields": [field]}}})
    said = {"eventTime": text(3), "dataset": view, "producer": "https://example.com/x"}
    events = [*whole("w", [], ["t"], 0, 1), said, *whole("read", ["v"], [], 20, 21, "reader")]
    found = lx.read(events).provenance("reader")
    assert found.runs["run"].to_list() == ["w@0"]
    assert "through a dataset that derives from it" in found.runs["why"][0]
    assert found.sources["role"].to_list() == ["made"]


# --------------------------------------------------------------------------- what is asked for

LIN = lx.read([*whole("w", ["raw"], ["t"], 0, 1), *READER])


@pytest.mark.parametrize("what", ["reader", "read"])
def test_a_run_may_be_called_by_its_beginning(what: str) -> None:
    lin = lx.read([*whole("w", ["raw"], ["t"], 0, 1), *whole("x", ["t"], [], 5, 6, "reader")])
    assert lin.provenance(what).asked == "reader"


def test_a_dataset_is_what_stands_in_it_at_the_end_or_at_a_time() -> None:
    assert LIN.provenance("m").runs["run"].to_list() == ["reader", "w@0"]
    assert LIN.provenance("m", at=text(20)).runs.is_empty()
    assert LIN.provenance("t", at=text(20)).runs["run"].to_list() == ["w@0"]


def test_a_dataset_that_nobody_wrote_is_its_own_source() -> None:
    found = LIN.provenance("raw")
    assert found.runs.is_empty()
    assert found.sources.select("dataset", "run").rows() == [("dataset:db:raw", None)]
    assert repr(found).endswith("no run in the log wrote what it read; 1 source.")


def test_a_job_has_many_runs_and_says_which() -> None:
    with pytest.raises(LineageError, match="'w' is a job") as error:
        LIN.provenance("w")
    assert "w@0" in error.value.hint


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(NodeNotFound):
        LIN.provenance("nobody")


def test_several_runs_that_begin_so_are_refused() -> None:
    lin = lx.read([*whole("w", [], ["t"], 0, 1, "aaaa1"), *whole("w", [], ["t"], 2, 3, "aaaa2")])
    with pytest.raises(LineageError, match="2 runs begin with 'aaaa'"):
        lin.provenance("aaaa")


def test_a_time_before_the_run_began_is_refused() -> None:
    with pytest.raises(LineageError, match="began after"):
        LIN.provenance("reader", at=text(19))


def test_hops_limit_how_far_it_goes_and_the_cut_is_said() -> None:
    lin = lx.read([*whole("w", [], ["r"], 0, 1), *whole("v", ["r"], ["t"], 2, 3), *READER])
    found = lin.provenance("reader", hops=1)
    assert found.truncated
    assert "cut off by the limit" in repr(found)
    assert not lin.provenance("reader", hops=2).truncated


def test_no_limit_may_be_below_one() -> None:
    with pytest.raises(LineageError, match="below 1"):
        LIN.provenance("reader", hops=0)


def test_the_lineage_is_the_part_of_these_runs() -> None:
    lin = lx.read([*whole("w", [], ["t"], 0, 1), *whole("w", [], ["t"], 5, 6), *READER,
                   *whole("other", ["t"], ["x"], 30, 31)])  # fmt: skip
    part = lin.provenance("reader").lineage
    assert part.runs["run"].to_list() == ["w@5", "reader"]
    assert set(part.nodes["name"]) == {"t", "w", "read"}


def test_its_picture_says_what_is_certain_and_where_it_begins() -> None:
    lin = lx.read([*whole("w", ["raw"], ["t"], 0, 1), *READER])
    found = lin.provenance("reader")
    told = dict(found.certainty.iter_rows())
    assert {node.rpartition(":")[2]: word for node, word in told.items()} == {
        "read": "asked for", "t": "certain", "w": "certain", "raw": "begins here",
    }  # fmt: skip
    assert found.explore().color == "provenance"
    assert found.explore(color="state").color == "state"


def test_the_report_has_the_runs_and_where_it_begins() -> None:
    report = LIN.provenance("m").report()
    assert report.startswith("# Provenance of `dataset:db:m`")
    for part in ("## Runs", "## Where it begins", "`w@0`", "`raw`"):
        assert part in report


def test_hostile_names_cannot_steer() -> None:
    evil = "<img src=x>\x1b[31m\u202e"
    lin = lx.read([*whole(evil, [], [evil], 0, 1, evil), *whole("r", [evil], [], 5, 6, "reader")])
    found = lin.provenance("reader")
    assert not {"\x1b", "\u202e"} & set(repr(found) + found._repr_html_() + found.report())
    assert "<img" not in found._repr_html_()


def test_a_run_that_tells_no_input_says_so_and_which_runs_are_part_of_it() -> None:
    events = [*whole("dag", [], [], 0, 9, "whole"),
              *whole("dag.w", ["a"], ["t"], 1, 2, run_facets=PARENT)]  # fmt: skip
    lin = lx.read(events)
    assert "ask for one of its 1 part, as dag.w@1" in repr(lin.provenance("whole"))
    assert lin.provenance("whole").control.is_empty()
    assert repr(lx.read(whole("w", [], ["t"], 0, 1, "r")).provenance("r")).endswith("is told.")


def test_an_empty_log_has_nothing() -> None:
    with pytest.raises(NodeNotFound):
        lx.read(b"").provenance("x")


# ------------------------------------------------------------------------------ the real samples


def of(root: Path, name: str) -> Lineage:
    return lx.read(root / "sample_events" / name)


def test_on_the_day_the_features_failed_the_plan_was_made_of_the_day_before(root: Path) -> None:
    # 2026-03-05: build_features failed twice (its README), so plan_purchases read a stale forecast
    lin = of(root, "airflow")
    plan = lin.runs.filter(lin.runs["job"].str.ends_with("plan_purchases")).sort("started")
    day = plan.filter(plan["first_seen"].dt.day() == 5)
    found: Provenance = lin.provenance(day["run"][0])
    forecast = found.runs.filter(found.runs["dataset"].str.ends_with("forecast.csv"))
    assert forecast["ended"].dt.day().to_list() == [4]
    assert forecast["certain"].to_list() == [True]


def test_a_model_leads_back_to_the_source_api_call(root: Path) -> None:
    found = of(root, "airflow").provenance("demand_metrics.json")
    assert sorted(found.sources["dataset"].to_list()) == [
        "dataset:file:/srv/shop/api/orders.json", "dataset:file:/srv/shop/api/weather.json",
    ]  # fmt: skip
    assert found.sources["job"].str.extract(r"\.(\w+)$").sort().to_list() == [
        "extract_orders", "extract_weather",
    ]  # fmt: skip


def test_every_run_and_dataset_of_the_published_logs_has_an_answer(real: Path) -> None:
    lin = lx.read(real / "openlineage")
    for what in [*lin.runs["run"].unique(), *lin.datasets["dataset"]]:
        found = lin.provenance(what)
        assert found.report()
        assert len(found.runs) or len(found.sources) or found.kind == "run"


def test_where_no_run_is_told_a_dataset_is_its_own_source() -> None:
    job: Json = {
        key: value
        for key, value in run_event("j", ["a"], ["b"]).items()
        if key not in ("run", "eventType")
    }
    found = lx.read([job]).provenance("b")
    assert found.runs.is_empty()
    assert found.sources.select("dataset", "run", "why").rows() == [
        ("dataset:db:b", None, "nothing in the log writes it")
    ]
