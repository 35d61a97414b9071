"""The README's pictures are what the renderer makes today."""

from pathlib import Path

import lineage_explorer as lx


def test_the_readme_shows_what_is_drawn_today(root: Path, tmp_path: Path) -> None:
    """Where it is not: `python notebooks/refresh.py`, look at it, commit it."""
    opened = ["int_order_payments", "fct_orders", "daily_revenue"]
    lx.sample("dbt").write(tmp_path / "shop.svg", focus="fct_orders", columns=opened)
    kept = (root / "notebooks" / "pictures" / "shop.svg").read_text()
    assert (tmp_path / "shop.svg").read_text() == kept


def test_the_readme_shows_a_diff_as_it_is_drawn_today(root: Path, tmp_path: Path) -> None:
    found = lx.sample("airflow").diff("2026-03-04", "2026-03-05")
    found.write(tmp_path / "changed.svg")
    kept = (root / "notebooks" / "pictures" / "changed.svg").read_text()
    assert (tmp_path / "changed.svg").read_text() == kept
