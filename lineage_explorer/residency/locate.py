"""Where things are: every claim about every dataset, run and job, with its rule and its evidence.

Claims come from identifiers (`namespaces`), from what events declare (`declared`) and from the
policy's mapping. Nothing is looked up in a network, no address is resolved, and a word in a name is
a hint that decides nothing. Where nothing is known there is a row that says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from lineage_explorer.graph.globs import pattern
from lineage_explorer.residency.declared import declared
from lineage_explorer.residency.hints import hint
from lineage_explorer.residency.namespaces import where
from lineage_explorer.residency.policy import Mapped, Policy
from lineage_explorer.residency.rules import Told
from lineage_explorer.tables import TEXTS, Columns, Frames, schema, table

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage

PLACES: Columns = {
    "node": (pl.String, "dataset or job node id; of a run, that of its job"),
    "role": (pl.String, "storage, processing, replica or control plane"),
    "places": (TEXTS, "ISO codes, somewhere among them; empty = unknown"),
    "grade": (pl.String, "A attested … E mapped, X a hint; null where nothing is claimed"),
    "rule": (pl.String, "id of the rule; 'none' where no rule found anything"),
    "event": (pl.UInt32, "an event that says so; null for the policy's mapping"),
    "text": (pl.String, "the raw value the rule read"),
    "run": (pl.String, "run id where the claim is of one run; null otherwise"),
    "read": (pl.String, "where that value stands: namespace, a facet, the policy's entry"),
    "note": (pl.String, "why it is unknown, or what to mind"),
    "valid_from": (pl.Date, "first day it holds; null: ever since"),
    "valid_to": (pl.Date, "last day it holds; null: ever after"),
    "entry": (pl.UInt32, "number of the policy's mapping entry, 0-based; null for other rules"),
}
HELD = {"dataset": "storage", "job": "processing"}
"""What a place means where a rule does not say: data is stored, a job is run."""

_LOOKS_PLACED = (
    r"^(arn:|projects/|[0-9]+\.dkr\.ecr|[a-z0-9-]+-docker\.pkg\.dev|(us|eu|apac|global)\.)"
)
_LOOKS_LIKE_CODE = r"(?i)[a-z]{2,}-?[a-z]*-?[a-z]+-?\d"


def locate(lin: Lineage, policy: Policy) -> pl.DataFrame:
    """All claims, in the order of `lin.nodes`; columns as in `PLACES`.

    Where the table of regions is dated, a claim that rests on it holds on the days it was so.
    """
    nodes = _nodes(lin.frames)
    parts = [
        _claims(lin.frames, nodes, replace(policy, facts=policy.facts.regions_on(day)))
        for day in policy.spans
    ]
    return _sorted(parts[0] if len(parts) == 1 else _dated(parts, policy.spans), nodes)


def _dated(parts: Sequence[pl.DataFrame], starts: Sequence[date]) -> pl.DataFrame:
    """Claims of several spans of days: those of every span as they are, others on their days."""
    found = []
    for part, start, after in zip(parts, starts, [*starts[1:], date.max], strict=True):
        ends = date.max if after == date.max else date.fromordinal(after.toordinal() - 1)
        found.append(part.with_columns(start=pl.lit(start), ends=pl.lit(ends)))
    alike = [name for name in parts[0].columns if name != "places"]
    every = pl.concat(found).with_columns(codes=pl.col("places").list.join(";"))
    every = every.with_columns(spans=pl.col("start").n_unique().over([*alike, "codes"]))
    always = every.filter(pl.col("spans") == len(parts), pl.col("start") == starts[0])
    at_times = every.filter(pl.col("spans") < len(parts)).with_columns(
        valid_from=pl.max_horizontal("valid_from", "start").replace(date.min, None),
        valid_to=pl.min_horizontal("valid_to", "ends").replace(date.max, None),
    )
    return pl.concat([always, at_times]).select(parts[0].columns)


def _claims(frames: Frames, nodes: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """The claims by tables that are of one day."""
    found = pl.concat(
        [
            table(PLACES),
            _identifiers(frames, nodes, policy),
            declared(frames, policy),
            *_mapped(nodes, policy),
        ],
        how="diagonal",
    )
    placed = found.filter(pl.col("places").list.len() > 0, pl.col("run").is_null())
    hints = _hints(nodes.join(placed, on="node", how="anti"), policy)
    found = pl.concat([found, hints], how="diagonal")
    nothing = nodes.join(found.filter(pl.col("run").is_null()), on="node", how="anti").select(
        "node",
        role=pl.col("kind").replace_strict(HELD),
        places=pl.lit([], TEXTS),
        rule=pl.lit("none"),
        event="event",
        text="namespace",
        read=pl.lit("namespace"),
        note=pl.lit("no rule knows this form, and no mapping names it"),
    )
    return pl.concat([found, nothing], how="diagonal")


def _sorted(found: pl.DataFrame, nodes: pl.DataFrame) -> pl.DataFrame:
    """The claims with an event each, in the order of the nodes."""
    order = nodes.select("node").with_row_index("at")
    return (
        found.join(order, on="node")
        .join(nodes.select("node", first="event"), on="node")
        .with_columns(
            grade=pl.when((pl.col("places").list.len() > 0) | (pl.col("grade") == "X")).then(
                "grade"
            ),
            event=pl.when(pl.col("rule") == "policy.places")
            .then("event")
            .otherwise(pl.coalesce("event", "first")),
        )
        .sort("at", "run", "role", "grade", "rule", "read", "text", "valid_from")
        .select(pl.col(name).cast(dtype) for name, dtype in schema(PLACES).items())
    )


def _nodes(frames: Frames) -> pl.DataFrame:
    """node, kind, namespace, name, event (the first that names it)."""
    first = pl.concat(
        [
            frames.io.select(node="dataset", event="first_event"),
            frames.facets.filter(pl.col("run").is_null()).select("node", "event"),
            frames.events.filter(pl.col("job").is_not_null()).select(node="job", event="event"),
            frames.edges.select(node="source", event="event"),
            frames.edges.select(node="target", event="event"),
        ]
    )
    first = first.drop_nulls().group_by("node").agg(pl.col("event").min())
    datasets = frames.datasets.select("namespace", "name", node="dataset", kind=pl.lit("dataset"))
    jobs = frames.jobs.select("namespace", "name", node="job", kind=pl.lit("job"))
    return pl.concat([datasets, jobs]).join(first, on="node", how="left", maintain_order="left")


def _identifiers(frames: Frames, nodes: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """What names and URIs say."""
    datasets = frames.datasets
    parts = [
        nodes.select("node", "kind", "event", text="namespace", read=pl.lit("namespace")),
        nodes.filter(pl.col("name").str.contains(_LOOKS_PLACED)).select(
            "node", "kind", "event", text="name", read=pl.lit("name")
        ),
        _symlinks(frames),
        *(
            datasets.filter(pl.col(column).is_not_null()).select(
                node="dataset", kind=pl.lit("dataset"), text=column, read=pl.lit(read)
            )
            for column, read in (
                ("source_uri", "facet dataSource /uri"),
                ("warehouse_uri", "facet catalog /warehouseUri"),
                ("metadata_uri", "facet catalog /metadataUri"),
            )
        ),
    ]
    texts = pl.concat(parts, how="diagonal")
    told = told_of(texts["text"].unique(), lambda text: where(text, policy.facts))
    found = texts.join(told, on="text", how="inner")
    known = pl.col("places").list.len() > 0
    return found.filter(
        known | ((pl.col("read") == "namespace") & (pl.col("kind") == "dataset"))
    ).with_columns(
        role=pl.when(pl.col("kind") == "job")
        .then(pl.lit("processing"))
        .when(pl.col("read") == "facet catalog /metadataUri")
        .then(pl.lit("control plane"))
        .otherwise("role")
    ).drop("kind")  # fmt: skip


def _symlinks(frames: Frames) -> pl.DataFrame:
    """Other names of datasets: behind a table of a catalogue stands where its files are."""
    facets = frames.facets.filter(pl.col("facet") == "symlinks", pl.col("entity") != "job")
    identifiers = pl.List(pl.Struct({"namespace": pl.String}))
    return (
        facets.select(
            "node",
            "event",
            found=pl.col("json").cast(pl.String).str.json_path_match("$.identifiers"),
        )
        .drop_nulls()
        .unique(["node", "found"], maintain_order=True)
        .with_columns(found=pl.col("found").str.json_decode(identifiers))
        .explode("found")
        .select(
            "node",
            "event",
            kind=pl.lit("dataset"),
            text=pl.col("found").struct.field("namespace"),
            read=pl.lit("facet symlinks /identifiers"),
        )
        .drop_nulls("text")
    )


def _mapped(nodes: pl.DataFrame, policy: Policy) -> Iterator[pl.DataFrame]:
    """What the policy's mapping says: of a namespace, a node id, or a path (namespace/name)."""
    spaces = nodes.select("namespace").unique().sort("namespace").with_row_index("space")
    told = nodes.join(spaces, on="namespace", maintain_order="left").with_columns(
        path=pl.col("namespace") + "/" + pl.col("name")
    )
    for number, mapped in enumerate(policy.places):
        whole = spaces.filter(like(pl.col("namespace"), mapped.match))["space"]
        hit = pl.col("space").is_in(whole.implode())
        for column in ("node", "path"):
            hit = hit | like(pl.col(column), mapped.match)
        yield _of_entry(told.filter(hit), number, mapped)


