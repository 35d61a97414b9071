"""Feeds reading with bytes until it breaks (https://github.com/google/atheris).

    pip install atheris
    python -m tests.fuzz.reading tests/fuzz/corpus -dict=tests/fuzz/words.dict -max_total_time=3600

New inputs are kept in the first folder named. What breaks is written to `crash-…`; it goes into the
corpus, which tests/readers/test_unbreakable.py reads every time.
"""

import sys
from itertools import count

import atheris  # type: ignore[import-not-found, import-untyped, unused-ignore]

with atheris.instrument_imports(include=["lineage_explorer.readers", "lineage_explorer.naming"]):
    from tests.fuzz.check import check, quickly

WHOLE = 50
"""Of how many inputs one is read with all that can be asked of it."""

_number = count()


def tried(data: bytes) -> None:
    """One input."""
    (quickly if next(_number) % WHOLE else check)(data)


def main() -> None:
    """Run until stopped."""
    atheris.Setup(sys.argv, tried)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
