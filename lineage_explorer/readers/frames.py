"""What was accumulated → the frames of the contract."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl

from lineage_explorer.readers import entities
from lineage_explorer.readers.accumulate import State
from lineage_explorer.readers.flows import flows
from lineage_explorer.readers.quality import quality
from lineage_explorer.readers.said import BASES, KINDS
from lineage_explorer.readers.schemas import schemas
from lineage_explorer.readers.told import ENTITIES, unpacked
from lineage_explorer.tables import TABLES, Frames, schema

Rows = Callable[[], pl.DataFrame]
"""Makes the frame `facets` without its texts; `text` is the place of each."""


def frames_of(state: State, files: Sequence[str], problems: pl.DataFrame) -> tuple[Frames, Rows]:
    """All frames, rows in an order that depends on the events alone; and `facets` without texts.

    Args:
        state: what was accumulated.
        files: the name of each blob.
        problems: the frame of problems.
    """
    flowing = flows(state)
    edges, columns = flowing.edges, flowing.columns
    named_by_facets = pl.concat([edges["source"], edges["target"], columns["source"]])
    asked = state.nodes.asked.union(named_by_facets.unique().to_list())
    runs = entities.runs(state)
    jobs = entities.jobs(state, [node for node in asked if node % 2])
    datasets = entities.datasets(state, [node for node in asked if not node % 2])
    versions, fields = schemas(state)
    columns = columns.with_columns(state.run_of.gather(columns["last"]))
    told = state.told
    basis = pl.col("basis").replace_strict(dict(enumerate(BASES)), return_dtype=pl.String)
    kind = pl.col("kind").replace_strict(dict(enumerate(KINDS)), return_dtype=pl.String)
    named = _Named(state)
    sources, targets = (_lists(named.ids, flowing.bundles[name]) for name in ("sources", "targets"))
    rows, packs = _facet_rows(state, named.ids), told.texts["every"]
    frames = Frames(
        events=_frame("events", named(_events(told.events, files), job="job")),
        runs=_frame("runs", named(runs, job="job")).sort("first_seen", "run", "job"),
        jobs=_frame("jobs", named.whole(jobs, "job")).sort("job"),
        datasets=_frame("datasets", named.whole(datasets, "dataset")).sort("dataset"),
        io=_frame("io", named(entities.io(state), job="job", dataset="node")).sort(
            "first_event", "direction", "dataset", "run"
        ),
        edges=_frame(
            "edges",
            named(flowing.edges, source="source", target="target").with_columns(basis, kind),
        ).sort("source", "target", "kind"),
        fields=_frame("fields", named(fields, dataset="node")).sort("dataset", "ordinal"),
        schemas=_frame("schemas", named(versions, dataset="node")).sort(
            "dataset", "first_event", "version"
        ),
        column_edges=_frame(
            "column_edges", named(columns, source="source", target="target", job="job")
        ).sort(
            "target", "target_field", "source", "source_field", "job", "type", "subtype",
            "masking", "description",
        ),
        quality=_frame("quality", named(quality(state), dataset="node", job="job")).sort(
            "dataset", "event", "run", "field", "name", maintain_order=True
        ),
        facets=lambda: with_texts(rows(), packs),
        problems=problems,
        bundles=_frame(
            "bundles",
            named(flowing.bundles, job="job").with_columns(basis, sources, targets),
        ).sort("job", "basis", "event", "targets"),
    )  # fmt: skip
    return frames, rows


def with_texts(rows: pl.DataFrame, packs: pl.Series) -> pl.DataFrame:
    """The frame facets: its rows, and their texts in place of `text`, the place of each."""
    return _frame("facets", rows.with_columns(json=unpacked(packs).gather(rows["text"])))


class _Named:
    """Node ids and names in place of numbers."""

    def __init__(self, state: State) -> None:
        self.ids = state.nodes.ids()
        names = list(zip(*state.nodes.names, strict=True)) or [(), ()]
        self.namespaces, self.names = (pl.Series(part, dtype=pl.String) for part in names)

    def __call__(self, frame: pl.DataFrame, **columns: str) -> pl.DataFrame:
        """Columns of ids, made of columns of numbers."""
        return frame.with_columns(
            self.ids.gather(frame[number]).alias(name) for name, number in columns.items()
        )

    def whole(self, frame: pl.DataFrame, column: str) -> pl.DataFrame:
        """The id, the namespace and the name of each row's `node`."""
        at = frame["node"] // 2
        return self(frame, **{column: "node"}).with_columns(
            self.namespaces.gather(at).alias("namespace"), self.names.gather(at).alias("name")
        )


def _events(events: pl.DataFrame, files: Sequence[str]) -> pl.DataFrame:
    file = pl.Series("file", files, pl.String).gather(events["blob"])
    return events.with_columns(file, job=2 * pl.col("job") + 1)


def _facet_rows(state: State, ids: pl.Series) -> Rows:
    """The rows of facets, made when they are asked for: they are long, and few look at them."""
    rows, key, run_of = state.rows, state.told.facets["key"], state.run_of
    entity = pl.Series("entity", ENTITIES)

    def made() -> pl.DataFrame:
        code = rows["event"].cast(pl.UInt64)  # sorted while a row is one number: much quicker
        for texts, numbers in ((entity, "entity"), (ids, "node"), (key, "facet")):
            place = texts.rank("dense").cast(pl.UInt64).gather(rows[numbers])
            code = code * (len(texts) + 1) + place
        # an event may tell of a dataset twice, and say two things
        ordered = rows.with_columns(code=code).sort("code", "seq")
        return pl.DataFrame([
            entity.gather(ordered["entity"]),
            ids.gather(ordered["node"]),
            run_of.gather(ordered["serial"]),
            ordered["event"],
            key.gather(ordered["facet"]).alias("facet"),
            ordered["facet"].alias("text"),
        ])  # fmt: skip

    return made


def _lists(ids: pl.Series, numbers: pl.Series) -> pl.Series:
    """Lists of ids, sorted, made of lists of numbers."""
    flat = pl.DataFrame({"row": pl.int_range(len(numbers), eager=True), "node": numbers})
    flat = flat.explode("node", empty_as_null=False)
    flat = flat.with_columns(ids.gather(flat["node"]).alias("node")).sort("row", "node")
    return flat.group_by("row", maintain_order=True).agg("node")["node"].alias(numbers.name)


def _frame(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Exactly the columns of a table, each of its dtype."""
    return frame.select(
        (pl.col(column) if column in frame.columns else pl.lit(None)).cast(dtype).alias(column)
        for column, dtype in schema(TABLES[name]).items()
    )
