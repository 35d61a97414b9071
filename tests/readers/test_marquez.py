"""Marquez's answers and its event table, as files."""

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

import lineage_explorer as lx
from tests.events import run_event

TIME = "2024-05-01T10:00:00Z"
ORDERS = {"namespace": "db", "name": "orders"}
REPORT = {"namespace": "db", "name": "report"}

DATASET = {
    "id": ORDERS,
    "type": "DB_TABLE",
    **ORDERS,
    "physicalName": "public.orders",
    "createdAt": TIME,
    "updatedAt": TIME,
    "sourceName": "default",
    "fields": [
        {"name": "id", "type": "INT", "tags": ["PII"], "description": "the key"},
        {"name": "at", "type": None, "tags": []},
    ],
    "tags": ["GOLD"],
    "description": "every order",
    "lastLifecycleState": "CREATE",
    "columnLineage": None,
    "facets": {"ownership": {"owners": [{"name": "team:a"}]}},
    "deleted": False,
}
RUN = {
    "id": "870492da-ecfb-4be0-91b9-9a89ddd3db90",
    "createdAt": TIME,
    "updatedAt": "2024-05-01T10:05:00Z",
    "nominalStartTime": "2024-05-01T00:00:00Z",
    "nominalEndTime": None,
    "state": "COMPLETED",
    "startedAt": TIME,
    "endedAt": "2024-05-01T10:05:00Z",
    "durationMs": 300000,
    "args": {},
    "jobVersion": {"namespace": "etl", "name": "load", "version": "1"},
    "inputDatasetVersions": [{"datasetVersionId": {**ORDERS, "version": "v1"}, "facets": {}}],
    "outputDatasetVersions": [
        {
            "datasetVersionId": {**REPORT, "version": "v2"},
            "facets": {"outputStatistics": {"rowCount": 3, "size": 12}},
        }
    ],
    "facets": {"processing_engine": {"name": "spark", "version": "3.5"}},
}
JOB = {
    "id": {"namespace": "etl", "name": "load"},
    "type": "BATCH",
    "name": "load",
    "simpleName": "load",
    "createdAt": TIME,
    "updatedAt": TIME,
    "namespace": "etl",
    "inputs": [ORDERS],
    "outputs": [REPORT],
    "location": "https://example.com/load.py",
    "description": "loads",
    "latestRun": None,
    "latestRuns": [],
    "facets": {"sql": {"query": "select 1"}},
    "tags": ["NIGHTLY"],
}
EDGES = {
    ("dataset:db:orders", "job:etl:load", "reads"),
    ("job:etl:load", "dataset:db:report", "writes"),
}


def saved(folder: Path, **answers: object) -> lx.Lineage:
    for name, value in answers.items():
        (folder / f"{name}.json").write_text(json.dumps(value))
    return lx.read(folder)


def edges(lin: lx.Lineage) -> set[tuple]:
    return set(lin.edges.select("source", "target", "kind").rows())


def test_a_saved_list_of_datasets_gives_their_columns_owners_and_tags(tmp_path: Path) -> None:
    lin = saved(tmp_path, datasets={"datasets": [DATASET], "totalCount": 1})
    (row,) = lin.datasets.iter_rows(named=True)
    assert (row["dataset"], row["description"]) == ("dataset:db:orders", "every order")
    assert (row["owners"], row["tags"], row["lifecycle"]) == (["team:a"], ["GOLD=true"], "CREATE")
    assert lin.fields.select("field", "type", "description", "tags").rows() == [
        ("id", "INT", "the key", ["PII=true"]),
        ("at", None, None, []),
    ]
    assert lin.problems.is_empty()


def test_a_saved_job_gives_what_it_reads_and_writes(tmp_path: Path) -> None:
    lin = saved(tmp_path, jobs={"jobs": [JOB], "totalCount": 1})
    assert edges(lin) == EDGES
    (row,) = lin.jobs.iter_rows(named=True)
    assert (row["sql"], row["description"], row["processing"]) == ("select 1", "loads", "BATCH")
    assert (row["source_url"], row["tags"]) == ("https://example.com/load.py", ["NIGHTLY=true"])
    assert row["runs"] == 0


