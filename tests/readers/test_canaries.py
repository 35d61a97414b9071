"""A secret of any kind, planted wherever a text can stand, comes out nowhere."""

from __future__ import annotations

import base64
import csv
import io
import json
import logging
import re
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any
from unittest.mock import patch

import nbformat
import polars as pl
import pytest
from click.testing import CliRunner

import lineage_explorer as lx
from lineage_explorer.cli import main as commands
from lineage_explorer.readers import cache as disk
from lineage_explorer.readers import kept
from lineage_explorer.view.detail import edge_detail, event_text, node_detail
from tests.conftest import ROOT
from tests.events import Json, dataset, ndjson, run_event
from tests.readers.secrets import KINDS
from tests.readers.spec import standards
from tests.view.pages import page_text

SPEC = ROOT.parent / "shared" / "spec"
MARQUEZ = ROOT.parent / "shared" / "real" / "marquez"
STANDARD = [(one, list(one.made())) for one in standards(SPEC)] if SPEC.is_dir() else []
CANARY = re.compile(r"CANARY(\d{4})QZ")
KEPT = ("type", "state", "id", "createdAt", "updatedAt", "eventTime", "eventType")
"""Keys of Marquez's answers by which they are recognised, or which are times and states."""


WHOLE = (
    *("URL", "URL with odd signs", "query parameter", "ODBC", "JDBC Oracle", "IN", "Snowflake's stage"),
    *("header", "private key", "AWS"),
)  # fmt: skip
"""Kinds that are followed to every exit; they are found in ways of their own."""


class Planter:
    """Makes secrets, each with a number, and remembers where they were put."""

    def __init__(self, kind: str) -> None:
        self.kind = KINDS[kind]
        self.places: list[str] = []

    def __call__(self, place: str) -> str:
        self.places.append(place)
        return self.kind(self.bare())

    def bare(self) -> str:
        return f"CANARY{len(self.places) - 1:04}QZ"

    def under(self, place: str) -> str:
        """A bare word, for a place that is secret by its key."""
        self.places.append(place)
        return self.bare()

    def all_of(self, value: Any, place: str) -> Any:
        """The value with every text in it replaced."""
        if isinstance(value, dict):
            return {key: self.all_of(inner, f"{place}.{key}") for key, inner in value.items()}
        if isinstance(value, list):
            return [self.all_of(inner, f"{place}[{at}]") for at, inner in enumerate(value)]
        return self(place) if isinstance(value, str) else value

    def found(self, text: str) -> set[str]:
        """The places from which a secret came out."""
        return {self.places[int(number)] for number in CANARY.findall(text)}


def planted(plant: Planter) -> list[Json]:
    """Events with a secret in every place."""
    return [*by_hand(plant), *of_the_standard(plant)]