def _of_entry(nodes: pl.DataFrame, number: int, mapped: Mapped) -> pl.DataFrame:
    role = pl.lit(mapped.role) if mapped.role else pl.col("kind").replace_strict(HELD)
    return nodes.select(
        "node",
        role=role,
        places=pl.lit(list(mapped.places), TEXTS),
        grade=pl.lit("E"),
        rule=pl.lit("policy.places"),
        text=pl.lit(mapped.match),
        read=pl.lit(f"policy {mapped.where}"),
        valid_from=pl.lit(mapped.valid_from, pl.Date),
        valid_to=pl.lit(mapped.valid_to, pl.Date),
        entry=pl.lit(number, pl.UInt32),
    )


def like(text: pl.Expr, glob: str) -> pl.Expr:
    """Whether a text is like a glob; the usual forms without a regex."""
    plain = glob.rstrip("*")
    if not any(sign in plain for sign in "*?["):
        return text == glob if plain == glob else text.str.starts_with(plain)
    return text.str.contains(f"(?s)^(?:{pattern(glob)})$")


def _hints(nodes: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """What names look like, of what has no place: grade X."""
    parts = [
        nodes.select("node", "kind", "event", text=column, read=pl.lit(column))
        for column in ("namespace", "name")
    ]
    texts = pl.concat(parts).filter(pl.col("text").str.contains(_LOOKS_LIKE_CODE))

    def told(text: str) -> Told | None:
        places = hint(text, policy.facts)
        note = "a word of the name looks like a region: a hint only"
        return Told("hint.name", "storage", "X", places, note) if places else None

    found = texts.join(told_of(texts["text"].unique(), told), on="text", how="inner")
    return found.with_columns(role=pl.col("kind").replace_strict(HELD)).drop("kind")


def told_of(texts: Iterable[str | None], rule: Callable[[str], Told | None]) -> pl.DataFrame:
    """What a rule says of each text: text, rule, role, grade, places, note."""
    rows = []
    for text in texts:
        told = rule(text) if text else None
        if told is not None:
            rows.append(
                (text, told.rule, told.role, told.grade, list(told.places), told.note or None)
            )
    columns: dict[str, Any] = {"text": pl.String, "rule": pl.String, "role": pl.String, "grade": pl.String,
               "places": TEXTS, "note": pl.String}  # fmt: skip
    return pl.DataFrame(rows, schema=columns, orient="row")
