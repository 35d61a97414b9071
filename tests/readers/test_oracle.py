"""Whatever a log says, the frames say what a plain reading of the specification says."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lineage_explorer as lx
from lineage_explorer.readers import _framed, formats, scan
from lineage_explorer.readers.blocks import Block
from lineage_explorer.readers.openlineage import Teller
from lineage_explorer.readers.problems import Problems
from lineage_explorer.readers.sources import Blob
from lineage_explorer.readers.told import joined
from lineage_explorer.tables import Frames
from tests.events import Json, dataset, ndjson, run_event
from tests.readers import oracle

Made = st.SearchStrategy[Json]
Row = oracle.Row

PLACES = {"file", "line", "offset"}
EVENTS = {"event", "first_event", "last_event"}

some = st.sampled_from


def made(**optional: st.SearchStrategy[Any]) -> Made:
    """Objects with any of these members."""
    return st.fixed_dictionaries({}, optional=optional)


def both(*parts: Made) -> Made:
    """Objects with the members of all of these."""
    return st.tuples(*parts).map(lambda drawn: {k: v for part in drawn for k, v in part.items()})


def few(one: st.SearchStrategy[Any], most: int = 2, least: int = 0) -> st.SearchStrategy[list[Any]]:
    return st.lists(one, min_size=least, max_size=most)


def facet(*values: Json) -> st.SearchStrategy[Json | None]:
    """A facet that says one of these, or is null, or is taken away."""
    return some([*values, *values, None, {"_deleted": True}])


def or_gone(facet: Made) -> st.SearchStrategy[Json | None]:
    return st.one_of(facet, facet, facet, some([None, {"_deleted": True}]))


def name(namespace: str, called: str) -> Json:
    return {"namespace": namespace, "name": called}


JOBS = some([name("jobs", called) for called in ("app", "app.x", "app.y", "apple", "load")])
DATASETS = some([name("db", called) for called in "abc"] + [name("s3", called) for called in "ad"])
FIELD = some(["x", "y"])
DATASET_TYPE, JOB_TYPE = ({"type": kind} for kind in ("DATASET", "JOB"))
STEP = both(
    st.builds(dict, type=some(["DIRECT", "INDIRECT"])),
    made(subtype=some(["JOIN"]), description=some(["how"]), masking=st.booleans()),
)
COLUMN = both(DATASETS, st.builds(dict, field=FIELD), made(transformations=few(STEP)))
AS_1_0 = made(
    transformationType=some(["IDENTITY", "MASKED"]), transformationDescription=some(["as 1-0-x"])
)
COLUMN_LINEAGE = made(
    fields=st.dictionaries(
        FIELD, both(st.builds(dict, inputFields=few(COLUMN, 3)), AS_1_0), min_size=1, max_size=2
    ),
    dataset=few(COLUMN),
)
SOURCE = st.one_of(
    both(st.just(DATASET_TYPE), DATASETS, made(field=FIELD, transformations=few(STEP))),
    both(st.just(JOB_TYPE), some([{}, name("jobs", "app"), name("jobs", "load")])),
)
FED: Made = st.builds(dict, inputs=few(SOURCE, 4))
LINEAGE = both(FED, made(fields=st.dictionaries(FIELD, FED, max_size=1)))
ENTRY = st.one_of(
    both(st.just(DATASET_TYPE), DATASETS, LINEAGE),
    both(st.just(JOB_TYPE), st.one_of(JOBS, st.just({})), FED),
)
SYMLINK = both(DATASETS, st.builds(dict, type=some(["TABLE", "LOCATION"])))
TEXTS = facet({"description": "one"}, {"description": "two"})
METRICS = facet({"rowCount": 3, "bytes": 30}, {"fileCount": 1})
STATISTICS = facet({"rowCount": 5}, {"rowCount": 7, "size": 70, "fileCount": 2})
NESTED = [{"name": "x", "type": "int", "description": "in s"}]
WHAT_FLOWS = made(columnLineage=or_gone(COLUMN_LINEAGE), lineage=or_gone(LINEAGE))
WHAT_IT_IS = made(
    documentation=TEXTS,
    ownership=facet({"owners": [{"name": "ann"}, {"name": "bob"}]}, {"owners": []}),
    schema=facet(
        {"fields": [{"name": "x", "type": "int"}]},
        {"fields": [{"name": "y"}, {"name": "s", "fields": NESTED}, {"name": "z"}]},
    ),
    version=facet({"datasetVersion": "1"}, {"datasetVersion": "2"}),
    dataQualityMetrics=METRICS,
    ours=facet({"of": 1}, {"of": [1, {"a": None}]}),
)
LINKED = made(symlinks=or_gone(st.builds(dict, identifiers=few(SYMLINK, 2, 1))))
# one kind at a time: with symlinks everywhere all names would be one dataset's
FACETS = st.one_of(WHAT_FLOWS, WHAT_IT_IS, WHAT_FLOWS, LINKED, WHAT_FLOWS)
DATASET = both(DATASETS, st.builds(dict, facets=FACETS))
READ = made(inputFacets=made(inputStatistics=STATISTICS, dataQualityMetrics=METRICS))
WRITTEN = made(outputFacets=made(outputStatistics=STATISTICS))
ENTRIES: Made = st.builds(dict, entries=few(ENTRY, 4))
JOB = both(JOBS, made(facets=made(documentation=TEXTS, lineage=or_gone(ENTRIES))))
PARENT = facet(*({"run": {"runId": "up"}, "job": name("jobs", job)} for job in ("app", "dag")))
RUN = made(runId=some(["r1", "r2"]), facets=made(parent=PARENT, parentRun=PARENT))
IN_JOB: Made = st.builds(
    dict, job=JOB, inputs=few(both(DATASET, READ), 3), outputs=few(both(DATASET, WRITTEN), 3)
)
TYPE = made(eventType=some(["START", "RUNNING", "OTHER", *oracle.TERMINAL]))
EVENT: Made = st.one_of(
    both(IN_JOB, st.builds(dict, run=RUN), TYPE),
    both(IN_JOB, st.builds(dict, run=RUN), TYPE),
    IN_JOB,
    st.builds(dict, dataset=DATASET),
)
TIME = made(eventTime=some([f"2024-05-01T10:00:0{second}Z" for second in range(4)]))
LINE = both(EVENT, TIME)


@st.composite
def logs(draw: st.DrawFn, most: int = 8) -> list[Json]:
    """Several small logs, each of names of its own, in one: to read them costs as much as one."""
    worlds = enumerate(draw(st.lists(few(LINE, 8, 1), min_size=1, max_size=most)))
    events = [_apart(event, world) for world, of in worlds for event in of]
    return events + draw(few(some(events)))


def _apart(event: Json, world: int) -> Json:
    text = json.dumps(event)
    for key in ("namespace", "runId"):
        text = text.replace(f'"{key}": "', f'"{key}": "{world} ')
    of_world: Json = json.loads(text)
    return of_world


def timed(events: list[Json]) -> list[Json]:
    """The same, each with a time of its own; copies stay copies."""
    numbers = {text: at for at, text in enumerate(dict.fromkeys(map(json.dumps, events)))}
    return [
        {**event, "eventTime": f"2024-05-01T11:00:{numbers[json.dumps(event)]:02}Z"}
        for event in events
    ]


def rows(frame: pl.DataFrame) -> Counter[Row]:
    """Rows, in any order."""
    return counted(frame.iter_rows())


def counted(rows: Iterable[Row]) -> Counter[Row]:
    """Lists cannot be counted, their texts can."""
    return Counter(
        tuple(repr(value) if isinstance(value, list) else value for value in row) for row in rows
    )


def check(events: list[Json]) -> None:
    """The frames are what the oracle says.

    Raises:
        AssertionError: if they are not.
    """
    lin, expected = lx.read(ndjson(*events)), oracle.read(events)
    for frame, columns in oracle.COLUMNS.items():
        found = getattr(lin, frame).select(columns.split())
        assert rows(found) == counted(expected[frame]), frame


def same(one: Frames, other: Frames, but: set[str]) -> None:
    """Both say the same in every frame, whatever these columns say."""
    for (frame, left), (_, right) in zip(one.items(), other.items(), strict=True):
        columns = [column for column in left.columns if column not in but]
        assert rows(left.select(columns)) == rows(right.select(columns)), frame


@settings(max_examples=50)
@given(logs())
def test_the_frames_say_what_a_plain_reading_says(events: list[Json]) -> None:
    check(events)


@settings(max_examples=15)
@given(logs(), st.randoms(use_true_random=False))
def test_the_order_of_lines_changes_nothing_where_times_differ(
    events: list[Json], random: Random
) -> None:
    events = timed(events)
    mixed = random.sample(events, len(events))
    same(lx.read(ndjson(*events)).frames, lx.read(ndjson(*mixed)).frames, PLACES | EVENTS)


@settings(max_examples=15)
@given(logs(), st.randoms(use_true_random=False))
def test_a_log_in_several_files_says_the_same(events: list[Json], random: Random) -> None:
    cuts = sorted({0, len(events), *(random.randrange(len(events)) for _ in "abc")})
    files = [Blob(f"{at:03}.ndjson", data=ndjson(*events[at:end])) for at, end in pairwise(cuts)]
    same(lx.read(ndjson(*events)).frames, lx.read(files).frames, PLACES)


def told_to(readers: Iterable[int], events: list[Json]) -> Frames:
    """The frames of a log whose lines are read by these of three readers."""
    tellers, offset = [Teller() for _ in range(3)], 0
    for number, (reader, event) in enumerate(zip(readers, events, strict=True)):
        block = Block(number, 0, formats.JSON, number + 1, offset, ndjson(event))
        scan.tell(tellers[reader], block)
        offset += len(block.data)
    together = joined([teller.told() for teller in tellers])
    return _framed(together, None, ["<bytes>"], Problems())[0]


@settings(max_examples=15)
@given(logs(), st.randoms(use_true_random=False))
def test_several_readers_say_together_what_one_says(events: list[Json], random: Random) -> None:
    alone = lx.read(ndjson(*events)).frames
    readers = random.choices(range(3), k=len(events))
    for name, frame in told_to(readers, events).items():
        assert frame.equals(getattr(alone, name)), name


@pytest.mark.parametrize("readers", [(0, 0), (0, 1), (1, 0)])
def test_a_job_that_a_facet_names_is_one_whoever_read_of_it(readers: tuple[int, int]) -> None:
    own = {"entries": [JOB_TYPE | {"inputs": [JOB_TYPE | name("jobs", "j")]}]}
    events = [run_event("j"), run_event("j", run="r2", job_facets={"lineage": own})]
    assert told_to(readers, events).jobs["job"].to_list() == ["job:jobs:j"]


@pytest.mark.parametrize("readers", [(0, 0), (0, 1), (1, 0)])
def test_two_facets_of_a_dataset_in_one_event_come_in_the_events_order(
    readers: tuple[int, int],
) -> None:
    read, written = (dataset("a", version={"datasetVersion": number}) for number in "21")
    events = [run_event("j", [read], [written]), run_event("j", [], [written], run="r2")]
    told = told_to(readers, events).facets["json"].to_list()
    assert [json.loads(text)["datasetVersion"] for text in told] == ["2", "1", "1"]


def from_(*names: str) -> Json:
    """A lineage facet that names these datasets."""
    return {"inputs": [DATASET_TYPE | name("db", called) for called in names]}


def of_dataset(called: str, time: str, **facets: Any) -> Json:
    """A dataset event."""
    return {"eventTime": time, "dataset": dataset(called, **facets)}


FIRST, SECOND, THIRD = (f"2024-05-01T10:00:0{second}Z" for second in range(3))


def derives(*events: Json) -> list[tuple[str, str, int]]:
    """Source and target of the derives edges, and the event that says so."""
    check([*events])
    edges = lx.read(ndjson(*events)).edges.filter(kind="derives")
    return edges.select(pl.col("source", "target").str.slice(-1), "event").rows()


def test_lineage_told_outside_a_job_stays_when_a_run_tells_another() -> None:
    written = run_event("j", ["c"], [dataset("b", lineage=from_("c"))], time=SECOND)
    assert derives(of_dataset("b", FIRST, lineage=from_("a")), written) == [("a", "b", 0)]


def test_lineage_told_outside_a_job_stays_when_a_run_reads_the_dataset() -> None:
    read = run_event("j", [dataset("b", lineage=from_("a"))], time=SECOND)
    written = run_event("w", [], ["b"], run="r2", time=THIRD)
    assert derives(of_dataset("b", FIRST, lineage=from_("a")), read, written) == [("a", "b", 0)]


def test_metrics_of_a_dataset_event_are_its_own_whatever_a_run_tells() -> None:
    metrics = [{"rowCount": count} for count in (1, 2)]
    output = dataset("b", dataQualityMetrics=metrics[1])
    lin = lx.read([
        of_dataset("b", FIRST, dataQualityMetrics=metrics[0]),
        run_event("j", [], [output], time=SECOND),
    ])  # fmt: skip
    assert lin.quality.select("run", "value", "event").rows() == [(None, 1.0, 0), ("r1", 2.0, 1)]


def test_a_run_that_names_a_target_in_two_entries_counts_once() -> None:
    entries = [DATASET_TYPE | name("db", "b") | from_(*sources) for sources in ("a", "ac")]
    event = run_event("j", ["a", "c"], ["b"], job_facets={"lineage": {"entries": entries}})
    check([event])
    assert lx.read([event]).flows["runs"].to_list() == [1, 1]


def test_two_jobs_are_not_one_because_a_name_begins_like_the_other() -> None:
    events = [run_event("load", ["a"], ["b"]), run_event("load_all", ["c"], ["d"])]
    check(events)
    assert lx.read(events).problems["code"].to_list() == ["run-of-two-jobs"]
