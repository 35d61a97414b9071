"""What the specification allows is read without a word."""

import json
from typing import Any

import jsonschema  # type: ignore[import-untyped, unused-ignore]
import pytest
from hypothesis import given
from hypothesis import strategies as st

import lineage_explorer as lx
from tests.conftest import ROOT
from tests.readers.valid import Schemas

FOLDER = ROOT.parent / "shared" / "spec"
SCHEMAS = Schemas(FOLDER) if FOLDER.is_dir() else None
EVENTS: st.SearchStrategy[Any] = SCHEMAS.events() if SCHEMAS else st.nothing()

needs_spec = pytest.mark.skipif(
    not SCHEMAS, reason="the specification (../shared/spec) is not beside this checkout"
)


@needs_spec
@given(EVENTS)
def test_every_event_made_from_the_schemas_is_valid(event) -> None:
    assert SCHEMAS
    jsonschema.Draft202012Validator(SCHEMAS.core).validate(event)


@needs_spec
@given(EVENTS)
def test_every_valid_event_is_read_without_problems(event) -> None:
    raw = json.dumps(event, ensure_ascii=False).encode()
    lin = lx.read(raw, redact=False)
    assert lin.problems.rows() == []
    assert json.loads(lin.event(0)) == event
