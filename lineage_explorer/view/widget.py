"""The live view in a notebook: state as traits, the picture made here, drawn by `static/widget.js`.

What is on screen follows from a few plain values (`focus`, `hops`, `query`, `expanded`,
`columns`, `run`); changing one, in Python or in the browser, makes a new scene.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import anywidget
import polars as pl
import traitlets as t
from IPython.display import display

from lineage_explorer.analysis.paths import Paths, paths
from lineage_explorer.errors import LineageError, SelectionError, UnknownOption
from lineage_explorer.lineage import Lineage
from lineage_explorer.plain import plain
from lineage_explorer.view.asking import answer
from lineage_explorer.view.cells import Cells, running
from lineage_explorer.view.changes import NAME, SIDES, names_of, usual
from lineage_explorer.view.code import code
from lineage_explorer.view.complete import suggest
from lineage_explorer.view.detail_changes import story_detail
from lineage_explorer.view.detail_group import line_detail
from lineage_explorer.view.detail_run import run_detail
from lineage_explorer.view.found import finding_detail, findings_detail, with_report
from lineage_explorer.view.found_edge import with_crossings
from lineage_explorer.view.moment import retold
from lineage_explorer.view.scene import Scene
from lineage_explorer.view.search import behind
from lineage_explorer.view.state import LIMIT, PATHS, ViewState, picture, static_state
from lineage_explorer.view.svg import stand_in, svg
from lineage_explorer.view.threads import thread
from lineage_explorer.view.timing import Timing
from lineage_explorer.view.traits import TIMING, Coloured, Timed
from lineage_explorer.view.wire import pack

STATIC = Path(__file__).parent / "static"
_LISTS = ("expanded", "columns", "collapsed", "added", "groups", "hidden", "pinned")
_SHAPE = ("focus", "hops", "query", *_LISTS, "path", "thread", "unchanged", "limit", "by")
_LOOKS = ("color", "column", "height", "selection", "side", "theme", "finding", *TIMING)
OPTIONS = tuple(sorted({*_SHAPE, *_LOOKS, "state"} - {"focus"}))


class Explorer(Timed, Coloured, anywidget.AnyWidget):
    """The interactive view of a lineage. Made by `lin.explore()`.

    All of these can be read, set and observed:

    - `focus`: node ids the view is centred on (short names are resolved when set)
    - `hops`: how far from the focus, dataset to dataset; 99 is everything reachable
    - `query`: a selection instead of a focus, or ""
    - `selection`: node ids selected
    - `edge`: the selected edge, `[source, target]`, or []
    - `hovered`: the node under the pointer, or ""
    - `color`: the colour mode: "kind", "state", "freshness", "namespace", "owner", "tag" or
      "integration". Set it to a dict from node to value, or to a frame with a column `node`, and
      each further column becomes a mode of its own
    - `mode`: which runs it is about: "all" (the union of all), "window" or "run"
    - `time`: in mode "all" None or an ISO time as of which the graph is shown; in mode "window" the
      window, `[start, end]`. What is set as a time may be a `datetime`; without a zone it is UTC
    - `run`: the run id in mode "run", else "". Of these three the last one set decides, the
      others follow
    - `columns`: datasets whose columns are shown
    - `expanded`: stubs that were opened
    - `collapsed`: stubs behind which nothing is shown
    - `added`: nodes shown besides, chosen from the list behind a stub
    - `groups`: groups that are open
    - `hidden`, `pinned`: nodes never shown, and nodes always shown
    - `path`: two nodes, to see only the ways from the first to the second; see `paths()`
    - `column`: a dataset and a column of it, whose lineage is lit
    - `thread`: the same, to see only the lineage of that column
    - `unchanged`: of a diff: whether what is the same on both sides is drawn too
    - `side`: of a diff: "both", "before" or "after"; what the other side has alone is then faint
    - `limit`: how many nodes are drawn one by one before far ones are grouped; 0 is no limit
    - `by`: "place" for a box for each place, where `color` is a report of residency, else ""
    - `finding`: the id of a finding of that report: its way is lit, its chain is in the panel
    - `theme`: "auto", "light" or "dark"
    - `height`: in pixels
    """

    _esm = STATIC / "widget.js"
    _css = STATIC / "widget.css"

    focus = t.List(t.Unicode()).tag(sync=True)
    hops = t.Int(1, min=1).tag(sync=True)
    query = t.Unicode("").tag(sync=True)
    selection = t.List(t.Unicode()).tag(sync=True)
    edge = t.List(t.Unicode(), maxlen=2).tag(sync=True)
    hovered = t.Unicode("").tag(sync=True)
    columns = t.List(t.Unicode()).tag(sync=True)
    expanded = t.List(t.Unicode()).tag(sync=True)
    collapsed = t.List(t.Unicode()).tag(sync=True)
    added = t.List(t.Unicode()).tag(sync=True)
    groups = t.List(t.Unicode()).tag(sync=True)
    hidden = t.List(t.Unicode()).tag(sync=True)
    pinned = t.List(t.Unicode()).tag(sync=True)
    path = t.List(t.Unicode(), maxlen=2).tag(sync=True)
    column = t.List(t.Unicode(), maxlen=2).tag(sync=True)
    thread = t.List(t.Unicode(), maxlen=2).tag(sync=True)
    unchanged = t.Bool(False).tag(sync=True)  # noqa: FBT003 - a default is no argument
    side = t.Enum(SIDES, "both").tag(sync=True)
    limit = t.Int(LIMIT, min=0).tag(sync=True)
    by = t.Enum(("", "place"), "").tag(sync=True)
    finding = t.Unicode("").tag(sync=True)
    theme = t.Enum(("auto", "light", "dark"), "auto").tag(sync=True)
    height = t.Int(480, min=200, max=4000).tag(sync=True)

    _scene = t.Bytes(b"").tag(sync=True)
    _detail = t.Unicode("").tag(sync=True)
    _error = t.Unicode("").tag(sync=True)
    _suggest = t.Unicode("[]").tag(sync=True)
    _typed = t.Unicode("").tag(sync=True)
    _camera = t.Unicode("").tag(sync=True)
    _linked = t.Int(0).tag(sync=True)
    _code = t.Unicode("").tag(sync=True)
    _fallback = t.Unicode("").tag(sync=True)
    _asked = t.Unicode("").tag(sync=True)
    _more = t.Unicode("").tag(sync=True)
    _lit = t.Unicode("").tag(sync=True)

    def __init__(self, lin: Lineage, **state: Any) -> None:
        self._lineage = lin
        super().__init__(**state)
        self._drawn = self.state.shape
        self._picture = picture(lin, self.state, more=self.makers, report=self.report)
        self._scene = pack(self._picture)
        self._tell()
        self._light()
        self.observe(self._draw, names=list(_SHAPE))
        self.observe(self._light, names=["column"])
        self.observe(self._list, names=["_asked"])
        self.observe(self._tell, names=["selection", "edge"])
        self.observe(self._trace, names=["finding"])
        self.observe(self._find, names=["_typed"])
        self.observe(
            self._write_code, names=[*_SHAPE, *TIMING, "color", "selection", "side", "theme"]
        )
        self.on_msg(self._question)
        if self.finding:
            self._trace()
        self._write_code()

    # What is on screen ------------------------------------------------------------------------

    @property
    def state(self) -> ViewState:
        """What decides the picture, as one value: `lin.explore(state=view.state)` is this view."""
        return ViewState(
            focus=tuple(self.focus),
            hops=self.hops,
            query=self.query,
            path=tuple(self.path),
            thread=tuple(self.thread),
            unchanged=self.unchanged,
            side=self.side,
            limit=self.limit,
            selection=tuple(self.selection),
            color=self.color,
            theme=self.theme,
            mode=self.timing.mode,
            time=self.timing.time,
            run=self.timing.run,
            by=self.by,
            **{name: tuple(getattr(self, name)) for name in _LISTS},
        )

    def code(self) -> str:
        """Python that makes this view again, of a lineage called `lin`."""
        own = self.color not in names_of(self._lineage)
        about = f"coloured by your {plain(self.color)!r}: pass it as color=" if own else ""
        color = usual(self._lineage)
        state = replace(self.state, color=color, by="") if own else self.state
        name = "diff" if self._lineage.story else "lin"
        return code(state, name=name, about=about, height=self.height, color=color)

    def update(self, lin: Lineage) -> None:
        """Show other data in the same view: focus, zoom and selection stay where they can.

        What is not in the new data is let go of.
        """
        known = lin.neighbours.position
        self._lineage = lin
        with self.hold_sync():
            self.edge, self.groups, self.expanded = [], [], []
            self.finding, self.report = "", None
            for name in ("focus", "selection", "columns", "added", "hidden", "pinned"):
                setattr(self, name, [node for node in getattr(self, name) if node in known])
            for name in ("path", "thread", "column"):
                if not {*getattr(self, name)[: 2 if name == "path" else 1]} <= known.keys():
                    setattr(self, name, [])
            if self.color == NAME and lin.story is None:
                self.color = usual(lin)
            if self.run and self.run not in lin.frames.runs["run"]:
                self.run = ""
            self._drawn = ViewState(hops=-1)
            self._draw()
            self._tell()
        self.send({"told": "log"})

    @property
    def scene(self) -> Scene:
        """The picture as it is now."""
        return self._picture

    @property
    def lineage(self) -> Lineage:
        """What is on screen, as a lineage of its own."""
        return self._lineage.narrow(self._shown())

    def frame(self, name: str = "nodes") -> pl.DataFrame:
        """What is on screen as a frame: "nodes" (with x, y, in pixels), or any frame of a Lineage.

        Raises:
            UnknownOption: if there is no frame of that name.
        """
        part = self.lineage
        if name == "nodes":
            return part.nodes.join(self.scene.places, on="node", maintain_order="left")
        known = [*(frame for frame, _ in part.frames.items()), "flows"]
        if name not in known:
            raise UnknownOption.named(name, ["nodes", *known], "view.frame()")
        frame: pl.DataFrame = getattr(part, name)
        return frame

    def holds(self, node: str) -> bool:
        """Whether there is such a node, on screen or not."""
        return node in self._lineage.neighbours.position

    def _shown(self) -> list[str]:
        return list(self.scene.shown)

    def paths(self, source: str, target: str) -> Paths:
        """Show only the ways from one node to another, and return them.

        Raises:
            NodeNotFound: if nothing is called so.
        """
        found = paths(self._lineage, source, target, PATHS)
        self.path = [found.source, found.target]
        return found

    # What the traits do -----------------------------------------------------------------------

    @t.validate("focus", "selection", "columns", "added", "hidden", "pinned", "path")
    def _resolved(self, proposal: Any) -> list[str]:
        names = proposal["value"]
        known = self._lineage.neighbours.position
        return [name if name in known else self._lineage.find(name) for name in names]

    def recoloured(self) -> None:
        """The modes that the user brought are put into the picture."""
        if "_picture" in vars(self):
            self.finding = ""
            self._picture = picture(
                self._lineage, self.state, self._picture, self.makers, self.report
            )
            self._scene = pack(self._picture)
            self._tell()

    def retimed(self, before: Timing) -> None:
        """One run is drawn whole: what it touches comes into the picture."""
        if self.timing.run != before.run:
            self._draw()
            self._tell()

    def _question(self, _widget: object, question: Any, _buffers: object) -> None:
        if isinstance(question, dict) and "ask" in question:
            told, buffers = answer(self._lineage, question)
            self.send({**told, "answer": question["ask"]}, buffers)

    def _write_code(self, _change: object = None) -> None:
        self._code = self.code()

    def _draw(self, _change: object = None) -> None:
        if self.state.shape == self._drawn:
            self._error = ""
            return
        try:
            made = picture(self._lineage, self.state, self._picture, self.makers, self.report)
        except LineageError as error:
            at = error.at if isinstance(error, SelectionError) else None
            words = " ".join(
                part[:1].upper() + part[1:] for part in (error.message, error.hint) if part
            )
            self._error = json.dumps({"text": words, "at": at})
            return
        self._drawn, self._picture = self.state.shape, made
        self._error = ""
        self._scene = pack(made)

    def _tell(self, _change: object = None) -> None:
        try:
            if len(self.edge) == 2:
                source, target = self.edge
                told = line_detail(self._lineage, self._picture, source, target)
                self._detail = json.dumps(with_crossings(told, source, target, self.report))
            elif self.selection:
                self._detail = json.dumps(
                    with_report(self._lineage, self.selection[-1], self.report)
                )
            elif self.report is not None and self.finding:
                self._detail = json.dumps(finding_detail(self.report, self.finding))
            elif self.timing.run:
                self._detail = json.dumps(run_detail(self._lineage, self.timing.run))
            elif self.report is not None and self.report.lin.nodes.height:
                self._detail = json.dumps(findings_detail(self.report))
            else:
                story = story_detail(self._lineage)
                self._detail = json.dumps(story) if story else ""
        except LineageError:
            self._detail = ""

    def _trace(self, _change: object = None) -> None:
        """The way of a finding comes into the picture."""
        if self.report is not None and self.finding:
            rows = self.report.findings.filter(pl.col("id") == self.finding)
            here, known = set(self._shown()), self._lineage.neighbours.position
            way = [node for path in rows["path"] for node in path if node in known]
            lost = [node for node in dict.fromkeys(way) if node not in here]
            self.added = [*dict.fromkeys([*self.added, *lost])]
        self._tell()

    @t.validate("column", "thread")
    def _of_a_dataset(self, proposal: Any) -> list[str]:
        given = proposal["value"]
        if not given:
            return []
        if len(given) == 1:  # `orders#amount`, as the verbs take it
            given = given[0].rpartition("#")[::2]
        dataset, field = given
        return [self._resolved({"value": [dataset]})[0], field]

    def _light(self, _change: object = None) -> None:
        """The columns to light, by dataset, and the jobs between."""
        if len(self.column) != 2:
            self._lit = ""
            return
        one = thread(self._lineage, *self.column)
        told = {"column": self.column, "fields": one.fields, "jobs": one.jobs}
        self._lit = json.dumps({**told, "words": one.sentence})

    def _list(self, _change: object = None) -> None:
        self._more = json.dumps(behind(self._lineage, self._asked, self._shown()))

    def _find(self, _change: object = None) -> None:
        self._suggest = json.dumps(suggest(self._lineage, self._typed))

    # Showing itself ---------------------------------------------------------------------------

    def static_svg(self) -> str:
        """The picture without a browser. Of more than 300 nodes only the surroundings of one."""
        made = static_state(self._lineage, self.state, self.scene)
        made = retold(self._lineage, made, self.timing, self.makers)
        chosen = tuple(self.selection)
        return svg(made, color=self.color, theme=self.theme, selection=chosen, side=self.side)

    def _ipython_display_(self) -> None:
        """A static picture first, which the live view hides: a saved notebook keeps it."""
        if self.comm is None:
            self.open()
        place = running()
        if place is not None:
            _CELLS.show(self, *place)
        self._fallback, html = stand_in(self.static_svg(), self.scene.description)
        display({"text/html": html, "text/plain": repr(self)}, raw=True)
        bundle = self._repr_mimebundle_()
        if bundle is not None:
            data, metadata = bundle
            display({**data, "text/plain": ""}, metadata=metadata, raw=True)

    def __repr__(self) -> str:
        about = f"query={self.query!r}" if self.query else f"focus={list(self.focus)!r}"
        return f"Explorer({about}, hops={self.hops}): {self.scene.summary}"


_CELLS: Cells[Explorer] = Cells()


def explore(lin: Lineage, focus: str | Sequence[str] | None = None, **options: Any) -> Explorer:
    """See `Lineage.explore`."""
    for name in options:
        if name not in OPTIONS:
            raise UnknownOption.named(name, ["focus", *OPTIONS], "explore()")
    given = options.pop("state", None)
    if given is not None:
        if not isinstance(given, ViewState):
            raise LineageError("state= takes what `view.state` gives.", "or write view.code().")
        options = {**given.told, **options}
    elif "color" not in options:
        options["color"] = usual(lin)
    if focus is not None:
        options["focus"] = [focus] if isinstance(focus, str) else list(focus)
    return Explorer(lin, **options)
