"""Events made from the specification's own JSON Schemas, for hypothesis."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

Json = dict[str, Any]
Values = st.SearchStrategy[Any]

FACETS = ("RunFacet", "JobFacet", "DatasetFacet", "InputDatasetFacet", "OutputDatasetFacet")

_ZONES = st.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
_MOMENTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=_ZONES)  # noqa: DTZ001
_STRINGS = {
    "date-time": st.one_of(
        _MOMENTS.map(datetime.isoformat),
        _MOMENTS.map(lambda at: at.astimezone(UTC).isoformat().replace("+00:00", "Z")),
    ),
    "uri": st.sampled_from(["https://example.com/a?b=c#d", "urn:a:b", "s3://bucket/key%20x"]),
    "uuid": st.uuids().map(str),
}
_ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=4),
    lambda of: st.lists(of, max_size=2) | st.dictionaries(st.text(max_size=4), of, max_size=2),
    max_leaves=4,
)


class Schemas:
    """The specification's files, as strategies."""

    def __init__(self, folder: Path) -> None:
        self.core = json.loads((folder / "OpenLineage.json").read_text())
        self.held: dict[tuple[str, str], Values] = {}
        self.facets: dict[str, dict[str, Values]] = {kind: {} for kind in FACETS}
        files = [*folder.glob("facets/*.json"), *folder.glob("registry/**/facets/*.json")]
        for file in sorted(files):
            schema = json.loads(file.read_text())
            for key, shape in schema.get("properties", {}).items():
                for kind, one in self._kinds(shape, schema):
                    known = self.facets[kind].get(key)
                    made = self._made(one, schema)
                    self.facets[kind][key] = made if known is None else known | made

    def events(self) -> Values:
        """Any event that is valid."""
        return self._made({"oneOf": self.core["oneOf"]}, self.core)

    def _kinds(self, shape: Json, schema: Json) -> list[tuple[str, Json]]:
        """Whose facet a shape is; it may be one of several."""
        if "$ref" in shape:
            name = shape["$ref"].rpartition("/")[2]
            return [(name, shape)] if name in FACETS else self._kinds(schema["$defs"][name], schema)
        found: list[tuple[str, Json]] = []
        for part in shape.get("oneOf") or shape.get("anyOf") or []:
            found += self._kinds(part, schema)
        for part in shape.get("allOf", []):
            found += [(kind, shape) for kind, _ in self._kinds(part, schema)]
        return found

    def _made(self, shape: Json, schema: Json) -> Values:
        shape = self._merged(shape, schema)
        for word in ("oneOf", "anyOf"):
            if word in shape and not shape.get("properties"):
                return st.one_of([self._held(part, schema) for part in shape[word]])
        if "const" in shape:
            return st.just(shape["const"])
        if "enum" in shape:
            return st.sampled_from(shape["enum"])
        kind = shape.get("type")
        if kind == "array":
            return st.lists(self._held(shape["items"], schema), max_size=2)
        if kind == "object":
            return self._object(shape, schema)
        return {
            "string": _STRINGS.get(shape.get("format", ""), st.text(max_size=6)),
            "boolean": st.booleans(),
            "integer": st.integers(shape.get("minimum", -(2**63)), 2**63 - 1),
            "number": st.floats(allow_nan=False, allow_infinity=False) | st.integers(-9, 2**40),
        }.get(kind or "", _ANY)

    def _held(self, shape: Json, schema: Json) -> Values:
        """The same, made when it is needed: shapes hold themselves."""
        if "$ref" not in shape:
            return self._made(shape, schema)
        place = schema.get("$id", ""), shape["$ref"]
        if place not in self.held:
            self.held[place] = st.deferred(lambda: self._made(shape, schema))
        return self.held[place]

    def _object(self, shape: Json, schema: Json) -> Values:
        properties = shape.get("properties", {})
        required = shape.get("required", [])
        values = {key: self._member(key, part, schema) for key, part in properties.items()}
        must = {key: values.pop(key, _ANY) for key in required}
        told = st.fixed_dictionaries(must, optional=values)
        others = shape.get("additionalProperties", not properties)
        if not others:
            return told
        other = self._held(others, schema) if isinstance(others, dict) else _ANY
        more = st.dictionaries(st.text(max_size=4), other, max_size=2)
        return st.tuples(more, told).map(lambda both: {**both[0], **both[1]})

    def _member(self, key: str, shape: Json, schema: Json) -> Values:
        """A property; one that holds facets gets any of those there are."""
        if key in ("namespace", "name"):  # that these are not empty goes without saying
            return st.text(min_size=1, max_size=6)
        for part in shape.get("anyOf", []):
            inner = part.get("additionalProperties")
            if isinstance(inner, dict) and inner.get("$ref", "").endswith(FACETS):
                return self._facets(inner, schema)
        return self._held(shape, schema)

    def _facets(self, shape: Json, schema: Json) -> Values:
        kind = shape["$ref"].rpartition("/")[2]
        own = st.deferred(lambda: st.fixed_dictionaries({}, optional=self.facets[kind]))
        custom = st.dictionaries(st.just("custom"), self._held(shape, schema))
        return st.tuples(own, custom).map(lambda both: {**both[0], **both[1]})

    def _merged(self, shape: Json, schema: Json) -> Json:
        """A shape without references, `allOf` made one."""
        while "$ref" in shape:
            file, _, place = shape["$ref"].partition("#/$defs/")
            schema = self.core if file else schema
            shape = schema["$defs"][place]
        if "allOf" not in shape:
            return shape
        merged: Json = {"type": "object", "properties": {}, "required": []}
        for part in [*shape["allOf"], {k: v for k, v in shape.items() if k != "allOf"}]:
            for word, value in self._merged(part, schema).items():
                if word == "properties":
                    merged["properties"] |= value
                elif word == "required":
                    merged["required"] = merged["required"] + value
                elif word in ("oneOf", "anyOf", "additionalProperties"):
                    merged[word] = value
        return merged
