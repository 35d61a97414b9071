"""The arguments and options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

as_json = click.option("--json", "json", is_flag=True, help="Print one JSON document.")
as_report = click.option("--report", is_flag=True, help="Print Markdown to paste.")
as_of = click.option(
    "--as-of", "time", metavar="TIME", help="Only what was known then, as 2026-03-05T05:00:00Z."
)
up_to = click.option("--hops", type=click.IntRange(min=1), help="Go at most so many hops.")


strictly = click.option(
    "--strict", is_flag=True, help="Exit with 1 where a line of the source cannot be read."
)


def reading(command: Command) -> Command:
    """Give a command `SOURCE...` and the options of reading."""
    command = strictly(command)
    return click.argument("sources", metavar="SOURCE...", nargs=-1, required=True)(command)
