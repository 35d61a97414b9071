"""A diff in real JupyterLab and as a file: the list and the graph are one, nothing jumps."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

import lineage_explorer as lx
from tests.browser.conftest import Lab, missing
from tests.browser.test_standalone import opened
from tests.browser.test_view import (
    AXE,
    FAINT,
    JUDGED,
    READ,
    drawn,
    tell,
    unreadable,
)
from tests.events import run_event
from tests.view.hostile import HOSTILE

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator, Page

DIFF = "diff = lx.diff(lin.as_of('2026-03-03'), lin)\nview = diff.explore(height=600)\nview"
# What is dimmed while something else is selected is not there to be read.
LIT = ".lx-node.lx-dim { opacity: 1 !important }"
PLACES = """view => [...view.querySelectorAll('.lx-node')]
    .map(e => [e.getAttribute('aria-label').split(',')[0], e.style.transform])"""


@pytest.fixture
def view(page: Page, lab: Lab, request: pytest.FixtureRequest) -> Locator:
    """The dbt sample before and after Tuesday, drawn in a notebook."""
    return drawn(page, lab, request, READ, DIFF)


def changes(view: Locator, name: str) -> Locator:
    """The entries of the list about a node of that name."""
    return view.locator(".lx-change").filter(has_text=re.compile(name))


def test_a_change_of_the_list_is_selected_in_the_graph_and_python_knows(
    page: Page, view: Locator
) -> None:
    changes(view, "int_order_payments").first.click()
    expect(view.locator(".lx-node.lx-selected")).to_have_count(1)
    panel = view.locator(".lx-panel")
    expect(panel.get_by_role("tab", name="Changes")).to_have_attribute("aria-selected", "true")
    expect(panel.locator(".lx-sides").first).to_be_visible()
    assert "int_order_payments" in tell(page, "print(view.selection)")
    view.get_by_role("button", name="All changes").click()
    expect(changes(view, "stg_payments").first).to_be_visible()
    assert tell(page, "print(view.selection)").strip() == "[]"


def test_a_node_of_the_graph_tells_its_changes_with_the_words_marked(view: Locator) -> None:
    view.get_by_role("group", name=re.compile("stg_payments, job")).first.click()
    panel = view.locator(".lx-panel")
    expect(panel.locator("ins")).to_have_text("as method", timeout=10_000)


def test_before_and_after_are_the_same_picture_and_nothing_jumps(page: Page, view: Locator) -> None:
    both = view.evaluate(PLACES)
    view.get_by_role("button", name="Before", exact=True).click()
    expect(view.locator(".lx-node.lx-absent").first).to_be_visible()
    assert view.evaluate(PLACES) == both
    assert tell(page, "print(view.side)").strip() == "before"
    tell(page, "view.side = 'after'")
    expect(view.locator(".lx-node.lx-absent")).to_have_count(0)
    assert view.evaluate(PLACES) == both


def test_all_brings_what_is_the_same(page: Page, view: Locator) -> None:
    few = view.locator(".lx-summary").inner_text()
    view.get_by_role("button", name="All", exact=True).click()
    expect(view.locator(".lx-summary")).not_to_have_text(few, timeout=10_000)
    assert tell(page, "print(view.unchanged)").strip() == "True"


def test_everything_is_reached_by_the_keyboard(page: Page, view: Locator) -> None:
    view.get_by_role("button", name="Before", exact=True).focus()
    for name in ("Both", "After", "Changed", "All"):
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement.textContent")
        assert focused == name
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    change = changes(view, "stg_payments").first
    change.focus()
    page.keyboard.press("Enter")
    expect(view.locator(".lx-panel .lx-sides").first).to_be_visible()


def test_the_list_is_narrowed_by_the_keyboard_and_stays_so_on_the_way_back(
    page: Page, view: Locator
) -> None:
    listed, count = view.locator(".lx-change"), view.locator(".lx-heading [role=status]").last
    every = count.inner_text()
    view.get_by_label("Severity", exact=True).focus()
    page.keyboard.type("High")
    expect(count).to_have_text(re.compile(rf"^\d+ of {every}$"))
    page.keyboard.press("Tab")
    page.keyboard.type("Code")
    page.keyboard.press("Tab")
    expect(view.get_by_label("Find among the changes")).to_be_focused()
    page.keyboard.type("no node is called so")
    expect(view.get_by_text("None of the changes is like that")).to_be_visible()
    view.get_by_label("Severity", exact=True).select_option("")
    view.get_by_label("Kind of change").select_option("")
    view.get_by_label("Find among the changes").fill("stg_payments")
    expect(count).to_have_text(re.compile(rf"^\d+ of {every}$"))
    left = count.inner_text()
    listed.last.click()
    view.get_by_role("button", name="All changes").click()
    expect(view.get_by_label("Find among the changes")).to_have_value("stg_payments")
    expect(count).to_have_text(left)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_weak_eyes_and_screen_readers_can_use_a_diff(
    page: Page, view: Locator, theme: str, root: Path
) -> None:
    if not (root / AXE).is_file():
        missing("axe-core is not installed: make bundle installs it")
    page.evaluate((root / AXE).read_text(encoding="utf-8"))
    page.add_style_tag(content=f"{JUDGED} {LIT}")
    tell(page, f"view.theme = {theme!r}")
    expect(view).to_have_attribute("data-theme", theme)
    assert unreadable(page) == []
    for name in ("staging.stg_payments", "shop.staging.shop.stg_payments"):
        changes(view, re.escape(name)).first.click()
        expect(view.locator(".lx-sides").first).to_be_visible()
        assert unreadable(page) == []
        view.get_by_role("button", name="All changes").click()
        expect(view.locator(".lx-change").first).to_be_visible()
    view.locator(".lx-compare-about").evaluate(FAINT)
    assert len(unreadable(page)) == 1


def test_the_file_of_a_diff_works_without_a_kernel_and_asks_for_nothing(
    page: Page, tmp_path: Path
) -> None:
    lin = lx.sample("dbt")
    lx.diff(lin.as_of("2026-03-03"), lin).write(tmp_path / "diff.html")
    asked, wrong = opened(page, tmp_path / "diff.html")
    page.locator(".lx-change").first.click()
    expect(page.locator(".lx-sides").first).to_be_visible()
    few = page.locator(".lx-summary").inner_text()
    page.get_by_role("button", name="All", exact=True).click()
    expect(page.locator(".lx-summary")).not_to_have_text(few)
    page.get_by_role("button", name="Before", exact=True).click()
    expect(page.locator(".lx-node.lx-absent").first).to_be_visible()
    assert (asked, wrong) == ([], [])


def test_hostile_names_in_a_diff_are_only_ever_text(page: Page, tmp_path: Path) -> None:
    def day(number: int) -> list[dict]:
        return [
            run_event(
                f"j{n}{text}", [f"in{text}"], [f"out{n}{text}"], run=f"{number}{n}",
                time=f"2026-03-0{number}T01:00:00Z",
                job_facets={"sql": {"query": f"select '{text}'\nas x{number}"}},
            )
            for n, text in enumerate(HOSTILE)
        ]  # fmt: skip

    found = lx.read(day(2) + day(3)).diff("2026-03-02", "2026-03-03")
    found.write(tmp_path / "evil.html")
    asked, wrong = opened(page, tmp_path / "evil.html")
    for at in range(page.locator(".lx-change").count()):
        page.locator(".lx-change").nth(at).click()
        expect(page.locator(".lx-sides").first).to_be_visible()
        page.get_by_role("button", name="All changes").click()
    assert (asked, wrong) == ([], [])
    assert page.locator(".lx-root :is(script, iframe, img, object, embed, form)").count() == 0
