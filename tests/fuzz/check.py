"""What must hold for any bytes whatever. Run by the fuzzer, and by a test over its corpus."""

from __future__ import annotations

import json
from unittest.mock import patch

import polars as pl

import lineage_explorer as lx
from lineage_explorer.readers import blocks, redact, scan
from lineage_explorer.readers.sources import Blob
from lineage_explorer.readers.times import parse_time

PACKED = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd")


def check(data: bytes) -> None:
    """Read the bytes as a log; raise AssertionError, or whatever comes, if something is amiss."""
    quickly(data)
    for hide in (True, False):
        lin = lx.read(data, redact=hide)
        for event in lin.events["event"]:
            assert isinstance(json.loads(lin.event(event)), dict)
        repr(lin)
        for text in lin.facets["json"]:
            json.loads(text)
        again = lx.read(data, redact=hide)
        for (name, one), (_, other) in zip(lin.frames.items(), again.frames.items(), strict=True):
            assert one.equals(other), name


def quickly(data: bytes) -> None:
    """The same without making frames, which takes far longer than to read so little."""
    sizes = (0,) if data.startswith(PACKED) else (0, 99)  # what unpacks to much has many cuts
    places = [_events(data, redact=hide, size=size) for hide in (True, False) for size in sizes]
    assert all(found.equals(places[0]) for found in places)
    text = data.decode("utf-8", "replace")
    once = redact.text(text)
    assert redact.text(once) == once
    parse_time(text)
    try:
        clean = redact.json(data)
    except redact.ERRORS:
        return
    assert redact.json(clean) == clean


def _events(data: bytes, *, redact: bool, size: int) -> pl.DataFrame:
    """Where the events are, when the bytes are cut into blocks of that size."""
    with patch.object(blocks, "SIZE", size or blocks.SIZE):
        told = scan.all_told([Blob("x", data=data)], None, redact=redact, watch=lambda _: None)
    return told.events.select("line", "offset", "length")
