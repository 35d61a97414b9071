"""Which unit brought it about: evidence that something began there, on a way to the symptom.

Nothing here knows a fault by its name. Three questions are asked of every unit: did something of
its own change, and how telling is that; do its numbers show an effect that what feeds it does not
show; and does the way from there to the symptom show it all along. Weights are odds-like: several
pieces of evidence are joined as independent ones.
"""

from __future__ import annotations

from collections.abc import Iterable

from lineage_explorer.analysis.diagnose_court import Court, Suspect, carried_on
from lineage_explorer.analysis.diagnose_evidence import evidence
from lineage_explorer.analysis.diagnose_hidden import hidden
from lineage_explorer.analysis.diagnose_ways import Way, ways
from lineage_explorer.analysis.diagnose_weights import ABNORMAL, NAMED

_PARTLY = 0.3
"""How much less likely one is that explains one half of what is wrong and not the other."""
_ALL_EXPLAINED = 0.4
"""How much less likely a suspect is that explains nothing of what is felt on the way."""
FIRST_ONLY, LATER_ONLY = 0.45, 0.85
"""What is left of a suspicion of one run only, where two runs have the same trouble."""


def ranked(court: Court) -> list[Suspect]:
    """All units upstream of the symptom with some evidence, the most likely first."""
    known = ways(court, court.layers)
    felt = {
        (key, layer): shown * sure
        for key, of in known.items()
        for layer, (sure, _) in of.items()
        if key != court.end.key and (shown := court.felt(court.units[key], layer)) >= ABNORMAL
    }
    each = [ways(court, {layer: sure}) for layer, sure in court.layers.items() if sure == 1]
    told = {key: evidence(court, court.units[key]) for key in known}
    found = []
    for key, more in hidden(court, told, known).items():
        if of := told[key] + more:
            one = Suspect(court, court.units[key], of, known[key])
            one.share = (1 - _ALL_EXPLAINED * _left(one, felt)) * _covers(one, each)
            found.append(one)
    return in_order(found)


def _covers(suspect: Suspect, each: list[dict[str, dict[str, Way]]]) -> float:
    """Less than 1 where it brings about only a part of all that is wrong with the run."""
    key = suspect.unit.key
    carried = [
        max(carried_on(one, of[key]) for one in suspect.evidence) for of in each if key in of
    ]
    if len(carried) < 2:
        return 1.0
    return 1 - _PARTLY * (1 - min(carried) / max(*carried, 1e-9))


def _left(suspect: Suspect, felt: dict[tuple[str, str], float]) -> float:
    """The share of what is felt before the symptom that a suspect cannot have brought about."""
    behind = suspect.court.all_after(suspect.unit)
    whole = sum(felt.values())
    left = sum(shown for (key, _), shown in felt.items() if key not in behind)
    return left / whole if whole else 0.0


def merged(first: list[Suspect], later: list[Suspect]) -> list[Suspect]:
    """Those of the run in which a trouble began, and of a later run with the same.

    What is suspected in both is likelier: it was there at the beginning, and still is.
    """
    keys = [{_charge(one) for one in of if one.score >= NAMED} for of in (first, later)]
    for of, others, share in ((first, keys[1], FIRST_ONLY), (later, keys[0], LATER_ONLY)):
        for one in of:
            one.share *= 1.0 if _charge(one) in others else share
    return in_order([*first, *later])


def _charge(one: Suspect) -> tuple[str, str]:
    """What a unit is suspected of."""
    return one.unit.key, max(one.evidence, key=one.carried).sort


def in_order(found: Iterable[Suspect]) -> list[Suspect]:
    """Of each unit the gravest, the most likely first, and of these the nearest."""
    best: dict[str, Suspect] = {}
    for one in sorted(found, key=lambda one: (-one.score, len(one.path), one.unit.key)):
        best.setdefault(one.unit.key, one)
    return list(best.values())
