"""The log that reading is measured on: the same every time, by the specification, and lifelike."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from referencing import Registry

import lineage_explorer as lx
from tests.benchmarks.bigger import events, write
from tests.conftest import ROOT
from tests.schemas import facets_of, validator

CUSTOM = "OpenLineage.json#/$defs/RunFacet"
JOBS, MANY = 300, 4_000

Json = dict[str, Any]


@pytest.fixture(scope="module")
def lines() -> list[bytes]:
    return list(islice(events(JOBS), MANY))


@pytest.fixture(scope="module")
def told(lines: list[bytes]) -> list[Json]:
    return [json.loads(line) for line in lines]


def test_the_same_seed_writes_the_same_log(tmp_path: Path) -> None:
    one, two, other = (tmp_path / f"{name}.ndjson" for name in ("one", "two", "other"))
    write(one, 300_000)
    write(two, 300_000)
    write(other, 300_000, seed=2)
    assert one.read_bytes() == two.read_bytes() != other.read_bytes()


def test_a_log_has_the_size_asked_for_to_the_event(tmp_path: Path) -> None:
    log = tmp_path / "log.ndjson"
    count = write(log, 1_000_000)
    lines = log.read_bytes().splitlines(keepends=True)
    assert len(lines) == count
    assert sum(map(len, lines[:-1])) < 1_000_000 <= sum(map(len, lines))


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_a_packed_log_holds_the_same_events(tmp_path: Path, suffix: str) -> None:
    plain, packed = tmp_path / "log.ndjson", tmp_path / f"log.ndjson{suffix}"
    write(plain, 300_000)
    write(packed, 300_000)
    assert packed.stat().st_size < plain.stat().st_size / 4
    wanted = lx.read(plain).events.drop("file")
    assert lx.read(packed).events.drop("file").equals(wanted)


def test_every_event_is_valid(told: list[Json], registry: Registry[Any]) -> None:
    check = validator("https://openlineage.io/spec/2-0-2/OpenLineage.json", registry)
    for event in told[::10]:
        check.validate(event)


def test_every_facet_is_valid(told: list[Json], registry: Registry[Any]) -> None:
    checks: dict[str, Any] = {}
    for event in told[::10]:
        for _, value in facets_of(event):
            url = value["_schemaURL"]
            if url.startswith("https://openlineage.io/"):
                checks.setdefault(url, validator(url, registry)).validate(value)
    assert len(checks) > 20


def test_the_standard_facets_are_under_their_names(
    told: list[Json], registry: Registry[Any]
) -> None:
    for event in told[::10]:
        for key, value in facets_of(event):
            url = value["_schemaURL"]
            if "/spec/facets/" in url:
                file = registry.contents(url.partition("#")[0])
                assert key in file["properties"], key


def test_events_come_in_the_order_of_their_times(told: list[Json]) -> None:
    times = [event["eventTime"][:23] for event in told]
    assert times == sorted(times)


def test_no_event_comes_twice(lines: list[bytes]) -> None:
    assert len(set(lines)) == len(lines)


def test_every_twentieth_event_is_larger_than_50_kb(lines: list[bytes]) -> None:
    assert 0.03 < sum(len(line) > 50_000 for line in lines) / len(lines) < 0.08


def alone(told: list[Json], largest: int) -> float:
    """The share of the bytes of events up to a size that are facets seen in one run only."""
    runs: dict[str, set[str]] = defaultdict(set)
    sizes: Counter[str] = Counter()
    whole = 0
    for event in told:
        size = len(json.dumps(event))
        if size > largest:
            continue
        whole += size
        for _, value in facets_of(event):
            text = json.dumps(value)
            runs[text].add(event["run"]["runId"])
            sizes[text] += len(text)
    return sum(size for text, size in sizes.items() if len(runs[text]) == 1) / whole


def test_a_third_of_the_bytes_are_facets_seen_in_one_run_only(told: list[Json]) -> None:
    assert alone(told, largest=1_000_000) > 1 / 3


def test_that_is_not_only_so_because_of_the_large_events(told: list[Json]) -> None:
    assert alone(told, largest=50_000) > 0.3


def test_an_ordinary_event_is_like_those_of_the_samples(told: list[Json]) -> None:
    real = [
        json.loads(line)
        for file in ROOT.glob("sample_events/*/events.ndjson")
        for line in file.read_text().splitlines()
    ]
    for of in (lambda event: len(json.dumps(event)), lambda event: len(list(facets_of(event)))):
        ours, theirs = median(map(of, told)), median(map(of, real))
        assert theirs / 1.5 < ours < theirs * 1.5


def test_a_made_log_is_read_without_problems(tmp_path: Path) -> None:
    log = tmp_path / "log.ndjson"
    count = write(log, 3_000_000)
    lin = lx.read(log)
    assert (lin.events.height, lin.problems.height) == (count, 0)
