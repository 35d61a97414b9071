"""Builds a made-up company from a seed: where its data is, and which jobs make what of it."""

from __future__ import annotations

import random

from lineage_explorer.training.building import Builder
from lineage_explorer.training.parts import Check, Column, Company, Join, Pick, Size, Where

_ENTITIES = {
    "customer": 60_000, "product": 8_000, "store": 900, "supplier": 2_500, "campaign": 1_200,
    "device": 30_000, "driver": 3_000, "agent": 1_500,
}  # fmt: skip
_FACTS = {
    "orders": ("customer", "product", "store"), "payments": ("customer", "store"),
    "shipments": ("product", "supplier", "driver"), "sessions": ("customer", "device", "campaign"),
    "returns": ("product", "customer"), "clicks": ("campaign", "device"),
    "invoices": ("supplier", "product"), "tickets": ("customer", "agent"),
    "deliveries": ("driver", "store"), "calls": ("agent", "customer"),
}  # fmt: skip
_MEASURES = (
    ("amount", 62.0), ("quantity", 3.1), ("discount", 4.4), ("duration_s", 240.0), ("weight", 2.7),
    ("fee", 1.9), ("tax", 11.0), ("score", 0.6), ("distance_km", 14.0), ("margin", 18.0),
    ("price", 35.0), ("limit_value", 900.0), ("rating", 4.1), ("age_days", 420.0),
)  # fmt: skip
_CODES = ("status", "country", "channel", "currency", "category", "segment", "tier", "method")
_TEXTS = ("note", "label", "city", "source_system", "comment", "reference")
_PERSONAL = ("email", "phone", "full_name", "iban")
_VALUES = {
    "status": "status in ('paid', 'open', 'closed')", "country": "country <> 'ZZ'",
    "channel": "channel in ('web', 'app', 'shop')", "currency": "currency = 'EUR'",
    "category": "category is not null", "segment": "segment <> 'internal'",
    "tier": "tier in ('a', 'b', 'c')", "method": "method <> 'test'",
}  # fmt: skip


def company(seed: int, size: Size) -> Company:
    """A company; the same seed and size give the same."""
    rng = random.Random(f"company {seed}")  # noqa: S311 - made up, no secret
    build = Builder(rng, dict.fromkeys(_ENTITIES, 0.0))
    for entity, many in _ENTITIES.items():
        build.made.entities[entity] = round(many * rng.uniform(0.5, 2.0))
    _sources(build, rng, size)
    for of in (_staging, _core, _marts, _features, _models, _exports):
        of(build, rng, size)
    return build.made


def _measures(rng: random.Random, many: int) -> list[Column]:
    return [
        Column(name, rng.choice(("double", "decimal(18,2)", "bigint")), "number", mean)
        for name, mean in rng.sample(_MEASURES, min(many, len(_MEASURES)))
    ]


