"""Two views that go together: what is selected, hovered and looked at in one is so in the other."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lineage_explorer.view.widget import Explorer

_NAMES = ("selection", "hovered", "_camera")


class Link:
    """Keeps two views together until it is closed. Made by `lx.link(a, b)`.

    What only one of them holds is not selected in the other. They look at the same place as long as
    both show the node in the middle of the picture.
    """

    def __init__(self, one: Explorer, other: Explorer) -> None:
        self._pair = (one, other)
        self._busy = self._closed = False
        for view in self._pair:
            view.observe(self._changed, names=list(_NAMES))
            view._linked += 1  # noqa: SLF001 - the two are one room
        self._copy(one, other, "selection")

    def close(self) -> None:
        """Let the two go their own ways."""
        if self._closed:
            return
        self._closed = True
        for view in self._pair:
            view.unobserve(self._changed, names=list(_NAMES))
            view._linked -= 1  # noqa: SLF001

    def _changed(self, change: Any) -> None:
        """The other follows; what it makes of it is not sent back."""
        if self._busy:
            return
        one, other = self._pair
        source, target = (one, other) if change["owner"] is one else (other, one)
        self._busy = True
        try:
            self._copy(source, target, change["name"])
        finally:
            self._busy = False

    def _copy(self, source: Explorer, target: Explorer, name: str) -> None:
        value = getattr(source, name)
        if name == "selection":
            value = [node for node in value if target.holds(node)]
        elif name == "hovered":
            value = value if target.holds(value) else ""
        elif not value or not target.holds(json.loads(value)["node"]):
            return
        if getattr(target, name) != value:
            setattr(target, name, value)


def link(one: Explorer, other: Explorer) -> Link:
    """Link two views: selection, hover and where they look, both ways.

    Args:
        one: a view, as `lin.explore()` makes it.
        other: another; of the same lineage or of another one with nodes of the same ids.

    Returns:
        The link; `.close()` ends it.

    >>> import lineage_explorer as lx
    >>> lin = lx.sample("dbt")
    >>> a, b = lin.explore("fct_orders"), lin.explore("stg_orders")
    >>> together = link(a, b)
    >>> a.selection = ["stg_orders"]
    >>> b.selection
    ['dataset:duckdb://shop.duckdb:shop.staging.stg_orders']
    >>> together.close()
    """
    return Link(one, other)
