"""A pyvis network, for those who go on with vis.js. Its HTML fetches from CDNs; ours does not."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from lineage_explorer.plain import cut_middle, plain
from lineage_explorer.view.style import PALETTE

if TYPE_CHECKING:
    from pyvis.network import Network

    from lineage_explorer.lineage import Lineage

_COLOURS = {
    "COMPLETE": "complete",
    "FAIL": "failed",
    "RUNNING": "running",
    "ABORT": "aborted",
    "UNKNOWN": "unknown",
}


def to_pyvis(lin: Lineage, **options: Any) -> Network:
    """A directed pyvis `Network`, left to right, physics off; options go to `Network`.

    Names are escaped, because vis.js shows a node's title as HTML (pyvis#204 on physics).
    """
    from pyvis.network import Network

    network = Network(**{"directed": True, "layout": True, "cdn_resources": "in_line", **options})
    for node, kind, name, namespace, state in lin.nodes.select(
        "node", "kind", "name", "namespace", "last_state"
    ).iter_rows():
        label = cut_middle(plain(name), 40)
        token = _COLOURS.get(state or "", "unknown")
        network.add_node(
            node,
            label=label,
            title=escape(f"{plain(name)} · {plain(namespace)}"),
            shape="box" if kind == "dataset" else "ellipse",
            color=PALETTE[token][0],
            level=0,
        )
    for source, target, kind, basis in lin.edges.select(
        "source", "target", "kind", "basis"
    ).iter_rows():
        network.add_edge(source, target, title=kind, dashes=basis == "implied")
    network.toggle_physics(status=False)
    return network
