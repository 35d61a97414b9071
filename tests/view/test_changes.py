"""A diff drawn: both sides in one picture, and what the panel tells of it."""

from __future__ import annotations

import json
from pathlib import Path
from xml.dom import minidom

import polars as pl
import pytest

import lineage_explorer as lx
from lineage_explorer.analysis.diff import RunDiff
from lineage_explorer.view.changes import NAME, shortened
from lineage_explorer.view.modes import NONE
from lineage_explorer.view.svg import svg
from lineage_explorer.view.wire import pack
from tests.analysis.days import (
    days,
    drop_field,
    fail,
    read,
    rename_field,
    retype,
    run_id,
    skip,
    sql,
    times,
)
from tests.events import dataset, run_event
from tests.view.hostile import HOSTILE

LAST = 9


def of_last_day(*edits) -> RunDiff:
    """The mart's last run against the one before, the edits made on the last day."""
    lin = read(days(LAST + 1, edits=[(job, LAST, edit) for job, edit in edits]))
    return lin.diff(run_id("mart", LAST - 1), run_id("mart", LAST))


def status_of(view: lx.Explorer) -> dict[str, str]:
    """Short name to what the colour mode says."""
    mode = next(one for one in view.scene.modes if one.name == NAME)
    return {
        node.id.rpartition(":")[2]: mode.entries[value].label
        for node, value in zip(view.scene.nodes, mode.values, strict=True)
        if value != NONE
    }


def captions_of(view: lx.Explorer) -> dict[str, str]:
    assert view.scene.compare is not None
    ids = [node.id.rpartition(":")[2] for node in view.scene.nodes]
    return {ids[at]: words for at, words in view.scene.compare.captions.items()}


def blocks_of(view: lx.Explorer) -> list[dict]:
    found: list[dict] = json.loads(view._detail)["tabs"][0]["blocks"]
    return found


def test_what_changed_is_drawn_with_what_connects_it_and_leads_to_the_run_asked_for() -> None:
    view = of_last_day(("clean", drop_field("amount")), ("mart", fail())).explore()
    assert status_of(view) == {"staged": "changed", "mart": "changed"}


def test_all_shows_what_is_the_same_too_and_what_was_there_keeps_its_order() -> None:
    view = of_last_day(("load", sql("select 1")), ("mart", fail())).explore()
    before = dict(zip([node.id for node in view.scene.nodes], view.scene.y, strict=True))
    view.unchanged = True
    told = status_of(view)
    assert told["source"] == "same"
    assert set(told) == {"source", "load", "raw", "clean", "staged", "mart", "daily"}
    after = dict(zip([node.id for node in view.scene.nodes], view.scene.y, strict=True))
    assert sorted(before, key=lambda node: (before[node], node)) == sorted(
        before, key=lambda node: (after[node], node)
    )


def test_a_node_of_one_side_has_a_mark_as_well_as_a_colour() -> None:
    lin = lx.read(
        [
            run_event("load", ["a"], ["b"], run="1", time="2026-03-02T01:00:00Z"),
            run_event("load", ["c"], ["b"], run="2", time="2026-03-03T01:00:00Z"),
        ]
    )
    view = lin.diff("1", "2").explore(unchanged=True)
    assert status_of(view) == {
        "a": "only before", "c": "only after", "load": "changed", "b": "same",
    }  # fmt: skip
    mode = next(one for one in view.scene.modes if one.name == NAME)
    assert {entry.label: entry.mark for entry in mode.entries} == {
        "only after": "+", "only before": "\N{MINUS SIGN}", "changed": "Δ", "same": "",
    }  # fmt: skip
    compare = view.scene.compare
    assert compare is not None
    ids = [node.id for node in view.scene.nodes]
    lines = {ids[view.scene.edges[at].source]: side for at, side in compare.lines.items()}
    assert lines == {"dataset:db:a": "before", "dataset:db:c": "after"}


def test_captions_say_what_changed_and_are_cut_between_their_parts() -> None:
    found = of_last_day(("clean", drop_field("amount")), ("clean", times(0.5)))
    assert captions_of(found.explore())["staged"] == "1 column dropped · rows -49 %"
    assert shortened("1 column dropped · rows -49 % · SQL changed", 200).endswith("· +1")
    assert shortened("x" * 300, 100).count("…") == 1


