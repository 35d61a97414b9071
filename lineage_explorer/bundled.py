"""The bundled samples: logs made by really running tools (see `sample_events/`)."""

from __future__ import annotations

from pathlib import Path

from lineage_explorer.errors import SourceError, suggestions
from lineage_explorer.lineage import Lineage
from lineage_explorer.reading import read

_HERE = Path(__file__).parent


def _folder() -> Path:
    """In the wheel they lie beside this file; in a checkout at the top."""
    packed = _HERE / "data" / "samples"
    return packed if packed.is_dir() else _HERE.parent / "sample_events"


def samples() -> list[str]:
    """The names that `sample` takes."""
    return sorted(path.parent.name for path in _folder().glob("*/events.ndjson"))


def sample(name: str = "dbt") -> Lineage:
    """A bundled log, read.

    >>> sample("airflow").jobs["integration"].drop_nulls().unique().to_list()
    ['AIRFLOW']

    Raises:
        SourceError: if there is no sample of that name.
    """
    known = samples()
    if name not in known:
        near = suggestions(name, known)
        hint = f"did you mean {near}?" if near else f"there are {', '.join(known)}."
        raise SourceError(f"there is no sample {name!r}.", hint)
    return read(_folder() / name / "events.ndjson")
