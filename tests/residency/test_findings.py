"""What is found, and that nothing undecided is left out."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings

import lineage_explorer as lx
from lineage_explorer.errors import LineageError
from lineage_explorer.residency.finding import FINDINGS
from tests.conftest import ROOT
from tests.residency.made import columns, data, judged, kinds, node, run
from tests.residency.test_labels import logs, policy_of

DE = {"dataset": "a", "permitted": ["DE"], "regimes": ["eu_gdpr"]}


def one(report: lx.ResidencyReport, kind: str) -> dict[str, object]:
    return report.findings.row(by_predicate=pl.col("kind") == kind, named=True)


def test_what_is_stored_outside_is_found_with_its_way():
    report = judged(
        [run("copy", ["de/a"], ["de/b"]), run("send", ["de/b"], ["us/c"], 1)], labels=[DE]
    )
    found = one(report, "storage.outside")
    assert found["node"] == node("us/c")
    assert found["path"] == [
        node("de/a"),
        "job:jobs:copy",
        node("de/b"),
        "job:jobs:send",
        node("us/c"),
    ]
    assert (found["places"], found["permitted"]) == (["US"], ["DE"])
    assert [lx_file for lx_file in found["policy"] if "labels" in lx_file]  # type: ignore[attr-defined]


def test_a_column_by_which_it_came_is_named():
    out = data("us/b", columnLineage=columns(mail=[("de/a", "mail")], day=[("de/a", "day")]))
    secret = {"dataset": "a", "field": "mail", "permitted": ["DE"]}
    free = {"dataset": "a", "unrestricted": True}
    report = judged([run("pick", ["de/a"], [out])], labels=[secret, free])
    assert one(report, "storage.outside")["field"] == "mail"


def test_a_transfer_without_a_basis_is_found_and_one_with_it_is_not():
    free = {"dataset": "a", "unrestricted": True, "regimes": ["eu_gdpr"]}
    india = [{"match": "de*", "places": ["DE"]}, {"match": "in*", "places": ["IN"]}]
    basis = {"from": ["DE"], "to": ["IN"], "regime": "eu_gdpr", "basis": "SCC-7"}
    events = [run("copy", ["de/a"], ["in/b"])]
    policy = {"policy_date": "2026-11-22", "places": india, "labels": [free]}
    assert ("transfer.no_basis", node("in/b")) in kinds(judged(events, policy))
    with_it = judged(events, {**policy, "transfers": [basis]})
    assert "transfer.no_basis" not in {kind for kind, _ in kinds(with_it)}


@pytest.mark.parametrize(
    ("basis", "kind"),
    [({"valid_to": "2026-01-31"}, "exception.expired"), ({"job": "nothing"}, "exception.unused")],
)
def test_an_exception_that_does_nothing_is_told(basis, kind):
    exception = {
        "job": "copy",
        "kind": "aggregated",
        "adds": ["US"],
        "document": "D",
        "approved_by": "o",
        "valid_to": "2027-01-31",
    }
    report = judged([run("copy", ["de/a"], ["us/b"])], labels=[DE], exceptions=[exception | basis])
    assert kind in {found for found, _ in kinds(report)}


def test_what_an_exception_lets_by_names_the_label_the_way_and_the_exception():
    exception = {
        "job": "count",
        "kind": "aggregated",
        "adds": ["US"],
        "document": "DPIA-1",
        "approved_by": "office",
        "valid_to": "2027-01-31",
    }
    events = [run("count", ["de/a"], ["de/b"]), run("send", ["de/b"], ["us/c"], 1)]
    basis = {"from": ["DE"], "to": ["US"], "regime": "eu_gdpr", "basis": "SCC-7"}
    report = judged(events, labels=[DE], exceptions=[exception], transfers=[basis])
    found = report.findings.filter(
        pl.col("kind") == "exception.used", pl.col("node") == node("us/c")
    )
    assert len(found) == 2
    for row in found.iter_rows(named=True):
        assert row["policy"][:2] == ["policy labels[0]", "policy exceptions[0]"]
        assert row["path"][0] == node("de/a")
        assert row["path"][-1] == node("us/c")
    sent = report.crossings.row(by_predicate=pl.col("target") == node("us/c"), named=True)
    assert (sent["verdict"], sent["basis"]) == ("by exception", "aggregated: DPIA-1, office")


def test_labels_that_cannot_be_met_together_are_told_with_both():
    other = {"dataset": "b", "permitted": ["US"]}
    report = judged([run("join", ["de/a", "us/b"], ["de/c"])], labels=[DE, other])
    found = one(report, "constraint.empty")
    assert found["node"] == node("de/c")
    assert len(found["policy"]) == 2  # type: ignore[arg-type]


def test_a_regime_that_wants_a_copy_at_home_is_asked_for_it():
    label = {"dataset": "a", "unrestricted": True, "regimes": ["ru_152fz"]}
    report = judged([run("copy", ["de/a"], ["de/b"])], labels=[label])
    assert one(report, "localisation.primary_missing")["verdict"] == "outside"


def test_what_is_read_and_never_written_is_a_gap_unless_it_is_labelled():
    report = judged([run("copy", ["de/a", "de/x"], ["de/b"])], labels=[DE])
    gaps = {at for kind, at in kinds(report) if kind == "lineage.gap"}
    assert gaps == {node("de/x")}


def test_a_run_without_an_end_is_a_gap():
    event = run("copy", ["de/a"], ["de/b"]) | {"eventType": "START"}
    report = judged([event], labels=[DE])
    assert ("lineage.gap", "job:jobs:copy") in kinds(report)


def test_an_entry_of_the_policy_that_names_nothing_is_told():
    report = judged(
        [run("copy", ["de/a"], ["de/b"])], labels=[DE, {"dataset": "zz", "unrestricted": True}]
    )
    assert "policy.unmatched" in {kind for kind, _ in kinds(report)}


def test_without_a_policy_everything_is_undecided():
    report = lx.sample("fraud").residency()
    assert set(report.findings["verdict"]) == {"undecided"}
    assert "nothing is decided" in report.answer


def test_a_finding_has_the_same_id_whatever_the_order_of_events():
    events = [run("copy", ["de/a"], ["us/b"]), run("next", ["us/b"], ["us/c"], 1)]
    ids = [judged(made, labels=[DE]).findings["id"].to_list() for made in (events, events[::-1])]
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == len(ids[0])


def test_an_explanation_ends_at_the_raw_event():
    report = judged([run("copy", ["de/a"], ["us/b"])], labels=[DE])
    steps = report.explain(one(report, "storage.outside")["id"]).steps  # type: ignore[arg-type]
    assert steps["step"].to_list()[:2] == ["finding", "rule"]
    last = steps.row(-1, named=True)
    assert last["step"] == "event"
    assert '"copy"' in last["text"]


def test_there_is_no_explanation_of_what_is_no_finding():
    report = judged([run("copy", ["de/a"], ["us/b"])], labels=[DE])
    with pytest.raises(LineageError, match="no finding is called so"):
        report.explain("F-nothing")


def test_the_frame_has_the_columns_that_are_promised():
    report = lx.sample("fraud").residency(ROOT / "sample_events/fraud/policy.toml")
    assert report.findings.columns == list(FINDINGS)


@settings(max_examples=40, deadline=None)
@given(logs())
def test_nothing_undecided_is_without_a_finding(made):
    runs, own = made
    own = {name: places for name, places in own.items() if any(name in i + o for i, o in runs)}
    events = [run(f"j{at}", [f"de/{n}" for n in i], [f"x/{n}" for n in o], at)
              for at, (i, o) in enumerate(runs)]  # fmt: skip
    named = {
        f"{'de' if any(name in i for i, _ in runs) else 'x'}/{name}": p for name, p in own.items()
    }
    report = judged(events, labels=policy_of(named))
    told = set(report.findings["node"].drop_nulls())
    stored = report.judged.storage
    for verdict in ("undecided", "outside"):
        assert set(stored.filter(pl.col("verdict") == verdict)["dataset"]) <= told


def test_two_sources_of_one_target_are_two_crossings_found():
    labels = [{"dataset": name, "permitted": ["DE"]} for name in ("a", "b")]
    report = judged([run("join", ["de/a", "de/b"], ["us/c"])], labels=labels)
    told = report.findings.filter(pl.col("kind") == "transfer.outside")
    assert sorted(row[0] for row in told["path"].to_list()) == [node("de/a"), node("de/b")]
    assert told["id"].n_unique() == 2
