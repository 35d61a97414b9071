"""What the runs of a made-up company tell: OpenLineage events with the facets of real producers."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import xxhash

from lineage_explorer.training.contents import Content
from lineage_explorer.training.parts import Job, Table
from lineage_explorer.training.simulate import Record, uuid_of
from lineage_explorer.training.sql import query
from lineage_explorer.training.symptoms import distinct

if TYPE_CHECKING:
    from lineage_explorer.training.world import World

Json = dict[str, Any]

_SPEC = "https://openlineage.io/spec"
_TREE = "https://github.com/OpenLineage/OpenLineage/tree/1.53.0/integration"
PRODUCERS = {
    "spark": f"{_TREE}/spark",
    "dbt": f"{_TREE}/dbt",
    "airflow": "https://github.com/apache/airflow/tree/providers-openlineage/2.20.3",
}
_FACETS = {
    "columnLineage": "1-2-0/ColumnLineageDatasetFacet",
    "dataQualityAssertions": "1-1-0/DataQualityAssertionsDatasetFacet",
    "dataQualityMetrics": "1-0-0/DataQualityMetricsDatasetFacet",
    "dataSource": "1-0-1/DatasourceDatasetFacet",
    "documentation": "1-1-0/DocumentationJobFacet",
    "errorMessage": "1-0-1/ErrorMessageRunFacet",
    "executionParameters": "1-0-0/ExecutionParametersRunFacet",
    "inputStatistics": "1-0-0/InputStatisticsInputDatasetFacet",
    "jobType": "2-0-4/JobTypeJobFacet",
    "nominalTime": "1-0-1/NominalTimeRunFacet",
    "outputStatistics": "1-0-2/OutputStatisticsOutputDatasetFacet",
    "ownership": "1-0-1/OwnershipDatasetFacet",
    "job ownership": "1-0-1/OwnershipJobFacet",
    "parent": "1-2-0/ParentRunFacet",
    "processing_engine": "1-1-1/ProcessingEngineRunFacet",
    "schema": "1-2-0/SchemaDatasetFacet",
    "sourceCodeLocation": "1-1-0/SourceCodeLocationJobFacet",
    "sql": "1-1-0/SQLJobFacet",
    "storage": "1-0-1/StorageDatasetFacet",
    "tags": "1-0-0/TagsDatasetFacet",
    "version": "1-0-1/DatasetVersionDatasetFacet",
}
_URLS = {key: f"{_SPEC}/facets/{one}.json#/$defs/{one[6:]}" for key, one in _FACETS.items()}
_MARGIN = 0.005
"""Hours by which a parent run is there before and after those under it."""
_TYPES = {"spark": "SQL_JOB", "dbt": "MODEL", "airflow": "TASK"}
_ABOVE = {"spark": "APPLICATION", "dbt": "JOB", "airflow": "DAG"}
_DIALECTS = {"spark": "spark", "dbt": "snowflake", "airflow": "snowflake"}


def facet(key: str, who: str, /, **fields: Any) -> Json:
    """A facet of the specification; `job ownership` is `ownership` of a job."""
    return {"_producer": PRODUCERS[who], "_schemaURL": _URLS[key], **fields}


class Teller:
    """Turns the records of a world into events."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._sides: dict[tuple[str, str], Json] = {}

    def _time(self, hour: float) -> datetime:
        return self.world.start + timedelta(milliseconds=round(hour * 3_600_000))

    def _text(self, hour: float) -> str:
        return self._time(hour).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def events(self) -> Iterator[Json]:
        """All events, in the order of their times."""
        pending: list[tuple[float, int, Json]] = []
        parents = self._parents()
        number = 0
        for record in self.world.records:
            while pending and pending[0][0] <= record.began - 2 * _MARGIN:
                yield heapq.heappop(pending)[2]
            for hour, event in self._of(record, parents):
                number += 1
                heapq.heappush(pending, (hour, number, event))
        while pending:
            yield heapq.heappop(pending)[2]

    def _parents(self) -> dict[str, tuple[float, float]]:
        """First and last hour of each parent run."""
        spans: dict[str, tuple[float, float]] = {}
        for record in self.world.records:
            if "parent" in record.job.tells and record.tick >= 0:
                run = self._above(record)[0]
                first, last = spans.get(run, (record.began, record.ended))
                spans[run] = (min(first, record.began), max(last, record.ended))
        return spans

    def _above(self, record: Record) -> tuple[str, str, str]:
        """Run, namespace and name of what started a run."""
        job = record.job
        name = job.name.removesuffix(".test").rpartition(".")[0]
        if job.integration == "dbt":
            name = f"dbt-build-{job.layer}"
        run = uuid_of(f"{self.world.seed}|{job.namespace}|{name}|{record.tick}|{job.every}")
        return run, job.namespace, name

    def _of(
        self, record: Record, parents: dict[str, tuple[float, float]]
    ) -> Iterator[tuple[float, Json]]:
        job = record.job
        if "parent" in job.tells and record.tick >= 0:
            run, namespace, name = self._above(record)
            span = parents.pop(run, None)
            if span is not None:
                kind = {
                    "jobType": facet(
                        "jobType",
                        job.integration,
                        processingType="BATCH",
                        integration=job.integration.upper(),
                        jobType=_ABOVE[job.integration],
                    )
                }
                for hour, type_ in ((span[0] - _MARGIN, "START"), (span[1] + _MARGIN, "COMPLETE")):
                    event = self._event(hour, type_, job.integration, run, {}, namespace, name)
                    event["job"]["facets"] = kind
                    yield hour, event
        run_facets, job_facets = self._run(record), self._job(record)
        names = [{"namespace": one.table.namespace, "name": one.table.name} for one in record.reads]
        start = self._event(
            record.began, "START", job.integration, record.id, run_facets, job.namespace, job.name
        )
        start["job"]["facets"] = {"jobType": job_facets["jobType"]}
        if job.integration == "spark":
            start["inputs"] = names
        yield record.began, start
        if record.state == "RUNNING":
            return
        event = self._event(
            record.ended,
            record.state,
            job.integration,
            record.id,
            run_facets,
            job.namespace,
            job.name,
        )
        event["job"]["facets"] = job_facets
        event["inputs"] = [self._input(record, at) for at in range(len(record.reads))]
        if record.target is not None:
            event["outputs"] = [self._output(record, record.target)]
        if record.error is not None:
            language = "JAVA" if job.integration == "spark" else "PYTHON"
            event["run"]["facets"] = run_facets | {
                "errorMessage": facet(
                    "errorMessage",
                    job.integration,
                    message=record.error,
                    programmingLanguage=language,
                )
            }
        yield record.ended, event

    def _event(
        self, hour: float, kind: str, who: str, run: str, facets: Json, namespace: str, name: str
    ) -> Json:
        return {
            "eventTime": self._text(hour),
            "producer": PRODUCERS[who],
            "schemaURL": f"{_SPEC}/2-0-2/OpenLineage.json#/$defs/RunEvent",
            "eventType": kind,
            "run": {"runId": run, "facets": facets},
            "job": {"namespace": namespace, "name": name, "facets": {}},
            "inputs": [],
            "outputs": [],
        }

    # Runs and jobs ------------------------------------------------------------------------------

    def _run(self, record: Record) -> Json:
        job, found = record.job, {}
        who = job.integration
        if "engine" in job.tells:
            found["processing_engine"] = facet(
                "processing_engine",
                who,
                version=job.engine,
                name=who,
                openlineageAdapterVersion="1.53.0",
            )
        if "parent" in job.tells and record.tick >= 0:
            run, namespace, name = self._above(record)
            above = {"run": {"runId": run}, "job": {"namespace": namespace, "name": name}}
            found["parent"] = facet("parent", who, **above, root=above)
        if "nominal" in job.tells:
            found["nominalTime"] = facet(
                "nominalTime",
                who,
                nominalStartTime=self._text(record.nominal - job.every),
                nominalEndTime=self._text(record.nominal),
            )
        if "parameters" in job.tells and job.parameters and record.target is not None:
            parameters = [
                {"key": key, "name": key, "value": value} for key, value in job.parameters
            ]
            found["executionParameters"] = facet("executionParameters", who, parameters=parameters)
        return found

    def _job(self, record: Record) -> Json:
        job, who = record.job, record.job.integration
        testing = record.target is None
        found = {
            "jobType": facet(
                "jobType",
                who,
                processingType="BATCH",
                integration=who.upper(),
                jobType="TEST" if testing else _TYPES[who],
            )
        }
        if job.owner:
            owners = [{"name": job.owner, "type": "MAINTAINER"}]
            found["ownership"] = facet("job ownership", who, owners=owners)
        if testing:
            return found
        if "code" in job.tells:
            sha = xxhash.xxh128_hexdigest(f"{self.world.seed} {job.key} {job.build}".encode())
            path = f"{who}/{job.layer}/{job.name.rpartition('.')[2]}"
            path += ".sql" if who == "dbt" else ".py"
            repository = "https://git.acme.example/data/pipelines"
            found["sourceCodeLocation"] = facet(
                "sourceCodeLocation",
                who,
                type="git",
                url=f"{repository}/blob/{sha}/{path}",
                repoUrl=f"{repository}.git",
                path=path,
                version=sha,
                branch="main",
            )
        if "sql" in job.tells and job.picks and record.target is not None:
            text = query(job, [one.table for one in record.reads], record.target)
            found["sql"] = facet("sql", who, query=text, dialect=_DIALECTS[who])
        return found

    # Datasets -----------------------------------------------------------------------------------

    def _dataset(self, table: Table, content: Content | None, who: str) -> Json:
        """What does not depend on whether it is read or written."""
        key = (table.key, f"{table.namespace} {table.name} {who}")
        fixed = self._sides.get(key)
        if fixed is None:
            fixed = {
                "dataSource": facet("dataSource", who, name=table.namespace, uri=table.namespace)
            }
            if table.owner:
                owners = [{"name": table.owner, "type": "OWNER"}]
                fixed["ownership"] = facet("ownership", who, owners=owners)
            if table.store == "lake":
                fixed["storage"] = facet(
                    "storage", who, storageLayer="iceberg", fileFormat="parquet"
                )
            personal = [one.name for one in table.columns if one.pii]
            if personal:
                tags = [
                    {"key": "pii", "value": "true", "source": "CATALOG", "field": one}
                    for one in personal
                ]
                fixed["tags"] = facet("tags", who, tags=tags)
            self._sides[key] = fixed
        found = dict(fixed)
        if content is not None and table.schema:
            fields = [{"name": name, "type": one.type} for name, one in content.columns.items()]
            found["schema"] = facet("schema", who, fields=fields)
        if content is not None and table.versions and content.run is not None:
            number = xxhash.xxh64_intdigest(f"{table.key} {content.number}".encode()) >> 1
            found["version"] = facet("version", who, datasetVersion=str(number))
        return found

    def _input(self, record: Record, at: int) -> Json:
        job, read = record.job, record.reads[at]
        found: Json = {
            "namespace": read.table.namespace,
            "name": read.table.name,
            "facets": self._dataset(read.table, read.content, job.integration),
        }
        if record.verdicts:
            found["inputFacets"] = {"dataQualityAssertions": self._assertions(record)}
        elif "read" in job.tells and record.state == "COMPLETE" and record.target is not None:
            counted = self._counted(read.table, read.content, job)
            found["inputFacets"] = {
                "inputStatistics": facet("inputStatistics", job.integration, **counted)
            }
        return found

    def _assertions(self, record: Record) -> Json:
        assertions = []
        for one in record.verdicts:
            check = one.check
            told = {
                "assertion": check.kind,
                "success": one.success,
                "severity": "error" if record.job.blocking else "warn",
                "expected": one.expected,
                "actual": one.actual,
            }
            if check.column:
                told["column"] = check.column
            assertions.append(told)
        return facet("dataQualityAssertions", record.job.integration, assertions=assertions)

    def _counted(self, table: Table, content: Content | None, job: Job) -> Json:
        rows = 0.0 if content is None else content.rows
        if table.fact and table.layer in ("source", "raw") and job.every < 24:
            rows *= job.every / 24
        width = 14 if content is None else 9 * len(content.columns)
        found = {"rowCount": round(rows)}
        if job.integration != "dbt":
            found["size"] = round(rows * width)
        if "files" in job.tells:
            found["fileCount"] = 0 if rows < 1 else 1 + round(rows / 20_000)
        return found

    def _output(self, record: Record, table: Table) -> Json:
        job, who, content = record.job, record.job.integration, record.wrote
        found: Json = {"namespace": table.namespace, "name": table.name}
        if record.state != "COMPLETE":
            return found | {"facets": {}}
        facets = self._dataset(table, content, who)
        if "columns" in job.tells and content is not None:
            facets["columnLineage"] = self._columns(record, content)
        if "metrics" in job.tells and content is not None:
            facets["dataQualityMetrics"] = self._metrics(content, who)
        found["facets"] = facets
        if "rows" in job.tells:
            counted = self._counted(table, content, job)
            found["outputFacets"] = {"outputStatistics": facet("outputStatistics", who, **counted)}
        return found

    def _metrics(self, content: Content, who: str) -> Json:
        columns = {}
        for name, one in content.columns.items():
            if one.kind == "time":
                continue
            count = round(content.rows)
            told: Json = {"nullCount": round(content.rows * one.nulls), "count": count}
            if (different := distinct(one)) is not None:
                told["distinctCount"] = different
            if one.kind == "number" and one.mean is not None:
                there = count - told["nullCount"]
                told |= {
                    "sum": round(one.mean * there, 2),
                    "quantiles": {"0.5": round(one.mean * 0.9, 4)},
                }
            columns[name] = told
        return facet(
            "dataQualityMetrics",
            who,
            rowCount=round(content.rows),
            lastUpdated=self._text(content.as_of),
            columnMetrics=columns,
        )

    def _columns(self, record: Record, content: Content) -> Json:
        job, who = record.job, record.job.integration
        tables = [one.table for one in record.reads]

        def named(at: int, column: str, kind: str, subtype: str, *, masking: bool = False) -> Json:
            how = {"type": kind, "subtype": subtype, "description": "", "masking": masking}
            return {
                "namespace": tables[at].namespace,
                "name": tables[at].name,
                "field": column,
                "transformations": [how],
            }

        fields: Json = {}
        if job.star:
            for name, column in zip(content.columns, record.reads[0].content.columns, strict=False):
                fields[name] = {"inputFields": [named(0, column, "DIRECT", "IDENTITY")]}
        subtypes = {"same": "IDENTITY", "sum": "AGGREGATION", "mean": "AGGREGATION"}
        for pick in job.picks:
            there = [one for one in pick.of if one[1] in record.reads[one[0]].content.columns]
            if there:
                subtype = subtypes.get(pick.how, "TRANSFORMATION")
                hidden = pick.how == "hash"
                inputs = [named(*one, "DIRECT", subtype, masking=hidden) for one in there]
                fields[pick.name] = {"inputFields": inputs}
        whole = [named(0, one.column, "INDIRECT", "FILTER") for one in job.where]
        for join in job.joins:
            whole.append(named(0, join.left, "INDIRECT", "JOIN"))
            whole.append(named(join.input, join.right, "INDIRECT", "JOIN"))
        whole += [named(0, one, "INDIRECT", "GROUP_BY") for one in job.by]
        found = facet("columnLineage", who, fields=fields)
        return found | {"dataset": whole} if whole else found
