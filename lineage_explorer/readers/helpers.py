"""Other processes that read blocks and hand back tables, as Arrow.

A helper is this very module run by the same Python; it gets orders on its standard input and says
when it is ready for the next. A block that stands in a file it reads there itself; another's bytes
come after the order, and so do those of a block that it misses, because the file is not what it was.
If a helper dies its blocks are read again by who asked for help.
"""

from __future__ import annotations

import gc
import io
import os
import selectors
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import msgspec
import polars as pl

from lineage_explorer.readers import formats
from lineage_explorer.readers.blocks import Block
from lineage_explorer.readers.openlineage import Teller
from lineage_explorer.readers.sources import Address
from lineage_explorer.readers.told import Told

MOST = 8
PATIENCE = 20.0
"""Seconds in which a helper starts, or reads a block. Who asked for help reads nothing meanwhile:
that would take its memory, and what comes back in many blocks would be looked at once more."""
PIPE = 1 << 20
TABLES = [field.name for field in fields(Told)]
LENGTH = struct.Struct("<Q")
READY, MISSING, DONE = b"r", b"m", b"d"
"""What a helper says: it can take a block; it needs the bytes of the last; here are all tables."""


class HelperLost(Exception):
    """A helper ended before its work did."""


class Order(msgspec.Struct):
    """A block to read, of so many bytes."""

    number: int
    blob: int
    line: int
    offset: int
    length: int
    path: bytes | None = None
    """Of the file where it stands; else its bytes follow."""
    file: tuple[int, int] = (0, 0)
    start: int = 0


_order = msgspec.msgpack.Decoder(Order).decode
_ordered = msgspec.msgpack.Encoder().encode


def useful() -> int:
    """How many helpers are worth their start: none where there is one processor."""
    affinity = getattr(os, "sched_getaffinity", None)
    processors = len(affinity(0)) if affinity else os.cpu_count() or 1
    return min(processors, MOST) if processors > 1 and os.name == "posix" and sys.executable else 0


@dataclass
class Member:
    """A helper."""

    process: subprocess.Popen[bytes]
    block: Block | None = None
    """What it was given last."""

    def ends(self) -> tuple[Any, Any]:
        """Its standard input and output."""
        if self.process.stdin is None or self.process.stdout is None:
            raise HelperLost
        return self.process.stdin, self.process.stdout

    def listen(self) -> bytes:
        """What it says next."""
        said = self.ends()[1].read(1)
        if not said:
            raise HelperLost
        return bytes(said)

    def is_ready(self) -> bool:
        """Whether it can take a block; if not, it is given the bytes that it misses."""
        if self.listen() == READY:
            return True
        if self.block is not None:
            self.give(self.block, itself=False)
        return False

    def give(self, block: Block, *, itself: bool = True) -> None:
        """Hands it a block.

        Args:
            block: which.
            itself: whether it may read the bytes where they stand.

        Raises:
            HelperLost: if it is gone.
        """
        self.block = block
        order = Order(block.number, block.blob, block.line, block.offset, len(block.data))
        if itself and (at := block.address):
            order.path, order.file, order.start = os.fsencode(at.path), at.file, at.offset
        text = _ordered(order)
        data = block.data if order.path is None else b""
        try:
            for part in (LENGTH.pack(len(text)), text, data):
                _send(self.ends()[0], part)
        except OSError:
            raise HelperLost from None

    def leave(self) -> None:
        """Ends it, whatever it does."""
        self.process.kill()
        self.process.wait()
        for pipe in self.ends():
            pipe.close()


