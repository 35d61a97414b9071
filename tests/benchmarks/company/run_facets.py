"""What Spark, dbt, Airflow and Flink tell about a run: most of it differs from run to run."""

from __future__ import annotations

import random

from tests.benchmarks.company.estate import Job
from tests.benchmarks.company.template import CUSTOM, OURS, SPACED, TEAMS, Json, Template, facet


def run_facets(job: Job, rng: random.Random) -> Json:
    """Of every event of any run of the job."""
    who = job.integration
    names = {"spark": "spark", "dbt": "dbt", "airflow": "Airflow", "flink": "flink"}
    engines = {"spark": "3.5.4", "dbt": "1.10.23", "airflow": "3.3.2", "flink": "1.20.1"}
    found: Json = {
        "processing_engine": facet(
            who,
            "1-1-1/ProcessingEngineRunFacet",
            version=engines[who],
            name=names[who],
            openlineageAdapterVersion="1.53.0",
        )
    }
    if job.parent:
        above = {"namespace": job.parent.namespace, "name": job.parent.name}
        found["parent"] = facet(
            who,
            "1-2-0/ParentRunFacet",
            run={"runId": "@parent@"},
            job=above,
            root={"run": {"runId": "@parent@"}, "job": above},
        )
    return found | {"spark": _spark, "dbt": _dbt, "airflow": _airflow, "flink": _flink}[who](
        job, rng
    )


def _spark(job: Job, rng: random.Random) -> Json:
    app = job.parent.name if job.parent else job.name
    properties = {
        "spark.master": "k8s://https://10.96.0.1:443",
        "spark.app.name": app,
        "spark.app.id": "spark-@hex@",
        "spark.app.startTime": "@millis@",
        "spark.driver.host": "@pod@-driver-svc.spark.svc",
        "spark.driver.port": "@port@",
        "spark.executor.instances": str(rng.randint(2, 64)),
        "spark.executor.memory": f"{rng.choice((4, 8, 16))}g",
        "spark.sql.shuffle.partitions": str(rng.choice((200, 400, 2000))),
        "spark.sql.catalog.lake": "org.apache.iceberg.spark.SparkCatalog",
        "spark.eventLog.dir": "s3a://company-spark-logs/@day@/@hex@",
        "spark.kubernetes.driver.pod.name": "@pod@-driver",
    }
    environment = {
        "POD_NAME": "@pod@-driver",
        "NODE_NAME": "ip-@ip@.eu-central-1.compute.internal",
        "AWS_REGION": "eu-central-1",
        "RUN_TOKEN": "@secret@",
    }
    found = {
        "spark_properties": facet("spark", CUSTOM, properties=properties),
        "spark_applicationDetails": facet(
            "spark",
            CUSTOM,
            master="k8s://https://10.96.0.1:443",
            appName=app,
            applicationId="spark-@hex@",
            deployMode="cluster",
            driverHost="@pod@-driver-svc.spark.svc",
            userName="spark",
            uiWebUrl="http://@pod@-driver-svc.spark.svc:4040",
        ),
    }
    if rng.random() < 0.4:
        found["environmentVariables"] = facet(
            "spark",
            "1-0-0/EnvironmentVariablesRunFacet",
            environmentVariables=[{"name": k, "value": v} for k, v in environment.items()],
        )
    else:
        found["environment-properties"] = facet(
            "spark", CUSTOM, **{"environment-properties": environment}
        )
    return found


def _dbt(job: Job, rng: random.Random) -> Json:
    query = {
        "warehouse": rng.choice(("TRANSFORM_XS", "TRANSFORM_M", "TRANSFORM_XL")),
        "query_tag": {"dbt_invocation": "@parent@", "node": job.name, "thread": "Thread-@port@"},
        "session": "@hex@",
        "timing": [
            {"name": name, "started_at": "@start@", "completed_at": "@now@", "duration_ns": "@big@"}
            for name in ("compile", "execute")
        ],
    }
    found = {
        "dbt_version": facet("dbt", CUSTOM, version="1.10.23"),
        "dbt_run": facet(
            "dbt",
            f"{OURS}/main/integration/common/openlineage/schema/dbt-run-run-facet.json",
            invocation_id="@parent@",
            profile_name="company",
            project_name="company",
            project_version="4.2.0",
            dbt_runtime="core",
        ),
        "snowflake_query": facet("dbt", CUSTOM, **query),
        "tags": facet(
            "dbt",
            "1-0-0/TagsRunFacet",
            tags=[{"key": "target", "value": "prod", "source": "DBT_META"}],
        ),
    }
    if job.inputs:
        found["externalQuery"] = facet(
            "dbt",
            "1-0-2/ExternalQueryRunFacet",
            externalQueryId="@run@-@port@",
            source="snowflake://ab12345.eu-central-1.aws",
        )
    return found


