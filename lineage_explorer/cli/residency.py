"""Where data lives, where it may, and the trail that judging it leaves."""

from __future__ import annotations

from pathlib import Path

import click

from lineage_explorer.cli.answers import NOTHING, UNDECIDED, put, read, say
from lineage_explorer.cli.options import as_json

under = click.option(
    "--policy",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The policy, a TOML file; without one nothing is decided.",
)


@click.group()
def residency() -> None:
    """Where data lives, and where it may."""


@residency.command()
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True)
@under
@click.option(
    "--rego",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Answer by the Rego policy in this folder; all is undecided if its answers are not "
    "whole, or the engine fails a question of which the answer is known.",
)
@click.option(
    "--opa",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="With --rego: ask this program, not the package regopy. Test your own policy with it: "
    "regopy reads some of Rego otherwise.",
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
    opa: Path | None,
    strict: bool,
    audit: Path | None,
    json: bool,
) -> None:
    """Judge SOURCE under a policy: exit 0 nothing outside, 1 something is, 3 undecided (--strict).

    For the gate of an orchestrator. Undecided is always said, and counts with --strict.
    """
    from lineage_explorer.residency.rego import evaluator
    from lineage_explorer.residency.report import residency as judged

    if opa and not rego:
        raise click.UsageError("--opa goes with --rego, the folder of a Rego policy.")
    rules = evaluator(rego, opa) if rego else None
    report = judged(read(sources, strict=False), policy, rules)
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


@click.group()
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
@click.option(
    "--opa",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The program opa, to judge again what it judged.",
)
def verify(folder: Path, *, sources: tuple[str, ...], key: Path | None, opa: Path | None) -> None:
    """Is the audit trail in FOLDER unchanged, and does judging again come to the same?"""
    from lineage_explorer.residency.verify import verify as verified

    found = verified(folder, sources, key, opa)
    put(str(found))
    if not found.same:
        raise SystemExit(NOTHING)
