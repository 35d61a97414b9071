"""OpenLineage events → what they tell (`told.Told`).

A facet is looked at once per distinct text (most come back in many events), with secrets taken
out before anything is kept. Sources: OpenLineage spec 2-0-2, `OpenLineage.json`, and 1-0-x, a
subset of it.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
import numpy as np
import polars as pl
import xxhash
from msgspec import Raw

from lineage_explorer.naming import Name
from lineage_explorer.readers import facets, redact, rows, shapes, told
from lineage_explorer.readers.blocks import Block
from lineage_explorer.readers.event import (
    ERRORS,
    NO_FACETS,
    NO_LIST,
    WRONG,
    Facets,
    Input,
    Node,
    Output,
    Run,
)
from lineage_explorer.readers.limits import DEEPEST
from lineage_explorer.readers.sound import DEEP, too_deep
from lineage_explorer.readers.times import parse_time, plain_moment
from lineage_explorer.readers.told import ENTITIES, ROLES, Table, Told
from lineage_explorer.readers.values import Found

Issue = tuple[str, str]
Use = tuple[int, int]
"""A role, and the part in it."""

TERMINAL = ("COMPLETE", "FAIL", "ABORT")
TYPES = ("START", "RUNNING", *TERMINAL, "OTHER")
RUN, JOB, DATASET, INPUT, OUTPUT = range(len(ROLES))
ABOVE = (3, 3, 3, 4, 4)
"""Levels of brackets around a facet, by the role of who has it."""
_PACK = 4 << 20
"""Bytes of texts that are packed together."""
_NONE = 2**32 - 1
_UUID = re.compile("[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

_string = msgspec.json.Decoder(str).decode
_encode = msgspec.json.Encoder().encode
_digest = xxhash.xxh3_128_digest


class TooDeep(Exception):
    """A facet is nested deeper than the limit."""


class Teller:
    """Takes in events one by one; `told()` is what they told."""

    def __init__(self, *, redact: bool = True) -> None:
        self.redact = redact
        self.names: dict[Name, int] = {}
        self.systems: Counter[tuple[int, str, str]] = Counter()
        self._words: dict[str, str | None] = {}
        self._events = Table(told.EVENTS)
        self._uses = array("I"), array("B"), array("I")
        self._parts: dict[bytes, int] = {}
        self._part_names: list[int | None] = []
        self._members = array("I"), array("I")
        self._seen: tuple[dict[str, dict[bytes, int]], ...] = tuple({} for _ in ENTITIES)
        """The number of each facet, negative where it cannot be kept."""
        self._deepest = set[int]()
        """Facets that are not too deep where the fewest brackets are around them."""
        self._wrong: dict[int, str] = {}
        self._facets = Table(told.FACETS)
        self._texts: list[bytes] = []
        self._asked: list[bytes | None] = []
        self._texts_size = 0
        self._packs = Table(told.TEXTS)
        self._fields = Table(told.FIELDS)
        self._links = Table(told.LINKS)
        self._counts = Table(told.COUNTS)
        self._versions = Table(told.VERSIONS)
        self._issues = Table(told.ISSUES)

    def note(
        self, block: Block, line: int | None, offset: int | None, code: str, message: str
    ) -> None:
        """Something that is no event; line and offset are counted from the block's beginning."""
        self._issue(block, None, line, offset, code, message)

    def tell(self, found: Found, block: Block) -> None:
        """One event. Never raises: what cannot be read is an issue of the event."""
        outer, issues = found.event, list[Issue]()
        self.systems[block.blob, block.form.name, found.system] += 1
        number = self._events.height
        try:
            job = self._node(JOB, outer.job, issues)
            dataset = self._node(DATASET, outer.dataset, issues)
            if job is None and dataset is None:
                missing = ("no-identity", "a run event without a job was left out.")
                self._issue(block, None, found.line, found.offset, *(issues or [missing])[0])
                return
            run = self._run(outer.run, issues)
            uses = [use for use in (run, job, dataset) if use is not None]
            if job is not None:
                uses += self._side(INPUT, outer.inputs, issues)
                uses += self._side(OUTPUT, outer.outputs, issues)
        except TooDeep:
            self._issue(block, None, found.line, found.offset, *DEEP)
            return
        run_id = self._run_id(outer.run) if run is not None else None
        if run is not None and run_id is None:
            issues.append(("no-run-id", "a run event without a runId."))
        events, roles, parts = self._uses
        for role, part in uses:
            events.append(number)
            roles.append(role)
            parts.append(part)
        self._events.append((
            number,
            block.number,
            block.blob,
            block.line + found.line - 1,
            block.offset + found.offset,
            found.length,
            self._time(outer.event_time, issues),
            "run" if run is not None else "job" if job is not None else "dataset",
            self._type(outer.event_type, issues),
            run_id,
            None if job is None else self._part_names[job[1]],
            self._word(outer.producer),
            _digest(found.raw) + found.number.to_bytes(4, "little"),
        ))  # fmt: skip
        for code, message in issues:
            self._issue(block, number, found.line, found.offset, code, message)

    def told(self) -> Told:
        """The tables of all that was told."""
        self._flush()
        names, systems = Table(told.NAMES), Table(told.SYSTEMS)
        names.rows = [(at, *name) for name, at in self.names.items()]
        systems.rows = [(*key, count) for key, count in self.systems.items()]
        return Told(
            events=self._events.frame(),
            uses=pl.DataFrame(dict(zip(told.USES, map(_column, self._uses), strict=True))),
            parts=pl.DataFrame(
                {"name": self._part_names}, schema={"name": pl.UInt32}
            ).with_row_index("part"),
            members=pl.DataFrame(dict(zip(told.MEMBERS, map(_column, self._members), strict=True))),
            facets=self._facets.frame(),
            texts=self._packs.frame(),
            fields=self._fields.frame(),
            links=self._links.frame(),
            counts=self._counts.frame(),
            versions=self._versions.frame(),
            names=names.frame(),
            issues=self._issues.frame(),
            systems=systems.frame(),
        )

    def _issue(
        self,
        block: Block,
        event: int | None,
        line: int | None,
        offset: int | None,
        code: str,
        message: str,
    ) -> None:
        at = None if line is None else block.line + line - 1
        byte = None if offset is None else block.offset + offset
        self._issues.append((event, block.number, block.blob, at, byte, code, message))

    def _run(self, run: Run | None, issues: list[Issue]) -> Use | None:
        if run is None:
            return None
        if run is WRONG:
            issues.append(("wrong-shape", "expected `run` to be an object."))
            return None
        return RUN, self._part(RUN, None, [(RUN, run.facets)], issues)

    def _run_id(self, run: Run | None) -> str | None:
        told = run.run_id if run else None
        return told if told and _UUID.fullmatch(told) else self._word(told)

    def _node(self, role: int, node: Node | None, issues: list[Issue]) -> Use | None:
        """A job or dataset of the event; None where there is none, or none that can be told."""
        if node is None:
            return None
        namespace, called = self._word(node.namespace), self._word(node.name)
        if namespace is None or called is None:
            message = f"a {ROLES[role]} without namespace and name was left out."
            issues.append(("no-identity", message))
            return None
        name = self._name((namespace, called))
        if isinstance(node, (Input, Output)):
            groups = [(DATASET, node.facets), (role, node.of_side)]
        else:
            groups = [(role, node.facets)]
        return role, self._part(role, name, groups, issues)

    def _side(self, role: int, nodes: Iterable[Any] | None, issues: list[Issue]) -> Iterator[Use]:
        if nodes is NO_LIST:
            issues.append(("wrong-shape", f"expected `{ROLES[role]}s` to be a list."))
        for node in nodes or ():
            use = self._node(role, node, issues)
            if use is not None:
                yield use

    def _part(
        self,
        role: int,
        name: int | None,
        groups: Iterable[tuple[int, Facets]],
        issues: list[Issue],
    ) -> int:
        """The number of a run, job or dataset that tells exactly this."""
        told = array("I", (role, _NONE if name is None else name))
        for entity, group in groups:
            if group is NO_FACETS:
                kind = ENTITIES[entity]
                issues.append(("wrong-shape", f"expected the {kind} facets to be an object."))
            elif group:
                told.extend(self._numbers(entity, group, ABOVE[role], issues))
        part = self._parts.setdefault(told.tobytes(), len(self._part_names))
        if part == len(self._part_names):
            self._part_names.append(name)
            owners, owned = self._members
            owners.extend([part] * (len(told) - 2))
            owned.extend(told[2:])
        return part

    def _numbers(
        self, entity: int, group: dict[str, Raw], above: int, issues: list[Issue]
    ) -> list[int]:
        """The facets of a group that are kept."""
        numbers = []
        seen = self._seen[entity]
        for key, value in group.items():
            digest = _digest(value)
            try:
                number = seen[key][digest]
            except KeyError:
                text = bytes(value)
                if text == b"null":
                    continue
                number = self._see(entity, key, text, digest, above)
                seen.setdefault(key, {})[digest] = number
            if number in self._deepest and above > ABOVE[RUN]:
                raise TooDeep
            if number in self._wrong:
                issues.append(("facet-invalid", self._wrong[number]))
            if number >= 0:
                numbers.append(number)
        return numbers

    def _see(self, entity: int, key: str, text: bytes, digest: bytes, above: int) -> int:
        """Keeps a facet that was not seen before, and gives its number."""
        is_deepest = too_deep(text, DEEPEST - ABOVE[INPUT])
        if is_deepest and too_deep(text, DEEPEST - above):
            raise TooDeep
        kind, number = ENTITIES[entity], self._facets.height
        try:
            clean = redact.facet(key, text) if self.redact else (key, text)
        except ERRORS:
            number = -1 - len(self._wrong)
            self._wrong[number] = f"{kind} facet {key!r} was left out: not readable as JSON."
            return number
        if clean != (key, text):
            key, text = clean
            digest = _digest(text)
            number = self._seen[entity].setdefault(key, {}).setdefault(digest, number)
        if is_deepest:
            self._deepest.add(number)
        if number == self._facets.height:
            self._keep(entity, key, text, digest)
        return number

    def _keep(self, entity: int, key: str, text: bytes, digest: bytes) -> None:
        kind, number = ENTITIES[entity], self._facets.height
        try:
            typed, wrong = shapes.decode(kind, key, text)
        except ERRORS as error:
            typed, wrong = None, f"{error}."
        deleted = b'"_deleted"' in text and _deleted(text)
        self._facets.append((number, entity, key, typed is not None, deleted, digest))
        self._texts.append(text)
        is_asked = key in shapes.BY_ENTITY[kind] and (kind, key) not in rows.WHOLLY
        self._asked.append(text if is_asked else None)
        if typed is not None:
            self._say(kind, key, number, typed)
        if wrong:
            self._wrong[number] = f"{kind} facet {key!r} breaks its schema: {wrong}"
        self._texts_size += len(text)
        if self._texts_size > _PACK:
            self._flush()

    def _say(self, kind: str, key: str, number: int, typed: Any) -> None:
        """Takes down the rows of a facet that says many things, or one of every run."""
        if (kind, key) == ("dataset", "schema"):
            self._fields.extend([(number, *row) for row in rows.fields(typed)])
        elif (kind, key) == ("dataset", "columnLineage"):
            self._links.extend(
                [(number, self._name(name), *row) for name, row in rows.links(typed)]
            )
        elif (kind, key) == ("dataset", "version"):
            self._versions.append((number, facets.word(typed.datasetVersion)))
        elif (kind, key) in rows.COUNTS:
            self._counts.extend([(number, *row) for row in rows.COUNTS[kind, key](typed)])

    def _name(self, name: Name) -> int:
        return self.names.setdefault(name, len(self.names))

    def _flush(self) -> None:
        """Texts so far into a pack, and rows into frames."""
        if self._texts:
            packs = told.packed(self._texts), told.packed(self._asked)
            self._packs.append((len(self._texts), *packs))
            self._texts, self._asked, self._texts_size = [], [], 0
        for table in (self._events, self._facets, self._fields, self._links, self._counts):
            table.pack()

    def _word(self, text: str | None) -> str | None:
        """The text without secrets; an empty one is None."""
        if not text:
            return None
        if text not in self._words:
            self._words[text] = self._clean(text)
        return self._words[text]

    def _clean(self, text: str) -> str:
        return _string(redact.json(_encode(text))) if self.redact else text

    def _time(self, text: str | None, issues: list[Issue]) -> int | None:
        if not text:
            issues.append(("no-time", "the event has no eventTime."))
            return None
        if (quick := plain_moment(text)) is not None:
            return quick
        value = self._clean(text)
        time = parse_time(value)
        if time.oddity:
            issues.append((time.oddity, f"eventTime {value[:40]!r}."))
        return time.us

    def _type(self, text: str | None, issues: list[Issue]) -> str | None:
        if text is None or text in TYPES:
            return text
        if not text:
            issues.append(("wrong-shape", "expected `eventType` to be a text."))
            return None
        value = self._clean(text)
        if value.upper() in TYPES:
            return value.upper()
        issues.append(("unknown-type", f"eventType {value!r}."))
        return value


def _deleted(text: bytes) -> bool:
    value = msgspec.json.decode(text)
    return isinstance(value, dict) and value.get("_deleted") is True


def _column(values: array[int]) -> np.ndarray[Any, Any]:
    return np.frombuffer(values, dtype=values.typecode) if values else np.empty(0, values.typecode)
