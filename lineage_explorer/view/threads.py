"""One column's thread: the columns it comes from and goes to, over all datasets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from lineage_explorer.analysis.columns import untold
from lineage_explorer.graph.index import Direction
from lineage_explorer.plain import plain
from lineage_explorer.view.words import counted

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage

ENDS = ("dataset", "field")
DIRECT, INDIRECT = "direct", "indirect"


@dataclass(frozen=True)
class Thread:
    """What a column is connected to.

    Attributes:
        dataset: the id of its dataset.
        field: its name.
        fields: by dataset, the columns on the thread, each "direct" where its values come along,
            else "indirect" (by a join, a filter, a grouping).
        jobs: the jobs that carry it.
        sentence: what there is, in words.
    """

    dataset: str
    field: str
    fields: dict[str, dict[str, str]]
    jobs: list[str]
    sentence: str

    @property
    def nodes(self) -> list[str]:
        """Datasets and jobs on the thread."""
        return [*self.fields, *self.jobs]


def thread(lin: Lineage, dataset: str, field: str) -> Thread:
    """Everything upstream and downstream of a column, by column lineage."""
    links = lin.column_edges
    start = pl.DataFrame({"dataset": [dataset], "field": [field]})
    told = _told(lin)
    found: dict[tuple[str, str], str] = {(dataset, field): DIRECT}
    counts: dict[Direction, int] = {}
    silent: list[str] = []
    reached: dict[Direction, pl.DataFrame] = {}
    for direction in ("upstream", "downstream"):
        way: Direction = direction
        direct = _closure(_steps(links.filter(_is_direct()), way), told, start)
        every = _closure(_steps(links, way), told, start)
        reached[way] = every
        counts[way] = every.height - 1
        for pair in every.iter_rows():
            found.setdefault(pair, INDIRECT)
        found.update(dict.fromkeys(direct.iter_rows(), DIRECT))
        silent += untold(lin.frames, every["dataset"].unique().sort().to_list(), way)
    fields: dict[str, dict[str, str]] = {dataset: {}}
    for (one, name), how in sorted(found.items()):
        fields.setdefault(one, {})[name] = how
    jobs = sorted({job for way in reached.values() for job in _jobs(links, way)})
    origin, use = (counted(counts[way], "column") for way in counts)
    words = [
        f"{plain(field)}: from {origin}" if counts["upstream"] else f"{plain(field)}: a source"
    ]
    words.append(f"feeds {use}" if counts["downstream"] else "feeds nothing")
    if silent:
        words.append(f"not followed: {counted(len(set(silent)), 'job')} that told no columns")
    return Thread(dataset, field, fields, jobs, "; ".join(words))


def _is_direct() -> pl.Expr:
    return pl.col("type").fill_null("") != "INDIRECT"


def _told(lin: Lineage) -> pl.DataFrame:
    """Every field that a schema or column lineage names."""
    links = lin.column_edges
    parts = [
        lin.fields.select(ENDS),
        links.select(dataset="source", field="source_field"),
        links.select(dataset="target", field="target_field"),
    ]
    return pl.concat(parts).drop_nulls().unique()


def _steps(links: pl.DataFrame, direction: Direction) -> pl.DataFrame:
    """Links as steps from (dataset, field) to (to, to_field); null means the whole dataset."""
    near, far = ("target", "source") if direction == "upstream" else ("source", "target")
    return links.select(
        dataset=near, field=f"{near}_field", to=far, to_field=f"{far}_field"
    ).unique()


def _closure(steps: pl.DataFrame, told: pl.DataFrame, start: pl.DataFrame) -> pl.DataFrame:
    """All (dataset, field) that steps lead to from a start, with the start."""
    whole = steps.filter(pl.col("field").is_null())
    seen = ring = start
    while ring.height:
        ends = pl.concat(
            [
                ring.join(steps, on=ENDS).select("to", "to_field"),
                ring.join(whole.drop("field"), on="dataset").select("to", "to_field"),
            ]
        )
        one = ends.drop_nulls("to_field").rename({"to": "dataset", "to_field": "field"})
        all_of = ends.filter(pl.col("to_field").is_null()).select(dataset="to").unique()
        following = pl.concat([one, told.join(all_of, on="dataset", how="semi")]).unique()
        ring = following.join(seen, on=ENDS, how="anti")
        seen = pl.concat([seen, ring])
    return seen


def _jobs(links: pl.DataFrame, reached: pl.DataFrame) -> list[str]:
    """Jobs of the links whose ends are both reached."""
    inside = links.drop_nulls("job")
    for end in ("source", "target"):
        known = reached.rename({"dataset": end, "field": f"{end}_field"})
        exact = inside.join(known, on=[end, f"{end}_field"], how="semi")
        whole = inside.filter(pl.col(f"{end}_field").is_null()).join(known, on=end, how="semi")
        inside = pl.concat([exact, whole])
    jobs: list[str] = inside["job"].unique().to_list()
    return jobs
