"""A cell run again closes what it showed before, and nothing else."""

from __future__ import annotations

from lineage_explorer.view.cells import Cells, running


class View:
    """Counts how often it was closed."""

    closed = 0

    def close(self) -> None:
        self.closed += 1


def test_a_cell_run_again_closes_its_earlier_views_once() -> None:
    cells: Cells[View] = Cells()
    old, other, new = View(), View(), View()
    for view in (old, other, old):
        cells.show(view, "cell", "run 1")
    cells.show(new, "cell", "run 2")
    assert (old.closed, other.closed, new.closed) == (1, 1, 0)


def test_a_view_shown_by_another_cell_stays() -> None:
    cells: Cells[View] = Cells()
    view = View()
    cells.show(view, "first", "run 1")
    cells.show(view, "second", "run 2")
    cells.show(View(), "first", "run 3")
    assert view.closed == 0
    cells.show(View(), "second", "run 4")
    assert view.closed == 1


def test_a_view_shown_again_by_its_cell_stays() -> None:
    cells: Cells[View] = Cells()
    view = View()
    cells.show(view, "cell", "run 1")
    cells.show(view, "cell", "run 2")
    assert view.closed == 0


def test_outside_of_a_notebook_no_cell_runs() -> None:
    assert running() is None
