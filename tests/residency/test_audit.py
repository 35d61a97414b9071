"""The audit trail: the same bytes whenever it is made, and no byte of it can be changed unseen."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence
from html.parser import HTMLParser
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given
from hypothesis import strategies as st

import lineage_explorer as lx
from lineage_explorer.cli import main
from lineage_explorer.errors import LineageError
from lineage_explorer.residency import canonical, rego
from lineage_explorer.residency.facts import Facts
from lineage_explorer.residency.question import Decision, Question
from lineage_explorer.residency.report import residency
from lineage_explorer.residency.verify import Verified, verify
from tests.events import ndjson
from tests.residency.made import columns, data, run

POLICY = """policy_date = 2026-11-22

[[places]]
match = "de*"
places = ["DE"]

[[places]]
match = "us*"
places = ["US"]

[[labels]]
dataset = "a"
permitted = ["DE"]
regimes = ["eu_gdpr"]
"""
NAMES = (
    "attestation.dsse.json", "decisions.jsonl", "evidence.jsonl", "manifest.json", "policy.toml",
    "report.html", "root.json", "signer.pem", "tables/cloud_regions.csv", "tables/groups.csv",
    "tables/regimes.csv", "tables/transfers.csv",
)  # fmt: skip
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a log and a policy."""
    told = columns(name=[("de/a", "name", True)])
    events = [
        run("copy", ["de/a"], [data("us/b", columnLineage=told)]),
        run("x", ["us/b"], ["q/c"]),
    ]
    (tmp_path / "log.ndjson").write_bytes(ndjson(*events))
    (tmp_path / "policy.toml").write_text(POLICY, "utf-8")
    return tmp_path


def judged(place: Path) -> lx.ResidencyReport:
    return lx.read(place / "log.ndjson").residency(place / "policy.toml")


@pytest.fixture
def trail(place: Path) -> Path:
    """A signed trail of it."""
    return judged(place).write_audit(place / "audit", KEY)


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*") if path.is_file()
    }  # fmt: skip


def test_a_trail_has_these_files(trail):
    assert sorted(files(trail)) == sorted(NAMES)


def test_an_untouched_trail_is_the_same(trail):
    found = verify(trail)
    assert found == Verified((), found.checked, ())
    assert found.same
    assert any("judged again" in text for text in found.checked)


def test_the_same_files_make_the_same_bytes(place, trail):
    again = judged(place).write_audit(place / "again", KEY)
    assert files(trail) == files(again)


