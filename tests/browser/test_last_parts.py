"""Menu, completion, strip, run panel, groups, threads and lists in real JupyterLab: only text, readable."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Dialog, Locator, Page, Request, expect

from tests.browser.test_reading import HUB, faults, opened, shows
from tests.browser.test_view import READ, card, tell

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["opened"]

EVIL = """
import lineage_explorer as lx
from tests.events import dataset, run_event
from tests.view.hostile import HOSTILE
BAD = [*HOSTILE, "<img src=x onerror=alert(2)>" * 40_000]
def described(text):
    one = {"name": text, "type": text}
    twin = {"fields": {text: {"inputFields": [{"namespace": "db", "name": "hub", "field": text}]}}}
    return dataset(text, text, schema={"fields": [one]}, columnLineage=twin,
                   ownership={"owners": [{"name": text}, {"name": "x" + text}]},
                   tags={"tags": [{"key": text, "value": text, "source": text}]})
every = [{"name": text, "type": text} for text in BAD]
lin = lx.read([
    run_event(text, [dataset("hub", schema={"fields": every})], [described(text)],
              run=text[:200], namespace=text, run_facets={"errorMessage": {"message": text}},
              job_facets={"sql": {"query": text}}) for text in BAD
])
"""
FORBIDDEN = ("script", "iframe", "img", "object", "embed", "form", "base", "link", "meta", "x")


def menu_on(page: Page, node: Locator) -> Locator:
    """The menu that the right button opens there."""
    node.click(button="right")
    found = page.get_by_role("menu", name="What to do here")
    expect(found).to_be_visible()
    return found


@shows(EVIL, "lin.explore('hub')")
def test_hostile_text_in_lists_menus_groups_and_runs_is_only_ever_text(
    page: Page, opened: Locator
) -> None:
    wrong: list[str] = []
    home = page.url.split("/lab")[0]

    def dismissed(dialog: Dialog) -> None:
        wrong.append(dialog.message)
        dialog.dismiss()

    def asked(request: Request) -> None:
        if home not in request.url and request.url[:5] not in ("data:", "blob:"):
            wrong.append(request.url)

    page.on("dialog", dismissed)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", asked)

    def nothing_new() -> None:
        found = opened.locator(",".join(FORBIDDEN))
        assert (found.count(), wrong) == (0, [])

    opened.locator(".lx-stub").first.click()
    expect(opened.get_by_role("dialog", name="What is left out here")).to_be_visible()
    nothing_new()
    page.keyboard.press("Escape")
    menu_on(page, card(opened, "hub"))
    nothing_new()
    page.keyboard.press("Escape")
    search = opened.get_by_role("combobox", name="Search or selection")
    for typed in ("<", "owner:", "tag:", "__"):
        search.fill(typed)
        page.wait_for_timeout(700)
        nothing_new()
    search.fill("")
    for mode in ("owner", "tag", "namespace"):
        tell(page, f"view.color = {mode!r}")
        expect(opened.locator(".lx-legend-row").first).to_be_visible()
        nothing_new()
    for change in (
        "view.columns = ['hub']; view.column = ['hub', BAD[0]]",
        "view.thread = ['hub', BAD[0]]",
        "view.thread = []; view.run = BAD[0]",
        "view.selection = ['hub']",
        "view.run = ''; view.focus = []; view.limit = 3; view.color = 'owner'",
        "view.edge = [lin.datasets['dataset'][0], next(n.id for n in view.scene.nodes if n.kind == 'group')]",
    ):
        tell(page, change)
        page.wait_for_timeout(500)
        for tab in opened.get_by_role("tab").all():
            tab.click()
        nothing_new()
    strip = opened.get_by_role("slider", name="Time of the picture")
    strip.hover()
    page.wait_for_timeout(600)
    nothing_new()


@shows(HUB, "lin.explore('out')")
def test_the_right_button_shows_what_can_be_done_with_a_node(page: Page, opened: Locator) -> None:
    found = menu_on(page, card(opened, "out"))
    expect(found.get_by_role("menuitem").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(found).to_be_hidden()
    menu_on(page, card(opened, "out")).get_by_role("menuitem", name=re.compile("^Pin")).click()
    page.wait_for_timeout(500)
    assert "out" in tell(page, "print(view.pinned)")


@pytest.mark.parametrize("theme", ["light", "dark"])
@shows(READ, "lin.explore('fct_orders')")
def test_weak_eyes_and_screen_readers_can_use_menu_completion_strip_and_run(
    page: Page, opened: Locator, root: Path, theme: str
) -> None:
    tell(page, f"view.theme = {theme!r}")
    expect(opened).to_have_attribute("data-theme", theme)
    menu_on(page, card(opened, "fct_orders"))
    assert faults(page, root) == []
    page.keyboard.press("Escape")
    opened.get_by_role("combobox", name="Search or selection").fill("owner:")
    expect(opened.get_by_role("option").first).to_be_visible(timeout=10_000)
    assert faults(page, root) == []
    opened.get_by_role("combobox", name="Search or selection").fill("")
    opened.get_by_role("button", name="Window of runs").click()
    page.wait_for_timeout(500)
    assert faults(page, root) == []
    opened.get_by_role("button", name="One run").click()
    expect(opened.locator(".lx-panel")).to_contain_text("Run id", timeout=10_000)
    assert faults(page, root) == []
