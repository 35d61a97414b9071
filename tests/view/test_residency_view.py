"""Crossings, boxes of places, findings in the panel, and `place:` in a selection."""

from __future__ import annotations

import json
from datetime import date
from typing import Any
from xml.dom import minidom

import pytest
import traitlets

import lineage_explorer as lx
from lineage_explorer.errors import SelectionError
from lineage_explorer.view import found
from lineage_explorer.view.detail import edge_detail
from lineage_explorer.view.found_edge import with_crossings
from lineage_explorer.view.modes import Line
from tests.conftest import ROOT
from tests.residency.made import PLACED, columns, data, judged, run
from tests.view.hostile import HOSTILE
from tests.view.pages import page_text

POLICY = ROOT / "sample_events" / "fraud" / "policy.toml"
ONLY_DE = [{"dataset": "a", "permitted": ["DE"], "regimes": ["eu_gdpr"]}]


@pytest.fixture(scope="module")
def report() -> lx.ResidencyReport:
    return lx.sample("fraud").residency(POLICY)


def lines(view: lx.Explorer) -> dict[tuple[str, str], tuple[str, Line]]:
    """The lines of the residency mode by the names of both ends, with the verdict."""
    mode = next(one for one in view.scene.modes if one.name == "residency")
    nodes, edges = view.scene.nodes, view.scene.edges
    return {
        (nodes[edges[at].source].label, nodes[edges[at].target].label): (
            mode.entries[line.entry].label, line,
        )
        for at, line in mode.lines.items()
    }  # fmt: skip


def marks(view: lx.Explorer, color: str = "residency") -> dict[str, str]:
    mode = next(one for one in view.scene.modes if one.name == color)
    return dict(zip((node.label for node in view.scene.nodes), mode.marks, strict=True))


def test_what_stays_in_one_place_is_no_crossing():
    view = judged([run("copy", ["de/a"], ["de/b"])], labels=ONLY_DE).explore(query="*")
    assert ("copy", "b") not in lines(view)
    assert not any(line.sure for _, line in lines(view).values())


def test_what_goes_elsewhere_is_a_crossing_with_its_verdict():
    report = judged([run("copy", ["de/a"], ["us/b"])], labels=ONLY_DE)
    verdict, line = lines(report.explore(query="*"))["copy", "b"]
    assert (verdict, line.sure) == ("outside", True)
    assert "DE → US" in line.words


def test_where_a_place_is_not_known_it_may_be_a_crossing_and_has_no_mark():
    report = judged([run("copy", ["de/a"], ["other/b"])], labels=ONLY_DE)
    verdict, line = lines(report.explore(query="*"))["copy", "b"]
    assert (verdict, line.sure) == ("undecided", False)
    assert "may cross" in line.words


@pytest.mark.parametrize(
    ("masking", "masked", "words"),
    [((True,), True, "all columns masked"), ((False,), False, "not masked"),
     ((True, False), False, "not masked")],
)  # fmt: skip
def test_masked_and_unmasked_columns_that_cross_are_told_apart(masking, masked, words):
    cells: dict[str, Any] = {f"f{n}": [("de/a", f"f{n}", one)] for n, one in enumerate(masking)}
    told = columns(**cells)
    out = data("us/b", columnLineage=told)
    report = judged([run("copy", ["de/a"], [out])], labels=ONLY_DE)
    _, line = lines(report.explore(query="*"))["copy", "b"]
    assert line.masked is masked
    assert words in line.words


def test_masking_that_is_not_told_is_said_to_be_so():
    report = judged([run("copy", ["de/a"], ["us/b"])], labels=ONLY_DE)
    _, line = lines(report.explore(query="*"))["copy", "b"]
    assert line.masked is None
    assert "masking not told" in line.words


def test_places_and_findings_stand_on_the_cards(report):
    found = marks(report.explore(query="*"))
    assert found["review/transactions"] == "US !2"
    assert (
        found["…apac_transactions" if "…apac_transactions" in found else "debug/apac_transactions"]
        == "?"
    )
    assert found["copy_for_review"] == "US !"


