"""Why did it go wrong? The last good run found, compared, and causes ranked by evidence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl

from lineage_explorer.analysis import diagnose_report, diagnose_words, diff_words
from lineage_explorer.analysis.compare import Compared, compare
from lineage_explorer.analysis.compare_past import Past
from lineage_explorer.analysis.compare_sides import Side, run_side
from lineage_explorer.analysis.diagnose_beside import beside
from lineage_explorer.analysis.diagnose_clock import clocks, old_reads
from lineage_explorer.analysis.diagnose_court import Court, Suspect
from lineage_explorer.analysis.diagnose_fields import Uses
from lineage_explorer.analysis.diagnose_frame import Meant, meant
from lineage_explorer.analysis.diagnose_habits import habits
from lineage_explorer.analysis.diagnose_score import merged, ranked
from lineage_explorer.analysis.diagnose_since import well_before
from lineage_explorer.analysis.diagnose_symptoms import (
    ODD,
    Comparison,
    Symptom,
    asked,
    comparison,
    symptoms_of,
    troubles,
)
from lineage_explorer.analysis.diagnose_units import units
from lineage_explorer.analysis.diagnose_weights import BESIDES, NAMED, NAMED_OF_FAILED
from lineage_explorer.analysis.diff import RunDiff, diff_sides
from lineage_explorer.analysis.diff_words import bare
from lineage_explorer.analysis.story import Story, story_of
from lineage_explorer.analysis.words import html_table, text_table
from lineage_explorer.errors import LineageError, NodeNotFound

if TYPE_CHECKING:
    from os import PathLike

    from lineage_explorer.lineage import Lineage
    from lineage_explorer.view.widget import Explorer

Shape = dict[str, pl.DataType | type[pl.DataType]]
CAUSES: Shape = {
    "rank": pl.UInt32, "node": pl.String, "run": pl.String, "change": pl.String,
    "why": pl.String, "path": pl.List(pl.String), "score": pl.Float64,
    "events": pl.List(pl.UInt32),
}  # fmt: skip
EXCLUDED: Shape = {"node": pl.String, "change": pl.String, "why": pl.String}
_HEAD = ("rank", "score", "node", "change", "why")


@dataclass(frozen=True, eq=False)
class Trial:
    """What a diagnosis was made from."""

    past: Past
    at: int
    symptoms: list[Symptom]
    compared: Comparison
    sides: tuple[Side, Side] | None = None
    found: Compared | None = None
    court: Court | None = None
    suspects: tuple[Suspect, ...] = ()

    @property
    def named(self) -> list[Suspect]:
        """Those that are named as causes, the likeliest first: none, or all that may be it."""
        least = NAMED_OF_FAILED if self.court and self.court.broken else NAMED
        if not self.suspects or self.suspects[0].score < least:
            return []
        return [one for one in self.suspects if one.score >= BESIDES]


@dataclass(frozen=True, eq=False, repr=False)
class Diagnosis:
    """Why a run went wrong, as far as the log tells.

    Attributes:
        run: the run diagnosed.
        job: its job (node id).
        good: the run it was compared with, or None.
        first: the first run after that with the same trouble; what changed is looked for there.
        symptoms: kind, node, field, text, deviation, event: what is wrong with the run.
        causes: rank, node, run, change (a code, see `change_codes.codes()`), why (a sentence),
            path (node ids from there to the run), score (0 to 1), events (row ids of the
            evidence). The likeliest first; empty where there is no symptom, nothing to compare
            with, or nothing that could be told from chance.
        notes: how the question was understood, where that was not plain.
    """

    run: str
    job: str
    good: str | None
    first: str
    symptoms: pl.DataFrame
    causes: pl.DataFrame
    notes: tuple[str, ...]
    lin: Lineage
    trial: Trial

    @property
    def certainty(self) -> str:
        """How sure the verdict is: sure, likely, possible or none."""
        return diagnose_words.certainty(self.causes["score"].to_list())

    @cached_property
    def verdict(self) -> str:
        """The answer in words."""
        return diagnose_words.verdict(self)

    @cached_property
    def excluded(self) -> pl.DataFrame:
        """What looks bad and cannot be the cause: node, change, why."""
        rows = [*diagnose_words.innocent(self.trial), *beside(self.trial)]
        return pl.DataFrame(rows, schema=EXCLUDED, orient="row")

    @cached_property
    def lineage(self) -> Lineage:
        """The part of the lineage on the ways from the causes to the run."""
        nodes = self.causes["path"].explode(empty_as_null=False).unique().to_list()
        return self.lin.narrow(sorted({*nodes, self.job}))

    @cached_property
    def diff(self) -> RunDiff | None:
        """The good run and the first with the trouble, compared; None where nothing was.

        Where a cause is not in that, the good run and the one diagnosed.
        """
        if self.good is None or not self.trial.symptoms:
            return None
        early = diff_sides(self.lin, self.good, self.first)
        if self.first == self.run or self.causes["node"].is_in(early.nodes["node"].implode()).all():
            return early
        return diff_sides(self.lin, self.good, self.run)

    def explore(self, **options: Any) -> Explorer:
        """The interactive view: both runs in one layout, causes numbered, what cannot be it told.

        Where nothing was compared it is the run's job and what is around it.
        """
        told = story(self)
        if told is None:
            return self.lin.explore(**{"focus": self.job, **options})
        return told.lineage.explore(**options)

    def write(self, path: str | PathLike[str], **options: Any) -> None:
        """Write that picture: `.svg`, `.png` or `.html`; options as of `explore`."""
        told = story(self)
        if told is None:
            self.lin.write(path, **{"focus": self.job, **options})
        else:
            told.lineage.write(path, **options)

    def report(self) -> str:
        """All of it as Markdown: verdict, diagram, evidence, who is affected, what to do."""
        return diagnose_report.report(self)

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain values."""
        return {
            "run": self.run,
            "job": self.job,
            "verdict": self.verdict,
            "certainty": self.certainty,
            "good": self.good,
            "first": self.first,
            "symptoms": self.symptoms.to_dicts(),
            "causes": self.causes.to_dicts(),
            "excluded": self.excluded.to_dicts(),
            "notes": list(self.notes),
        }

    def to_json(self) -> str:
        """The same as one JSON document."""
        return msgspec.json.encode(self.to_dict()).decode()

    def _rows(self) -> list[tuple[object, ...]]:
        return [
            (rank, f"{score:.2f}", bare(node), change, why)
            for rank, score, node, change, why in self.causes.select(_HEAD).iter_rows()
        ]

    def __repr__(self) -> str:
        lines = [self.verdict, *self.notes]
        if len(self.causes):
            head, rows = _HEAD[:4], [row[:4] for row in self._rows()]
            lines += ["", text_table(head, rows), "", ".report() tells all of it."]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        parts = [f"<p>{escape(line)}</p>" for line in (self.verdict, *self.notes)]
        if len(self.causes):
            parts.append(html_table(_HEAD, self._rows()))
        return "".join(parts)


