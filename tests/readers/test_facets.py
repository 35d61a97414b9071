"""Every field of every standard facet reaches the place `mapping` says, or says it stays."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import lineage_explorer as lx
from lineage_explorer.readers import mapping
from lineage_explorer.readers.mapping import MAPPED, Mapped, Place
from lineage_explorer.readers.subset import SIGNS
from lineage_explorer.tables import TABLES
from tests.conftest import ROOT
from tests.events import Json, dataset, run_event
from tests.readers.spec import Standard, standards, values_at

FOLDER = ROOT.parent / "shared" / "spec"
STANDARDS = standards(FOLDER) if FOLDER.is_dir() else []
SHAPES = {"field", "literal", "compare", "binary", "location", "partition"}

needs_spec = pytest.mark.skipif(
    not STANDARDS, reason="the specification (../shared/spec) is not beside this checkout"
)


def mapped(entity: str, key: str) -> list[Mapped]:
    return [one for one in MAPPED if (one.entity, one.facet) == (entity, key)]


def carrying(entity: str, key: str, facet: Any) -> Json:
    """An event with that facet, and a schema that has the fields which its tags name."""
    named = [tag["field"] for tag in facet.get("tags", []) if "field" in tag]
    thing = dataset("d")
    if named:
        thing["facets"]["schema"] = {"fields": [{"name": name} for name in named]}
    if entity == "dataset":
        thing["facets"][key] = facet
    elif entity in ("input", "output"):
        thing[f"{entity}Facets"] = {key: facet}
    return run_event(
        inputs=[thing] if entity == "input" else [],
        outputs=[] if entity == "input" else [thing],
        run_facets={key: facet} if entity == "run" else {},
        job_facets={key: facet} if entity == "job" else {},
    )


def cells(lin: lx.Lineage, place: Place) -> Iterator[Any]:
    frame: pl.DataFrame = getattr(lin.frames, place.frame)
    for cell in frame[place.column or ""]:
        yield from cell if isinstance(cell, (list, pl.Series)) else [cell]


def leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item) if key != "type" or item not in SHAPES else ()
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item)
    else:
        yield value


def arrived(value: Any, place: Place, lin: lx.Lineage) -> bool:
    """Whether a value is a cell of the column; where the place has a note, a part of one."""
    found = list(cells(lin, place))
    if isinstance(value, str) and any(isinstance(cell, datetime) for cell in found):
        return datetime.fromisoformat(value) in found
    if value in found or str(value) in found:
        return True
    told = str(SIGNS.get(value, value)).casefold()
    return bool(place.note) and any(told in str(cell).casefold() for cell in found)


# values that go to one of several places: which one, the values beside them decide
ONE_OF = {
    ("symlinks", "identifiers[].namespace"): ["datasets.aliases", "datasets.namespace"],
    ("symlinks", "identifiers[].name"): ["datasets.aliases", "datasets.name"],
    ("tags", "tags[].key"): ["datasets.tags", "fields.tags"],
    ("tags", "tags[].value"): ["datasets.tags", "fields.tags"],
    ("tags", "tags[].source"): ["datasets.tag_sources", "fields.tag_sources"],
    ("schema", "fields[].fields[]"): [
        f"fields.{column}" for column in ("field", "type", "description", "position")
    ],
}


def missing(lin: lx.Lineage, entity: str, key: str, facet: Any) -> list[str]:
    """What of a facet is not where the mapping says."""
    lost = []
    for one in mapped(entity, key):
        sure = [place for place in one.places if place.column and not place.conditional]
        several = ONE_OF.get((key, one.path)) if entity == "dataset" else None
        if several:
            split = [name.partition(".") for name in several]
            sure = [Place(frame, column, "a part") for frame, _, column in split]
        enough = any if several else all
        lost += [
            f"{one.path} = {value!r} not in {', '.join(map(str, sure))}"
            for value in leaves(list(values_at(facet, one.path)))
            if sure and value != "" and not enough(arrived(value, p, lin) for p in sure)
        ]
    return lost


def test_every_place_of_the_mapping_is_a_column() -> None:
    wrong = [
        f"{one.facet} {one.path} {place}"
        for one in MAPPED
        for place in one.places
        if place.frame not in TABLES or (place.column and place.column not in TABLES[place.frame])
    ]
    assert not wrong


def test_what_stays_in_facets_has_a_reason() -> None:
    assert all(p.note for one in MAPPED for p in one.places if p.column is None)


def test_the_table_in_the_docs_is_the_mapping() -> None:
    file = Path(mapping.__file__).with_name("FACETS.md")
    assert file.read_text("utf-8") == mapping.table(), (
        "run python -m lineage_explorer.readers.mapping"
    )


@needs_spec
def test_no_facet_of_the_specification_is_left_out() -> None:
    assert len(STANDARDS) > 40
    assert {(s.entity, s.key) for s in STANDARDS} <= {(m.entity, m.facet) for m in MAPPED}


@needs_spec
@pytest.mark.parametrize("standard", STANDARDS, ids=lambda s: f"{s.entity}-{s.key}")
def test_every_field_is_mapped_or_said_to_stay(standard: Standard) -> None:
    told = mapped(standard.entity, standard.key)
    assert not [path for path in standard.fields if not any(one.covers(path) for one in told)]


@needs_spec
@pytest.mark.parametrize("standard", STANDARDS, ids=lambda s: f"{s.entity}-{s.key}")
def test_nothing_is_mapped_that_the_specification_does_not_have(standard: Standard) -> None:
    told = mapped(standard.entity, standard.key)
    unknown = {one.path for one in told if not any(map(one.covers, standard.fields))}
    assert unknown <= {"url"}, "only dataSource.url is older than the schema"


@needs_spec
@pytest.mark.parametrize("standard", STANDARDS, ids=lambda s: f"{s.entity}-{s.key}")
def test_made_up_values_of_every_field_arrive(standard: Standard) -> None:
    for facet in standard.made():
        lin = lx.read([carrying(standard.entity, standard.key, facet)])
        assert not missing(lin, standard.entity, standard.key, facet)
        assert lin.problems.is_empty()


@needs_spec
def test_the_values_of_every_example_arrive() -> None:
    seen = set()
    for file in sorted(FOLDER.glob("examples/*/*.json")):
        (key, facet), *_ = json.loads(file.read_text()).items()
        entities = {s.entity for s in STANDARDS if s.key == key and _fits(s, file, facet)}
        assert entities, file
        for entity in entities:
            lin = lx.read([carrying(entity, key, facet)])
            assert not missing(lin, entity, key, facet), file
            assert lin.problems.is_empty()
            kept = lin.facets.filter(pl.col("facet") == key)["json"].to_list()
            if key != "environmentVariables":
                assert [json.loads(text) for text in kept] == [facet]
            seen.add(key)
    assert len(seen) > 25


def _fits(standard: Standard, file: Path, facet: Json) -> bool:
    if standard.key == "lineage":
        return (standard.entity == "job") == ("entries" in facet)
    if standard.key == "subset":
        return f"{standard.entity}Condition" in facet
    return standard.file == file.parent.name


def test_a_custom_facet_is_kept_as_it_came() -> None:
    custom = {"_producer": "p", "deep": {"list": [1, None, {"é": "ü"}]}}
    lin = lx.read([run_event(run_facets={"mine": custom})])
    assert json.loads(lin.facets["json"][0]) == custom


@pytest.mark.parametrize("key", ["uri", "url"])
def test_a_data_source_has_its_address_under_either_name(key) -> None:
    lin = lx.read([run_event(outputs=[dataset("d", dataSource={key: "s3://lake"})])])
    assert lin.datasets["source_uri"].to_list() == ["s3://lake"]


def test_the_old_key_of_the_parent_is_read() -> None:
    parent = {"run": {"runId": "p"}, "job": {"namespace": "jobs", "name": "dag"}}
    lin = lx.read([run_event(run_facets={"parentRun": parent})])
    assert lin.runs["parent"].to_list() == ["p"]
    assert lin.jobs.filter(name="job")["parent"].to_list() == ["job:jobs:dag"]


def _columns(**inputs: Any) -> list[tuple[Any, ...]]:
    facet = {"fields": {"x": {"inputFields": [{**SOURCE, **inputs.pop("item", {})}], **inputs}}}
    lin = lx.read([run_event(inputs=["a"], outputs=[dataset("d", columnLineage=facet)])])
    return lin.column_edges.select("type", "subtype", "masking", "description").rows()


SOURCE = {"namespace": "db", "name": "a", "field": "y"}


def test_column_lineage_of_the_first_version_says_how_per_column() -> None:
    old = {"transformationType": "MASKED", "transformationDescription": "hash(y)"}
    assert _columns(**old) == [("MASKED", None, True, "hash(y)")]


def test_column_lineage_of_the_next_version_says_how_per_input() -> None:
    steps = {"transformations": [{"type": "DIRECT", "subtype": "IDENTITY", "masking": False}]}
    assert _columns(item=steps) == [("DIRECT", "IDENTITY", False, None)]


def test_a_description_of_the_column_serves_a_direct_step_that_has_none() -> None:
    steps = {"transformations": [{"type": "DIRECT"}, {"type": "INDIRECT", "subtype": "JOIN"}]}
    found = _columns(item=steps, transformationDescription="y + 1")
    assert sorted(found) == [("DIRECT", None, None, "y + 1"), ("INDIRECT", "JOIN", None, None)]


def test_bare_column_lineage_says_only_what_feeds_what() -> None:
    assert _columns() == [(None, None, None, None)]


def test_column_lineage_of_the_newest_version_has_inputs_of_the_whole_dataset() -> None:
    step = {"type": "INDIRECT", "subtype": "FILTER"}
    facet = {"fields": {}, "dataset": [{**SOURCE, "transformations": [step]}]}
    lin = lx.read([run_event(inputs=["a"], outputs=[dataset("d", columnLineage=facet)])])
    found = lin.column_edges.select("source_field", "target_field", "subtype").rows()
    assert found == [("y", None, "FILTER")]


def owners(*items: Any) -> lx.Lineage:
    return lx.read([run_event(outputs=[dataset("d", ownership={"owners": list(items)})])])


def test_a_wrong_item_of_a_list_costs_that_item_and_is_told() -> None:
    lin = owners({"name": "team:a"}, "team:b", {"name": "team:c", "type": "MAINTAINER"})
    row = lin.datasets.row(0, named=True)
    assert row["owners"] == ["team:a", "team:c"]
    assert row["owner_types"] == [None, "MAINTAINER"]
    assert lin.problems["code"].to_list() == ["facet-invalid"]
    assert "`$.owners[1]`" in lin.problems["message"][0]


def test_a_wrong_leaf_costs_only_that_leaf() -> None:
    lin = owners({"name": "team:a", "type": ["MAINTAINER"]})
    assert lin.datasets["owners"].to_list() == [["team:a"]]
    assert lin.problems.is_empty()


def test_a_list_of_nothing_but_wrong_items_is_not_an_empty_list() -> None:
    facet = {"inputs": ["a"]}  # `inputs: []` would say that nothing feeds it
    lin = lx.read([run_event(inputs=["a"], outputs=[dataset("d", lineage=facet)])])
    assert lin.flows.select("source", "basis").rows() == [("dataset:db:a", "implied")]
    assert lin.problems["code"].to_list() == ["facet-invalid"]


def test_a_facet_of_a_wrong_shape_leaves_the_others() -> None:
    bad = dataset("d", ownership={"owners": {"name": "x"}}, documentation={"description": "kept"})
    lin = lx.read([run_event(outputs=[bad])])
    assert lin.datasets.select("owners", "description").rows() == [([], "kept")]
    assert "expected a list at `$.owners`" in lin.problems["message"][0]
    assert lin.facets["facet"].to_list() == ["documentation", "ownership"]


def test_tests_of_a_run_are_rows_of_quality() -> None:
    tests = [{"name": "fresh", "status": "fail"}, {"name": "odd", "status": "skipped"}]
    lin = lx.read([run_event(run_facets={"test": {"tests": tests}})])
    found = lin.quality.select("dataset", "run", "job", "kind", "name", "success").rows()
    assert found == [
        (None, "r1", "job:jobs:job", "test", "fresh", False),
        (None, "r1", "job:jobs:job", "test", "odd", None),
    ]


def test_statistics_come_before_an_iceberg_report() -> None:
    thing = dataset("d")
    report = {"commitMetrics": {"addedRecords": 1}}
    thing["outputFacets"] = {"icebergCommitReport": report, "outputStatistics": {"rowCount": 2}}
    assert lx.read([run_event(outputs=[thing])]).io["rows"].to_list() == [2]


def test_a_condition_nested_beyond_reason_is_cut_with_a_mark() -> None:
    condition: Json = {"type": "location", "locations": ["here"]}
    for _ in range(60):
        condition = {"type": "binary", "operator": "AND", "left": condition, "right": condition}
        condition["right"] = {"type": "location", "locations": ["there"]}
    thing = dataset("d")
    thing["inputFacets"] = {"subset": {"inputCondition": condition}}
    told = lx.read([run_event(inputs=[thing])]).io["subset"][0]
    assert "there" in told
    assert "…" in told
    assert "here)" not in told.replace("there)", "")
