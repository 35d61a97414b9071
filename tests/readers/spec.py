"""The specification's facets, read from its own JSON Schemas: their fields, and made-up values."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

Json = dict[str, Any]
BASES = {
    "RunFacet": "run",
    "JobFacet": "job",
    "DatasetFacet": "dataset",
    "InputDatasetFacet": "input",
    "OutputDatasetFacet": "output",
}


@dataclass(frozen=True)
class Standard:
    """A facet of the specification."""

    entity: str
    key: str
    file: str
    shape: Json
    defs: Json

    @cached_property
    def fields(self) -> set[str]:
        """Paths of its leaves; `[]` is an item of a list, `{}` a key of a map, `.` a step."""
        return set(self._leaves(self.shape, "", ()))

    def _resolve(self, shape: Json) -> tuple[str | None, list[Json]]:
        """A shape without its references: the alternatives it stands for."""
        if "$ref" in shape:
            name = shape["$ref"].rpartition("/")[2]
            return name, [self.defs[name]] if shape["$ref"].startswith("#") else []
        for word in ("oneOf", "anyOf"):
            if word in shape and "properties" not in shape:
                return None, list(shape[word])
        return None, []

    def _leaves(self, shape: Json, path: str, within: tuple[str, ...]) -> Iterator[str]:
        name, others = self._resolve(shape)
        if name in within:  # a shape inside itself: told once
            yield path
            return
        if name is not None:
            within = (*within, name)
        for other in [*others, *shape.get("allOf", [])]:
            yield from self._leaves(other, path, within)
        for key, part in shape.get("properties", {}).items():
            step = path if path.endswith(".") or not path else f"{path}."
            yield from self._leaves(part, f"{step}{key}", within)
        if others or "allOf" in shape or "properties" in shape or "$ref" in shape:
            return
        if "items" in shape:
            yield from self._leaves(shape["items"], f"{path}[]", within)
        elif isinstance(shape.get("additionalProperties"), dict) and path.count("facets") == 0:
            yield f"{path}{{}}"
            yield from self._leaves(shape["additionalProperties"], f"{path}{{}}.", within)
        elif path:
            yield path

    def made(self) -> Iterator[Json]:
        """Made-up facets that between them have every field, each value only once."""
        numbers = count(1001)
        yield from self._made(self.shape, numbers, ())

    def _made(self, shape: Json, numbers: Iterator[int], within: tuple[str, ...]) -> Iterator[Any]:
        name, others = self._resolve(shape)
        if name is not None:
            if within.count(name) > 1:
                return
            within = (*within, name)
        if others:
            for other in others:
                yield from self._made(other, numbers, within)
        elif "allOf" in shape:
            yield from self._made(shape["allOf"][-1], numbers, within)
        elif "properties" in shape:
            yield from self._object(shape["properties"], numbers, within)
        elif shape.get("type") == "array":
            items = list(self._made(shape["items"], numbers, within))
            if items:
                yield items
        elif shape.get("type") == "object":
            inner = shape.get("additionalProperties")
            inner = inner if isinstance(inner, dict) and inner else {"type": "string"}
            yield {f"key{next(numbers)}": next(self._made(inner, numbers, within), "x")}
        else:
            yield _leaf(shape, next(numbers))

    def _object(
        self, properties: Json, numbers: Iterator[int], within: tuple[str, ...]
    ) -> Iterator[Json]:
        """Objects enough to hold every alternative of every property."""
        values = {key: list(self._made(part, numbers, within)) for key, part in properties.items()}
        values = {key: found for key, found in values.items() if found}
        for at in range(max(map(len, values.values()))):
            yield {key: found[min(at, len(found) - 1)] for key, found in values.items()}


def _leaf(shape: Json, number: int) -> Any:
    kind = shape.get("type")
    if "const" in shape or "enum" in shape:
        return shape.get("const", shape.get("enum", [None])[-1])
    if kind in ("integer", "number"):
        return number
    if kind == "boolean":
        return True
    if shape.get("format") == "date-time":
        return f"{number}-01-02T03:04:05Z"
    return f"{shape.get('format', 'text')}{number}"


def standards(folder: Path) -> list[Standard]:
    """Every facet of the specification and of its registry."""
    files = [*folder.glob("facets/*.json"), *folder.glob("registry/**/facets/*.json")]
    return [found for file in sorted(files) for found in _of(file)]


def _of(file: Path) -> Iterator[Standard]:
    schema = json.loads(file.read_text())
    defs = schema.get("$defs", {})
    for key, shape in schema["properties"].items():
        pending = [shape]
        while pending:
            one = pending.pop(0)
            if "$ref" in one:
                one = defs[one["$ref"].rpartition("/")[2]]
            alternatives = one.get("oneOf") or one.get("anyOf")
            if alternatives:
                pending += alternatives
                continue
            base = next(p["$ref"] for p in one["allOf"] if p.get("$ref", "").startswith("http"))
            yield Standard(BASES[base.rpartition("/")[2]], key, file.stem, one, defs)


def values_at(value: Any, path: str) -> Iterator[Any]:
    """The values of a facet at a path of `Standard.fields`."""
    if path == "":
        yield value
        return
    if path.startswith("[]"):
        for item in value if isinstance(value, list) else []:
            yield from values_at(item, path[2:].lstrip("."))
    elif path == "{}":
        yield from value if isinstance(value, dict) else ()
    elif path.startswith("{}."):
        for item in value.values() if isinstance(value, dict) else ():
            yield from values_at(item, path[3:].lstrip("."))
    else:
        at = min([i for i in (path.find(c) for c in ".[{") if i > 0], default=len(path))
        if isinstance(value, dict) and path[:at] in value:
            yield from values_at(value[path[:at]], path[at:].lstrip("."))
