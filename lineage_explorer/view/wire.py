"""The scene as bytes: a JSON header, then little-endian arrays.

The other end is `frontend/src/wire.ts`; the two must agree.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from lineage_explorer.view import style
from lineage_explorer.view.block import packed
from lineage_explorer.view.modes import Line
from lineage_explorer.view.scene import Scene

MAGIC = b"LXS1"
EDGE_KINDS = ("reads", "writes", "derives", "hands_over", "column", "stub", "group")
BASES = ("declared", "columns", "implied")
BACK, INDIRECT, MASKED, SHORTEST, BOTH, ASIDE = 1, 2, 4, 8, 16, 32


def pack(picture: Scene) -> bytes:
    """The scene as the browser reads it: a JSON header, then arrays (see frontend/src/wire.ts)."""
    nodes, edges = picture.nodes, picture.edges
    counts = np.array([len(route) for route in picture.routes], dtype=np.uint32)
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.uint32)
    points = np.concatenate(picture.routes) if picture.routes else np.zeros((0, 2))
    flags = [
        BACK * bool(back)
        | INDIRECT * edge.indirect
        | MASKED * edge.masked
        | SHORTEST * edge.shortest
        | BOTH * edge.both
        | ASIDE * (at in picture.aside)
        for at, (edge, back) in enumerate(zip(edges, picture.back, strict=True))
    ]
    arrays: dict[str, tuple[str, npt.NDArray[Any]]] = {
        "x": ("f4", picture.x),
        "y": ("f4", picture.y),
        "w": ("f4", np.array([node.width for node in nodes])),
        "h": ("f4", np.array([node.height for node in nodes])),
        "rank": ("u4", picture.rank),
        "source": ("u4", np.array([edge.source for edge in edges])),
        "target": ("u4", np.array([edge.target for edge in edges])),
        "runs": ("u4", np.array([edge.runs for edge in edges])),
        "source_row": ("u4", np.array([edge.source_row for edge in edges])),
        "target_row": ("u4", np.array([edge.target_row for edge in edges])),
        "point_start": ("u4", starts),
        "points": ("f4", points.reshape(-1)),
        "kind": ("u1", np.array([EDGE_KINDS.index(edge.kind) for edge in edges])),
        "basis": ("u1", np.array([BASES.index(edge.basis) for edge in edges])),
        "flags": ("u1", np.array(flags)),
        "node_seen": ("f8", picture.node_seen.reshape(-1)),
        "edge_seen": ("f8", picture.edge_seen.reshape(-1)),
    }
    for number, mode in enumerate(picture.modes):
        arrays[f"mode_{number}"] = ("u1", np.array(mode.values))
    return packed(MAGIC, _header(picture), arrays)


def _line(line: Line) -> tuple[int, str, bool, bool | None, int]:
    return line.entry, line.words, line.sure, line.masked, line.count


def _header(picture: Scene) -> dict[str, Any]:
    nodes = picture.nodes
    columns = ("id", "kind", "label", "above", "title", "glyph", "state", "badge", "columns")
    return {
        "version": 1,
        "nodes": {name: [getattr(node, name) for node in nodes] for name in columns}
        | {"caption": [""] * len(nodes)},
        "rows": {str(at): node.rows for at, node in enumerate(nodes) if node.rows},
        "pinned": [at for at, node in enumerate(nodes) if node.pinned],
        "edges": {
            "title": [edge.title for edge in picture.edges],
            "label": [edge.label for edge in picture.edges],
        },
        "modes": [
            {
                "name": m.name,
                "title": m.title,
                "array": f"mode_{number}",
                "entries": m.entries,
                "words": m.words,
                "mix": {str(at): mix for at, mix in m.mix.items()},
                "marks": m.marks,
                "lines": {str(at): _line(line) for at, line in m.lines.items()},
                "note": m.note,
            }
            for number, m in enumerate(picture.modes)
        ],
        "palette": style.PALETTE,
        "metrics": style.METRICS,
        "focus": picture.focus,
        "summary": picture.summary,
        "note": picture.note,
        "empty": picture.empty,
        "description": picture.description,
    }
