"""Marquez's answers → events: what `/lineage`, `/jobs`, `/datasets`, `/runs` and their versions say.

Each object becomes the OpenLineage events that say the same, and keeps its own text as evidence: a
dataset (or a version of one) a dataset event, a job a job event, a run a run event for its start
and one for its end. What OpenLineage has no facet for stays in a facet called `marquez`.
Shapes: Marquez's openapi.yml and Java models, release 0.50. Events that Marquez kept
(`/events/lineage`, the table `lineage_events`) are OpenLineage already and are read as such.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec

from lineage_explorer.readers.sound import flaw
from lineage_explorer.readers.values import Bad, Found, decode

Json = dict[str, Any]

STATES = {
    "NEW": None,
    "RUNNING": "RUNNING",
    "COMPLETED": "COMPLETE",
    "FAILED": "FAIL",
    "ABORTED": "ABORT",
}
DATASETS = ("DB_TABLE", "STREAM")
JOBS = ("BATCH", "STREAM", "SERVICE")
LISTS = ("namespaces", "sources", "tags")
NO_JOB = "a Marquez run that does not say its job was left out; save the answer of its job too."
IDENTITY = ("id", "namespace", "name", "type")
_ALONE = ({"name", "ownerName", "createdAt"}, {"name", "connectionUrl", "createdAt"})
_MARKS = ({"type", "name"}, {"id", "state"}, {"field", "inputFields"}, {"graph"}, {"runs"})

_members = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_elements = msgspec.json.Decoder(list[msgspec.Raw]).decode


def told(text: bytes, line: int, offset: int) -> list[Found | Bad] | None:
    """The events of one of Marquez's objects, or None if it is not one.

    Args:
        text: a JSON object.
        line: where it begins.
        offset: where it begins, in bytes.

    Raises:
        msgspec.DecodeError: if it is not JSON.
    """
    raw = _members(text)
    keys = set(raw)
    if keys <= {*LISTS, "totalCount"} and not keys.isdisjoint(LISTS):
        what = next(key for key in LISTS if key in keys)
        return [Bad("no-lineage", f"a list of Marquez's {what}.", line, offset)]
    if any(mark <= keys for mark in _ALONE):
        return [Bad("no-lineage", "a namespace or source of Marquez's.", line, offset)]
    if not any(mark <= keys for mark in _MARKS):
        return None
    if wrong := flaw(text):
        return [Bad(*wrong, line, offset)]
    value = msgspec.json.decode(text)
    for is_it, events in _SHAPES:
        if is_it(value):
            parts = _found(events(value), text, line, offset)
            return parts + (_runs_within(value, raw, text, line, offset) if is_it is _job_ else [])
    return None


def _found(events: Iterator[Json], text: bytes, line: int, offset: int) -> list[Found | Bad]:
    """The events made from one text; none says that a run lacked its job."""
    return [
        Found(decode(msgspec.json.encode(event)), text, line, offset, 0, number, "marquez")
        for number, event in enumerate(events)
    ] or [Bad("no-identity", NO_JOB, line, offset)]


def _runs_within(
    job: Json, raw: dict[str, msgspec.Raw], text: bytes, line: int, offset: int
) -> list[Found | Bad]:
    """The runs that a job carries, each with its own text."""
    key = "latestRuns" if _objects(job.get("latestRuns")) else "latestRun"
    if not job.get(key):
        return []
    parts: list[Found | Bad] = []
    position = text.find(bytes(raw[key]))
    for piece in map(bytes, _elements(raw[key]) if key == "latestRuns" else [raw[key]]):
        position = text.find(piece, position)
        run = msgspec.json.decode(piece)
        if isinstance(run, dict) and _run_(run):
            at = line + text.count(b"\n", 0, position)
            parts += _found(_run(run, _identity(job)), piece, at, offset + position)
        position += len(piece)
    return parts


# What is what -------------------------------------------------------------------------------------


def _columns_(value: Json) -> bool:
    nodes = _objects(value.get("graph"))
    return bool(nodes) and all(_field_(_object(node.get("data"))) for node in nodes)


def _field_(value: Json) -> bool:
    return {"namespace", "dataset", "field", "inputFields"} <= set(value)


def _dataset_(value: Json) -> bool:
    return value.get("type") in DATASETS and ("sourceName" in value or "physicalName" in value)


def _job_(value: Json) -> bool:
    return value.get("type") in JOBS and isinstance(value.get("inputs"), list)


def _run_(value: Json) -> bool:
    return all(isinstance(value.get(k), str) for k in ("id", "state")) and value["state"] in STATES


def _upstream_(value: Json) -> bool:
    """The answer of `/runlineage/upstream`."""
    runs = _objects(value.get("runs"))
    return bool(runs) and all("id" in _object(run.get("run")) for run in runs)


# What each says -----------------------------------------------------------------------------------


def _columns(value: Json) -> Iterator[Json]:
    """A column graph: every field of a dataset in one facet, since a facet replaces another."""
    found: dict[tuple[str, str], list[Json]] = {}
    for node in _objects(value["graph"]):
        data = _object(node["data"])
        found.setdefault((str(data["namespace"]), str(data["dataset"])), []).append(data)
    for (namespace, name), fields in found.items():
        yield {
            "dataset": {
                "namespace": namespace,
                "name": name,
                "facets": {
                    **_column_lineage(fields, "field"),
                    "marquez": {"fields": [_without(data, "inputFields") for data in fields]},
                },
            }
        }


def _field(value: Json) -> Iterator[Json]:
    yield from _columns({"graph": [{"data": value}]})


def _dataset(value: Json) -> Iterator[Json]:
    fields = _objects(value.get("fields"))
    kept = ("name", "type", "description")
    schema = [{key: field[key] for key in kept if field.get(key)} for field in fields]
    used = ("facets", "description", "tags", "columnLineage", "createdByRun")
    facets = {
        **_column_lineage(_objects(value.get("columnLineage")), "name"),
        **_facet("schema", "fields", schema),
        **_facet("documentation", "description", value.get("description")),
        **_facet(
            "tags",
            "tags",
            _tags(value) + [t for field in fields for t in _tags(field, field.get("name"))],
        ),
        **_facet("lifecycleStateChange", "lifecycleStateChange", value.get("lastLifecycleState")),
        **_object(value.get("facets")),
        "marquez": _without(value, *IDENTITY, *used, *(["fields"] if schema else [])),
    }
    time = value.get("updatedAt") or value.get("createdAt")
    yield {"eventTime": _time(time), "dataset": {**_identity(value), "facets": facets}}
    created = _object(value.get("createdByRun"))
    if _run_(created):
        yield from _run(created)


def _job(value: Json) -> Iterator[Json]:
    context = _object(value.get("context"))
    used = ("facets", "inputs", "outputs", "description", "tags", "latestRun", "latestRuns")
    facets = {
        "jobType": {"processingType": value["type"]},
        **_facet("documentation", "description", value.get("description")),
        **_facet("sourceCodeLocation", "url", value.get("location")),
        **_facet("sql", "query", context.get("sql") or context.get("SQL")),
        **_facet("tags", "tags", _tags(value)),
        **_object(value.get("facets")),
        "marquez": _without(value, *IDENTITY, *used),
    }
    time = value.get("updatedAt") or value.get("createdAt")
    yield {
        "eventTime": _time(time),
        "job": {**_identity(value), "facets": facets},
        "inputs": [_identity(item) for item in _objects(value["inputs"])],
        "outputs": [_identity(item) for item in _objects(value.get("outputs"))],
    }


def _run(value: Json, job: Json | None = None) -> Iterator[Json]:
    version = _object(value.get("jobVersion"))
    job = _identity(version) if version else job
    if not job:
        return
    times = ("nominalStartTime", "nominalEndTime")
    nominal = {key: value[key] for key in times if value.get(key)}
    datasets = ("inputDatasetVersions", "inputVersions", "outputDatasetVersions", "outputVersions")
    facets = {
        **({"nominalTime": nominal} if nominal else {}),
        **_object(value.get("facets")),
        "marquez": _without(value, "id", "facets", "state", *times, *datasets),
    }
    event = {
        "run": {"runId": value["id"], "facets": facets},
        "job": job,
        "inputs": _versions(value, "input"),
        "outputs": _versions(value, "output"),
    }
    yield from _ends(event, value["state"], value.get("startedAt"), value.get("endedAt"), value)


def _upstream(value: Json) -> Iterator[Json]:
    """Each run with what it read; a version that another run produced is that run's output."""
    runs = _objects(value["runs"])
    made: dict[str, list[Json]] = {}
    for item in runs:
        for read in _objects(item.get("inputs")):
            made.setdefault(str(read.get("producedByRunId")), []).append(_versioned(read, read))
    for item in runs:
        run = _object(item["run"])
        event = {
            "run": {"runId": run["id"]},
            "job": _identity(_object(item.get("job"))),
            "inputs": [_versioned(read, read) for read in _objects(item.get("inputs"))],
            "outputs": made.get(str(run["id"]), []),
        }
        yield from _ends(event, run.get("status"), run.get("start"), run.get("end"), {})