def _sources(build: Builder, rng: random.Random, size: Size) -> None:
    facts = list(_FACTS)
    rng.shuffle(facts)
    # the first sources are a whole: facts, and the things that their keys count
    wanted: list[str] = []
    for fact in facts:
        wanted += [one for one in (fact, *_FACTS[fact]) if one not in wanted]
    for at in range(size.sources):
        subject = wanted[at % len(wanted)]
        unit = build.unit(at // len(wanted))
        width = rng.randint(*size.columns)
        if subject in _FACTS:
            keys = _FACTS[subject]
            columns = [Column(f"{subject[:-1]}_id", "bigint", "key", entity=subject)]
            columns += [Column(f"{one}_id", "bigint", "key", entity=one) for one in keys]
            rows = float(round(rng.lognormvariate(11, 0.8)))
        else:
            columns = [Column(f"{subject}_id", "bigint", "key", entity=subject)]
            columns += [Column(_PERSONAL[rng.randrange(4)], "varchar", "text", pii=True)]
            rows = build.made.entities[subject]
        columns += _measures(rng, max(2, (width - len(columns)) // 2))
        codes = rng.sample(_CODES, min(len(_CODES), max(1, width - len(columns) - 1)))
        columns += [Column(one, "varchar", "code", nulls=rng.choice((0, 0, 0.01))) for one in codes]
        columns += [Column("updated_at", "timestamp", "time")]
        columns += [Column(one, "varchar", "text", nulls=0.2) for one in rng.sample(_TEXTS, 2)]
        columns += [
            Column(f"attribute_{n:02}", "varchar", "text", nulls=0.1)
            for n in range(width - len(columns))
        ]
        key = build.source(subject, unit, tuple(columns), rows, subject in _FACTS, rng)
        often = subject in _FACTS and rng.random() < size.often
        _extract(build, rng, key, 6.0 if often else 24.0)


def _extract(build: Builder, rng: random.Random, source: str, every: float) -> None:
    columns = build.schemas[source]
    table = build.made.tables[source]
    by_position = table.store == "files" and rng.random() < 0.7
    build.job(
        "raw",
        (source,),
        columns,
        every=every,
        star=True,
        positional=tuple((one.name, one.type) for one in columns) if by_position else (),
        window=False,
        parameters=(("chunk_rows", str(rng.choice((5000, 10000, 50000)))),),
    )


def _staging(build: Builder, rng: random.Random, size: Size) -> None:
    raws = build.layer("raw")
    for at in range(size.staging):
        source = raws[at % len(raws)]
        kept = [one for one in build.schemas[source] if one.kind != "text" or rng.random() < 0.5]
        if rng.random() < 0.25:
            kept = list(build.schemas[source])
        picks, columns = [], []
        for one in kept:
            name = one.name
            if one.kind in ("number", "code") and rng.random() < 0.2:
                name = f"{one.name}_raw" if rng.random() < 0.3 else f"{one.name}_clean"
            how, kind = "same", one.type
            if one.kind == "number" and rng.random() < 0.35:
                how, kind = "cast", "decimal(18,2)"
            picks.append(Pick(name, kind, how, ((0, one.name),)))
            columns.append(one._replace(name=name, type=kind))
        codes = [one for one in kept if one.kind == "code"]
        where = []
        if codes and rng.random() < 0.7:
            code = rng.choice(codes)
            where = [Where(code.name, _VALUES[code.name], round(rng.uniform(0.9, 0.99), 3))]
        key = next(one for one in columns if one.kind == "key")
        fact = build.made.tables[source].fact
        checks = [Check("not_null", key.name)]
        if rng.random() < 0.7:
            checks.append(Check("unique", key.name))
        if codes and rng.random() < 0.5:
            name = rng.choice([one.name for one in columns if one.kind == "code"])
            checks.append(Check("not_null", name, high=0.05))
        build.job(
            "staging",
            (source,),
            tuple(columns),
            picks=tuple(picks),
            where=tuple(where),
            window=fact and build.every(source) == 24.0 and rng.random() < 0.5,
            drops_bad=rng.choice([key.name, *(one.name for one in codes)]),
            checks=tuple(checks),
            parameters=(("on_error", "skip"), ("lookback_days", str(rng.choice((1, 3, 7))))),
        )


def _core(build: Builder, rng: random.Random, size: Size) -> None:
    staged = build.layer("staging")
    facts = [one for one in staged if build.made.tables[one].fact] or staged
    for at in range(size.core):
        main = facts[at % len(facts)]
        keys = [one for one in build.schemas[main] if one.kind == "key"]
        lookups: list[tuple[str, Column]] = []
        for key in rng.sample(keys, len(keys)):
            found = [
                one
                for one in staged
                if not build.made.tables[one].fact and build.schemas[one][0].entity == key.entity
            ]
            if found and len(lookups) < 2:
                lookups.append((found[at // len(facts) % len(found)], key))
        inputs, joins = [main], []
        picks = [Pick(c.name, c.type, "same", ((0, c.name),)) for c in build.schemas[main]]
        columns = list(build.schemas[main])
        for table, key in lookups:
            inputs.append(table)
            joins.append(
                Join(len(inputs) - 1, key.name, build.schemas[table][0].name, rng.random() < 0.4)
            )
            others = [c for c in build.schemas[table][1:] if c.kind in ("number", "code")]
            for one in rng.sample(others, min(len(others), 3)):
                name = f"{key.entity}_{one.name}"
                if all(name != column.name for column in columns):
                    columns.append(one._replace(name=name))
                    picks.append(Pick(name, one.type, "same", ((len(inputs) - 1, one.name),)))
        numbers = [one for one in build.schemas[main] if one.kind == "number"]
        if len(numbers) > 1:
            one, two = rng.sample(numbers, 2)
            mean = (one.mean or 1.0) * (two.mean or 1.0)
            columns.append(Column("line_total", "double", "number", mean))
            picks.append(Pick("line_total", "double", "product", ((0, one.name), (0, two.name))))
        looked = [one for one in columns if "_" in one.name and one.kind == "code"]
        checks = [Check("not_null", columns[0].name), Check("unique", columns[0].name)]
        checks += [Check("not_null", one.name, high=0.15) for one in looked[-2:]]
        build.job(
            "core",
            tuple(inputs),
            tuple(columns),
            picks=tuple(picks),
            joins=tuple(joins),
            checks=tuple(checks[rng.randrange(2) :]),
            parameters=(("min_quality", "0.2"), ("broadcast_mb", str(rng.choice((10, 64))))),
        )


def _aggregate(
    build: Builder, rng: random.Random, layer: str, source: str, others: tuple[str, ...]
) -> None:
    """Groups a table by a key or a code, and looks up others of the same key."""
    schema = build.schemas[source]
    keys = [one for one in schema if one.kind == "key" and one.entity in _ENTITIES]
    codes = [one for one in schema if one.kind == "code"]
    by_key = bool(keys) and (bool(others) or rng.random() < 0.75 or not codes)
    first = rng.choice(keys if by_key else codes or list(schema[:1]))
    groups = build.made.entities.get(first.entity or "", 40.0) if by_key else 40.0
    picks = [Pick(first.name, first.type, "same", ((0, first.name),))]
    columns = [first]
    numbers = [one for one in schema if one.kind == "number"]
    for one in rng.sample(numbers, min(len(numbers), rng.randint(2, 4))):
        how = rng.choice(("sum", "mean", "sum"))
        name = f"{'total' if how == 'sum' else 'avg'}_{one.name.removeprefix('total_')}"
        if all(name != column.name for column in columns):
            picks.append(Pick(name, "double", how, ((0, one.name),)))
            columns.append(Column(name, "double", "number", one.mean))
    picks.append(Pick("row_count", "bigint", "count"))
    columns.append(Column("row_count", "bigint", "number", 1.0))
    inputs, joins = [source], []
    for other in others:
        right = next((c for c in build.schemas[other] if c.entity == first.entity), None)
        if right is None or other == source:
            continue
        inputs.append(other)
        joins.append(Join(len(inputs) - 1, first.name, right.name, inner=False))
        for one in [c for c in build.schemas[other] if c.kind == "number"][:2]:
            name = f"{one.name}_{len(inputs)}"
            picks.append(Pick(name, "double", "max", ((len(inputs) - 1, one.name),)))
            columns.append(one._replace(name=name, type="double"))
    checks = [Check("not_null", first.name), Check("freshness"), Check("row_count")]
    checks += [Check("accepted_range", c.name) for c in columns if c.kind == "number"][:2]
    checks += [Check("not_null", c.name, high=0.15) for c in columns if c.kind == "number"][-1:]
    build.job(
        layer,
        tuple(inputs),
        tuple(columns),
        every=24.0,
        picks=tuple(picks),
        joins=tuple(joins),
        by=(first.name,),
        groups=float(groups),
        window=layer == "mart" and rng.random() < 0.4 and build.made.tables[source].fact,
        checks=tuple(rng.sample(checks, max(2, len(checks) - 2))),
        parameters=(("decay", "0.9"), ("window_days", str(rng.choice((7, 28)))))
        if layer == "feature"
        else (),
    )


def _marts(build: Builder, rng: random.Random, size: Size) -> None:
    cores = build.layer("core")
    for at in range(size.marts):
        _aggregate(build, rng, "mart", cores[at % len(cores)], ())


def _features(build: Builder, rng: random.Random, size: Size) -> None:
    marts = build.layer("mart")
    for at in range(size.features):
        source = marts[at % len(marts)]
        near = [one for one in marts if build.schemas[one][0].entity is not None]
        others = rng.sample(near, min(2, len(near)))
        _aggregate(build, rng, "feature", source, tuple(others))


def _models(build: Builder, rng: random.Random, size: Size) -> None:
    features = build.layer("feature")
    for at in range(size.models):
        source = features[at % len(features)]
        numbers = [one for one in build.schemas[source] if one.kind == "number"]
        first = build.schemas[source][0]
        used = rng.sample(numbers, max(1, len(numbers) - 1))
        of = tuple((0, one.name) for one in used)
        build.job(
            "model",
            (source,),
            (first, Column("score", "double", "number", 0.5), used[0]),
            every=24.0 if at % 3 else 168.0,
            picks=(
                Pick(first.name, first.type, "same", ((0, first.name),)),
                Pick("score", "double", "score", of),
                Pick(used[0].name, used[0].type, "same", ((0, used[0].name),)),
            ),
            checks=(Check("not_null", "score", high=0.05), Check("accepted_range", "score")),
            parameters=(("learning_rate", "0.05"), ("max_depth", str(rng.choice((6, 8))))),
        )


def _exports(build: Builder, rng: random.Random, size: Size) -> None:
    pool = [*build.layer("mart"), *build.layer("model"), *build.layer("model")]
    for at in range(size.exports):
        source = (build.layer("model") + pool)[at] if at < 2 else rng.choice(pool)
        schema = build.schemas[source]
        picks = tuple(Pick(c.name, c.type, "same", ((0, c.name),)) for c in schema)
        every = build.every(source)
        fresh = (Check("freshness"),) if every == 24.0 else ()
        checks = (*fresh, Check("row_count"), Check("not_null", schema[-1].name, high=0.1))
        build.job("export", (source,), schema, every=every, picks=picks, checks=checks)
