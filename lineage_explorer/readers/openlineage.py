"""OpenLineage events → what they tell (`told.Told`).

One decode per event of its outer layer. A job, dataset or run is looked at once per distinct text
(the same dataset object comes back in most events), a facet too, with secrets taken out before
anything is kept. Sources: OpenLineage spec 2-0-2, `OpenLineage.json`, and 1-0-x, a subset of it.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from typing import Any

import msgspec
import numpy as np
import polars as pl
import xxhash
from msgspec import Raw, Struct

from lineage_explorer.naming import Name
from lineage_explorer.readers import facets, redact, rows, shapes, told
from lineage_explorer.readers.blocks import Block
from lineage_explorer.readers.times import parse_time, plain_moment
from lineage_explorer.readers.told import ENTITIES, ROLES, Told
from lineage_explorer.readers.values import ERRORS, NOTHING, Found

Issue = tuple[str, str]

TERMINAL = ("COMPLETE", "FAIL", "ABORT")
TYPES = ("START", "RUNNING", *TERMINAL, "OTHER")
RUN, JOB, DATASET, INPUT, OUTPUT = range(len(ROLES))
NOBODY = -1
_CHUNK = 16 << 20
_UUID = re.compile(rb'"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"')


class _Part(Struct, rename="camel"):
    namespace: Raw = NOTHING
    name: Raw = NOTHING
    run_id: Raw = NOTHING
    facets: Raw = NOTHING
    input_facets: Raw = NOTHING
    output_facets: Raw = NOTHING


class Part(Struct, gc=False):
    """A run, job or dataset as one text tells it; `number` is `NOBODY` where it tells of none."""

    number: int
    name: int | None = None
    run: str | None = None
    issues: tuple[Issue, ...] = ()


_part = msgspec.json.Decoder(_Part).decode
_members = msgspec.json.Decoder(dict[str, Raw]).decode
_elements = msgspec.json.Decoder(list[Raw]).decode
_digest = xxhash.xxh3_128_digest


class Teller:
    """Takes in events one by one; `told()` is what they told."""

    def __init__(self, *, redact: bool = True) -> None:
        self.redact = redact
        self.names: dict[Name, int] = {}
        self.systems: Counter[tuple[int, str, str]] = Counter()
        self._parts: tuple[dict[bytes, Part], ...] = tuple({} for _ in ROLES)
        self._facets: tuple[dict[str, dict[bytes, int]], ...] = tuple({} for _ in ENTITIES)
        self._wrong: dict[int, str] = {}
        self._words: dict[bytes, str | None] = {}
        self._events: list[tuple[Any, ...]] = []
        self._uses = array("I"), array("B"), array("I")
        self._part_names: list[int | None] = []
        self._members = array("I"), array("I")
        self._facet_rows: list[tuple[Any, ...]] = []
        self._fields: list[tuple[Any, ...]] = []
        self._links: list[tuple[Any, ...]] = []
        self._counts: list[tuple[Any, ...]] = []
        self._versions: list[tuple[Any, ...]] = []
        self._facet_chunks: list[pl.DataFrame] = []
        self._facet_count = self._size = 0
        self._issues: list[tuple[Any, ...]] = []

    def note(
        self, block: Block, line: int | None, offset: int | None, code: str, message: str
    ) -> None:
        """Something that is no event; line and offset are counted from the block's beginning."""
        self._issue(block, None, line, offset, code, message)

    def tell(self, found: Found, block: Block) -> None:
        """One event. Never raises: what cannot be read is an issue of the event."""
        outer, issues = found.event, list[Issue]()
        self.systems[block.blob, block.form.name, found.system] += 1
        number = len(self._events)
        job = self._one(JOB, outer.job, issues)
        dataset = self._one(DATASET, outer.dataset, issues)
        if job is None and dataset is None:
            missing = ("no-identity", "a run event without a job was left out.")
            self._issue(block, None, found.line, found.offset, *(issues or [missing])[0])
            return
        is_run = bytes(memoryview(outer.run)[:1]) == b"{"
        run = self._one(RUN, outer.run, issues)
        if is_run and (run is None or run.run is None):
            issues.append(("no-run-id", "a run event without a runId."))
        time = self._time(outer.event_time, issues)
        events, roles, parts = self._uses
        for role, part in ((RUN, run), (JOB, job), (DATASET, dataset)):
            if part is not None:
                events.append(number)
                roles.append(role)
                parts.append(part.number)
        if job is not None:
            for role, raw in ((INPUT, outer.inputs), (OUTPUT, outer.outputs)):
                if raw is not NOTHING:
                    for part in self._list(role, raw, issues):
                        events.append(number)
                        roles.append(role)
                        parts.append(part.number)
        self._events.append((
            number,
            block.number,
            block.blob,
            block.line + found.line - 1,
            block.offset + found.offset,
            found.length,
            time,
            "run" if is_run else "job" if job else "dataset",
            self._type(outer.event_type, issues),
            run.run if run else None,
            job.name if job else None,
            self._word(outer.producer),
            _digest(found.raw) + found.number.to_bytes(4, "little"),
        ))  # fmt: skip
        for code, message in issues:
            self._issue(block, number, found.line, found.offset, code, message)

    def taken(self) -> list[pl.DataFrame]:
        """Facets gathered so far, some megabytes each; they are not in `told()` any more."""
        chunks, self._facet_chunks = self._facet_chunks, []
        return chunks

    def told(self) -> Told:
        """The tables of all that was told."""
        self._flush()
        uses = dict(zip(told.USES, map(_column, self._uses), strict=True))
        members = dict(zip(told.MEMBERS, map(_column, self._members), strict=True))
        names = [(at, *name) for name, at in self.names.items()]
        counts = [(*key, count) for key, count in self.systems.items()]
        return Told(
            events=_frame(self._events, told.EVENTS),
            uses=pl.DataFrame(uses, schema=told.USES),
            parts=_frame(list(enumerate(self._part_names)), told.PARTS),
            members=pl.DataFrame(members, schema=told.MEMBERS),
            facets=pl.concat(self._facet_chunks, rechunk=True),  # or each gather copies the texts
            fields=_frame(self._fields, told.FIELDS),
            links=_frame(self._links, told.LINKS),
            counts=_frame(self._counts, told.COUNTS),
            versions=_frame(self._versions, told.VERSIONS),
            names=_frame(names, told.NAMES),
            issues=_frame(self._issues, told.ISSUES),
            systems=_frame(counts, told.SYSTEMS),
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

    def _one(self, role: int, raw: Raw, issues: list[Issue]) -> Part | None:
        """A part of the event; None where there is none, or none that can be told."""
        if raw is NOTHING:
            return None
        known = self._parts[role]
        key = _digest(raw)
        part = known.get(key)
        if part is None:
            part = known[key] = self._decoded(role, raw)
        if part.issues:
            issues.extend(part.issues)
        return None if part.number == NOBODY else part

    def _list(self, role: int, raw: Raw, issues: list[Issue]) -> list[Part]:
        try:
            items = _elements(raw)
        except ERRORS:
            if not _is_null(raw):
                issues.append(("wrong-shape", f"expected `{ROLES[role]}s` to be a list."))
            return []
        return [part for item in items if (part := self._one(role, item, issues)) is not None]

    def _decoded(self, role: int, raw: Raw) -> Part:
        """What a text tells of a run, job or dataset."""
        if _is_null(raw):
            return Part(NOBODY)
        try:
            wire = _part(raw)
        except ERRORS:
            if role == RUN:
                return Part(NOBODY, issues=(("wrong-shape", "expected `run` to be an object."),))
            return _nameless(role)
        issues: list[Issue] = []
        name = run = None
        if role == RUN:
            run = self._text(wire.run_id)
        else:
            namespace, called = self._word(wire.namespace), self._text(wire.name)
            if namespace is None or called is None:
                return _nameless(role)
            name = self._name((namespace, called))
        number = len(self._part_names)
        self._part_names.append(name)
        self._add_facets(number, DATASET if role in (INPUT, OUTPUT) else role, wire.facets, issues)
        if role == INPUT:
            self._add_facets(number, INPUT, wire.input_facets, issues)
        elif role == OUTPUT:
            self._add_facets(number, OUTPUT, wire.output_facets, issues)
        return Part(number, name, run, tuple(issues))

    def _add_facets(self, part: int, entity: int, raw: Raw, issues: list[Issue]) -> None:
        if raw is NOTHING:
            return
        try:
            members = _members(raw)
        except ERRORS:
            if not _is_null(raw):
                kind = ENTITIES[entity]
                issues.append(("wrong-shape", f"expected the {kind} facets to be an object."))
            return
        known = self._facets[entity]
        owners, owned = self._members
        for key, value in members.items():
            digests = known.get(key)
            if digests is None:
                digests = known[key] = {}
            digest = _digest(value)
            number = digests.get(digest)
            if number is None:
                if _is_null(value):
                    continue
                number = digests[digest] = self._facet(entity, key, value, digest)
            if number >= 0:
                owners.append(part)
                owned.append(number)
            if number in self._wrong:
                issues.append(("facet-invalid", self._wrong[number]))

    def _facet(self, entity: int, key: str, raw: Raw, digest: bytes) -> int:
        """Keeps a facet and gives its number; a negative one for a facet that cannot be kept."""
        kind, text = ENTITIES[entity], bytes(raw)
        try:
            clean = redact.facet(key, text) if self.redact else (key, text)
        except ERRORS:
            number = -1 - len(self._wrong)
            self._wrong[number] = f"{kind} facet {key!r} was left out: not readable as JSON."
            return number
        if clean != (key, text):
            key, text = clean
            digest = _digest(text)
            known = self._facets[entity].get(key, {}).get(digest)
            if known is not None:
                return known
        try:
            typed, wrong = shapes.decode(kind, key, text)
        except ERRORS as error:
            typed, wrong = None, f"{error}."
        number = self._facets[entity].setdefault(key, {})[digest] = self._facet_count
        self._facet_count += 1
        deleted = b'"_deleted"' in text and _deleted(text)
        self._facet_rows.append((number, entity, key, typed is not None, deleted, digest, text))
        if typed is not None:
            self._say(kind, key, number, typed)
        if wrong:
            self._wrong[number] = f"{kind} facet {key!r} breaks its schema: {wrong}"
        self._size += len(text)
        if self._size > _CHUNK:
            self._flush()
        return number

    def _say(self, kind: str, key: str, number: int, typed: Any) -> None:
        """Takes down the rows of a facet that says many things, or one of every run."""
        if (kind, key) == ("dataset", "schema"):
            self._fields += [(number, *row) for row in rows.fields(typed)]
        elif (kind, key) == ("dataset", "columnLineage"):
            for name, row in rows.links(typed):
                self._links.append((number, self._name(name), *row))
        elif (kind, key) == ("dataset", "version"):
            self._versions.append((number, facets.word(typed.datasetVersion)))
        elif (kind, key) in rows.COUNTS:
            self._counts += [(number, *row) for row in rows.COUNTS[kind, key](typed)]

    def _name(self, name: Name) -> int:
        return self.names.setdefault(name, len(self.names))

    def _flush(self) -> None:
        """Facets so far into a frame, which keeps their texts closer together."""
        if self._facet_rows or not self._facet_chunks:
            self._facet_chunks.append(_frame(self._facet_rows, told.FACETS))
            self._facet_rows = []
            self._size = 0

    def _word(self, raw: Raw) -> str | None:
        """As `_text`, for what comes back often."""
        text = bytes(raw)
        if text not in self._words:
            self._words[text] = self._text(raw)
        return self._words[text]

    def _text(self, raw: Raw) -> str | None:
        """A JSON string, or a number as its digits, without secrets; else None."""
        if raw is NOTHING:
            return None
        text = bytes(raw)
        try:
            if self.redact and not _UUID.fullmatch(text):
                text = redact.json(text)
            return facets.word(msgspec.json.decode(text))
        except ERRORS:
            return None

    def _time(self, raw: Raw, issues: list[Issue]) -> int | None:
        if (quick := plain_moment(raw)) is not None:
            return quick
        value = self._text(raw)
        if value is None:
            issues.append(("no-time", "the event has no eventTime."))
            return None
        time = parse_time(value)
        if time.oddity:
            issues.append((time.oddity, f"eventTime {value[:40]!r}."))
        return time.us

    def _type(self, raw: Raw, issues: list[Issue]) -> str | None:
        if raw is NOTHING:
            return None
        text = bytes(raw)
        if text in _KNOWN_TYPES:
            return _KNOWN_TYPES[text]
        if _is_null(raw):
            return None
        value = self._text(raw)
        if value is None:
            issues.append(("wrong-shape", "expected `eventType` to be a text."))
            return None
        if value.upper() in TYPES:
            return value.upper()
        issues.append(("unknown-type", f"eventType {value!r}."))
        return value


_KNOWN_TYPES = {f'"{name}"'.encode(): name for name in TYPES}


def _nameless(role: int) -> Part:
    message = f"a {ROLES[role]} without namespace and name was left out."
    return Part(NOBODY, issues=(("no-identity", message),))


def _is_null(raw: Raw) -> bool:
    return bytes(memoryview(raw)[:4]) == b"null"


def _deleted(text: bytes) -> bool:
    value = msgspec.json.decode(text)
    return isinstance(value, dict) and value.get("_deleted") is True


def _column(values: array[int]) -> np.ndarray[Any, Any]:
    return np.frombuffer(values, dtype=values.typecode) if values else np.empty(0, values.typecode)


def _frame(rows: list[tuple[Any, ...]], schema: dict[str, Any]) -> pl.DataFrame:
    """A frame of rows, made column by column, which is quicker."""
    columns = zip(*rows, strict=True) if rows else [()] * len(schema)
    return pl.DataFrame(
        [
            pl.Series(name, values, dtype, strict=False)
            for (name, dtype), values in zip(schema.items(), columns, strict=True)
        ]
    )
