"""Labels spread along what flowed, run by run, and only narrow."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.residency.made import columns, data, judged, label, node, run

EU = {"dataset": "a", "permitted": ["DE", "FR"], "regimes": ["eu_gdpr"]}
US = {"dataset": "b", "permitted": ["FR", "US"], "regimes": ["us_ccpa"]}
FREE = {"dataset": "c", "unrestricted": True}


def test_places_intersect_and_regimes_unite():
    report = judged([run("join", ["a", "b"], ["out"])], labels=[EU, US])
    found = label(report, "out")
    assert found["permitted"] == ["FR"]
    assert found["regimes"] == ["eu_gdpr", "us_ccpa"]
    assert found["complete"]


def test_one_source_without_a_label_makes_it_incomplete():
    report = judged([run("join", ["a", "unknown"], ["out"])], labels=[EU])
    found = label(report, "out")
    assert (found["permitted"], found["complete"]) == (["DE", "FR"], False)


def test_missing_is_not_unrestricted():
    report = judged([run("copy", ["c"], ["free"]), run("copy2", ["x"], ["out"])], labels=[FREE])
    assert label(report, "free")["permitted"] == ["*"]
    assert label(report, "out")["permitted"] is None


def test_unrestricted_with_an_unlabelled_source_is_missing():
    report = judged([run("join", ["c", "x"], ["out"])], labels=[FREE])
    assert label(report, "out")["permitted"] is None


def test_what_a_run_read_cannot_hold_what_was_written_later():
    events = [run("copy", ["t"], ["out"], 1), run("fill", ["a"], ["t"], 5)]
    report = judged(events, labels=[EU, {"dataset": "t", "unrestricted": True}])
    assert label(report, "out")["permitted"] == ["*"]
    assert label(report, "t")["permitted"] == ["DE", "FR"]


def test_a_dataset_keeps_what_was_written_to_it_before():
    events = [run("one", ["a"], ["t"], 1), run("two", ["b"], ["t"], 2), run("out", ["t"], ["z"], 3)]
    assert label(judged(events, labels=[EU, US]), "z")["permitted"] == ["FR"]


def test_an_event_that_says_overwrite_does_not_widen():
    replaced = data("t", lifecycleStateChange={"lifecycleStateChange": "OVERWRITE"})
    events = [run("one", ["a"], ["t"], 1), run("two", ["c"], [replaced], 2)]
    assert label(judged(events, labels=[EU, FREE]), "t")["permitted"] == ["DE", "FR"]


def test_what_adds_to_an_unlabelled_dataset_does_not_label_what_was_there():
    report = judged([run("append", ["a", "t"], ["t"])], labels=[EU])
    assert not label(report, "t")["complete"]


def test_cycles_end():
    events = [
        run("there", ["a", "x"], ["y"], 1),
        run("back", ["y"], ["x"], 2),
        run("there", ["a", "x"], ["y"], 3),
    ]
    report = judged(events, labels=[EU, {"dataset": "x", "permitted": ["DE"]}])
    assert label(report, "y")["permitted"] == ["DE"]


def test_where_columns_are_told_only_they_flow():
    out = data("out", columnLineage=columns(name=[("a", "name")], day=[("b", "day")]))
    secret = {"dataset": "a", "field": "name", "permitted": ["DE"], "regimes": ["eu_gdpr"]}
    anywhere = [{"dataset": "a", "unrestricted": True}, {"dataset": "b", "unrestricted": True}]
    report = judged([run("pick", ["a", "b"], [out])], labels=[secret, *anywhere])
    assert label(report, "out", "name")["permitted"] == ["DE"]
    assert label(report, "out", "day")["permitted"] == ["*"]
    assert label(report, "out")["permitted"] == ["DE"]


def test_a_column_left_out_does_not_bring_its_label():
    out = data("out", columnLineage=columns(day=[("a", "day")]))
    secret = {"dataset": "a", "field": "name", "permitted": ["DE"]}
    report = judged(
        [run("pick", ["a"], [out])], labels=[secret, {"dataset": "a", "unrestricted": True}]
    )
    assert label(report, "a")["permitted"] == ["DE"]
    assert label(report, "out")["permitted"] == ["*"]


def test_a_tag_narrows_and_never_widens():
    tags = {"tags": [{"key": "residency.permitted", "value": "DE,US", "source": "x"}]}
    events = [run("copy", [data("a", tags=tags)], ["out"])]
    report = judged(events, tags={"permitted": "residency.permitted"}, labels=[EU])
    assert label(report, "out")["permitted"] == ["DE"]
    ignored = report.findings.filter(report.findings["kind"] == "label.widening_ignored")
    assert ignored["node"].to_list() == [node("a")]
    assert "US" in ignored["reason"][0]


def test_a_tag_is_no_label_of_its_own():
    tags = {"tags": [{"key": "residency.permitted", "value": "US"}]}
    report = judged(
        [run("copy", [data("us/a", tags=tags)], ["us/out"])],
        tags={"permitted": "residency.permitted"}, labels=[],
    )  # fmt: skip
    assert not label(report, "us/out")["complete"]


def test_a_tag_that_cannot_be_read_is_told():
    tags = {"tags": [{"key": "residency.permitted", "value": "Europe"}]}
    report = judged(
        [run("copy", [data("a", tags=tags)], ["out"])],
        tags={"permitted": "residency.permitted"}, labels=[EU],
    )  # fmt: skip
    assert "label.unreadable" in report.findings["kind"].to_list()


@pytest.mark.parametrize(
    "selector", [{"job": "export"}, {"dataset": "out"}, {"source": "a", "job": "export"}]
)
def test_an_exception_lets_through_what_it_names(selector):
    exception = {"kind": "aggregated", "adds": ["US"], "drops": ["eu_gdpr"], "document": "D-1",
                 "approved_by": "office", "valid_to": "2027-01-31", **selector}  # fmt: skip
    report = judged(
        [run("export", ["a"], ["out"]), run("other", ["a"], ["raw"])],
        labels=[EU],
        exceptions=[exception],
    )
    assert label(report, "out")["permitted"] == ["DE", "FR", "US"]
    assert label(report, "out")["regimes"] == []
    assert label(report, "raw")["permitted"] == ["DE", "FR"]


def test_an_exception_for_one_source_leaves_the_others():
    exception = {"job": "export", "source": "a", "kind": "synthetic", "adds": ["US"],
                 "document": "D-1", "approved_by": "office", "valid_to": "2027-01-31"}  # fmt: skip
    report = judged(
        [run("export", ["a", "b"], ["out"])],
        labels=[EU, {"dataset": "b", "permitted": ["DE"]}], exceptions=[exception],
    )  # fmt: skip
    assert label(report, "out")["permitted"] == ["DE"]


def test_an_exception_that_is_over_widens_nothing():
    exception = {"job": "export", "kind": "aggregated", "adds": ["US"], "document": "D-1",
                 "approved_by": "office", "valid_to": "2026-01-31"}  # fmt: skip
    report = judged([run("export", ["a"], ["out"])], labels=[EU], exceptions=[exception])
    assert label(report, "out")["permitted"] == ["DE", "FR"]
    assert "exception.expired" in report.findings["kind"].to_list()


def test_each_run_is_judged_by_the_label_of_its_day():
    late = {"dataset": "a", "permitted": ["DE"], "valid_from": "2026-01-03"}
    early = {"dataset": "a", "unrestricted": True, "valid_to": "2026-01-02"}
    events = [run("copy", ["a"], ["before"], 1), run("copy2", ["a"], ["after"], 24 * 5)]
    report = judged(events, {"policy_date": "run", "labels": [early, late]})
    assert label(report, "before")["permitted"] == ["*"]
    assert label(report, "after")["permitted"] == ["DE"]


NAMES = "abcdef"
PLACES = ("DE", "FR", "US", "JP")


@st.composite
def logs(draw: st.DrawFn) -> tuple[list[tuple[list[str], list[str]]], dict[str, list[str] | None]]:
    name = st.sampled_from(NAMES)
    some = st.lists(name, max_size=3, unique=True)
    runs = draw(st.lists(st.tuples(some, some.filter(bool)), min_size=1, max_size=6))
    own = draw(
        st.dictionaries(
            name, st.none() | st.lists(st.sampled_from(PLACES), unique=True), max_size=4
        )
    )
    return runs, own


def reads_of(
    runs: list[tuple[list[str], list[str]]], own: dict[str, list[str] | None]
) -> dict[str, set[str]]:
    """Oracle: what each dataset holds, from run to run, with sets."""

    def given_(name: str) -> set[str]:
        return {"missing"} if name not in own else set()

    def labelled(name: str) -> set[str]:
        if name not in own:
            return set()
        permitted = own[name]
        if permitted is None:
            return {"free"}
        return {"only", *(f"not {place}" for place in PLACES if place not in permitted)}

    held: dict[str, set[str]] = {}
    for inputs, outputs in runs:
        flowed: set[str] = set().union(*(held.get(i, given_(i)) | labelled(i) for i in inputs))
        for output in outputs:
            more = flowed if inputs else given_(output)
            held[output] = held.get(output, set()) | more | labelled(output)
    for inputs, _ in runs:
        for name in inputs:
            held.setdefault(name, given_(name) | labelled(name))
    return held


def policy_of(own: dict[str, list[str] | None]) -> list[dict[str, object]]:
    return [
        {"dataset": name, "unrestricted": True} if places is None
        else {"dataset": name, "permitted": places}
        for name, places in own.items()
    ]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(logs(), st.randoms(use_true_random=False))
def test_labels_are_those_of_a_plain_walk_through_the_runs(made, random):
    runs, own = made
    own = {name: places for name, places in own.items() if any(name in i + o for i, o in runs)}
    events = [run(f"j{at}", i, o, at) for at, (i, o) in enumerate(runs)]
    random.shuffle(events)
    report = judged(events, labels=policy_of(own))
    for name, facts in reads_of(runs, own).items():
        found = label(report, name)
        allowed = sorted(place for place in PLACES if f"not {place}" not in facts)
        if "only" in facts:
            assert [p for p in PLACES if p in found["permitted"]] == [
                p for p in PLACES if p in allowed
            ]
            assert len(found["permitted"]) == len(allowed)
        elif "free" in facts and "missing" not in facts:
            assert found["permitted"] == ["*"]
        else:
            assert found["permitted"] is None
        assert found["complete"] == ("missing" not in facts and bool(facts & {"only", "free"}))
