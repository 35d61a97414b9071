"""The audit trail of a report: what was asked, what was answered, and on what that rests.

A folder of files that are the same, byte for byte, whenever the same files are judged under the
same policy by the same version:

- `manifest.json`: versions, settings, coverage; hashes of inputs, policy, tables and other files;
- `decisions.jsonl`: every question with its answer, then every finding, one a line, each with the
  hash of the line before, in the shape of OPA's decision log;
- `evidence.jsonl`: the events findings point to: file, line, byte, hash, an excerpt without
  secrets;
- `policy.toml` (or `.json`) and `tables/*.csv`, and `rego/*.rego` where Rego answered: the rules;
- `report.html`: for reading;
- `root.json`: the Merkle root over the decisions, and the hash of the manifest;
- with a key `attestation.dsse.json` and `signer.pem`: an in-toto statement about all of them.

It shows whether anything was altered afterwards, not whether the events were true; and who holds
the key can make another history. No time is in it but the policy's and the events' own.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from lineage_explorer import __version__
from lineage_explorer.errors import LineageError, MissingExtra
from lineage_explorer.plain import plain
from lineage_explorer.readers.original import original
from lineage_explorer.readers.sources import Blob
from lineage_explorer.residency import canonical
from lineage_explorer.residency.audit_page import page
from lineage_explorer.residency.facts import Facts
from lineage_explorer.residency.rego import Asked

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from lineage_explorer.lineage import Lineage
    from lineage_explorer.residency.report import ResidencyReport

SCHEMA = "lineage-explorer/residency-audit/1"
STATEMENT = "application/vnd.in-toto+json"
OWN = "of this package"
IN_REGO = "in Rego, asked of "
EXCERPT = 240
_CHUNK = 1 << 20


def write_audit(
    report: ResidencyReport, folder: str | os.PathLike[str], key: object = None
) -> Path:
    """Write the audit trail into a folder, which is made.

    Raises:
        LineageError: if the folder is not empty, or an input changed since it was read.
        MissingExtra: with a key, if `cryptography` is not installed.
    """
    place = Path(folder)
    if place.exists() and any(place.iterdir()):
        hint = "give a folder that does not exist yet."
        raise LineageError(f"{plain(str(place))} is not empty.", hint)
    signer = _signer(key) if key is not None else None
    files = trail(report, place)
    if signer is not None:
        files |= signed(files, signer)
    place.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (place / name).parent.mkdir(exist_ok=True)
        (place / name).write_bytes(content)
    return place


def trail(
    report: ResidencyReport, place: Path, lay: Mapping[str, str | None] | None = None
) -> dict[str, bytes]:
    """The files of an audit trail that will lie there, by name; the signature is not in it.

    Args:
        report: of what.
        place: where the trail lies.
        lay: where the inputs lay from there when it was first made; where they lie now if not given.
    """
    decisions = list(_decisions(report))
    policy = report.policy
    files = {
        "decisions.jsonl": b"".join(line + b"\n" for line in decisions),
        "evidence.jsonl": b"".join(canonical.line(found) + b"\n" for found in _evidence(report)),
        _policy_name(report): policy.text.encode(),
        "report.html": page(report),
        **_rego(report),
        **{f"tables/{name}.csv": text.encode() for name, text in tables(policy.facts).items()},
    }
    manifest = canonical.line(_manifest(report, files, lay or _lie(report, place)))
    files["manifest.json"] = manifest
    files["root.json"] = canonical.line({
        "decisions": len(decisions),
        "manifest": _hash(manifest),
        "root": canonical.root(decisions).hex(),
    })  # fmt: skip
    return files


def rules_of(report: ResidencyReport) -> str:
    """Whose rules answered, in words."""
    asked = report.judged.evaluator
    if asked is None:
        return OWN
    return f"{IN_REGO}{asked.program}" if isinstance(asked, Asked) else "of another evaluator"


def _rego(report: ResidencyReport) -> dict[str, bytes]:
    """The Rego policy that answered, if one did."""
    asked = report.judged.evaluator
    modules = asked.modules if isinstance(asked, Asked) else {}
    return {f"rego/{name}": text.encode() for name, text in modules.items()}


def _policy_name(report: ResidencyReport) -> str:
    return "policy.toml" if report.policy.path else "policy.json"


def tables(facts: Facts) -> dict[str, str]:
    """The tables as CSV, own rows in them."""
    found = {}
    for name, rows in sorted(facts.tables.items()):
        out = io.StringIO()
        columns = list(rows[0]) if rows else []
        writer = csv.DictWriter(out, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        found[name] = out.getvalue()
    return found


def _lie(report: ResidencyReport, place: Path) -> dict[str, str | None]:
    """Of each input the way to it from the trail; None for what was no file."""
    return {
        label: None
        if blob.path is None
        else os.path.relpath(blob.path.resolve(), place.resolve()).replace(os.sep, "/")
        for label, blob in report.lin.blobs.items()
    }


def _manifest(
    report: ResidencyReport, files: Mapping[str, bytes], lie: Mapping[str, str | None]
) -> dict[str, Any]:
    lin, policy = report.lin, report.policy
    return {
        "schema": SCHEMA,
        "tool": {"name": "lineage-explorer", "version": __version__},
        "policy": {
            "file": _policy_name(report),
            "name": policy.path,
            "sha256": policy.sha256,
            "policy_date": str(policy.policy_date or "run"),
            "minimum_grade": policy.minimum_grade,
        },
        "redacted": lin.redact,
        "rules": rules_of(report),
        "inputs": [
            _input(lin, label, blob, lie.get(label)) for label, blob in sorted(lin.blobs.items())
        ],
        "events": len(lin.events),
        "problems": _counted(lin.problems, "code"),
        "findings": _counted(report.findings, "verdict"),
        "coverage": report.coverage.to_dicts(),
        "files": {name: _hash(content) for name, content in sorted(files.items())},
        "words": "no violation observed in these files under this policy is the most it can say",
    }


def _counted(frame: pl.DataFrame, column: str) -> dict[str, int]:
    return dict(frame.group_by(column).len().sort(column).iter_rows())


def _input(lin: Lineage, label: str, blob: Blob, at: str | None) -> dict[str, Any]:
    """A file that was read: its name, where it lies from the trail, hash, size, format."""
    form = next((form for file, form, _, _ in lin.recognised if file == label), "json")
    digest = hashlib.sha256()
    size = 0
    if blob.path is None:
        digest.update(blob.data)
        size = len(blob.data)
    else:
        with blob.path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
    return {"name": label, "at": at, "sha256": digest.hexdigest(), "bytes": size, "format": form}


def _decisions(report: ResidencyReport) -> Iterator[bytes]:
    """One line a question, then one a finding; each holds the hash of the line before."""
    before = ""
    revision = {"policy": {"revision": report.policy.sha256}}
    for seq, (path, day, asked, answer) in enumerate(_entries(report)):
        made = canonical.line({
            "bundles": revision,
            "decision_id": f"{seq}",
            "input": asked,
            "labels": {"id": "lineage-explorer", "version": __version__},
            "path": path,
            "prev": before,
            "result": answer,
            "timestamp": f"{day}T00:00:00Z",
        })  # fmt: skip
        before = _hash(made)
        yield made


def _entries(report: ResidencyReport) -> Iterator[tuple[str, str, dict[str, Any], dict[str, Any]]]:
    for question, decision in report.judged.questions:
        answer = {"verdict": decision.verdict, "rule": decision.rule, "reason": decision.reason}
        yield "residency/decision", question.day.isoformat(), question.document(), answer
    day = report.policy.policy_date or max(
        (question.day for question, _ in report.judged.questions), default=None
    )
    for row in report.findings.iter_rows(named=True):
        asked = {key: row[key] for key in ("id", "kind", "node", "run", "field")}
        answer = {key: value for key, value in row.items() if key not in asked}
        yield "residency/finding", str(day or "0001-01-01"), asked, answer


def _evidence(report: ResidencyReport) -> Iterator[dict[str, Any]]:
    """The events findings point to."""
    lin = report.lin
    wanted = report.findings["events"].explode(empty_as_null=False).drop_nulls().unique().sort()
    rows = lin.events.join(pl.DataFrame({"event": wanted}), on="event", how="semi").sort("event")
    for row in rows.iter_rows(named=True):
        raw = original(lin.events, lin.blobs, lin.recognised, row["event"])
        shown = lin.event_line(row["event"])
        yield {
            "event": row["event"],
            "excerpt": plain(shown[:EXCERPT]),
            "file": row["file"],
            "line": row["line"],
            "offset": row["offset"],
            "length": row["length"],
            "sha256": _hash(raw),
        }


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


# Signing ------------------------------------------------------------------------------------------


def _signer(key: object) -> Ed25519PrivateKey:
    """The Ed25519 key that was given: the key itself, or the path of a PEM file without password."""
    try:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
    except ImportError as error:
        hint = "pip install 'lineage-explorer[audit]'"
        raise MissingExtra("signing needs the package cryptography.", hint) from error
    if isinstance(key, str | os.PathLike):
        try:
            key = load_pem_private_key(Path(key).read_bytes(), None)
        except (ValueError, TypeError) as error:
            hint = "an Ed25519 key in PEM, without a password."
            raise LineageError("the key cannot be read.", hint) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise LineageError(
            "the key is no Ed25519 key.", "make one: openssl genpkey -algorithm ed25519"
        )
    return key


def signed(files: Mapping[str, bytes], key: Ed25519PrivateKey) -> dict[str, bytes]:
    """A DSSE envelope with an in-toto statement about these files, and the public key."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    body = statement({**files, "signer.pem": pem})
    envelope = {
        "payload": base64.b64encode(body).decode(),
        "payloadType": STATEMENT,
        "signatures": [
            {"keyid": _hash(pem), "sig": base64.b64encode(key.sign(encoded(body))).decode()}
        ],
    }
    return {"attestation.dsse.json": canonical.line(envelope), "signer.pem": pem}


def statement(files: Mapping[str, bytes]) -> bytes:
    """An in-toto statement whose subjects are these files."""
    return canonical.line({
        "_type": "https://in-toto.io/Statement/v1",
        "predicate": {"schema": SCHEMA},
        "predicateType": f"urn:{SCHEMA.replace('/', ':')}",
        "subject": [
            {"digest": {"sha256": _hash(content)}, "name": name}
            for name, content in sorted(files.items())
        ],
    })  # fmt: skip


def encoded(body: bytes) -> bytes:
    """What is signed: DSSE's pre-authentication encoding.

    >>> encoded(b"{}")
    b'DSSEv1 28 application/vnd.in-toto+json 2 {}'
    """
    kind = STATEMENT.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(body), body)
