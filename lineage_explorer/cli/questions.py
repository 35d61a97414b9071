"""What is in a log, where things come from and what they feed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from lineage_explorer.cli.answers import (
    NOTHING,
    fail_on_errors,
    nothing_found,
    put,
    put_nodes,
    read,
    say,
)
from lineage_explorer.cli.options import as_json, as_of, as_report, reading, up_to
from lineage_explorer.plain import plain

SELECTED = ("name", "kind", "namespace", "last_state", "owners", "tags")
REACHED = ("hops", "name", "kind", "namespace", "last_run", "owners", "tags")


@click.command()
@reading
@as_of
@as_json
def summary(sources: tuple[str, ...], *, time: str | None, strict: bool, json: bool) -> None:
    """What is in a log: counts, time span, roots and sinks, problems."""
    lin = read(sources, strict=strict, quiet=True, time=time)
    found = lin.summary()
    put(found if json else plain(str(found), lines=True))
    if strict:
        fail_on_errors(lin)


@click.command()
@reading
@click.argument("expression", metavar="EXPR")
@as_of
@as_json
def select(
    sources: tuple[str, ...], expression: str, *, time: str | None, strict: bool, json: bool
) -> None:
    """The nodes that EXPR selects, as "+orders and owner:team-a"."""
    lin = read(sources, strict=strict, time=time)
    chosen = lin.nodes.join(lin.select(expression).nodes, on="node", how="semi")
    put_nodes(chosen, SELECTED, json=json)


@click.command()
@reading
@click.argument("node")
@up_to
@as_of
@as_json
def upstream(
    sources: tuple[str, ...],
    node: str,
    *,
    hops: int | None,
    time: str | None,
    strict: bool,
    json: bool,
) -> None:
    """Where NODE comes from: every dataset and job before it, nearest first."""
    reached(read(sources, strict=strict, time=time).upstream(node, hops=hops), json=json)


@click.command()
@reading
@click.argument("node")
@up_to
@click.option(
    "--fail-on",
    "unwanted",
    metavar="SELECTION",
    multiple=True,
    help="Exit with 1 where that is hit, as tag:pii or owner:team-a; may be given several times.",
)
@as_of
@as_report
@as_json
def downstream(
    sources: tuple[str, ...],
    node: str,
    *,
    hops: int | None,
    time: str | None,
    unwanted: tuple[str, ...],
    report: bool,
    strict: bool,
    json: bool,
) -> None:
    """What depends on NODE (a dataset, a job or dataset#field), nearest first.

    With --fail-on, what may be hit because the log does not tell counts as hit.
    """
    impact = read(sources, strict=strict, time=time).downstream(node, hops=hops)
    hit = {selection: impact.hits(selection) for selection in unwanted}
    if report:
        put(impact.report())
    else:
        reached(impact, json=json, none=not unwanted)
    for selection, nodes in hit.items():
        for name, certain in nodes.select("name", "certain").iter_rows():
            say(f"hit: {selection}: {name}{'' if certain else ' (perhaps: not told)'}")
    if any(len(nodes) for nodes in hit.values()):
        raise SystemExit(NOTHING)


@click.command()
@reading
@click.argument("start", metavar="A")
@click.argument("end", metavar="B")
@click.option("--limit", type=click.IntRange(min=1), default=100, show_default=True)
@as_json
def paths(
    sources: tuple[str, ...], start: str, end: str, *, limit: int, strict: bool, json: bool
) -> None:
    """How A reaches B: every path, the shortest first."""
    found = read(sources, strict=strict).paths(start, end, limit=limit)
    if json:
        put({"paths": found.paths, "count": found.count, "truncated": found.truncated})
    else:
        for path in found.paths:
            put("\n  -> ".join(plain(node) for node in path))
    if found.truncated:
        say(f"note: there are more than {limit} paths; --limit shows more.")
    if not found.paths:
        say("nothing found: no path leads from the one to the other.")
        raise SystemExit(NOTHING)


@click.command()
@reading
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--focus", metavar="NODE", help="The node in the middle of the picture.")
@click.option("--hops", type=click.IntRange(min=0), help="So many hops around it (1).")
@click.option("--select", "expression", metavar="EXPR", help="Only what EXPR selects.")
def export(
    sources: tuple[str, ...],
    out: Path,
    *,
    focus: str | None,
    hops: int | None,
    expression: str | None,
    strict: bool,
) -> None:
    """Write OUT as its ending says: .svg, .html, .ndjson, .mmd or .graphml."""
    lin = read(sources, strict=strict)
    if expression is not None:
        lin = lin.select(expression)
        if lin.nodes.is_empty():
            nothing_found()
    around = {"focus": focus, "hops": hops}
    lin.write(out, **{name: value for name, value in around.items() if value is not None})
    say(f"wrote {out}")


def reached(impact: Any, *, json: bool, none: bool = True) -> None:
    """Print an upstream or downstream; stop with 1 where there is nothing, unless that is good."""
    if none or len(impact.nodes):
        put_nodes(impact.nodes, REACHED, json=json)
    elif json:
        put([])
    if impact.truncated:
        say("note: there is more beyond; more --hops shows it.")
