"""Colour by what the user brings: a column of a frame, or a dict from node to value."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from warnings import warn

import numpy as np
import polars as pl

from lineage_explorer.errors import LineageError, NodeNotFound
from lineage_explorer.plain import plain
from lineage_explorer.residency.report import ResidencyReport
from lineage_explorer.view.modes import (
    MODES,
    NONE,
    Asked,
    Entry,
    Maker,
    Mode,
    categories,
    used,
    with_unknown,
)
from lineage_explorer.view.residency import residency_modes
from lineage_explorer.view.style import STEPS, fit

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage

NODE_COLUMNS = ("node", "dataset", "job", "id", "name")
_HINT = "a column node (or dataset, job, id, name) says which node a row is about."


def colour_of(lin: Lineage, color: object) -> tuple[str, list[Maker]]:
    """The name of a colour mode, and the modes to be added for it.

    Args:
        lin: what the nodes are names of.
        color: the name of a mode; a dict from node to value; a frame with a column of nodes, each
            further column of which becomes a mode; or a `ResidencyReport`.

    Raises:
        LineageError: if there is no column of nodes, or none of the nodes is known.
    """
    if isinstance(color, str):
        return color, []
    if isinstance(color, Mapping):
        values = {str(node): value for node, value in color.items()}
        return "value", [column("value", "Value", resolved(lin, values))]
    if isinstance(color, ResidencyReport):
        return "residency", residency_modes(color)
    frame = _polars(color)
    keys = [name for name in NODE_COLUMNS if name in frame.columns]
    others = [name for name in frame.columns if name not in keys[:1]]
    if not keys or not others:
        raise LineageError("a frame to colour by needs a column of nodes and one of values.",
                           _HINT)  # fmt: skip
    makers = []
    for name in others:
        values = dict(frame.select(pl.col(keys[0]).cast(pl.String), name).iter_rows())
        makers.append(column(_free(name), plain(name), resolved(lin, values)))
    return _free(others[0]), makers


def resolved(lin: Lineage, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values by node id; names that are none here are told of in a warning."""
    known, found, lost = lin.neighbours.position, {}, []
    for name, value in values.items():
        try:
            found[name if name in known else lin.find(name)] = value
        except (NodeNotFound, LineageError):
            lost.append(name)
    if values and not found:
        raise LineageError("none of these names is a node here.", "lin.nodes lists every node.")
    if lost:
        named = ", ".join(plain(name) for name in lost[:3])
        warn(f"{len(lost)} of {len(values)} names are no nodes here: {named}", stacklevel=2)
    return found


def column(name: str, title: str, values: Mapping[str, Any]) -> Maker:
    """A mode of values by node id: five steps for numbers and times, else categories."""

    def make(asked: Asked) -> Mode:
        known = {node: value for node, value in values.items() if not _missing(value)}
        told = [known.get(node) for node in asked.ids]
        present = list(known.values())
        stepped = present and all(_number(value) is not None for value in present)
        made = (
            _steps(name, title, told, present)
            if stepped
            else categories(name, title, _words(told), _words(present))
        )
        silent = [real and one is None for one, real in zip(told, asked.real, strict=True)]
        return with_unknown(made, silent, "no value")

    return make


def _steps(name: str, title: str, told: list[Any], present: list[Any]) -> Mode:
    """Five steps with about as many values in each; equal values are in one step."""
    numbers = np.array([_number(value) for value in present], dtype=np.float64)
    edges = np.unique(np.quantile(numbers, [0.2, 0.4, 0.6, 0.8], method="inverted_cdf"))
    step = [int(np.searchsorted(edges, number)) for number in numbers]
    entries = []
    for number in range(len(edges) + 1):
        inside = sorted((v for v, s in zip(present, step, strict=True) if s == number), key=_scale)
        label = _range(inside[0], inside[-1]) if inside else ""
        entries.append(Entry(label, STEPS[number], str(number + 1)))
    values = [
        NONE if value is None else int(np.searchsorted(edges, _scale(value))) for value in told
    ]
    words = ["" if value is None else _word(value) for value in told]
    return used(Mode(name, title, entries, values, words))


def _number(value: Any) -> float | None:
    """What a value counts as on a scale; None where it is a word or a yes or no."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, date):
        return float(value.toordinal())
    try:
        number = float(value) if not isinstance(value, str) else np.nan
    except (TypeError, ValueError):
        return None
    return number if np.isfinite(number) else None


def _scale(value: Any) -> float:
    return _number(value) or 0.0


def _missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and np.isnan(value))


def _range(low: Any, high: Any) -> str:
    return _word(low) if low == high else f"{_word(low)} to {_word(high)}"


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}".replace(",", "\u2009")
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return fit(str(value), 240, 12)


def _words(values: list[Any]) -> list[str | None]:
    return [None if value is None else _word(value) for value in values]


def _free(name: str) -> str:
    """A column called like a mode of ours must not hide it."""
    return f"your {name}" if name in MODES else name


def _polars(frame: Any) -> pl.DataFrame:
    if isinstance(frame, pl.DataFrame):
        return frame
    if isinstance(frame, pl.LazyFrame):
        return frame.collect()
    try:
        return pl.DataFrame(frame)
    except Exception as error:
        message = f"cannot colour by a {type(frame).__name__}."
        raise LineageError(message, "give a mode's name, a frame or a dict.") from error
