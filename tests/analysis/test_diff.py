"""What a diff finds, and the laws it keeps."""

from __future__ import annotations

import json
import random
from datetime import timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lineage_explorer as lx
from lineage_explorer.analysis.change_codes import CODES
from lineage_explorer.analysis.diff import RunDiff
from lineage_explorer.errors import LineageError
from tests.analysis.days import (
    START,
    Edit,
    changes,
    columns,
    days,
    drop_field,
    fail,
    made_of,
    read,
    rename_field,
    retype,
    run_id,
    skip,
    sql,
    times,
)
from tests.events import Json, dataset, run_event

EDITS: dict[str, Edit] = {
    "rename": rename_field("amount", "amount_eur"),
    "drop": drop_field("amount"),
    "retype": retype("amount", "text"),
    "sql": sql("select amount from raw where amount > 0"),
    "half": times(0.5),
    "fail": fail(),
}


def mart(day: int) -> str:
    return run_id("mart", day)


def test_a_run_does_not_differ_from_itself() -> None:
    found = read(days(3)).diff(mart(2), mart(2))
    assert found.changes.is_empty()
    assert found.divergence.is_empty()
    assert "nothing differs" in found.sentence


def test_days_like_any_other_do_not_differ() -> None:
    assert changes(read(days()), mart(6), mart(7)) == set()


def test_a_field_that_is_gone_is_dropped() -> None:
    lin = read(days(edits=[("load", 7, drop_field("note"))]))
    assert ("field-dropped", "raw", "note") in changes(lin, mart(6), mart(7))


def test_a_field_of_the_same_type_between_the_same_neighbours_is_renamed() -> None:
    lin = read(days(edits=[("load", 7, rename_field("amount", "amount_eur"))]))
    found = changes(lin, mart(6), mart(7))
    assert ("field-renamed", "raw", "amount_eur") in found
    assert not any(change == "field-dropped" for change, _, _ in found)


def test_another_type_is_a_retyping_and_its_case_is_nothing() -> None:
    lin = read(
        days(edits=[("load", 7, retype("amount", "text")), ("load", 7, retype("id", "INT"))])
    )
    found = changes(lin, mart(6), mart(7))
    assert ("field-retyped", "raw", "amount") in found
    assert ("field-retyped", "raw", "id") not in found


def test_the_same_fields_in_another_order_are_reordered() -> None:
    def turn(event: Json) -> None:
        event["outputs"][0]["facets"]["schema"]["fields"].reverse()

    lin = read(days(edits=[("load", 7, turn)]))
    assert ("fields-reordered", "raw", None) in changes(lin, mart(6), mart(7))


def test_a_schema_that_is_not_told_any_more_is_unknown_not_dropped() -> None:
    def hide(event: Json) -> None:
        for side in (*event["inputs"], *event["outputs"]):
            side["facets"].pop("schema", None)

    lin = read(days(edits=[("load", 7, hide), ("clean", 7, hide)]))
    found = lin.diff(mart(6), mart(7)).changes
    raw = found.filter(pl.col("node") == "dataset:db:raw")
    assert raw.filter(pl.col("change") == "told-no-more")["field"].to_list() == ["schema"]
    assert not raw["change"].str.starts_with("field-").any()


def test_a_column_made_of_another_one_is_a_change_of_columns() -> None:
    def other(event: Json) -> None:
        event["outputs"][0]["facets"]["columnLineage"] = made_of(
            id=("raw", "id"), amount=("raw", "note")
        )

    found = changes(read(days(edits=[("clean", 7, other)])), mart(6), mart(7))
    assert {("column-source-dropped", "staged", "amount"),
            ("column-source-added", "staged", "amount")} <= found  # fmt: skip


def test_rows_are_compared_with_their_history_not_with_a_percentage() -> None:
    steady = read(days(12, edits=[("load", 11, times(0.7))]))
    assert ("rows-fewer", "raw", "written") in changes(steady, mart(10), mart(11))

    def noisy(event: Json) -> None:
        told = event["outputs"][0]["outputFacets"]["outputStatistics"]
        day = int(event["run"]["runId"].rpartition("-")[2])
        told["rowCount"] = [300, 2000, 900, 1500, 500, 1900, 700][(day * 3) % 7]

    restless = read(days(12, edits=[("load", 0, noisy)]))
    assert not any(c == "rows-fewer" for c, node, _ in changes(restless, mart(9), mart(11)))