def diagnose(lin: Lineage, run_or_dataset: str, symptom: str | None = None) -> Diagnosis:
    """Why a run, or the newest run that was to write a dataset, went wrong.

    Args:
        lin: the whole log; what is not in it is not known.
        run_or_dataset: a run id, or a dataset or job as in `Lineage.find`.
        symptom: what somebody noticed, in words; needed where the events show nothing wrong.

    Raises:
        NodeNotFound: if there is no such run, dataset or job.
        LineageError: if no run in the log was to write that dataset.
    """
    past = lin.past
    at, notes = _asked_for(lin, run_or_dataset)
    found = meant(past, at)
    if found.missing:
        trial = _tried_in_vain(past, at, found)
    else:
        trial = tried(past, found.at, symptom)
        at = found.at
    more = [found.note] if found.note else []
    ids = past.runs["run"]
    compared = trial.compared
    rows = [diagnose_words.cause_row(rank, one) for rank, one in enumerate(trial.named, start=1)]
    return Diagnosis(
        run=ids[at],
        job=past.runs["job"][found.at],
        good=None if compared.good is None else ids[compared.good],
        first=ids[compared.first],
        symptoms=_symptoms(trial.symptoms),
        causes=pl.DataFrame(rows, schema=CAUSES, orient="row"),
        notes=(*notes, *more),
        lin=lin,
        trial=trial,
    )


def story(found: Diagnosis) -> Story | None:
    """A diagnosis as it is told beside its picture; None where nothing was compared."""
    if found.diff is None:
        return None
    marked = "causes, the likeliest first"
    causes = found.causes.select("node", "rank", "why").iter_rows()
    marks: dict[str, int] = {}
    reasons: dict[str, str] = {}
    for node, rank, why in causes:
        marks.setdefault(node, rank)
        reasons.setdefault(node, why)
    if not marks:
        parts = story_of(found.diff)
        marks, marked = parts.marks, parts.marked
    aside = tuple(found.excluded.select("node", "change", "why").iter_rows())
    tally = diff_words.tally(found.diff)
    words = (found.verdict, *found.notes, f"{tally[:1].upper()}{tally[1:]}.")
    return Story(found.diff, "Why did it go wrong?", words, marks, marked, reasons, aside)


