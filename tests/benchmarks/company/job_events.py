"""Any event of a job as a template: the constant facets are in it, the others are holes.

Java writes compact JSON, Python with spaces and sorted.
"""

from __future__ import annotations

import random

from tests.benchmarks.company.estate import Dataset, Job
from tests.benchmarks.company.run_facets import run_facets
from tests.benchmarks.company.template import PRODUCERS, SPACED, SPEC, TEAMS, Json, Template, facet


def template_of(job: Job, seed: int, *, sides: bool = True) -> Template:
    """Any event of any run of the job, with or without what it reads and writes."""
    rng = random.Random(f"{seed} {job.number}")
    who = job.integration
    event: Json = {
        "eventTime": "@now@",
        "producer": PRODUCERS[who],
        "schemaURL": f"{SPEC}/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "eventType": "@type@",
        "run": {"runId": "@run@", "facets": {**run_facets(job, rng), "+extra+": 0}},
        "job": {"namespace": job.namespace, "name": job.name, "facets": _job(job, rng)},
        "inputs": [_side(job, one, f"in{at}", rng) for at, one in enumerate(job.inputs) if sides],
        "outputs": [
            _side(job, one, f"out{at}", rng) for at, one in enumerate(job.outputs) if sides
        ],
    }
    if who in SPACED:
        event = dict(sorted(event.items()))
    return Template(event, spaced=who in SPACED)


# Jobs -----------------------------------------------------------------------------------------


def _job(job: Job, rng: random.Random) -> Json:
    who = job.integration
    kinds = {"spark": "SQL_JOB", "dbt": "MODEL", "airflow": "TASK", "flink": "JOB"}
    above = {"spark": "APPLICATION", "dbt": "JOB", "airflow": "DAG"}
    kind = kinds[who] if job.inputs else above[who]
    found = {
        "jobType": facet(
            who,
            "2-0-4/JobTypeJobFacet",
            processingType="STREAMING" if who == "flink" else "BATCH",
            integration=who.upper(),
            jobType=kind,
        )
    }
    if who == "flink":
        return found
    if who in ("dbt", "airflow"):
        about = f"Keeps {job.name} up to date. Asked for by the people of {rng.choice(TEAMS)}."
        owners = [{"name": rng.choice(TEAMS), "type": "MAINTAINER"}]
        some = {
            "documentation": facet(
                who, "1-1-0/DocumentationJobFacet", description=about, contentType="text/plain"
            ),
            "ownership": facet(who, "1-0-1/OwnershipJobFacet", owners=owners),
            "tags": facet(
                who,
                "1-0-0/TagsJobFacet",
                tags=[{"key": "tier", "value": rng.choice("123"), "source": who.upper()}],
            ),
        }
        found |= {key: value for key, value in some.items() if rng.random() < 0.6}
    if rng.random() < 0.6:
        repo = "https://git.company.example/data/pipelines"
        path = f"{who}/{job.name.replace('.', '/')}.{'py' if who == 'airflow' else 'sql'}"
        found["sourceCodeLocation"] = facet(
            who,
            "1-1-0/SourceCodeLocationJobFacet",
            type="git",
            url=f"{repo}/blob/@sha@/{path}",
            repoUrl=f"{repo}.git",
            path=path,
            version="@sha@",
            branch="main",
        )
    if job.inputs and rng.random() < {"dbt": 1, "airflow": 0.7, "spark": 0.45}[who]:
        dialect = {"dbt": "snowflake", "airflow": "snowflake", "spark": "spark"}[who]
        query = _query(job, rng)
        found["sql"] = facet(who, "1-1-0/SQLJobFacet", query=query, dialect=dialect)
    return found


def _query(job: Job, rng: random.Random) -> str:
    target = job.outputs[0]
    first, *others = job.inputs
    sources = _sources(job, rng)
    rows = ",\n".join(f"    t{at}.{column} as {name}" for name, at, column in sources[:60])
    joins = "".join(
        f"\nleft join {one.name} as t{at} on t0.{first.columns[0].name} = t{at}.{one.columns[0].name}"
        for at, one in enumerate(others, 1)
    )
    where = "\nwhere t0.updated_at >= '@day@'" if rng.random() < 0.5 else ""
    head = f"insert into {target.name}\n" if job.integration != "dbt" else ""
    return f"{head}select\n{rows}\nfrom {first.name} as t0{joins}{where}"