def test_a_weekend_is_not_a_loss_of_rows() -> None:
    def weekly(event: Json) -> None:
        day = int(event["run"]["runId"].rpartition("-")[2])
        times(0.4 if day % 7 >= 5 else 1)(event)

    lin = read(days(28, edits=[("load", 0, weekly)]))
    assert not any(change.startswith("rows") for change, _, _ in changes(lin, mart(25), mart(26)))


def test_no_rows_where_there_were_some_needs_no_history() -> None:
    lin = read(days(2, edits=[("load", 1, times(0))]))
    assert ("rows-gone", "raw", "written") in changes(lin, mart(0), mart(1))


def test_without_a_history_other_rows_are_only_worth_a_note() -> None:
    found = read(days(2)).diff(mart(0), mart(1)).changes
    rows = found.filter(pl.col("change").str.starts_with("rows"))
    assert len(rows)
    assert set(rows["severity"]) == {"info"}


def test_another_layout_of_the_sql_is_no_change_and_another_condition_is() -> None:
    same = read(days(edits=[("clean", 7, sql("SELECT\n  amount -- the same"))]))
    assert changes(same, mart(6), mart(7)) == set()
    other = read(days(edits=[("clean", 7, sql("select amount where amount > 0"))]))
    assert ("sql-changed", "clean", None) in changes(other, mart(6), mart(7))


def test_producers_ids_and_times_are_no_change() -> None:
    def other(event: Json) -> None:
        event["producer"] = "https://example.com/other/2.0"
        for side in (*event["inputs"], *event["outputs"]):
            for facet in side["facets"].values():
                facet["_producer"] = "https://example.com/other/2.0"
                facet["_schemaURL"] = "https://example.com/schema/9"

    assert changes(read(days(edits=[("clean", 7, other)])), mart(6), mart(7)) == set()


def test_a_run_that_failed_is_named_with_its_events_on_both_sides() -> None:
    lin = read(days(edits=[("mart", 7, fail())]))
    found = lin.diff(mart(6), mart(7)).changes.filter(pl.col("change") == "run-failed")
    row = found.row(0, named=True)
    assert (row["before"], row["after"], row["severity"]) == ("COMPLETE", "FAIL", "high")
    events = lin.events.filter(pl.col("event").is_in([row["event_before"], row["event_after"]]))
    assert events["run"].to_list() == [mart(6), mart(7)]


def test_a_failed_run_does_not_say_that_it_writes_less() -> None:
    def bare(event: Json) -> None:
        fail()(event)
        event["outputs"] = []

    found = read(days(edits=[("mart", 7, bare)])).diff(mart(6), mart(7)).changes
    assert not found["change"].is_in(["output-dropped", "dataset-dropped"]).any() or (
        found.filter(pl.col("change") == "dataset-dropped")["severity"].is_in(["medium"]).all()
    )
    assert not found["change"].eq("output-dropped").any()


def test_a_completed_run_that_reads_less_dropped_an_input() -> None:
    def less(event: Json) -> None:
        event["inputs"] = event["inputs"][:1]

    def more(event: Json) -> None:
        event["inputs"].append(dataset("rates"))

    lin = read(days(edits=[("clean", 0, more), ("clean", 7, less)]))
    assert ("input-dropped", "clean", "dataset:db:rates") in changes(lin, mart(6), mart(7))


def test_a_job_that_did_not_run_in_between_is_named_where_that_is_not_usual() -> None:
    lin = read(days(edits=[("load", 7, skip)]))
    assert ("not-run", "load", None) in changes(lin, mart(6), mart(7))


def test_a_table_loaded_once_is_not_stale() -> None:
    events = [one for one in days() if one["job"]["name"] != "load" or "-0" in one["run"]["runId"]]
    assert changes(read(events), mart(6), mart(7)) == set()


def test_where_two_sides_part_is_the_first_change_and_explains_what_is_behind() -> None:
    edits = [("load", 7, drop_field("amount")), ("clean", 7, drop_field("amount")),
             ("mart", 7, fail())]  # fmt: skip
    found = read(days(edits=edits)).diff(mart(6), mart(7)).divergence
    first = found.row(0, named=True)
    assert (first["rank"], first["node"], first["change"]) == (
        1, "dataset:db:raw", "field-dropped",
    )  # fmt: skip
    assert {"dataset:db:staged", "job:jobs:mart"} <= set(first["explains"])
    assert len(found) == 1


