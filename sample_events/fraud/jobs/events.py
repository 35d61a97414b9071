"""What a job tells of itself: OpenLineage events, built and written by the standard client."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pandas as pd
from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.facet_v2 import (
    column_lineage_dataset,
    dataset_type_dataset,
    documentation_job,
    error_message_run,
    input_statistics_input_dataset,
    job_type_job,
    nominal_time_run,
    output_statistics_output_dataset,
    ownership_job,
    processing_engine_run,
    schema_dataset,
    tags_dataset,
    tags_run,
)
from openlineage.client.uuid import generate_new_uuid

PRODUCER = "https://acme.example/fraud-platform/1.4.0"

Dataset = tuple[str, str]


@dataclass(frozen=True)
class From:
    """One column another is made of."""

    dataset: Dataset
    column: str
    kind: str = "DIRECT"
    how: str = "IDENTITY"
    masking: bool = False


@dataclass
class Told:
    """What a run read and wrote, as far as it has come."""

    inputs: dict[Dataset, InputDataset] = field(default_factory=dict)
    outputs: dict[Dataset, OutputDataset] = field(default_factory=dict)

    def read(self, dataset: Dataset, frame: pd.DataFrame | None = None) -> None:
        """Note that a dataset was read."""
        facets: dict[str, Any] = {}
        counts: dict[str, Any] = {}
        if frame is not None:
            facets["schema"] = schema_of(frame)
            counts["inputStatistics"] = (
                input_statistics_input_dataset.InputStatisticsInputDatasetFacet(rowCount=len(frame))
            )
        self.inputs[dataset] = InputDataset(*dataset, facets=facets, inputFacets=counts)

    def wrote(
        self,
        dataset: Dataset,
        size: int,
        frame: pd.DataFrame | None = None,
        columns: Mapping[str, list[From]] | None = None,
        tags: Mapping[str, str] | None = None,
        kind: str = "",
    ) -> None:
        """Note that a dataset was written, of what columns, and what it is."""
        facets: dict[str, Any] = {}
        if frame is not None:
            facets["schema"] = schema_of(frame)
        if columns:
            facets["columnLineage"] = column_lineage_dataset.ColumnLineageDatasetFacet(
                fields={
                    name: column_lineage_dataset.Fields(
                        inputFields=[_input(part) for part in parts]
                    )
                    for name, parts in columns.items()
                }
            )
        if tags:
            facets["tags"] = tags_dataset.TagsDatasetFacet(
                tags=[
                    tags_dataset.TagsDatasetFacetFields(key=key, value=value)
                    for key, value in tags.items()
                ]
            )
        if kind:
            facets["datasetType"] = dataset_type_dataset.DatasetTypeDatasetFacet(datasetType=kind)
        counts = output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(
            rowCount=None if frame is None else len(frame), size=size, fileCount=1
        )
        self.outputs[dataset] = OutputDataset(
            *dataset, facets=facets, outputFacets={"outputStatistics": counts}
        )


def _input(part: From) -> Any:
    return column_lineage_dataset.InputField(
        *part.dataset,
        part.column,
        transformations=[
            column_lineage_dataset.Transformation(
                type=part.kind, subtype=part.how, masking=part.masking
            )
        ],
    )


def schema_of(frame: pd.DataFrame) -> Any:
    """The schema facet of a frame."""
    return schema_dataset.SchemaDatasetFacet(
        fields=[
            schema_dataset.SchemaDatasetFacetFields(name=str(name), type=str(dtype))
            for name, dtype in frame.dtypes.items()
        ]
    )


@contextmanager
def run(name: str, says: str, owner: str) -> Iterator[Told]:
    """A run of a job: a START, then a COMPLETE or a FAIL with what was read and written."""
    client = OpenLineageClient()
    region = os.environ["AWS_REGION"]
    job = Job(
        f"fraud-{os.environ['PLATFORM']}",
        name,
        facets={
            "documentation": documentation_job.DocumentationJobFacet(description=says),
            "ownership": ownership_job.OwnershipJobFacet(
                owners=[ownership_job.Owner(owner, "MAINTAINER")]
            ),
            "jobType": job_type_job.JobTypeJobFacet("BATCH", "PYTHON", "JOB"),
        },
    )
    day = datetime.now(UTC).strftime("%Y-%m-%dT00:00:00Z")
    this = Run(
        str(generate_new_uuid()),
        facets={
            "nominalTime": nominal_time_run.NominalTimeRunFacet(day),
            "processing_engine": processing_engine_run.ProcessingEngineRunFacet(
                name="python", version="3.11", openlineageAdapterVersion="1.4.0"
            ),
            # the region the scheduler started this process in
            "tags": tags_run.TagsRunFacet(
                tags=[tags_run.TagsRunFacetFields("residency.region", region, "SCHEDULER")]
            ),
        },
    )
    told = Told()

    def tell(state: RunState) -> None:
        now = datetime.now(UTC).isoformat()
        inputs, outputs = list(told.inputs.values()), list(told.outputs.values())
        client.emit(
            RunEvent(
                eventTime=now,
                producer=PRODUCER,
                run=this,
                job=job,
                eventType=state,
                inputs=inputs,
                outputs=outputs,
            )
        )

    tell(RunState.START)
    try:
        yield told
    except Exception as error:
        this.facets["errorMessage"] = error_message_run.ErrorMessageRunFacet(repr(error), "PYTHON")
        tell(RunState.FAIL)
        raise
    tell(RunState.COMPLETE)
