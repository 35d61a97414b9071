"""See where data came from, what it feeds and what changed, from OpenLineage logs, in a notebook.

>>> import lineage_explorer as lx
>>> lin = lx.sample("dbt")
>>> lin.upstream("fct_orders").sources["node"].len() > 0
True
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_ROOMS = {
    "read": "reading",
    "read_marquez": "reading",
    "Limits": "readers.marquez_live",
    "Lineage": "lineage",
    "sample": "bundled",
    "samples": "bundled",
    "doctor": "checkup",
    "diff": "analysis.diff",
    "RunDiff": "analysis.diff",
    "Diagnosis": "analysis.diagnose",
    "Impact": "analysis.impact",
    "Paths": "analysis.paths",
    "Summary": "analysis.summary",
    "Policy": "residency.policy",
    "ResidencyReport": "residency.report",
    "Explorer": "view.widget",
    "Link": "view.link",
    "link": "view.link",
    "LineageError": "errors",
    "NodeNotFound": "errors",
    "AmbiguousName": "errors",
    "PolicyError": "errors",
    "SelectionError": "errors",
    "SourceError": "errors",
    "UnknownOption": "errors",
    "MissingExtra": "errors",
}

__all__ = [
    "AmbiguousName",
    "Diagnosis",
    "Explorer",
    "Impact",
    "Limits",
    "Lineage",
    "LineageError",
    "Link",
    "MissingExtra",
    "NodeNotFound",
    "Paths",
    "Policy",
    "PolicyError",
    "ResidencyReport",
    "RunDiff",
    "SelectionError",
    "SourceError",
    "Summary",
    "UnknownOption",
    "diff",
    "doctor",
    "link",
    "read",
    "read_marquez",
    "sample",
    "samples",
]

if TYPE_CHECKING:
    from lineage_explorer.analysis.diagnose import Diagnosis
    from lineage_explorer.analysis.diff import RunDiff, diff
    from lineage_explorer.analysis.impact import Impact
    from lineage_explorer.analysis.paths import Paths
    from lineage_explorer.analysis.summary import Summary
    from lineage_explorer.bundled import sample, samples
    from lineage_explorer.checkup import doctor
    from lineage_explorer.errors import (
        AmbiguousName,
        LineageError,
        MissingExtra,
        NodeNotFound,
        PolicyError,
        SelectionError,
        SourceError,
        UnknownOption,
    )
    from lineage_explorer.lineage import Lineage
    from lineage_explorer.readers.marquez_live import Limits
    from lineage_explorer.reading import read, read_marquez
    from lineage_explorer.residency.policy import Policy
    from lineage_explorer.residency.report import ResidencyReport
    from lineage_explorer.view.link import Link, link
    from lineage_explorer.view.widget import Explorer


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used, so that importing the package costs nothing."""
    if name not in _ROOMS:
        raise AttributeError(f"module 'lineage_explorer' has no attribute {name!r}")
    value = getattr(import_module(f"lineage_explorer.{_ROOMS[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
