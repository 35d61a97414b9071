"""The scene as bytes: a JSON header, then little-endian arrays.

Nothing is sent twice: a node's id and title are put together again from its name and namespace,
what many nodes have in common is sent once, an edge's words are made of its numbers, and a curve is
its knots (see `curves`). The other end is `frontend/src/wire.ts`; the two must agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from lineage_explorer.collecting import no_collector
from lineage_explorer.view import style
from lineage_explorer.view.block import coded, distinct, others, packed
from lineage_explorer.view.changes import Compare
from lineage_explorer.view.curves import packed_curves
from lineage_explorer.view.modes import Line
from lineage_explorer.view.placing import Floats, Node
from lineage_explorer.view.scene import Scene

MAGIC = b"LXS1"
EDGE_KINDS = ("reads", "writes", "derives", "hands_over", "column", "stub", "group")
BASES = ("declared", "columns", "implied")
BACK, INDIRECT, MASKED, SHORTEST, BOTH, ASIDE = 1, 2, 4, 8, 16, 32
ONLY = {"before": 64, "after": 128}
SHARED = ("kind", "above", "glyph", "state", "badge")
"""What many nodes have in common."""

Arrays = dict[str, tuple[str, npt.NDArray[Any]]]


@no_collector()
def pack(picture: Scene) -> bytes:
    """The scene as the browser reads it: a JSON header, then arrays (see frontend/src/wire.ts)."""
    nodes, node_arrays = _nodes(picture.nodes)
    modes, mode_arrays = _modes(picture)
    x, y = (places.astype(np.float32) for places in (picture.x, picture.y))
    width = np.array([node.width for node in picture.nodes], dtype=np.float32)
    height = np.array([node.height for node in picture.nodes], dtype=np.float32)
    times, (node_seen, edge_seen) = distinct(
        picture.node_seen.reshape(-1), picture.edge_seen.reshape(-1)
    )
    arrays: Arrays = {
        "x": ("f4", x),
        "y": ("f4", y),
        "w": ("f4", width),
        "h": ("f4", height),
        "rank": ("u", picture.rank),
        "times": ("f8", times),
        "node_seen": ("u", node_seen),
        "edge_seen": ("u", edge_seen),
        **node_arrays,
        **_edges(picture, x.astype(np.float64), y.astype(np.float64), width),
        **mode_arrays,
    }
    header = {
        "version": 2,
        "nodes": nodes,
        "rows": {str(at): node.rows for at, node in enumerate(picture.nodes) if node.rows},
        "pinned": [at for at, node in enumerate(picture.nodes) if node.pinned],
        "edges": {
            name: {
                str(at): getattr(e, name) for at, e in enumerate(picture.edges) if getattr(e, name)
            }
            for name in ("title", "label")
        },
        "modes": modes,
        "palette": style.PALETTE,
        "metrics": style.METRICS,
        "focus": picture.focus,
        "summary": picture.summary,
        "note": picture.note,
        "empty": picture.empty,
        "description": picture.description,
        **({"compare": _compare(picture.compare)} if picture.compare else {}),
    }
    return packed(MAGIC, header, arrays)


def _nodes(nodes: Sequence[Node]) -> tuple[dict[str, Any], Arrays]:
    """Names, and by position what does not follow from them."""
    titles = [node.title.partition("\n") for node in nodes]
    names = [name for name, _, _ in titles]
    spaces = [space for _, _, space in titles]
    made = (f"{n.kind}:{space}:{name}" for n, (name, _, space) in zip(nodes, titles, strict=True))
    ids = others(made, (node.id for node in nodes))
    labels = others(names, (node.label for node in nodes))
    shared = {name: coded([getattr(node, name) for node in nodes]) for name in SHARED}
    shared["space"] = coded(spaces)
    arrays: Arrays = {name: ("u", which) for name, (_, which) in shared.items()}
    arrays["columns"] = ("u", np.array([node.columns for node in nodes], dtype=np.int64))
    texts = {name: values for name, (values, _) in shared.items()}
    return {"name": names, "id": ids, "label": labels, **texts}, arrays


def _edges(picture: Scene, x: Floats, y: Floats, width: npt.NDArray[np.float32]) -> Arrays:
    edges = picture.edges
    source = np.array([edge.source for edge in edges], dtype=np.int64)
    target = np.array([edge.target for edge in edges], dtype=np.int64)
    flags = [
        BACK * bool(back)
        | INDIRECT * edge.indirect
        | MASKED * edge.masked
        | SHORTEST * edge.shortest
        | BOTH * edge.both
        | ASIDE * (at in picture.aside)
        | (ONLY.get(picture.compare.lines.get(at, ""), 0) if picture.compare else 0)
        for at, (edge, back) in enumerate(zip(edges, picture.back, strict=True))
    ]
    # One more than the row, so that none is nothing.
    rows = np.array([(edge.source_row, edge.target_row) for edge in edges], dtype=np.uint32) + 1
    rows = rows.reshape(-1, 2)
    right = np.column_stack((x + width, y))
    left = np.column_stack((x, y))
    return {
        "source": ("u", source),
        "target": ("u", target),
        "runs": ("u", np.array([edge.runs for edge in edges], dtype=np.int64)),
        "source_row": ("u", rows[:, 0]),
        "target_row": ("u", rows[:, 1]),
        "curves": ("u1", packed_curves(picture.routes, right[source], left[target])),
        "kind_of_edge": ("u1", np.array([EDGE_KINDS.index(edge.kind) for edge in edges])),
        "basis": ("u1", np.array([BASES.index(edge.basis) for edge in edges])),
        "flags": ("u1", np.array(flags)),
    }


def _modes(picture: Scene) -> tuple[list[dict[str, Any]], Arrays]:
    told: list[dict[str, Any]] = []
    arrays: Arrays = {}
    for number, mode in enumerate(picture.modes):
        words, which = coded(mode.words)
        arrays[f"mode_{number}"] = ("u1", np.array(mode.values))
        arrays[f"words_{number}"] = ("u", which)
        told.append(
            {
                "name": mode.name,
                "title": mode.title,
                "entries": mode.entries,
                "words": words,
                "mix": {str(at): mix for at, mix in mode.mix.items()},
                "marks": mode.marks,
                "lines": {str(at): _line(line) for at, line in mode.lines.items()},
                "note": mode.note,
            }
        )
    return told, arrays


def _line(line: Line) -> tuple[int, str, bool, bool | None, int]:
    return line.entry, line.words, line.sure, line.masked, line.count


def _compare(compare: Compare) -> dict[str, Any]:
    """What a picture of two sides has besides; lines are in the flags of edges."""
    return {
        "captions": {str(at): words for at, words in compare.captions.items()},
        "marks": {str(at): mark for at, mark in compare.marks.items()},
        "marked": compare.marked,
        "alone": {str(at): side for at, side in compare.alone.items()},
        "states": compare.states,
        "unchanged": compare.unchanged,
        "about": compare.about,
        "changes": compare.changes,
    }
