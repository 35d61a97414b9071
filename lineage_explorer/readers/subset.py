"""The condition of a subset facet in words. Source: `BaseSubsetDatasetFacet.json` 1-0-0."""

from __future__ import annotations

from typing import Any

from lineage_explorer.readers import facets as f

DEPTH = 40
SIGNS = {
    "EQUAL": "=",
    "NOT_EQUAL": "!=",
    "GREATER_THAN": ">",
    "GREATER_EQUAL_THAN": ">=",
    "LESS_THAN": "<",
    "LESS_EQUAL_THAN": "<=",
}


def words(condition: Any, depth: int = 0) -> str | None:
    """A condition as one line; what is not understood, or nested too deep, is `…`.

    >>> words({"type": "location", "locations": ["s3://eu/a", "s3://eu/b"]})
    'location in (s3://eu/a, s3://eu/b)'
    >>> left = {"type": "field", "field": "country"}
    >>> words({"type": "compare", "left": left, "comparison": "EQUAL",
    ...        "right": {"type": "literal", "value": "PL"}})
    "country = 'PL'"
    """
    if not isinstance(condition, dict):
        return None
    kind = condition.get("type")
    if kind == "location":
        return f"location in ({', '.join(locations(condition) or [])})"
    if kind == "partition":
        parts = condition.get("partitions")
        return " or ".join(map(_partition, parts if isinstance(parts, list) else [])) or "…"
    if kind == "compare":
        sign = f.word(condition.get("comparison")) or "…"
        left, right = _operand(condition.get("left")), _operand(condition.get("right"))
        return f"{left} {SIGNS.get(sign.upper(), sign)} {right}"
    if kind == "binary" and depth < DEPTH:
        operator = (f.word(condition.get("operator")) or "…").lower()
        sides = [_side(condition.get(side), depth + 1) for side in ("left", "right")]
        return f" {operator} ".join(sides)
    return "…"


def locations(condition: Any) -> list[str] | None:
    """The places a condition limits a dataset to; None unless it is about places."""
    if not isinstance(condition, dict) or condition.get("type") != "location":
        return None
    told = condition.get("locations")
    items = told if isinstance(told, list) else []
    return [place for item in items if (place := f.word(item)) is not None]


def _side(condition: Any, depth: int) -> str:
    text = words(condition, depth) or "…"
    simple = isinstance(condition, dict) and condition.get("type") in ("compare", "location")
    return text if simple else f"({text})"


def _operand(value: Any) -> str:
    if not isinstance(value, dict):
        return "…"
    if value.get("type") == "field":
        return f.word(value.get("field")) or "…"
    text = f.word(value.get("value"))
    return "…" if text is None else "'" + text.replace("'", "''") + "'"


def _partition(part: Any) -> str:
    if not isinstance(part, dict):
        return "…"
    dimensions = part.get("dimensions")
    pairs = dimensions.items() if isinstance(dimensions, dict) else []
    told = ", ".join(f"{key}={f.word(value) or '…'}" for key, value in pairs)
    name = f.word(part.get("identifier"))
    return f"partition {name} ({told})" if name else f"partition ({told})"
