"""Why did it go wrong?"""

from __future__ import annotations
import polars as pl
from lineage_explorer.analysis.compare import compare
from lineage_explorer.analysis.compare_sides import run_side
from lineage_explorer.analysis.diagnose_fields import Uses
from lineage_explorer.analysis.diagnose_score import Court, ranked
from lineage_explorer.analysis.diagnose_symptoms import troubles, symptoms_of, comparison, asked
from lineage_explorer.analysis.diagnose_units import units


def suspects(past, at, symptom=None):
    job = past.runs["job"][at]
    found = troubles(past, job)
    wrong = symptoms_of(found, at)
    if symptom:
        wrong = wrong or [asked(symptom, job)]
    with_ = comparison(past, at, found, wrong)
    if with_.good is None or not wrong:
        return with_, wrong, [], None
    before, after = run_side(past, with_.good), run_side(past, with_.first)
    diff = compare(before, after)
    made = units(before, after, diff)
    wanted = frozenset(
        one.column for one in wrong if one.column and one.kind in ("assertion", "metric")
    )
    failed = {k for k, u in made.items() if u.has("run-failed")}
    uses = Uses(past, made, wanted, frozenset(failed))
    ats = after.runs.filter(pl.col("job").is_in(list(failed)))["at"]
    errors = (
        past.frames.runs.filter(pl.col("run").is_in(past.runs["run"].gather(ats).implode()))[
            "error"
        ]
        .drop_nulls()
        .str.to_lowercase()
        .to_list()
    )
    court = Court(past, made, made[job], wrong, uses, rates(past, made), errors)
    return with_, wrong, ranked(court), court


def rates(past, made):
    told = (
        past.frames.runs.select("job", "code_version", "started")
        .drop_nulls("code_version")
        .filter(pl.col("job").is_in(pl.Series(list(made)).implode()))
    )
    r = (
        told.sort("job", "started")
        .group_by("job")
        .agg(r=(pl.col("code_version").rle_id().max()) / (pl.len()))
    )
    return dict(r.iter_rows())
