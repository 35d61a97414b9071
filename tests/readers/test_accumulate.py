"""Events of a run accumulate as the specification says (run-cycle)."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

import lineage_explorer as lx
from tests.events import dataset, ndjson, run_event

START = "2024-05-01T10:00:00Z"
LATER = "2024-05-01T10:05:00Z"
END = "2024-05-01T10:10:00Z"


def one_run(lin: lx.Lineage) -> dict:
    """The only run of a lineage."""
    assert lin.runs.height == 1
    return lin.runs.row(0, named=True)


def test_inputs_and_outputs_of_all_events_unite() -> None:
    lin = lx.read(
        [
            run_event(inputs=["a"], kind="START", time=START),
            run_event(inputs=["b"], kind="RUNNING", time=LATER),
            run_event(outputs=["c"], time=END),
        ]
    )
    assert sorted(lin.io["dataset"]) == ["dataset:db:a", "dataset:db:b", "dataset:db:c"]
    assert lin.flows.select("source", "target").sort("source").rows() == [
        ("dataset:db:a", "dataset:db:c"),
        ("dataset:db:b", "dataset:db:c"),
    ]


def test_times_and_state_come_from_start_and_terminal_events() -> None:
    lin = lx.read([run_event(kind="START", time=START), run_event(kind="FAIL", time=END)])
    run = one_run(lin)
    assert run["state"] == "FAIL"
    assert run["started"] == datetime(2024, 5, 1, 10, tzinfo=UTC)
    assert run["ended"] == datetime(2024, 5, 1, 10, 10, tzinfo=UTC)
    assert run["events"] == 2


@pytest.mark.parametrize(
    ("kind", "state"),
    [("START", "RUNNING"), ("RUNNING", "RUNNING"), ("OTHER", "UNKNOWN"), (None, "UNKNOWN")],
)
def test_a_run_without_a_terminal_event_is_not_called_complete(kind, state) -> None:
    run = one_run(lx.read([run_event(kind=kind)]))
    assert run["state"] == state
    assert run["ended"] is None


def test_a_run_that_ends_twice_has_its_last_state_and_is_told() -> None:
    lin = lx.read([run_event(kind="FAIL", time=START), run_event(kind="COMPLETE", time=END)])
    assert one_run(lin)["state"] == "COMPLETE"
    assert lin.problems.select("code", "line").rows() == [("two-ends", 2)]


def test_a_facet_replaces_the_earlier_one_as_a_whole() -> None:
    def described(text: str, time: str) -> dict:
        return run_event(
            outputs=[dataset("c", documentation={"description": text}, extra={"of": time})],
            time=time,
            kind="OTHER",
        )

    lin = lx.read([described("second", LATER), described("first", START)])
    assert lin.datasets["description"].to_list() == ["second"]


def test_an_absent_facet_leaves_the_earlier_one() -> None:
    lin = lx.read(
        [
            run_event(outputs=[dataset("c", documentation={"description": "d"})], time=START),
            run_event(outputs=["c"], time=END),
        ]
    )
    assert lin.datasets["description"].to_list() == ["d"]


def test_a_deleted_facet_is_gone() -> None:
    lin = lx.read(
        [
            run_event(job_facets={"documentation": {"description": "d"}}, time=START),
            run_event(job_facets={"documentation": {"_deleted": True}}, time=END),
        ]
    )
    assert lin.jobs["description"].to_list() == [None]


def test_equal_times_are_ordered_start_others_terminal() -> None:
    def told(kind: str) -> dict:
        return run_event(kind=kind, job_facets={"documentation": {"description": kind}})

    lin = lx.read([told("COMPLETE"), told("OTHER"), told("START")])
    assert lin.jobs["description"].to_list() == ["COMPLETE"]


def test_a_run_that_changes_its_jobs_name_is_one_run_of_the_last_name() -> None:
    lin = lx.read(
        [
            run_event("app", kind="START", time=START),
            run_event("app.insert_into", ["a"], ["b"], time=END),
        ]
    )
    assert one_run(lin)["job"] == "job:jobs:app.insert_into"


def test_one_run_id_under_two_unrelated_jobs_is_two_runs_and_a_problem() -> None:
    lin = lx.read([run_event("load", ["a"], ["b"]), run_event("train", ["c"], ["d"])])
    assert lin.runs["job"].to_list() == ["job:jobs:load", "job:jobs:train"]
    assert lin.flows.select("source", "target").rows() == [
        ("dataset:db:a", "dataset:db:b"),
        ("dataset:db:c", "dataset:db:d"),
    ]
    assert lin.problems["code"].to_list() == ["run-of-two-jobs"]


def test_an_exact_copy_counts_once_and_is_told() -> None:
    lin = lx.read(ndjson(run_event(), run_event()))
    assert lin.events.height == 1
    assert lin.problems.select("code", "line").rows() == [("duplicate-event", 2)]


def test_job_and_dataset_events_are_read_without_a_run() -> None:
    job = run_event(inputs=["a"], outputs=["b"])
    del job["run"], job["eventType"]
    lin = lx.read([job, {"eventTime": START, "dataset": dataset("c")}])
    assert lin.events["kind"].to_list() == ["job", "dataset"]
    assert lin.runs.is_empty()
    assert lin.edges["runs"].to_list() == [0, 0]
    assert "dataset:db:c" in lin.datasets["dataset"]


def test_run_columns_come_from_their_facets() -> None:
    lin = lx.read(
        [
            run_event(
                run_facets={
                    "parent": {
                        "run": {"runId": "p"},
                        "job": {"namespace": "jobs", "name": "dag"},
                        "root": {"run": {"runId": "top"}, "job": {"namespace": "j", "name": "n"}},
                    },
                    "nominalTime": {"nominalStartTime": START},
                    "processing_engine": {"name": "spark", "version": "3.5"},
                    "errorMessage": {"message": "boom"},
                },
                job_facets={"sourceCodeLocation": {"type": "git", "url": "u", "version": "abc"}},
            )
        ]
    )
    run = one_run(lin)
    assert (run["parent"], run["root"], run["engine"]) == ("p", "top", "spark 3.5")
    assert (run["error"], run["code_version"]) == ("boom", "abc")
    assert run["nominal_start"] == datetime(2024, 5, 1, 10, tzinfo=UTC)
    assert lin.jobs["parent"].to_list() == ["job:jobs:dag"]


def test_statistics_and_versions_are_columns_of_io() -> None:
    read, written = dataset("a", version={"datasetVersion": "v1"}), dataset("b")
    read["inputFacets"] = {"inputStatistics": {"rowCount": "7", "size": 70}}
    written["outputFacets"] = {"outputStatistics": {"rowCount": 5, "fileCount": 2}}
    lin = lx.read([run_event(inputs=[read], outputs=[written])])
    rows = lin.io.select("direction", "version", "rows", "bytes", "files").rows()
    assert rows == [("input", "v1", 7, 70, None), ("output", None, 5, None, 2)]


def test_schemas_are_versions_and_fields_are_the_newest_one() -> None:
    def told(fields: list[dict], run: str, time: str) -> dict:
        return run_event(outputs=[dataset("t", schema={"fields": fields})], run=run, time=time)

    old = [{"name": "id", "type": "int"}, {"name": "email", "type": "text"}]
    new: list[dict] = [{"name": "id", "type": "int"}, {"name": "at", "fields": [{"name": "zone"}]}]
    lin = lx.read([told(new, "2", LATER), told(old, "1", START)])
    assert lin.fields["field"].to_list() == ["id", "at", "at.zone"]
    assert lin.schemas.height == 2
    assert lin.schemas["runs"].to_list() == [1, 1]


def test_quality_holds_assertions_and_metrics() -> None:
    told = dataset(
        "t",
        dataQualityAssertions={
            "assertions": [{"assertion": "not_null", "success": False, "column": "id"}]
        },
        dataQualityMetrics={"rowCount": 3, "columnMetrics": {"id": {"nullCount": 1}}},
    )
    lin = lx.read([run_event(outputs=[told])])
    rows = lin.quality.select("field", "name", "success", "value").rows()
    assert set(rows) == {
        ("id", "not_null", False, None),
        (None, "rowCount", None, 3.0),
        ("id", "nullCount", None, 1.0),
    }


def test_null_facets_inputs_and_outputs_are_as_absent() -> None:
    event = run_event(outputs=["b"])
    event["inputs"] = None
    event["run"]["facets"] = None
    event["job"]["facets"] = {"sql": None}
    event["outputs"][0]["facets"] = None
    lin = lx.read([event])
    assert lin.problems.is_empty()
    assert lin.io["dataset"].to_list() == ["dataset:db:b"]


def test_a_facet_of_the_wrong_shape_is_told_and_the_rest_is_read() -> None:
    bad = dataset("t", schema={"fields": "none"}, documentation={"description": "d"})
    lin = lx.read([run_event(outputs=[bad])])
    assert lin.problems["code"].to_list() == ["facet-invalid"]
    assert lin.datasets["description"].to_list() == ["d"]
    assert "schema" in lin.facets["facet"].to_list()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2024-05-01T10:00:00", "no-zone"),
        ("2024-05-01T10:00:00+00:00Z", "two-zones"),
        ("yesterday", "bad-time"),
        (None, "no-time"),
        (5, "bad-time"),
    ],
)
def test_an_odd_time_is_told_and_the_event_is_read(text, code) -> None:
    event = run_event()
    event["eventTime"] = text
    lin = lx.read([event])
    assert lin.events.height == 1
    assert lin.problems["code"].to_list() == [code]


def test_an_event_without_run_id_is_read_and_told() -> None:
    event = run_event(inputs=["a"], outputs=["b"])
    del event["run"]["runId"]
    lin = lx.read([event])
    assert lin.problems["code"].to_list() == ["no-run-id"]
    assert lin.edges.height == 2


NAMES = st.sampled_from("abcd")
EVENTS = st.lists(
    st.builds(
        lambda job, inputs, outputs, run, kind, time, text: run_event(
            job,
            inputs,
            [dataset(name, documentation={"description": text}) for name in outputs],
            run=run,
            kind=kind,
            time=f"2024-05-01T10:{time:02}:00Z",
        ),
        job=st.sampled_from(["load", "train"]),
        inputs=st.lists(NAMES, max_size=3, unique=True),
        outputs=st.lists(NAMES, max_size=2, unique=True),
        run=st.sampled_from(["1", "2", "3"]),
        kind=st.sampled_from(["START", "RUNNING", "COMPLETE", "FAIL"]),
        time=st.integers(0, 59),
        text=st.sampled_from(["one", "two"]),
    ),
    max_size=8,
    unique_by=lambda event: event["eventTime"],  # equal times are told apart by their order
)


@given(EVENTS, st.randoms(use_true_random=False))
def test_the_order_of_lines_changes_nothing_but_row_ids(events, random) -> None:
    shuffled = list(events)
    random.shuffle(shuffled)
    one, other = lx.read(ndjson(*events)), lx.read(ndjson(*shuffled))
    places = {"event", "line", "offset", "file", "first_event", "last_event"}
    for (name, left), (_, right) in zip(one.frames.items(), other.frames.items(), strict=True):
        columns = [column for column in left.columns if column not in places]
        if name in ("events", "problems"):
            continue
        assert sorted(map(repr, left.select(columns).rows())) == sorted(
            map(repr, right.select(columns).rows())
        ), name


@given(EVENTS, st.integers(0, 8))
def test_splitting_a_log_into_files_changes_nothing_but_places(events, cut) -> None:
    whole = lx.read(ndjson(*events))
    parts = lx.read([ndjson(*events[:cut]), ndjson(*events[cut:])])
    for name in ("runs", "jobs", "datasets", "bundles"):
        drop = [c for c in getattr(whole.frames, name).columns if c == "event"]
        left, right = (getattr(lin.frames, name).drop(drop) for lin in (whole, parts))
        assert sorted(map(repr, left.rows())) == sorted(map(repr, right.rows()))


@given(EVENTS)
def test_the_same_bytes_give_the_same_frames(events) -> None:
    one, other = lx.read(ndjson(*events)), lx.read(ndjson(*events))
    for (_, left), (_, right) in zip(one.frames.items(), other.frames.items(), strict=True):
        assert left.equals(right)