def test_that_it_went_differently_though_nothing_else_did_is_a_change_too() -> None:
    lin = read(days(edits=[("mart", 7, fail("out of memory"))]))
    assert ("outcome-differs", "mart", None) in changes(lin, mart(6), mart(7))
    explained = read(days(edits=[("mart", 7, fail()), ("clean", 7, sql("select 1"))]))
    assert ("outcome-differs", "mart", None) not in changes(explained, mart(6), mart(7))


def test_a_job_of_another_name_with_the_same_inputs_and_outputs_is_renamed() -> None:
    def other(event: Json) -> None:
        event["job"]["name"] = "clean_v2"

    lin = read(days(edits=[("clean", 7, other)]))
    found = lin.diff(mart(6), mart(7))
    assert found.renamed == {"job:jobs:clean": "job:jobs:clean_v2"}
    assert changes(lin, mart(6), mart(7)) == {("job-renamed", "clean_v2", None)}


def test_a_dataset_of_another_name_with_the_same_schema_and_readers_is_renamed() -> None:
    def writes(event: Json) -> None:
        event["outputs"][0]["name"] = "staged_v2"

    def reads(event: Json) -> None:
        event["inputs"][0]["name"] = "staged_v2"

    lin = read(days(edits=[("clean", 7, writes), ("mart", 7, reads)]))
    found = lin.diff(mart(6), mart(7))
    assert found.renamed == {"dataset:db:staged": "dataset:db:staged_v2"}
    assert ("dataset-renamed", "staged_v2", None) in changes(lin, mart(6), mart(7))


def test_two_jobs_are_compared_as_one_in_two_shapes() -> None:
    events = days(3)
    twin = [{**one, "job": {**one["job"], "name": "mart_new"}, "run": {"runId": f"n{at}"}}
            for at, one in enumerate(days(3)) if one["job"]["name"] == "mart"]  # fmt: skip
    for one in twin:
        one["job"]["facets"] = {"sql": {"query": "select other"}}
        one["run"] = {"runId": "new", "facets": {}}
    found = read([*events, *twin[-2:]]).diff(mart(2), "new").changes
    assert "sql-changed" in found["change"].to_list()
    assert not found["change"].is_in(["job-dropped", "job-renamed"]).any()


def test_two_times_compare_the_newest_run_of_each_job() -> None:
    lin = read(days(edits=[("load", 5, drop_field("note"))]))
    early, late = START + timedelta(days=4, hours=12), START + timedelta(days=6, hours=12)
    found = lin.diff(early, late).changes
    assert found.filter(pl.col("change") == "field-dropped")["node"].to_list() == ["dataset:db:raw"]
    assert lin.diff(early, early).changes.is_empty()


def test_days_and_pairs_of_times_are_windows() -> None:
    lin = read(days(edits=[("load", 5, drop_field("note"))]))
    by_day = lin.diff("2026-03-05", "2026-03-08")
    by_pair = lin.diff(("2026-03-05", "2026-03-05"), ("2026-03-08", "2026-03-08"))
    assert by_day.changes.equals(by_pair.changes)
    assert "field-dropped" in by_day.changes["change"].to_list()


def test_two_logs_are_compared_job_by_job() -> None:
    one, other = read(days(4)), read(days(4, edits=[("clean", 0, sql("select 2"))]))
    found = lx.diff(one, other)
    assert found.changes.filter(pl.col("change") == "sql-changed")["node"].to_list() == [
        "job:jobs:clean"
    ]
    assert lx.diff(one, one).changes.is_empty()


def test_what_is_neither_a_run_nor_a_time_is_an_error_with_a_hint() -> None:
    with pytest.raises(LineageError, match="did you mean 'mart-2'"):
        read(days(3)).diff("mart-2x", mart(1))


def test_it_reads_as_text_html_markdown_and_json() -> None:
    lin = read(days(edits=[("load", 7, rename_field("amount", "<b>|`x`"))]))
    found = lin.diff(mart(6), mart(7))
    assert "field-renamed" in repr(found)
    assert "<b>" not in found._repr_html_()
    assert "## Where they part" in found.report()
    assert "``" in found.report()
    told = json.loads(found.to_json())
    assert len(told["changes"]) == len(found.changes)
    assert found.captions["dataset:db:raw"] == "1 column renamed"


def test_captions_say_how_much_rows_moved() -> None:
    found = read(days(12, edits=[("load", 11, times(0.62))])).diff(mart(10), mart(11))
    assert found.captions["dataset:db:raw"].startswith("rows -")