def test_where_the_sides_part_is_numbered() -> None:
    view = of_last_day(("load", sql("select 1")), ("mart", fail())).explore()
    compare = view.scene.compare
    assert compare is not None
    marked = {view.scene.nodes[at].id.rpartition(":")[2]: n for at, n in compare.marks.items()}
    assert marked == {"load": 1}


def test_states_are_those_of_the_side() -> None:
    view = of_last_day(("mart", fail())).explore(unchanged=True)
    compare = view.scene.compare
    assert compare is not None
    at = [node.id for node in view.scene.nodes].index("job:jobs:mart")
    assert (compare.states["before"][at], compare.states["after"][at]) == ("COMPLETE", "FAIL")
    assert view.scene.nodes[at].state == "FAIL"


def test_the_earlier_run_may_be_the_later_side() -> None:
    lin = read(days(4, edits=[("mart", 3, fail())]))
    view = lin.diff(run_id("mart", 3), run_id("mart", 2)).explore(unchanged=True)
    mart = next(node for node in view.scene.nodes if node.id == "job:jobs:mart")
    assert mart.state == "COMPLETE"


def test_columns_of_both_sides_are_listed_and_marked() -> None:
    found = of_last_day(
        ("load", drop_field("note")), ("load", retype("id", "bigint")), ("clean", drop_field("id"))
    )
    view = found.explore(columns=["raw"])
    raw = next(node for node in view.scene.nodes if node.id == "dataset:db:raw")
    assert raw.rows == (
        ("id", "int → bigint", "Δ"), ("amount", "int", ""), ("note", "text", "\N{MINUS SIGN}"),
    )  # fmt: skip


def test_a_renamed_column_is_one_row() -> None:
    view = of_last_day(("load", rename_field("note", "remark"))).explore(columns=["raw"])
    raw = next(node for node in view.scene.nodes if node.id == "dataset:db:raw")
    assert [row[0] for row in raw.rows] == ["id", "amount", "remark"]
    assert raw.rows[2][1:] == ("was note", "Δ")


def test_column_lineage_of_other_runs_names_no_columns() -> None:
    def renamed(event: dict) -> None:
        rename_field("amount", "sum")(event)
        lineage = event["outputs"][0]["facets"]["columnLineage"]["fields"]
        lineage["sum"] = lineage.pop("amount")

    lin = read(days(6, edits=[("clean", 2, renamed)]))
    view = lin.diff(run_id("mart", 4), run_id("mart", 5)).explore(
        columns=["staged"], unchanged=True
    )
    staged = next(node for node in view.scene.nodes if node.id == "dataset:db:staged")
    # what the mart reads is told by its own column lineage, whatever the schema says
    assert sorted(row[0] for row in staged.rows) == ["amount", "id", "sum"]
    assert dict(row[:2] for row in staged.rows)["amount"] == ""
    raw = lin.diff(run_id("clean", 4), run_id("clean", 5)).explore(
        columns=["staged"], unchanged=True
    )
    staged = next(node for node in raw.scene.nodes if node.id == "dataset:db:staged")
    assert sorted(row[0] for row in staged.rows) == ["id", "sum"]


def test_schemas_are_those_of_the_runs_compared_not_the_newest() -> None:
    lin = read(days(6, edits=[("load", 5, drop_field("note"))]))
    found = lin.diff(run_id("mart", 2), run_id("mart", 3))
    fields = found.lineage.fields.filter(pl.col("dataset") == "dataset:db:raw")
    assert "note" in fields["field"].to_list()


def test_nothing_that_other_runs_did_is_in_the_union() -> None:
    extra = run_event("aside", ["raw"], ["elsewhere"], run="x", time="2026-03-04T20:00:00Z")
    lin = lx.read([*days(6), extra])
    found = lin.diff(run_id("mart", 2), run_id("mart", 3)).lineage
    assert "job:jobs:aside" not in found.jobs["job"]
    assert found.runs["run"].sort().to_list() == sorted(
        run_id(job, day) for job in ("load", "clean", "mart") for day in (2, 3)
    )


def test_every_edge_of_a_diff_is_drawn_and_no_other() -> None:
    found = of_last_day(("mart", fail()), ("load", drop_field("note")))
    drawn = found.lineage.edges.filter(pl.col("kind").is_in(["reads", "writes"]))
    assert set(drawn.select("source", "target").rows()) == set(
        found.edges.select("source", "target").rows()
    )


