"""What an exported page says, also where its data is compressed."""

from __future__ import annotations

import re
import zlib
from base64 import b64decode
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def page_text(path: Path) -> str:
    """The text of a page (or any other file), its data readable."""
    text = path.read_text(encoding="utf-8")
    held = re.search(r'<script type="application/octet-stream" id="lx-data">([^<]*)</script>', text)
    if held is None:
        return text
    return text + zlib.decompress(b64decode(held[1]), wbits=-zlib.MAX_WBITS).decode()
