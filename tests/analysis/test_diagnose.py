"""What is named as the cause, what is not, and that it is said where it cannot be told."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import polars as pl
import pytest

import lineage_explorer as lx
from lineage_explorer.errors import LineageError, NodeNotFound
from lineage_explorer.lineage import Lineage
from lineage_explorer.training.calm import clean
from tests.analysis.days import (
    columns,
    days,
    drop_field,
    fail,
    read,
    rename_field,
    run_id,
    skip,
    sql,
    times,
)
from tests.events import Json, dataset, ndjson, run_event


def mart(day: int) -> str:
    return run_id("mart", day)


def both(*edits: tuple[str, int, object]) -> list[Json]:
    return days(10, edits=list(edits))  # type: ignore[arg-type]


def test_a_run_that_is_well_has_no_cause_and_the_verdict_says_so() -> None:
    found = read(days(10)).diagnose(mart(9))
    assert found.causes.is_empty()
    assert found.symptoms.is_empty()
    assert found.certainty == "none"
    assert found.verdict.startswith("Nothing shows that anything is wrong")


def test_a_field_that_the_failing_job_reads_and_that_went_is_the_cause() -> None:
    lin = read(both(("clean", 9, drop_field("amount")), ("mart", 9, fail("no column amount"))))
    found = lin.diagnose(mart(9))
    first = found.causes.row(0, named=True)
    assert (first["node"], first["change"]) == ("dataset:db:staged", "field-dropped")
    assert first["path"][0] == "dataset:db:staged"
    assert first["path"][-1] in ("job:jobs:mart", "dataset:db:daily")
    assert found.good == mart(8)
    assert found.certainty == "sure"


def test_a_field_that_nothing_on_the_way_reads_is_not_the_cause() -> None:
    lin = read(both(("load", 9, drop_field("note")), ("mart", 9, fail("out of memory"))))
    found = lin.diagnose(mart(9))
    assert found.causes.is_empty()
    assert "does not tell why" in found.verdict
    assert ("dataset:db:raw", "field-dropped") in found.excluded.select("node", "change").rows()


def test_the_cause_is_followed_to_where_it_began() -> None:
    edits = [("load", 9, rename_field("amount", "amt")), ("clean", 9, fail("no amount")),
             ("mart", 9, skip)]  # fmt: skip
    found = read(both(*edits)).diagnose(run_id("clean", 9))
    assert found.causes["node"][0] == "dataset:db:raw"


def test_a_run_that_reads_old_data_because_a_job_before_failed_is_told_so() -> None:
    lin = read(both(("load", 9, fail("timeout")), ("clean", 9, skip)))
    found = lin.diagnose(mart(9))
    assert found.causes["node"][0] == "job:jobs:load"
    assert found.causes["change"][0] == "run-failed"
    assert "stale" in found.symptoms["kind"].to_list()


def test_a_job_that_did_not_run_is_the_cause_of_what_is_old_behind_it() -> None:
    lin = read(both(("load", 9, skip)))
    found = lin.diagnose(mart(9), "the numbers are those of yesterday")
    assert found.causes["node"][0] in ("job:jobs:load", "dataset:db:raw")


def test_rows_that_went_are_traced_to_the_job_whose_code_changed() -> None:
    less = times(0.4)
    edits = [("clean", 9, sql("select amount where x")), ("clean", 9, less), ("mart", 9, less)]
    found = read(both(*edits)).diagnose(mart(9))
    assert found.causes["node"][0] in ("job:jobs:clean", "dataset:db:staged")
    assert "SQL" in found.causes["why"][0]


def test_a_trouble_that_goes_on_is_compared_at_its_beginning() -> None:
    less = times(0.4)
    edits = [("clean", 7, sql("select amount where x")), ("clean", 7, less), ("mart", 7, less),
             ("load", 9, sql("select * from source limit 5"))]  # fmt: skip
    found = read(both(*edits)).diagnose(mart(9))
    assert (found.good, found.first) == (mart(6), mart(7))
    assert found.causes["node"][0] in ("job:jobs:clean", "dataset:db:staged")


def test_trouble_without_a_way_of_data_is_excluded() -> None:
    def beside(day: int, kind: str) -> Json:
        time = f"2026-03-{day + 2:02}T00:30:00Z"
        return run_event("other", ["else"], ["elsewhere"], run=f"o{day}", kind=kind, time=time)

    events = both(("mart", 9, fail("it broke")))
    events += [beside(day, "FAIL" if day == 9 else "COMPLETE") for day in range(10)]
    found = read(events).diagnose(mart(9))
    assert "job:jobs:other" not in found.causes["node"].to_list()
    row = found.excluded.filter(pl.col("node") == "job:jobs:other").row(0, named=True)
    assert (row["change"], row["why"]) == ("run-failed", "no data flow from it to the run")


def test_the_first_run_of_a_job_has_nothing_to_be_compared_with() -> None:
    found = read(days(1, edits=[("mart", 0, fail())])).diagnose(mart(0))
    assert found.good is None
    assert found.causes.is_empty()
    assert "nothing to compare" in found.verdict


def test_of_a_dataset_its_newest_run_is_meant_and_that_is_said() -> None:
    found = read(both(("mart", 9, fail()))).diagnose("daily")
    assert found.run == mart(9)
    assert any("newest run" in note for note in found.notes)


def test_of_a_run_that_only_frames_others_the_first_that_failed_is_meant() -> None:
    events = both(("mart", 9, fail("it broke")))
    parent = {"run": {"runId": "dag-9"}, "job": {"namespace": "jobs", "name": "dag"}}
    for one in events:
        if one["run"]["runId"].endswith("-9"):
            one["run"]["facets"]["parent"] = parent
    events.append(run_event("dag", run="dag-9", kind="FAIL", time="2026-03-11T05:00:00Z"))
    found = read(events).diagnose("dag-9")
    assert found.run == mart(9)
    assert any("frames others" in note for note in found.notes)


def test_an_assertion_that_always_fails_says_nothing_new() -> None:
    def warns(event: Json) -> None:
        checks = [{"assertion": "unique", "success": False}]
        event["outputs"][0]["facets"]["dataQualityAssertions"] = {"assertions": checks}

    found = read(days(10, edits=[("mart", 0, warns)])).diagnose(mart(9))
    assert "assertion" not in found.symptoms["kind"].to_list()


def test_an_unknown_name_is_an_error_and_so_is_a_dataset_nobody_wrote() -> None:
    lin = read(days(2))
    with pytest.raises(NodeNotFound):
        lin.diagnose("nothing")
    with pytest.raises(LineageError, match="no run in the log wrote"):
        lin.diagnose("source")


def test_the_report_has_a_diagram_the_change_the_owners_and_a_next_step() -> None:
    def owned(event: Json) -> None:
        owner = {"owners": [{"name": "team:mart", "type": "OWNER"}]}
        event["outputs"][0]["facets"]["ownership"] = owner

    edits = [("clean", 9, drop_field("amount")), ("mart", 9, fail("no amount")), ("mart", 0, owned)]
    text = read(both(*edits)).diagnose(mart(9)).report()
    for part in ("```mermaid", "field-dropped", "team:mart", "## What to do", "amount"):
        assert part in text


def test_it_reads_as_text_html_and_json() -> None:
    edits = [("clean", 9, drop_field("amount")), ("mart", 9, fail("<script>alert(1)</script>"))]
    found = read(both(*edits)).diagnose(mart(9))
    assert "field-dropped" in repr(found)
    assert "<script>" not in found._repr_html_()
    assert "<script>" not in found.report().replace("`<script>alert(1)</script>`", "")
    assert json.loads(found.to_json())["causes"][0]["change"] == "field-dropped"


def test_names_that_hold_markup_stay_text_in_the_diagram() -> None:
    name = 'a"]--><b>|`#;\n'

    def event(day: int, kind: str, schema: Json) -> list[Json]:
        made = dataset(name, schema=schema)
        return [
            run_event("a", [], [made], run=f"a{day}", time=f"2026-03-0{day}T01:00:00Z"),
            run_event("b", [made], ["end"], run=f"b{day}", kind=kind,
                      time=f"2026-03-0{day}T02:00:00Z"),
        ]  # fmt: skip

    whole, less = columns(x="int", y="int"), columns(x="int")
    events = [*event(1, "COMPLETE", whole), *event(2, "COMPLETE", whole), *event(3, "FAIL", less)]
    text = lx.read(ndjson(*events)).diagnose("b3").report()
    diagram = text.partition("```mermaid")[2].partition("```")[0]
    assert "<b>" not in diagram
    assert '"]-->' not in diagram


def test_the_failing_run_of_the_dbt_sample_is_traced_to_the_renamed_column() -> None:
    lin = lx.sample("dbt")
    failed = lin.runs.filter(
        (pl.col("state") == "FAIL") & pl.col("job").str.ends_with("payment_mix")
    )
    first = lin.diagnose(failed["run"][0]).causes.row(0, named=True)
    assert first["change"] == "field-renamed"
    assert first["node"].endswith("stg_payments")
    assert "`payment_method` is called `method` now" in first["why"]


def test_a_renamed_column_is_to_be_put_back_by_the_name_its_readers_know() -> None:
    lin = lx.sample("dbt")
    failed = lin.runs.filter(pl.col("state") == "FAIL")["run"][0]
    report = lin.diagnose(failed).report()
    assert "Put `payment_method` back in" in report


def test_the_green_plan_of_the_airflow_sample_is_traced_to_the_features_that_failed() -> None:
    lin = lx.sample("airflow")
    plans = lin.runs.filter(pl.col("job").str.ends_with("plan_purchases")).sort("first_seen")
    thursday = plans.row(3, named=True)
    assert thursday["state"] == "COMPLETE"
    first = lin.diagnose(thursday["run"]).causes.row(0, named=True)
    assert first["node"].endswith("demand_forecast.build_features")
    assert first["change"] == "run-failed"


def test_of_the_failing_features_of_the_airflow_sample_it_is_said_that_the_log_tells_no_cause() -> (
    None
):
    lin = lx.sample("airflow")
    failed = lin.runs.filter(pl.col("error").is_not_null())["run"][0]
    assert "does not tell why" in lin.diagnose(failed).verdict


def spark_run(lin: Lineage, name: str, day: int = 1) -> str:
    runs = lin.runs.filter(pl.col("job") == f"job:shop-spark:{name}").sort("first_seen")
    return str(runs["run"][day])


def test_the_spark_application_that_died_without_a_trace_is_missed_and_traced_to_the_two_before() -> (
    None
):
    """`countries` tells no failure on Tuesday: its write is not there. `sessions` and `orders`,
    which it reads, both died, and say that they completed."""
    lin = lx.sample("spark")
    found = lin.diagnose(spark_run(lin, "countries"))
    assert found.symptoms["kind"].to_list() == ["missing"]
    assert found.job.endswith("countries.adaptive_spark_plan.sales_db_countries")
    nodes = found.causes["node"].to_list()
    assert [node.rpartition("/")[2] for node in nodes] == ["visits", "warehouse:sales.orders"]
    assert all("says that it completed" in why for why in found.causes["why"])
    assert found.certainty == "likely"


@pytest.mark.parametrize(("name", "written"), [("sessions", "visits"), ("orders", "sales.orders")])
def test_a_spark_application_that_died_and_says_complete_is_found_out(
    name: str, written: str
) -> None:
    lin = lx.sample("spark")
    found = lin.diagnose(spark_run(lin, name))
    assert found.causes["node"][0].endswith(written)


@pytest.mark.parametrize("name", ["sessions", "countries"])
def test_the_spark_applications_are_well_again_on_wednesday(name: str) -> None:
    lin = lx.sample("spark")
    assert lin.diagnose(spark_run(lin, name, 2)).causes.is_empty()


def at_hours(day: int, events: list[Json], job: str, hours: float) -> None:
    """Moves the run of a job on one day in time."""
    for one in events:
        if one["run"]["runId"] == run_id(job, day):
            time = datetime.fromisoformat(one["eventTime"]) + timedelta(hours=hours)
            one["eventTime"] = time.isoformat()


def test_a_job_that_reads_before_what_it_reads_is_there_is_to_blame_and_not_the_one_before() -> (
    None
):
    events = days(10)
    at_hours(9, events, "clean", -1.5)
    found = read(events).diagnose(mart(9), "the numbers are those of yesterday")
    assert found.causes["node"][0] == "job:jobs:clean"
    assert found.causes["change"][0] == "read-too-early"


def test_a_job_that_comes_too_late_for_those_who_read_it_is_to_blame() -> None:
    events = days(10)
    at_hours(9, events, "load", 9)
    found = read(events).diagnose(mart(9), "the numbers are those of yesterday")
    assert found.causes["node"][0] in ("job:jobs:load", "dataset:db:raw")


def test_a_retry_that_reads_the_same_again_blames_nobody_for_it() -> None:
    events = days(10)
    for one in days(10):
        if one["run"]["runId"] == mart(9) and one["eventType"] != "START":
            again = dict(one, run={**one["run"], "runId": "again"})
            again["eventTime"] = one["eventTime"].replace(":00Z", ":30Z")
            events.append(again)
    for one in events:
        if one["run"]["runId"] == mart(9) and one["eventType"] != "START":
            one["eventType"] = "FAIL"
    found = read(events).diagnose("again")
    assert "not-run" not in found.causes["change"].to_list()


def test_a_job_that_writes_over_the_data_of_another_is_the_cause() -> None:
    events = days(10, edits=[("mart", 9, times(0.1))])
    other = next(one for one in events if one["run"]["runId"] == run_id("clean", 9)
                 and one["eventType"] == "COMPLETE")  # fmt: skip
    sync = {**other, "job": {"namespace": "jobs", "name": "sync"}, "run": {"runId": "sync-9"}}
    sync["eventTime"] = (
        datetime.fromisoformat(other["eventTime"]) + timedelta(minutes=10)
    ).isoformat()
    found = read([*events, sync]).diagnose(mart(9))
    assert found.causes["node"][0] in ("job:jobs:sync", "dataset:db:staged")


def test_a_made_up_company_that_is_well_raises_no_alarm() -> None:
    one = clean(4)
    lin = lx.read(one.world.ndjson(), cache=False)
    assert lin.diagnose(one.truth.symptom.run).causes.is_empty()