def by_hand(plant: Planter) -> list[Json]:
    key = plant("key of a map")
    custom = {
        "spark_properties": {"properties": {"spark.x": plant("spark_properties")}},
        "nested": {"a": [{"b": [[plant("nested lists")], {"c": {"d": plant("nested maps")}}]}]},
        "keys": {key: 1, "deep": [{plant("nested key"): {"x": 1}}]},
        "text": plant("a facet that is a text"),
        "list": [plant("a facet that is a list")],
        plant("key of a facet"): {"x": 1},
        "json": json.dumps({"x": json.dumps({"y": plant("JSON in JSON in a text")})}),
        "environmentVariables": {
            "environmentVariables": [{"name": "HOME", "value": plant.under("environment")}]
        },
        "environment-properties": {"environment-properties": {"X_TOKEN": plant.under("by name")}},
        "pairs": [{"key": "db_password", "value": plant.under("name and value")}],
        "settings": {"fs.s3a.secret.key": plant.under("secret key"), "tokens": [plant.under("tokens")]},
        "parent": {
            "run": {"runId": plant("parent run")},
            "job": {"namespace": plant("parent namespace"), "name": plant("parent name")},
            "root": {
                "run": {"runId": plant("root run")},
                "job": {"namespace": plant("root namespace"), "name": plant("root name")},
            },
        },
        "errorMessage": {
            "message": plant("error message"),
            "programmingLanguage": plant("language"),
            "stackTrace": f"java.lang.X: y\n\tat z\nCaused by: {plant('stack trace')}\n\tat w",
        },
    }  # fmt: skip
    code = {
        "sql": {"query": f"SELECT 1;\n{plant('SQL')}"},
        "sourceCode": {"language": "python", "sourceCode": f"x = 1\n{plant('source code')}\n"},
        "documentation": {"description": plant("documentation")},
        "tags": {"tags": [{"key": "k", "value": plant("tag"), "source": plant("tag's source")}]},
        "ownership": {"owners": [{"name": plant("owner"), "type": "x"}]},
    }
    schema = {
        "fields": [{"name": plant("field"), "type": plant("type"), "description": plant("column")}]
    }
    odd = run_event(
        plant("job"),
        [dataset(plant("dataset"), plant("namespace of a dataset"))],
        [dataset("out", schema=schema)],
        run=plant("run id"),
        kind=plant("event type"),
        time=plant("time"),
        namespace=plant("namespace of a job"),
    )
    odd |= {"producer": plant("producer"), "schemaURL": plant("schema"), plant("key of event"): 1}
    plain = run_event("job", ["in"], ["out"], run_facets=custom, job_facets=code)
    wrong = run_event(
        run="r2",
        job_facets={
            "sql": plant("facet of a wrong shape"),
            "jobType": {"jobType": [plant("wrong")]},
        },
    )
    return [plain, odd, wrong, {**wrong, "inputs": plant("inputs")}, {"a": plant("no event")}]


def of_the_standard(plant: Planter) -> Iterator[Json]:
    """Every field of every facet of the specification that holds a text."""
    for number, (one, made) in enumerate(STANDARD):
        for at, facet in enumerate(made):
            full = plant.all_of(facet, f"{one.key} of a {one.entity}")
            thing = dataset(f"d{number}")
            if one.entity in ("input", "output"):
                thing[f"{one.entity}Facets"] = {one.key: full}
            elif one.entity == "dataset":
                thing["facets"][one.key] = full
            yield run_event(
                f"job{number}",
                [thing] if one.entity == "input" else ["in"],
                ["out"] if one.entity == "input" else [thing],
                run=f"s{number}.{at}",
                run_facets={one.key: full} if one.entity == "run" else None,
                job_facets={one.key: full} if one.entity == "job" else None,
            )


# The exits -----------------------------------------------------------------------------------


def frames(lin: lx.Lineage, _folder: Path) -> Iterator[str]:
    for name, frame in [*lin.frames.items(), ("flows", lin.flows), ("sources", lin.sources)]:
        texts = [
            pl.col(c).map_elements(bytes.decode, pl.String)
            for c in frame.select(pl.selectors.binary()).columns
        ]
        yield name + frame.with_columns(texts).write_json()
        yield repr(frame) + frame._repr_html_()
    yield lin.nodes.write_json()


def what_it_prints(lin: lx.Lineage, _folder: Path) -> Iterator[str]:
    yield repr(lin)
    yield lin._repr_html_()
    yield str(lin.summary())
    yield repr(lin.names) + repr(lin.graph) + repr(lin.index)


def its_events(lin: lx.Lineage, _folder: Path) -> Iterator[str]:
    for event in lin.events["event"]:
        yield lin.event(event) + lin.event_line(event) + event_text(lin, event)


def its_graph(lin: lx.Lineage, _folder: Path) -> Iterator[str]:
    yield repr(list(lin.graph.nodes(data=True))) + repr(list(lin.graph.edges(keys=True, data=True)))


def answers(lin: lx.Lineage, _folder: Path) -> Iterator[str]:
    nodes = lin.nodes["node"].to_list()
    for node in nodes:
        for impact in (lin.upstream(node), lin.downstream(node)):
            yield repr(impact) + impact._repr_html_() + impact.report()
            yield impact.nodes.write_json() + impact.edges.write_json()
    paths = lin.paths("in", "out")
    yield repr(paths) + paths._repr_html_() + repr(paths.paths)


