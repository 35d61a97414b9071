"""Marquez's table lineage_events as a real PostgreSQL exports it: what is read equals the log."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import lineage_explorer as lx
from tests.services.compare import FRAMES, content
from tests.services.conftest import LINEAGE_EVENTS, Database

EXPORTS = {
    "csv": "copy lineage_events to stdout (format csv, header)",
    "csv without header": "copy lineage_events to stdout (format csv)",
    "csv all quoted": "copy lineage_events to stdout (format csv, header, force_quote *)",
    "csv with semicolons": "copy lineage_events to stdout (format csv, header, delimiter ';')",
    "csv with tabs": r"copy lineage_events to stdout (format csv, delimiter E'\t')",
    "csv of events only": "copy (select event from lineage_events) to stdout (format csv, header)",
    "csv pretty": "copy (select jsonb_pretty(event) as event from lineage_events) to stdout "
    "(format csv, header)",
    "text": "copy lineage_events to stdout",
    "text with header": "copy lineage_events to stdout (header)",
    "json": "select json_agg(t) from lineage_events t",
    "json pretty": "select jsonb_pretty(jsonb_agg(t)) from lineage_events t",
    "ndjson": "select row_to_json(t) from lineage_events t",
    "ndjson of events only": "select event from lineage_events",
}


@pytest.fixture(scope="module")
def log(root: Path) -> list[dict[str, Any]]:
    """Every event of the three samples, and what else PostgreSQL could tear apart."""
    files = sorted((root / "sample_events").glob("*/events.ndjson"))
    events = [json.loads(line) for file in files for line in file.read_bytes().splitlines()]
    last = events[-1]
    odd = 'a "quoted"\t\\name\\n;{} ,\r\n\N{SNOWMAN}'
    dataset = {"namespace": "db", "name": odd, "facets": {}}
    told = {key: last[key] for key in ("eventTime", "producer", "schemaURL")}
    return [
        *events,
        {**last, "outputs": [dataset], "job": {"namespace": "odd", "name": odd}},
        {**told, "dataset": dataset},
        {**told, "job": {"namespace": "odd", "name": "static"}, "inputs": [dataset]},
    ]


@pytest.fixture(scope="module")
def table(postgres: Database, log: list[dict[str, Any]]) -> Database:
    database = postgres.create("dumped")
    database.ask(LINEAGE_EVENTS)
    database.keep(log)
    return database


@pytest.fixture(scope="module")
def straight(log: list[dict[str, Any]]) -> lx.Lineage:
    return lx.read(log)


@pytest.mark.parametrize("export", EXPORTS.values(), ids=EXPORTS.keys())
def test_an_export_of_the_table_says_what_the_log_says(
    export: str, table: Database, straight: lx.Lineage, tmp_path: Path
) -> None:
    file = tmp_path / "dump"
    file.write_bytes(table.ask(export))
    lin = lx.read(file)
    for frame in FRAMES:
        assert content(lin, frame) == content(straight, frame), frame
    assert set(lin.problems["code"]) == set(straight.problems["code"])


def test_a_dump_of_the_whole_database_says_what_the_log_says(
    table: Database, straight: lx.Lineage
) -> None:
    table.ask("create table aside (event jsonb); insert into aside values ('{\"job\": 1}')")
    lin = lx.read(table.dump())
    table.ask("drop table aside")
    for frame in FRAMES:
        assert content(lin, frame) == content(straight, frame), frame
    assert set(lin.problems["code"]) == set(straight.problems["code"])


def test_a_dump_without_the_rows_is_told(table: Database) -> None:
    lin = lx.read(table.dump("--inserts"))
    assert lin.problems["code"].to_list() == ["no-lineage"]
    assert "INSERT" in lin.problems["message"][0]


def test_rows_whose_backslashes_copy_doubled_are_read_when_named(
    table: Database, straight: lx.Lineage
) -> None:
    rows = table.ask("copy (select row_to_json(t) from lineage_events t) to stdout")
    lin = lx.read(rows, format="marquez-table")
    for frame in FRAMES:
        assert content(lin, frame) == content(straight, frame), frame


def test_an_event_of_an_export_is_shown_as_the_table_has_it(
    table: Database, log: list[dict[str, Any]]
) -> None:
    for export in ("csv", "text", "ndjson"):
        lin = lx.read(table.ask(EXPORTS[export]))
        shown = [json.loads(lin.event(n)) for n in lin.events["event"].tail(3)]
        assert shown == [lx_shown(event) for event in log[-3:]], export


def lx_shown(event: dict[str, Any]) -> Any:
    """An event as it is shown, read by itself."""
    return json.loads(lx.read([event]).event(0))


def test_an_event_kept_twice_counts_once(table: Database, straight: lx.Lineage) -> None:
    twice = "select event from lineage_events union all select event from lineage_events"
    lin = lx.read(table.ask(twice))
    assert lin.events.height == straight.events.height
    assert lin.problems.filter(code="duplicate-event").height == straight.events.height
