"""The list of changes beside the graph: of it what is asked for."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

import lineage_explorer as lx
from lineage_explorer.view.asking import answer
from lineage_explorer.view.detail_changes import story_detail
from tests.events import run_event

QUESTION: dict[str, Any] = {
    "what": "rows", "list": "changes", "about": "", "from": 0, "count": 500,
}  # fmt: skip


@pytest.fixture(scope="module")
def both() -> lx.Lineage:
    lin = lx.sample("dbt")
    return lx.diff(lin.as_of("2026-03-03"), lin).lineage


@pytest.mark.parametrize(
    ("wanted", "left"),
    [
        ({"severity": "high"}, lambda row: "high" in row),
        ({"kind": "numbers"}, lambda row: "numbers" in row[-1].split(" ")),
        ({"words": "STG_PAY"}, lambda row: "stg_pay" in " ".join(row)),
        ({"severity": "low", "kind": "schema", "words": ".*"}, lambda _: False),
        ({}, lambda _: True),
    ],
)
def test_of_the_list_what_is_asked_for_comes(
    both: lx.Lineage, wanted: dict[str, str], left: Callable[[list[str]], bool]
) -> None:
    every = answer(both, QUESTION)[0]["rows"]
    found = answer(both, {**QUESTION, "about": json.dumps(wanted)})[0]
    assert found["rows"] == [row for row in every if left(row)]
    assert found["total"] == len(found["rows"])


@pytest.mark.parametrize("asked", ["<b>", "[]", '{"words": 1}'])
def test_what_is_asked_in_another_way_is_an_error(both: lx.Lineage, asked: str) -> None:
    assert "error" in answer(both, {**QUESTION, "about": asked})[0]


def test_a_file_holds_more_of_the_list_than_a_page() -> None:
    def log(wrong: int) -> lx.Lineage:
        sql = {"sql": {"query": f"select {wrong}"}}
        return lx.read([run_event(f"j{n}", ["a"], [f"d{n}"], run=f"{n}", job_facets=sql)
                        for n in range(150)])  # fmt: skip

    told = story_detail(lx.diff(log(0), log(1)).lineage, 120)
    assert told is not None
    block = next(one for one in told["tabs"][0]["blocks"] if one.get("list") == "changes")
    assert (len(block["rows"]), block["total"]) == (120, 150)