def files(lin: lx.Lineage, folder: Path) -> Iterator[str]:
    for name in ("a.svg", "a.html", "a.mmd", "a.graphml", "a.ndjson"):
        lin.write(folder / name)
        yield page_text(folder / name)
    yield lin.to_pyvis().generate_html()


def widget(lin: lx.Lineage, _folder: Path) -> Iterator[str]:
    view = lin.explore(
        lin.nodes["node"].to_list()[:50], hops=9, columns=lin.datasets["dataset"].to_list()
    )
    for node in lin.nodes["node"]:
        view.selection = [node]
        yield view._detail + json.dumps(node_detail(lin, node))
    for source, target in lin.edges.select("source", "target").iter_rows():
        yield json.dumps(edge_detail(lin, source, target))
    for typed in ("a", "CANARY", "//", "pass"):
        view._typed = typed
        yield view._suggest
    view.query = "owner:CANARY or ("
    yield view._error
    yield repr(view) + view.static_svg() + repr(view.scene) + view.frame().write_json()
    yield "".join(
        value.decode("latin-1") if isinstance(value, bytes) else json.dumps(value)
        for key, value in view.get_state().items()
        if key not in ("_esm", "_css")
    )
    view.close()


def saved_notebook(lin: lx.Lineage, folder: Path) -> Iterator[str]:
    with patch("lineage_explorer.view.widget.display") as shown:
        lin.explore(lin.nodes["node"].to_list()[:20])._ipython_display_()
    outputs = [
        nbformat.v4.new_output("display_data", data=call.args[0]) for call in shown.call_args_list
    ]
    cell = nbformat.v4.new_code_cell("lin.explore()", outputs=outputs)
    notebook = nbformat.v4.new_notebook(cells=[cell])
    nbformat.write(notebook, folder / "a.ipynb")
    saved = (folder / "a.ipynb").read_text(encoding="utf-8")
    yield saved
    images = re.findall(r"base64,([A-Za-z0-9+/=]+)", saved)
    assert images
    yield from (base64.b64decode(image).decode() for image in images)


def errors(lin: lx.Lineage, _folder: Path) -> Iterator[str]:
    for ask in (lambda: lin.find("nothing"), lambda: lin.find("a"), lambda: lin.select("kind:(")):
        with pytest.raises(lx.LineageError) as caught:
            ask()
        yield "".join(traceback.format_exception(caught.value))


EXITS: tuple[Callable[[lx.Lineage, Path], Iterator[str]], ...] = (
    *(frames, what_it_prints, its_events, its_graph, answers, files, widget, saved_notebook, errors),
)  # fmt: skip


@pytest.mark.parametrize("kind", WHOLE)
def test_a_planted_secret_comes_out_nowhere(kind: str, tmp_path: Path, monkeypatch, caplog) -> None:
    plant = Planter(kind)
    log = planted_in(tmp_path, plant)
    monkeypatch.setenv(disk.VARIABLE, str(tmp_path / "cache"))
    monkeypatch.setattr(kept, "WORTH", 0)
    said = io.StringIO()
    with (
        caplog.at_level(logging.DEBUG),
        warnings.catch_warnings(record=True) as warned,
        redirect_stdout(said),
        redirect_stderr(said),
    ):
        first, again = lx.read(log), lx.read(log)
        out: dict[str, list[str]] = {
            leave.__name__: list(leave(first, tmp_path)) for leave in EXITS
        }
        out["read again from its cache"] = [*frames(again, tmp_path), *its_events(again, tmp_path)]
        out["cache"] = list(on_disk(tmp_path / "cache"))
        out["strict"] = list(strict(log))
        out["command line"] = list(by_command(log))
    out["printed, logged, warned"] = [said.getvalue(), caplog.text, *map(str, warned)]
    spilled = {name: plant.found("".join(texts)) for name, texts in out.items()}
    assert {name: places for name, places in spilled.items() if places} == {}


@pytest.mark.parametrize("kind", KINDS)
def test_a_planted_secret_is_not_in_what_was_read(kind: str, tmp_path: Path) -> None:
    plant = Planter(kind)
    lin = lx.read(planted_in(tmp_path, plant), cache=False)
    assert lin.events.height > (60 if SPEC.is_dir() else 2)
    out = [*frames(lin, tmp_path), *what_it_prints(lin, tmp_path), *its_events(lin, tmp_path)]
    assert plant.found("".join(out)) == set()


