"""The scene: what is drawn, and how much of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import lineage_explorer as lx
from lineage_explorer.view import style
from lineage_explorer.view.scene import Scene
from lineage_explorer.view.shown import FEW, MORE
from lineage_explorer.view.state import STATIC_MOST, ViewState, picture, static_state
from lineage_explorer.view.wire import pack
from tests.events import dataset, run_event
from tests.view.hostile import HOSTILE

CHAIN = lx.read([run_event(f"j{n}", [f"d{n}"], [f"d{n + 1}"], run=str(n)) for n in range(6)])
HUB = lx.read([run_event("hub", [f"in{n:02}" for n in range(40)], ["out"])])


def shown(lin: lx.Lineage, **state) -> set[str]:
    """Short names of the nodes drawn; stubs whole."""
    if "focus" in state:
        state["focus"] = tuple(lin.find(name) for name in state["focus"])
    drawn = picture(lin, ViewState(**state))
    return {n.id if n.kind == "stub" else n.id.rpartition(":")[2] for n in drawn.nodes}


def test_a_small_lineage_is_shown_whole() -> None:
    assert shown(CHAIN) == {f"d{n}" for n in range(7)} | {f"j{n}" for n in range(6)}


def test_a_focus_shows_one_hop_each_way_and_stubs_for_the_rest() -> None:
    assert shown(CHAIN, focus=["d3"]) == {
        "d2", "j2", "d3", "j3", "d4", "stub:in:dataset:db:d2", "stub:out:dataset:db:d4",
    }  # fmt: skip


def test_hops_count_from_dataset_to_dataset() -> None:
    assert {"d1", "d5"} <= shown(CHAIN, focus=["d3"], hops=2)
    assert not {"d0", "d6"} & shown(CHAIN, focus=["d3"], hops=2)


def test_opening_a_stub_shows_what_it_hid() -> None:
    assert {"j1", "d1"} <= shown(CHAIN, focus=["d3"], expanded=("stub:in:dataset:db:d2",))


def test_a_hub_shows_a_few_and_says_how_many_more() -> None:
    drawn = picture(HUB, ViewState(focus=(HUB.find("out"),)))
    inputs = [node for node in drawn.nodes if node.label.startswith("in")]
    stub = next(node for node in drawn.nodes if node.id == "stub:in:job:jobs:hub")
    assert (len(inputs), stub.label) == (FEW, f"+{40 - FEW}")


@pytest.mark.parametrize(("times", "count"), [(1, MORE), (2, 40)])
def test_a_hub_opens_further_each_time(times: int, count: int) -> None:
    state = ViewState(focus=(HUB.find("out"),), expanded=("stub:in:job:jobs:hub",) * times)
    assert sum(n.label.startswith("in") for n in picture(HUB, state).nodes) == count


def test_a_query_shows_what_it_selects() -> None:
    assert shown(CHAIN, query="+d2") == {"d0", "j0", "d1", "j1", "d2"}


def test_a_dataset_keeps_its_state_where_the_job_that_wrote_it_is_not_selected() -> None:
    drawn = picture(CHAIN, ViewState(query="d2"))
    assert [node.state for node in drawn.nodes] == ["COMPLETE"]


def test_a_large_lineage_begins_as_groups_and_says_of_how_many() -> None:
    events = [run_event(f"j{n}", ["busy"], [f"d{n}"], run=str(n)) for n in range(50)]
    drawn = picture(lx.read(events), ViewState())
    assert sum(node.members or 1 for node in drawn.nodes) == 101
    assert len(drawn.nodes) < 60
    assert "nodes in" in drawn.note


def test_an_empty_log_says_what_to_do() -> None:
    drawn = picture(lx.Lineage(), ViewState())
    assert drawn.nodes == []
    assert "lx.read()" in drawn.empty


def test_a_static_picture_is_never_larger_than_its_limit() -> None:
    events = [run_event(f"j{n}", [f"d{n}"], [f"d{n + 1}"], run=str(n)) for n in range(STATIC_MOST)]
    lin = lx.read(events)
    state = ViewState(query="*")
    assert len(static_state(lin, state, picture(lin, state)).nodes) < STATIC_MOST


COLUMNS = lx.read(
    [
        run_event(
            inputs=[dataset("a", schema={"fields": [{"name": f"c{n}", "type": "int"} for n in range(30)]})],
            outputs=[
                dataset(
                    "b",
                    schema={"fields": [{"name": "x"}, {"name": "y"}]},
                    columnLineage={
                        "fields": {
                            "y": {"inputFields": [{"namespace": "db", "name": "a", "field": "c2"}]},
                            "x": {"inputFields": [{"namespace": "db", "name": "a", "field": "c29"}]},
                        }
                    },
                )
            ],
        )
    ]
)  # fmt: skip
OPEN = picture(COLUMNS, ViewState(columns=("dataset:db:a", "dataset:db:b")))


def card(drawn: Scene, name: str) -> int:
    """Where a card is in the scene."""
    return next(at for at, node in enumerate(drawn.nodes) if node.label == name)


def test_a_long_schema_has_all_its_rows_and_room_for_some() -> None:
    node = OPEN.nodes[card(OPEN, "a")]
    assert len(node.rows) == 30
    assert node.height == style.HEADER + style.FINDER + style.ROWS_SHOWN * style.ROW


def test_column_edges_run_from_row_to_row_and_to_the_header_for_rows_out_of_sight() -> None:
    a, b = card(OPEN, "a"), card(OPEN, "b")
    ends = {
        (e.source_row, e.target_row): r
        for e, r in zip(OPEN.edges, OPEN.routes, strict=True)
        if e.kind == "column"
    }
    assert set(ends) == {(2, 1), (29, 0)}
    route = ends[2, 1]
    assert route[0][0] == pytest.approx(OPEN.x[a] + OPEN.nodes[a].width)
    assert route[0][1] == pytest.approx(OPEN.y[a] + style.HEADER + style.FINDER + style.ROW * 2.5)
    assert route[-1][0] == pytest.approx(OPEN.x[b])
    assert route[-1][1] == pytest.approx(OPEN.y[b] + style.HEADER + style.ROW * 1.5)
    assert ends[29, 0][0][1] == pytest.approx(OPEN.y[a] + style.HEADER / 2)


def test_edges_meet_their_cards() -> None:
    drawn = picture(CHAIN, ViewState())
    for edge, route in zip(drawn.edges, drawn.routes, strict=True):
        source, target = drawn.nodes[edge.source], drawn.nodes[edge.target]
        assert route[0][0] == pytest.approx(drawn.x[edge.source] + source.width)
        assert drawn.y[edge.source] <= route[0][1] <= drawn.y[edge.source] + source.height
        assert route[-1][0] == pytest.approx(drawn.x[edge.target])
        assert drawn.y[edge.target] <= route[-1][1] <= drawn.y[edge.target] + target.height


def test_what_stays_shown_keeps_its_order_when_more_is_shown() -> None:
    first = picture(HUB, ViewState(focus=(HUB.find("out"),)))
    more = picture(
        HUB, ViewState(focus=(HUB.find("out"),), expanded=("stub:in:job:jobs:hub",)), first
    )

    def order(drawn: Scene) -> list[str]:
        kept = {node.id for node in first.nodes if node.kind != "stub"}
        placed = sorted(zip(drawn.x, drawn.y, (n.id for n in drawn.nodes), strict=True))
        return [node for _, _, node in placed if node in kept]

    assert order(more) == order(first)


@pytest.mark.parametrize("text", HOSTILE)
def test_labels_of_hostile_names_fit_and_hold_no_control_characters(text: str) -> None:
    lin = lx.read([run_event(text, [text], [dataset("b", text)])])
    for node in picture(lin, ViewState()).nodes:
        assert node.width <= style.CARD_MAX + 8
        assert style.text_width(node.label, 13) <= style.CARD_MAX
        assert not any(ord(c) < 32 or 0x202A <= ord(c) <= 0x202E for c in node.label + node.above)


def test_a_label_is_never_an_end_that_other_names_have_too() -> None:
    jobs = ["shop.intermediate.a_long_name_of_a_table.test", "shop.marts.orders.test"]
    lin = lx.read([run_event(job, [], [dataset("b", job)]) for job in jobs])
    long, _ = sorted(n.label for n in picture(lin, ViewState()).nodes if n.kind == "job")
    assert long.startswith("shop.")
    assert long.endswith("table.test")


@given(st.text(max_size=200), st.floats(20, 300))
def test_fitted_text_is_never_wider_than_asked(text: str, width: float) -> None:
    assert style.text_width(style.fit(text, width, 12), 12) <= width + 12


def test_the_same_lineage_makes_the_same_bytes() -> None:
    assert pack(picture(CHAIN, ViewState())) == pack(picture(CHAIN, ViewState()))
