"""What the commands read from, and how they answer."""

from __future__ import annotations

import sys
from typing import IO, TYPE_CHECKING, Any

import click

from lineage_explorer.errors import LineageError, NodeNotFound
from lineage_explorer.plain import plain

if TYPE_CHECKING:
    import polars as pl

    from lineage_explorer.lineage import Lineage

ANSWERED, NOTHING, UNUSABLE, UNDECIDED = 0, 1, 2, 3


def read(
    sources: tuple[str, ...], *, strict: bool, quiet: bool = False, time: str | None = None
) -> Lineage:
    """The lineage in the sources, as of a time; what was wrong in them is said on stderr."""
    import lineage_explorer as lx

    inputs: list[str | IO[bytes]] = [
        sys.stdin.buffer if source == "-" else source for source in sources
    ]
    lin = lx.read(inputs[0] if len(inputs) == 1 else inputs)
    if not quiet:
        tell_problems(lin)
        if strict:
            fail_on_errors(lin)
    return lin if time is None else lin.as_of(time)


def tell_problems(lin: Lineage) -> None:
    """One line on stderr for each kind of error or warning in the source."""
    told = lin.problems.filter(lin.problems["severity"] != "info")
    counted = told.group_by("severity", "code").len().sort("severity", "code")
    for severity, code, count in counted.iter_rows():
        say(f"{severity}: {code}, {count} in the source (summary says more)")


def fail_on_errors(lin: Lineage) -> None:
    """Stop with 1 where something in the source could not be read."""
    bad = lin.problems.filter(lin.problems["severity"] == "error")
    if bad.is_empty():
        return
    for row in bad.iter_rows(named=True):
        say(f"{row['file']}:{row['line']}: {row['code']}: {row['message']}")
    raise SystemExit(NOTHING)


def put_nodes(nodes: pl.DataFrame, columns: tuple[str, ...], *, json: bool) -> None:
    """Print nodes, or say that there are none and stop with 1."""
    from lineage_explorer.printing import table

    if json:
        put(nodes)
    elif not nodes.is_empty():
        put(table(nodes.select(column for column in columns if column in nodes.columns)))
    if nodes.is_empty():
        nothing_found()


def put_rows(rows: pl.DataFrame, columns: tuple[str, ...]) -> None:
    """Print these columns of rows, if there are any."""
    from lineage_explorer.printing import table

    if not rows.is_empty():
        put(table(rows.select(columns)))


def put(value: Any) -> None:
    """To stdout: a text as it is, anything else as JSON."""
    from lineage_explorer.printing import document

    click.echo(value if isinstance(value, str) else document(value))


def say(text: str) -> None:
    """To stderr, with nothing in it that could steer a terminal."""
    click.echo(plain(text, lines=True), err=True)


def nothing_found() -> None:
    """Say so and stop with 1."""
    say("nothing found.")
    raise SystemExit(NOTHING)


def code_of(error: LineageError) -> int:
    """1 where a node was asked for that is not there, 2 for anything else."""
    asked = isinstance(error, NodeNotFound) or isinstance(error.__cause__, NodeNotFound)
    return NOTHING if asked else UNUSABLE
