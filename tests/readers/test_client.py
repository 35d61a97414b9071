"""Events written by OpenLineage's own Python client are read whole."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

import lineage_explorer as lx


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log that the standard client wrote with its file transport."""
    from openlineage.client import OpenLineageClient
    from openlineage.client.event_v2 import (
        InputDataset,
        Job,
        OutputDataset,
        Run,
        RunEvent,
        RunState,
    )
    from openlineage.client.facet_v2 import output_statistics_output_dataset, schema_dataset
    from openlineage.client.transport.file import FileConfig, FileTransport

    path = tmp_path / "events.ndjson"
    client = OpenLineageClient(
        transport=FileTransport(FileConfig(log_file_path=str(path), append=True))
    )
    fields = [schema_dataset.SchemaDatasetFacetFields(name="id", type="int")]
    statistics = output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(rowCount=3)
    for minute, state in enumerate((RunState.START, RunState.COMPLETE)):
        client.emit(
            RunEvent(
                eventType=state,
                eventTime=datetime(2024, 5, 1, 10, minute, tzinfo=UTC).isoformat(),
                run=Run(runId="0190f0f0-0000-7000-8000-000000000001"),
                job=Job(namespace="shop", name="load"),
                inputs=[InputDataset(namespace="s3://raw", name="orders.csv")],
                outputs=[
                    OutputDataset(
                        namespace="warehouse",
                        name="orders",
                        facets={"schema": schema_dataset.SchemaDatasetFacet(fields=fields)},
                        outputFacets={"outputStatistics": statistics},
                    )
                ],
                producer="https://example.com/test",
            )
        )
    return path


def test_what_the_standard_client_writes_is_read_without_a_problem(log: Path) -> None:
    lin = lx.read(log)
    assert lin.problems.is_empty()
    assert lin.runs.select("state", "events").rows() == [("COMPLETE", 2)]
    assert lin.fields.select("field", "type").rows() == [("id", "int")]
    assert lin.io.filter(direction="output")["rows"].to_list() == [3]
