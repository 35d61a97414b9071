"""Whether what was seen is where it may be: every dataset, every input of a run, every crossing.

All of it becomes a few distinct questions (`question`), which are answered once and joined back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import polars as pl

from lineage_explorer.residency.asked import Where, crossings, kinds_of, processing, storage
from lineage_explorer.residency.facts import Facts
from lineage_explorer.residency.labels import Labels, labels
from lineage_explorer.residency.locate import locate
from lineage_explorer.residency.per_node import PerNode
from lineage_explorer.residency.places import Atlas
from lineage_explorer.residency.policy import Policy
from lineage_explorer.residency.question import VERDICTS, Decision, Question, decide
from lineage_explorer.residency.settle import Sets

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage

Evaluator = Callable[[Sequence[Question], Facts], Sequence[Decision]]

Ints = npt.NDArray[np.int64]

_ASKED = ("check", "from_set", "to_set", "grade", "kind", "epoch")
_KEY = (*_ASKED, "label")


@dataclass(frozen=True, eq=False)
class Judged:
    """Everything that was asked, and answered.

    Attributes:
        policy: under which.
        evaluator: what answered; None: the rules of this package.
        claims: where things are, as told.
        sets: the sets of places, by number.
        labels: where data may be.
        questions: the distinct ones, in a settled order, with their answers.
        storage: dataset, role, node (of its state), epoch, to_set, grade, and the answer.
        processing: act, run, job, dataset, node, event, epoch, from_set, to_set, and the answer.
        crossings: act, run, job, source, target, node, masked, from_set, to_set, and the answer.
    """

    policy: Policy
    evaluator: Evaluator | None
    claims: pl.DataFrame
    sets: Sets
    labels: Labels
    questions: Sequence[tuple[Question, Decision]]
    storage: pl.DataFrame
    processing: pl.DataFrame
    crossings: pl.DataFrame

    @property
    def own_rules(self) -> bool:
        """Whether the rules of this package answered."""
        return self.evaluator is None


def judge(lin: Lineage, policy: Policy, evaluator: Evaluator | None = None) -> Judged:
    """Judge all that a lineage tells, under a policy.

    Args:
        lin: the lineage.
        policy: the policy.
        evaluator: answers the questions; the rules of this package if not given.
    """
    claims = locate(lin, policy)
    told = claims["places"].explode(empty_as_null=False).unique().to_list()
    atlas = Atlas.of({*told, *(code for code in policy.codes if code not in policy.facts.groups)})
    sets = Sets(atlas)
    found = labels(lin, policy, atlas)
    kind = found.states.kind
    where, kinds = Where(claims, policy, sets, kind), kinds_of(lin, kind)
    asked = (
        storage(lin, policy, found, where, kinds),
        processing(found, where, kinds),
        crossings(found, where, kinds),
    )
    return _answered(policy, claims, sets, found, asked, evaluator)


def _decided(questions: Sequence[Question], facts: Facts) -> Sequence[Decision]:
    """The answers of this package's rules."""
    return [decide(question, facts) for question in questions]


def _answered(
    policy: Policy,
    claims: pl.DataFrame,
    sets: Sets,
    found: Labels,
    asked: tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame],
    evaluator: Evaluator | None,
) -> Judged:
    """Ask every distinct question once, and give each row its answer."""
    book = _Book(found)
    crossings = _through_exceptions(found, asked[2], book)
    rows = [book.labelled(asked[0]), book.labelled(asked[1]), crossings]
    keys = pl.concat([keys for frame in rows for keys in _keys(frame)])
    keys = keys.unique().sort(_KEY, nulls_last=True)
    questions = [_question(policy, sets, book, row) for row in keys.iter_rows(named=True)]
    distinct = sorted(set(questions), key=_order)
    answer = evaluator or _decided
    decisions = dict(zip(distinct, answer(distinct, policy.facts), strict=True))
    number = {question: at for at, question in enumerate(distinct)}
    answers = keys.with_columns(
        question=pl.Series([number[question] for question in questions], dtype=pl.Int32),
        verdict=pl.Series([decisions[question].verdict for question in questions], dtype=pl.String),
        rule=pl.Series([decisions[question].rule for question in questions], dtype=pl.String),
        reason=pl.Series([decisions[question].reason for question in questions], dtype=pl.String),
    )
    stored, processed, crossed = (_joined(frame, answers) for frame in rows)
    answered = [(question, decisions[question]) for question in distinct]
    return Judged(policy, evaluator, claims, sets, found, answered, stored, processed, crossed)