@dataclass
class Team:
    """The helpers at work."""

    members: list[Member] = field(default_factory=list)
    _ready: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)

    def join(self, process: subprocess.Popen[bytes]) -> None:
        """One helper more."""
        member = Member(process)
        self.members.append(member)
        for pipe in member.ends():
            _widen(pipe)
        self._ready.register(member.ends()[1], selectors.EVENT_READ, member)

    def take(self, block: Block) -> bool:
        """Hands a block to who is ready first; False if nobody is there yet, or it cannot be handed.

        Raises:
            HelperLost: if that one is gone.
        """
        if not self.members or block.form is not formats.JSON or not block.data:
            return False
        while ready := self._ready.select(PATIENCE):
            member: Member = ready[0][0].data
            if member.is_ready():
                member.give(block)
                return True
        return False  # they do not start: better read than wait

    def told(self) -> list[Told]:
        """What all of them have read.

        Raises:
            HelperLost: if one of them is gone.
        """
        for member in self.members:
            while not member.is_ready():
                pass
            member.ends()[0].close()
        tolds = []
        for member in self.members:
            tolds.append(_all(member))
            member.leave()  # what it holds is held twice
        return tolds

    def leave(self) -> None:
        """Ends all helpers, whatever they do."""
        self._ready.close()
        for member in self.members:
            member.leave()


@contextmanager
def at_work(count: int, *, redact: bool) -> Iterator[Team]:
    """A team of helpers (fewer where they cannot be started), gone afterwards in any case."""
    # modules are those of this process: not whatever lies in the folder where somebody works
    paths = os.pathsep.join(path or os.curdir for path in sys.path)
    environment = {**os.environ, "PYTHONPATH": paths, "PYTHONSAFEPATH": "1"}
    command = [sys.executable, "-c", f"from {__name__} import help_; help_(redact={redact})"]
    team = Team()
    try:
        for _ in range(count):
            with suppress(OSError):
                team.join(
                    subprocess.Popen(  # noqa: S603 - this very Python, and nothing from a log
                        command,
                        stdin=subprocess.PIPE,
                        stdout=subprocess.PIPE,
                        stderr=subprocess.DEVNULL,
                        env=environment,
                        bufsize=0,
                    )
                )
        yield team
    finally:
        team.leave()


def help_(*, redact: bool) -> None:
    """What a helper does: blocks in, tables out."""
    from lineage_explorer.readers.scan import tell

    with suppress(BrokenPipeError, KeyboardInterrupt):
        gc.disable()
        teller = Teller(redact=redact)
        source, sink = io.FileIO(0, closefd=False), io.FileIO(1, "w", closefd=False)
        _send(sink, READY)
        while first := source.read(1):
            [size] = LENGTH.unpack(first + _exactly(source, LENGTH.size - 1))
            order = _order(_exactly(source, size))
            try:
                data = _data(order, source)
            except OSError:
                _send(sink, MISSING)
                continue
            places = order.number, order.blob, formats.JSON, order.line, order.offset
            tell(teller, Block(*places, data))
            _send(sink, READY)
        told = teller.told()
        del teller  # half of the memory, and the tables are yet to be written
        _send(sink, DONE)
        for name in TABLES:
            _give(sink, getattr(told, name))


def _data(order: Order, source: Any) -> bytes:
    """The bytes of a block.

    Raises:
        OSError: if they are not where they were.
    """
    if order.path is None:
        return bytes(_exactly(source, order.length))
    return Address(Path(os.fsdecode(order.path)), order.file, order.start).read(order.length)


def _all(member: Member) -> Told:
    """The tables of a helper that gets no more blocks."""
    while member.listen() != DONE:
        pass
    _, source = member.ends()
    return Told(**{name: _received(source) for name in TABLES})


def _give(sink: Any, table: pl.DataFrame) -> None:
    text = io.BytesIO()
    table.write_ipc_stream(text, compat_level=pl.CompatLevel.newest())
    _send(sink, LENGTH.pack(text.tell()))
    _send(sink, text.getbuffer())


def _received(source: Any) -> pl.DataFrame:
    [size] = LENGTH.unpack(_exactly(source, LENGTH.size))
    return pl.read_ipc_stream(bytes(_exactly(source, size)))


def _exactly(source: Any, size: int) -> bytearray:
    data = bytearray(size)
    view = memoryview(data)
    while view:
        count = source.readinto(view)
        if not count:
            raise HelperLost
        view = view[count:]
    return data


def _send(sink: Any, data: bytes | memoryview) -> None:
    view = memoryview(data)
    while view:
        view = view[sink.write(view) :]


def _widen(pipe: Any) -> None:
    """Where the system can, a block then goes through in few pieces instead of over a hundred."""
    with suppress(ImportError, AttributeError, OSError):
        import fcntl

        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE)
