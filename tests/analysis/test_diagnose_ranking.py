"""What a cause is told by, each in a made-up company in which something simpler would be misled."""

from __future__ import annotations

import io
from functools import cache

import pytest

import lineage_explorer as lx
from lineage_explorer.analysis.diagnose import Diagnosis
from lineage_explorer.training.faults import Truth, case


@cache
def asked(kind: str, seed: int) -> tuple[Truth, Diagnosis]:
    """The truth of a case, and what is said of it."""
    one = case(kind, seed)
    lin = lx.read(io.BytesIO(one.world.ndjson()))
    return one.truth, lin.diagnose(one.truth.symptom.run)


@pytest.mark.parametrize(
    ("kind", "seed"),
    [
        pytest.param("failed, reported complete", 100, id="a small loss does not explain a total"),
        pytest.param("lookup keeps its history", 101, id="fewer rows do not explain more"),
        pytest.param("sum for average", 103, id="an assertion that fails is where it began"),
        pytest.param("written from a notebook", 100, id="a new writer beside the usual one"),
        pytest.param("failed, reported complete", 101, id="a stop that is over is no cause"),
        pytest.param("half the rows lost", 106, id="the good run read what was odd already"),
        pytest.param("loaded twice", 103, id="two runs of a Friday are no habit of Fridays"),
    ],
)
def test_the_cause_comes_first(kind: str, seed: int):
    truth, found = asked(kind, seed)
    assert truth.right(found.causes["node"][0])


def test_a_source_that_tells_nothing_is_among_the_likely_ones():
    truth, found = asked("late rows miss the window", 100)
    assert any(truth.right(node) for node in found.causes["node"][:3])


def test_what_may_have_begun_elsewhere_is_told_as_that():
    _, found = asked("late rows miss the window", 100)
    assert any("nothing of it rules it out" in why for why in found.causes["why"])


def test_a_run_that_is_well_has_no_cause():
    _, found = asked("dropped column", 3)
    assert found.good is not None
    again = found.lin.diagnose(found.good)
    assert again.causes.is_empty()
