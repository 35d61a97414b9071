"""Whether what feeds a run was odd already when the good run read it, and which run was before.

A check with a wide range, or a job that tells no numbers, may be well for a while though what it
reads is not. Beside such a run nothing differs; beside the one before all of it does.
"""

from __future__ import annotations

from datetime import datetime

import polars as pl

from lineage_explorer.analysis.compare_numbers import STRIKING
from lineage_explorer.analysis.diagnose_court import Court
from lineage_explorer.analysis.diagnose_symptoms import Comparison
from lineage_explorer.analysis.diagnose_units import Measure, Unit
from lineage_explorer.analysis.diagnose_ways import ways
from lineage_explorer.analysis.diagnose_weights import ABNORMAL, CONTENT

_SURELY, _MUCH, _CARRIED = 0.9, 0.3, 0.5
"""How odd a number has to be, how far it has to have moved (as a logarithm), and how well the way
from there to the run has to carry it."""


def well_before(court: Court, compared: Comparison) -> int | None:
    """The last run that was well before what feeds the run asked about became odd; else None.

    Args:
        court: the run asked about beside the good one.
        compared: how that was chosen, and from which.
    """
    if court.broken:
        return None
    known = ways(court, court.layers)
    begun = [
        since
        for key, of in known.items()
        if of.get(CONTENT, (0.0, []))[0] >= _CARRIED and key != court.end.key
        for one in court.units[key].measures
        if _stands(court, court.units[key], one)
        and (since := _since(court, court.units[key], one)) is not None
    ]
    if not begun or compared.good is None:
        return None
    starts = court.past.runs["start"]
    earlier = [at for at in compared.well if starts[at] < min(begun)]
    return earlier[-1] if earlier and earlier[-1] != compared.good else None


def _stands(court: Court, unit: Unit, one: Measure) -> bool:
    """Whether a number is as odd as it was beside the good run."""
    odd = one.standing >= _SURELY and abs(one.left) >= _MUCH and one.off < ABNORMAL
    return odd and one.counts and not one.about_age and court.concerns(unit, one) >= _CARRIED


def _since(court: Court, unit: Unit, one: Measure) -> datetime | None:
    """When the first of the odd runs of a number in a row began, up to the run looked at."""
    at = court.after.runs.filter(pl.col("job") == unit.key)["at"]
    numbers = court.past.numbers.filter(
        (pl.col("job") == unit.key)
        & (pl.col("node") == one.node)
        & (pl.col("aspect") == one.aspect)
        & pl.col("field").eq_missing(pl.lit(one.field))
    ).sort("start", "at")
    odd = numbers["left"] / numbers["scale"] * (1 if one.left > 0 else -1) > STRIKING
    begun: datetime | None = None
    here = False
    for number, start, is_odd in reversed(
        [*zip(numbers["at"], numbers["start"], odd, strict=True)]
    ):
        here = here or (len(at) > 0 and number == at[0])
        if not here:
            continue
        if not is_odd:
            break
        begun = start
    return begun
