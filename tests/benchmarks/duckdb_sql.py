"""What DuckDB is asked in `reading.py`: to count, and to make the tables that `read` makes.

Leaner than those, which favours DuckDB: no symlinks, no secrets taken out, no problems, fewer
columns. `{log}` stands for the file with `columns(…)`.
"""

from __future__ import annotations


def log(path: str, columns: dict[str, str]) -> str:
    """The file as a table."""
    told = ", ".join(f"{name}: '{kind}'" for name, kind in columns.items())
    return f"read_json('{path}', format='newline_delimited', columns={{{told}}})"


_NAMED = '"namespace" VARCHAR, name VARCHAR'
_FACETS = "facets MAP(VARCHAR, JSON)"
COUNTED = {
    "run": "STRUCT(runId VARCHAR)",
    "job": f"STRUCT({_NAMED})",
    "inputs": f"STRUCT({_NAMED})[]",
    "outputs": f"STRUCT({_NAMED})[]",
}
WHOLE = {
    "eventTime": "VARCHAR",
    "eventType": "VARCHAR",
    "producer": "VARCHAR",
    "run": f"STRUCT(runId VARCHAR, {_FACETS})",
    "job": f"STRUCT({_NAMED}, {_FACETS})",
    "inputs": f"STRUCT({_NAMED}, {_FACETS}, inputFacets MAP(VARCHAR, JSON))[]",
    "outputs": f"STRUCT({_NAMED}, {_FACETS}, outputFacets MAP(VARCHAR, JSON))[]",
}
COUNTING = """
WITH read AS MATERIALIZED (FROM {log}),
sides AS (
  SELECT job, unnest(inputs) AS one, 'reads' AS kind FROM read
  UNION ALL SELECT job, unnest(outputs), 'writes' FROM read),
edges AS (SELECT DISTINCT job."namespace", job.name, one."namespace", one.name, kind FROM sides)
SELECT (SELECT count(*) FROM read), (SELECT count(DISTINCT run.runId) FROM read),
  (SELECT count(*) FROM edges)
"""
READ = """
CREATE TEMP TABLE read AS
SELECT row_number() OVER () - 1 AS event, eventTime::TIMESTAMPTZ AS time, eventType AS type,
  producer, run.runId AS run, 'job:' || job."namespace" || ':' || job.name AS job,
  run.facets AS run_facets, job.facets AS job_facets, inputs, outputs, job AS whole_job
FROM {log};
CREATE TEMP TABLE sides AS
SELECT event, time, run, job, 'input' AS direction, one."namespace" AS "namespace",
  one.name AS name, 'dataset:' || one."namespace" || ':' || one.name AS dataset,
  one.facets AS facets, one.inputFacets AS of_side
FROM (SELECT event, time, run, job, unnest(inputs) AS one FROM read)
UNION ALL
SELECT event, time, run, job, 'output', one."namespace", one.name,
  'dataset:' || one."namespace" || ':' || one.name, one.facets, one.outputFacets
FROM (SELECT event, time, run, job, unnest(outputs) AS one FROM read);
CREATE TEMP TABLE told AS
SELECT DISTINCT ON (dataset, json) dataset, facet, json, event, job, run FROM (
  SELECT dataset, event, job, run, unnest(map_keys(facets)) AS facet,
    unnest(map_values(facets)) AS json FROM sides)
WHERE facet IN ('schema', 'columnLineage')
ORDER BY event DESC;
"""
TABLES = {
    "events": "SELECT event, time, type, run, job, producer FROM read",
    "runs": """
SELECT run, any_value(job) AS job,
  coalesce(max(type) FILTER (type IN ('COMPLETE', 'FAIL', 'ABORT')), 'RUNNING') AS state,
  min(time) FILTER (type = 'START') AS started,
  max(time) FILTER (type IN ('COMPLETE', 'FAIL', 'ABORT')) AS ended,
  max(run_facets['parent'] ->> '$.run.runId') AS parent,
  max(run_facets['nominalTime'] ->> '$.nominalStartTime') AS nominal_start,
  max(run_facets['processing_engine'] ->> '$.name') AS engine,
  max(run_facets['errorMessage'] ->> '$.message') AS error,
  count(*) AS events, min(time) AS first_seen, max(time) AS last_seen
FROM read GROUP BY run""",
    "jobs": """
SELECT job, any_value(whole_job."namespace") AS "namespace", any_value(whole_job.name) AS name,
  arg_max(job_facets['jobType'] ->> '$.integration', time) AS integration,
  arg_max(job_facets['jobType'] ->> '$.processingType', time) AS processing,
  arg_max(job_facets['sql'] ->> '$.query', time) AS sql,
  arg_max(job_facets['documentation'] ->> '$.description', time) AS description,
  arg_max(job_facets['ownership'] ->> '$.owners[*].name', time) AS owners,
  arg_max(job_facets['sourceCodeLocation'] ->> '$.url', time) AS source_url,
  count(DISTINCT run) AS runs, min(time) AS first_seen, max(time) AS last_seen
FROM read GROUP BY job""",
    "datasets": """
SELECT dataset, any_value("namespace") AS "namespace", any_value(name) AS name,
  arg_max(facets['dataSource'] ->> '$.uri', time) AS source_uri,
  arg_max(facets['storage'] ->> '$.storageLayer', time) AS storage,
  arg_max(facets['documentation'] ->> '$.description', time) AS description,
  arg_max(facets['ownership'] ->> '$.owners[*].name', time) AS owners,
  arg_max(facets['symlinks'] ->> '$.identifiers[*].name', time) AS aliases,
  min(time) AS first_seen, max(time) AS last_seen
FROM sides GROUP BY dataset""",
    "io": """
SELECT run, job, dataset, direction, max(facets['version'] ->> '$.datasetVersion') AS version,
  max(coalesce(of_side['inputStatistics'], of_side['outputStatistics']) ->> '$.rowCount')::BIGINT
    AS rows,
  max(coalesce(of_side['inputStatistics'], of_side['outputStatistics']) ->> '$.size')::BIGINT
    AS bytes,
  min(event) AS first_event, max(event) AS last_event
FROM sides GROUP BY ALL""",
    "edges": """
SELECT job, dataset, direction, count(DISTINCT run) AS runs, min(time) AS first_seen,
  max(time) AS last_seen, min(event) AS event
FROM sides GROUP BY ALL""",
    "fields": """
SELECT dataset, event, unnest(fields, recursive := true), generate_subscripts(fields, 1) AS ordinal
FROM (SELECT dataset, event, from_json(json -> '$.fields',
    '"STRUCT(name VARCHAR, type VARCHAR, description VARCHAR)[]"') AS fields
  FROM (SELECT DISTINCT ON (dataset) * FROM told WHERE facet = 'schema'
    ORDER BY event DESC))""",
    "column_edges": """
WITH told AS (
  SELECT dataset, job, run, event, json -> '$.dataset' AS whole,
    from_json(json -> '$.fields', '"MAP(VARCHAR, STRUCT(inputFields {sources}))"') AS fields
  FROM told WHERE facet = 'columnLineage'),
sources AS (
  SELECT dataset, job, run, event, field, unnest(inputs.inputFields) AS source
  FROM (SELECT *, unnest(map_keys(fields)) AS field, unnest(map_values(fields)) AS inputs FROM told)
  UNION ALL
  SELECT dataset, job, run, event, NULL, unnest(from_json(whole, '"{sources}"')) FROM told)
SELECT 'dataset:' || source.namespace || ':' || source.name AS source,
  source.field AS source_field, dataset AS target, field AS target_field, job,
  source.transformations[1].type AS type, source.transformations[1].subtype AS subtype,
  max(run) AS run, min(event) AS event
FROM sources GROUP BY ALL""".replace(
        "{sources}",
        "STRUCT(namespace VARCHAR, name VARCHAR, field VARCHAR, "
        "transformations STRUCT(type VARCHAR, subtype VARCHAR)[])[]",
    ),
    "facets": """
SELECT entity, node, run, facet, json, min(event) AS event FROM (
  SELECT 'run' AS entity, job AS node, run, event, unnest(map_keys(run_facets)) AS facet,
    unnest(map_values(run_facets)) AS json FROM read
  UNION ALL SELECT 'job', job, run, event, unnest(map_keys(job_facets)),
    unnest(map_values(job_facets)) FROM read
  UNION ALL SELECT 'dataset', dataset, run, event, unnest(map_keys(facets)),
    unnest(map_values(facets)) FROM sides
  UNION ALL SELECT direction, dataset, run, event, unnest(map_keys(of_side)),
    unnest(map_values(of_side)) FROM sides)
GROUP BY ALL""",
}