def _ends(event: Json, state: Any, start: Any, end: Any, run: Json) -> Iterator[Json]:
    """The start of a run and its end, as far as it has them; at least one event."""
    if start:
        yield {**event, "eventType": "START", "eventTime": _time(start)}
    kind = STATES.get(state) if isinstance(state, str) else None
    if kind not in (None, "RUNNING") or not start:
        time = end or run.get("updatedAt") or run.get("createdAt")
        yield {**event, "eventType": kind, "eventTime": _time(time)}


# Parts --------------------------------------------------------------------------------------------


def _versions(run: Json, role: str) -> list[Json]:
    """The datasets a run read or wrote, with their versions and facets."""
    found = []
    for item in _objects(run.get(f"{role}DatasetVersions") or run.get(f"{role}Versions")):
        version = _object(item.get("datasetVersionId")) or item
        found.append({**_versioned(version, version), f"{role}Facets": _object(item.get("facets"))})
    return found


def _versioned(name: Json, version: Json) -> Json:
    facets = _facet("version", "datasetVersion", version.get("version"))
    return {**_identity(name), "facets": facets}


def _column_lineage(columns: list[Json], key: str) -> Json:
    kept = ("transformationType", "transformationDescription")
    fields = {
        str(column.get(key)): {
            "inputFields": [
                {"namespace": i.get("namespace"), "name": i.get("dataset"), "field": i.get("field")}
                for i in _objects(column.get("inputFields"))
            ],
            **{name: column[name] for name in kept if column.get(name)},
        }
        for column in columns
        if column.get("inputFields")
    }
    return _facet("columnLineage", "fields", fields)


