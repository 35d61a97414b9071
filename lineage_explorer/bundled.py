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
    return read(_known(name, samples(), "") / "events.ndjson")


def policy(name: str = "fraud") -> Path:
    """Where the policy of a sample is, for `Lineage.residency` and as one to begin with.

    >>> policy("fraud").name
    'policy.toml'

    Raises:
        SourceError: if there is no sample of that name with a policy.
    """
    known = sorted(path.parent.name for path in _folder().glob("*/policy.toml"))
    return _known(name, known, " with a policy") / "policy.toml"


def _known(name: str, known: list[str], kind: str) -> Path:
    if name not in known:
        near = suggestions(name, known)
        hint = f"did you mean {near}?" if near else f"there are {', '.join(known)}."
        raise SourceError(f"there is no sample {name!r}{kind}.", hint)
    return _folder() / name
