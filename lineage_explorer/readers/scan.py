"""Blobs → what their events tell, on all processors where there is much to read."""

from __future__ import annotations

import io
from collections.abc import Sequence

from lineage_explorer.collecting import no_collector
from lineage_explorer.readers import formats, helpers
from lineage_explorer.readers.blocks import Block, Watch, blocks
from lineage_explorer.readers.openlineage import Teller
from lineage_explorer.readers.sources import PACKED, Blob
from lineage_explorer.readers.told import Told, joined
from lineage_explorer.readers.values import Found

MUCH = 48 << 20
"""Bytes from which on other processes help."""


def all_told(
    blobs: Sequence[Blob], form: formats.Format | None, *, redact: bool, watch: Watch
) -> Told:
    """Every event of the blobs; each format is found out where none is given."""
    count = helpers.useful() if sum(map(_size, blobs)) >= MUCH else 0
    with no_collector():
        try:
            return _scan(blobs, form, watch, count, redact=redact)
        except helpers.HelperLost:
            return _scan(blobs, form, lambda _: None, 0, redact=redact)


def _scan(
    blobs: Sequence[Blob], form: formats.Format | None, watch: Watch, count: int, *, redact: bool
) -> Told:
    teller = Teller(redact=redact)
    with helpers.at_work(count, redact=redact) as team:
        for block in blocks(blobs, form, watch):
            if not team.take(block):
                tell(teller, block)
        tolds = [teller.told(), *team.told()]
    return joined(tolds)


def tell(teller: Teller, block: Block) -> None:
    """Every event of a block."""
    if block.problem:
        teller.note(block, None, None, *block.problem)
        return
    for part in formats.events(block.form, block.stream or io.BytesIO(block.data)):
        if isinstance(part, Found):
            teller.tell(part, block)
        else:
            teller.note(block, part.line, part.offset, part.code, part.message)


def _size(blob: Blob) -> int:
    """Bytes of it, guessed where it is packed."""
    if isinstance(length := getattr(blob, "length", None), int):  # a part of a file
        return length
    if blob.opener:
        return blob.size * (8 if blob.label.endswith(tuple(PACKED)) else 1)
    if blob.path is None:
        return len(blob.data)
    try:
        size = blob.path.stat().st_size
    except OSError:
        return 0
    return size * 8 if blob.path.suffix in PACKED else size