def _tags(value: Json, of_field: str | None = None) -> list[Json]:
    """Marquez's tags are words; OpenLineage's have a value."""
    listed = value.get("tags")
    tags = listed if isinstance(listed, list) else []
    field = {"field": of_field} if of_field else {}
    return [{"key": tag, "value": "true", **field} for tag in tags if isinstance(tag, str)]


def _identity(value: Json) -> Json:
    """Namespace and name; from the id's parts where it has them, never from an id as text."""
    named = _object(value.get("id")) or value
    return {"namespace": named.get("namespace"), "name": named.get("name")}


def _facet(name: str, member: str, content: Any) -> Json:
    """A facet of one member, if there is anything in it."""
    return {name: {member: content}} if content else {}


def _without(value: Json, *keys: str) -> Json:
    return {key: item for key, item in value.items() if key not in keys and item is not None}


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _objects(value: Any) -> list[Json]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _time(value: Any) -> Any:
    """As written: a text, or in some exports seconds since 1970."""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < 1e11:
        return datetime.fromtimestamp(value, UTC).isoformat()
    return value


_SHAPES: list[tuple[Callable[[Json], bool], Callable[[Json], Iterator[Json]]]] = [
    (_columns_, _columns),
    (_upstream_, _upstream),
    (_field_, _field),
    (_dataset_, _dataset),
    (_job_, _job),
    (_run_, _run),
]
