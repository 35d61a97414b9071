"""The data estate of a made-up company: datasets in layers, and the jobs that fill them. Seeded."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import NamedTuple


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


DOMAINS = _words(
    "orders payments customers products inventory shipping returns marketing web_traffic "
    "subscriptions billing finance risk fraud support hr procurement logistics pricing loyalty"
)
SUBJECTS = _words(
    "order order_line invoice payment refund customer account address product category price "
    "stock shipment parcel carrier return campaign click session page_view search cart coupon "
    "subscription plan ticket agent supplier purchase contract budget forecast event device"
)
ENDS = _words("daily hourly snapshot history current latest enriched clean by_region by_customer")
COLUMN_STEMS = _words(
    "order customer product payment invoice shipment session campaign account supplier store "
    "warehouse country currency category channel device carrier contract price discount tax net "
    "gross refund margin quantity weight score rank first_order last_order delivery birth"
)
COLUMN_ENDS = (
    ("id", "string"), ("key", "long"), ("name", "string"), ("amount_eur", "decimal(18,2)"),
    ("count", "integer"), ("date", "date"), ("created_at", "timestamp"),
    ("updated_at", "timestamp"), ("status", "string"), ("is_active", "boolean"),
    ("ratio", "double"), ("code", "string"),
)  # fmt: skip
SQL_TYPES = {"string": "VARCHAR", "long": "NUMBER(38,0)", "integer": "NUMBER(10,0)",
             "double": "FLOAT", "decimal(18,2)": "NUMBER(18,2)", "date": "DATE",
             "timestamp": "TIMESTAMP_NTZ", "boolean": "BOOLEAN"}  # fmt: skip

LAYERS = ("source", "raw", "staging", "core", "mart", "export")
SHARES = (0.30, 0.24, 0.20, 0.13, 0.10, 0.03)
MADE_BY = {
    "raw": (("airflow", 35), ("spark", 45), ("flink", 20)),
    "staging": (("spark", 50), ("dbt", 50)),
    "core": (("dbt", 60), ("spark", 40)),
    "mart": (("dbt", 70), ("spark", 20), ("airflow", 10)),
    "export": (("airflow", 60), ("spark", 40)),
}
HUBS = 12
"""Calendar, currencies, customers: read by jobs everywhere."""
MEMBERS = {"airflow": 12, "dbt": 60, "spark": 9, "flink": 1}
"""Jobs under one parent: tasks of a DAG, models of a project, queries of an application."""
LATE = 0.85
"""Of jobs: whose last event alone says what they read and write."""
WIDE, PLAN = 0.042, 0.075
"""Of the jobs of Spark and dbt: with hundreds of columns; of Spark's: with a plan of over 50 kB."""


class Column(NamedTuple):
    name: str
    type: str


@dataclass(frozen=True)
class Dataset:
    """A table, file or topic."""

    number: int
    layer: str
    domain: str
    platform: str
    namespace: str
    name: str
    columns: tuple[Column, ...]
    symlink: tuple[str, str] | None = None


@dataclass
class Job:
    """Reads and writes; one without either only has others under it."""

    number: int
    integration: str
    namespace: str
    name: str
    parent: Job | None = None
    inputs: list[Dataset] = field(default_factory=list)
    outputs: list[Dataset] = field(default_factory=list)
    plan: bool = False
    wide: bool = False
    late: bool = False
    """Only its last event says what it reads and writes."""


@dataclass(frozen=True)
class Estate:
    """Everything the company has; jobs come after those that feed them."""

    datasets: list[Dataset]
    jobs: list[Job]


def estate(jobs: int, seed: int = 1) -> Estate:
    """About this many jobs, and 1.4 datasets for each.

    Every dataset that is no source is made by one job, from one to four datasets of the layers
    before it: mostly of its own domain, now and then a hub.
    """
    rng = random.Random(seed)
    size = max(24, round(jobs * 1.7))
    datasets: list[Dataset] = []
    found: list[Job] = []
    parents: dict[tuple[str, str], Job] = {}
    near: dict[tuple[str, str], list[Dataset]] = {}
    hubs: list[Dataset] = []
    for layer, share in zip(LAYERS, SHARES, strict=True):
        for _ in range(max(2, round(size * share))):
            number = len(datasets)
            domain = rng.choice(DOMAINS)
            if layer == "source":
                platform = rng.choice(("postgres", "postgres", "kafka", "kafka", "files", "files"))
                one = _dataset(rng, number, layer, domain, platform, _width(rng))
                datasets.append(one)
            else:
                job = _job(rng, len(found), layer, domain, parents, found)
                job.inputs = _inputs(rng, layer, domain, near, hubs, datasets)
                job.wide = job.integration in ("spark", "dbt") and rng.random() < WIDE
                job.plan = job.integration == "spark" and not job.wide and rng.random() < PLAN
                job.late = not job.wide and job.integration != "flink" and rng.random() < LATE
                width = rng.randrange(125, 190) if job.wide else _width(rng)
                platform = "snowflake" if job.integration == "dbt" else "lake"
                platform = "files" if layer == "export" else platform
                one = _dataset(rng, number, layer, domain, platform, width)
                datasets.append(one)
                job.outputs = [one]
                if rng.random() < 0.05 and found[-1] is not job:
                    job.outputs.append(rng.choice(found[-1].outputs or [one]))
                    job.outputs = list(dict.fromkeys(job.outputs))
                found.append(job)
            if layer in ("raw", "staging") and len(hubs) < HUBS and len(one.columns) < 30:
                hubs.append(one)
            if len(one.columns) < 100 or rng.random() < 0.05:  # the widest are ends, mostly
                near.setdefault((layer, domain), []).append(one)
    return Estate(datasets, found)


