"""What may have begun before the unit that shows it first: at one that tells no such numbers."""

from __future__ import annotations

from collections.abc import Mapping

from lineage_explorer.analysis.diagnose_court import Court, Evidence
from lineage_explorer.analysis.diagnose_units import Unit
from lineage_explorer.analysis.diagnose_ways import Way, collapsed
from lineage_explorer.analysis.diagnose_weights import AGE, CONTENT, ROWS

_HIDDEN, _HIDDEN_CALM, _COPIED = 0.5, 0.12, 0.8
"""What of an effect is left for what feeds the unit: where that tells no such numbers, where it
does and they are calm, and for a source of which a unit only takes a copy."""
_FAINT, _LEAST = 0.1, 0.02
"""From which an effect, and what is left of it, counts."""
_OWN = 0.6
"""What is left of what the run asked about shows: that may be its own."""
_SIDES = ("field", "before", "after", "by", "deviation", "event_before", "event_after")


def hidden(
    court: Court, told: Mapping[str, list[Evidence]], ways: Mapping[str, Mapping[str, Way]]
) -> dict[str, list[Evidence]]:
    """By unit: that what shows at another may have begun there.

    The less, the farther it is from where something shows. What tells such numbers, and they are
    as usual, may hide something all the same, but seldom does; not so where hardly anything is
    left, as that is what data of another day do, be they as many as ever.
    """
    found: dict[str, list[Evidence]] = {key: [] for key in told}
    for key, of in told.items():
        for layer in (CONTENT, AGE):
            effects = [one for one in of if one.sort == "effect" and one.layers == (layer,)]
            best = max(effects, key=lambda one: one.weight, default=None)
            if best is None or best.weight < _FAINT or layer not in ways[key]:
                continue
            for feeder, weight in _may_hide(court, key, best).items():
                if feeder in found:
                    row = dict.fromkeys(_SIDES) | {"node": feeder, "change": "outcome-differs"}
                    way = ways[key][layer][0]
                    one = Evidence(weight, "hidden", row, way=way, layers=(layer,), of=key)
                    found[feeder].append(one)
    return found


def _may_hide(court: Court, key: str, effect: Evidence) -> dict[str, float]:
    """Units before one that shows an effect, and how likely each is to hide its beginning.

    Where it is told which fields a field is made of, only those that write them.
    """
    names = {effect.column} if effect.column else set()
    found: dict[str, float] = {}
    here = {key: ((_OWN if key == court.end.key else 1.0) * effect.weight, names)}
    while here:
        before: dict[str, tuple[float, set[str]]] = {}
        for reader, (weight, columns) in here.items():
            made = {one for name in columns for one in court.uses.made_from(reader, name)}
            for one in court.feeding(court.units[reader]):
                of = {column for dataset, column in made if dataset in one.written}
                if (made and not of) or one.key in found or one.key == key:
                    continue
                copied = reader != key and court.units[reader].before == {one.key}
                copied = copied and not one.before
                left = weight * (_COPIED if copied else _left(court.units[key], one, effect, of))
                if left >= _LEAST:
                    known = before.get(one.key, (0.0, set()))
                    before[one.key] = max(left, known[0]), known[1] | of
        found |= {feeder: weight for feeder, (weight, _) in before.items()}
        here = before
    return found


def _left(unit: Unit, feeder: Unit, effect: Evidence, columns: set[str]) -> float:
    """What of an effect at a unit is left for one before it."""
    if effect.layers == (AGE,):
        calm = any(one.about_age and one.aspect == "metric" for one in feeder.measures)
    elif columns:
        calm = any(one.column in columns for one in feeder.measures)
    else:
        aspects = ("metric",) if effect.column else (*ROWS, "yield")
        calm = feeder.tells(*aspects) and not collapsed(unit)
    return _HIDDEN_CALM if calm else _HIDDEN
