"""The JSON of an event → the event, down to its facets, which are still JSON text.

Nearly every event has the specification's shape and is decoded in one go. Where one has not,
what is wrong costs no more than itself, and is marked.
"""

from __future__ import annotations

from typing import Any, TypeVar, cast

import msgspec
from msgspec import Raw, Struct

from lineage_explorer.readers.facets import word

NOTHING = Raw(b"")
Facets = dict[str, Raw] | None


class Run(Struct, rename="camel", forbid_unknown_fields=True, gc=False):
    """A run as an event has it; its facets are still JSON text."""

    run_id: str | None = None
    facets: Facets = None


class Node(Struct, forbid_unknown_fields=True, gc=False):
    """A job or dataset; its facets are still JSON text."""

    namespace: str | None = None
    name: str | None = None
    facets: Facets = None


class Input(Node, gc=False):
    """A dataset that is read."""

    of_side: Facets = msgspec.field(name="inputFacets", default=None)


class Output(Node, gc=False):
    """A dataset that is written."""

    of_side: Facets = msgspec.field(name="outputFacets", default=None)


class Event(Struct, rename="camel", forbid_unknown_fields=True, gc=False):
    """An event down to its facets. What is null is as if it were not there."""

    event_time: str | None = None
    event_type: str | None = None
    producer: str | None = None
    schema_url: str | None = msgspec.field(name="schemaURL", default=None)
    run: Run | None = None
    job: Node | None = None
    dataset: Node | None = None
    inputs: list[Input | None] | None = None
    outputs: list[Output | None] | None = None

    def __bool__(self) -> bool:
        """Whether it looks like an event at all."""
        parts = (self.job, self.dataset, self.run)
        return any(part is not None and part is not WRONG for part in parts)

    @property
    def certain(self) -> bool:
        """Whether it is an event even amid broken text: a parent facet has a run and a job too."""
        return self.event_time is not None


class Odd(Event, gc=False):
    """An event that has not quite the specification's shape, as much of it as has."""

    timed: bool = False
    """Whether its time is a text."""

    @property
    def certain(self) -> bool:
        return self.timed


WRONG: Any = Node()
"""Stands for a run, job or dataset that is no object."""
NO_FACETS: dict[str, Raw] = {}
"""Stands for facets that are no object, or have names that are no text."""
NO_LIST: list[Any] = []
"""Stands for inputs or outputs that are no list."""
ERRORS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class _Outer(Struct, rename="camel"):
    event_time: Raw = NOTHING
    event_type: Raw = NOTHING
    producer: Raw = NOTHING
    run: Raw = NOTHING
    job: Raw = NOTHING
    dataset: Raw = NOTHING
    inputs: Raw = NOTHING
    outputs: Raw = NOTHING


class _Part(Struct, rename="camel"):
    namespace: Raw = NOTHING
    name: Raw = NOTHING
    run_id: Raw = NOTHING
    facets: Raw = NOTHING
    input_facets: Raw = NOTHING
    output_facets: Raw = NOTHING


_event = msgspec.json.Decoder(Event).decode
_outer = msgspec.json.Decoder(_Outer).decode
_part = msgspec.json.Decoder(_Part).decode
_members = msgspec.json.Decoder(dict[str, Raw]).decode
_elements = msgspec.json.Decoder(list[Raw]).decode
_Some = TypeVar("_Some", Node, Input, Output)


def decode(text: bytes) -> Event:
    """The event that a JSON object tells of; it may be none (`bool(event)`).

    Raises:
        msgspec.DecodeError, UnicodeDecodeError, RecursionError: if it is not JSON, or no object.
    """
    try:
        return _event(text)
    except ERRORS:
        return _odd(text)


def _odd(text: bytes) -> Odd:
    outer = _outer(text)
    return Odd(
        event_time=_word(outer.event_time),
        event_type=_word(outer.event_type),
        producer=_word(outer.producer),
        run=_run(outer.run),
        job=_node(outer.job, Node),
        dataset=_node(outer.dataset, Node),
        inputs=_nodes(outer.inputs, Input),
        outputs=_nodes(outer.outputs, Output),
        timed=_first(outer.event_time) == b'"',
    )


def _run(raw: Raw) -> Run | None:
    part = _decoded(raw)
    return Run(_word(part.run_id), _facets(part.facets)) if isinstance(part, _Part) else part


def _node(raw: Raw, kind: type[_Some]) -> _Some | None:
    part = _decoded(raw)
    if not isinstance(part, _Part):
        return cast("_Some | None", part)
    node = kind(_word(part.namespace), _word(part.name), _facets(part.facets))
    if isinstance(node, Input):
        node.of_side = _facets(part.input_facets)
    elif isinstance(node, Output):
        node.of_side = _facets(part.output_facets)
    return node


def _nodes(raw: Raw, kind: type[_Some]) -> list[_Some | None] | None:
    if _is_null(raw):
        return None
    try:
        return [_node(item, kind) for item in _elements(raw)]
    except ERRORS:
        return NO_LIST


def _decoded(raw: Raw) -> Any:
    """A run, job or dataset; None where there is none."""
    if _is_null(raw):
        return None
    if _first(raw) != b"{":
        return WRONG
    try:
        return _part(raw)
    except ERRORS:
        return _Part()


def _facets(raw: Raw) -> Facets:
    if _is_null(raw):
        return None
    try:
        return _members(raw)
    except ERRORS:
        return NO_FACETS


def _word(raw: Raw) -> str | None:
    """A JSON string, or a number as its digits; an empty text for what is neither."""
    if _is_null(raw):
        return None
    try:
        return word(msgspec.json.decode(raw)) or ""
    except ERRORS:
        return ""


def _first(raw: Raw) -> bytes:
    return bytes(memoryview(raw)[:1])


def _is_null(raw: Raw) -> bool:
    """Whether it is null, or not there at all."""
    return _first(raw) in (b"n", b"")
