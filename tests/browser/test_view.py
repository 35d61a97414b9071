"""The live view in real JupyterLab, in a real browser: Python and picture are one thing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import TOKEN, Lab, missing
from tests.browser.test_demo import run_all

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

READ = "import lineage_explorer as lx\nlin = lx.sample('dbt')"
SHOW = "view = lin.explore(focus='fct_orders')\nview"
AXE = Path("lineage_explorer/view/frontend/node_modules/axe-core/axe.min.js")


def write_notebook(path: Path, cells: list[str]) -> None:
    """A notebook of code cells, never run."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in cells])
    notebook.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    nbformat.write(notebook, path)


def drawn(page: Page, lab: Lab, request: pytest.FixtureRequest, *cells: str) -> Locator:
    """The view that the cells make in a notebook of the test's own, once it is drawn."""
    name = f"{re.sub(r'[^a-z]', '-', request.node.name)[:60]}.ipynb"
    write_notebook(lab.folder / name, list(cells))
    page.goto(lab.page(name))
    expect(page.locator(".jp-Notebook .jp-CodeCell").first).to_be_visible(timeout=60_000)
    run_all(page)
    found = page.locator(".lx-root")
    expect(found.locator(".lx-node").first).to_be_visible(timeout=30_000)
    return found


@pytest.fixture
def view(page: Page, lab: Lab, request: pytest.FixtureRequest) -> Locator:
    """The running view of the dbt sample at `fct_orders`."""
    found = drawn(page, lab, request, READ, SHOW)
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
    option = view.get_by_role("option").first
    expect(option).to_contain_text("fee_report", timeout=10_000)
    expect(option).to_have_attribute("aria-selected", "true")
    search.press("Enter")
    expect(card(view, "fee_report")).to_be_visible(timeout=10_000)


def test_a_stub_shows_what_it_hides(page: Page, view: Locator) -> None:
    expect(card(view, "stg_refunds")).to_have_count(0)
    # The first stands before int_order_payments, which is made of payments and refunds.
    view.get_by_role("group", name=re.compile(r"more (up|down)stream")).first.click()
    expect(card(view, "stg_refunds")).to_be_visible(timeout=10_000)
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


def run_again(page: Page, number: int) -> None:
    """Run the cell of that number, from 0, once more."""
    cell = page.locator(".jp-CodeCell").nth(number)
    prompt = cell.locator(".jp-InputArea-prompt")
    before = prompt.inner_text()
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    expect(prompt).not_to_have_text(before, timeout=30_000)
    expect(prompt).to_have_text(re.compile(r"\[\d+\]:"), timeout=30_000)


LISTENED = """
  window.lxOpen = 0;
  for (const [type, add, remove] of [
    [MutationObserver, 'observe', 'disconnect'], [ResizeObserver, 'observe', 'disconnect'],
  ]) {
    const at = new WeakMap(), {[add]: observe, [remove]: disconnect} = type.prototype;
    type.prototype[add] = function (target, ...rest) {
      const ours = target.matches?.('.lx-root, .lx-stage') ||
        (target === document.body && rest[0]?.attributeFilter?.includes('data-jp-theme-light'));
      if (ours && !at.has(this)) { at.set(this, 1); window.lxOpen++; }
      return observe.call(this, target, ...rest);
    };
    type.prototype[remove] = function () {
      if (at.delete(this)) window.lxOpen--;
      return disconnect.call(this);
    };
  }
"""


def test_a_cell_run_again_leaves_no_view_listener_or_model_behind(page: Page, lab: Lab) -> None:
    page.add_init_script(LISTENED)
    write_notebook(lab.folder / "again.ipynb", [READ, SHOW])
    page.goto(lab.page("again.ipynb"))
    expect(page.locator(".jp-Notebook .jp-CodeCell").first).to_be_visible(timeout=60_000)
    run_all(page)
    expect(card(page.locator(".lx-root"), "fct_orders")).to_be_visible(timeout=30_000)
    once = page.evaluate("lxOpen")
    assert once > 0
    for _ in range(3):
        run_again(page, 1)
        expect(card(page.locator(".lx-root"), "fct_orders")).to_be_visible(timeout=30_000)
    assert page.evaluate("lxOpen") == once
    alive = (
        "from ipywidgets.widgets.widget import _instances\n"
        "print(sum(type(w).__name__ == 'Explorer' for w in _instances.values()))"
    )
    assert tell(page, alive).strip() == "1"


def test_the_picture_returns_when_the_live_view_goes(page: Page, view: Locator) -> None:
    tell(page, "view.close()")
    expect(view).to_have_count(0)
    expect(page.locator("img[data-lx-fallback]")).to_be_visible()


