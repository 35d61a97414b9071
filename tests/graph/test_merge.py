"""Two logs as one: what is merged is what would have been read together."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from polars.testing import assert_frame_equal

import lineage_explorer as lx
from tests.analysis.days import days
from tests.events import ndjson, run_event

ONE = [run_event("load", ["a"], ["b"], run="1"), run_event("load", ["a"], ["b"], run="2")]
OTHER = [run_event("mart", ["b"], ["c"], run="3")]


def test_what_is_merged_is_what_would_have_been_read_together(tmp_path: Path) -> None:
    paths = [tmp_path / "one.ndjson", tmp_path / "other.ndjson"]
    parts = [days(4)[:10], days(4)[10:]]
    for path, part in zip(paths, parts, strict=True):
        path.write_bytes(ndjson(*part))
    merged = lx.read(paths[0]).merge(lx.read(paths[1]))
    together = lx.read(paths)
    for name, frame in together.frames.items():
        left = getattr(merged.frames, name)
        file = [pl.col("file").str.split("/").list.last()] if "file" in frame.columns else []
        assert_frame_equal(left.with_columns(file), frame.with_columns(file))


def test_files_that_are_called_alike_stay_two() -> None:
    merged = lx.read(ONE).merge(lx.read(OTHER))
    assert merged.sources["file"].to_list() == ["<events>", "<events> (2)"]
    assert merged.runs["run"].to_list() == ["1", "2", "3"]
    assert '"mart"' in merged.event(merged.events.row(-1, named=True)["event"])
    assert merged.upstream("c").nodes.height == 4


def test_a_log_merged_with_itself_is_itself() -> None:
    lin = lx.read(ONE)
    assert_frame_equal(lin.merge(lin).events, lin.events)


def test_of_narrowed_lineages_only_their_nodes_are_merged() -> None:
    merged = lx.read(ONE).select("a").merge(lx.read(OTHER))
    assert set(merged.nodes["name"]) == {"a", "b", "mart", "c"}


def test_of_an_earlier_time_only_what_was_known_then_is_merged() -> None:
    lin = lx.read(days(4))
    early = lin.as_of("2026-03-03")
    merged = early.merge(lx.read(OTHER))
    assert merged.events.height == early.events.height + 1
    assert_frame_equal(early.merge(early).events, early.events)
    assert early.merge(lin).events.height == lin.events.height


def test_nothing_merged_with_nothing_is_nothing() -> None:
    assert lx.Lineage().merge(lx.Lineage()).nodes.is_empty()
