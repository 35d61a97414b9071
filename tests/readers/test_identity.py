"""Names united by symlinks, and nodes found by what a person types."""

import itertools

import pytest

import lineage_explorer as lx
from tests.events import dataset, run_event


def linked(name: str, namespace: str = "s3://warehouse") -> dict:
    """An Iceberg table by one of its physical names, with the table name everybody knows."""
    identifier = {"namespace": "http://rest:8181", "name": "demo.orders", "type": "TABLE"}
    return dataset(name, namespace, symlinks={"identifiers": [identifier]})


WRITE = run_event("write", outputs=[linked("wh/demo/orders")], run="1")
READ = run_event("read", inputs=[linked("demo/orders")], outputs=["report"], run="2")
PLAIN = run_event("plain", inputs=[dataset("demo/orders", "s3://warehouse")], run="3")


@pytest.mark.parametrize("order", list(itertools.permutations([WRITE, READ, PLAIN])))
def test_names_that_share_a_symlink_are_one_dataset_in_any_order(order) -> None:
    lin = lx.read(list(order))
    orders = lin.datasets.filter(name="demo.orders").row(0, named=True)
    assert orders["dataset"] == "dataset:http://rest:8181:demo.orders"
    assert orders["aliases"] == [
        "dataset:s3://warehouse:demo/orders",
        "dataset:s3://warehouse:wh/demo/orders",
    ]
    assert lin.datasets.height == 2
    assert lin.upstream("report").nodes["node"].to_list() == [
        "dataset:http://rest:8181:demo.orders",
        "job:jobs:read",
        "job:jobs:write",
    ]


def test_without_a_table_symlink_the_name_used_most_is_shown() -> None:
    link = {"identifiers": [{"namespace": "db", "name": "b", "type": "LOCATION"}]}
    lin = lx.read(
        [
            run_event(inputs=[dataset("a", symlinks=link)], run="1"),
            run_event(inputs=["b"], run="2"),
            run_event(inputs=["b"], run="3"),
        ]
    )
    assert lin.datasets["name"].to_list() == ["b"]


def test_column_lineage_by_an_alias_reaches_the_dataset() -> None:
    by_alias = {
        "inputFields": [{"namespace": "s3://warehouse", "name": "demo/orders", "field": "x"}]
    }
    output = dataset("report", columnLineage={"fields": {"y": by_alias}})
    lin = lx.read([WRITE, READ, run_event("again", outputs=[output], run="4")])
    assert lin.column_edges["source"].to_list() == ["dataset:http://rest:8181:demo.orders"]


LOG = lx.read(
    [
        run_event("etl.load", ["raw/orders.csv", "public.customers"], ["shop.public.orders"]),
        run_event("copy", ["shop.public.orders"], [dataset("public.orders", "lake")], run="2"),
    ]
)


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("dataset:db:public.customers", "dataset:db:public.customers"),
        ("public.customers", "dataset:db:public.customers"),
        ("customers", "dataset:db:public.customers"),
        ("orders.csv", "dataset:db:raw/orders.csv"),
        ("public.orders", "dataset:lake:public.orders"),
        ("load", "job:jobs:etl.load"),
        ("job:copy", "job:jobs:copy"),
    ],
)
def test_any_unambiguous_end_of_a_name_finds_its_node(text: str, node: str) -> None:
    assert LOG.find(text) == node


def test_an_ambiguous_name_lists_its_candidates() -> None:
    with pytest.raises(lx.AmbiguousName) as caught:
        LOG.find("orders")
    assert caught.value.candidates == [
        "dataset:db:shop.public.orders",
        "dataset:lake:public.orders",
    ]
    assert all(node in str(caught.value) for node in caught.value.candidates)


def test_a_name_that_is_not_there_suggests_the_nearest() -> None:
    with pytest.raises(lx.NodeNotFound, match="customers"):
        LOG.find("custmers")


def test_a_dataset_goes_before_jobs_of_the_same_name() -> None:
    lin = lx.read([run_event("models.orders", ["raw"], ["public.orders"])])
    assert lin.find("orders") == "dataset:db:public.orders"
    assert lin.find("job:orders") == "job:jobs:models.orders"


def test_an_end_counts_only_from_a_boundary() -> None:
    with pytest.raises(lx.NodeNotFound):
        LOG.find("ustomers")


def test_hostile_names_are_shown_escaped_in_errors() -> None:
    with pytest.raises(lx.NodeNotFound) as caught:
        LOG.find("a\x1b[31mb\u202e")
    assert "\x1b" not in str(caught.value)
    assert "\u202e" not in str(caught.value)
