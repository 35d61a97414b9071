"""A block of bytes: four letters, a JSON header, then little-endian arrays.

The other end is `frontend/src/bytes.ts`; the two must agree.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
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


def others(made: Iterable[str], told: Iterable[str]) -> dict[str, str]:
    """What is told, by position, where it is not what the other side would make of it."""
    pairs = enumerate(zip(made, told, strict=True))
    return {str(at): own for at, (other, own) in pairs if own != other}


def distinct(*values: npt.NDArray[np.float64]) -> tuple[Any, list[npt.NDArray[np.int64]]]:
    """The distinct numbers in some arrays, and for each array which of them each is."""
    numbers, which = np.unique(np.concatenate(values), return_inverse=True)
    return numbers, np.split(which, np.cumsum([len(part) for part in values])[:-1])


def coded(values: Sequence[str]) -> tuple[list[str], npt.NDArray[np.uint32]]:
    """The distinct values in the order they come, and which of them each is."""
    places: dict[str, int] = {}
    which = [places.setdefault(value, len(places)) for value in values]
    return list(places), np.array(which, dtype=np.uint32)
