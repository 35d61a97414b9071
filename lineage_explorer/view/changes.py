"""Both sides of a diff in one picture: what only one side has, what changed, where they part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lineage_explorer.plain import plain
from lineage_explorer.view.modes import MODES, NONE, Asked, Entry, Maker, Mode
from lineage_explorer.view.placing import Edge, Node
from lineage_explorer.view.style import fit, text_width

if TYPE_CHECKING:
    from lineage_explorer.analysis.story import Story
    from lineage_explorer.lineage import Lineage
    from lineage_explorer.view.rows import Row

NAME = "change"
SIDES = ("both", "before", "after")
CAPTION = 11
ENTRIES = {
    "after": Entry("only after", "added", "+"),
    "before": Entry("only before", "gone", "\N{MINUS SIGN}"),
    "changed": Entry("changed", "changed", "Δ"),
    "same": Entry("same", "same", ""),
}


@dataclass(frozen=True)
class Compare:
    """What a picture of two sides has besides; nodes and edges by their place in the scene.

    Attributes:
        captions: under a node: what changed there.
        marks: nodes with a number.
        marked: what the numbers mean.
        lines: of edges that only one side has, which: before or after.
        states: side to the state of each node on it.
        unchanged: how many nodes are left out because they are the same.
        about: both sides, in words.
        changes: how many there are.
        alone: of nodes that only one side has, which.
    """

    captions: dict[int, str]
    marks: dict[int, int]
    marked: str
    lines: dict[int, str]
    states: dict[str, list[str]]
    unchanged: int
    about: tuple[str, str]
    changes: int
    alone: dict[int, str]

    def absent(self, node: int, side: str) -> bool:
        """Whether a node is not on a side."""
        return side != "both" and self.alone.get(node, side) != side


def makers_of(lin: Lineage, more: Sequence[Maker]) -> list[Maker]:
    """All colour modes of a lineage's pictures; of two sides with what changed before the others."""
    told = [change_mode(lin.story)] if lin.story else []
    return [*told, *MODES.values(), *more]


def names_of(lin: Lineage) -> list[str]:
    """The names of the modes of every picture of a lineage."""
    return [*([NAME] if lin.story else []), *MODES]


def usual(lin: Lineage) -> str:
    """The colour mode where none is asked for."""
    return NAME if lin.story else "state"


def change_mode(story: Story) -> Maker:
    """Only before, only after, changed or same."""
    index = {status: at for at, status in enumerate(ENTRIES)}

    def change(asked: Asked) -> Mode:
        values = [index.get(story.status.get(node, ""), NONE) for node in asked.ids]
        words = [plain(story.diff.captions.get(node, "")) for node in asked.ids]
        return Mode(NAME, "Change", list(ENTRIES.values()), values, words)

    return change


def compared(lin: Lineage, nodes: list[Node], edges: list[Edge]) -> Compare | None:
    """What is told of these nodes and edges; nothing where the lineage is none of two sides."""
    story = lin.story
    if story is None:
        return None
    ids = [node.id for node in nodes]
    lines = {}
    for at, edge in enumerate(edges):
        side = story.lines.get((ids[edge.source], ids[edge.target]))
        if side and edge.kind not in ("stub", "group", "column"):
            lines[at] = side
    drawn = sum(node.members or node.kind in ("dataset", "job") for node in nodes)
    return Compare(
        captions={
            at: plain(caption)
            for at, node in enumerate(nodes)
            if (caption := _caption(story, node.id))
        },
        marks={at: story.marks[node] for at, node in enumerate(ids) if node in story.marks},
        marked=story.marked,
        lines=lines,
        states={side: [told.get(node, "") for node in ids] for side, told in story.states.items()},
        unchanged=max(0, len(story.status) - drawn),
        about=(plain(story.about[0]), plain(story.about[1])),
        changes=len(story.diff.changes),
        alone={
            at: told for at, node in enumerate(ids) if (told := story.status.get(node)) in SIDES
        },
    )


def shortened(caption: str, width: float) -> str:
    """As many of its parts as fit, and how many more there are.

    >>> shortened("1 column renamed · rows -38 % · SQL changed", 220)
    '1 column renamed · rows -38 % · +1'
    """
    parts = caption.split(" · ")
    for kept in range(len(parts), 0, -1):
        rest = [f"+{len(parts) - kept}"] if kept < len(parts) else []
        text = " · ".join([*parts[:kept], *rest])
        if kept == 1 or text_width(text, CAPTION) <= width:
            return fit(text, width, CAPTION)
    return ""


def _caption(story: Story, node: str) -> str:
    told = story.diff.captions.get(node, "")
    alone = {"before": "only before", "after": "only after"}.get(story.status.get(node, ""))
    # That a job or dataset is there on one side only is what the caption says by itself.
    if alone is None:
        return told
    said = [word for word in told.split(" · ") if word and not _one_sided(word)]
    return " · ".join([alone, *said])


def _one_sided(word: str) -> bool:
    return word in ("job added", "job dropped", "dataset added", "dataset dropped")


def as_later(lin: Lineage, nodes: list[Node]) -> list[Node]:
    """The nodes in the state of the later side, where they are on it; else of the earlier one."""
    story = lin.story
    if story is None:
        return nodes
    before, after = (story.states[side] for side in SIDES[1:])
    here = {node for node, status in story.status.items() if status != "before"}
    return [
        replace(node, state=(after if node.id in here else before).get(node.id, ""))
        if node.kind in ("dataset", "job")
        else node
        for node in nodes
    ]


def marked_row(lin: Lineage, dataset: str, field: str, row: Row) -> Row:
    """A column as it is listed: what is new, gone or of another type carries a mark."""
    told = lin.story.fields.get((dataset, field)) if lin.story else None
    if told is None:
        return row
    name, kind, more = row
    if told.renamed:
        kind = f"was {plain(told.was or '?')}"
    elif told.mark == "Δ":
        kind = f"{plain(told.was or '?')} → {plain(told.now or '?')}"
    return name, kind, " ".join(filter(None, [told.mark, more]))
