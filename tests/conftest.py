"""What all tests share: where things are, and how hypothesis looks for counterexamples."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from referencing import Registry

from tests.schemas import SPEC, registry_of_spec

ROOT = Path(__file__).resolve().parent.parent

# the same examples every time, and no clock: a slow machine is no reason to fail
settings.register_profile(
    "same", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("same")


@pytest.fixture(scope="session")
def root() -> Path:
    """The top of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def real() -> Path:
    """Logs that other people published, kept beside the repository; not everybody has them."""
    folder = ROOT.parent / "shared" / "real"
    if not folder.is_dir():
        pytest.skip("the published logs (../shared/real) are not beside this checkout")
    return folder


@pytest.fixture(scope="session")
def registry() -> Registry[Any]:
    """Every schema of the specification; not everybody has it."""
    if not SPEC.is_dir():
        pytest.skip("the specification (../shared/spec) is not beside this checkout")
    return registry_of_spec()
