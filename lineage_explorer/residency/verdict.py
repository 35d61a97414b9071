"""Whether what was seen is where it may be: every dataset, every input of a run, every crossing.

All of it becomes a few distinct questions (`question`), which are answered once and joined back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import polars as pl

from lineage_explorer.residency.facts import Facts
from lineage_explorer.residency.labels import Labels, epoch_of, labels, newest_day
from lineage_explorer.residency.locate import locate
from lineage_explorer.residency.places import Atlas
from lineage_explorer.residency.policy import Policy
from lineage_explorer.residency.question import VERDICTS, Decision, Question, decide
from lineage_explorer.residency.settle import NO_PLACE, Sets, agreed, settle

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage

Evaluator = Callable[[Sequence[Question], Facts], Sequence[Decision]]

Ints = npt.NDArray[np.int64]

_KEY = ("check", "label", "from_set", "to_set", "grade", "kind", "epoch")


@dataclass(frozen=True, eq=False)
class Judged:
    """Everything that was asked, and answered.

    Attributes:
        policy: under which.
        own_rules: whether the rules of this package answered, and no other evaluator.
        claims: where things are, as told.
        sets: the sets of places, by number.
        labels: where data may be.
        questions: the distinct ones, in a settled order, with their answers.
        storage: dataset, role, node (of its state), epoch, to_set, grade, and the answer.
        processing: act, run, job, dataset, node, event, epoch, from_set, to_set, and the answer.
        crossings: act, run, job, source, target, node, masked, from_set, to_set, and the answer.
    """

    policy: Policy
    own_rules: bool
    claims: pl.DataFrame
    sets: Sets
    labels: Labels
    questions: Sequence[tuple[Question, Decision]]
    storage: pl.DataFrame
    processing: pl.DataFrame
    crossings: pl.DataFrame


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
    where = _Where(claims, policy, sets)
    kinds = _kinds(lin)
    storage = _storage(lin, policy, found, where, kinds)
    processing = _processing(found, where, kinds)
    crossings = _crossings(found, where, kinds)
    asked = (storage, processing, crossings)
    return _answered(policy, claims, sets, found, asked, evaluator)


def _decided(questions: Sequence[Question], facts: Facts) -> Sequence[Decision]:
    """The answers of this package's rules."""
    return [decide(question, facts) for question in questions]


class _Where:
    """Sets of places of things, in each epoch."""

    def __init__(self, claims: pl.DataFrame, policy: Policy, sets: Sets) -> None:
        self.claims = claims
        self.policy = policy
        self.sets = sets
        self._settled: dict[int, pl.DataFrame] = {}

    def settled(self, epoch: int) -> pl.DataFrame:
        if epoch not in self._settled:
            day = self.policy.epochs[epoch]
            self._settled[epoch] = settle(self.claims, self.policy, day, self.sets)
        return self._settled[epoch]

    def of(self, frame: pl.DataFrame, role: str) -> pl.DataFrame:
        """epoch, node, run, set, grade of the epochs that occur in a frame."""
        epochs = frame["epoch"].unique().sort().to_list()
        schema = {"epoch": pl.UInt32, "node": pl.String, "run": pl.String, "set": pl.Int32,
                  "grade": pl.String}  # fmt: skip
        parts = [pl.DataFrame(schema=schema)]
        for epoch in epochs:
            found = self.settled(epoch).filter(pl.col("role") == role)
            parts.append(
                found.select(pl.lit(epoch, pl.UInt32).alias("epoch"), "node", "run", "set", "grade")
            )
        return pl.concat(parts)

    def stored(self, frame: pl.DataFrame, dataset: str, as_: str) -> pl.DataFrame:
        """The frame with the set a dataset is stored in, and the grade of what says so."""
        held = self.of(frame, "storage").select(
            "epoch", pl.col("node").alias(dataset), pl.col("set").alias(as_), "grade"
        )
        joined = frame.join(held, on=["epoch", dataset], how="left", maintain_order="left")
        return joined.with_columns(pl.col(as_).fill_null(NO_PLACE))

    def acts(self, acts: pl.DataFrame) -> pl.DataFrame:
        """act, to_set, grade: where each act ran; what the run says goes with what its job says."""
        found = self.of(acts, "processing")
        of_job = found.filter(pl.col("run").is_null()).select(
            "epoch", job="node", job_set="set", job_grade="grade"
        )
        of_run = found.filter(pl.col("run").is_not_null()).select(
            "epoch", "run", job="node", run_set="set", run_grade="grade"
        )
        both = acts.select("act", "run", "job", "epoch").join(
            of_job, on=["epoch", "job"], how="left", maintain_order="left"
        ).join(of_run, on=["epoch", "job", "run"], how="left", maintain_order="left")  # fmt: skip
        distinct = (
            both.select("job_set", "run_set").unique().drop_nulls().sort("job_set", "run_set")
        )
        together = pl.Series(
            [agreed(list(pair), self.sets) for pair in distinct.iter_rows()], dtype=pl.Int32
        )
        both = both.join(
            distinct.with_columns(both=together), on=["job_set", "run_set"], how="left",
            maintain_order="left",
        )  # fmt: skip
        return both.select(
            "act",
            to_set=pl.coalesce("both", "run_set", "job_set").fill_null(NO_PLACE),
            grade=pl.min_horizontal("run_grade", "job_grade"),
        )


