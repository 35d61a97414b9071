"""Layered layout of a directed graph, left to right: deterministic, numpy and scipy only.

`layout` is the one call. The steps, a module each: `ranks` (cycles broken, layers of least total
edge length), `proper` (virtual nodes on long edges), `order` and `sift` (few crossings),
`coordinates` (heights), `routes` (curves), `components` (parts beside each other).
"""

from __future__ import annotations

from .pipeline import Layout, layout
from .routes import EASE

__all__ = ["EASE", "Layout", "layout"]
