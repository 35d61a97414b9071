"""A lineage into a file; the ending of the name decides what."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lineage_explorer.errors import LineageError, UnknownOption
from lineage_explorer.residency.report import ResidencyReport
from lineage_explorer.view.changes import usual
from lineage_explorer.view.code import code
from lineage_explorer.view.given import colour_of
from lineage_explorer.view.modes import Maker
from lineage_explorer.view.moment import retold
from lineage_explorer.view.state import ViewState, picture
from lineage_explorer.view.svg import svg
from lineage_explorer.view.text import mermaid
from lineage_explorer.view.timing import Timing, settled, time_of

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage

OPTIONS = (
    "by", "color", "columns", "expanded", "focus", "hops", "mode", "query", "run", "selection", "side",
    "state", "theme", "time", "unchanged",
)  # fmt: skip
_PLAIN = ("by", "hops", "query", "side", "theme", "unchanged")
_PICTURES = (".svg", ".png", ".html")


def write(lin: Lineage, path: str | os.PathLike[str], **options: Any) -> None:
    """See `Lineage.write`.

    Raises:
        LineageError: if the ending is not known.
        UnknownOption: for an option the format does not take.
    """
    target = Path(path)
    makers: dict[str, Callable[..., str | bytes]] = {
        ".svg": _svg,
        ".png": _png,
        ".html": _html,
        ".mmd": mermaid,
        ".graphml": _graphml,
        ".ndjson": _ndjson,
    }
    ending = target.suffix.lower()
    if ending not in makers:
        known = ", ".join(makers)
        raise LineageError(f"cannot write a {ending or 'file without ending'}.", f"use {known}.")
    allowed = OPTIONS if ending in _PICTURES else ()
    for name in options:
        if name not in allowed:
            raise UnknownOption.named(name, allowed, f"write({ending!r})")
    made = makers[ending](lin, **options)
    data = made if isinstance(made, bytes) else made.encode()
    target.write_bytes(data)


def _state(lin: Lineage, options: dict[str, Any]) -> tuple[ViewState, list[Maker]]:
    """What is to be drawn, and colour modes that the user brought."""
    given = options.get("state", ViewState())
    focus = options.get("focus", given.focus) or ()
    usually = given.color if "state" in options else usual(lin)
    color, more = colour_of(lin, options.get("color", usually))
    before = given.timing
    after = Timing(
        options.get("mode", before.mode),
        time_of(options.get("time", before.time)),
        options.get("run", before.run),
    )
    timing = settled(lin, Timing(), after)

    def found(name: str) -> tuple[str, ...]:
        return tuple(lin.find(node) for node in options.get(name, getattr(given, name)))

    state = replace(
        given,
        focus=tuple(lin.find(name) for name in ([focus] if isinstance(focus, str) else focus)),
        columns=found("columns"),
        selection=found("selection"),
        color=color,
        mode=timing.mode,
        time=timing.time,
        run=timing.run,
        **{name: options[name] for name in _PLAIN if name in options},
    )
    return replace(state, expanded=tuple(options.get("expanded", given.expanded))), more


def _report(options: dict[str, Any]) -> ResidencyReport | None:
    color = options.get("color")
    return color if isinstance(color, ResidencyReport) else None


def _svg(lin: Lineage, **options: Any) -> str:
    state, more = _state(lin, options)
    made = picture(lin, state, more=more, report=_report(options))
    drawn = retold(lin, made, state.timing, more)
    chosen = state.selection
    return svg(drawn, color=state.color, theme=state.theme, selection=chosen, side=state.side)


def _png(lin: Lineage, **options: Any) -> bytes:
    from lineage_explorer.view.png import png

    # Pixels are of one theme: what follows the reader's is light.
    theme = options.get("theme", options.get("state", ViewState()).theme)
    return png(_svg(lin, **{**options, "theme": "dark" if theme == "dark" else "light"}))


def _html(lin: Lineage, **options: Any) -> str:
    from lineage_explorer.view.html import to_html

    state, more = _state(lin, options)
    report = _report(options)
    name = "diff" if lin.story else "lin"
    shown = {**asdict(state), "_code": code(state, name=name, color=usual(lin))}
    return to_html(lin, picture(lin, state, more=more, report=report), shown, more, report)


def _graphml(lin: Lineage) -> str:
    """GraphML with text attributes only: lists and times are written as text, nulls left out."""
    import networkx as nx

    flat: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for node, attributes in lin.graph.nodes(data=True):
        flat.add_node(_xml(node), **_texts(attributes))
    for source, target, key, attributes in lin.graph.edges(keys=True, data=True):
        flat.add_edge(_xml(source), _xml(target), key, **_texts(attributes))
    return "\n".join(nx.generate_graphml(flat, named_key_ids=True)) + "\n"


def _texts(attributes: dict[str, Any]) -> dict[str, str | int]:
    told: dict[str, str | int] = {}
    for name, value in attributes.items():
        if isinstance(value, int):
            told[name] = value
        elif words := ", ".join(map(str, value)) if isinstance(value, list) else str(value or ""):
            told[name] = _xml(words)
    return told


def _xml(text: str) -> str:
    """Characters that XML 1.0 cannot hold are escaped."""
    return "".join(
        c if c in "\t\n\r" or " " <= c < "\ud800" or "\ue000" <= c < "\ufffe" or c > "\uffff"
        else f"\\u{ord(c):04x}"
        for c in text
    )  # fmt: skip


def _ndjson(lin: Lineage) -> str:
    """The events, one a line, as they were read (secrets redacted)."""
    return "".join(f"{lin.event_line(event)}\n" for event in lin.events["event"])
