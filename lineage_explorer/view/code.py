"""Python that makes a view again."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

from lineage_explorer.view.state import ViewState

WIDTH = 88


def code(
    state: ViewState, *, name: str = "lin", about: str = "", height: int = 480, color: str = "state"
) -> str:
    """The call that rebuilds a view: what is as it would be anyway is left out.

    Args:
        state: of the view.
        name: of the lineage's variable.
        about: a comment where something cannot be written as code.
        height: of the view, in pixels.
        color: the mode it would have anyway.

    >>> print(code(ViewState(focus=("dataset:db:orders",), hops=2)))
    view = lin.explore(focus=["dataset:db:orders"], hops=2)
    """
    plain = ViewState()
    given = [
        (field.name, getattr(state, field.name))
        for field in fields(ViewState)
        if getattr(state, field.name) != getattr(plain, field.name)
    ]
    given = [(key, value) for key, value in given if (key, value) != ("color", color)]
    # The mode follows from the run or the pair of times.
    given = [(key, value) for key, value in given if key != "mode"]
    if height != 480:
        given.append(("height", height))
    arguments = [f"{key}={_literal(value)}" for key, value in given]
    line = f"view = {name}.explore({', '.join(arguments)})"
    if len(line) > WIDTH:
        inner = "".join(f"    {argument},\n" for argument in arguments)
        line = f"view = {name}.explore(\n{inner})"
    return f"{line}{f'  # {about}' if about else ''}"


def _literal(value: Any) -> str:
    """Python's literal; characters that hide or reorder text are escaped."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False) if value.isprintable() else ascii(value)
    if isinstance(value, tuple | list):
        return f"[{', '.join(_literal(item) for item in value)}]"
    return repr(value)