def test_a_saved_run_gives_start_end_state_and_versions(tmp_path: Path) -> None:
    lin = saved(tmp_path, runs={"runs": [RUN]})
    (row,) = lin.runs.iter_rows(named=True)
    assert (row["run"], row["state"]) == (RUN["id"], "COMPLETE")
    assert (row["ended"] - row["started"]).total_seconds() == 300
    assert row["nominal_start"] is not None
    assert row["engine"] is not None
    assert lin.io.select("dataset", "direction", "version", "rows", "bytes").rows() == [
        ("dataset:db:orders", "input", "v1", None, None),
        ("dataset:db:report", "output", "v2", 3, 12),
    ]
    assert edges(lin) == EDGES


@pytest.mark.parametrize(
    ("state", "expected"),
    [("NEW", "UNKNOWN"), ("RUNNING", "RUNNING"), ("FAILED", "FAIL"), ("ABORTED", "ABORT")],
)
def test_a_run_has_the_state_marquez_gives_it(state: str, expected: str, tmp_path: Path) -> None:
    started = TIME if state != "NEW" else None
    ended = TIME if state in ("FAILED", "ABORTED") else None
    run = {**RUN, "state": state, "startedAt": started, "endedAt": ended}
    assert saved(tmp_path, run=run).runs["state"].to_list() == [expected]


def test_runs_inside_a_job_belong_to_it(tmp_path: Path) -> None:
    runs = [{**RUN, "id": name, "jobVersion": None} for name in ("r1", "r2")]
    job = {**JOB, "latestRun": runs[0], "latestRuns": runs}
    lin = saved(tmp_path, job=job)
    assert lin.runs.select("run", "job").rows() == [("r1", "job:etl:load"), ("r2", "job:etl:load")]
    at = lin.events.filter(run="r2").row(0, named=True)["event"]
    assert json.loads(lin.event(at)) == runs[1]


def test_a_run_that_does_not_say_its_job_is_told(tmp_path: Path) -> None:
    lin = saved(tmp_path, run={**RUN, "jobVersion": None})
    assert lin.problems["code"].to_list() == ["no-identity"]
    assert lin.runs.is_empty()


def test_a_saved_graph_gives_the_graph(tmp_path: Path) -> None:
    nodes = [("DATASET", DATASET), ("JOB", JOB)]
    graph = [
        {"id": f"{kind.lower()}:x:y", "type": kind, "data": data, "inEdges": [], "outEdges": []}
        for kind, data in nodes
    ]
    assert edges(saved(tmp_path, lineage={"graph": graph})) == EDGES


def test_all_fields_of_a_dataset_in_a_column_graph_are_kept(tmp_path: Path) -> None:
    def node(field: str, inputs: list[str]) -> dict:
        data = {
            "namespace": "db",
            "dataset": "report",
            "field": field,
            "fieldType": "INT",
            "transformationType": "IDENTITY",
            "inputFields": [{"namespace": "db", "dataset": "orders", "field": i} for i in inputs],
        }
        name = f"datasetField:db:report:{field}"
        return {"id": name, "type": "DATASET_FIELD", "data": data, "inEdges": []}

    lin = saved(tmp_path, columns={"graph": [node("a", ["x"]), node("b", ["y", "z"])]})
    assert set(lin.column_edges.select("source_field", "target_field", "type").rows()) == {
        ("x", "a", "IDENTITY"),
        ("y", "b", "IDENTITY"),
        ("z", "b", "IDENTITY"),
    }


def test_upstream_runs_are_linked_by_what_one_made_and_the_other_read(tmp_path: Path) -> None:
    def run(name: str, inputs: list[dict]) -> dict:
        ran = {"id": name, "start": TIME, "end": TIME, "status": "COMPLETED"}
        return {"job": {"namespace": "etl", "name": name}, "run": ran, "inputs": inputs}

    read = {**REPORT, "version": "v", "producedByRunId": "first"}
    lin = saved(tmp_path, up={"runs": [run("second", [read]), run("first", [])]})
    assert edges(lin) == {
        ("job:etl:first", "dataset:db:report", "writes"),
        ("dataset:db:report", "job:etl:second", "reads"),
    }


def test_every_version_of_a_dataset_is_a_schema_and_its_writer_a_run(tmp_path: Path) -> None:
    versions = [
        {
            **DATASET,
            "version": f"v{number}",
            "createdAt": f"2024-05-0{number}T10:00:00Z",
            "updatedAt": None,
            "fields": [{"name": f"f{number}", "type": "INT", "tags": []}],
            "createdByRun": {**RUN, "id": f"r{number}"},
        }
        for number in (1, 2)
    ]
    lin = saved(tmp_path, versions={"versions": versions, "totalCount": 2})
    assert lin.schemas.height == 2
    assert lin.runs["run"].to_list() == ["r1", "r2"]


