"""What there is to judge: every dataset where it is stored, every input of a run, every crossing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from lineage_explorer.residency.labels import Labels, epoch_of, newest_day
from lineage_explorer.residency.policy import Policy
from lineage_explorer.residency.settle import NO_PLACE, Sets, agreed, settle
from lineage_explorer.residency.states import named

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage


class Where:
    """Sets of places of things, in each epoch."""

    def __init__(self, claims: pl.DataFrame, policy: Policy, sets: Sets, kind: pl.Enum) -> None:
        self.claims = claims
        self.kind = kind
        self.policy = policy
        self.sets = sets
        self._settled: dict[int, pl.DataFrame] = {}

    def settled(self, epoch: int) -> pl.DataFrame:
        if epoch not in self._settled:
            day = self.policy.epochs[epoch]
            found = settle(self.claims, self.policy, day, self.sets)
            number = pl.col("node").cast(self.kind, strict=False)
            self._settled[epoch] = found.with_columns(number=number)
        return self._settled[epoch]

    def of(self, frame: pl.DataFrame, role: str) -> pl.DataFrame:
        """epoch, node, number (of datasets), run, set, grade of the epochs that occur in a frame."""
        schema: dict[str, Any] = {"epoch": pl.UInt32, "node": pl.String, "number": self.kind,
                                  "run": pl.String, "set": pl.Int32, "grade": pl.String}  # fmt: skip
        parts = [pl.DataFrame(schema=schema)]
        for epoch in frame["epoch"].unique().sort():
            found = self.settled(epoch).filter(pl.col("role") == role)
            parts.append(found.with_columns(epoch=pl.lit(epoch, pl.UInt32)).select(schema.keys()))
        return pl.concat(parts)

    def datasets(self, frame: pl.DataFrame, role: str) -> pl.DataFrame:
        """epoch, dataset (a number, as in the graph), set, grade."""
        return self.of(frame, role).drop_nulls("number").select(
            "epoch", "set", "grade", dataset="number"
        )  # fmt: skip

    def stored(self, frame: pl.DataFrame, dataset: str, as_: str) -> pl.DataFrame:
        """The frame with the set a dataset is stored in, and the grade of what says so."""
        held = self.datasets(frame, "storage").rename({"dataset": dataset, "set": as_})
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


def kinds_of(lin: Lineage, kind: pl.Enum) -> pl.DataFrame:
    """Dataset (a number), kind: model where its type says so."""
    model = pl.col("type").str.to_uppercase().str.contains("MODEL").fill_null(value=False)
    return lin.datasets.select(
        pl.col("dataset").cast(kind),
        kind=pl.when(model).then(pl.lit("model")).otherwise(pl.lit("dataset")),
    )


def storage(
    lin: Lineage, policy: Policy, found: Labels, where: Where, kinds: pl.DataFrame
) -> pl.DataFrame:
    """One row a dataset, role (storage, replica) and epoch in which it was written."""
    graph = found.states
    last = graph.last.filter(pl.col("thing").str.starts_with("dataset:")).select(
        "node", "act", dataset=pl.col("thing").cast(graph.kind)
    )
    if len(policy.epochs) == 1:
        rows = last.with_columns(epoch=pl.lit(0, pl.UInt32))
    else:
        made = graph.writes.join(graph.acts.select("act", "epoch"), on="act")
        made = made.sort("dataset", "epoch", "number").group_by(
            "dataset", "epoch", maintain_order=True
        ).last()  # fmt: skip
        seen = lin.datasets.select(
            pl.col("dataset").cast(graph.kind), day=pl.col("last_seen").dt.date()
        )
        unwritten = (
            last.filter(pl.col("act").is_null())
            .join(seen, on="dataset")
            .with_columns(pl.col("day").fill_null(pl.lit(newest_day(graph, policy))))
        )
        epochs = [epoch_of(policy.epochs, day) for day in unwritten["day"]]
        unwritten = unwritten.with_columns(epoch=pl.Series(epochs, dtype=pl.UInt32))
        columns = ["dataset", "node", "act", "epoch"]
        rows = pl.concat([made.select(columns), unwritten.select(columns)])
    copies = where.datasets(rows, "replica").rename({"set": "to_set"})
    replicas = rows.join(copies, on=["epoch", "dataset"])
    held = where.stored(rows, "dataset", "to_set")
    stored = (
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
    return named(stored)


def processing(found: Labels, where: Where, kinds: pl.DataFrame) -> pl.DataFrame:
    """One row an act and what it read; of acts that read nothing, what they wrote."""
    graph = found.states
    acts = graph.acts.filter(pl.col("job").is_not_null())
    inputs = graph.reads.select("act", "dataset", "node", "event")
    outputs = graph.writes.join(inputs, on="act", how="anti").select(inputs.columns)
    rows = pl.concat([inputs, outputs]).join(acts.select("act", "run", "job", "epoch"), on="act")
    rows = where.stored(rows, "dataset", "from_set").drop("grade")
    run = rows.join(where.acts(acts), on="act", how="left").join(kinds, on="dataset")
    return named(run.with_columns(check=pl.lit("processing")).sort("act", "dataset"))


def crossings(found: Labels, where: Where, kinds: pl.DataFrame) -> pl.DataFrame:
    """One row an act and two datasets, one fed by the other, not known to be in one place."""
    graph = found.states
    flows = graph.flows.datasets(graph.reads)
    rows = flows.join(graph.acts.select("act", "run", "job", "epoch"), on="act")
    rows = where.stored(rows, "source", "from_set").drop("grade")
    rows = where.stored(rows, "target", "to_set")
    one = [at for at, places in enumerate(where.sets.known) if len(places) == 1]
    stays = (pl.col("from_set") == pl.col("to_set")) & pl.col("from_set").is_in(one)
    seen = graph.reads.select("act", "node", "event", source="dataset")
    newest = graph.last.select(source=pl.col("thing").cast(graph.kind), newest="node")
    crossed = (
        rows.filter(~stays)
        .join(seen, on=["act", "source"], how="left")
        .join(newest, on="source", how="left")
        .with_columns(node=pl.coalesce("node", "newest"), check=pl.lit("transfer"))
        .drop("newest")
        .join(kinds.rename({"dataset": "source"}), on="source")
        .sort("act", "source", "target")
    )
    return named(crossed)
