"""What facets say on both sides: only the texts that differ are opened.

Of each node and facet one text stands for a side: that of the run that writes the dataset where
both sides have one, else that of a run that reads it, so that like is compared with like.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec
import polars as pl

from lineage_explorer.analysis.compare_sides import Side
from lineage_explorer.analysis.compare_sql import normal
from lineage_explorer.naming import dataset_id

Leaf = tuple[str, str | None, str | None, float | None]
"""aspect, field, value, order"""

_COSMETIC = re.compile(r'"_(?:producer|schemaURL)"\s*:\s*"[^"]*"\s*,?\s*')
# an id, a time, a place in memory or a number that counts up says nothing of what is done
_PASSING = re.compile(
    r"^(?:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-.*|[0-9a-fA-F]{12,}|\d{4}-\d\d-\d\d([T ].*)?|\d{9,}"
    r"|.*\d{4}-\d\d-\d\d[T_ ]?\d\d.*|.*0x[0-9a-f]{6,}.*|.*-\d{12,})$",
    re.DOTALL,
)
_PRINTED = re.compile(r"\[[^\[\](){},]+(?:, [^\[\](){},]+)+\]")
_HIDDEN = {"_producer", "_schemaURL", "_deleted"}


def texts(side: Side) -> pl.DataFrame:
    """One text a (node, entity, facet, role) of a side: with at (run), event, json and slot.

    `role` is how the dataset was touched by the run that told: output, input; else own.
    """
    past = side.past
    # run ids that several jobs share would mix their facets
    first = past.first_of[side.runs["at"]]
    runs = side.runs.select("at", first=first).sort("at").unique("first", keep="first")
    told = past.told.join(runs, on="first", how="left", maintain_order="left")
    kept = pl.col("at").is_not_null()
    outside = pl.col("first").is_null()
    if side.until is not None and past.told["first"].has_nulls():
        late = past.frames.events.filter(pl.col("time") > side.until)["event"]
        outside &= ~pl.col("event").is_in(late.implode())
    return told.filter(kept | outside).drop("first").unique(
        "slot", keep="last", maintain_order=True
    )  # fmt: skip


def differing(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Pairs of texts that differ in more than who wrote them, or that only one side has.

    Columns: node, entity, facet, and of both sides at, event, json (null: not told).
    """
    key = ["node", "entity", "facet"]
    both = before.join(after, on=[*key, "role"], how="full", coalesce=True, suffix="_after")
    odd = both.filter(pl.col("json").ne_missing(pl.col("json_after")))
    both = both.join(odd.select(key).unique(), on=key, how="semi")
    like = pl.col("json").is_not_null() & pl.col("json_after").is_not_null()
    # a dataset told as an output on one side and as an input on the other is compared all the same
    first = (
        both.with_columns(like=like)
        .sort("like", pl.col("role") == "input", descending=[True, False], maintain_order=True)
        .group_by(key, maintain_order=True)
        .agg(
            *(
                pl.when(pl.col("like").first())
                .then(pl.col(column).first())
                .otherwise(pl.col(column).drop_nulls().first())
                .alias(column)
                for column in ("at", "event", "json", "at_after", "event_after", "json_after")
            )
        )
    )
    raw = first.filter(pl.col("json").ne_missing(pl.col("json_after")))
    plain = [
        pl.col(column).cast(pl.String, strict=False).str.replace_all(_COSMETIC.pattern, "")
        for column in ("json", "json_after")
    ]
    return raw.filter(plain[0].ne_missing(plain[1])).sort(key)


def leaves(entity: str, facet: str, text: bytes | None, names: dict[str, str]) -> list[Leaf]:
    """What a facet says, as leaves; nothing if it is not told, taken away or unreadable."""
    if text is None:
        return []
    try:
        found = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return []
    if not isinstance(found, dict) or found.get("_deleted") is True:
        return []
    special = _READERS.get((entity, facet))
    if special is not None:
        return list(special(found, names))
    return list(_settings(facet, found))


def _schema(facet: dict[str, Any], _: dict[str, str]) -> Iterator[Leaf]:
    yield from _fields("", facet.get("fields"), [0])


def _fields(prefix: str, fields: Any, place: list[int]) -> Iterator[Leaf]:
    for field in fields if isinstance(fields, list) else []:
        if not isinstance(field, dict) or not isinstance(field.get("name"), str):
            continue
        name = f"{prefix}{field['name']}"
        kind = field.get("type")
        yield "field", name, kind if isinstance(kind, str) else "", float(place[0])
        place[0] += 1
        described = field.get("description")
        if isinstance(described, str) and described:
            yield "description", name, described, None
        yield from _fields(f"{name}.", field.get("fields"), place)


def _columns(facet: dict[str, Any], names: dict[str, str]) -> Iterator[Leaf]:
    fields = facet.get("fields")
    for target, told in fields.items() if isinstance(fields, dict) else ():
        yield from _sources(
            target, told.get("inputFields") if isinstance(told, dict) else None, names
        )
    yield from _sources("*", facet.get("dataset"), names)


