"""Colour modes: what each says of a node, and what the user may bring."""

from __future__ import annotations

import polars as pl
import pytest
import traitlets

import lineage_explorer as lx
from lineage_explorer.view.given import colour_of
from lineage_explorer.view.modes import MODES, NONE, Asked, Mode, ago, categories
from lineage_explorer.view.scene import asked_again
from lineage_explorer.view.state import ViewState, picture
from lineage_explorer.view.style import PALETTE, STEPS
from tests.events import dataset, run_event

OWNED: dict = {"ownership": {"owners": [{"name": "team-b"}, {"name": "team-a"}]}}
LIN = lx.read(
    [
        run_event("load", ["raw"], [dataset("orders", **OWNED)], time="2024-05-01T10:00:00Z"),
        run_event("old", [], ["stale"], run="2", time="2024-03-01T10:00:00Z"),
        run_event("bad", [], ["broken"], run="3", kind="FAIL", time="2024-05-01T09:00:00Z"),
    ]
)
DRAWN = picture(LIN, ViewState())


def told(mode: Mode) -> dict[str, str]:
    """The label of each node's entry, by its short name."""
    return {
        node.id.rpartition(":")[2]: mode.entries[value].label
        for node, value in zip(DRAWN.nodes, mode.values, strict=True)
        if value != NONE
    }


def made(name: str) -> Mode:
    """The mode of that name for the picture."""
    return next(mode for mode in DRAWN.modes if mode.name == name)


def test_every_mode_is_in_every_picture() -> None:
    assert [mode.name for mode in DRAWN.modes] == list(MODES)


@pytest.mark.parametrize("name", MODES)
def test_no_entry_is_told_by_its_colour_alone(name: str) -> None:
    signs = [(entry.mark, entry.pattern) for entry in made(name).entries]
    assert all(mark or pattern for mark, pattern in signs)
    assert len(set(signs)) == len(signs) or name == "state"


def test_a_node_counts_under_each_of_its_owners_and_none_told_is_an_entry_of_its_own() -> None:
    mode = made("owner")
    counts = {entry.label: mode.count(at) for at, entry in enumerate(mode.entries)}
    assert (counts["team-a"], counts["team-b"]) == (1, 1)
    assert told(mode)["orders"] == "team-a"
    assert "team-a, team-b" in mode.words
    assert told(mode)["raw"] == "no owner told"


def test_members_of_a_group_count_under_each_of_their_owners() -> None:
    names = [f"shop.t{n}" for n in range(40)]
    lin = lx.read([run_event(f"j{n}", [], [dataset(n, **OWNED)], run=n) for n in names])
    mode = next(mode for mode in picture(lin, ViewState(limit=1)).modes if mode.name == "owner")
    counts = {entry.label: mode.count(at) for at, entry in enumerate(mode.entries)}
    assert (counts["team-a"], counts["team-b"]) == (40, 40)


def test_freshness_counts_from_the_last_event_of_the_log() -> None:
    fresh = told(made("freshness"))
    assert fresh["orders"] == "in the last hour"
    assert fresh["stale"] == "longer ago"


def test_what_no_completed_run_wrote_is_not_called_fresh() -> None:
    assert told(made("freshness"))["broken"] == "no completed run seen"
    assert told(made("freshness"))["raw"] == "no completed run seen"


def test_an_age_is_told_in_words() -> None:
    words = dict(zip((n.id for n in DRAWN.nodes), made("freshness").words, strict=True))
    assert words["dataset:db:stale"] == "completed 61 days ago"
    assert ago(59) == "less than a minute ago"
    assert ago(3600) == "1 hour ago"


def test_a_category_keeps_its_colour_from_picture_to_picture() -> None:
    some = picture(LIN, ViewState(query="bad"))
    before = {e.label: e.token for e in made("namespace").entries}
    for entry in next(m for m in some.modes if m.name == "namespace").entries:
        assert before[entry.label] == entry.token


def test_more_categories_than_colours_are_told_apart_by_pattern_and_the_rest_is_counted() -> None:
    mode = categories("x", "X", [f"v{n:02}" for n in range(50)])
    assert len({(entry.token, entry.pattern) for entry in mode.entries}) == 41
    assert mode.entries[-1].label == "10 others"


def asked() -> Asked:
    """What modes of the picture are made for."""
    return asked_again(LIN, DRAWN.nodes, None)


def test_a_dict_colours_by_number_in_steps_and_says_the_value() -> None:
    name, (maker,) = colour_of(LIN, {"orders": 10, "raw": 2, "stale": 2, "broken": 7})
    mode = maker(asked())
    by = told(mode)
    assert (name, by["raw"], by["stale"], by["orders"]) == ("value", "2", "2", "10")
    assert by["load"] == "no value"
    assert "10" in mode.words
    assert {entry.token for entry in mode.entries} <= {*STEPS, "unknown"}


def test_each_column_of_a_frame_is_a_mode_and_none_hides_ours() -> None:
    frame = pl.DataFrame({"node": ["orders", "raw"], "risk": ["high", "low"], "owner": ["x", "y"]})
    name, makers = colour_of(LIN, frame)
    assert (name, [maker(asked()).name for maker in makers]) == ("risk", ["risk", "your owner"])


def test_a_missing_number_is_no_value() -> None:
    _, (maker,) = colour_of(LIN, {"orders": float("nan"), "raw": 1.0})
    assert told(maker(asked()))["orders"] == "no value"


def test_a_yes_or_no_is_a_word_and_a_time_a_number() -> None:
    from datetime import UTC, datetime

    _, (maker,) = colour_of(LIN, {"orders": True, "raw": False})
    assert told(maker(asked()))["orders"] == "yes"
    _, (maker,) = colour_of(LIN, {"orders": datetime(2024, 5, 1, tzinfo=UTC)})
    assert told(maker(asked()))["orders"] == "2024-05-01 00:00"


def test_names_that_are_no_nodes_are_told_of() -> None:
    with pytest.warns(UserWarning, match="1 of 2 names are no nodes here: nothing"):
        colour_of(LIN, {"orders": 1, "nothing": 2})
    with pytest.raises(lx.LineageError, match="none of these"):
        colour_of(LIN, {"nothing": 2})


def test_a_frame_without_a_column_of_nodes_is_refused() -> None:
    with pytest.raises(lx.LineageError, match="column of nodes"):
        colour_of(LIN, pl.DataFrame({"a": [1]}))


def test_a_view_takes_a_dict_as_its_colour_and_draws_it() -> None:
    view = LIN.explore(color={"orders": "gold"})
    assert view.color == "value"
    assert any(mode.name == "value" for mode in view.scene.modes)
    view.color = {"raw": 1, "orders": 2}
    assert [e.label for m in view.scene.modes if m.name == "value" for e in m.entries][:2] == [
        "1",
        "2",
    ]
    with pytest.raises(traitlets.TraitError, match="did you mean 'owner'"):
        view.color = "owners"


def contrast(one: str, other: str) -> float:
    """WCAG's contrast of two colours."""

    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return float(sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True)))

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("theme", "ground"), [(0, "#ffffff"), (1, "#191d23")])
def test_marks_in_colour_can_be_read_and_steps_be_seen(theme: int, ground: str) -> None:
    for token, pair in PALETTE.items():
        assert contrast(pair[theme], ground) >= (3 if token.startswith("seq") else 4.5), token
