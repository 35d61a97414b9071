"""The HTML file, opened from disk with no network: it works, asks for nothing, shows only text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

import lineage_explorer as lx
from lineage_explorer.view import html
from tests.events import dataset, run_event
from tests.view.hostile import HOSTILE

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page


def opened(page: Page, path: Path) -> tuple[list[str], list[str]]:
    """Open a file offline; the requests made beyond it, and what went wrong."""
    asked: list[str] = []
    wrong: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("dialog", lambda dialog: wrong.append(f"dialog: {dialog.message}"))
    page.on("console", lambda m: wrong.append(m.text) if m.type == "error" else None)
    page.context.set_offline(True)
    page.goto(path.as_uri())
    expect(page.locator(".lx-canvas")).to_be_visible()
    page.wait_for_timeout(500)
    return [url for url in asked if not url.startswith(("data:", path.as_uri()))], wrong


def test_the_file_shows_its_picture_and_asks_for_nothing(page: Page, tmp_path: Path) -> None:
    lx.sample("dbt").write(tmp_path / "shop.html", focus="fct_orders")
    asked, wrong = opened(page, tmp_path / "shop.html")
    expect(page.get_by_role("group", name=re.compile("fct_orders, dataset"))).to_be_visible()
    assert (asked, wrong) == ([], [])


@pytest.mark.parametrize("most", [0, 10**9])
def test_the_file_shows_its_picture_compressed_or_not(
    most: int, page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(html, "READABLE_MOST", most)
    lx.sample("dbt").write(tmp_path / "shop.html", focus="fct_orders")
    assert ("fct_orders" in (tmp_path / "shop.html").read_text("utf-8")) == (most > 0)
    asked, wrong = opened(page, tmp_path / "shop.html")
    expect(page.get_by_role("group", name=re.compile("fct_orders, dataset"))).to_be_visible()
    assert (asked, wrong) == ([], [])


def test_the_file_tells_of_a_node_and_goes_to_it(page: Page, tmp_path: Path) -> None:
    lx.sample("dbt").write(tmp_path / "shop.html", focus="fct_orders")
    opened(page, tmp_path / "shop.html")
    revenue = page.get_by_role("group", name=re.compile("daily_revenue, dataset"))
    revenue.click()
    expect(page.locator(".lx-panel")).to_contain_text("Written by")
    page.get_by_role("tab", name="Events").click()
    expect(page.locator(".lx-panel")).to_contain_text("events.ndjson")
    revenue.dblclick()
    expect(page.get_by_role("group", name=re.compile("fee_report, dataset"))).to_be_visible()


HOSTILE_LOG = [
    run_event(
        text,
        [dataset(text, documentation={"description": text}, schema={"fields": [{"name": text, "type": text}]})],
        [dataset("out", text)],
        run=f"{number}{text}",
        job_facets={
            "sql": {"query": text},
            "ownership": {"owners": [{"name": text}]},
            "sourceCodeLocation": {"type": "git", "url": text},
        },
        run_facets={"errorMessage": {"message": text}, text: {"x": text}},
    )
    for number, text in enumerate(HOSTILE)
]  # fmt: skip


def kinds_of_elements(page: Page) -> set[str]:
    """The names of all elements of the page."""
    return set(page.evaluate("[...document.querySelectorAll('*')].map(e => e.localName)"))


@pytest.fixture
def harmless(page: Page, tmp_path: Path) -> set[str]:
    """The elements that the view makes of a harmless log, panel and all."""
    lx.read([run_event("job", ["in"], ["out"])]).write(tmp_path / "good.html", selection=["in"])
    opened(page, tmp_path / "good.html")
    return kinds_of_elements(page)


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_hostile_text_is_only_ever_text(
    page: Page, tmp_path: Path, harmless: set[str], number: int
) -> None:
    lin = lx.read([HOSTILE_LOG[number]])
    node = lin.datasets["dataset"][0]
    lin.write(tmp_path / "evil.html", selection=[node])
    asked, wrong = opened(page, tmp_path / "evil.html")
    for tab in page.get_by_role("tab").all():
        tab.click()
    page.mouse.move(400, 300)
    assert (asked, wrong) == ([], [])
    assert not {"script", "iframe", "img", "object", "embed", "form", "base"} & (
        kinds_of_elements(page) - harmless
    )
