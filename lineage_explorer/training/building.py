"""Puts tables and jobs in their places: stores, names, owners, schedules, and what each tells."""

from __future__ import annotations

import random
from typing import Any

from lineage_explorer.training.parts import LAYERS, Column, Company, Job, Table

_UNITS = ("retail", "wholesale", "outlet", "travel", "energy", "books", "garden", "health")
_TEAMS = {
    "raw": "team-ingest", "staging": "team-ingest", "core": "team-core-data",
    "mart": "team-analytics", "feature": "team-ml", "model": "team-ml", "export": "team-bi",
}  # fmt: skip
_REGIONS = {"eu": "eu-central-1", "us": "us-east-1"}
_MADE_BY = {
    "raw": ("airflow", "airflow", "spark"), "staging": ("dbt", "spark"),
    "core": ("dbt", "dbt", "spark"), "mart": ("dbt", "dbt", "spark"),
    "feature": ("spark", "spark", "dbt"), "model": ("airflow", "spark"),
    "export": ("airflow", "dbt"),
}  # fmt: skip
ENGINES = {"airflow": "3.0.6", "dbt": "1.10.4", "spark": "3.5.4"}
_TABLE = {
    "mart": ("by_{key}", "daily_{key}", "{key}_overview", "{key}_kpis"),
    "feature": ("{key}_features", "{key}_profile", "{key}_history"),
    "model": ("{key}_propensity", "{key}_risk", "{key}_value", "{key}_forecast"),
    "export": ("{from_}_dashboard", "{from_}_report", "{from_}_feed", "{from_}_crm_sync"),
}
_HOURS = dict(zip(LAYERS, (0.0, 0.6, 1.7, 2.9, 4.1, 5.2, 6.3, 7.5), strict=True))