@pytest.fixture(scope="module")
def two_logs() -> RunDiff:
    """Two logs in files that are called alike; a job is renamed, a dataset gone."""
    one = [run_event("load", ["a"], [dataset("b", schema={"fields": [{"name": "x"}]})], run="1"),
           run_event("old", ["b"], ["c"], run="2")]  # fmt: skip
    other = [run_event("load", ["a"], [dataset("b", schema={"fields": [{"name": "y"}]})], run="1"),
             run_event("new", ["b"], ["c"], run="3")]  # fmt: skip
    return lx.diff(lx.read(one), lx.read(other))


def test_two_logs_are_one_picture_by_the_newer_names(two_logs: RunDiff) -> None:
    assert two_logs.renamed == {"job:jobs:old": "job:jobs:new"}
    told = status_of(two_logs.explore(unchanged=True))
    assert set(told) == {"a", "load", "b", "new", "c"}


def test_events_of_both_logs_can_be_opened(two_logs: RunDiff) -> None:
    lin = two_logs.lineage
    assert lin.events["event"].is_unique().all()
    assert lin.story is not None
    texts = [lin.event(event) for event in lin.story.events_of("dataset:db:b")]
    assert len(texts) == 2
    assert ['"y"' in text for text in texts].count(True) == 1


def test_beside_the_picture_is_the_list_of_all_changes_the_gravest_first() -> None:
    view = of_last_day(("load", sql("select 1")), ("clean", drop_field("amount"))).explore()
    lists = {block["list"]: block for block in blocks_of(view) if block["type"] == "changes"}
    assert lists["changes"]["rows"][0][0] == "dataset:db:staged"
    assert [row[0] for row in lists["marked"]["rows"]] == ["job:jobs:load"]


def test_a_node_selected_tells_its_changes_first_with_both_sides() -> None:
    view = of_last_day(("load", sql("select  1\nfrom source"))).explore()
    view.selection = ["load"]
    sides = [block for block in blocks_of(view) if block["type"] == "sides"]
    assert [(one["change"], one["before"], one["after"]) for one in sides] == [
        ("SQL changed", "select * from source", "select  1\nfrom source")
    ]
    view.selection = []
    assert any(block["type"] == "changes" for block in blocks_of(view))


def test_more_changes_than_a_page_are_asked_for() -> None:
    def day(number: int, wrong: bool) -> list[dict]:
        return [
            run_event(f"j{n}", ["a"], [f"d{n}"], run=f"{number}-{n}",
                      time=f"2026-03-0{number}T01:00:00Z",
                      job_facets={"sql": {"query": f"select {int(wrong)}"}})
            for n in range(120)
        ]  # fmt: skip

    view = (
        lx.read(day(2, wrong=False) + day(3, wrong=True)).diff("2026-03-02", "2026-03-03").explore()
    )
    block = next(one for one in blocks_of(view) if one.get("list") == "changes")
    assert (len(block["rows"]), block["total"]) == (100, 120)
    sent = []
    view.send = lambda told, _buffers: sent.append(told)
    question = {"ask": 1, "what": "rows", "list": "changes", "about": "", "from": 100, "count": 100}
    view._question(view, question, [])
    assert len({row[0] for row in [*block["rows"], *sent[0]["rows"]]}) == 120


def test_a_diagnosis_is_told_beside_its_picture_and_its_causes_are_numbered() -> None:
    edits = [("clean", LAST, drop_field("amount")), ("mart", LAST, fail("no column amount"))]
    found = read(days(LAST + 1, edits=edits)).diagnose(run_id("mart", LAST))
    view = found.explore()
    detail = json.loads(view._detail)
    assert detail["title"] == "Why did it go wrong?"
    assert detail["tabs"][0]["blocks"][0]["text"] == found.verdict
    compare = view.scene.compare
    assert compare is not None
    assert [view.scene.nodes[at].id for at in compare.marks] == ["dataset:db:staged"]


def test_a_diagnosis_is_written_with_its_causes(tmp_path: Path) -> None:
    edits = [("clean", LAST, drop_field("amount")), ("mart", LAST, fail("no column amount"))]
    found = read(days(LAST + 1, edits=edits)).diagnose(run_id("mart", LAST))
    found.write(tmp_path / "why.svg")
    assert "causes, the likeliest first" in (tmp_path / "why.svg").read_text(encoding="utf-8")


def test_a_diagnosis_without_anything_to_compare_with_is_still_drawn() -> None:
    found = read(days(1, edits=[("mart", 0, fail())])).diagnose(run_id("mart", 0))
    assert found.good is None
    assert found.explore().scene.compare is None


