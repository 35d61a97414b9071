"""A cache to read through, and what was read in spite of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from lineage_explorer.readers import cache as disk
from lineage_explorer.readers import kept, scan
from lineage_explorer.readers.sources import Blob
from tests.events import ndjson
from tests.readers.caching import READS, A, B, Seen


@pytest.fixture
def cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own, for files of any size."""
    monkeypatch.setenv(disk.VARIABLE, str(tmp_path / "cache"))
    monkeypatch.setattr(kept, "WORTH", 0)
    return tmp_path / "cache"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Two events."""
    path = tmp_path / "log.ndjson"
    path.write_bytes(ndjson(A, B))
    return path


@pytest.fixture
def scanned(monkeypatch: pytest.MonkeyPatch) -> Seen:
    """What was read of files, each time."""
    seen: Seen = []
    read = scan.all_told

    def noted(blobs: list[Blob], *rest, **options):
        seen.append(list(blobs))
        return read(blobs, *rest, **options)

    monkeypatch.setattr(READS, noted)
    return seen
