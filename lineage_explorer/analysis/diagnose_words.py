"""A diagnosis in words: why a unit is suspected, how sure that is, and the verdict."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import polars as pl

from lineage_explorer.analysis.change_codes import CODES
from lineage_explorer.analysis.diagnose_court import Evidence, Suspect
from lineage_explorer.analysis.diagnose_units import Measure
from lineage_explorer.analysis.diff_words import bare, percent
from lineage_explorer.analysis.words import listed
from lineage_explorer.plain import cut_middle, plain

if TYPE_CHECKING:
    from lineage_explorer.analysis.diagnose import Diagnosis, Trial

SURE, LIKELY = 0.7, 0.35
_AHEAD, _TIED = 1.5, 0.85
"""How far ahead of the next a cause is that is sure, and how near it the next is as likely."""
_VALUE = 60
_TOLD = 3
_CODES_OF = {
    "yield": ("yield-lower", "yield-higher"),
    "age": ("input-newer", "input-older"),
    "delay": ("started-earlier", "started-later"),
}
"""Codes of less and of more."""
_STRIKING = ("medium", "high")


def certainty(scores: list[float]) -> str:
    """How sure the first of these is.

    >>> certainty([0.9, 0.2]), certainty([0.5, 0.4]), certainty([0.2]), certainty([])
    ('sure', 'likely', 'possible', 'none')
    """
    if not scores:
        return "none"
    ahead = len(scores) == 1 or scores[0] >= _AHEAD * scores[1]
    if scores[0] >= SURE and ahead:
        return "sure"
    return "likely" if scores[0] >= LIKELY else "possible"


def cause_row(rank: int, suspect: Suspect) -> tuple[Any, ...]:
    """A suspect as a row of `causes`."""
    first = main_evidence(suspect)
    node = node_of(suspect)
    code = first.change["change"] if first.change else measure_code(first)
    return (
        rank,
        node,
        run_of(suspect),
        code,
        why(suspect),
        path_of(suspect, node),
        suspect.score,
        events_of(suspect),
    )


def main_evidence(suspect: Suspect) -> Evidence:
    """The most telling piece."""
    return max(suspect.evidence, key=suspect.carried)


def node_of(suspect: Suspect) -> str:
    """Where it is: the node of the most telling change or number."""
    first = main_evidence(suspect)
    node = first.change["node"] if first.change else first.measure.node if first.measure else None
    return node if node in suspect.unit.nodes else suspect.unit.key


def run_of(suspect: Suspect) -> str | None:
    """The run in which it shows: the job's own, or of a source the first that read it."""
    side = suspect.court.after
    jobs = [suspect.unit.key, *sorted(suspect.unit.after)]
    of = dict(side.runs.select("job", "at").iter_rows())
    at = next((of[job] for job in jobs if job in of), None)
    return None if at is None else str(side.past.runs["run"][at])


def path_of(suspect: Suspect, node: str) -> list[str]:
    """The way data take from there to the symptom, jobs and datasets by turns."""
    court = suspect.court
    way = [node]
    keys = suspect.path
    for one, other in pairwise(keys):
        shared = [name for name in court.units[other].inputs if name in court.units[one].written]
        step = way[-1] if way[-1] in shared else min(shared)
        way += [step] if step != way[-1] else []
        way.append(other)
    end = court.end
    seen = [one.node for one in court.symptoms if one.node in end.nodes and one.node != end.key]
    if seen and way[-1] == end.key:
        way.append(seen[0])
    return way


def events_of(suspect: Suspect) -> list[int]:
    """The events that show it, of both sides."""
    found: list[int] = []
    for one in sorted(suspect.evidence, key=lambda one: -one.weight):
        told = (
            [one.change["event_before"], one.change["event_after"]]
            if one.change
            else [one.measure.event if one.measure else None]
        )
        found += [event for event in told if event is not None]
    run = run_of(suspect)
    if not found and run is not None:
        found = suspect.court.past.frames.events.filter(pl.col("run") == run)["event"].to_list()
    return list(dict.fromkeys(found))


def measure_code(one: Evidence) -> str:
    """The code of what a number did."""
    measure = one.measure
    if measure is None:
        return "outcome-differs"
    down = measure.deviation < 0
    if measure.aspect.startswith("rows"):
        if measure.after == 0:
            return "rows-gone"
        return "rows-fewer" if down else "rows-more"
    less, more = _CODES_OF.get(measure.aspect, ("metric-lower", "metric-higher"))
    return less if down else more


def why(suspect: Suspect) -> str:
    """Why it is suspected, as a sentence."""
    ordered = sorted(suspect.evidence, key=lambda one: -one.weight)
    telling = [one for one in ordered if one.weight >= 0.25 * ordered[0].weight][:_TOLD]
    said = list(dict.fromkeys(told(one) for one in telling))
    steps = len(suspect.path) - 1
    way = (
        "at the run itself"
        if not steps
        else f"{steps} {'job' if steps == 1 else 'jobs'} before the run"
    )
    first = said[0]
    return f"{first[:1].upper()}{first[1:]}{_and(said[1:])}, {way}."


def _and(more: list[str]) -> str:
    return f"; also {listed(more)}" if more else ""


