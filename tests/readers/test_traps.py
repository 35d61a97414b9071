"""The traps of published logs, each with what reading makes of it.

What was counted in 739 events that other people published; the words of each test's name are the
trap, its body what must come out.
"""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

import lineage_explorer as lx
from tests.events import Json, dataset, ndjson, run_event

START = "2024-05-01T10:00:00Z"
LATER = "2024-05-01T11:00:00Z"


def codes(lin: lx.Lineage) -> list[str]:
    return sorted(lin.problems["code"].to_list())


def without(event: Json, *keys: str) -> Json:
    return {key: value for key, value in event.items() if key not in keys}


def touched(lin: lx.Lineage) -> set[tuple[str, str]]:
    return set(lin.io.select("dataset", "direction").iter_rows())


def test_exact_duplicates_count_once_and_are_told() -> None:
    event = run_event(inputs=["a"], outputs=["b"])
    lin = lx.read(ndjson(event, event, event))
    assert lin.events.height == 1
    assert codes(lin) == ["duplicate-event"] * 2
    assert lin.edges["runs"].to_list() == [1, 1]


@pytest.mark.parametrize("key", ["schemaURL", "producer", "eventType"])
@pytest.mark.parametrize("how", ["missing", "null"])
def test_schema_url_producer_or_type_missing_or_null(key: str, how: str) -> None:
    event = run_event(inputs=["a"], outputs=["b"])
    lin = lx.read([without(event, key) if how == "missing" else {**event, key: None}])
    assert lin.events.height == 1
    assert lin.edges.height == 2
    assert codes(lin) == []


@pytest.mark.parametrize("url", [
    "https://openlineage.io/spec/1-0-5/OpenLineage.json#/definitions/RunEvent",
    "https://openlineage.io/spec/2-0-2/OpenLineage.json",
    "http://test.schema.url",
    "https://openlineage.io/spec/2-8-9/OpenLineage.json#/$defs/RunEvent",
])  # fmt: skip
def test_schema_urls_with_definitions_without_a_fragment_and_of_strangers(url: str) -> None:
    lin = lx.read([{**run_event(inputs=["a"], outputs=["b"]), "schemaURL": url}])
    assert lin.edges.height == 2
    assert codes(lin) == []


def test_null_facets_of_run_job_and_dataset() -> None:
    event = run_event(inputs=["a"], outputs=["b"])
    event["run"]["facets"] = event["job"]["facets"] = event["inputs"][0]["facets"] = None
    lin = lx.read([event])
    assert touched(lin) == {("dataset:db:a", "input"), ("dataset:db:b", "output")}
    assert lin.facets.height == 0
    assert codes(lin) == []


@pytest.mark.parametrize("how", ["missing", "null", "empty"])
@pytest.mark.parametrize("side", ["inputs", "outputs"])
def test_inputs_or_outputs_null_absent_or_empty(side: str, how: str) -> None:
    event = run_event(inputs=["a"], outputs=["b"])
    told = (
        without(event, side) if how == "missing" else {**event, side: None if how == "null" else []}
    )
    lin = lx.read([told])
    left = {("dataset:db:b", "output")} if side == "inputs" else {("dataset:db:a", "input")}
    assert touched(lin) == left
    assert codes(lin) == []


def test_a_facet_that_is_null_is_none() -> None:
    lin = lx.read([run_event(run_facets={"nominalTime": None, "own": {"x": 1}})])
    assert lin.facets["facet"].to_list() == ["own"]
    assert codes(lin) == []


def test_a_facet_without_producer_and_schema_is_read() -> None:
    lin = lx.read([run_event(job_facets={"sql": {"query": "SELECT 1"}})])
    assert lin.jobs["sql"].to_list() == ["SELECT 1"]
    assert codes(lin) == []


@pytest.mark.parametrize("digits", range(10))
def test_event_times_with_none_to_nine_digits_of_a_second(digits: int) -> None:
    fraction = f".{'123456789'[:digits]}" if digits else ""
    lin = lx.read([run_event(time=f"2024-05-01T10:00:00{fraction}Z")])
    micros = int("123456789"[: min(digits, 6)].ljust(6, "0")) if digits else 0
    assert lin.events["time"].to_list() == [datetime(2024, 5, 1, 10, 0, 0, micros, tzinfo=UTC)]
    assert codes(lin) == []


def test_an_event_time_without_a_zone_is_taken_as_utc_and_told() -> None:
    lin = lx.read([run_event(time="2024-05-01T10:00:00")])
    assert lin.events["time"].to_list() == [datetime(2024, 5, 1, 10, tzinfo=UTC)]
    assert codes(lin) == ["no-zone"]