def test_there_is_a_change_of_a_severity_or_above() -> None:
    found = read(days(edits=[("load", 7, drop_field("note"))])).diff(mart(6), mart(7))
    assert found.has("high")
    assert found.has("low")
    with pytest.raises(LineageError, match="no severity"):
        found.has("fatal")


# Laws ------------------------------------------------------------------------------------------

EDITED = st.lists(
    st.tuples(st.sampled_from(["load", "clean", "mart"]), st.integers(5, 7),
              st.sampled_from(sorted(EDITS))),
    max_size=3, unique_by=lambda one: one[0],
)  # fmt: skip


def edited(choice: list[tuple[str, int, str]]) -> list[Json]:
    return days(8, edits=[(job, day, EDITS[name]) for job, day, name in choice])


def as_rows(found: RunDiff) -> list[tuple[object, ...]]:
    kept = ("node", "field", "change", "before", "after", "run_before", "run_after")
    rows = found.changes.filter(pl.col("change") != "field-renamed").select(kept).rows()
    return sorted(rows, key=repr)


@settings(max_examples=25, deadline=None)
@given(EDITED)
def test_the_other_way_round_is_the_mirror(choice: list[tuple[str, int, str]]) -> None:
    lin = read(edited(choice))
    there, back = lin.diff(mart(4), mart(7)), lin.diff(mart(7), mart(4))
    mirrored = sorted(
        [
            (node, field, CODES[str(change)].mirror, after, before, run_after, run_before)
            for node, field, change, before, after, run_before, run_after in as_rows(back)
            if change != "outcome-differs"
        ],
        key=repr,
    )
    assert [row for row in as_rows(there) if row[2] != "outcome-differs"] == mirrored


@settings(max_examples=15, deadline=None)
@given(EDITED, st.integers(0, 10_000))
def test_the_order_of_events_does_not_matter(choice: list[tuple[str, int, str]], seed: int) -> None:
    events = edited(choice)
    shuffled = list(events)
    random.Random(seed).shuffle(shuffled)  # noqa: S311 - hypothesis seeds it
    one, other = (read(each).diff(mart(4), mart(7)) for each in (events, shuffled))
    assert as_rows(one) == as_rows(other)
    assert one.divergence.equals(other.divergence)


@settings(max_examples=15, deadline=None)
@given(EDITED)
def test_no_run_differs_from_itself(choice: list[tuple[str, int, str]]) -> None:
    lin = read(edited(choice))
    assert all(lin.diff(run, run).changes.is_empty() for run in (mart(4), mart(7)))


def test_an_empty_log_and_one_run_are_fine() -> None:
    empty = lx.read([])
    assert lx.diff(empty, empty).changes.is_empty()
    one = read([run_event("alone", run="r")])
    assert one.diff("r", "r").changes.is_empty()
    assert one.diff("2020-01-01T00:00Z", "2030-01-01T00:00Z").changes["change"].to_list() == [
        "job-added"
    ]


def test_names_that_hold_anything_are_only_text() -> None:
    name = "a:b#c <- d `|\n\u202e"
    lin = read([
        run_event("j", [dataset(name, schema=columns(x="int"))], [name], run=run, time=time)
        for run, time in (("r1", "2024-05-01T10:00:00Z"), ("r2", "2024-05-02T10:00:00Z"))
    ])  # fmt: skip
    found = lin.diff("r1", "r2")
    assert "\u202e" not in repr(found) + found.report() + found._repr_html_()


def test_another_order_in_a_list_of_the_tools_own_is_no_change() -> None:
    def told(*names: str) -> Edit:
        def edit(event: Json) -> None:
            event["job"]["facets"]["scheduler"] = {
                "waits_for": list(names), "printed": str(list(names)),
            }  # fmt: skip

        return edit

    edits = [("clean", 0, told("a", "b")), ("clean", 6, told("b", "a")), ("clean", 7, told("b"))]
    lin = read(days(8, edits=edits))
    same = lin.diff(run_id("clean", 5), run_id("clean", 6)).changes
    assert "setting-changed" not in same["change"].to_list()
    fewer = lin.diff(run_id("clean", 6), run_id("clean", 7)).changes
    assert fewer.filter(fewer["change"] == "setting-changed")["before"].sort().to_list() == [
        "['a', 'b']", "a, b",
    ]  # fmt: skip