def test_an_empty_diff_says_that_nothing_differs_and_how_to_see_all() -> None:
    view = read(days(4)).diff("2026-03-04", "2026-03-04").explore()
    assert view.scene.nodes == []
    assert "Nothing differs" in view.scene.empty
    view.unchanged = True
    assert len(view.scene.nodes) == 7


def test_a_diff_of_empty_logs_is_a_picture_too(tmp_path: Path) -> None:
    found = lx.diff(lx.read([]), lx.read([]))
    found.write(tmp_path / "empty.svg")
    assert found.explore().scene.nodes == []


def test_a_diff_of_many_nodes_is_grouped_and_draws_where_it_parts_by_itself() -> None:
    def day(number: int, wrong: bool) -> list[dict]:
        return [
            run_event(f"team{n % 7}.j{n}", [f"area{(n - 1) % 7}.d{n - 1}"],
                      [f"area{n % 7}.d{n}"], run=f"{number}-{n}",
                      time=f"2026-03-0{number}T01:{n % 60:02}:00Z",
                      job_facets={"sql": {"query": f"select {int(wrong)}"}})
            for n in range(400)
        ]  # fmt: skip

    found = lx.read(day(2, wrong=False) + day(3, wrong=True)).diff("2026-03-02", "2026-03-03")
    view = found.explore()
    assert len(view.scene.nodes) < 300
    assert sum(node.members or 1 for node in view.scene.nodes) >= 799
    first = found.divergence["node"][0]
    assert first in [node.id for node in view.scene.nodes]


def test_the_static_picture_has_captions_numbers_legend_and_dashes() -> None:
    lin = read(days(4, edits=[("load", 3, sql("select 1")), ("mart", 3, skip)]))
    view = lin.diff("2026-03-04", "2026-03-05").explore()
    drawn = svg(view.scene, color=NAME, theme="light")
    minidom.parseString(drawn)  # noqa: S318 - our own picture
    for words in ("only before", "SQL changed", "where they part", 'stroke-dasharray="5 3"'):
        assert words in drawn
    before = svg(view.scene, color=NAME, theme="light", side="after")
    assert '<g opacity="0.2">' in before


@pytest.mark.parametrize("ending", ["svg", "html"])
def test_a_diff_of_hostile_names_is_written_as_text(tmp_path: Path, ending: str) -> None:
    def day(number: int) -> list[dict]:
        return [
            run_event(f"j{n}{name}", [f"in{name}"], [f"out{n}{name}"], run=f"{number}{n}",
                      time=f"2026-03-0{number}T01:00:00Z",
                      job_facets={"sql": {"query": f"select '{name}' as x{number}"}})
            for n, name in enumerate(HOSTILE)
        ]  # fmt: skip

    found = lx.read(day(2) + day(3)).diff("2026-03-02", "2026-03-03")
    path = tmp_path / f"diff.{ending}"
    found.write(path)
    text = path.read_text(encoding="utf-8")
    assert "<img src=x" not in text
    assert text.count("<script") == (2 if ending == "html" else 0)


def test_the_view_can_be_made_again_from_its_code_and_its_state() -> None:
    found = of_last_day(("load", sql("select 1")))
    view = found.explore(side="after", unchanged=True)
    assert view.code() == 'view = diff.explore(unchanged=True, side="after")'
    again = found.explore(state=view.state)
    assert (again.side, again.unchanged, again.color) == ("after", True, NAME)


def test_equal_diffs_make_equal_pictures() -> None:
    edits = [("load", sql("select 1")), ("mart", fail())]
    one, other = of_last_day(*edits).explore(), of_last_day(*edits).explore()
    assert pack(one.scene) == pack(other.scene)


def test_what_is_no_diff_has_no_bar_and_no_changes_tab() -> None:
    view = read(days(2)).explore(selection=["load"])
    assert view.scene.compare is None
    assert json.loads(view._detail)["tabs"][0]["name"] == "Overview"


def test_a_view_can_go_from_a_diff_to_a_log_and_back() -> None:
    lin = read(days(4, edits=[("load", 3, sql("select 1"))]))
    found = lin.diff(run_id("mart", 2), run_id("mart", 3))
    view = found.explore()
    view.update(lin)
    assert (view.color, view.scene.compare) == ("state", None)
    assert "explore(" in view.code()
    view.update(found.lineage)
    assert view.scene.compare is not None
