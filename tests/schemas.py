"""Events held against the specification's own JSON Schemas."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jsonschema import (  # type: ignore[import-untyped]
    Draft202012Validator,
    FormatChecker,
)
from referencing import Registry, Resource

SPEC = Path(__file__).resolve().parents[2] / "shared" / "spec"

Json = dict[str, Any]


def facets_of(event: Json) -> Iterator[tuple[str, Json]]:
    """Key and value of every facet of an event."""
    sides = [*event["inputs"], *event["outputs"]]
    yield from event["run"].get("facets", {}).items()
    yield from event["job"].get("facets", {}).items()
    for side in sides:
        for kind in ("facets", "inputFacets", "outputFacets"):
            yield from side.get(kind, {}).items()


def registry_of_spec() -> Registry[Any]:
    """Every schema of the specification, by its `$id`."""
    files = [
        SPEC / "OpenLineage.json",
        *SPEC.glob("facets/*.json"),
        *SPEC.glob("registry/**/*Facet.json"),
    ]
    found = (json.loads(file.read_text()) for file in files)
    return Registry().with_resources([(one["$id"], Resource.from_contents(one)) for one in found])


def validator(url: str, registry: Registry[Any]) -> Draft202012Validator:
    return Draft202012Validator({"$ref": url}, registry=registry, format_checker=FormatChecker())