def test_an_event_time_with_an_offset_and_a_z_is_read_and_told() -> None:
    lin = lx.read([run_event(time="2024-05-01T10:00:00+00:00Z")])
    assert lin.events["time"].to_list() == [datetime(2024, 5, 1, 10, tzinfo=UTC)]
    assert len(codes(lin)) == 1


@pytest.mark.parametrize(("offset", "hour"), [("+00:00", 10), ("-08:00", 18), ("+10:00", 0)])
def test_event_times_of_other_zones_are_in_utc(offset: str, hour: int) -> None:
    lin = lx.read([run_event(time=f"2024-05-01T10:00:00{offset}")])
    assert lin.events["time"].to_list() == [datetime(2024, 5, 1, hour, tzinfo=UTC)]
    assert codes(lin) == []


@pytest.mark.parametrize("run", [
    "018f3a5e-7c3a-7abc-8def-0123456789ab", "3f5e83fa-3480-44ff-99c5-ff943904e5e8",
    "ea445b5c-22eb-357a-8f4b-02a5b3d9b1a4", "run_id", "run-123", "child-run-id", "spark-run-id",
])  # fmt: skip
def test_run_ids_of_any_version_and_those_that_are_no_uuid(run: str) -> None:
    parent = {"run": {"runId": "not-a-uuid"}, "job": {"namespace": "jobs", "name": "dag"}}
    lin = lx.read([run_event(run=run, run_facets={"parent": parent})])
    assert lin.runs.select("run", "parent").row(0) == (run, "not-a-uuid")
    assert codes(lin) == []


def test_producers_are_kept_as_they_are_written() -> None:
    told = [
        "https://github.com/OpenLineage/OpenLineage/tree/1.42.1/integration/spark",
        "openlineage-confluent/x",
    ]
    lin = lx.read([{**run_event(run=name), "producer": name} for name in told])
    assert lin.events["producer"].to_list() == told
    assert codes(lin) == []


def test_a_start_that_says_what_is_read_and_an_end_that_does_not() -> None:
    lin = lx.read([run_event(inputs=["a"], outputs=["b"], kind="START"), run_event(time=LATER)])
    assert touched(lin) == {("dataset:db:a", "input"), ("dataset:db:b", "output")}
    assert lin.runs["state"].to_list() == ["COMPLETE"]


def test_events_of_a_run_that_tell_of_different_datasets() -> None:
    events = (
        run_event(inputs=["a"], kind="START"),
        run_event(inputs=["b"], outputs=["c"], time=LATER),
    )
    lin = lx.read(list(events))
    assert touched(lin) == {
        (f"dataset:db:{name}", side)
        for name, side in [("a", "input"), ("b", "input"), ("c", "output")]
    }


@pytest.mark.parametrize(
    ("kind", "state"),
    [("COMPLETE", "COMPLETE"), ("START", "RUNNING"), ("OTHER", "UNKNOWN"), (None, "UNKNOWN")],
)
def test_a_run_without_its_start_or_its_end(kind: str | None, state: str) -> None:
    lin = lx.read([run_event(kind=kind)])
    assert lin.runs["state"].to_list() == [state]


def test_several_terminal_and_several_start_events() -> None:
    kinds = (
        ("START", START),
        ("START", "2024-05-01T10:05:00Z"),
        ("FAIL", LATER),
        ("COMPLETE", "2024-05-01T12:00:00Z"),
    )
    lin = lx.read([run_event(kind=kind, time=time) for kind, time in kinds])
    assert lin.runs.select("state", "started", "events").row(0) == (
        "COMPLETE",
        datetime(2024, 5, 1, 10, tzinfo=UTC),
        4,
    )
    assert codes(lin) == ["two-ends"]


def test_a_run_that_changes_the_name_of_its_job_has_the_last_one() -> None:
    lin = lx.read([
        run_event("app", inputs=["a"], kind="START"),
        run_event("app.execute_insert", outputs=["b"], time=LATER),
    ])  # fmt: skip
    assert lin.runs["job"].to_list() == ["job:jobs:app.execute_insert"]
    assert lin.runs.height == 1


def test_one_run_id_under_two_jobs_is_two_runs_and_told() -> None:
    lin = lx.read([run_event("x", outputs=["a"]), run_event("y", outputs=["b"], time=LATER)])
    assert lin.runs.height == 2
    assert "run-of-two-jobs" in codes(lin)


def test_events_out_of_the_order_of_their_times() -> None:
    events = [run_event(kind="COMPLETE", time=LATER), run_event(kind="START", time=START)]
    lin = lx.read(events)
    assert lin.runs.select("state", "started", "ended").row(0) == (
        "COMPLETE", datetime(2024, 5, 1, 10, tzinfo=UTC), datetime(2024, 5, 1, 11, tzinfo=UTC),
    )  # fmt: skip