def _kinds(lin: Lineage) -> pl.DataFrame:
    """dataset, kind: model where its type says so."""
    model = pl.col("type").str.to_uppercase().str.contains("MODEL").fill_null(value=False)
    return lin.datasets.select(
        "dataset", kind=pl.when(model).then(pl.lit("model")).otherwise(pl.lit("dataset"))
    )


def _storage(
    lin: Lineage, policy: Policy, found: Labels, where: _Where, kinds: pl.DataFrame
) -> pl.DataFrame:
    """One row a dataset, role (storage, replica) and epoch in which it was written."""
    graph = found.states
    last = graph.last.filter(pl.col("thing").str.starts_with("dataset:")).select(
        "node", "act", dataset="thing"
    )
    if len(policy.epochs) == 1:
        rows = last.with_columns(epoch=pl.lit(0, pl.UInt32))
    else:
        made = graph.writes.join(graph.acts.select("act", "epoch"), on="act")
        made = made.sort("dataset", "epoch", "number").group_by(
            "dataset", "epoch", maintain_order=True
        ).last()  # fmt: skip
        unwritten = (
            last.filter(pl.col("act").is_null())
            .join(lin.datasets.select("dataset", day=pl.col("last_seen").dt.date()), on="dataset")
            .with_columns(pl.col("day").fill_null(pl.lit(newest_day(graph, policy))))
        )
        epochs = [epoch_of(policy.epochs, day) for day in unwritten["day"]]
        unwritten = unwritten.with_columns(epoch=pl.Series(epochs, dtype=pl.UInt32))
        columns = ["dataset", "node", "act", "epoch"]
        rows = pl.concat([made.select(columns), unwritten.select(columns)])
    copies = where.of(rows, "replica").select("epoch", "grade", dataset="node", to_set="set")
    replicas = rows.join(copies, on=["epoch", "dataset"])
    held = where.stored(rows, "dataset", "to_set")
    return (
        pl.concat(
            [
                held.with_columns(role=pl.lit("storage")),
                replicas.with_columns(role=pl.lit("replica")).select(*held.columns, "role"),
            ]
        )
        .join(kinds, on="dataset")
        .join(graph.acts.select("act", "run", "job"), on="act", how="left")
        .with_columns(check=pl.lit("storage"), from_set=pl.lit(NO_PLACE, pl.Int32))
        .sort("dataset", "epoch", "role", "to_set")
    )


def _processing(found: Labels, where: _Where, kinds: pl.DataFrame) -> pl.DataFrame:
    """One row an act and what it read; of acts that read nothing, what they wrote."""
    graph = found.states
    acts = graph.acts.filter(pl.col("job").is_not_null())
    inputs = graph.reads.select("act", "dataset", "node", "event")
    outputs = graph.writes.join(inputs, on="act", how="anti").select(inputs.columns)
    rows = pl.concat([inputs, outputs]).join(acts.select("act", "run", "job", "epoch"), on="act")
    rows = where.stored(rows, "dataset", "from_set").drop("grade")
    return (
        rows.join(where.acts(acts), on="act", how="left")
        .join(kinds, on="dataset")
        .with_columns(check=pl.lit("processing"))
        .sort("act", "dataset")
    )


def _crossings(found: Labels, where: _Where, kinds: pl.DataFrame) -> pl.DataFrame:
    """One row an act and two datasets, one fed by the other, not known to be in one place."""
    graph = found.states
    flows = graph.flows.datasets(graph.reads)
    rows = flows.join(graph.acts.select("act", "run", "job", "epoch"), on="act")
    rows = where.stored(rows, "source", "from_set").drop("grade")
    rows = where.stored(rows, "target", "to_set")
    one = [at for at, places in enumerate(where.sets.known) if len(places) == 1]
    stays = (pl.col("from_set") == pl.col("to_set")) & pl.col("from_set").is_in(one)
    seen = graph.reads.select("act", "node", "event", source="dataset")
    newest = graph.last.select(source="thing", newest="node")
    return (
        rows.filter(~stays)
        .join(seen, on=["act", "source"], how="left")
        .join(newest, on="source", how="left")
        .with_columns(node=pl.coalesce("node", "newest"), check=pl.lit("transfer"))
        .drop("newest")
        .join(kinds.rename({"dataset": "source"}), on="source")
        .sort("act", "source", "target")
    )


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
    keys = pl.concat([
        frame.select(*(c for c in _KEY if c != "label"), label=which)
        for frame in rows for which in ("label", "bare")
    ]).unique().sort(_KEY, nulls_last=True)  # fmt: skip
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
    storage, processing, crossed = (_joined(frame, answers) for frame in rows)
    answered = [(question, decisions[question]) for question in distinct]
    own = evaluator is None
    return Judged(policy, own, claims, sets, found, answered, storage, processing, crossed)


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

    def _of(self, facts: Sequence[int]) -> Ints:
        key = id(facts)
        if key not in self._numbered:
            self._numbered[key] = np.fromiter(map(self.number, facts), np.int64, len(facts))
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


_ASKED = [key for key in _KEY if key != "label"]


def _joined(rows: pl.DataFrame, answers: pl.DataFrame) -> pl.DataFrame:
    """Rows with their answer; by exception where it is worse without exceptions."""
    rank = pl.col("verdict").replace_strict(
        dict(zip(VERDICTS, range(5), strict=True)), return_dtype=pl.UInt8
    )
    ranked = answers.with_columns(rank=rank)
    got = rows.join(
        ranked, on=[*_ASKED, "label"], nulls_equal=True, how="left", maintain_order="left"
    )
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