def test_a_parent_facet_inside_an_answer_is_no_event_of_its_own(tmp_path: Path) -> None:
    parent = {"run": {"runId": "p"}, "job": {"namespace": "etl", "name": "dag"}}
    lin = saved(tmp_path, run={**RUN, "facets": {"parent": parent}})
    assert set(lin.events["run"]) == {RUN["id"]}


def test_lists_without_lineage_are_told_as_such(tmp_path: Path) -> None:
    space = {"name": "db", "createdAt": TIME, "updatedAt": TIME, "ownerName": "me"}
    lin = saved(tmp_path, namespaces={"namespaces": [space]}, tags={"tags": [{"name": "PII"}]})
    assert lin.problems["code"].to_list() == ["no-lineage", "no-lineage"]


def test_answers_and_events_of_one_folder_make_one_graph(tmp_path: Path) -> None:
    event = run_event("load", [ORDERS], [REPORT], namespace="etl")
    lin = saved(
        tmp_path,
        events={"events": [event], "totalCount": 9},
        jobs={"jobs": [JOB]},
        datasets={"datasets": [DATASET]},
        runs={"runs": [RUN]},
    )
    assert edges(lin) == EDGES
    assert set(lin.sources["system"]) == {"openlineage", "marquez"}
    assert lin.problems.is_empty()


def test_what_has_no_facet_in_openlineage_is_kept(tmp_path: Path) -> None:
    lin = saved(tmp_path, dataset=DATASET)
    (text,) = lin.facets.filter(facet="marquez")["json"]
    assert json.loads(text)["physicalName"] == "public.orders"


def test_secrets_in_answers_are_taken_out(tmp_path: Path) -> None:
    run = {**RUN, "args": {"password": "canary-1"}}
    job = {**JOB, "location": "https://user:canary-2@example.com/x"}
    lin = saved(tmp_path, run=run, job=job)
    texts = [lin.event(n) for n in lin.events["event"]] + [str(lin.facets["json"].to_list())]
    assert not any("canary" in text for text in [*texts, str(lin.jobs.rows()), repr(lin)])


SHAPES: list[Mapping[str, object]] = [
    DATASET,
    JOB,
    RUN,
    {"runs": [{"run": {"id": 1}}]},
    {"graph": [{"data": DATASET}]},
]
WRONG: list[object] = [None, 7, "x", [], {}, [7], [None], {"x": 1}, [[]], -1.5e300]


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_a_member_of_another_shape_never_stops_the_reading(wrong: object) -> None:
    for shape in SHAPES:
        for key in shape:
            lin = lx.read(json.dumps([{**shape, key: wrong}, run_event()]).encode())
            assert "job:jobs:job" in lin.jobs["job"].to_list(), key


def test_marquezs_own_examples_are_read(real: Path) -> None:
    lin = lx.read(real / "marquez" / "web-data" / "jobs.json")
    listed = json.loads((real / "marquez" / "web-data" / "jobs.json").read_bytes())
    assert lin.jobs["name"].to_list() == sorted(job["name"] for job in listed)
    expected = {
        pair
        for job in listed
        for pair in [
            *((f"dataset:{d['namespace']}:{d['name']}", job["name"]) for d in job["inputs"]),
            *((job["name"], f"dataset:{d['namespace']}:{d['name']}") for d in job["outputs"]),
        ]
    }
    short = {(s.removeprefix("job:food_delivery:"), t.removeprefix("job:food_delivery:"))
             for s, t, _ in edges(lin)}  # fmt: skip
    assert short == expected


# The event table ----------------------------------------------------------------------------------

LOG = [run_event(f"job{n}", [ORDERS], [f'out"{n}", ü;\\\n'], run=f"r{n}") for n in range(3)]
COLUMNS = ["event_time", "event", "event_type", "job_name", "run_uuid", "_event_type"]


