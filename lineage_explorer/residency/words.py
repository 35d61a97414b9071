"""What every report says in the same words."""

from __future__ import annotations

from collections.abc import Sequence

TITLES = {
    "outside": "Outside what the policy permits",
    "by exception": "Permitted by an approved exception",
    "undecided": "Undecided: this is not the same as fine",
    "not applicable": "Of the policy and the tables",
}
NOT_SEEN = (
    "backups, disaster-recovery copies, read replicas and geo-redundant pairs, unless declared",
    "caches, logs, temporary files and content delivery networks",
    "remote access and support from abroad, which some regimes count as a transfer",
    "who owns or controls a provider, and which law reaches it there",
    "copies made by hand, and jobs that tell no lineage",
    "what was in a dataset before the first event of these files",
    "columns that column lineage does not mention: they are taken to come from nowhere",
    "where the lineage itself is kept: schemas, SQL and error messages can hold personal data",
    "whether a producer told the truth, of times as well",
)
"""What lineage cannot see, and a report has to say so."""

NO_ADVICE = (
    "Lineage shows what producers said, not where bytes went. This is an observation under one "
    "policy and one set of tables, and not legal advice."
)


def first_of(words: Sequence[str], most: int, between: str = ", ") -> str:
    """The first of some words, and how many there are besides.

    >>> first_of(["DE", "FR", "US"], 2), first_of(["DE"], 2)
    ('DE, FR and 1 more', 'DE')
    """
    left = len(words) - most
    return between.join(words[:most]) + (f" and {left:,} more" if left > 0 else "")