def test_there_is_a_box_for_each_place_and_lines_between_with_counts(report):
    view = report.explore(by="place")
    boxes = {node.label: node.members for node in view.scene.nodes}
    assert set(boxes) == {"DE", "SG", "SE", "US", "place unknown"}
    assert sum(boxes.values()) == len(report.lin.nodes)
    verdict, line = lines(view)["DE", "US"]
    assert verdict == "outside"
    assert "by exception: 1 crossing" in line.words
    assert {node.label for node in view.scene.nodes if node.kind == "group"} == set(boxes)


def test_a_box_opens_to_what_is_there(report):
    view = report.explore(by="place")
    view.groups = ["group:place US"]
    shown = {node.label for node in view.scene.nodes}
    assert {"review/transactions", "fraud_counts"} <= shown
    assert "US" not in shown
    assert lines(view)["DE", "copy_for_review"][0] == "outside"


def test_a_box_of_many_opens_to_groups():
    events = [run(f"j{at}", ["de/a"], [f"us/{'abc'[at % 3]}_{at}"], at) for at in range(200)]
    view = judged(events, labels=ONLY_DE).explore(by="place")
    view.groups = ["group:place US"]
    assert len(view.scene.nodes) < 100
    assert len(view.scene.shown) == 401


def test_the_panel_begins_with_the_findings_the_worst_first(report):
    detail = json.loads(report.explore(query="*")._detail)
    assert (detail["for"], detail["kind"]) == ("", "residency")
    assert detail["tabs"][0]["name"] == "outside 3"
    assert {row[0] for row in detail["tabs"][0]["blocks"][0]["rows"]} == set(
        report.findings["id"].head(3)
    )


def test_a_chosen_finding_tells_its_chain_down_to_the_raw_line(report):
    finding = report.findings["id"][1]
    view = report.explore(query="*", finding=finding)
    detail = json.loads(view._detail)
    assert detail["trail"] == report.findings["path"][1].to_list()
    told = json.dumps(detail)
    assert "policy.toml:31" in told
    assert "[[labels]]" in told
    event = report.findings["events"][1][-1]
    assert json.dumps(report.lin.event(event))[1:40] in told


def test_the_way_of_a_finding_comes_into_the_picture(report):
    view = report.explore("fraud_counts", hops=1)
    path = report.findings["path"][1].to_list()
    assert not set(path) <= set(view.scene.shown)
    view.finding = report.findings["id"][1]
    assert set(path) <= set(view.scene.shown)


def test_a_node_tells_where_it_is_and_may_be(report):
    view = report.explore(query="*", selection=["review/transactions"])
    tab = next(t for t in json.loads(view._detail)["tabs"] if t["name"] == "Residency")
    assert "eu_gdpr" in json.dumps(tab)
    assert [row[2] for row in tab["blocks"][-1]["rows"]] == ["!", "!"]


def test_a_finding_that_is_none_leaves_the_panel_empty(report):
    assert report.explore(query="*", finding="F-nothing")._detail == ""


@pytest.mark.parametrize(
    ("query", "count"),
    [("place:US", 3), ("place:unknown", 1), ("place:D*", 13), ("place:FR", 0)],
)
def test_a_place_can_be_selected_by(report, query, count):
    assert len(report.select(query).nodes) == count


def test_the_search_box_of_a_report_knows_places(report):
    view = report.explore(query="place:US")
    assert len(view.scene.nodes) == 3
    assert view._error == ""


def test_without_a_report_the_hint_says_where_places_are(report):
    with pytest.raises(SelectionError, match="report") as caught:
        report.lin.select("place:US")
    assert "residency(policy)" in str(caught.value.hint)


def test_another_colour_lets_go_of_nothing(report):
    view = report.explore(query="*")
    view.color = "place"
    assert marks(view, "place")["review/transactions"] == "US"
    assert json.loads(view._detail)["kind"] == "residency"


def test_by_takes_only_what_it_knows(report):
    with pytest.raises(traitlets.TraitError):
        report.explore(by="nothing")


