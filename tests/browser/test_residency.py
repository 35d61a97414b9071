"""Where data lives, in real JupyterLab: crossings, the legend, findings, the chain to the raw line."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Lab
from tests.browser.test_view import drawn, tell

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

READ = """
import lineage_explorer as lx
from lineage_explorer.bundled import policy
report = lx.sample("fraud").residency(policy("fraud"))
"""
SHOW = "view = report.explore()\nview"


@pytest.fixture
def judged(page: Page, lab: Lab, request: pytest.FixtureRequest) -> Locator:
    """The view of the fraud sample under its policy."""
    return drawn(page, lab, request, READ, SHOW)


def node(view: Locator, name: str) -> Locator:
    """The one node whose label a screen reader reads begins so."""
    return view.get_by_role("group", name=re.compile(f"^{name}"))


def between(view: Locator, source: str, target: str) -> tuple[float, float]:
    """The middle of the line from a node to the one right of it, on the page."""
    left, right = (node(view, name).bounding_box() for name in (source, target))
    assert left is not None
    assert right is not None
    return (
        (left["x"] + left["width"] + right["x"]) / 2,
        (left["y"] + left["height"] / 2 + right["y"] + right["height"] / 2) / 2,
    )


def test_a_crossing_says_its_verdict_under_the_hand_and_in_the_panel(
    page: Page, judged: Locator
) -> None:
    at = between(judged, "transactions, .*acme-lake-eu", "copy_for_review")
    page.mouse.move(*at)
    expect(judged.locator(".lx-tip")).to_contain_text("crosses DE → US: outside")
    page.mouse.click(*at)
    judged.get_by_role("tab", name="Residency").click()
    panel = judged.locator(".lx-panel")
    expect(panel).to_contain_text("DE → US")
    expect(panel).to_contain_text("Maskedno, or not all")


def test_the_legend_counts_and_dims_what_is_not_chosen(judged: Locator) -> None:
    legend = judged.get_by_role("region", name="Legend")
    outside = legend.get_by_role("button", name=re.compile("outside"))
    expect(outside.locator(".lx-count")).to_have_text("2")
    outside.click()
    expect(outside).to_have_attribute("aria-pressed", "true")
    expect(node(judged, "copy_for_review")).not_to_have_class(re.compile("lx-dim"))
    expect(node(judged, "customers, .*landing-eu")).to_have_class(re.compile("lx-dim"))
    outside.click()
    expect(judged.locator(".lx-node.lx-dim")).to_have_count(0)


def test_a_finding_lights_its_way_and_tells_its_chain_down_to_the_raw_line(
    page: Page, judged: Locator, root: Path
) -> None:
    judged.locator(".lx-finding", has_text="storage.outside").click()
    expect(node(judged, "customers, .*landing-eu")).not_to_have_class(re.compile("lx-dim"))
    expect(node(judged, "transactions, .*lake-apac")).to_have_class(re.compile("lx-dim"))
    panel = judged.locator(".lx-panel")
    judged.get_by_role("tab", name="Chain").click()
    for told in ("policy.toml", "[[labels]]", 'permitted = ["EU"]', "s3://acme-analytics-us"):
        expect(panel).to_contain_text(told)
    judged.get_by_role("tab", name="Events").click()
    line = panel.locator("details", has_text="events.ndjson : 80")
    line.locator("summary").click()
    raw = (root / "sample_events/fraud/events.ndjson").read_text("utf-8").splitlines()[79]
    expect(line.locator("pre")).to_contain_text(json.loads(raw)["run"]["runId"])
    shown = json.loads(line.locator("pre").inner_text())
    assert shown == json.loads(raw)
    finding = tell(page, "print(report.explain(view.finding).finding['kind'])")
    assert finding.strip() == "storage.outside"