def _keys(rows: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """What is asked of these rows: with their labels, and with what those were without exceptions."""
    yield rows.select(*_ASKED, "label").unique()
    yield rows.filter(pl.col("bare") != pl.col("label")).select(*_ASKED, label="bare").unique()


class _Book:
    """Distinct labels, by number."""

    def __init__(self, found: Labels) -> None:
        self.found = found
        self.kept = found.code.source(0) - 1
        """Which label it is does not depend on where it comes from."""
        self.numbers: dict[int, int] = {}
        self.facts: list[int] = []
        self._numbered: dict[int, Ints] = {}

    def number(self, facts: int) -> int:
        facts &= self.kept
        if facts not in self.numbers:
            self.numbers[facts] = len(self.facts)
            self.facts.append(facts)
        return self.numbers[facts]

    def _of(self, facts: PerNode) -> Ints:
        key = id(facts)
        if key not in self._numbered:
            numbers = np.array([self.number(fact) for fact in facts.distinct], np.int64)
            self._numbered[key] = numbers[facts.numbers]
        return self._numbered[key]

    def labelled(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The frame with the label of `node`, and what it were without exceptions."""
        node, epoch = frame["node"].to_numpy(), frame["epoch"].to_numpy()
        label, bare = np.zeros(len(frame), np.int64), np.zeros(len(frame), np.int64)
        for at in np.unique(epoch).tolist():
            rows, held = epoch == at, self.found.held[at]
            label[rows] = self._of(held.facts)[node[rows]]
            bare[rows] = self._of(held.bare)[node[rows]]
        return frame.with_columns(label=pl.Series(label), bare=pl.Series(bare))


def _through_exceptions(found: Labels, crossings: pl.DataFrame, book: _Book) -> pl.DataFrame:
    """Labels of what crosses: behind an exception on the way it is what the exception lets by."""
    rows = book.labelled(crossings)
    if found.passed.is_empty():
        return rows.with_columns(exception=pl.lit(None, pl.Int64))
    edges = found.states.edges.with_row_index("edge").join(found.passed, on="edge")
    edges = edges.select("edge", "act", "exception", "from", target="to")
    rows = rows.with_row_index("row")
    hit = rows.join(edges, on=["act", "target"]).filter(
        pl.col("from").is_null() | (pl.col("from") == pl.col("source"))
    )
    passing = hit.sort("row", "exception").select("row", "node", "epoch", "edge", "exception")
    new: dict[int, tuple[int, int]] = {}
    for row, node, epoch, edge, exception in passing.iter_rows():
        facts = found.held[epoch].facts[node] & found.web.keeps[edge]
        new[row] = book.number(facts), new[row][1] if row in new else exception
    changed = pl.DataFrame(
        [(row, *kept) for row, kept in new.items()],
        schema={"row": pl.UInt32, "kept": pl.Int64, "by": pl.Int64},
        orient="row",
    )
    return (
        rows.join(changed, on="row", how="left", maintain_order="left")
        .with_columns(label=pl.coalesce("kept", "label"), exception="by")
        .drop("row", "kept", "by")
    )


def _question(policy: Policy, sets: Sets, book: _Book, row: Mapping[str, object]) -> Question:
    label = book.found.code.read(book.facts[int(str(row["label"]))])
    day = policy.epochs[int(str(row["epoch"]))]
    source, destination = (sets.places(int(str(row[key]))) for key in ("from_set", "to_set"))
    question = Question(
        check=row["check"],  # type: ignore[arg-type]
        permitted=label.permitted,
        complete=label.complete,
        regimes=label.regimes,
        source=source,
        destination=destination,
        grade=row["grade"],  # type: ignore[arg-type]
        kind=str(row["kind"]),
        day=day,
    )
    return (
        replace(question, basis=_on_file(policy, question)) if source and destination else question
    )


def _on_file(policy: Policy, question: Question) -> tuple[tuple[str, str], ...]:
    """Of each regime, what the policy has on file for this way, on this day."""
    found: dict[str, str] = {}
    for entry in policy.transfers:
        if entry.regime in question.regimes and entry.holds(question.day):
            from_, to = (policy.expanded(codes, question.day) for codes in (entry.from_, entry.to))
            if _covers(from_, question.source) and _covers(to, question.destination):
                found.setdefault(entry.regime, entry.basis)
    return tuple(sorted(found.items()))


def _covers(places: Sequence[str], wanted: Sequence[str]) -> bool:
    return all(place in places or place[:2] in places for place in wanted)


def _order(question: Question) -> str:
    return repr(question.document())


def _joined(rows: pl.DataFrame, answers: pl.DataFrame) -> pl.DataFrame:
    """Rows with their answer; by exception where it is worse without exceptions."""
    rank = pl.col("verdict").replace_strict(
        dict(zip(VERDICTS, range(5), strict=True)), return_dtype=pl.UInt8
    )
    ranked = answers.with_columns(rank=rank)
    got = rows.join(
        ranked, on=[*_ASKED, "label"], nulls_equal=True, how="left", maintain_order="left"
    )
    if rows["bare"].equals(rows["label"]):
        return got.drop("rank")
    without = ranked.select(*_ASKED, bare="label", bare_rank="rank", bare_reason="reason")
    got = got.join(
        without, on=[*_ASKED, "bare"], nulls_equal=True, how="left", maintain_order="left"
    )
    allowed = VERDICTS.index("by exception")
    excepted = (pl.col("rank") > allowed) & (pl.col("bare_rank") < allowed)
    return got.with_columns(
        verdict=pl.when(excepted).then(pl.lit("by exception")).otherwise("verdict"),
        reason=pl.when(excepted)
        .then(pl.lit("an exception; without it: ") + pl.col("bare_reason"))
        .otherwise("reason"),
    ).drop("rank", "bare_rank", "bare_reason")
