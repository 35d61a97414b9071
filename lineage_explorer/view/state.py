"""What decides a picture, as one value, and the picture it makes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from lineage_explorer.analysis.paths import Paths, paths
from lineage_explorer.collecting import no_collector
from lineage_explorer.graph.select import select_nodes
from lineage_explorer.view.fewer import adding, collapsed, in_groups, without
from lineage_explorer.view.modes import Maker
from lineage_explorer.view.of_run import with_run
from lineage_explorer.view.parted import in_places
from lineage_explorer.view.scene import Scene, scene
from lineage_explorer.view.shown import Shown, around, default_focus, everything, is_small
from lineage_explorer.view.threads import Thread, thread
from lineage_explorer.view.timing import Time, Timing
from lineage_explorer.view.words import counted

if TYPE_CHECKING:
    from lineage_explorer.analysis.story import Story
    from lineage_explorer.lineage import Lineage
    from lineage_explorer.residency.report import ResidencyReport

STATIC_MOST = 300
LIMIT = 300
MARKED = 12
PATHS = 100


@dataclass(frozen=True)
class ViewState:
    """Where the view stands. Equal states make equal pictures.

    Attributes:
        focus: node ids the picture is centred on.
        hops: how far from there.
        query: a selection instead.
        expanded: stubs that were opened.
        columns: datasets whose columns are listed.
        collapsed: stubs behind which nothing is shown.
        added: nodes shown besides, from the list behind a stub.
        groups: groups that were opened.
        hidden: nodes never shown.
        pinned: nodes always shown.
        path: two nodes: only the ways from the first to the second are shown.
        thread: a dataset and a field of it: only what that column comes from and goes to.
        unchanged: of two sides: whether what is the same is drawn too.
        side: of two sides: both, before or after; what the other has alone is faint.
        limit: how many nodes are drawn one by one before far ones are grouped; 0: no limit.
        selection: nodes with a ring.
        color: the colour mode.
        theme: auto, light or dark.
        mode: all, window or run.
        time: an ISO time as of which it is told (mode all), or two of them (mode window).
        run: the run id (mode run).
        by: "place": a box for each place, where a report of residency gives the colours.
    """

    focus: tuple[str, ...] = ()
    hops: int = 1
    query: str = ""
    expanded: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    collapsed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    pinned: tuple[str, ...] = ()
    path: tuple[str, ...] = ()
    thread: tuple[str, ...] = ()
    unchanged: bool = False
    side: str = "both"
    limit: int = LIMIT
    selection: tuple[str, ...] = ()
    color: str = "state"
    theme: str = "auto"
    mode: str = "all"
    time: Time = None
    run: str = ""
    by: str = ""

    @property
    def timing(self) -> Timing:
        """Which runs it is about."""
        return Timing(self.mode, self.time, self.run)

    @property
    def shape(self) -> ViewState:
        """Only what decides which nodes there are and where; the rest is how they look."""
        plain = ViewState()
        looks = ("selection", "color", "theme", "mode", "time", "side")
        return replace(self, **{name: getattr(plain, name) for name in looks})

    @property
    def told(self) -> dict[str, Any]:
        """What is not as in a plain state, as the traits of a view take it: lists for tuples."""
        plain = ViewState()
        every = {f.name: getattr(self, f.name) for f in fields(self)}
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in every.items()
            if value != getattr(plain, name)
        }


@no_collector()
def picture(
    lin: Lineage,
    state: ViewState,
    before: Scene | None = None,
    more: Sequence[Maker] = (),
    report: ResidencyReport | None = None,
) -> Scene:
    """The scene of a state; nodes that were there before stay where they can.

    Args:
        lin: the lineage.
        state: the state.
        before: an earlier scene.
        more: colour modes beside those of every picture.
        report: where things are, for `place:` in the query and boxes by place.

    Raises:
        SelectionError: if the query cannot be read.
    """
    one = thread(lin, *state.thread) if len(state.thread) == 2 else None
    part, shown = _shown(lin, state, one, report)
    if state.run:
        part = lin
        shown = with_run(lin, shown, state.run)
    places = dict(zip((n.id for n in before.nodes), before.y, strict=True)) if before else None
    return scene(
        part,
        shown,
        opened=one.fields if one else state.columns,
        before=places,
        whole=lin,
        thread=one,
        pinned=state.pinned,
        more=more,
    )


def static_state(lin: Lineage, state: ViewState, drawn: Scene) -> Scene:
    """A scene small enough for a static picture: the drawn one, or the surroundings of one node."""
    if len(drawn.nodes) <= STATIC_MOST:
        return drawn
    start = state.focus[:1] or tuple(default_focus(lin)) or (drawn.nodes[0].id,)
    small = picture(lin, ViewState(focus=start))
    shown = counted(len(drawn.nodes), "node")
    note = f"{shown} were shown; this picture has the surroundings of one."
    return replace(small, note=note)


def _shown(
    lin: Lineage, state: ViewState, one: Thread | None, report: ResidencyReport | None
) -> tuple[Lineage, Shown]:
    """What is shown, in which part of the lineage."""
    part, shown = _begun(lin, state, one, report)
    shown = collapsed(part, shown, state.collapsed)
    kept = [*state.added, *state.pinned]
    shown = adding(part, shown, kept)
    shown = without(part, shown, state.hidden)
    if state.by and report is not None and not shown.focus:
        boxes = in_places(part, shown, report.short, state.groups)
        return part, replace(boxes, note=_how_many(boxes))
    begun = state.focus or state.query or state.path or one or lin.story
    overview = not begun and not is_small(lin)
    if overview or (state.limit and len(shown.nodes) > state.limit):
        kept += _marked(part)
        near = state.limit // 2 if shown.focus else 0
        shown = in_groups(part, shown, state.groups, near, kept)
        shown = replace(shown, note=_how_many(shown) if overview else shown.note)
    return part, shown


def _begun(
    lin: Lineage, state: ViewState, one: Thread | None, report: ResidencyReport | None
) -> tuple[Lineage, Shown]:
    """Before anything is added or taken away."""
    kept = [*state.added, *state.pinned]
    if one is not None:
        part = lin.narrow([*dict.fromkeys([*one.nodes, *kept])])
        return part, replace(everything(part), focus=[state.thread[0]], note=one.sentence)
    if len(state.path) == 2:
        found = paths(lin, *state.path, PATHS)
        nodes = dict.fromkeys([*state.path, *(node for way in found.paths for node in way), *kept])
        part = lin.narrow(list(nodes))
        shortest = found.paths[0] if found.paths else []
        return part, replace(
            everything(part), focus=[state.path[0]], note=_ways(found), shortest=shortest
        )
    if state.query:
        part = lin.narrow([*dict.fromkeys([*_selected(lin, state.query, report), *kept])])
        return part, everything(part)
    if not state.focus and lin.story is not None:
        return _of_both(lin, lin.story, kept, unchanged=state.unchanged)
    if not state.focus:
        return lin, everything(lin)
    return lin, around(lin, state.focus, state.hops, state.expanded)


def _selected(lin: Lineage, query: str, report: ResidencyReport | None) -> list[str]:
    return select_nodes(lin, query, None if report is None else report.where)


def _of_both(
    lin: Lineage, story: Story, kept: list[str], *, unchanged: bool
) -> tuple[Lineage, Shown]:
    """Both sides of a diff: what changed and what connects it, or all of it."""
    part = lin if unchanged else lin.narrow([*dict.fromkeys([*story.changed, *kept])])
    nothing = f"Nothing differs here. “All” shows the {counted(len(story.status), 'node')}."
    return part, replace(everything(part), empty=nothing if story.status else "")


def _marked(part: Lineage) -> list[str]:
    """The first nodes with a number, which are drawn by themselves also where much changed."""
    marks = part.story.marks if part.story else {}
    ranked = sorted(marks, key=lambda node: (marks[node], node))
    return [node for node in ranked if node in part.neighbours.position][:MARKED]


def _ways(found: Paths) -> str:
    if not found.paths:
        return "No path from the first to the second."
    cut = f" Cut at {found.limit}: there are more." if found.truncated else ""
    steps = counted(len(found.paths[0]) - 1, "step")
    told = f"{counted(found.count, 'path')}, the shortest" if found.count > 1 else "1 path"
    return f"{told} of {steps}.{cut}"


def _how_many(shown: Shown) -> str:
    members = sum(len(group.members) for group in shown.groups)
    if not members:
        return ""
    groups = counted(len(shown.groups), "group")
    return f"{counted(members, 'node')} in {groups}: open one, or search."