# Datasets -------------------------------------------------------------------------------------


def _side(job: Job, one: Dataset, hole: str, rng: random.Random) -> Json:
    output = hole.startswith("out")
    found: Json = {"namespace": one.namespace, "name": one.name}
    sides = {"outputFacets" if output else "inputFacets": f"#{hole}#"}
    if job.integration == "airflow" and one.number % 3 == 0:  # a file, of which nothing is known
        return {**found, "facets": {}} | sides
    who = job.integration
    facets: Json = {
        "dataSource": facet(
            who, "1-0-1/DatasourceDatasetFacet", name=one.namespace, uri=one.namespace
        ),
        "schema": facet(who, "1-2-0/SchemaDatasetFacet", fields=_fields(one, who)),
    }
    if one.symlink:
        namespace, name = one.symlink
        link = {"namespace": namespace, "name": name, "type": "TABLE"}
        facets["symlinks"] = facet(who, "1-0-1/SymlinksDatasetFacet", identifiers=[link])
    if one.symlink and output:
        facets["storage"] = facet(
            who, "1-0-1/StorageDatasetFacet", storageLayer="iceberg", fileFormat="parquet"
        )
    if who == "dbt" and output:
        facets["documentation"] = facet(
            who,
            "1-1-0/DocumentationDatasetFacet",
            description=f"One row for each {one.name.rpartition('.')[2]} of {one.domain}.",
        )
        facets["ownership"] = facet(
            who,
            "1-0-1/OwnershipDatasetFacet",
            owners=[{"name": TEAMS[one.number % len(TEAMS)], "type": "OWNER"}],
        )
        personal = {"key": "personal_data", "value": "true", "field": one.columns[0].name}
        facets["tags"] = facet(
            who, "1-0-0/TagsDatasetFacet", tags=[{**personal, "source": "DBT_META"}]
        )
    if output and who in ("spark", "dbt"):
        facets["columnLineage"] = _lineage(job, one, rng)
    if output and who == "spark":
        facets["lifecycleStateChange"] = facet(
            who, "1-0-1/LifecycleStateChangeDatasetFacet", lifecycleStateChange="OVERWRITE"
        )
    return {**found, "facets": {**facets, f"+version_{hole}+": 0}} | sides


def _fields(one: Dataset, who: str) -> list[Json]:
    if who == "dbt":
        return [
            {"description": f"The {name}." * (at % 3 == 0), "fields": [], "name": name, "type": kind}
            for at, (name, kind) in enumerate(one.columns)
        ]  # fmt: skip
    return [{"name": name, "type": kind} for name, kind in one.columns]


def _sources(job: Job, rng: random.Random) -> list[tuple[str, int, str]]:
    """For each column of the first output: its name, the input it is from, and the column there."""
    columns = [(at, column.name) for at, one in enumerate(job.inputs) for column in one.columns]
    return [(column.name, *rng.choice(columns)) for column in job.outputs[0].columns]


def _lineage(job: Job, one: Dataset, rng: random.Random) -> Json:
    def field(at: int, column: str, kind: str, subtype: str) -> Json:
        source = job.inputs[at]
        how = {"type": kind, "subtype": subtype, "description": "", "masking": False}
        return {
            "namespace": source.namespace,
            "name": source.name,
            "field": column,
            "transformations": [how] if job.integration == "spark" else [],
        }

    sources = _sources(job, rng)
    found = {}
    for column in one.columns:
        _, at, name = rng.choice(sources)
        subtype = rng.choice(("IDENTITY", "IDENTITY", "IDENTITY", "TRANSFORMATION"))
        inputs = [field(at, name, "DIRECT", subtype)]
        if subtype != "IDENTITY":
            _, at, name = rng.choice(sources)
            inputs.append(field(at, name, "DIRECT", subtype))
        found[column.name] = {"inputFields": inputs}
    whole = [
        field(at, source.columns[0].name, "INDIRECT", "JOIN" if at else "FILTER")
        for at, source in enumerate(job.inputs)
        if job.integration == "spark" and len(job.inputs) > 1
    ]
    return facet(job.integration, "1-2-0/ColumnLineageDatasetFacet", fields=found, dataset=whole)