@pytest.mark.parametrize("name", NAMES)
def test_any_byte_of_any_file_that_is_flipped_is_found(place, trail, name):
    """Every byte of small files; of large ones the ends and some between, each bit in turn."""
    path = trail / name
    content = path.read_bytes()
    step = max(1, len(content) // 60)
    for at in sorted({*range(0, len(content), step), 0, len(content) - 1}):
        changed = bytearray(content)
        changed[at] ^= 1 << (at % 8)
        path.write_bytes(changed)
        found = verify(trail, [str(place / "nowhere")])  # without judging again: hashes alone do
        assert any(name in text for text in found.differences), (name, at)
    path.write_bytes(content)
    assert verify(trail).same


@pytest.mark.parametrize("name", NAMES)
def test_a_file_that_is_gone_cut_or_longer_is_found(trail, name):
    content = (trail / name).read_bytes()
    (trail / name).unlink()
    assert any(name in text for text in verify(trail).differences)
    for other in (content[:-1], content + b"\n", b""):
        (trail / name).write_bytes(other)
        assert any(name in text for text in verify(trail).differences), len(other)


def test_a_file_that_does_not_belong_there_is_found(trail):
    (trail / "more.txt").write_text("x", "utf-8")
    assert "more.txt: it does not belong here" in verify(trail).differences


def test_an_input_that_changed_is_found(place, trail):
    content = (place / "log.ndjson").read_bytes()
    (place / "log.ndjson").write_bytes(content.replace(b'"copy"', b'"kopy"'))
    found = verify(trail)
    assert any(text.startswith("input ") for text in found.differences)
    assert any("judging again gives something else, first in line" in t for t in found.differences)


def test_an_input_that_is_gone_is_open_and_not_fine(place, trail):
    (place / "log.ndjson").unlink()
    found = verify(trail)
    assert not found.differences
    assert not found.same
    assert "is not there; give it with --source" in found.open[0]


def test_an_input_may_have_moved(place, trail, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    shutil.move(place / "log.ndjson", elsewhere / "log.ndjson")
    assert verify(trail, [str(elsewhere)]).same
    assert verify(trail, [str(elsewhere / "log.ndjson")]).same


def rewritten(trail: Path, name: str, old: bytes, new: bytes) -> None:
    """Change a file and every hash that names it, as one without the key could."""
    path = trail / name
    before = hashlib.sha256(path.read_bytes()).hexdigest().encode()
    assert old in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(old, new))
    after = hashlib.sha256(path.read_bytes()).hexdigest().encode()
    manifest = trail / "manifest.json"
    first = hashlib.sha256(manifest.read_bytes()).hexdigest().encode()
    manifest.write_bytes(manifest.read_bytes().replace(before, after))
    second = hashlib.sha256(manifest.read_bytes()).hexdigest().encode()
    root = trail / "root.json"
    root.write_bytes(root.read_bytes().replace(first, second))


def test_a_history_made_anew_is_found_by_judging_again(trail):
    rewritten(trail, "report.html", b"outside", b"in side")
    (trail / "attestation.dsse.json").unlink()
    (trail / "signer.pem").unlink()
    assert any("report.html: judging again" in text for text in verify(trail).differences)


def test_a_history_made_anew_is_found_by_the_signature(place, trail):
    rewritten(trail, "report.html", b"outside", b"in side")
    found = verify(trail, [str(place / "nowhere")])
    assert any(text.startswith("attestation.dsse.json") for text in found.differences)


def pem(key: Any) -> bytes:
    return bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def test_a_signature_of_another_key_is_found_where_the_key_is_known(place, trail):
    (place / "known.pem").write_bytes(pem(KEY.public_key()))
    (place / "other.pem").write_bytes(pem(Ed25519PrivateKey.generate().public_key()))
    assert verify(trail, key=place / "known.pem").same
    assert (
        "signer.pem: it is not the key that was given"
        in verify(trail, key=place / "other.pem").differences
    )


def test_a_missing_signature_is_found_where_a_key_is_given(place):
    folder = judged(place).write_audit(place / "plain")
    (place / "known.pem").write_bytes(pem(KEY.public_key()))
    assert verify(folder).same
    assert (
        "it is missing, a key was given" in verify(folder, key=place / "known.pem").differences[0]
    )


def test_the_key_may_be_a_file_and_has_to_be_ed25519(place):
    keys: list[tuple[Any, bool]] = [(KEY, True), (generate_private_key(SECP256R1()), False)]
    for number, (key, good) in enumerate(keys):
        path = place / f"key{number}.pem"
        path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        if good:
            assert verify(judged(place).write_audit(place / "signed", path)).same
        else:
            with pytest.raises(LineageError, match="no Ed25519 key"):
                judged(place).write_audit(place / "wrong", path)
    (place / "nonsense.pem").write_text("x", "utf-8")
    with pytest.raises(LineageError, match="cannot be read"):
        judged(place).write_audit(place / "wrong", place / "nonsense.pem")


def test_a_folder_with_something_in_it_is_not_written_to(trail, place):
    with pytest.raises(LineageError, match="is not empty"):
        judged(place).write_audit(trail)


def test_decisions_are_in_the_shape_of_opas_decision_log(trail):
    lines = (trail / "decisions.jsonl").read_bytes().splitlines()
    before = ""
    for seq, line in enumerate(lines):
        told = json.loads(line)
        assert set(told) == {
            "bundles", "decision_id", "input", "labels", "path", "prev", "result", "timestamp",
        }  # fmt: skip
        assert (told["decision_id"], told["prev"]) == (str(seq), before)
        before = hashlib.sha256(line).hexdigest()
    paths = [json.loads(line)["path"] for line in lines]
    assert set(paths) == {"residency/decision", "residency/finding"}


def test_evidence_names_the_bytes_of_every_event_a_finding_rests_on(place, trail):
    log = (place / "log.ndjson").read_bytes()
    lines = [json.loads(line) for line in (trail / "evidence.jsonl").read_bytes().splitlines()]
    assert lines
    for told in lines:
        raw = log[told["offset"] : told["offset"] + told["length"]]
        assert hashlib.sha256(raw).hexdigest() == told["sha256"]


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.seen.add(tag)
        assert not [name for name, _ in attrs if name.startswith("on") or name in ("src", "href")]


def test_the_page_is_for_reading_only(place):
    events = [run("copy", ["de/a"], [data("us/<script>alert(1)</script>")])]
    (place / "log.ndjson").write_bytes(ndjson(*events))
    text = (judged(place).write_audit(place / "page") / "report.html").read_text("utf-8")
    tags = Tags()
    tags.feed(text)
    assert "script" not in tags.seen
    assert "default-src 'none'" in text
    assert "not legal advice" in text
    for word in ("compliant", "proves", "certified"):
        assert word not in text.lower()


def test_what_a_rego_policy_answered_is_judged_again_by_the_same_engine(place):
    lin = lx.read(place / "log.ndjson")
    made = residency(lin, place / "policy.toml", rego.evaluator(rego.shipped()))
    trail = made.write_audit(place / "rego")
    assert (trail / "rego/residency.rego").exists()
    found = verify(trail)
    assert found.same
    assert found.checked[-1].endswith(f"by regopy {version('regopy')}")


def test_a_history_made_anew_with_another_rego_policy_is_found_by_judging_again(place):
    lin, policy = lx.read(place / "log.ndjson"), place / "policy.toml"
    trail = residency(lin, policy, rego.evaluator(rego.shipped())).write_audit(place / "rego")
    rewritten(trail, "rego/residency.rego", b'"outside"', b'"within"')
    assert any("decisions.jsonl: judging again" in text for text in verify(trail).differences)


def lenient(questions: Sequence[Question], _: Facts) -> list[Decision]:
    return [Decision("within", "mine", "because")] * len(questions)


def test_what_other_rules_answered_is_open_when_verified(place):
    made = residency(lx.read(place / "log.ndjson"), place / "policy.toml", lenient)
    found = verify(made.write_audit(place / "lenient"))
    assert not found.differences
    assert "the rules that answered are not in the trail" in found.open[0]


def test_without_the_engine_that_answered_judging_again_is_open(place, monkeypatch):
    made = residency(
        lx.read(place / "log.ndjson"), place / "policy.toml", rego.evaluator(rego.shipped())
    )
    trail = made.write_audit(place / "rego")
    monkeypatch.setattr("lineage_explorer.residency.rego_engines.find_spec", lambda _: None)
    found = verify(trail)
    assert not found.differences
    assert "Rego needs the package regopy" in found.open[0]


def test_a_policy_given_in_code_can_be_judged_again(place):
    policy = {"policy_date": "2026-11-22", "places": [{"match": "de*", "places": ["DE"]}]}
    report = lx.read(place / "log.ndjson").residency(policy)
    assert verify(report.write_audit(place / "code")).same


def test_on_the_command_line_a_trail_is_written_and_verified(place):
    log, policy, out = (str(place / name) for name in ("log.ndjson", "policy.toml", "trail"))
    made = CliRunner().invoke(main, ["residency", "check", log, "--policy", policy, "--audit", out])
    assert made.exit_code == 1  # something is outside
    assert CliRunner().invoke(main, ["audit", "verify", out]).exit_code == 0
    (place / "trail" / "manifest.json").write_bytes(b"{}")
    done = CliRunner().invoke(main, ["audit", "verify", out])
    assert done.exit_code == 1
    assert "DIFFERS" in done.output


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=4),
)  # fmt: skip


@given(JSON)
def test_lines_are_those_of_rfc_8785(value):
    assert canonical.line(value) == rfc8785.dumps(value)


def merkle(leaves: list[bytes]) -> bytes:
    """As RFC 6962 writes it: split at the largest power of two below."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    both = merkle(leaves[:half]) + merkle(leaves[half:])
    return hashlib.sha256(b"\1" + both).digest()


@given(st.lists(st.binary(max_size=8), max_size=40))
def test_roots_are_those_of_rfc_6962(leaves):
    assert canonical.root(leaves) == merkle(leaves)


@pytest.mark.parametrize("value", [2**53, 0.5, {1: 2}, {1, 2}])
def test_what_has_no_one_form_is_refused(value):
    with pytest.raises((TypeError, ValueError)):
        canonical.line(value)
