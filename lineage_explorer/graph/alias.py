"""Names that the user knows to be one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from lineage_explorer.graph.in_time import known
from lineage_explorer.naming import Calling, Name

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage


def alias(lin: Lineage, names: Mapping[str, str]) -> Lineage:
    """See `Lineage.alias`.

    Raises:
        NodeNotFound: if there is no such namespace or dataset.
        LineageError: if names lead round to themselves.
        SourceError: if the files are not what they were when they were read.
    """
    here = set(lin.datasets["namespace"])
    spaces = {one: other for one, other in names.items() if one in here}
    pairs = {
        _name(lin, one): _name(lin, other) for one, other in names.items() if one not in spaces
    }
    calling = lin.calling.joined(Calling(spaces, pairs))
    for name in [*calling.names, *((namespace, "") for namespace in calling.namespaces)]:
        calling(name)
    return known(replace(lin, calling=calling, story=None), _all)


def _all(events: pl.DataFrame) -> pl.Series:
    return pl.repeat(value=True, n=len(events), eager=True)


def _name(lin: Lineage, text: str) -> Name:
    node = lin.names.find(text, ("dataset",))
    namespace, name = lin.datasets.filter(dataset=node).select("namespace", "name").row(0)
    return namespace, name