def _width(rng: random.Random) -> int:
    return min(40, max(2, round(rng.lognormvariate(1.2, 0.5))))


def _inputs(
    rng: random.Random,
    layer: str,
    domain: str,
    near: dict[tuple[str, str], list[Dataset]],
    hubs: list[Dataset],
    datasets: list[Dataset],
) -> list[Dataset]:
    at = LAYERS.index(layer)
    chosen: dict[int, Dataset] = {}
    many = rng.choice((1, 1, 1, 2) if layer == "raw" else (1, 1, 1, 2, 2, 3, 4))
    for _ in range(many):
        where = rng.random()
        pool = near.get((LAYERS[at - 1 - (at > 1 and rng.random() < 0.2)], domain), [])
        if hubs and where < 0.12 and layer != "raw":
            one = rng.choice(hubs)
        elif pool and where < 0.85:
            one = rng.choice(pool[-80:])
        else:
            pool = near.get((LAYERS[at - 1], rng.choice(DOMAINS)), []) or datasets
            one = rng.choice([one for one in pool[:40] if one.layer != layer] or datasets[:1])
        chosen[one.number] = one
    return list(chosen.values())


def _dataset(
    rng: random.Random, number: int, layer: str, domain: str, platform: str, width: int
) -> Dataset:
    table = f"{rng.choice(SUBJECTS)}_{rng.choice(ENDS)}_{number:05}"
    symlink = None
    if platform == "postgres":
        place = (f"postgres://{domain}-db.prod.example:5432", f"{domain}.public.{table}")
    elif platform == "kafka":
        place = ("kafka://broker-1.prod.example:9092", f"{domain}.{table}.v1")
    elif platform == "snowflake":
        place = ("snowflake://ab12345.eu-central-1.aws", f"ANALYTICS.{layer}_{domain}.{table}")
    elif platform == "files":
        place = (f"s3://company-{layer}-files", f"{domain}/{table}")
    else:
        place = ("s3://company-lake-prod", f"warehouse/{layer}_{domain}.db/{table}")
        symlink = (
            "arn:aws:glue:eu-central-1:123456789012",
            f"table/{layer}_{domain}/{table}",
        )
    return Dataset(number, layer, domain, platform, *place, _columns(rng, platform, width), symlink)


def _columns(rng: random.Random, platform: str, width: int) -> tuple[Column, ...]:
    found: dict[str, str] = {}
    while len(found) < width:
        end, kind = rng.choice(COLUMN_ENDS)
        name = f"{rng.choice(COLUMN_STEMS)}_{end}"
        name = f"{name}_{len(found)}" if name in found else name
        found[name] = SQL_TYPES[kind] if platform in ("postgres", "snowflake") else kind
    return tuple(Column(*item) for item in found.items())


def _job(
    rng: random.Random,
    number: int,
    layer: str,
    domain: str,
    parents: dict[tuple[str, str], Job],
    found: list[Job],
) -> Job:
    words, weights = zip(*MADE_BY[layer], strict=True)
    integration = rng.choices(words, weights)[0]
    what = f"{rng.choice(SUBJECTS)}_{rng.choice(ENDS)}"
    namespace = {"airflow": "airflow-prod", "dbt": "analytics", "spark": "spark-prod"}.get(
        integration, "flink-prod"
    )
    parent = parents.get((integration, domain))
    if parent is None or rng.random() < 1 / MEMBERS[integration]:
        names = {
            "airflow": f"{domain}_{layer}_{number}",
            "dbt": f"dbt-run-{domain}_{number}",
            "spark": f"{domain}_{layer}_app_{number}",
        }
        parent = None
        if integration in names:
            parent = Job(number, integration, namespace, names[integration])
            parents[integration, domain] = parent
            found.append(parent)
            number += 1
    above = parent.name if parent else ""
    name = {
        "airflow": f"{above}.load_{what}_{number}",
        "dbt": f"ANALYTICS.{layer}_{domain}.company.{what}_{number}",
        "spark": f"{above}.execute_insert_into_hadoop_fs_relation_command.{layer}_{what}_{number}",
    }.get(integration, f"{domain}-{what}-{number}")
    return Job(number, integration, namespace, name, parent)
