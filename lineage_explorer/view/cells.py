"""Which notebook cell shows which views, so that a cell run again closes what it showed before.

ipywidgets keeps every widget alive, in kernel and browser, until somebody closes it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar


class Closable(Protocol):
    """What can be closed."""

    def close(self) -> None:
        """Let go of the browser's side."""


V = TypeVar("V", bound=Closable)


@dataclass
class Cells(Generic[V]):
    """Views by the cell that shows them, each with the run of the cell."""

    shown: dict[str, tuple[str, list[V]]] = field(default_factory=dict)

    def show(self, view: V, cell: str, run: str) -> None:
        """Note that this run of a cell shows a view; what only an earlier run showed is closed."""
        earlier, views = self.shown.get(cell, ("", []))
        if earlier == run:
            views.append(view)
            return
        self.shown[cell] = (run, [view])
        for old in _distinct(views):
            if not self._shows(old):
                old.close()

    def _shows(self, view: V) -> bool:
        return any(view is other for _, views in self.shown.values() for other in views)


def _distinct(views: Iterable[V]) -> list[V]:
    return list({id(view): view for view in views}.values())


def running() -> tuple[str, str] | None:
    """The cell that runs now and the id of its run; None outside of a notebook that says so."""
    from IPython import get_ipython

    parent: dict[str, Any] = getattr(get_ipython(), "get_parent", dict)() or {}
    cell = parent.get("metadata", {}).get("cellId")
    run = parent.get("header", {}).get("msg_id")
    return (str(cell), str(run)) if cell and run else None
