"""What a residency report says of a node is its colour, with a mark beside it."""

import gc
import weakref
from itertools import pairwise
from xml.dom import minidom

import pytest

import lineage_explorer as lx
from lineage_explorer.view.modes import NONE
from lineage_explorer.view.residency import residency_modes
from lineage_explorer.view.style import PATTERNS
from lineage_explorer.view.svg import svg
from tests.conftest import ROOT

POLICY = ROOT / "sample_events" / "fraud" / "policy.toml"


@pytest.fixture(scope="module")
def report() -> lx.ResidencyReport:
    return lx.sample("fraud").residency(POLICY)


def entry_of(view: lx.Explorer, mode: str, name: str) -> str:
    """The legend's label of a node."""
    found = next(one for one in view.scene.modes if one.name == mode)
    at = [node.id for node in view.scene.nodes].index(view._lineage.find(name))
    return "" if found.values[at] == NONE else found.entries[found.values[at]].label


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("review/transactions", "outside"),
        ("copy_for_review", "outside"),
        ("debug/apac_transactions", "undecided"),
        ("fraud_counts", "by exception"),
        ("dataset:s3://acme-lake-eu:transactions", "within"),
    ],
)
def test_a_node_has_the_colour_of_its_worst_verdict(report, name, verdict) -> None:
    assert entry_of(report.explore(query="*"), "residency", name) == verdict


def test_a_place_that_is_not_known_is_hatched_and_never_a_colour_of_places(report) -> None:
    view = report.explore(query="*", color="place")
    mode = next(one for one in view.scene.modes if one.name == "place")
    assert entry_of(view, "place", "debug/apac_transactions") == "place unknown"
    assert entry_of(view, "place", "dataset:s3://acme-lake-eu:transactions") == "DE"
    unknown = next(entry for entry in mode.entries if entry.label == "place unknown")
    assert (unknown.token, unknown.pattern) == ("unknown", "hatch")


def test_a_report_colours_whatever_is_explored(report) -> None:
    assert lx.sample("fraud").explore("fraud_counts", color=report).color == "residency"


def test_a_picture_with_every_pattern_is_well_formed() -> None:
    names = [f"d{number}" for number in range(8 * len(PATTERNS))]
    events = [
        {"eventTime": "2026-01-01T00:00:00Z", "job": {"namespace": "x", "name": f"{a}-{b}"},
         "inputs": [{"namespace": "x", "name": a}], "outputs": [{"namespace": "x", "name": b}]}
        for a, b in pairwise(names)
    ]  # fmt: skip
    view = lx.read(events).explore(query="*", color={name: name for name in names})
    drawn = svg(view.scene, color=view.color, theme="light", selection=())
    shown = {pattern for pattern in PATTERNS if pattern and f'id="{pattern}-' in drawn}
    assert shown == set(PATTERNS) - {""}
    minidom.parseString(drawn)  # noqa: S318 - our own picture


def test_a_report_that_nobody_holds_any_more_is_let_go() -> None:
    made = lx.sample("fraud").residency()
    assert residency_modes(made) is residency_modes(made)
    held = weakref.ref(made)
    del made
    gc.collect()
    assert held() is None