def test_two_views_of_one_explorer_show_the_same_selection(page: Page, view: Locator) -> None:
    tell(page, "view")
    expect(view).to_have_count(2, timeout=10_000)
    expect(card(view.nth(1), "stg_orders")).to_be_visible(timeout=10_000)
    card(view.nth(1), "stg_orders").click()
    expect(view.nth(0).locator(".lx-panel")).to_contain_text("stg_orders")


def test_the_view_asks_nothing_of_the_network(page: Page, view: Locator) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    card(view, "fct_orders").click()
    for tab in view.get_by_role("tab").all():
        tab.click()
    card(view, "stg_orders").dblclick()
    expect(card(view, "raw_orders")).to_be_visible(timeout=10_000)
    local = re.compile(r"(https?://127\.0\.0\.1[:/]|data:)")
    assert [url for url in asked if not local.match(url)] == []


@pytest.fixture(params=["JupyterLab Light", "JupyterLab Dark"])
def notebook_theme(page: Page, lab: Lab, request: pytest.FixtureRequest) -> Iterator[str]:
    """JupyterLab in each of its themes; afterwards in the light one, as the other tests know it."""

    def choose(name: str) -> None:
        answer = page.request.put(
            f"{lab.url}/lab/api/settings/@jupyterlab/apputils-extension:themes",
            headers={"Authorization": f"token {TOKEN}"},
            data={"raw": json.dumps({"theme": name})},
        )
        assert answer.ok

    choose(request.param)
    yield request.param
    choose("JupyterLab Light")


# axe takes what a body without height clips for hidden, and JupyterLab's has none; and it does not
# judge a text that anything lies over or under without a colour of its own: tips and the edges.
JUDGED = "body { height: 100vh } .lx-tips, .lx-canvas { display: none }"
FAINT = "e => e.style.color = 'rgb(128 128 128 / 50%)'"


def unreadable(page: Page) -> list[str]:
    """What axe finds wrong in the view, by the rules of WCAG 2.1 A and AA."""
    found: list[str] = page.evaluate(
        """async () => (await axe.run('.lx-root', { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa'] }))
        .violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html}`))"""
    )
    return found


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_screen_reader_and_weak_eyes_can_use_it(
    page: Page, notebook_theme: str, view: Locator, theme: str, root: Path
) -> None:
    if not (root / AXE).is_file():
        missing("axe-core is not installed: make bundle installs it")
    page.evaluate((root / AXE).read_text(encoding="utf-8"))
    page.add_style_tag(content=JUDGED)
    tell(page, f"view.theme = {theme!r}")
    expect(view).to_have_attribute("data-theme", theme)
    assert (view.get_attribute("data-jp") is not None) == notebook_theme.lower().endswith(theme)
    assert unreadable(page) == []
    card(view, "fct_orders").click()
    expect(view.get_by_role("tab", name="Overview")).to_be_visible()
    for tab in view.get_by_role("tab").all():
        tab.click()
        expect(tab).to_have_attribute("aria-selected", "true")
        assert unreadable(page) == []
    # A rule that finds nothing wrong anywhere has not looked: these contrasts are too low.
    for part in (".lx-summary", ".lx-focused .lx-label", ".lx-panel-place"):
        view.locator(part).evaluate(FAINT)
    assert len(unreadable(page)) == 3


def test_the_back_button_closes_the_panel_of_what_is_gone(page: Page, view: Locator) -> None:
    card(view, "daily_revenue").dblclick()
    expect(card(view, "fee_report")).to_be_visible(timeout=10_000)
    expect(view.locator(".lx-panel")).to_contain_text("daily_revenue")
    view.get_by_role("button", name="Back").click()
    expect(card(view, "stg_orders")).to_be_visible(timeout=10_000)
    expect(view.locator(".lx-panel")).to_be_hidden()


def test_an_emptied_search_forgets_what_was_wrong_with_it(view: Locator) -> None:
    search = view.get_by_role("combobox", name="Search")
    search.fill("stg_orders and")
    search.press("Enter")
    expect(search).to_have_attribute("aria-invalid", "true", timeout=10_000)
    search.fill("")
    search.press("Enter")
    expect(search).to_have_attribute("aria-invalid", "false", timeout=10_000)


def test_names_in_a_notebook_cell_are_not_cut_by_their_card(view: Locator) -> None:
    cut = view.evaluate(
        "view => [...view.querySelectorAll('.lx-label')]"
        ".filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.textContent)"
    )
    assert cut == []


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
