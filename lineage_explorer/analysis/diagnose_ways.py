"""The ways on which trouble gets to the symptom, for each of the two things that can be wrong.

Content that is wrong makes content wrong behind it, old data make data old behind them. Old data
make content wrong only where a job is left with hardly anything, as those are that take the rows
of one day; else they are data as usual, of another day. What is wrong with a run that failed may
be the content or the age of what it read, and what reads it, finds old data.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping

from lineage_explorer.analysis.diagnose_court import Court
from lineage_explorer.analysis.diagnose_units import Unit
from lineage_explorer.analysis.diagnose_weights import ABNORMAL, AGE, COLLAPSED, CONTENT, ROWS

Way = tuple[float, list[str]]
_BROKE = 0.5
"""Content that makes a run fail: fields that it misses do, other things seldom."""
_SHOWN, _UNTOLD, _PARTLY_CALM, _CALM = 0.98, 0.95, 0.6, 0.25
_ASIDE_CALM = 0.85
"""The same where only numbers of another kind than those that are wrong are as usual."""
_LOOKED_UP = 0.6
"""Age of what a job only looks things up in."""
_TURNED, _TURNED_BESIDE, _NO_TURN = 0.9, 0.5, 0.25
"""Old data that make content wrong: where nothing that feeds the unit shows that, where it does,
and where the unit is not left with hardly anything."""


def ways(court: Court, layers: Mapping[str, float]) -> dict[str, dict[str, Way]]:
    """By unit and what is carried: the likeliest way to the symptom, and how well it carries it.

    Layers are those of the symptom that are asked about, and how sure they are.
    """
    found: dict[str, dict[str, Way]] = {}
    start = court.end.key
    queue: list[tuple[float, int, str, str, list[str]]] = [
        (-sure, 0, start, layer, [start]) for layer, sure in sorted(layers.items())
    ]
    while queue:
        minus, length, key, layer, path = heapq.heappop(queue)
        known = found.setdefault(key, {})
        if layer in known:
            continue
        known[layer] = (-minus, path)
        unit = court.units[key]
        through = -minus * (1.0 if key == start else _passes(court, unit, layer))
        for feeder in court.feeding(unit):
            for of, share in _turns(court, unit, layer, feeder):
                if of not in found.get(feeder.key, {}):
                    step = (-through * share, length + 1, feeder.key, of, [feeder.key, *path])
                    heapq.heappush(queue, step)
    return found


def _turns(court: Court, unit: Unit, layer: str, feeder: Unit) -> Iterator[tuple[str, float]]:
    """What of a feeder may be why a unit shows this, and how likely that is."""
    yield layer, _LOOKED_UP if layer == AGE and court.looks_up(unit, feeder) else 1.0
    broken = unit.has("run-failed", "run-unfinished")
    if layer == AGE:
        if broken:
            yield CONTENT, _BROKE
        return
    aged = unit is not court.end and court.shows(unit, AGE) >= ABNORMAL
    if court.shows(feeder, AGE) < ABNORMAL and not aged:
        return
    fed = max(court.shows(one, CONTENT) for one in court.feeding(unit))
    if broken or collapsed(unit):
        yield AGE, _TURNED if fed < ABNORMAL else _TURNED_BESIDE
    else:
        yield AGE, _NO_TURN


def collapsed(unit: Unit) -> bool:
    """Whether a unit is left with hardly any rows, or its sums with hardly anything."""
    return any(
        one.aspect in (*ROWS, "yield", "metric") and one.deviation < 0 and one.size >= COLLAPSED
        for one in unit.measures
        if one.off >= ABNORMAL
    )


def _passes(court: Court, unit: Unit, layer: str) -> float:
    """How well a unit on the way carries trouble: it shows it, says nothing, or is as usual."""
    if court.shows(unit, layer) >= ABNORMAL:
        return _SHOWN
    if layer == AGE:
        calm = any(one.about_age and one.aspect == "metric" for one in unit.measures)
        return _PARTLY_CALM if calm else _UNTOLD
    rows, columns = unit.tells(*ROWS), unit.tells("metric")
    if rows and columns:
        return _CALM
    if columns if court.of_columns else rows:
        return _PARTLY_CALM
    return _ASIDE_CALM if rows or columns else _UNTOLD
