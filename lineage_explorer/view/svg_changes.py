"""What a picture of two sides has besides, as SVG: captions, numbers, ghosts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lineage_explorer.view.changes import CAPTION, Compare, shortened
from lineage_explorer.view.modes import Entry
from lineage_explorer.view.placing import Node
from lineage_explorer.view.style import CARD_MIN
from lineage_explorer.view.svg_nodes import number, text

ABSENT = '<g opacity="0.2">'


def words(compare: Compare | None, side: str) -> str:
    """Both sides in words, and which is drawn."""
    if compare is None:
        return ""
    before, after = compare.about
    if side == "both":
        return f"{before} → {after}"
    return f"{side}: {before if side == 'before' else after}"


def entry(compare: Compare) -> Entry:
    """The line of the legend for the numbers."""
    return Entry(compare.marked, "changed", "1")


def on_side(compare: Compare | None, nodes: list[Node], side: str) -> list[Node]:
    """The nodes in the state that they had on a side."""
    if compare is None or side == "both":
        return nodes
    return [
        replace(node, state=state) if node.kind in ("dataset", "job") else node
        for node, state in zip(nodes, compare.states[side], strict=True)
    ]


def caption(node: Node, said: str) -> str:
    """What changed, under its node."""
    below = number(node.height + 13)
    return f'<text class="soft" y="{below}" font-size="{CAPTION}">{text(said)}</text>'


def told(compare: Compare, node: Node, at: int) -> Iterator[str]:
    """The caption of a node, and its number in a disc on the left upper corner."""
    if at in compare.captions:
        yield caption(node, shortened(compare.captions[at], max(node.width, CARD_MIN)))
    if at in compare.marks:
        yield (
            '<circle class="changed" cx="-2" cy="-2" r="9"/>'
            '<text class="onmark" x="-2" y="2" font-size="11" font-weight="700" '
            f'text-anchor="middle">{compare.marks[at]}</text>'
        )
