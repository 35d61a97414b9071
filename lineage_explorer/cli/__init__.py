"""The command line: the library's verbs over files, folders and standard input.

Answers go to stdout, problems and errors to stderr. Exit code 0: answered; 1: nothing found, or
findings; 2: a usage that makes no sense, or a source that cannot be read; 3: undecided, where that
was asked to count.
"""

from __future__ import annotations

import sys
from typing import Any

import click

from lineage_explorer import __version__
from lineage_explorer.cli import house, questions, residency, time
from lineage_explorer.cli.answers import UNUSABLE, code_of, say
from lineage_explorer.errors import LineageError


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


for command in (
    *(questions.summary, questions.select, questions.upstream, questions.downstream),
    *(questions.paths, questions.export),
    *(time.provenance, time.history, time.diff, time.diagnose),
    *(residency.residency, residency.audit),
    *(house.demo, house.doctor, house.cache),
):
    main.add_command(command)
