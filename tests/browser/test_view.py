"""The live view in real JupyterLab, in a real browser: Python and picture are one thing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import nbformat
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Lab
from tests.browser.test_demo import run_all

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator, Page

READ = "import lineage_explorer as lx\nlin = lx.sample('dbt')"
SHOW = "view = lin.explore(focus='fct_orders')\nview"


def write_notebook(path: Path, cells: list[str]) -> None:
    """A notebook of code cells, never run."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in cells])
    notebook.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    nbformat.write(notebook, path)


@pytest.fixture
def view(page: Page, lab: Lab, request: pytest.FixtureRequest) -> Locator:
    """The running view of the dbt sample at `fct_orders`."""
    name = f"{re.sub(r'[^a-z]', '-', request.node.name)}.ipynb"
    write_notebook(lab.folder / name, [READ, SHOW])
    page.goto(lab.page(name))
    expect(page.locator(".jp-Notebook .jp-CodeCell").first).to_be_visible(timeout=60_000)
    run_all(page)
    found = page.locator(".lx-root")
    expect(found).to_be_visible(timeout=30_000)
    expect(card(found, "fct_orders")).to_be_visible(timeout=30_000)
    return found


def card(view: Locator, name: str) -> Locator:
    """The dataset card of that name."""
    return view.get_by_role("group", name=re.compile(rf"\b{name}, dataset"))


def tell(page: Page, code: str) -> str:
    """Run code in a new last cell and return what it printed."""
    page.locator(".jp-Notebook").click(position={"x": 5, "y": 5})
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.keyboard.press("Escape")
    cells = page.locator(".jp-CodeCell")
    cells.last.locator(".jp-InputArea-prompt").click()
    page.keyboard.press("Escape")
    page.keyboard.press("b")
    editor = page.locator(".jp-CodeCell").last.locator(".cm-content")
    editor.click()
    page.keyboard.insert_text(code)
    page.keyboard.press("Control+Enter")
    last = page.locator(".jp-CodeCell").last
    expect(last.locator(".jp-InputArea-prompt")).to_have_text(
        re.compile(r"\[\d+\]:"), timeout=30_000
    )
    text = last.locator(".jp-OutputArea-output")
    return text.first.inner_text() if text.count() else ""


def test_the_view_paints_and_the_static_picture_steps_back(page: Page, view: Locator) -> None:
    expect(page.locator("img[data-lx-fallback]")).to_be_hidden()
    expect(card(view, "stg_orders")).to_be_visible()
    expect(view.locator(".lx-crash")).to_be_hidden()


@pytest.mark.parametrize("page", ["dark"], indirect=True)
def test_the_view_paints_for_a_reader_of_dark_pages(view: Locator) -> None:
    expect(card(view, "stg_orders")).to_be_visible()


def test_a_click_selects_and_python_knows(page: Page, view: Locator) -> None:
    card(view, "fct_orders").click()
    expect(view.get_by_role("tab", name="Overview")).to_be_visible()
    expect(view.locator(".lx-panel")).to_contain_text("duckdb://shop.duckdb")
    assert "fct_orders" in tell(page, "print(view.selection)")


def test_python_selects_and_the_view_shows(page: Page, view: Locator) -> None:
    tell(page, "view.selection = ['stg_orders']")
    expect(view.locator(".lx-panel")).to_contain_text("stg_orders")


def test_a_double_click_goes_there(page: Page, view: Locator) -> None:
    card(view, "daily_revenue").dblclick()
    expect(card(view, "fee_report")).to_be_visible(timeout=10_000)
    assert "daily_revenue" in tell(page, "print(view.focus)")


def test_a_search_takes_the_selection_language(page: Page, view: Locator) -> None:
    search = view.get_by_role("combobox", name="Search")
    search.fill("+stg_orders and kind:dataset")
    search.press("Enter")
    expect(card(view, "raw_orders")).to_be_visible(timeout=10_000)
    expect(card(view, "fct_orders")).to_have_count(0)
    assert tell(page, "print(view.query)").strip() == "+stg_orders and kind:dataset"


def test_a_search_that_cannot_be_read_says_why_and_keeps_the_picture(view: Locator) -> None:
    search = view.get_by_role("combobox", name="Search")
    search.fill("stg_orders and")
    search.press("Enter")
    expect(view.get_by_role("alert").filter(visible=True)).to_be_visible(timeout=10_000)
    expect(card(view, "fct_orders")).to_be_visible()


def test_typing_suggests_names_and_enter_goes_there(view: Locator) -> None:
    search = view.get_by_role("combobox", name="Search")
    search.press_sequentially("fee_rep")
    expect(view.get_by_role("option").first).to_contain_text("fee_report", timeout=10_000)
    search.press("ArrowDown")
    search.press("Enter")
    expect(card(view, "fee_report")).to_be_visible(timeout=10_000)


def test_a_stub_shows_what_it_hides(page: Page, view: Locator) -> None:
    before = view.get_by_role("group", name=re.compile("dataset")).count()
    view.get_by_role("group", name=re.compile(r"more (up|down)stream")).first.click()
    page.wait_for_timeout(1_500)
    assert view.get_by_role("group", name=re.compile("dataset")).count() > before
    assert "stub:" in tell(page, "print(view.expanded)")


def test_arrow_keys_walk_along_the_edges(page: Page, view: Locator) -> None:
    card(view, "fct_orders").click()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    page.wait_for_timeout(800)
    assert "job:shop:shop.marts.shop.fct_orders" in tell(page, "print(view.selection)")


def test_columns_open_on_their_card(page: Page, view: Locator) -> None:
    tell(page, "view.columns = ['fct_orders', 'int_order_payments']")
    expect(card(view, "fct_orders")).to_contain_text("paid_amount", timeout=10_000)


def test_a_saved_notebook_shows_the_picture_without_a_kernel(
    page: Page, lab: Lab, tmp_path
) -> None:
    """Reopened by somebody else: untrusted, no kernel; the static picture stands in."""
    from nbclient import NotebookClient

    write_notebook(lab.folder / "saved.ipynb", [READ, SHOW])
    notebook = nbformat.read(lab.folder / "saved.ipynb", as_version=4)
    NotebookClient(notebook, store_widget_state=False).execute()
    nbformat.write(notebook, lab.folder / "saved.ipynb")
    page.goto(lab.page("saved.ipynb"))
    image = page.locator(".jp-OutputArea img").first
    expect(image).to_be_visible(timeout=60_000)
    assert image.evaluate("image => image.naturalWidth") > 300
