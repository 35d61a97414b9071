"""A block of bytes: four letters, a JSON header, then little-endian arrays.

The other end is `frontend/src/bytes.ts`; the two must agree.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt


def packed(
    magic: bytes, header: Mapping[str, Any], arrays: Mapping[str, tuple[str, npt.NDArray[Any]]]
) -> bytes:
    """The block; `arrays` are given by name as (dtype, values), a dtype as numpy writes it.

    `u` is the narrowest of u1, u2 and u4 that holds all values.
    """
    places: dict[str, tuple[str, int, int]] = {}
    buffers: list[bytes] = []
    offset = 0
    for name, (wanted, values) in arrays.items():
        dtype = _narrowest(values) if wanted == "u" else wanted
        data = values.astype(f"<{dtype}").tobytes()
        places[name] = (dtype, offset, len(values))
        padded = data + b"\0" * (-len(data) % 4)
        buffers.append(padded)
        offset += len(padded)
    text = msgspec.json.encode({**header, "arrays": places})
    text += b" " * (-len(text) % 4)
    return b"".join([magic, struct.pack("<I", len(text)), text, *buffers])


def _narrowest(values: npt.NDArray[Any]) -> str:
    most = int(values.max(initial=0))
    return "u1" if most < 1 << 8 else "u2" if most < 1 << 16 else "u4"


def coded(values: Sequence[str]) -> tuple[list[str], npt.NDArray[np.uint32]]:
    """The distinct values in the order they come, and which of them each is."""
    places: dict[str, int] = {}
    which = [places.setdefault(value, len(places)) for value in values]
    return list(places), np.array(which, dtype=np.uint32)
