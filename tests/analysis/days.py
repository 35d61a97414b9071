"""A pipeline of three jobs that runs day after day, and in which anything can be changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

import lineage_explorer as lx
from lineage_explorer.lineage import Lineage
from tests.events import Json, dataset, run_event

START = datetime(2026, 3, 2, tzinfo=UTC)
JOBS = ("load", "clean", "mart")
Edit = Callable[[Json], None]


def run_id(job: str, day: int) -> str:
    return f"{job}-{day}"


def columns(**types: str) -> Json:
    return {"fields": [{"name": name, "type": kind} for name, kind in types.items()]}


def rows(count: int) -> Json:
    return {"outputStatistics": {"rowCount": count}}


def made_of(**of: tuple[str, str]) -> Json:
    """columnLineage: target=(dataset, field)."""
    return {
        "fields": {
            target: {"inputFields": [{"namespace": "db", "name": source, "field": field}]}
            for target, (source, field) in of.items()
        }
    }


def day_events(day: int) -> list[Json]:
    """load: source → raw; clean: raw → staged; mart: staged → daily. With rows, SQL, columns."""
    wiggle = 1 + ((day * 7) % 5 - 2) / 100
    steps: list[tuple[str, str, Json, Json]] = [
        ("load", "source", columns(id="int", amount="int", note="text"), {}),
        ("clean", "raw", columns(id="int", amount="int"),
         made_of(id=("raw", "id"), amount=("raw", "amount"))),
        ("mart", "staged", columns(total="int"), made_of(total=("staged", "amount"))),
    ]  # fmt: skip
    names = {"load": "raw", "clean": "staged", "mart": "daily"}
    found = []
    for hour, (job, source, schema, lineage) in enumerate(steps, start=1):
        begin = START + timedelta(days=day, hours=hour)
        facets: Json = {"schema": schema}
        if lineage:
            facets["columnLineage"] = lineage
        output = {**dataset(names[job], **facets), "outputFacets": rows(round(1000 * wiggle))}
        above = columns(id="int", amount="int", note="text") if job != "mart" else steps[1][2]
        common: dict[str, Any] = {"run": run_id(job, day), "job_facets": {
            "sql": {"query": "select * from source" if job == "load" else "select amount"}
        }}  # fmt: skip
        inputs: list[Json | str] = [dataset(source, schema=above)]
        start, end = begin.isoformat(), (begin + timedelta(minutes=5)).isoformat()
        found.append(run_event(job, inputs, [output], kind="START", time=start, **common))
        found.append(run_event(job, inputs, [output], kind="COMPLETE", time=end, **common))
    return found


def days(
    count: int = 8, edits: Iterable[tuple[str, int, Edit]] = (), *, last: int = 99
) -> list[Json]:
    """Events of so many days; each edit (job, day, function) changes events from that day on."""
    made = []
    edits = list(edits)
    for day in range(count):
        for event in map(deepcopy, day_events(day)):
            for job, since, edit in edits:
                if event["job"]["name"] == job and since <= day <= last:
                    edit(event)
            if event:
                made.append(event)
    return made


def read(events: list[Json]) -> Lineage:
    return lx.read(events)


def changes(lin: Lineage, before: str, after: str) -> set[tuple[str, str, str | None]]:
    """Change, node without its kind, field; what matters only."""
    found = lin.diff(before, after).changes
    kept = found.filter(found["severity"] != "info").select("change", "node", "field")
    return {(change, node.rpartition(":")[2], field) for change, node, field in kept.iter_rows()}


# Edits -----------------------------------------------------------------------------------------


def rename_field(old: str, new: str) -> Edit:
    """In what the job writes."""

    def edit(event: Json) -> None:
        for field in event["outputs"][0]["facets"]["schema"]["fields"]:
            if field["name"] == old:
                field["name"] = new

    return edit


def drop_field(name: str) -> Edit:
    def edit(event: Json) -> None:
        schema = event["outputs"][0]["facets"]["schema"]
        schema["fields"] = [one for one in schema["fields"] if one["name"] != name]

    return edit


def retype(name: str, kind: str) -> Edit:
    def edit(event: Json) -> None:
        for field in event["outputs"][0]["facets"]["schema"]["fields"]:
            if field["name"] == name:
                field["type"] = kind

    return edit


def sql(text: str) -> Edit:
    def edit(event: Json) -> None:
        event["job"]["facets"]["sql"] = {"query": text}

    return edit


def times(share: float) -> Edit:
    """So many times the rows."""

    def edit(event: Json) -> None:
        told = event["outputs"][0]["outputFacets"]["outputStatistics"]
        told["rowCount"] = round(told["rowCount"] * share)

    return edit


def fail(message: str = "it broke") -> Edit:
    def edit(event: Json) -> None:
        if event["eventType"] == "COMPLETE":
            event["eventType"] = "FAIL"
            event["run"]["facets"]["errorMessage"] = {"message": message}

    return edit


def skip(event: Json) -> None:
    """No such run."""
    event.clear()


def nothing(_: Json) -> None:
    """As it was."""
