"""What is sent to the browser, read back without our code. The browser's side is tested alike."""

from __future__ import annotations

import struct
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import lineage_explorer as lx
from lineage_explorer.view.curves import packed_curves
from lineage_explorer.view.placing import NO_ROW, Floats
from lineage_explorer.view.scene import Scene
from lineage_explorer.view.state import ViewState, picture
from lineage_explorer.view.wire import MAGIC, pack
from tests.benchmarks.logs import layered
from tests.events import dataset, run_event
from tests.view.hostile import HOSTILE

NEAR = 1 / 32 + 1e-6  # half a step of what is sent
WIDE = dataset("a", schema={"fields": [{"name": f"c{n}", "type": "int"} for n in range(30)]})
LINKS = {
    "fields": {
        "c1": {"inputFields": [{"namespace": "db", "name": "a", "field": f"c{n}"} for n in (2, 29)]}
    }
}
LIN = lx.read(
    [
        run_event("load", [WIDE], [dataset("b", columnLineage=LINKS)]),
        run_event("again", ["b"], ["a"]),
    ]
)


def unpacked(data: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The header, and the arrays by name."""
    assert data[:4] == MAGIC
    (length,) = struct.unpack("<I", data[4:8])
    header = msgspec.json.decode(data[8 : 8 + length])
    rest = data[8 + length :]
    return header, {
        name: np.frombuffer(rest, dtype=f"<{dtype}", count=count, offset=offset)
        for name, (dtype, offset, count) in header["arrays"].items()
    }


def numbers(data: bytes) -> list[int]:
    """Whole numbers of seven bits a byte."""
    found, value, shift = [], 0, 0
    for byte in data:
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            found.append(value)
            value = shift = 0
    return found


def unfolded(number: int) -> int:
    """0, 1, 2, 3, 4 as 0, -1, 1, -2, 2."""
    return -(number // 2) - 1 if number % 2 else number // 2


def curves(data: bytes, starts: Floats, ends: Floats) -> list[Floats]:
    """The chains of curves."""
    told = iter(numbers(data))
    routes = []
    for start, end in zip(starts, ends, strict=True):
        sent, whole = divmod(next(told), 2)
        at, points = np.floor(start * 16 + 0.5), []
        for number in range(sent):
            before = at
            if number == sent - 1:
                at = np.floor(end * 16 + 0.5)
            at = at + np.array([unfolded(next(told)), unfolded(next(told))])
            if number and not whole:
                reach = np.array([(at[0] - before[0]) / 2, 0])
                points += [before + reach, at - reach]
            points.append(at)
        routes.append(np.array(points).reshape(-1, 2) / 16)
    assert next(told, None) is None
    return routes


def corners(drawn: Scene) -> tuple[Floats, Floats]:
    """Beside where lines leave and enter: a right and a left upper corner of each edge's ends."""
    width = np.array([node.width for node in drawn.nodes])
    x, y = (p.astype(np.float32).astype(np.float64) for p in (drawn.x, drawn.y))
    source = [edge.source for edge in drawn.edges]
    target = [edge.target for edge in drawn.edges]
    return np.column_stack((x + width, y))[source], np.column_stack((x, y))[target]


@pytest.mark.parametrize(
    "drawn",
    [
        picture(LIN, ViewState(query="*", columns=tuple(LIN.datasets["dataset"]))),
        picture(lx.sample(lx.samples()[0]), ViewState()),
        picture(lx.read(layered(400, seed=1)), ViewState()),
    ],
    ids=["columns and a cycle", "a sample", "groups"],
)
def test_a_packed_scene_holds_the_same_numbers_and_names(drawn: Scene) -> None:
    header, arrays = unpacked(pack(drawn))
    told = header["nodes"]
    shared = {
        name: [told[name][at] for at in arrays[name]]
        for name in ("kind", "above", "glyph", "state", "badge", "space")
    }
    for at, node in enumerate(drawn.nodes):
        name, space = told["name"][at], shared["space"][at]
        assert told["id"].get(str(at), f"{node.kind}:{space}:{name}") == node.id
        assert told["label"].get(str(at), name) == node.label
        assert (f"{name}\n{space}" if space else name) == node.title
        for column in ("kind", "above", "glyph", "state", "badge"):
            assert shared[column][at] == getattr(node, column)
    assert arrays["columns"].tolist() == [node.columns for node in drawn.nodes]
    assert arrays["x"] == pytest.approx(drawn.x)
    rows = [edge.source_row for edge in drawn.edges]
    assert [row - 1 if row else NO_ROW for row in arrays["source_row"].tolist()] == rows
    seen = arrays["times"][arrays["edge_seen"]].reshape(-1, 2)
    assert np.array_equal(seen, drawn.edge_seen, equal_nan=True)
    sent = curves(arrays["curves"].tobytes(), *corners(drawn))
    for ours, route in zip(sent, drawn.routes, strict=True):
        assert ours == pytest.approx(route, abs=NEAR)
    for number, mode in enumerate(drawn.modes):
        assert arrays[f"mode_{number}"].tolist() == mode.values


def test_arrays_of_a_packed_scene_are_aligned() -> None:
    header, _ = unpacked(pack(picture(LIN, ViewState())))
    assert all(offset % 4 == 0 for _, offset, _ in header["arrays"].values())


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_name_keeps_its_id_and_sends_no_control_characters_beside_it(text: str) -> None:
    lin = lx.read([run_event(text, [text], [dataset("b", text)])])
    drawn = picture(lin, ViewState())
    header, arrays = unpacked(pack(drawn))
    told = header["nodes"]
    for at, node in enumerate(drawn.nodes):
        made = f"{told['kind'][arrays['kind'][at]]}:{told['space'][arrays['space'][at]]}"
        assert told["id"].get(str(at), f"{made}:{told['name'][at]}") == node.id
    for words in [*told["name"], *told["space"], *told["above"], *told["label"].values()]:
        assert not any(ord(c) < 32 or 0x202A <= ord(c) <= 0x202E for c in words)


def test_lines_of_a_large_graph_are_sent_in_a_few_bytes_each() -> None:
    drawn = picture(lx.read(layered(3000, seed=1)), ViewState(query="*", limit=0))
    knots = sum((len(route) + 2) // 3 for route in drawn.routes)
    _, arrays = unpacked(pack(drawn))
    assert len(arrays["curves"]) < 6 * knots


places = st.floats(-1e6, 1e6).map(lambda place: round(place, 3))
points = st.tuples(places, places)


@given(st.lists(st.tuples(points, points, st.lists(points, max_size=5), st.booleans())))
def test_any_chain_of_curves_comes_back_to_a_thirtysecond_of_a_pixel(
    drawn: list[tuple[tuple[float, float], tuple[float, float], list[tuple[float, float]], bool]],
) -> None:
    routes = []
    for start, end, between, level in drawn:
        chain = [np.array(start)]
        for place in (*between, end):
            before, knot = chain[-1], np.array(place)
            reach = np.array([(knot[0] - before[0]) / 2, 0.0 if level else 1.0])
            chain += [before + reach, knot - reach, knot]
        routes.append(np.array(chain))
    starts = np.array([start for start, *_ in drawn]).reshape(-1, 2) + 3.3
    ends = np.array([end for _, end, *_ in drawn]).reshape(-1, 2) - 7.7
    back = curves(packed_curves(routes, starts, ends).tobytes(), starts, ends)
    for ours, route in zip(back, routes, strict=True):
        # Handles follow from knots that were rounded: they may be off a little more.
        assert ours == pytest.approx(route, abs=2 * NEAR)


def test_a_line_without_a_route_is_sent_as_none() -> None:
    empty = np.zeros((0, 2))
    route = np.array([[0.0, 0], [5, 0], [5, 8], [10, 8]])
    place = np.zeros((3, 2))
    back = curves(packed_curves([empty, route, empty], place, place).tobytes(), place, place)
    assert [len(one) for one in back] == [0, 4, 0]
