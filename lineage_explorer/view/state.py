"""What decides a picture, as one value, and the picture it makes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lineage_explorer.view.scene import Scene, counted, scene
from lineage_explorer.view.shown import Shown, around, default_focus, everything

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage

STATIC_MOST = 300


@dataclass(frozen=True)
class ViewState:
    """Where the view stands. Equal states make equal pictures."""

    focus: tuple[str, ...] = ()
    hops: int = 1
    query: str = ""
    expanded: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()


def picture(lin: Lineage, state: ViewState, before: Scene | None = None) -> Scene:
    """The scene of a state; nodes that were there before stay where they can.

    Raises:
        SelectionError: if the query cannot be read.
    """
    part, shown = _shown(lin, state)
    places = dict(zip((n.id for n in before.nodes), before.y, strict=True)) if before else None
    return scene(part, shown, opened=state.columns, before=places, whole=lin)


def static_state(lin: Lineage, state: ViewState, drawn: Scene) -> Scene:
    """A scene small enough for a static picture: the drawn one, or the surroundings of one node."""
    if len(drawn.nodes) <= STATIC_MOST:
        return drawn
    start = state.focus[:1] or tuple(default_focus(lin)) or (drawn.nodes[0].id,)
    small = picture(lin, ViewState(focus=start))
    shown = counted(len(drawn.nodes), "node")
    note = f"{shown} were shown; this picture has the surroundings of one."
    return replace(small, note=note)


def _shown(lin: Lineage, state: ViewState) -> tuple[Lineage, Shown]:
    if state.query:
        part = lin.select(state.query)
        return part, everything(part)
    focus = list(state.focus) or default_focus(lin)
    if not focus:
        return lin, everything(lin)
    shown = around(lin, focus, state.hops, state.expanded)
    return lin, replace(shown, note="" if state.focus else _begins(lin))


def _begins(lin: Lineage) -> str:
    count = counted(lin.frames.datasets.height + lin.frames.jobs.height, "node")
    return f"{count}: this begins at the busiest dataset. Search to go elsewhere."
