"""Findings: what a person should look at, each with the way it came about.

Everything that is not decided is here too; nothing unknown is left out as if it were fine.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from lineage_explorer.residency.finding import FINDINGS, Finding
from lineage_explorer.residency.found_gaps import gaps, of_policy, of_tables
from lineage_explorer.residency.found_labels import impossible, localised, unlabelled, widening
from lineage_explorer.residency.found_places import (
    claims_of,
    crossed,
    otherwise,
    processed,
    stored,
    unplaced,
)
from lineage_explorer.residency.question import VERDICTS
from lineage_explorer.residency.verdict import Judged
from lineage_explorer.residency.ways import Ways
from lineage_explorer.tables import table_of

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage


def findings(lin: Lineage, judged: Judged) -> pl.DataFrame:
    """All findings, the worst first; columns as in `FINDINGS`."""
    with not_collecting():
        return _framed(_found(lin, judged))


def _found(lin: Lineage, judged: Judged) -> list[Finding]:
    ways, claims = Ways(judged), claims_of(judged)
    return [
        *stored(judged, ways, claims),
        *processed(judged, ways, claims),
        *crossed(judged, ways, claims),
        *otherwise(judged),
        *unplaced(judged),
        *unlabelled(judged, ways),
        *impossible(judged, ways),
        *localised(judged, claims),
        *widening(judged),
        *of_policy(judged),
        *gaps(lin, judged),
        *of_tables(judged),
    ]


def _framed(found: Sequence[Finding]) -> pl.DataFrame:
    """Each finding once, in a settled order."""
    ordered = sorted(
        found,
        key=lambda one: (VERDICTS.index(one.verdict), one.kind, one.node or "", one.run or "",
                         one.field or "", one.reason),
    )  # fmt: skip
    unique = {one.id: one for one in ordered}
    columns: dict[str, Sequence[Any]] = {name: [] for name in Finding._fields}
    columns |= dict(zip(Finding._fields, zip(*unique.values(), strict=True), strict=False))
    columns["id"] = list(unique)
    return table_of(FINDINGS, {
        name: _lists(columns[name], dtype) if isinstance(dtype, pl.List) else columns[name]
        for name, (dtype, _) in FINDINGS.items()
    })  # fmt: skip


@contextmanager
def not_collecting() -> Iterator[None]:
    """Leaves Python's collector of cycles out for a while, and sets it as it was.

    Hundreds of thousands of findings are tuples of text, in which no cycle can be: looking through
    all of them again and again, as more come, took a quarter of the time.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _lists(values: Sequence[tuple[Any, ...] | None], dtype: Any) -> pl.Series:
    """Tuples as a column of lists; equal ones are made once, and all of them in one go."""
    if not values:
        return pl.Series([], dtype=dtype)
    numbers = {value: number for number, value in enumerate(dict.fromkeys(values))}
    lengths = [len(value or ()) for value in numbers]
    flat = pl.DataFrame({
        "at": np.repeat(np.arange(len(numbers), dtype=np.int64), lengths),
        "value": pl.Series([item for value in numbers for item in value or ()], dtype=dtype.inner),
    })  # fmt: skip
    told = flat.group_by("at", maintain_order=True).agg("value")
    known = pl.DataFrame({"at": np.arange(len(numbers)), "there": [v is not None for v in numbers]})
    empty = pl.lit([], dtype=dtype)
    distinct = known.join(told, on="at", how="left", maintain_order="left").select(
        pl.when("there").then(pl.col("value").fill_null(empty))
    )["value"]
    return distinct.gather([numbers[value] for value in values])
