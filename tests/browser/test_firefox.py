"""The exported file in Firefox."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

import lineage_explorer as lx
from tests.browser.conftest import missing

if TYPE_CHECKING:
    from tests.browser.firefox import Firefox

PICKED = "document.querySelector('.lx-panel')?.textContent.includes('Run id')"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    """The dbt sample, exported and opened in Firefox."""
    if find_spec("websocket") is None:
        missing("websocket-client is not installed: it comes with JupyterLab")
    from tests.browser import firefox

    path = firefox.program()
    if path is None:
        pytest.skip("no Firefox here: apt-get install firefox-esr")
    folder = tmp_path_factory.mktemp("fox")
    lx.sample("dbt").write(folder / "shop.html", focus="fct_orders")
    with firefox.running(path, folder / "profile") as browser:
        browser.open((folder / "shop.html").as_uri())
        yield browser


def test_the_picture_is_painted_without_an_error(page: Firefox) -> None:
    assert page.until("document.querySelectorAll('.lx-dataset').length >= 6")
    assert page.ask("document.querySelector('.lx-crash').hidden")


def test_the_strip_of_runs_chooses_a_run(page: Firefox) -> None:
    page.until("!document.querySelector('.lx-time').hidden")
    page.ask("document.querySelector('[aria-label=\"One run\"]').click()")
    assert page.until(PICKED)


def test_a_search_goes_to_a_node(page: Firefox) -> None:
    page.ask(
        "(() => { const box = document.querySelector('.lx-input'); box.focus(); box.value = 'fee_report';"
        " box.dispatchEvent(new Event('input', { bubbles: true })); })()"
    )
    assert page.until("document.querySelector('[role=option]')")
    page.ask(
        "document.querySelector('.lx-input')"
        ".dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }))"
    )
    assert page.until(
        "[...document.querySelectorAll('.lx-focused')].some(it => it.textContent.includes('fee_report'))"
    )
