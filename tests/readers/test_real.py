"""The logs other projects publish are read whole."""

import json
from pathlib import Path

import pytest

import lineage_explorer as lx


@pytest.fixture(scope="module")
def openlineage() -> Path:
    folder = Path(__file__).resolve().parents[3] / "shared" / "real" / "openlineage"
    if not folder.is_dir():
        pytest.skip("the published logs (../shared/real) are not beside this checkout")
    return folder


def events_in(value: object) -> list[dict]:
    """Every object that names a job or a dataset as an event does, found without our code."""
    if isinstance(value, list):
        return [event for item in value for event in events_in(item)]
    if isinstance(value, str) and value.startswith("{"):
        return events_in(json.loads(value))
    if not isinstance(value, dict):
        return []
    named = [
        part
        for key in ("job", "dataset")
        if isinstance(part := value.get(key), dict) and "namespace" in part and "name" in part
    ]
    if named:
        return [value]
    return [event for item in value.values() for event in events_in(item)]


def test_every_event_with_a_job_or_a_dataset_is_read(openlineage: Path) -> None:
    files = sorted(openlineage.rglob("*.json"))
    texts = {
        json.dumps(event, sort_keys=True)
        for file in files
        for event in events_in(json.loads(file.read_bytes()))
    }
    lin = lx.read(openlineage)
    read = {json.dumps(json.loads(lin.event(n)), sort_keys=True) for n in lin.events["event"]}
    unredacted = lx.read(openlineage, redact=False)
    assert texts == {
        json.dumps(json.loads(unredacted.event(n)), sort_keys=True)
        for n in unredacted.events["event"]
    }
    assert len(read) == lin.events.height


def test_only_what_is_no_event_is_an_error(openlineage: Path) -> None:
    errors = lx.read(openlineage).problems.filter(severity="error")
    assert errors["file"].to_list() == ["client-python/nominal_time_without_end.json"]


def test_upstream_of_delivery_7_days_is_what_the_file_says(openlineage: Path) -> None:
    """Read off the file by hand: the six inputs of etl_delivery_7_days, and what made those."""
    lin = lx.read(openlineage / "marquez-food-delivery.json")
    found = lin.upstream("delivery_7_days").nodes
    datasets = {
        node.rpartition(".")[2]: hops
        for node, hops in found.filter(kind="dataset").select("node", "hops").iter_rows()
    }
    assert datasets == {
        "orders_7_days": 1,
        "customers": 1,
        "order_status": 1,
        "drivers": 1,
        "restaurants": 1,
        "menu_item_id": 1,
        "menus": 2,
        "menu_items": 2,
        "orders": 2,
        "categories": 2,
    }
    jobs = {node.rpartition(":")[2] for node in found.filter(kind="job")["node"]}
    assert jobs == {
        "etl_delivery_7_days",
        "etl_orders_7_days",
        "etl_customers",
        "etl_order_status",
        "etl_drivers",
        "etl_restaurants",
        "etl_menus",
        "etl_menu_items",
        "etl_orders",
        "etl_categories",
    }