@pytest.mark.parametrize("kinds", [("START", "COMPLETE"), ("COMPLETE", "START")])
def test_start_and_end_of_one_moment(kinds: tuple[str, str]) -> None:
    lin = lx.read([run_event(kind=kind) for kind in kinds])
    assert lin.runs["state"].to_list() == ["COMPLETE"]


def test_a_parent_run_and_a_root_run_that_were_never_seen() -> None:
    job = {"namespace": "jobs", "name": "dag"}
    parent = {"run": {"runId": "p"}, "job": job, "root": {"run": {"runId": "q"}, "job": job}}
    lin = lx.read([run_event("dag.task", run_facets={"parent": parent})])
    assert lin.runs.filter(run="r1").select("parent", "root").row(0) == ("p", "q")
    assert codes(lin) == []


@pytest.mark.parametrize(
    "parent", [{}, {"run": {"runId": "p"}}, {"job": {"name": "x"}}, {"run": None}]
)
def test_a_parent_facet_that_is_not_whole(parent: Json) -> None:
    lin = lx.read([run_event("task", inputs=["a"], run_facets={"parent": parent})])
    assert lin.runs.height >= 1
    assert lin.edges.height == 1


def test_a_job_whose_name_does_not_begin_with_its_parents() -> None:
    parent = {"run": {"runId": "p"}, "job": {"namespace": "jobs", "name": "dag"}}
    lin = lx.read([run_event("other", run_facets={"parent": parent})])
    assert lin.jobs.filter(name="other")["parent"].to_list() == ["job:jobs:dag"]


def test_a_run_event_without_any_dataset() -> None:
    lin = lx.read([run_event()])
    assert (lin.runs.height, lin.jobs.height, lin.datasets.height) == (1, 1, 0)
    assert codes(lin) == []


def test_a_dataset_that_is_read_and_written_by_one_event() -> None:
    lin = lx.read([run_event(inputs=["a"], outputs=["a"])])
    assert touched(lin) == {("dataset:db:a", "input"), ("dataset:db:a", "output")}
    assert lin.datasets.height == 1
    assert lin.upstream("a").nodes.height >= 1


def test_the_same_dataset_twice_among_the_inputs() -> None:
    lin = lx.read([run_event(inputs=["a", "a"], outputs=["b"])])
    assert lin.io.filter(direction="input").height == 1
    assert lin.edges.filter(kind="reads").height == 1


@pytest.mark.parametrize(
    "name", ["/data/x.csv", "a/b/c", "topic:p:t", "größe", "a b", "a#b", "None"]
)
def test_names_with_slashes_colons_and_letters_of_all_languages_stay(name: str) -> None:
    lin = lx.read([run_event(inputs=[dataset(name)])])
    assert lin.datasets["name"].to_list() == [name]


@pytest.mark.parametrize("namespace", [
    "bigquery", "bigquery://project.region", "postgres://host:None", "None", "postgresql://h:5432",
    "wasbs://container@account.blob.core.windows.net", "abfss://c@a.dfs.core.windows.net", "/",
])  # fmt: skip
def test_namespaces_stay_as_they_are_spelt(namespace: str) -> None:
    lin = lx.read([run_event(inputs=[dataset("a", namespace)])])
    assert lin.datasets["namespace"].to_list() == [namespace]


def test_one_table_under_two_names_that_share_a_symlink_is_one() -> None:
    link = {
        "identifiers": [{"namespace": "http://rest:8181", "name": "demo.orders", "type": "TABLE"}]
    }
    lin = lx.read([
        run_event("w", outputs=[dataset("wh/demo_etl/orders", "s3://warehouse", symlinks=link)]),
        run_event("r", inputs=[dataset("demo_etl/orders", "s3://warehouse", symlinks=link)], run="r2"),
    ])  # fmt: skip
    assert lin.datasets.height == 1
    assert lin.downstream("job:jobs:w").nodes["node"].to_list()[-1] == "job:jobs:r"


def test_names_that_differ_by_a_leading_slash_are_not_taken_for_one() -> None:
    names = ["/datasets/x.csv", "datasets/x.csv"]
    lin = lx.read([run_event(inputs=[dataset(name, "wasbs://c@a") for name in names])])
    assert sorted(lin.datasets["name"]) == names


FIELD = {"namespace": "db", "name": "a", "field": "x"}
COLUMNS: dict[str, Json] = {
    "new": {
        "fields": {
            "y": {
                "inputFields": [
                    {**FIELD, "transformations": [{"type": "DIRECT", "subtype": "IDENTITY"}]}
                ]
            }
        }
    },
    "old": {"fields": {"y": {"inputFields": [FIELD], "transformationType": "IDENTITY"}}},
    "bare": {"fields": {"y": {"inputFields": [FIELD]}}},
    "dataset": {"fields": {"y": {"inputFields": [FIELD]}}, "dataset": [FIELD]},
}


