"""What reading will take on, in one place. Beyond a limit comes a row in `lin.problems`.

They bound memory and time on hostile or broken input; real logs stay far below them (the largest
event in a collection of 640 real ones is 159 kB, the deepest has about 20 levels).
"""

from __future__ import annotations

LONGEST = 16 << 20
"""Bytes of one event, or of one line that is no event. A file may be longer in any shape but one
that cannot be told apart sooner: a single JSON document is read whole up to twice this, beyond it
event by event. Whatever a file holds, its text takes at most about 15 times this in memory."""

DEEPEST = 128
"""Levels of brackets in one event. Well below what the parser's own stack allows, so that the
verdict does not depend on who calls."""

WRAPPED = 6
"""Levels of objects, arrays or JSON strings around an event that are looked into."""

PREFIXES = 16
"""Places in a line at which an event behind other text is tried."""

TORN = 100
"""Parts in a row that cannot be read and get a row in `lin.problems` each; the rest of them are
counted in one."""

RATIO = 500
"""How many times its size a packed file may unpack to, once it has given `FREE` bytes."""

FREE = 256 << 20
"""Bytes any packed file may unpack to, whatever the ratio."""

UNPACKED = 100 << 30
"""Bytes a packed file may unpack to at all."""
