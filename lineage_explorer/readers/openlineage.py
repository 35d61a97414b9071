"""OpenLineage events → what each one tells.

One decode per event of its outer layer; datasets and jobs are decoded once per distinct text
(the same dataset object comes back in most events), with secrets taken out before anything is
looked at. Sources: OpenLineage spec 2-0-2, `OpenLineage.json`, and 1-0-x, which is a subset.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec
from msgspec import Raw, Struct

from lineage_explorer.naming import Name
from lineage_explorer.readers import facets, redact
from lineage_explorer.readers.lines import NOTHING, Found
from lineage_explorer.readers.times import parse_time

Issue = tuple[str, str]
Value = tuple[bytes, Any]
Facets = dict[str, Value]

TERMINAL = ("COMPLETE", "FAIL", "ABORT")
TYPES = ("START", "RUNNING", *TERMINAL, "OTHER")
_MEMO_BYTES = 64 << 20


@dataclass(slots=True)
class Part:
    """A job, a dataset or a run as one event tells it."""

    name: Name
    facets: Facets = field(default_factory=dict)
    io: Facets = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)


@dataclass(slots=True)
class Told:
    """One event."""

    event: int
    time: int | None
    kind: str
    type: str | None
    run: str | None
    producer: str | None
    job: Part | None
    dataset: Part | None
    run_facets: Facets
    inputs: list[Part]
    outputs: list[Part]
    issues: list[Issue]

    @property
    def rank(self) -> int:
        """START before others before terminal events of the same time."""
        if self.type == "START":
            return 0
        return 2 if self.type in TERMINAL else 1


class _Job(Struct, rename="camel"):
    namespace: Raw = NOTHING
    name: Raw = NOTHING
    facets: Raw = NOTHING
    input_facets: Raw = NOTHING
    output_facets: Raw = NOTHING


class _Run(Struct, rename="camel"):
    run_id: Raw = NOTHING
    facets: Raw = NOTHING


_part = msgspec.json.Decoder(_Job).decode
_run = msgspec.json.Decoder(_Run).decode
_members = msgspec.json.Decoder(dict[str, Raw]).decode
_elements = msgspec.json.Decoder(list[Raw]).decode
_ERRORS = (msgspec.DecodeError, UnicodeError, RecursionError)


class Teller:
    """Turns events into `Told`, remembering the parts it has seen."""

    def __init__(self, *, redact: bool = True) -> None:
        self.redact = redact
        self._memo: dict[tuple[str, bytes], Part | None] = {}
        self._size = 0

    def tell(self, found: Found, event: int) -> Told:
        """What one event tells. Never raises: what cannot be read is an issue of the event."""
        outer, issues = found.event, list[Issue]()
        job = self._named("job", outer.job, issues)
        dataset = self._named("dataset", outer.dataset, issues)
        run, run_facets = self._run(outer.run, issues)
        is_run = _is_object(outer.run)
        if job is None and dataset is None and not issues:
            issues.append(("no-identity", "a run event without a job was left out."))
        if is_run and run is None:
            issues.append(("no-run-id", "a run event without a runId."))
        kind = "run" if is_run else "job" if job else "dataset"
        return Told(
            event=event,
            time=_time(outer.event_time, issues),
            kind=kind,
            type=_type(outer.event_type, issues),
            run=run,
            producer=self._text(outer.producer),
            job=job,
            dataset=dataset,
            run_facets=run_facets,
            inputs=self._list("inputs", outer.inputs, issues) if job else [],
            outputs=self._list("outputs", outer.outputs, issues) if job else [],
            issues=issues,
        )

    def _named(self, entity: str, raw: Raw, issues: list[Issue]) -> Part | None:
        if _absent(raw):
            return None
        part = self._remember(entity, bytes(raw))
        if part is None:
            issues.append(("no-identity", f"a {entity} without namespace and name was left out."))
            return None
        issues.extend(part.issues)
        return part

    def _list(self, role: str, raw: Raw, issues: list[Issue]) -> list[Part]:
        if _absent(raw):
            return []
        try:
            items = _elements(raw)
        except _ERRORS:
            issues.append(("wrong-shape", f"expected `{role}` to be a list."))
            return []
        entity = role.removesuffix("s")
        return [part for item in items if (part := self._named(entity, item, issues)) is not None]

    def _remember(self, entity: str, raw: bytes) -> Part | None:
        key = (entity, raw)
        if key in self._memo:
            return self._memo[key]
        if self._size > _MEMO_BYTES:
            self._memo.clear()
            self._size = 0
        self._size += len(raw)
        part = self._memo[key] = self._decode(entity, raw)
        return part

    def _decode(self, entity: str, raw: bytes) -> Part | None:
        try:
            wire = _part(redact.json(raw) if self.redact else raw)
        except _ERRORS:
            return None
        namespace, name = _string(wire.namespace), _string(wire.name)
        if namespace is None or name is None:
            return None
        part = Part((namespace, name))
        kind = "job" if entity == "job" else "dataset"
        part.facets = _facets(kind, wire.facets, part.issues)
        if entity in ("input", "output"):
            raw_io = wire.input_facets if entity == "input" else wire.output_facets
            part.io = _facets(entity, raw_io, part.issues)
        return part

    def _run(self, raw: Raw, issues: list[Issue]) -> tuple[str | None, Facets]:
        if _absent(raw):
            return None, {}
        try:
            wire = _run(redact.json(bytes(raw)) if self.redact else bytes(raw))
        except _ERRORS:
            issues.append(("wrong-shape", "expected `run` to be an object."))
            return None, {}
        return _string(wire.run_id), _facets("run", wire.facets, issues)

    def _text(self, raw: Raw) -> str | None:
        value = _string(raw)
        return redact.text(value) if value and self.redact else value


def _facets(entity: str, raw: Raw, issues: list[Issue]) -> Facets:
    """The facets of an entity: the text of each, and its typed form where it is a standard one."""
    if _absent(raw):
        return {}
    try:
        members = _members(raw)
    except _ERRORS:
        issues.append(("wrong-shape", f"expected the {entity} facets to be an object."))
        return {}
    found: Facets = {}
    for key, value in members.items():
        text = bytes(value)
        if text == b"null":
            continue
        try:
            found[key] = (text, facets.decode(entity, key, text))
        except _ERRORS as error:
            where = str(error).partition(" - at ")
            reason = f"{where[0]} at {where[2]}" if where[2] else where[0]
            issues.append(("facet-invalid", f"{entity} facet {key!r} breaks its schema: {reason}."))
            found[key] = (text, None)
    return found


def _type(raw: Raw, issues: list[Issue]) -> str | None:
    if _absent(raw):
        return None
    value = _string(raw)
    if value is None:
        issues.append(("wrong-shape", "expected `eventType` to be a text."))
        return None
    if value.upper() not in TYPES:
        issues.append(("unknown-type", f"eventType {value!r}."))
    return value.upper() if value.upper() in TYPES else value


def _time(raw: Raw, issues: list[Issue]) -> int | None:
    value = _string(raw)
    if value is None:
        issues.append(("no-time", "the event has no eventTime."))
        return None
    time = parse_time(value)
    if time.oddity:
        issues.append((time.oddity, f"eventTime {value[:40]!r}."))
    return time.us


def _string(raw: Raw) -> str | None:
    """A JSON string, or a number as its digits; else None."""
    if _absent(raw):
        return None
    try:
        return facets.word(msgspec.json.decode(raw))
    except _ERRORS:
        return None


def _absent(raw: Raw) -> bool:
    view = memoryview(raw)
    return len(view) == 0 or bytes(view[:4]) == b"null"


def _is_object(raw: Raw) -> bool:
    return bytes(memoryview(raw)[:1]) == b"{"
