"""A block of bytes: four letters, a JSON header, then little-endian arrays.

The other end is `frontend/src/bytes.ts`; the two must agree.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any

import msgspec
import numpy.typing as npt


def packed(
    magic: bytes, header: Mapping[str, Any], arrays: Mapping[str, tuple[str, npt.NDArray[Any]]]
) -> bytes:
    """The block; `arrays` are given by name as (dtype, values), a dtype as numpy writes it."""
    places: dict[str, tuple[str, int, int]] = {}
    buffers: list[bytes] = []
    offset = 0
    for name, (dtype, values) in arrays.items():
        data = values.astype(f"<{dtype}").tobytes()
        places[name] = (dtype, offset, len(values))
        padded = data + b"\0" * (-len(data) % 4)
        buffers.append(padded)
        offset += len(padded)
    text = msgspec.json.encode({**header, "arrays": places})
    text += b" " * (-len(text) % 4)
    return b"".join([magic, struct.pack("<I", len(text)), text, *buffers])