def tried(past: Past, at: int, symptom: str | None = None) -> Trial:
    """The symptoms of a run, what it is compared with, and all suspects.

    Where the trouble began before, the run in which it did is judged, and the one asked for too:
    what troubles that may be something else that looks the same.
    """
    job = past.runs["job"][at]
    found = troubles(past, job)
    wrong = symptoms_of(found, at)
    if not wrong and symptom is None:
        found = troubles(past, job, ODD)
        wrong = symptoms_of(found, at)
    if symptom is not None:
        wrong = [*wrong, asked(symptom, job)]
    compared = comparison(past, at, found, wrong)
    if not wrong or compared.good is None:
        return Trial(past, at, wrong, compared)
    good, bad = run_side(past, compared.good), run_side(past, at)
    differs, court = _judged(past, at, (good, bad), wrong)
    before = well_before(court, compared)
    if before is not None:
        why = "the last run before it that was well, and so was what it read"
        compared, good = replace(compared, good=before, why=why), run_side(past, before)
        differs, court = _judged(past, at, (good, bad), wrong)
    suspects = ranked(court)
    if compared.first != at:
        bad = run_side(past, compared.first)
        differs, court = _judged(past, compared.first, (good, bad), wrong)
        suspects = merged(ranked(court), suspects)
    return Trial(past, at, wrong, compared, (good, bad), differs, court, tuple(suspects))


def _tried_in_vain(past: Past, frame: int, found: Meant) -> Trial:
    """The same of a run that should have been and is not: the last one there was is the good."""
    job = past.runs["job"][found.at]
    wrong = [Symptom("missing", job, None, f"{bare(job)} did not run, as it always has")]
    compared = Comparison(found.at, frame, "the last run there was")
    sides = run_side(past, found.at), run_side(past, found.at, found.missing)
    differs, court = _judged(past, found.at, sides, wrong)
    return Trial(past, frame, wrong, compared, sides, differs, court, tuple(ranked(court)))


def _judged(
    past: Past, at: int, sides: tuple[Side, Side], wrong: list[Symptom]
) -> tuple[Compared, Court]:
    """Run number `at` compared with the good one, and the court that judges the difference."""
    good, bad = sides
    differs = compare(good, bad)
    known = clocks(bad)
    made = units(good, bad, differs, known, old_reads(bad, known))
    failed = frozenset(key for key, unit in made.items() if unit.has("run-failed"))
    columns = frozenset(
        one.column for one in wrong if one.column and one.kind in ("assertion", "metric")
    )
    rows = all(one.kind in ("rows", "stale") for one in wrong)
    court = Court(
        past=past,
        after=bad,
        units=made,
        end=made[past.runs["job"][at]],
        symptoms=wrong,
        uses=Uses(past, made, columns, failed, rows),
        habits=habits(past, made),
        errors=_errors(past, bad, failed),
    )
    return differs, court


def _asked_for(lin: Lineage, text: str) -> tuple[int, list[str]]:
    """The run meant."""
    past = lin.past
    at = past.number_of.get(text)
    if at is not None:
        return at, []
    try:
        node = lin.find(text)
    except NodeNotFound as error:
        raise NodeNotFound(
            f"no run, dataset or job is called {text!r} here.", error.hint
        ) from error
    jobs = [node]
    if node.startswith("dataset:"):
        jobs = past.writes.filter(pl.col("dataset") == node)["job"].unique().to_list()
    runs = past.runs.filter(pl.col("job").is_in(jobs)).sort("start", "at", nulls_last=False)
    if runs.is_empty():
        raise LineageError(
            f"no run in the log wrote {text!r}.", "give the id of a run that read it."
        )
    newest = runs.row(-1, named=True)
    note = f"asked is its newest run, {newest['run']} of {bare(newest['job'])}."
    return int(newest["at"]), [note]


def _symptoms(wrong: list[Symptom]) -> pl.DataFrame:
    schema: Shape = {
        "kind": pl.String, "node": pl.String, "field": pl.String, "text": pl.String,
        "deviation": pl.Float64, "event": pl.UInt32,
    }  # fmt: skip
    rows = [tuple(getattr(one, name) for name in schema) for one in wrong]
    return pl.DataFrame(rows, schema=schema, orient="row")


def _errors(past: Past, side: Side, failed: frozenset[str]) -> list[str]:
    """What runs that failed say, in lower case."""
    at = side.runs.filter(pl.col("job").is_in(list(failed)))["at"]
    runs = past.runs["run"].gather(at)
    told = past.frames.runs.filter(pl.col("run").is_in(runs.implode()))["error"].drop_nulls()
    return told.str.to_lowercase().to_list()