def planted_in(folder: Path, plant: Planter) -> Path:
    log = folder / "log.ndjson"
    log.write_bytes(ndjson(*planted(plant)) + b'{"broken": "%s\n' % plant("broken line").encode())
    return log


def on_disk(folder: Path) -> Iterator[str]:
    held = [path for path in folder.rglob("*") if path.is_file()]
    assert any(path.suffix == ".parquet" for path in held)
    for path in held:
        yield str(path) + path.read_bytes().decode("latin-1")
        if path.suffix == ".parquet":
            frame = pl.read_parquet(path)
            texts = [
                pl.col(c).map_elements(lambda raw: raw.decode("latin-1"), pl.String)
                for c in frame.select(pl.selectors.binary()).columns
            ]
            yield frame.with_columns(texts).write_json()


def strict(log: Path) -> Iterator[str]:
    """What an error of a strict reading says, with all that led to it."""
    lines = log.read_bytes().splitlines()
    for source in (log, *lines[:6], lines[-1], b"[" + lines[-1]):
        try:
            lx.read(source, strict=True)
        except lx.SourceError as error:
            yield "".join(traceback.format_exception(error))


def by_command(log: Path) -> Iterator[str]:
    for arguments in (["summary"], ["summary", "--json"], ["upstream", "out"], ["select", "out+"]):
        name, *rest = arguments
        done = CliRunner().invoke(commands, [name, str(log), *rest])
        yield done.output + repr(done.exception)


@pytest.mark.parametrize("kind", WHOLE)
def test_a_secret_in_what_marquez_tells_is_nowhere(kind: str, tmp_path: Path) -> None:
    plant = Planter(kind)
    events = [event for event in planted(plant) if "eventTime" in event]
    (tmp_path / "answer.json").write_text(json.dumps({"events": events, "totalCount": 9}))
    table = io.StringIO()
    rows = csv.DictWriter(table, ["event_time", "event", "event_type", "job_name", "_event_type"])
    rows.writeheader()
    for event in events:
        rows.writerow(
            {
                "event_time": "2024-05-01 10:00:00+00",
                "event": json.dumps(event),
                "event_type": event["eventType"],
                "job_name": plant("job_name of the table"),
                "_event_type": "RUN_EVENT",
            }
        )
    (tmp_path / "lineage_events.csv").write_text(table.getvalue())
    answers = sorted(MARQUEZ.rglob("*.json")) if MARQUEZ.is_dir() else []
    for at, answer in enumerate(answers):
        told = json.loads(answer.read_text())
        (tmp_path / f"{at}.json").write_text(json.dumps(spoilt(plant, told, answer.stem)))
    lin = lx.read(tmp_path, cache=False)
    # Both hold the same events, counted once; the published answers, where they are here, hold more.
    assert lin.events.height == len(events) if not answers else lin.events.height > len(events)
    out = [*frames(lin, tmp_path), *what_it_prints(lin, tmp_path), *its_events(lin, tmp_path)]
    assert plant.found("".join(out)) == set()


def spoilt(plant: Planter, value: Any, place: str) -> Any:
    """An answer of Marquez with a secret in every text but those it is known by."""
    if isinstance(value, dict):
        return {
            key: inner if key in KEPT else spoilt(plant, inner, f"{place}.{key}")
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [spoilt(plant, inner, place) for inner in value]
    return plant(place) if isinstance(value, str) else value


def test_canaries_come_out_where_nothing_is_taken_out(tmp_path: Path) -> None:
    """The tests above would see them."""
    plant = Planter("URL")
    lin = lx.read(ndjson(*planted(plant)), redact=False)
    unseen = {exit_.__name__ for exit_ in EXITS if not plant.found("".join(exit_(lin, tmp_path)))}
    # An error names nothing of these, and a summary names datasets only where they are few.
    assert unseen == ({"errors", "what_it_prints"} if STANDARD else {"errors"})