@pytest.mark.parametrize("form", COLUMNS)
@pytest.mark.parametrize("side", ["inputs", "outputs"])
def test_column_lineage_of_every_form_on_outputs_and_on_inputs(form: str, side: str) -> None:
    thing = dataset("b", columnLineage=COLUMNS[form])
    lin = lx.read(
        [
            run_event(
                inputs=["a", thing] if side == "inputs" else ["a"],
                outputs=[thing] if side == "outputs" else [],
            )
        ]
    )
    steps = lin.column_edges.select("source_field", "target_field").rows()
    assert ("x", "y") in steps


def test_column_lineage_from_a_dataset_that_the_event_does_not_read() -> None:
    lin = lx.read([run_event(outputs=[dataset("b", columnLineage=COLUMNS["bare"])])])
    assert lin.column_edges["source"].to_list() == ["dataset:db:a"]
    assert "a" in lin.datasets["name"]


def test_facets_that_break_their_schema_beside_good_ones() -> None:
    lin = lx.read([
        run_event(
            outputs=[
                dataset(
                    "b",
                    dataSource={"name": "x", "uri": "file"},
                    documentation={"description": None},
                    schema={"fields": [{"name": "f", "type": "int"}]},
                )
                | {"outputFacets": {"outputStatistics": {"rowCount": "12", "size": 5}}}
            ],
            run_facets={"nominalTime": {"nominalStartTime": START, "nominalEndTime": None}},
        )
    ])  # fmt: skip
    assert lin.fields["field"].to_list() == ["f"]
    assert lin.datasets.filter(name="b")["source_uri"].to_list() == ["file"]
    assert lin.io["bytes"].to_list() == [5]
    assert lin.runs["nominal_start"].to_list() == [datetime(2024, 5, 1, 10, tzinfo=UTC)]
    assert set(codes(lin)) <= {"facet-invalid"}


def test_custom_facets_stay_as_they_came() -> None:
    facet = {"a": [1.50, {"b": None}], "c": "é"}
    lin = lx.read([run_event(run_facets={"gcp_lineage": facet})])
    assert json.loads(lin.facets["json"][0]) == facet


@pytest.mark.parametrize("size", [159_000, 2_000_000])
def test_huge_facets(size: int) -> None:
    lin = lx.read([run_event(inputs=["a"], run_facets={"additionalProp1": {"x": "y" * size}})])
    assert len(lin.facets["json"][0]) > size
    assert codes(lin) == []


EVENTS = [run_event("one", outputs=["a"]), run_event("two", inputs=["a"], run="r2", time=LATER)]
SHAPES = {
    "NDJSON": ndjson(*EVENTS),
    "an array": json.dumps(EVENTS).encode(),
    "pretty and one after another": b"\n".join(json.dumps(e, indent=2).encode() for e in EVENTS),
    "lines of a log": b"".join(
        b"2024-05-01 10:00:00 INFO ConsoleTransport - " + ndjson(e) for e in EVENTS
    ),
    "events": json.dumps({"events": EVENTS}).encode(),
    "id and event": json.dumps([{"id": n, "event": e} for n, e in enumerate(EVENTS)]).encode(),
    "name and value": json.dumps({f"e{n}": {"value": e} for n, e in enumerate(EVENTS)}).encode(),
}


@pytest.mark.parametrize("name", ["x.json", "x.txt", "x.ndjson", "x.log", "x.json.gz"])
@pytest.mark.parametrize("shape", SHAPES)
def test_files_of_every_shape_under_any_name(shape: str, name: str, tmp_path: Path) -> None:
    raw = SHAPES[shape]
    (tmp_path / name).write_bytes(gzip.compress(raw) if name.endswith("gz") else raw)
    lin = lx.read(tmp_path / name)
    assert lin.jobs["name"].to_list() == ["one", "two"]
    assert lin.edges.height == 2


def test_an_event_for_each_file(tmp_path: Path) -> None:
    for number, event in enumerate(EVENTS):
        (tmp_path / f"{number}.json").write_text(json.dumps(event, indent=1))
    assert lx.read(tmp_path).edges.height == 2


def test_a_template_that_is_json_is_read_as_it_stands_and_told() -> None:
    lin = lx.read(
        [run_event(inputs=["a"], run="{{ any(result) }}", time="{{ is_datetime(result) }}")]
    )
    assert lin.runs["run"].to_list() == ["{{ any(result) }}"]
    assert lin.events["time"].to_list() == [None]
    assert len(codes(lin)) == 1


def test_a_template_that_is_no_json_costs_itself_alone() -> None:
    broken = ndjson(EVENTS[0]).replace(b'"one"', b"{{ name }}")
    lin = lx.read(broken + ndjson(EVENTS[1]))
    assert lin.jobs["name"].to_list() == ["two"]
    assert lin.problems.select("line").row(0) == (1,)