def _sources(target: str, inputs: Any, names: dict[str, str]) -> Iterator[Leaf]:
    for item in inputs if isinstance(inputs, list) else []:
        if not isinstance(item, dict):
            continue
        node = dataset_id(str(item.get("namespace")), str(item.get("name")))
        source = f"{names.get(node, node)}#{item.get('field') or '*'}"
        steps = item.get("transformations")
        used = sorted(
            "/".join(str(step.get(part)) for part in ("type", "subtype") if step.get(part))
            for step in (steps if isinstance(steps, list) else [])
            if isinstance(step, dict)
        )
        masked = any(
            step.get("masking") is True
            for step in (steps if isinstance(steps, list) else [])
            if isinstance(step, dict)
        )
        words = ", ".join([*used, *(["masked"] if masked else [])])
        yield "column", f"{target} <- {source}", words, None


def _sql(facet: dict[str, Any], _: dict[str, str]) -> Iterator[Leaf]:
    if isinstance(facet.get("query"), str):
        yield "sql", None, normal(facet["query"]), None


def _source_code(facet: dict[str, Any], _: dict[str, str]) -> Iterator[Leaf]:
    if isinstance(facet.get("sourceCode"), str):
        lines = [line.rstrip() for line in facet["sourceCode"].strip().splitlines()]
        yield "source", None, "\n".join(lines), None


def _location(facet: dict[str, Any], _: dict[str, str]) -> Iterator[Leaf]:
    version = facet.get("version")
    for key in ("repoUrl", "path", "branch"):
        if isinstance(facet.get(key), str):
            yield "code-place", key, facet[key], None
    url = facet.get("url")
    if isinstance(url, str) and not facet.get("path"):
        bare = url.replace(version, "…") if isinstance(version, str) and version else url
        yield "code-place", "url", bare, None


def _owners(facet: dict[str, Any], _: dict[str, str]) -> Iterator[Leaf]:
    for owner in facet.get("owners") or []:
        if isinstance(owner, dict) and isinstance(owner.get("name"), str):
            yield "owner", owner["name"], owner["name"], None


def _tags(facet: dict[str, Any], _: dict[str, str]) -> Iterator[Leaf]:
    for tag in facet.get("tags") or []:
        if isinstance(tag, dict) and isinstance(tag.get("key"), str):
            field = tag.get("field")
            name = f"{field}: {tag['key']}" if isinstance(field, str) else tag["key"]
            yield "tag", name, str(tag.get("value") or ""), None


def _described(facet: dict[str, Any], _: dict[str, str]) -> Iterator[Leaf]:
    if isinstance(facet.get("description"), str):
        yield "description", None, facet["description"], None


def _kept(aspect: str, *keys: str) -> Any:
    def read(facet: dict[str, Any], _: dict[str, str]) -> Iterator[Leaf]:
        for key in keys:
            value = facet.get(key)
            if isinstance(value, str):
                yield aspect, key, value, None

    return read


def _catalog(facet: dict[str, Any], names: dict[str, str]) -> Iterator[Leaf]:
    yield from _kept("storage", "framework", "type", "name")(facet, names)
    yield from _kept("place", "warehouseUri")(facet, names)


def _settings(facet: str, found: Any, path: str = "") -> Iterator[Leaf]:
    """Every value of a facet that no standard knows, but for ids, times and the like.

    A list of plain values is one value, whatever their order: who writes sets writes them in any.
    """
    if isinstance(found, dict):
        for key, value in found.items():
            if key not in _HIDDEN:
                yield from _settings(facet, value, f"{path}.{key}")
    elif isinstance(found, list) and not any(isinstance(one, (dict, list)) for one in found):
        told = sorted(text for one in found if (text := _lasting(one)) is not None)
        if told:
            yield "setting", f"{facet}{path}", ", ".join(told), None
    elif isinstance(found, list):
        for at, value in enumerate(found):
            yield from _settings(facet, value, f"{path}[{at}]")
    elif (text := _lasting(found)) is not None:
        yield "setting", f"{facet}{path}", _any_order(text), None


def _lasting(found: Any) -> str | None:
    """A plain value as text; None where it says nothing of what is done."""
    if found is None or isinstance(found, float):
        return None
    text = found if isinstance(found, str) else msgspec.json.encode(found).decode()
    return None if _PASSING.match(text) else text


def _any_order(text: str) -> str:
    """A printed list of plain values, sorted.

    >>> _any_order("['load_weather', 'load_orders']"), _any_order("[[2], [1]]")
    ("['load_orders', 'load_weather']", '[[2], [1]]')
    """
    if not _PRINTED.fullmatch(text):
        return text
    return f"[{', '.join(sorted(text[1:-1].split(', ')))}]"


_READERS: dict[tuple[str, str], Any] = {
    ("dataset", "schema"): _schema,
    ("dataset", "columnLineage"): _columns,
    ("job", "sql"): _sql,
    ("job", "sourceCode"): _source_code,
    ("job", "sourceCodeLocation"): _location,
    ("job", "ownership"): _owners,
    ("dataset", "ownership"): _owners,
    ("job", "tags"): _tags,
    ("dataset", "tags"): _tags,
    ("job", "documentation"): _described,
    ("dataset", "documentation"): _described,
    ("job", "jobType"): _kept("job-type", "processingType", "integration", "jobType"),
    ("dataset", "datasetType"): _kept("dataset-type", "datasetType", "subType"),
    ("dataset", "dataSource"): _kept("place", "uri", "url"),
    ("dataset", "storage"): _kept("storage", "storageLayer", "fileFormat"),
    ("dataset", "catalog"): _catalog,
    ("dataset", "lifecycleStateChange"): _kept("lifecycle", "lifecycleStateChange"),
}
