"""The command line: the library's verbs over files, folders and standard input.

Answers go to stdout, problems and errors to stderr. Exit code 0: answered; 1: nothing found, or
findings; 2: a usage that makes no sense, or a source that cannot be read; 3: undecided, where that
was asked to count.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

import click

from lineage_explorer import __version__
from lineage_explorer.errors import LineageError, NodeNotFound
from lineage_explorer.plain import plain

if TYPE_CHECKING:
    import polars as pl

    from lineage_explorer.lineage import Lineage

ANSWERED, NOTHING, UNUSABLE, UNDECIDED = 0, 1, 2, 3
SELECTED = ("name", "kind", "namespace", "last_state", "owners", "tags")
TRACED = ("hop", "dataset", "job", "run", "certain", "why")
BLAMED = ("rank", "score", "node", "run", "change", "why")
HAPPENED = ("time", "what", "run", "before", "after")
REACHED = ("hops", "name", "kind", "namespace", "last_run", "owners", "tags")

Command = TypeVar("Command", bound=Callable[..., Any])


class Verbs(click.Group):
    """A group in which an error of the library is a message and an exit code, not a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except LineageError as error:
            say(f"error: {error}")
            ctx.exit(code_of(error))
        except OSError as error:
            if isinstance(error, BrokenPipeError):
                raise
            say(f"error: {error}")
            ctx.exit(UNUSABLE)


@click.group(
    cls=Verbs,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="SOURCE is a file, a folder, a glob, or - for standard input; several may be given.",
)
@click.version_option(__version__, message="%(prog)s %(version)s")
def main() -> None:
    """Read OpenLineage logs and ask what they say.

    Exit codes: 0 answered, 1 nothing found or findings, 2 wrong usage or unreadable source.
    """
    for stream in (sys.stdout, sys.stderr):  # an old terminal's encoding is no reason to fail
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def reading(command: Command) -> Command:
    """Give a command `SOURCE...` and the options of reading."""
    command = click.option(
        "--strict", is_flag=True, help="Exit with 1 where a line of the source cannot be read."
    )(command)
    return click.argument("sources", metavar="SOURCE...", nargs=-1, required=True)(command)


as_json = click.option("--json", "json", is_flag=True, help="Print one JSON document.")
as_report = click.option("--report", is_flag=True, help="Print Markdown to paste.")
as_of = click.option(
    "--as-of", "time", metavar="TIME", help="Only what was known then, as 2026-03-05T05:00:00Z."
)
up_to = click.option("--hops", type=click.IntRange(min=1), help="Go at most so many hops.")


@main.command()
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


@main.command()
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


@main.command()
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


@main.command()
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


@main.command()
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


@main.command()
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


@main.command()
@reading
@click.argument("before")
@click.argument("after")
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
def diff(
    sources: tuple[str, ...],
    before: str,
    after: str,
    *,
    form: str,
    severity: str | None,
    strict: bool,
) -> None:
    """What changed between two runs (ids), times, days, or windows (2026-03-02..2026-03-04)."""
    from lineage_explorer.analysis.diff_words import HEAD, change_rows
    from lineage_explorer.analysis.words import text_table

    found = read(sources, strict=strict).diff(window(before), window(after))
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


@main.command()
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


@main.command()
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


@main.command()
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


@main.command()
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


@main.command()
@as_json
def doctor(*, json: bool) -> None:
    """Is everything there that the notebook view needs? What is not, and how to mend it."""
    from lineage_explorer.checkup import checkup

    found = checkup()
    put(found.findings if json else str(found))
    if not found.well:
        raise SystemExit(NOTHING)


@main.group(invoke_without_command=True)
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


@main.group()
def residency() -> None:
    """Where data lives, and where it may."""


under = click.option(
    "--policy",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The policy, a TOML file; without one nothing is decided.",
)


@residency.command()
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True)
@under
@click.option(
    "--rego",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Answer by the Rego policy in this folder. On trial: the engine, regopy 1.5.2, has "
    "answered some questions otherwise than opa; do not rely on it alone.",
)
@click.option("--strict", is_flag=True, help="Exit with 3 where something is undecided.")
@click.option(
    "--audit",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the audit trail into this folder.",
)
@as_json
def check(
    sources: tuple[str, ...],
    *,
    policy: Path | None,
    rego: Path | None,
    strict: bool,
    audit: Path | None,
    json: bool,
) -> None:
    """Judge SOURCE under a policy: exit 0 nothing outside, 1 something is, 3 undecided (--strict).

    For the gate of an orchestrator. Undecided is always said, and counts with --strict.
    """
    from lineage_explorer.residency.rego import evaluator
    from lineage_explorer.residency.report import residency as judged

    report = judged(read(sources, strict=False), policy, evaluator(rego) if rego else None)
    put(report.findings if json else report.report())
    if audit:
        report.write_audit(audit)
        say(f"the audit trail is in {audit}")
    say(f"{report.answer}.")
    if report.counts["outside"]:
        raise SystemExit(NOTHING)
    if strict and report.counts["undecided"]:
        raise SystemExit(UNDECIDED)


@residency.command("map")
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True)
@under
@as_json
def unmapped(sources: tuple[str, ...], *, policy: Path | None, json: bool) -> None:
    """What in SOURCE is still without a place, by how much a mapping of it would settle."""
    from lineage_explorer.printing import table
    from lineage_explorer.residency.unmapped import unmapped as without

    found = without(read(sources, strict=False).residency(policy))
    if json or not found.is_empty():
        put(found if json else table(found))
    say("map them in the policy: [[places]] match = …, places = […]" if len(found) else "nothing.")


@main.group()
def audit() -> None:
    """The trail that residency checks leave."""


@audit.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--source",
    "sources",
    multiple=True,
    help="Where the files now are that it was made of, if not where they were.",
)
@click.option(
    "--key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The signer's public key (PEM), to check the signature with.",
)
def verify(folder: Path, *, sources: tuple[str, ...], key: Path | None) -> None:
    """Is the audit trail in FOLDER unchanged, and does judging again come to the same?"""
    from lineage_explorer.residency.verify import verify as verified

    found = verified(folder, sources, key)
    put(str(found))
    if not found.same:
        raise SystemExit(NOTHING)


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


def window(text: str) -> str | tuple[str, str]:
    """A pair of times where two are given, as A..B; else the text."""
    start, dots, end = text.partition("..")
    return (start, end) if dots else text


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


def reached(impact: Any, *, json: bool, none: bool = True) -> None:
    """Print an upstream or downstream; stop with 1 where there is nothing, unless that is good."""
    if none or len(impact.nodes):
        put_nodes(impact.nodes, REACHED, json=json)
    elif json:
        put([])
    if impact.truncated:
        say("note: there is more beyond; more --hops shows it.")


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
