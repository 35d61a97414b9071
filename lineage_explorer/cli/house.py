"""The demo, the check-up and the cache."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from lineage_explorer.cli.answers import NOTHING, put, say
from lineage_explorer.cli.options import as_json


@click.command()
@click.option(
    "--dir",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep the notebook in this folder; a temporary one if not given.",
)
@click.option("--port", type=click.IntRange(0, 65535), default=8888, show_default=True)
@click.option("--no-browser", is_flag=True, help="Print the address, open nothing.")
def demo(folder: Path | None, *, port: int, no_browser: bool) -> None:
    """Open JupyterLab on the first notebook."""
    from lineage_explorer.demo import prepare, serve

    copy = prepare(folder or Path(tempfile.mkdtemp(prefix="lineage-explorer-")))
    say(f"the notebook is {copy}")
    serve(copy, port, browser=not no_browser)


@click.command()
@as_json
def doctor(*, json: bool) -> None:
    """Is everything there that the notebook view needs? What is not, and how to mend it."""
    from lineage_explorer.checkup import checkup

    found = checkup()
    put(found.findings if json else str(found))
    if not found.well:
        raise SystemExit(NOTHING)


@click.group(invoke_without_command=True)
@as_json
@click.pass_context
def cache(ctx: click.Context, *, json: bool) -> None:
    """What was kept of large files read, to be there at once the next time."""
    from lineage_explorer.printing import table
    from lineage_explorer.readers import cache as kept

    if ctx.invoked_subcommand is not None:
        return
    found = kept.listed()
    if json:
        put(found)
        return
    where = kept.root()
    say(f"the cache is {where}" if where else "there is no cache.")
    if not found.is_empty():
        put(table(kept.briefly(found)))


@cache.command()
def clear() -> None:
    """Remove all of it."""
    from lineage_explorer.readers import cache as kept

    count, size = kept.clear()
    say(f"removed {count} of what was read, {size / 1e6:,.1f} MB.")