def table(delimiter: str = ",", *, header: bool = True, indent: int | None = None) -> str:
    """The table as Python's csv module writes it, which quotes as PostgreSQL does."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    if header:
        writer.writerow(COLUMNS)
    for event in LOG:
        text = json.dumps(event, indent=indent)
        writer.writerow([TIME, text, "COMPLETE", event["job"]["name"], "", "RUN_EVENT"])
    return out.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize("indent", [None, 2])
def test_the_event_table_as_csv_is_read(delimiter: str, header: bool, indent: int | None) -> None:
    lin = lx.read(table(delimiter, header=header, indent=indent).encode())
    assert lin.sources.rows() == [("<bytes>", "marquez-table", "openlineage", 3)]
    assert lin.problems.is_empty()
    assert [json.loads(lin.event(n)) for n in range(3)] == LOG
    assert edges(lin) == edges(lx.read(LOG))


def test_a_broken_row_costs_itself_only() -> None:
    head, first, second, third = table().splitlines()
    lin = lx.read("\n".join([head, first, second[:200], third, "x,y", first + ","]).encode())
    assert set(lin.jobs["name"]) == {"job0", "job2"}
    assert lin.problems.filter(code="broken-row")["line"].to_list() == [3, 5]


def test_the_event_table_with_a_bom_crlf_and_cut_at_any_place_is_read_up_to_there() -> None:
    text = b"\xef\xbb\xbf" + table().replace("\n", "\r\n").encode()
    assert lx.read(text).events.height == 3
    for end in range(0, len(text), 37):
        assert lx.read(text[:end]).events.height == text[:end].count(b'}"')


def copied(*, header: bool = False) -> str:
    """The table as COPY writes it by itself; jsonb has no tabs and line breaks in it."""
    rows = ["\t".join(COLUMNS)] if header else []
    for event in LOG:
        text = json.dumps(event).replace("\\", "\\\\")
        rows.append(f"2024-05-01 10:00:00+00\t{text}\t\\N\t{event['job']['name']}\t\\N\tRUN_EVENT")
    return "".join(f"{row}\n" for row in rows)


@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize("end", ["", "\\.\n"])
def test_the_event_table_as_copy_writes_it_is_read(header: bool, end: str) -> None:
    lin = lx.read((copied(header=header) + end).encode())
    assert lin.sources.rows() == [("<bytes>", "marquez-table", "openlineage", 3)]
    assert lin.problems.is_empty()
    assert [json.loads(lin.event(n)) for n in range(3)] == LOG


def test_of_a_dump_of_a_database_the_event_table_is_read() -> None:
    dump = (
        "--\n-- PostgreSQL database dump\n--\n\nSET x = 1;\n"
        f"COPY public.job_facets (uuid, facet) FROM stdin;\n1\t{json.dumps(LOG[0])}\n\\.\n\n"
        f"COPY public.lineage_events ({', '.join(COLUMNS)}) FROM stdin;\n{copied()}\\.\n\n"
        f"COPY public.later (x) FROM stdin;\n{copied()}\\.\n"
    )
    lin = lx.read(dump.encode())
    assert lin.sources.rows() == [("<bytes>", "marquez-table", "openlineage", 3)]
    assert [json.loads(lin.event(n)) for n in range(3)] == LOG
    assert lin.events["line"].to_list() == [11, 12, 13]


def test_a_broken_row_of_copy_costs_itself_only() -> None:
    first, second, third = copied().splitlines()
    lin = lx.read(
        "\n".join([first, second[:200], third, "x\ty", first.replace("{", "{{", 1)]).encode()
    )
    assert set(lin.jobs["name"]) == {"job0", "job2"}
    assert lin.problems.filter(code="broken-row")["line"].to_list() == [2, 4, 5]


def test_a_log_with_tabs_before_its_events_is_no_table() -> None:
    lin = lx.read("\n".join(f"10:00\tINFO\t{json.dumps(event)}" for event in LOG).encode())
    assert lin.sources.rows() == [("<bytes>", "json", "openlineage", 3)]
    assert edges(lin) == edges(lx.read(LOG))


@pytest.mark.parametrize("form", ["array", "lines", "text"])
def test_the_event_table_as_json_is_read(form: str) -> None:
    rows = [{"event_time": TIME, "event": e, "event_type": "COMPLETE"} for e in LOG]
    if form == "text":
        rows = [{**row, "event": json.dumps(row["event"])} for row in rows]
    text = json.dumps(rows) if form == "array" else "\n".join(map(json.dumps, rows))
    assert edges(lx.read(text.encode())) == edges(lx.read(LOG))
