"""Results as text: for a terminal, a notebook and Markdown. Names are shown, never obeyed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from html import escape

from lineage_explorer.plain import cut_middle, plain

SHOWN = 20
WIDEST = 72
_LEFT = ' style="text-align: left"'

Row = Sequence[object]


def counted(number: int, noun: str) -> str:
    """A number and its noun.

    >>> counted(1, "job"), counted(1200, "dataset")
    ('1 job', '1,200 datasets')
    """
    return f"{number:,} {noun}{'s' * (number != 1)}"


def span(time: timedelta) -> str:
    """A length of time, in the largest unit of which it has about two or more.

    >>> span(timedelta(seconds=86_397)), span(timedelta(minutes=90)), span(timedelta(seconds=2))
    ('24 h', '90 min', '2 s')
    """
    seconds = time.total_seconds()
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 1.95 * size or (unit == "min" and seconds >= 100):
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.3g} s"


def listed(words: Sequence[str]) -> str:
    """Words joined as in speech.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    return " and ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


def shown(value: object) -> str:
    """A value of a table as one line."""
    if isinstance(value, list):
        return ", ".join(map(shown, value)) or "-"
    return "-" if value is None else plain(str(value))


def text_table(head: Sequence[str], rows: Sequence[Row]) -> str:
    """Rows under a head, columns aligned."""
    texts = [[cut_middle(shown(value), WIDEST) for value in row] for row in rows]
    lines = [list(head), *texts]
    widths = [max(len(line[at]) for line in lines) for at in range(len(head))]
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def html_table(head: Sequence[str], rows: Sequence[Row], *, styled: bool = True) -> str:
    """The same for a notebook; no link, nothing from the data but text.

    Text begins at the left, as it is read; notebooks by themselves put all of it to the right.
    A page whose policy forbids styles in its elements asks for it without (`styled=False`).

    >>> html_table(["hops", "name"], [(1, "<b>")], styled=False)
    '<table><thead><tr><th>hops</th><th>name</th></tr></thead><tbody><tr><td>1</td><td>&lt;b&gt;</td></tr></tbody></table>'
    """
    numbers = [
        not styled or all(isinstance(row[at], int | float) for row in rows)
        for at in range(len(head))
    ]

    def line(tag: str, texts: Iterable[str]) -> str:
        cells = (
            f"<{tag}{'' if number else _LEFT}>{escape(text)}</{tag}>"
            for text, number in zip(texts, numbers, strict=True)
        )
        return f"<tr>{''.join(cells)}</tr>"

    body = "".join(line("td", map(shown, row)) for row in rows)
    return f"<table><thead>{line('th', head)}</thead><tbody>{body}</tbody></table>"


def markdown_table(head: Sequence[str], rows: Sequence[Row]) -> str:
    """The same as Markdown, every value as code, so that nothing in it is markup."""
    lines = [head, ["---"] * len(head), *([code(shown(value)) for value in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def code(text: str) -> str:
    r"""Text as code in Markdown, in as many backticks as it takes.

    >>> code("a`b|c")
    '``a`b\\|c``'
    """
    safe = plain(text).replace("|", "\\|")
    fence = "`"
    while fence in safe:
        fence += "`"
    pad = " " if safe.startswith("`") or safe.endswith("`") else ""
    return f"{fence}{pad}{safe}{pad}{fence}"


def more(count: int, noun: str = "row") -> str:
    """What a table does not show, or nothing."""
    return f"… and {counted(count, f'more {noun}')}" if count > 0 else ""
