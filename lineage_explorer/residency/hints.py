"""What names look like: a hint, which decides nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lineage_explorer.residency.facts import Facts
from lineage_explorer.residency.forms import LONGEST
from lineage_explorer.residency.places import Places

WORDS = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)


def hint(text: str, facts: Facts) -> Places:
    """The places that words of a name look like: a hint, which decides nothing.

    >>> from lineage_explorer.residency.facts import shipped
    >>> hint("s3://acme-eu-west-1-backup", shipped()), hint("prod_us-central1", shipped())
    (('GB', 'IE'), ('US',))
    >>> hint("s3://european-orders", shipped())
    ()
    """
    found: set[str] = set()
    for word in WORDS.findall(text[:LONGEST].lower()):
        for part in _runs(word.split("-")):
            found.update(facts.by_code.get(part, ()))
    return tuple(sorted(found))


def _runs(parts: list[str]) -> Iterator[str]:
    """Two to five parts in a row that end in a number, as region codes do."""
    for last, part in enumerate(parts):
        if part[-1:].isdigit():
            for first in range(max(0, last - 4), last):
                yield "-".join(parts[first : last + 1])
