"""Facets that differ → changes: fields, columns, code, owners, tags, places, settings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from lineage_explorer.analysis.compare_judge import CHANGE, shaped
from lineage_explorer.analysis.compare_texts import Leaf, leaves

_CHANGED = {
    "sql": "sql-changed", "source": "source-changed", "code-place": "code-moved",
    "description": "description-changed", "job-type": "job-type-changed",
    "dataset-type": "dataset-type-changed", "storage": "storage-changed",
    "place": "place-changed", "lifecycle": "lifecycle-changed", "setting": "setting-changed",
    "tag": "tag-changed",
}  # fmt: skip
_ITEMS = {"owner": "owner", "tag": "tag"}

Said = dict[tuple[str, str | None], tuple[str | None, float | None]]
Told = tuple[str | None, str, str | None, str | None]
"""field, change, before, after"""


def changes_of_texts(
    pairs: pl.DataFrame, names: tuple[dict[str, str], dict[str, str]], twins: dict[str, str]
) -> pl.DataFrame:
    """Changes that pairs of facet texts tell.

    Args:
        pairs: as `compare_texts.differing` gives them.
        names: of each side, other ids of datasets, as aliases have them, to their ids.
        twins: nodes of the before side that have another id now.
    """
    rows: list[dict[str, Any]] = []
    earlier, later = names
    earlier = {**twins, **{old: twins.get(new, new) for old, new in earlier.items()}}
    opened: dict[tuple[bool, str, str, bytes], list[Leaf]] = {}

    def read(entity: str, facet: str, text: bytes | None, *, after: bool) -> list[Leaf]:
        if text is None:
            return []
        key = (after, entity, facet, text)
        if key not in opened:
            opened[key] = leaves(entity, facet, text, later if after else earlier)
        return opened[key]

    for pair in pairs.iter_rows(named=True):
        was = read(pair["entity"], pair["facet"], pair["json"], after=False)
        now = read(pair["entity"], pair["facet"], pair["json_after"], after=True)
        common = {
            "node": pair["node"],
            "at_before": pair["at"],
            "at_after": pair["at_after"],
            "event_before": pair["event"],
            "event_after": pair["event_after"],
        }
        for field, change, before, after in _compared(pair["facet"], was, now):
            rows.append(
                {**common, "field": field, "change": change, "before": before, "after": after}
            )
    schema = {
        name: dtype for name, dtype in CHANGE.items() if name not in ("severity", "by", "deviation")
    }
    return shaped(pl.DataFrame(rows, schema=schema))


def _compared(facet: str, was: list[Leaf], now: list[Leaf]) -> Iterator[Told]:
    if not was and not now:
        return
    if not was or not now:
        yield facet, "told-no-more" if was else "told-now", None, None
        return
    before, after = _by_aspect(was), _by_aspect(now)
    for aspect in sorted(before.keys() | after.keys()):
        one, other = before.get(aspect, {}), after.get(aspect, {})
        if aspect == "field":
            yield from _fields(one, other)
        elif aspect == "column":
            yield from _columns(one, other)
        else:
            yield from _values(aspect, one, other)


Items = dict[str | None, tuple[str, float]]


def _by_aspect(found: list[Leaf]) -> dict[str, Items]:
    sorted_out: dict[str, Items] = {}
    for aspect, field, value, order in found:
        sorted_out.setdefault(aspect, {})[field] = (value or "", order or 0.0)
    return sorted_out


def _values(aspect: str, was: Items, now: Items) -> Iterator[Told]:
    for field in sorted(was.keys() | now.keys(), key=str):
        one, other = was.get(field), now.get(field)
        before = one[0] if one else None
        after = other[0] if other else None
        if before == after:
            continue
        if aspect in _ITEMS and (one is None or other is None):
            yield field, f"{aspect}-{'dropped' if one else 'added'}", before, after
        elif aspect in _CHANGED:
            yield field, _CHANGED[aspect], before, after


def _fields(was: Items, now: Items) -> Iterator[Told]:
    gone = [str(name) for name in was if name not in now]
    new = [str(name) for name in now if name not in was]
    renamed = _renamed(was, now, gone, new)
    for name in gone:
        if name in renamed:
            yield renamed[name], "field-renamed", name, renamed[name]
        else:
            yield name, "field-dropped", was[name][0], None
    for name in new:
        if name not in renamed.values():
            yield name, "field-added", None, now[name][0]
    kept = [str(name) for name in was if name in now]
    for name in kept:
        if was[name][0] and now[name][0] and was[name][0].lower() != now[name][0].lower():
            yield name, "field-retyped", was[name][0], now[name][0]
    order = [str(name) for name in now if name in was]
    if order != kept:
        yield None, "fields-reordered", ", ".join(kept), ", ".join(order)


def _renamed(was: Items, now: Items, gone: list[str], new: list[str]) -> dict[str, str]:
    """Fields that went and fields that came, of one type and between the same neighbours."""
    found: dict[str, str] = {}
    before, after = list(map(str, was)), list(map(str, now))
    for name in gone:
        beside = _neighbours(before, name, now)
        fitting = [
            other
            for other in new
            if other not in found.values()
            and was[name][0].lower() == now[other][0].lower()
            and _neighbours(after, other, was) == beside
        ]
        if len(fitting) == 1:
            found[name] = fitting[0]
    return found


def _neighbours(names: list[str], name: str, shared: Items) -> tuple[str | None, str | None]:
    """The nearest fields before and after it that both sides have."""
    at = names.index(name)
    left = next((other for other in reversed(names[:at]) if other in shared), None)
    right = next((other for other in names[at + 1 :] if other in shared), None)
    return left, right


def _columns(was: Items, now: Items) -> Iterator[Told]:
    for link in sorted(was.keys() | now.keys(), key=str):
        one, other = was.get(link), now.get(link)
        target, _, source = str(link).partition(" <- ")
        if other is None:
            yield target, "column-source-dropped", source, None
        elif one is None:
            yield target, "column-source-added", None, source
        elif one[0] != other[0]:
            masked = ["masked" in side[0] for side in (one, other)]
            if masked[0] != masked[1]:
                change = f"masking-{'dropped' if masked[0] else 'added'}"
            else:
                change = "column-use-changed"
            yield target, change, one[0], other[0]