class Builder:
    """A company in the making."""

    def __init__(self, rng: random.Random, entities: dict[str, float]) -> None:
        self.rng = rng
        self.made = Company({}, {}, entities)
        self.schemas: dict[str, tuple[Column, ...]] = {}
        self._layers: dict[str, list[str]] = {layer: [] for layer in LAYERS}
        self._of: dict[str, str] = {}
        self._taken: set[str] = set()

    def unit(self, number: int) -> str:
        name = _UNITS[number % len(_UNITS)]
        return name if number < len(_UNITS) else f"{name}{number // len(_UNITS) + 1}"

    def layer(self, layer: str) -> list[str]:
        """Keys of its tables."""
        return self._layers[layer]

    def every(self, table: str) -> float:
        """Hours between the runs that write it."""
        return self.made.jobs[self._of[table]].every if table in self._of else 24.0

    def _key(self, wanted: str) -> str:
        key, number = wanted, 2
        while key in self._taken:
            key, number = f"{wanted}_{number}", number + 1
        self._taken.add(key)
        return key

    def source(
        self,
        subject: str,
        unit: str,
        columns: tuple[Column, ...],
        rows: float,
        fact: bool,  # noqa: FBT001
        rng: random.Random,
    ) -> str:
        """A source; gives its key."""
        region = rng.choice(("eu", "us"))
        store = rng.choice(("postgres", "postgres", "files", "api"))
        key = self._key(f"source.{unit}.{subject}")
        place = {
            "postgres": (
                f"postgres://{unit}-db.{_REGIONS[region]}.acme.example:5432",
                f"{unit}.public.{subject}",
            ),
            "files": (f"s3://acme-landing-{_REGIONS[region]}", f"{unit}/{subject}"),
            "api": (f"https://api-{region}.{unit}.example", f"v2/{subject}"),
        }[store]
        self.made.tables[key] = Table(
            key,
            "source",
            unit,
            region,
            store,
            *place,
            owner=f"team-{unit}",
            fact=fact,
            schema=store != "api",
            columns=columns,
            rows=rows,
            growth=rng.uniform(0, 0.004) if fact else rng.uniform(0, 0.001),
            weekend=rng.uniform(0.55, 1.3) if fact else 1.0,
            swing=rng.uniform(0.015, 0.05) if fact else 0.001,
        )
        self.schemas[key] = columns
        self._layers["source"].append(key)
        return key

    def job(
        self, layer: str, inputs: tuple[str, ...], columns: tuple[Column, ...], **given: Any
    ) -> str:
        """A job and its output; gives the output's key."""
        rng = self.rng
        integration = rng.choice(_MADE_BY[layer])
        main = self.made.tables[inputs[0]]
        name = self._name(layer, inputs, columns)
        table = self._key(f"{layer}.{main.domain}.{name}")
        leaf = table.rpartition(".")[2]
        self._place(table, layer, main, integration, leaf)
        self.schemas[table] = columns
        self._layers[layer].append(table)
        key = f"job.{table}"
        self._of[table] = key
        namespace, told = {
            "airflow": (f"airflow-{main.region}", f"{main.domain}_{layer}.load_{leaf}"),
            "dbt": ("dbt-analytics", f"ANALYTICS.{layer}.acme.{main.domain}_{leaf}"),
            "spark": (f"spark-{main.region}", f"{main.domain}_{layer}.{leaf}"),
        }[integration]
        every = given.pop("every", None) or min(24.0, max(self.every(one) for one in inputs))
        if layer == "staging" and self.every(inputs[0]) < 24.0:
            every = self.every(inputs[0])
        if layer == "core":
            every = 24.0
        self.made.jobs[key] = Job(
            key=key,
            layer=layer,
            integration=integration,
            namespace=namespace,
            name=told,
            inputs=inputs,
            output=table,
            every=every,
            at=_HOURS[layer] + rng.uniform(0, 0.25),
            minutes=rng.uniform(2, 14),
            owner=_TEAMS[layer] if rng.random() < 0.8 else None,
            lenient=integration == "spark" and rng.random() < 0.5,
            retries=integration == "airflow",
            blocking=rng.random() < 0.5,
            engine=ENGINES[integration],
            tells=self._tells(integration, layer),
            author=rng.choice(("nina", "omar", "pat", "lee")),
            **given,
        )
        return table

    def _name(self, layer: str, inputs: tuple[str, ...], columns: tuple[Column, ...]) -> str:
        leaf = inputs[0].rpartition(".")[2]
        if layer == "raw":
            return leaf
        if layer == "staging":
            return f"stg_{leaf}"
        if layer == "core":
            return f"{leaf.removeprefix('stg_')}_enriched"
        key = columns[0].name.removesuffix("_id")
        pattern = self.rng.choice(_TABLE[layer])
        subject = leaf.partition("_")[0]
        text = pattern.format(key=key, from_=leaf)
        return f"{subject}_{text}" if layer == "mart" else text

    def _place(self, key: str, layer: str, main: Table, integration: str, leaf: str) -> None:
        where = _REGIONS[main.region]
        store = {"dbt": "warehouse", "spark": "lake", "airflow": "lake"}[integration]
        if layer == "model":
            store = "registry"
        elif layer == "export":
            store = self.rng.choice(("files", "bi"))
        account = "ab12345" if main.region == "eu" else "cd67890"
        place = {
            "warehouse": (
                f"snowflake://{account}.{where}.aws",
                f"ANALYTICS.{layer.upper()}.{main.domain}_{leaf}".upper(),
            ),
            "lake": (f"s3://acme-lake-{where}", f"{layer}/{main.domain}/{leaf}"),
            "registry": ("mlflow://models.acme.example", f"{main.domain}_{leaf}"),
            "files": (f"s3://acme-exports-{where}", f"{main.domain}/{leaf}"),
            "bi": ("looker://bi.acme.example", f"{main.domain}.{leaf}"),
        }[store]
        self.made.tables[key] = Table(
            key,
            layer,
            main.domain,
            main.region,
            store,
            *place,
            owner=_TEAMS[layer] if self.rng.random() < 0.7 else None,
            fact=layer in ("raw", "staging", "core") and main.fact,
            versions=store == "lake" and self.rng.random() < 0.7,
        )

    def _tells(self, integration: str, layer: str) -> frozenset[str]:
        """What this kind of producer tells; some tell less than others."""
        chances = {
            "sql": {"dbt": 1.0, "airflow": 0.5, "spark": 0.0},
            "code": {"dbt": 0.6, "airflow": 0.9, "spark": 0.6},
            "columns": {"dbt": 0.55, "airflow": 0.2, "spark": 0.9},
            "rows": {"dbt": 0.9, "airflow": 0.8, "spark": 1.0},
            "read": {"dbt": 0.0, "airflow": 0.3, "spark": 0.9},
            "metrics": {"dbt": 0.5, "airflow": 0.4, "spark": 0.5},
            "nominal": {"dbt": 0.3, "airflow": 1.0, "spark": 0.4},
            "parameters": {"dbt": 0.4, "airflow": 0.8, "spark": 0.8},
            "engine": {"dbt": 1.0, "airflow": 1.0, "spark": 1.0},
            "parent": {"dbt": 1.0, "airflow": 1.0, "spark": 0.5},
            "files": {"dbt": 0.0, "airflow": 0.2, "spark": 1.0},
        }
        found = {what for what, of in chances.items() if self.rng.random() < of[integration]}
        if layer == "raw":
            found -= {"sql"}
        return frozenset(found)
