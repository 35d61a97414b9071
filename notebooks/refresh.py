"""Run the notebooks again and keep their outputs: `python notebooks/refresh.py` (`make notebooks`).

Widget state and timings are left out, so that a notebook only changes when its pictures or
frames do. The README's picture is drawn anew as well.
"""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbclient import NotebookClient

import lineage_explorer as lx

HERE = Path(__file__).parent


def refresh(path: Path) -> None:
    """Execute one notebook in place."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, store_widget_state=False, kernel_name="python3").execute()
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number:02}"
        cell.metadata = {}
        for output in cell.get("outputs", []):
            output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)
    nbformat.write(notebook, path)


def readme_picture() -> str:
    """The picture at the top of the README."""
    lin = lx.sample("dbt")
    path = HERE / "pictures" / "shop.svg"
    opened = ["int_order_payments", "fct_orders", "daily_revenue"]
    lin.write(path, focus="fct_orders", columns=opened)
    return path.read_text(encoding="utf-8")


def diff_picture() -> None:
    """The picture of what changed in the README."""
    found = lx.sample("airflow").diff("2026-03-04", "2026-03-05")
    found.write(HERE / "pictures" / "changed.svg")


if __name__ == "__main__":
    readme_picture()
    diff_picture()
    for notebook in sorted(HERE.glob("*.ipynb")):
        refresh(notebook)