def told(one: Evidence) -> str:
    """A piece of evidence in words."""
    if one.measure is not None:
        return _number(one.measure)
    change = one.change
    if change is None:
        return "it went differently though nothing recorded before it differs"
    if one.of is not None:
        return f"what it makes shows first at {bare(one.of)}, and nothing of it rules it out"
    if one.why == "silent":
        empty = change["change"] == "rows-gone"
        how = "wrote nothing" if empty else "does not say what it wrote, as it did before"
        return f"it says that it completed, and {how}"
    if one.why == "overtook":
        return (
            f"its run from {change['after']} ended after the one from {change['before']} had: "
            "it may have written older data over newer"
        )
    code, field = change["change"], change["field"]
    was, now = (_value(change[side]) for side in ("before", "after"))
    name = (
        f" `{bare(field) if str(field).startswith(('dataset:', 'job:')) else plain(field)}`"
        if field
        else ""
    )
    words = {
        "field-dropped": f"the field{name} is gone",
        "field-renamed": f"the field `{was}` is called `{now}` now",
        "field-retyped": f"the field{name} was {was} and is {now} now",
        "column-source-dropped": f"the field{name} is not made from `{was}` any more",
        "column-source-added": f"the field{name} is made from `{now}` now",
        "input-dropped": f"it does not read{name} any more",
        "input-added": f"it reads{name} now",
        "output-dropped": f"it does not write{name} any more",
        "output-added": f"it writes{name} now",
        "dataset-renamed": f"`{was}` is called `{now}` now",
        "parameter-changed": f"its parameter{name} was {was} and is {now} now",
        "sql-changed": "its SQL is another",
        "source-changed": "its source code is another",
        "code-version-changed": "another version of its code ran",
        "fields-reordered": "the fields stand in another order",
        "job-added": "another job writes it now, too",
        "read-too-early": f"it read{name} earlier than usual, before that was renewed",
        "started-later": f"it began {now} later than it usually does",
        "not-run": "it had not run again by then, as it nearly always has",
        "run-failed": "its newest run by then had failed",
        "version-same": "it was read again as it was the last time",
        "place-changed": f"it lies in another place ({was}, now {now})",
    }
    return words.get(code) or f"{CODES[code].meaning}{name}"


def _value(value: str | None) -> str:
    if value is None:
        return "not told"
    text = bare(value) if value.startswith(("dataset:", "job:")) else plain(value)
    return cut_middle(text, _VALUE)


def _number(one: Measure) -> str:
    moved = percent(f"{one.before:.6g}", f"{one.after:.6g}")
    names = {
        "rows-output": "rows written",
        "rows-input": "rows read of it",
        "yield": "rows out for rows in",
        "age": "age when read",
        "delay": "time from the day it is for to its start",
    }
    name = names.get(one.aspect) or plain(one.field or "a metric")
    return f"{name}: {moved}, {abs(one.deviation):.0f} times the usual spread"


def verdict(found: Diagnosis) -> str:
    """The answer in words."""
    trial = found.trial
    asked_for = f"run {plain(found.run)} of {bare(found.job)}"
    if not trial.symptoms:
        return f"Nothing shows that anything is wrong with {asked_for}: no cause is sought."
    seen = trial.symptoms[0]
    wrong = f"{asked_for}: {plain(seen.text)}"
    if trial.compared.good is None:
        return f"{wrong}. There is nothing to compare it with: {trial.compared.why}."
    beside = f"Compared with run {plain(str(found.good))}: {trial.compared.why}."
    since = "" if found.first == found.run else f" The trouble began with run {plain(found.first)}."
    if found.causes.is_empty():
        return (
            f"{wrong}. The log does not tell why: nothing that was recorded before it explains "
            f"it. {beside}{since}"
        )
    top = found.causes.row(0, named=True)
    words = {
        "sure": "The cause is",
        "likely": "The cause is likely",
        "possible": "It cannot be told for sure; possible is",
    }
    return (
        f"{wrong}. {words[found.certainty]} {bare(top['node'])}: "
        f"{top['why'][:1].lower()}{top['why'][1:]}{_as_likely(found.causes)} {beside}{since}"
    )


def _as_likely(causes: pl.DataFrame) -> str:
    """What is about as likely as the first cause, if anything is."""
    least = _TIED * causes["score"][0]
    near = causes.filter(pl.col("score") >= least)["node"].to_list()[1:]
    if not near:
        return ""
    be = "is" if len(near) == 1 else "are"
    return f" About as likely {be} {listed([bare(one) for one in near])}."


def innocent(trial: Trial) -> Iterator[tuple[str, str, str]]:
    """Striking changes upstream that are not named: node, change, why not."""
    if trial.found is None or trial.court is None:
        return
    named = {one.unit.key for one in trial.named}
    guilty = {node for one in trial.named for node in one.unit.nodes}
    behind = {key for one in trial.named for key in one.path[1:]}
    for key, unit in sorted(trial.court.units.items()):
        if key in named or unit is trial.court.end:
            continue
        striking = [one for one in unit.changes if one["severity"] in _STRIKING]
        seen: set[str] = set()
        for change in striking:
            if change["node"] in guilty or change["change"] in seen:
                continue
            seen.add(change["change"])
            if key in behind:
                reason = "it lies behind a cause and shows what that does"
            elif unit.off(age=False) == 0 and unit.measures:
                reason = "the numbers of what it writes are as usual"
            else:
                reason = "nothing shows that it reaches what is wrong"
            yield change["node"], change["change"], reason
