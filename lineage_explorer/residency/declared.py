"""Rules that read a place from what events declare: tags, facets of a run, an own facet.

>>> from lineage_explorer.residency.facts import shipped
>>> origin(shipped(), "projects/acme/regions/us-west1/clusters/c1").places
('US',)
>>> origin(shipped(), "projects//regions//unknown/").note
'the path names no location'
>>> query(shipped(), "acme-1234:EU.bquijob_7").places[:3], query(shipped(), "acme:US.job").places
(('AT', 'BE', 'BG'), ('US',))
>>> query(shipped(), "1f2e-3d4c") is None
True
>>> region(shipped(), "aws:eu-west-1").places, region(shipped(), "europe-west4").places
(('IE',), ('NL',))

The same code may be in two countries, on two clouds; without the cloud it is one of both:

>>> region(shipped(), "eu-west-1").places, region(shipped(), "eu-moon-1").note
(('GB', 'IE'), 'no cloud has a region eu-moon-1 in the table')
>>> countries("DE, FR").places, countries("UK").note
(('DE', 'FR'), 'UK is no ISO 3166 code')
>>> variable(shipped(), "AWS_REGION", "eu-central-1").places
('DE',)
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import polars as pl

from lineage_explorer.residency.facts import Facts
from lineage_explorer.residency.namespaces import where
from lineage_explorer.residency.places import is_place
from lineage_explorer.residency.policy import Pointed, Policy
from lineage_explorer.residency.rules import Told, placed
from lineage_explorer.tables import TEXTS, Frames

VARIABLES = {
    "AWS_REGION": "aws",
    "AWS_DEFAULT_REGION": "aws",
    "GOOGLE_CLOUD_REGION": "gcp",
    "AZURE_REGION": "azure",
}
"""Environment variables that name a region, and of which cloud."""

COLUMNS: dict[str, Any] = {
    "node": pl.String, "role": pl.String, "places": TEXTS, "grade": pl.String,
    "rule": pl.String, "event": pl.UInt32, "text": pl.String, "run": pl.String,
    "read": pl.String, "note": pl.String,
}  # fmt: skip

_QUERY = re.compile(r"[^:]+:(?P<code>[A-Za-z0-9-]+)\.")
_SEPARATED = re.compile(r"[\s,;]+")
_CUT = 200

Row = tuple[Any, ...]


def declared(frames: Frames, policy: Policy) -> pl.DataFrame:
    """All claims that stand in tags, facets and query ids; columns as in `COLUMNS`."""
    rows = [*_tags(frames, policy), *_queries(frames, policy.facts), *_facets(frames, policy)]
    unique = list(dict.fromkeys(rows))
    return pl.DataFrame(
        [(*row[:2], list(row[2]), *row[3:]) for row in unique], schema=COLUMNS, orient="row"
    )


def origin(facts: Facts, name: str) -> Told:
    """Rule `facet.gcp-origin`: `gcp_lineage.origin.name`, from Dataproc's metadata server.

    The producer writes empty parts where it knows no region. Source: OpenLineage Spark
    integration, GcpLineageJobFacet.
    """
    found = where(name, facts)
    if found is None or found.rule != "gcp.resource":
        note = "the path names no location"
        return Told("facet.gcp-origin", "processing", "B", (), note)
    return Told("facet.gcp-origin", "processing", "B", found.places, found.note)


def query(facts: Facts, text: str) -> Told | None:
    """Rule `facet.bigquery-job`: the location in a BigQuery job id, `project:LOCATION.job`.

    Source: ExternalQueryRunFacet.json, its example.
    """
    found = _QUERY.match(text)
    if found is None:
        return None
    return Told("facet.bigquery-job", "processing", "B", *placed(facts, "gcp", found["code"]))


def region(facts: Facts, text: str, cloud: str | None = None) -> Told:
    """Rule `tag.region`: a region, as `aws:eu-west-1`; without the cloud it may be ambiguous."""
    head, _, tail = text.partition(":")
    if cloud or tail:
        return Told("tag.region", "storage", "D", *placed(facts, cloud or head, tail or text))
    places = facts.by_code.get(text.strip().lower(), ())
    note = "" if places else f"no cloud has a region {text[:60]} in the table"
    if len(places) > 1:
        note = "without the cloud it may be any of these"
    return Told("tag.region", "storage", "D", places, note)


def countries(text: str) -> Told:
    """Rule `tag.country`: ISO codes, separated by commas or blanks; groups are no places."""
    codes = split(text)
    wrong = [code for code in codes if not is_place(code)]
    if wrong or not codes:
        note = f"{wrong[0][:60]} is no ISO 3166 code" if wrong else "it is empty"
        return Told("tag.country", "storage", "D", (), note)
    return Told("tag.country", "storage", "D", tuple(sorted(set(codes))))


def split(text: str) -> list[str]:
    """The words of a list in a text."""
    return [code for code in _SEPARATED.split(text.strip()) if code]


def variable(facts: Facts, name: str, value: str) -> Told | None:
    """Rule `facet.environment`: a region in an environment variable of the run."""
    cloud = VARIABLES.get(name)
    if cloud is None or not value or value.startswith("["):  # redacted
        return None
    return Told("facet.environment", "processing", "D", *placed(facts, cloud, value))


def _tags(frames: Frames, policy: Policy) -> Iterator[Row]:
    keys = dict.fromkeys(policy.tags.region, "region")
    keys |= dict.fromkeys(policy.tags.country, "country")
    events = _events_of_tags(frames)
    things = (
        (frames.datasets.select(pl.lit(None, pl.String).alias("run"), "tags", node="dataset"),
         "storage"),
        (frames.jobs.select(pl.lit(None, pl.String).alias("run"), "tags", node="job"),
         "processing"),
        (frames.runs.select("run", "tags", node="job"), "processing"),
    )  # fmt: skip
    for frame, role in things:
        full = frame.explode("tags").drop_nulls("tags")
        key = pl.col("tags").str.split_exact("=", 1).struct.field("field_0")
        wanted = full.filter(key.is_in(list(keys)))
        for node, run, tag in wanted.select("node", "run", "tags").iter_rows():
            name, _, value = tag.partition("=")
            found = region(policy.facts, value) if keys[name] == "region" else countries(value)
            yield _row(node, run, events.get((node, run)), f"tag {name}", value, found, role)


def _events_of_tags(frames: Frames) -> dict[tuple[str, str | None], int]:
    """Node, and run where the tags are those of a run, to the last event that told them."""
    facets = frames.facets.filter(pl.col("facet") == "tags").with_columns(
        run=pl.when(pl.col("entity") == "run").then("run")
    )
    last = facets.group_by("node", "run").agg(pl.col("event").max())
    return {(node, run): event for node, run, event in last.iter_rows()}


def _queries(frames: Frames, facts: Facts) -> Iterator[Row]:
    runs = frames.runs.filter(
        pl.col("query_id").is_not_null(), pl.col("query_source").str.to_lowercase() == "bigquery"
    )
    events = frames.facets.filter(pl.col("facet") == "externalQuery").group_by("run").agg(
        pl.col("event").max()
    )  # fmt: skip
    for row in runs.join(events, on="run", how="left").iter_rows(named=True):
        told = query(facts, row["query_id"])
        if told is not None:
            read = "facet externalQuery /externalQueryId"
            yield _row(row["job"], row["run"], row["event"], read, row["query_id"], told)


def _facets(frames: Frames, policy: Policy) -> Iterator[Row]:
    readers: dict[str, Callable[[Any], Iterator[tuple[str, str, Told]]]] = {
        "gcp_lineage": lambda json: _origin(policy.facts, json),
        "residency": lambda json: _own(policy.facts, json),
        "environmentVariables": lambda json: _variables(policy.facts, json),
        "environment-properties": lambda json: _properties(policy.facts, json),
    }
    pointed: dict[str, list[Pointed]] = {}
    for pointer in policy.facets:
        pointed.setdefault(pointer.facet, []).append(pointer)

    @lru_cache(None)  # most runs of a job say the same
    def said_by(name: str, raw: bytes) -> list[tuple[str, str, Told]]:
        try:
            found = json.loads(raw)
        except (ValueError, RecursionError):
            return []
        said = list(readers[name](found)) if name in readers else []
        return said + [t for p in pointed.get(name, []) for t in _pointed(policy.facts, p, found)]

    wanted = frames.facets.filter(pl.col("facet").is_in([*readers, *pointed]))
    for row in wanted.iter_rows(named=True):
        name = row["facet"]
        run = row["run"] if row["entity"] == "run" else None
        held = "storage" if row["entity"] in ("dataset", "input", "output") else "processing"
        for pointer_text, value, told in said_by(name, row["json"]):
            role = told.role if told.rule.startswith("facet.") or told.role != "storage" else held
            read = f"facet {name} {pointer_text}"
            yield _row(row["node"], run, row["event"], read, value, told, role)


def _origin(facts: Facts, json: Any) -> Iterator[tuple[str, str, Told]]:
    name = _at(json, "/origin/name")
    if isinstance(name, str):
        yield "/origin/name", name, origin(facts, name)


def _own(facts: Facts, json: Any) -> Iterator[tuple[str, str, Told]]:
    """Our own facet `residency`: `locations`, each with cloud and region, or a country."""
    found = _at(json, "/locations")
    for at, location in enumerate(found if isinstance(found, list) else []):
        if not isinstance(location, dict):
            continue
        cloud, code, land = (location.get(key) for key in ("cloud", "region", "country"))
        if isinstance(code, str):
            told = region(facts, code, cloud if isinstance(cloud, str) else None)
            yield f"/locations/{at}/region", code, told
        elif isinstance(land, str):
            yield f"/locations/{at}/country", land, countries(land)


def _variables(facts: Facts, json: Any) -> Iterator[tuple[str, str, Told]]:
    found = _at(json, "/environmentVariables")
    for at, item in enumerate(found if isinstance(found, list) else []):
        if isinstance(item, dict):
            name, value = item.get("name"), item.get("value")
            if isinstance(name, str) and isinstance(value, str):
                told = variable(facts, name, value)
                if told is not None:
                    yield f"/environmentVariables/{at}", f"{name}={value}", told


def _properties(facts: Facts, json: Any) -> Iterator[tuple[str, str, Told]]:
    found = _at(json, "/environment-properties")
    for name, value in found.items() if isinstance(found, dict) else ():
        if isinstance(value, str):
            told = variable(facts, name, value)
            if told is not None:
                yield f"/environment-properties/{name}", f"{name}={value}", told


def _pointed(facts: Facts, pointer: Pointed, json: Any) -> Iterator[tuple[str, str, Told]]:
    value = _at(json, pointer.pointer)
    if isinstance(value, str):
        told = (
            countries(value) if pointer.gives == "country" else region(facts, value, pointer.cloud)
        )
        role = pointer.role or told.role
        yield pointer.pointer, value, Told("policy.facets", role, "D", told.places, told.note)


def _at(json: Any, pointer: str) -> Any:
    """What a JSON pointer (RFC 6901) points to; None where there is nothing."""
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(json, dict):
            json = json.get(key)
        elif isinstance(json, list) and key.isdigit() and int(key) < len(json):
            json = json[int(key)]
        else:
            return None
    return json


def _row(
    node: str, run: str | None, event: int | None, read: str, text: str, told: Told, role: str = ""
) -> Row:
    return (node, role or told.role, told.places, told.grade, told.rule, event, text[:_CUT], run,
            read, told.note or None)  # fmt: skip
