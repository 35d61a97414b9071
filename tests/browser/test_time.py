"""Time, colours and what goes between view and Python, in real JupyterLab in a real Chromium."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

import lineage_explorer as lx
from tests.browser.conftest import Lab
from tests.browser.test_demo import run_all
from tests.browser.test_standalone import opened
from tests.browser.test_view import card, tell, view, write_notebook

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

__all__ = ["view"]

FAINT = re.compile(r"\blx-faint\b")


def strip(view: Locator) -> Locator:
    """The strip of runs."""
    return view.get_by_role("slider", name="Time of the picture")


def drag(page: Page, where: Locator, start: float, end: float) -> None:
    """A drag along the strip, from and to parts of its width, above the bars."""
    box = where.bounding_box()
    assert box is not None
    y = box["y"] + 4
    page.mouse.move(box["x"] + box["width"] * start, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * (start + end) / 2, y, steps=4)
    page.mouse.move(box["x"] + box["width"] * end, y, steps=4)
    page.mouse.up()


def test_the_three_modes_have_names_and_python_follows(page: Page, view: Locator) -> None:
    expect(view.get_by_role("button", name="All runs")).to_have_attribute("aria-pressed", "true")
    view.get_by_role("button", name="Window of runs").click()
    expect(view.get_by_role("button", name="Window of runs")).to_have_attribute(
        "aria-pressed", "true"
    )
    page.wait_for_timeout(400)
    assert tell(page, "print(view.mode, len(view.time))").strip() == "window 2"
    view.get_by_role("button", name="One run").click()
    expect(view.locator(".lx-panel")).to_contain_text("Run id", timeout=10_000)
    assert tell(page, "print(view.mode, view.run in set(lin.runs['run']))").strip() == "run True"


def test_scrubbing_dims_what_was_not_yet_seen(page: Page, view: Locator) -> None:
    drag(page, strip(view), 0.5, -0.0)
    expect(view.locator(".lx-faint").first).to_be_visible()
    page.wait_for_timeout(400)
    assert tell(page, "print(view.mode, view.time)").startswith("all 2026-")


def test_python_sets_a_time_and_the_view_shows_it(page: Page, view: Locator) -> None:
    tell(page, "view.time = '2020-01-01'")
    expect(card(view, "fct_orders")).to_have_class(FAINT)
    tell(page, "view.time = None")
    expect(card(view, "fct_orders")).not_to_have_class(FAINT)


def test_a_run_brings_in_what_it_touched_and_python_may_choose_it(
    page: Page, view: Locator
) -> None:
    job = "lin.io.filter(lin.io['dataset'].str.ends_with('fee_report'))"
    tell(page, f"view.run = {job}.filter({job}['direction'] == 'output')['run'][0]")
    expect(card(view, "fee_report")).to_be_visible(timeout=10_000)
    expect(card(view, "fee_report")).not_to_have_class(FAINT)
    expect(view.locator(".lx-panel")).to_contain_text("Run id")


def test_keys_step_through_the_runs_and_escape_is_all(page: Page, view: Locator) -> None:
    strip(view).focus()
    page.keyboard.press("ArrowLeft")
    expect(strip(view)).to_have_attribute("aria-valuetext", re.compile("as of"))
    page.keyboard.press("Escape")
    expect(strip(view)).to_have_attribute("aria-valuetext", re.compile("73 runs"))


def test_playing_goes_forward_from_the_beginning(page: Page, view: Locator) -> None:
    view.get_by_role("button", name="Play").click()
    expect(view.get_by_role("button", name="Pause")).to_be_visible()
    expect(view.locator(".lx-faint").first).to_be_visible()
    view.get_by_role("button", name="Pause").click()
    expect(view.get_by_role("button", name="Play")).to_be_visible()


def test_a_legend_entry_filters_and_colours_come_from_python(page: Page, view: Locator) -> None:
    tell(page, "view.color = {'fct_orders': 'gold', 'stg_orders': 'raw'}")
    legend = view.get_by_role("region", name="Legend")
    entry = legend.get_by_role("button", name=re.compile("gold"))
    expect(entry).to_be_visible(timeout=10_000)
    entry.click()
    expect(card(view, "stg_orders")).to_have_class(re.compile("lx-dim"))
    expect(card(view, "fct_orders")).not_to_have_class(re.compile("lx-dim"))


def test_the_picture_is_saved_as_the_screen_shows_it(
    page: Page, view: Locator, tmp_path: Path
) -> None:
    tell(page, "view.color = 'owner'; view.time = '2020-01-01'")
    expect(card(view, "fct_orders")).to_have_class(FAINT)
    for kind, head in (("PNG", b"\x89PNG"), ("SVG", b"<svg ")):
        view.get_by_role("button", name="Save or copy").click()
        with page.expect_download() as download:
            view.get_by_role("menuitem", name=f"Save picture ({kind})").click()
        download.value.save_as(tmp_path / kind)
        assert (tmp_path / kind).read_bytes().startswith(head)
    told = (tmp_path / "SVG").read_text(encoding="utf-8")
    assert "fct_orders" in told
    assert "no owner told" in told
    assert 'opacity="0.4"' in told


def test_long_lists_come_when_they_are_scrolled_to(page: Page, lab: Lab) -> None:
    log = (
        "import lineage_explorer as lx\n"
        "lin = lx.read([{'eventTime': f'2024-05-{1 + n // 1440:02}T{n // 60 % 24:02}:{n % 60:02}:00Z',"
        " 'eventType': 'COMPLETE', 'run': {'runId': f'r{n:04}'}, 'job': {'namespace': 'j', 'name': 'load'},"
        " 'outputs': [{'namespace': 'd', 'name': 'out'}]} for n in range(2000)])"
    )
    write_notebook(lab.folder / "long.ipynb", [log, "view = lin.explore(selection=['load'])\nview"])
    page.goto(lab.page("long.ipynb"))
    expect(page.locator(".jp-Notebook .jp-CodeCell").first).to_be_visible(timeout=60_000)
    run_all(page)
    found = page.locator(".lx-root")
    found.get_by_role("tab", name="Runs").click()
    table = found.get_by_role("region", name=re.compile("2.000 rows"))
    expect(table).to_be_visible(timeout=20_000)
    assert table.locator("tbody tr").count() < 100
    table.evaluate("it => it.scrollTop = it.scrollHeight")
    expect(table).to_contain_text("r0000", timeout=10_000)


def test_linked_views_look_at_the_same_place(page: Page, view: Locator) -> None:
    tell(page, "other = lin.explore(focus='fct_orders')\nlink = lx.link(view, other)\nother")
    both = page.locator(".lx-root")
    expect(both).to_have_count(2, timeout=10_000)
    expect(card(both.nth(1), "fct_orders")).to_be_visible(timeout=10_000)
    card(both.nth(1), "stg_orders").click()
    expect(both.nth(0).locator(".lx-panel")).to_contain_text("stg_orders")
    both.nth(1).get_by_role("button", name="Zoom in").click()
    both.nth(1).get_by_role("button", name="Zoom in").click()
    scale = "it => new DOMMatrix(getComputedStyle(it.querySelector('.lx-layer')).transform).a"
    wanted = both.nth(1).evaluate(scale)
    for _ in range(40):
        page.wait_for_timeout(100)
        if abs(both.nth(0).evaluate(scale) - wanted) < 0.02:
            break
    assert both.nth(0).evaluate(scale) == pytest.approx(wanted, abs=0.02)


def test_other_data_in_the_same_view_keeps_the_zoom(page: Page, view: Locator) -> None:
    view.get_by_role("button", name="Zoom in").click()
    scale = "it => new DOMMatrix(getComputedStyle(it.querySelector('.lx-layer')).transform).a"
    before = view.evaluate(scale)
    tell(page, "view.update(lin.select('not dim_customers'))")
    expect(card(view, "dim_customers")).to_have_count(0, timeout=10_000)
    assert view.evaluate(scale) == pytest.approx(before, abs=0.01)


def test_the_exported_file_has_its_time_too(page: Page, tmp_path: Path) -> None:
    lx.sample("dbt").write(tmp_path / "shop.html", focus="fct_orders")
    asked, wrong = opened(page, tmp_path / "shop.html")
    whole = page.locator(".lx-root")
    drag(page, strip(whole), 0.5, -0.0)
    expect(whole.locator(".lx-faint").first).to_be_visible()
    whole.get_by_role("button", name="One run").click()
    expect(whole.locator(".lx-panel")).to_contain_text("Run id")
    assert (asked, wrong) == ([], [])
