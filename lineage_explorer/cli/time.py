"""What happened: run by run, before and after, and why it went wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lineage_explorer.cli.answers import NOTHING, nothing_found, put, put_rows, read, say
from lineage_explorer.cli.options import as_json, as_of, as_report, reading, strictly, up_to
from lineage_explorer.plain import plain

if TYPE_CHECKING:
    from lineage_explorer.analysis.diff import RunDiff

TRACED = ("hop", "dataset", "job", "run", "certain", "why")
BLAMED = ("rank", "score", "node", "run", "change", "why")
HAPPENED = ("time", "what", "run", "before", "after")


@click.command()
@reading
@click.argument("what", metavar="RUN_OR_DATASET")
@click.option("--at", metavar="TIME", help="When it is looked at, as 2026-03-05T05:00:00Z.")
@up_to
@as_report
@as_json
def provenance(
    sources: tuple[str, ...],
    what: str,
    *,
    at: str | None,
    hops: int | None,
    report: bool,
    strict: bool,
    json: bool,
) -> None:
    """Which exact runs made what a run read, or what stood in a dataset."""
    found = read(sources, strict=strict).provenance(what, at=at, hops=hops)
    if report:
        put(found.report())
    elif json:
        put({name: getattr(found, name) for name in ("runs", "sources", "control", "truncated")})
    else:
        put_rows(found.runs, TRACED)
        say(plain(found.sentence))
        for dataset, run, role, why in found.sources.select(
            "dataset", "run", "role", "why"
        ).iter_rows():
            say(f"source: {dataset} ({role} by {run or 'nobody'}): {why}")
    if found.runs.is_empty() and found.sources.is_empty():
        nothing_found()


@click.command()
@reading
@click.argument("node")
@as_of
@as_report
@as_json
def history(
    sources: tuple[str, ...],
    node: str,
    *,
    time: str | None,
    report: bool,
    strict: bool,
    json: bool,
) -> None:
    """What happened to NODE: runs, schemas, inputs and outputs, owners, in order of time."""
    found = read(sources, strict=strict, time=time).history(node)
    if report:
        put(found.report())
    elif json:
        put(found.rows)
    else:
        put_rows(found.rows, HAPPENED)
    if found.rows.is_empty():
        nothing_found()


@click.command()
@strictly
@click.argument("what", metavar="SOURCE... BEFORE AFTER", nargs=-1, required=True)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "markdown"]),
    default="table",
    show_default=True,
)
@click.option(
    "--fail-on",
    "severity",
    type=click.Choice(["info", "low", "medium", "high"]),
    help="Exit with 1 where there are changes of this severity or a graver one.",
)
@click.option(
    "--write",
    "picture",
    type=click.Path(dir_okay=False),
    help="Write the picture too: .html, .svg or .png.",
)
def diff(
    what: tuple[str, ...], *, form: str, severity: str | None, picture: str | None, strict: bool
) -> None:
    """What changed between two runs, times, days or windows of a log, or between two logs.

    BEFORE and AFTER are run ids, times, days (2026-03-02) or windows (2026-03-02..2026-03-04). With
    two arguments alone, these are the logs: of each job its newest run is compared.
    """
    from lineage_explorer.analysis.diff_words import HEAD, change_rows
    from lineage_explorer.analysis.words import text_table

    found = compared(what, strict=strict)
    if picture is not None:
        found.write(picture)
        say(f"wrote {picture}")
    if form == "markdown":
        put(found.report())
    elif form == "json":
        put(found.to_dict())
    elif not found.changes.is_empty():
        put(text_table(HEAD, change_rows(found.changes)))
    say(found.sentence)
    for rank, node, change in found.divergence.select("rank", "node", "change").iter_rows():
        say(f"parts at {rank}: {node} ({change})")
    if severity is not None and found.has(severity):
        raise SystemExit(NOTHING)


@click.command()
@reading
@click.argument("what", metavar="RUN_OR_DATASET")
@click.option("--symptom", help="What is wrong, in words, where the events do not show it.")
@as_report
@as_json
def diagnose(
    sources: tuple[str, ...],
    what: str,
    *,
    symptom: str | None,
    report: bool,
    strict: bool,
    json: bool,
) -> None:
    """Why a run went wrong: compared with the last good one, causes ranked. Exit 1: none named."""
    found = read(sources, strict=strict).diagnose(what, symptom)
    if report:
        put(found.report())
    elif json:
        put(found.to_dict())
    else:
        put_rows(found.causes, BLAMED)
        say(found.verdict)
        for note in found.notes:
            say(f"note: {note}")
    if found.causes.is_empty():
        raise SystemExit(NOTHING)


def compared(what: tuple[str, ...], *, strict: bool) -> RunDiff:
    """The diff of two logs, or of two sides of one."""
    import lineage_explorer as lx

    if len(what) < 2:
        raise click.UsageError("what is compared? Give two logs, or a log and two runs or times.")
    *sources, before, after = what
    if sources:
        return read(tuple(sources), strict=strict).diff(window(before), window(after))
    one, other = (read((source,), strict=strict) for source in (before, after))
    return lx.diff(one, other, names=(before, after))


def window(text: str) -> str | tuple[str, str]:
    """A pair of times where two are given, as A..B; else the text."""
    start, dots, end = text.partition("..")
    return (start, end) if dots else text
