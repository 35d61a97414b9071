"""Files that hold the lineage: SVG, HTML, Mermaid, GraphML, NDJSON, pyvis."""

import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import networkx as nx
import pytest

import lineage_explorer as lx
from lineage_explorer.view.state import ViewState, picture
from lineage_explorer.view.svg import svg
from tests.events import dataset, run_event
from tests.view.hostile import HOSTILE

LIN = lx.read(
    [
        run_event("load", ["raw"], ["orders"]),
        run_event("report", ["orders", "customers"], ["monthly"], run="2", kind="FAIL"),
    ]
)
SVG = "{http://www.w3.org/2000/svg}"
EVIL = lx.read(
    [
        run_event(
            text,
            [dataset(text, documentation={"description": text})],
            [dataset("out", text)],
            run=f"{number}{text}",
            job_facets={"sql": {"query": text}, "ownership": {"owners": [{"name": text}]}},
            run_facets={"errorMessage": {"message": text}},
        )
        for number, text in enumerate(HOSTILE)
    ]
)


def parsed(text: str) -> ET.Element:
    """Our own SVG, so there is nothing to fear of its XML."""
    return ET.fromstring(text)  # noqa: S314


def test_an_svg_shows_every_name_once() -> None:
    tree = parsed(svg(picture(LIN, ViewState()), theme="light"))
    words = [text.text for text in tree.iter(f"{SVG}text")]
    for name in ("raw", "orders", "customers", "monthly", "load", "report"):
        assert words.count(name) == 1


def test_an_svg_has_a_curve_for_every_edge() -> None:
    drawn = picture(LIN, ViewState())
    tree = parsed(svg(drawn))
    curves = [p for p in tree.iter(f"{SVG}path") if p.get("class") == "edge"]
    assert len(curves) == LIN.edges.height


def test_an_svg_counts_what_its_legend_names() -> None:
    text = svg(picture(LIN, ViewState()), color="state", theme="light")
    assert "failed" in text
    assert "no run seen" in text


def test_an_svg_of_hostile_names_holds_only_our_own_elements() -> None:
    tree = parsed(svg(picture(EVIL, ViewState())))
    ours = {"svg", "title", "style", "defs", "pattern", "path", "rect", "g", "text"}
    assert {element.tag.removeprefix(SVG) for element in tree.iter()} <= ours
    names = {name for element in tree.iter() for name in element.attrib}
    assert not [
        name for name in names if name.startswith("on") or "href" in name or name == "style"
    ]


def test_an_svg_of_nothing_says_what_to_do() -> None:
    assert "lx.read()" in svg(picture(lx.Lineage(), ViewState()))


class Scripts(HTMLParser):
    """The elements of a page, as a browser would begin them."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)


def test_an_html_file_names_no_address_and_carries_a_strict_policy(tmp_path: Path) -> None:
    LIN.write(tmp_path / "x.html")
    text = (tmp_path / "x.html").read_text()
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy
    assert "default-src &#x27;none&#x27;" in policy[1]
    assert "unsafe" not in policy[1]
    assert not re.search(r"<(?:script|link|img)[^>]+(?:src|href)=", text)


def test_hostile_names_add_no_element_to_an_html_file(tmp_path: Path) -> None:
    LIN.write(tmp_path / "good.html")
    EVIL.write(tmp_path / "evil.html")
    good, evil = Scripts(), Scripts()
    good.feed((tmp_path / "good.html").read_text())
    evil.feed((tmp_path / "evil.html").read_text())
    assert good.tags == evil.tags


def test_graphml_reads_back_as_the_same_graph(tmp_path: Path) -> None:
    LIN.write(tmp_path / "x.graphml")
    read = nx.read_graphml(tmp_path / "x.graphml", force_multigraph=True)
    assert set(read.nodes) == set(LIN.graph.nodes)
    assert nx.utils.graphs_equal(nx.MultiDiGraph(read.edges()), nx.MultiDiGraph(LIN.graph.edges()))


def test_graphml_takes_names_that_xml_cannot_hold(tmp_path: Path) -> None:
    EVIL.write(tmp_path / "x.graphml")
    assert len(nx.read_graphml(tmp_path / "x.graphml").nodes) == EVIL.nodes.height


def test_ndjson_reads_back_as_the_same_lineage(tmp_path: Path) -> None:
    LIN.write(tmp_path / "x.ndjson")
    again = lx.read(tmp_path / "x.ndjson")
    for name in ("runs", "jobs", "datasets", "io", "edges", "bundles"):
        assert getattr(again.frames, name).equals(getattr(LIN.frames, name))


def test_mermaid_has_a_line_for_every_node_and_edge(tmp_path: Path) -> None:
    LIN.write(tmp_path / "x.mmd")
    lines = (tmp_path / "x.mmd").read_text().splitlines()
    assert lines[0] == "flowchart LR"
    assert len(lines) == 1 + LIN.nodes.height + LIN.edges.height


def test_mermaid_labels_hold_no_syntax(tmp_path: Path) -> None:
    EVIL.write(tmp_path / "x.mmd")
    for line in (tmp_path / "x.mmd").read_text().splitlines()[1:]:
        assert re.fullmatch(
            r'  n\d+(?:\(\["[^"<>\\`]*"\]\)|\["[^"<>\\`]*"\]| (?:-->|-\.->) n\d+)', line
        )


def test_pyvis_gets_every_node_and_edge_with_escaped_titles() -> None:
    network = EVIL.to_pyvis()
    assert len(network.nodes) == EVIL.nodes.height
    assert not [node for node in network.nodes if "<" in node["title"]]


def test_an_unknown_ending_says_which_are_known(tmp_path: Path) -> None:
    with pytest.raises(lx.LineageError, match=r"\.svg"):
        LIN.write(tmp_path / "x.pdf")


def test_an_unknown_option_is_refused(tmp_path: Path) -> None:
    with pytest.raises(lx.UnknownOption, match="focus"):
        LIN.write(tmp_path / "x.svg", focsu="orders")


def test_the_repr_of_a_lineage_is_safe_to_show() -> None:
    card = Scripts()
    card.feed(EVIL._repr_html_())
    assert set(card.tags) <= {"pre", "img"}
    assert "\x1b" not in repr(EVIL)