def test_the_code_of_a_view_of_ones_own_colours_can_be_run(report):
    assert "by=" not in report.explore(by="place").code()


def test_the_picture_of_hostile_names_is_text():
    names = [name for name in HOSTILE if name.strip() and "\0" not in name][:12]
    events = [run(f"j{at}", ["de/a"], [data(f"us/{name}")], at) for at, name in enumerate(names)]
    report = judged(events, labels=ONLY_DE)
    drawn = report.explore(query="*").static_svg()
    minidom.parseString(drawn)  # noqa: S318 - our own picture
    assert "<script" not in drawn


def test_an_empty_log_is_a_picture_of_nothing():
    view = lx.read([]).residency().explore()
    assert view.scene.nodes == []
    assert view._detail == ""


def test_a_log_without_times_is_judged():
    events: list[Any] = [{
        "job": {"namespace": "x", "name": "copy"},
        "inputs": [{"namespace": "de", "name": "a"}], "outputs": [{"namespace": "us", "name": "b"}],
    }]  # fmt: skip
    late = {"dataset": "a", "permitted": ["DE"], "valid_from": date(2026, 1, 3)}
    policy = {"policy_date": "run", "places": PLACED, "labels": [late]}
    assert len(lx.read(events).residency(policy).places)


def test_html_holds_the_findings_and_their_chains(report, tmp_path):
    report.lin.write(tmp_path / "x.html", query="*", color=report)
    text = page_text(tmp_path / "x.html")
    assert report.findings["id"][0] in text
    assert "policy.toml:31" in text


def test_of_very_many_findings_a_file_says_where_the_chain_of_each_is_told(report, monkeypatch):
    monkeypatch.setattr(found, "MOST_APART", 1)
    told = found.all_details(report)
    listed = [row[0] for tab in told["\0"]["tabs"] for block in tab["blocks"]
              for row in block.get("rows", ()) if block["type"] == "findings"]  # fmt: skip
    assert {f"\0{one}" for one in listed} < set(told)
    short = told[f"\0{listed[-1]}"]
    assert [tab["name"] for tab in short["tabs"]] == ["Finding"]
    assert listed[-1] in json.dumps(short["tabs"])
    assert short["trail"]


def test_a_picture_does_not_wait_for_very_many_findings(report, monkeypatch):
    from lineage_explorer.view import found

    monkeypatch.setattr(found, "QUICK", 3)
    again = report.lin.residency(POLICY)
    detail = json.loads(again.explore(query="*")._detail)
    assert "findings" not in vars(again)
    assert "report.findings" in json.dumps(detail)
    assert again.findings.height
    assert json.loads(again.explore(query="*")._detail)["tabs"][0]["name"] == "outside 3"


def test_a_box_opens_in_a_file_too(report, tmp_path):
    report.lin.write(tmp_path / "x.html", color=report, by="place")
    text = page_text(tmp_path / "x.html")
    assert '"group:place US"' in text


def crossing(report: lx.ResidencyReport, source: str, target: str) -> list[dict[str, str]]:
    """The facts of each crossing that the panel tells of an edge."""
    told = with_crossings(edge_detail(report.lin, source, target), source, target, report)
    tabs = {tab["name"]: tab["blocks"] for tab in told["tabs"]}
    blocks = tabs.get("Residency", [])
    return [dict(block["rows"]) for block in blocks if block["type"] == "facts"]


def test_an_edge_tells_every_crossing_along_it_with_its_basis(report):
    job, target = "job:fraud-analytics:count_frauds", "dataset:s3://acme-analytics-us:fraud_counts"
    (told,) = crossing(report, job, target)
    assert told["Crosses"] == "DE → US"
    assert told["Verdict"] == "by exception"
    assert told["Basis"] == "aggregated: DPIA-22: counts, no rows, privacy office"


def test_an_edge_along_which_nothing_crosses_has_no_such_tab():
    report = judged([run("copy", ["de/a"], ["de/b"])], labels=ONLY_DE)
    assert crossing(report, "dataset:de:a", "job:jobs:copy") == []
