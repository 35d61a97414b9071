"""What decides a picture, as one value, and the picture it makes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lineage_explorer.view.modes import Maker
from lineage_explorer.view.of_run import with_run
from lineage_explorer.view.scene import Scene, counted, scene
from lineage_explorer.view.shown import Shown, around, default_focus, everything
from lineage_explorer.view.timing import Time, Timing

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
    selection: tuple[str, ...] = ()
    color: str = "state"
    theme: str = "auto"
    mode: str = "all"
    time: Time = None
    run: str = ""

    @property
    def timing(self) -> Timing:
        """Which runs it is about."""
        return Timing(self.mode, self.time, self.run)

    @property
    def shape(self) -> ViewState:
        """Only what decides which nodes there are and where; the rest is how they look."""
        plain = ViewState()
        looks = ("selection", "color", "theme", "mode", "time")
        return replace(self, **{name: getattr(plain, name) for name in looks})


def picture(
    lin: Lineage, state: ViewState, before: Scene | None = None, more: Sequence[Maker] = ()
) -> Scene:
    """The scene of a state; nodes that were there before stay where they can.

    Args:
        lin: the lineage.
        state: the state.
        before: an earlier scene.
        more: colour modes beside those of every picture.

    Raises:
        SelectionError: if the query cannot be read.
    """
    part, shown = _shown(lin, state)
    if state.run:
        shown = with_run(lin, shown, state.run)
        part = lin
    places = dict(zip((n.id for n in before.nodes), before.y, strict=True)) if before else None
    return scene(part, shown, opened=state.columns, before=places, whole=lin, more=more)


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
