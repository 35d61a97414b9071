"""Reading a graph in real JupyterLab: groups, lists, columns, paths."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Lab, missing
from tests.browser.test_view import AXE, JUDGED, READ, card, drawn, tell, unreadable

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

LAYERS = """
import lineage_explorer as lx
from tests.events import run_event
lin = lx.read([
    run_event(f"make_{b}_{n}", [f"{a}.t{n}", f"{a}.t{n + 1}"], [f"{b}.t{n}"], run=f"{b}{n}")
    for a, b in (("raw", "staging"), ("staging", "mart")) for n in range(40)
])
"""
HUB = """
import lineage_explorer as lx
from tests.events import run_event
lin = lx.read([run_event("hub", [f"in{n:03}" for n in range(60)], ["out"])])
"""
WIDE = """
import lineage_explorer as lx
from tests.events import dataset, run_event
names = [f"column_{n:02}" for n in range(40)]
schema = {"fields": [{"name": name, "type": "int"} for name in names]}
same = {"fields": {name: {"inputFields": [{"namespace": "db", "name": "a", "field": name}]} for name in names}}
lin = lx.read([run_event("copy", [dataset("a", schema=schema)], [dataset("b", schema=schema, columnLineage=same)])])
"""


@pytest.fixture
def opened(page: Page, lab: Lab, request: pytest.FixtureRequest) -> Locator:
    """The view that two cells make: the parameter is what is read and what is shown."""
    read, show = request.param
    return drawn(page, lab, request, read, f"view = {show}\nview")


def faults(page: Page, root: Path) -> list[str]:
    """What axe finds wrong in the view as it is now."""
    if not (root / AXE).is_file():
        missing("axe-core is not installed: make bundle installs it")
    page.evaluate((root / AXE).read_text(encoding="utf-8"))
    page.add_style_tag(content=JUDGED)
    page.mouse.move(1, 1)  # what is not under the hand is dimmed
    return unreadable(page)


def shows(read: str, show: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("opened", [(read, show)], indirect=True, ids=[""])


@shows(LAYERS, "lin.explore()")
def test_a_group_opens_where_it_stands_and_escape_closes_it(
    page: Page, opened: Locator, root: Path
) -> None:
    groups = opened.get_by_role("group", name=re.compile("group of"))
    before = groups.count()
    assert before > 1
    groups.filter(has_text="raw.").first.click()
    expect(opened.get_by_role("button", name="Close this group")).to_be_visible(timeout=10_000)
    assert "raw" in tell(page, "print(view.groups)")
    assert faults(page, root) == []
    opened.locator(".lx-stage").focus()
    page.keyboard.press("Escape")
    expect(opened.get_by_role("button", name="Close this group")).to_have_count(0, timeout=10_000)
    expect(groups).to_have_count(before)


@shows(HUB, "lin.explore('out')")
def test_of_many_left_out_some_can_be_chosen_from_a_list(
    page: Page, opened: Locator, root: Path
) -> None:
    opened.locator(".lx-stub").click()
    found = opened.get_by_role("dialog", name="What is left out here")
    found.get_by_role("textbox").fill("in04")
    expect(found.get_by_role("option")).to_have_count(10)
    assert faults(page, root) == []
    found.get_by_role("option").nth(2).click()
    found.get_by_role("button", name="Show 1").click()
    expect(card(opened, "in042")).to_be_visible(timeout=10_000)
    assert "in042" in tell(page, "print(view.added)")


@shows(WIDE, "lin.explore(columns=['a', 'b'])")
def test_a_column_far_down_is_found_lit_and_shown_alone(
    page: Page, opened: Locator, root: Path
) -> None:
    opened.get_by_role("textbox", name="Find a column of a").fill("_33")
    row = card(opened, "a").get_by_role("option", name="column_33")
    expect(row).to_be_visible()
    row.click()
    other = card(opened, "b").get_by_role("option", name="column_33")
    expect(other).to_be_visible(timeout=10_000)
    expect(other).to_have_class(re.compile("lx-lit"))
    assert "column_33" in tell(page, "print(view.column)")
    assert faults(page, root) == []
    opened.get_by_role("button", name="Only this").click()
    expect(opened.locator(".lx-row")).to_have_count(2, timeout=10_000)


@shows(READ, "lin.explore('fct_orders')")
def test_two_keys_show_the_paths_between_two_nodes(page: Page, opened: Locator) -> None:
    card(opened, "stg_orders").click()
    opened.locator(".lx-stage").focus()
    page.keyboard.press("b")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("b")
    expect(opened.locator(".lx-scene-note")).to_contain_text("path", timeout=10_000)
    assert "stg_orders" in tell(page, "print(view.path)")
