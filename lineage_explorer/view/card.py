"""A lineage, shown by a notebook when it is the last line of a cell: a summary and a picture."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from typing import TYPE_CHECKING

from lineage_explorer.view.state import ViewState, picture
from lineage_explorer.view.svg import svg

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage


def lineage_card(lin: Lineage) -> str:
    """HTML without script: the summary as text, and the picture the view would begin with."""
    drawn = picture(lin, ViewState())
    image = b64encode(svg(drawn, color="state").encode()).decode()
    words = escape(str(lin.summary()))
    shown = (
        f'<img alt="{escape(drawn.description)}" style="max-width:100%" '
        f'src="data:image/svg+xml;base64,{image}">'
        if drawn.nodes
        else ""
    )
    return f"<pre>{words}</pre>{shown}"
