"""Which datasets and jobs an entry of the policy means."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import polars as pl

from lineage_explorer.errors import AmbiguousName, NodeNotFound, PolicyError
from lineage_explorer.naming import Names
from lineage_explorer.residency.locate import like
from lineage_explorer.tables import Frames

WILD = "*?["


class Chooser:
    """Finds nodes by id, path (`namespace/name`), name, glob, or an unambiguous end of a name.

    `texts` are all that it will be asked for, so that they are looked up at once.
    """

    def __init__(self, frames: Frames, names: Names, texts: Iterable[str]) -> None:
        self.names = names
        parts = (frames.datasets.rename({"dataset": "node"}), frames.jobs.rename({"job": "node"}))
        path = pl.col("namespace") + "/" + pl.col("name")
        self.table = pl.concat(
            [part.select("node", "namespace", "name", path=path) for part in parts]
        )
        self._exact: dict[str, list[str]] = defaultdict(list)
        wanted = pl.Series(sorted(set(texts)), dtype=pl.String).implode()
        for called in ("node", "path"):
            hit = self.table.filter(pl.col(called).is_in(wanted))
            for text, node in hit.select(called, only="node").iter_rows():
                self._exact[text].append(node)

    def nodes(self, text: str, kind: str, where: str, line: int) -> list[str]:
        """The ids of the nodes of a kind that a text means; none if there are none.

        Raises:
            PolicyError: if it is no glob and could mean several.
        """
        exact = [node for node in self._exact.get(text, []) if node.startswith(f"{kind}:")]
        if exact:
            return exact
        if any(sign in text for sign in WILD):
            hit = pl.any_horizontal(*(like(pl.col(c), text) for c in ("node", "path", "name")))
            found = self.table.filter(pl.col("node").str.starts_with(f"{kind}:"), hit)
            return found["node"].to_list()
        try:
            return [self.names.find(text, (kind,))]
        except NodeNotFound:
            return []
        except AmbiguousName as error:
            raise PolicyError(f"{where}: {error.message}", error.hint, line) from error
