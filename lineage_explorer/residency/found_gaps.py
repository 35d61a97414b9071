"""Findings of what the answer rests on: entries that do nothing, lineage that ends, tables past review."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from lineage_explorer.residency.finding import Finding
from lineage_explorer.residency.verdict import Judged

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage


TERMINAL = ("COMPLETE", "FAIL", "ABORT")


def of_policy(judged: Judged) -> Iterator[Finding]:
    """Entries of the policy that do nothing: expired, unused, or naming nothing here."""
    policy = judged.policy
    used = set(judged.labels.passed["exception"].to_list())
    day = policy.policy_date or last_day(judged)
    for number, entry in enumerate(policy.exceptions):
        late = entry.valid_to is not None and day is not None and entry.valid_to < day
        if late:
            yield _entry("exception.expired", entry.where, f"it held until {entry.valid_to}")
        if number not in used and not late:
            yield _entry("exception.unused", entry.where, "nothing in these files flows through it")
    for own in judged.labels.own:
        if own.entry is not None and not own.datasets:
            label = policy.labels[own.entry]
            yield _entry("policy.unmatched", label.where, f"nothing here is called {label.dataset}")
    used_by = {own.dated for own in judged.labels.own}
    for told in policy.classifications:
        if told not in used_by:
            yield _entry("policy.unmatched", told.where, f"nothing here has the tag {told.tag}")
    mapped = set(judged.claims["entry"].drop_nulls().to_list())
    for number, place in enumerate(policy.places):
        if number not in mapped:
            yield _entry("policy.unmatched", place.where, f"nothing here is like {place.match}")


def _entry(kind: str, where: str, reason: str) -> Finding:
    return Finding(
        kind=kind, verdict="not applicable", rule=kind, reason=f"{where}: {reason}", policy=(where,)
    )


def gaps(lin: Lineage, judged: Judged) -> Iterator[Finding]:
    """Where lineage ends: what is read and never written, and runs without an end."""
    io = lin.frames.io
    written = io.filter(pl.col("direction") == "output")["dataset"].unique()
    read = io.filter(pl.col("direction") == "input", ~pl.col("dataset").is_in(written.implode()))
    own = {dataset for label in judged.labels.own if label.trusted for dataset in label.datasets}
    for dataset, event in read.group_by("dataset").agg(pl.col("first_event").min()).sort(
        "dataset"
    ).iter_rows():  # fmt: skip
        if dataset not in own:
            yield Finding(
                kind="lineage.gap",
                verdict="undecided",
                rule="lineage.never_written",
                reason="it is read, but nothing here writes it, and no label of the policy is on it",
                node=dataset,
                path=(dataset,),
                events=(event,),
            )
    touched = io.select("run", "job").drop_nulls().unique()
    states = lin.runs.filter(~pl.col("state").is_in(TERMINAL)).join(touched, on=["run", "job"])
    last = lin.events.group_by("run").agg(pl.col("event").max())
    open_ = states.select("run", "job", "state").join(last, on="run", how="left").sort("run")
    for run, job, state, event in open_.select("run", "job", "state", "event").iter_rows():
        yield Finding(
            kind="lineage.gap",
            verdict="undecided",
            rule="lineage.no_end",
            reason=f"the run has no end ({state}): it may have read or written more",
            node=job,
            run=run,
            path=(job,),
            events=() if event is None else (event,),
            runs=1,
        )


def of_tables(judged: Judged) -> Iterator[Finding]:
    """Tables with rows that were to be looked at again before the policy's day."""
    day = judged.policy.policy_date or last_day(judged)
    if day is None:
        return
    for name, rows in judged.policy.facts.past_review(day).items():
        first = min(row["review_by"] for row in rows)
        yield Finding(
            kind="table.past_review",
            verdict="not applicable",
            rule="table.past_review",
            reason=f"{name}: {len(rows)} rows were to be reviewed by {first} or later, "
            f"which is before {day}",
        )


def last_day(judged: Judged) -> date | None:
    """The day of the newest run."""
    day = judged.labels.states.acts["day"].max()
    return day if isinstance(day, date) else None