def _airflow(job: Job, rng: random.Random) -> Json:
    dag, _, task = job.name.partition(".")
    nominal = facet(
        "airflow",
        "1-0-1/NominalTimeRunFacet",
        nominalStartTime="@day@T00:00:00+00:00",
        nominalEndTime="@tomorrow@T00:00:00+00:00",
    )
    run = {
        "clear_number": 0,
        "conf": {},
        "dag_id": dag,
        "data_interval_start": "@day@T00:00:00+00:00",
        "data_interval_end": "@tomorrow@T00:00:00+00:00",
        "logical_date": "@day@T00:00:00+00:00",
        "run_after": "@tomorrow@T00:00:00+00:00",
        "run_id": "scheduled__@day@T00:00:00+00:00",
        "run_type": "scheduled",
        "start_date": "@start@",
    }
    about = {
        "dag_id": dag,
        "description": f"Loads what {dag} needs, café and all.",
        "fileloc": f"/opt/airflow/dags/{dag}.py",
        "owner": rng.choice(TEAMS),
        "start_date": "2024-01-01T00:00:00+00:00",
        "tags": "['prod', 'daily']",
        "timetable": {"expression": "0 0 * * *", "timezone": "UTC"},
        "timetable_summary": "0 0 * * *",
    }
    if not job.parent:
        state = {"dagRunState": "success", "tasksState": {f"load_{n}": "success" for n in range(9)}}
        return {
            "nominalTime": nominal,
            "airflowDagRun": facet("airflow", CUSTOM, dag=about, dagRun=run),
            "airflowState": facet("airflow", CUSTOM, **state, tasksDuration={"all": "#number#"}),
        }
    operator = {
        "depends_on_past": False,
        "downstream_task_ids": f"['{task}_check', 'publish']",
        "executor_config": {},
        "mapped": False,
        "multiple_outputs": False,
        "operator_class": "SQLExecuteQueryOperator",
        "operator_class_path": "airflow.providers.common.sql.operators.SQLExecuteQueryOperator",
        "operator_provider_version": "1.27.1",
        "owner": about["owner"],
        "pool": "default_pool",
        "priority_weight": 1,
        "queue": "default",
        "retries": 2,
        "task_id": task,
        "trigger_rule": "all_success",
        "upstream_task_ids": "['wait_for_source']",
        "wait_for_downstream": False,
    }
    log = f"https://airflow.company.example/dags/{dag}/runs/scheduled__@day@/tasks/{task}"
    instance = {
        "log_url": f"{log}?try_number=1",
        "try_number": 1,
        "pid": "#port#",
        "hostname": "airflow-worker-@pod@",
        "queued_dttm": "@start@",
        "duration": "#number#",
    }
    found = {
        "nominalTime": nominal,
        "airflow": facet(
            "airflow",
            CUSTOM,
            dag=about,
            dagRun=run,
            task=operator,
            taskInstance=instance,
            taskUuid="@run@",
        ),
        "tags": facet(
            "airflow",
            "1-0-0/TagsRunFacet",
            tags=[
                {
                    "key": "openlineage_client_version",
                    "value": "1.54.0",
                    "source": "OPENLINEAGE_CLIENT",
                }
            ],
        ),
    }
    if rng.random() < 0.3:
        unknown = [{"name": "SQLExecuteQueryOperator", "properties": operator}]
        found["unknownSourceAttribute"] = facet("airflow", CUSTOM, unknownItems=unknown)
    return found


