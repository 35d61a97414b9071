from __future__ import annotations

import random
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

import lineage_explorer as lx
from lineage_explorer.graph.provenance import trace
from lineage_explorer.lineage import Lineage
from tests.graph.provenance_oracle import DATASETS, Oracle, Run, events_of, logs, text


def read(runs: list[Run]) -> Lineage:
    return lx.read(events_of(runs))


def hops(runs: pl.DataFrame) -> dict[Any, int]:
    name = pl.col("dataset").str.strip_prefix("dataset:db:")
    return {(run, node): hop for run, node, hop in runs.select("run", name, "hop").iter_rows()}


@settings(max_examples=150)
@given(logs())
def test_what_a_run_read_was_written_by_whom_a_plain_reading_of_the_rules_says(
    runs: list[Run],
) -> None:
    lin, oracle = read(runs), Oracle(runs)
    record, datasets = lin.record, lin.datasets["name"].to_list()
    ids = lin.runs["run"].to_list()
    for at, run in enumerate(ids):
        found = trace(record, record.of_run(at)).found
        writes = [
            (ids[record.writes.run[write]], datasets[record.writes.dataset[write]])
            for write in found.write
        ]
        far, certain, _ = oracle.of_run(next(one for one in runs if one.run == run))
        assert dict(zip(writes, found.hop, strict=True)) == far
        assert {one for one, sure in zip(writes, found.certain, strict=True) if sure} == certain


@settings(max_examples=80)
@given(logs(), st.sampled_from(DATASETS), st.integers(-1, 20))
def test_so_was_what_stood_in_a_dataset_at_a_time(runs: list[Run], name: str, minute: int) -> None:
    lin, oracle = read(runs), Oracle(runs)
    for node in lin.datasets.filter(pl.col("name") == name)["dataset"]:
        found = lin.provenance(node, at=text(minute))
        far, certain, open_ = oracle.of_dataset(name, minute)
        assert hops(found.runs) == far
        assert set(hops(found.runs.filter("certain"))) == certain
        roots = found.sources.filter(pl.col("role") == "read")["dataset"]
        assert {root.removeprefix("dataset:db:") for root in roots} == {name for _, name in open_}


@settings(max_examples=60)
@given(logs(), st.randoms(use_true_random=False))
def test_the_order_of_events_in_the_file_is_irrelevant(
    runs: list[Run], chance: random.Random
) -> None:
    events = events_of(runs)
    mixed = list(events)
    chance.shuffle(mixed)
    one, other = lx.read(events), lx.read(mixed)
    for run in runs[-2:]:
        a, b = one.provenance(run.run), other.provenance(run.run)
        assert a.runs.drop("event").equals(b.runs.drop("event"))
        assert a.sources.equals(b.sources)


@settings(max_examples=60)
@given(logs())
def test_every_run_is_a_writer_of_its_dataset_and_none_is_from_the_future(runs: list[Run]) -> None:
    lin = read(runs)
    writers = set(
        lin.io.filter(pl.col("direction") == "output").select("run", "dataset").iter_rows()
    )
    ends = dict(lin.runs.select("run", pl.coalesce("ended", "last_seen")).iter_rows())
    streams = {run.run for run in runs if run.stream and run.end is None}
    for run in runs[-2:]:
        found = lin.provenance(run.run).runs
        assert set(found.select("run", "dataset").iter_rows()) <= writers
        for began, reader in found.select("began", "reader").iter_rows():
            assert reader in streams or began <= ends[reader]
