"""A picture as pixels, without a browser."""

from __future__ import annotations

import re
from importlib.util import find_spec

from lineage_explorer.errors import LineageError, MissingExtra

SCALE = 2.0
MOST = 16_384
"""Pixels of the longer side: beyond that the picture is made smaller."""
_SIDES = re.compile(r'width="([0-9.]+)" height="([0-9.]+)"')


def png(svg: str) -> bytes:
    """An SVG text as PNG, two pixels for each of its own.

    Raises:
        MissingExtra: if `resvg_py` is not installed.
    """
    if find_spec("resvg_py") is None:
        message = "writing a .png needs the package resvg_py."
        raise MissingExtra(message, 'pip install "lineage-explorer[png]", or write a .svg.')
    from resvg_py import svg_to_bytes

    sides = _SIDES.search(svg)
    longest = max(map(float, sides.groups())) if sides else 1.0
    zoom = min(SCALE, MOST / longest)
    try:
        made = svg_to_bytes(
            svg_string=svg,
            zoom=zoom,
            sans_serif_family="sans-serif",
            font_family="sans-serif",
        )
    except ValueError as error:
        raise LineageError("the picture could not be turned into pixels.", str(error)) from error
    return bytes(made)