def _flink(job: Job, rng: random.Random) -> Json:
    counts = {"completed": "#number#", "failed": 0, "in_progress": 1, "restored": 0}
    return {
        "checkpoints": facet("flink", CUSTOM, **counts, total="#port#"),
        "flink_properties": facet(
            "flink",
            CUSTOM,
            properties={
                "parallelism.default": str(rng.choice((4, 8, 32))),
                "state.savepoints.dir": f"s3://company-flink/{job.name}/savepoints",
                "jobmanager.rpc.address": "@pod@-jobmanager",
                "execution.attached.job.id": "@hex@",
                "state.last.checkpoint": f"s3://company-flink/{job.name}/chk-@big@/@secret@",
            },
        ),
    }


def plan_of(job: Job, nodes: int) -> Template:
    """The members of a `spark.logicalPlan` facet: about 300 bytes a node, new ids each run."""
    catalyst = "org.apache.spark.sql.catalyst"
    columns = [(one, column) for one in job.inputs for column in one.columns]
    plan: list[Json] = [
        {
            "class": f"{catalyst}.plans.logical.Project",
            "num-children": 1,
            "projectList": "@hex@",
            "child": 0,
        }
    ]
    for at in range(nodes):
        one, column = columns[at % len(columns)]
        expression = {
            "class": f"{catalyst}.expressions.AttributeReference",
            "num-children": 0,
            "name": column.name,
            "dataType": column.type,
            "nullable": True,
            "metadata": {},
            "exprId": {
                "product-class": f"{catalyst}.expressions.ExprId",
                "id": f"#expr{at % 10}#",
                "jvmId": "@jvm@",
            },
            "qualifier": ["spark_catalog", one.domain, one.name.rpartition("/")[2]],
        }
        plan.append(expression)
    return Template.members({"spark.logicalPlan": facet("spark", CUSTOM, plan=plan)}, spaced=False)


def extras(who: str) -> dict[str, Template]:
    """Facets that only some events have: of failed runs, of sides once they are known."""
    spaced = who in SPACED

    def members(**facets: object) -> Template:
        return Template.members(facets, spaced=spaced)

    trace = "".join(
        f"\n\tat com.company.pipelines.Step{n}$.run(Step{n}.scala:{40 + n})" for n in range(30)
    )
    failure = facet(
        who,
        "1-0-1/ErrorMessageRunFacet",
        message="Job aborted: task 17 in stage @port@.0 failed 4 times, lost on ip-@ip@",
        programmingLanguage="PYTHON" if spaced else "JAVA",
        stackTrace=f"org.apache.spark.SparkException: stage @port@ on @pod@{trace}",
    )
    counted = {"rowCount": "#rows#", "size": "#bytes#", "fileCount": "#files#"}
    read = facet(who, "1-0-0/InputStatisticsInputDatasetFacet", **counted)
    wrote = facet(who, "1-0-2/OutputStatisticsOutputDatasetFacet", **counted)
    scan = facet(
        who,
        "1-0-1/IcebergScanReportInputDatasetFacet",
        snapshotId="#version#",
        filterDescription="updated_at >= '@day@'",
        schemaId=3,
        projectedFieldNames=["order_id", "customer_key", "updated_at"],
        scanMetrics={
            "totalPlanningDuration": "#files#",
            "resultDataFiles": "#files#",
            "totalFileSizeInBytes": "#bytes#",
            "scannedDataManifests": "#files#",
        },
        metadata={"engine-version": "3.5.4", "app-id": "spark-@hex@", "engine-name": "spark"},
    )
    commit = facet(
        who,
        "1-0-2/IcebergCommitReportOutputDatasetFacet",
        snapshotId="#version#",
        sequenceNumber="#port#",
        operation="overwrite",
        commitMetrics={
            "totalDuration": "#files#",
            "attempts": 1,
            "addedDataFiles": "#files#",
            "addedRecords": "#rows#",
            "addedFilesSizeInBytes": "#bytes#",
        },
        metadata={"engine-version": "3.5.4", "app-id": "spark-@hex@", "engine-name": "spark"},
    )
    version = facet(who, "1-0-1/DatasetVersionDatasetFacet", datasetVersion="@version@")
    found = {"FAIL": members(errorMessage=failure), "output": members(outputStatistics=wrote)}
    if who != "dbt":
        found["input"] = members(inputStatistics=read)
    if who == "spark":
        found["version"] = members(version=version)
        found["iceberg input"] = members(inputStatistics=read, icebergScanReport=scan)
        found["iceberg output"] = members(outputStatistics=wrote, icebergCommitReport=commit)
    return found
