"""Is an audit trail unchanged, and does judging again come to the same bytes?"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lineage_explorer import __version__
from lineage_explorer.errors import LineageError
from lineage_explorer.plain import plain
from lineage_explorer.readers.sources import Blob
from lineage_explorer.residency import canonical
from lineage_explorer.residency.audit import IN_REGO, OWN, STATEMENT, encoded, statement, trail
from lineage_explorer.residency.facts import KEYS, Facts, read_rows
from lineage_explorer.residency.policy import Policy
from lineage_explorer.residency.rego import Asked, evaluator
from lineage_explorer.residency.report import residency

_SIGNATURE = ("attestation.dsse.json", "signer.pem")


@dataclass(frozen=True)
class Verified:
    """What was found.

    Attributes:
        differences: what is not as it was, exactly.
        checked: what was looked at and is as it was.
        open: what could not be looked at, and why. It is not a difference, nor is it fine.
    """

    differences: tuple[str, ...]
    checked: tuple[str, ...]
    open: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Nothing differs, and nothing is left open."""
        return not self.differences and not self.open

    def __str__(self) -> str:
        lines = [f"DIFFERS  {plain(text)}" for text in self.differences]
        lines += [f"open     {plain(text)}" for text in self.open]
        lines += [f"same     {plain(text)}" for text in self.checked]
        return "\n".join(lines)


def verify(
    folder: str | Path,
    sources: Sequence[str] = (),
    key: str | Path | None = None,
    opa: str | Path | None = None,
) -> Verified:
    """Look at every file of a trail, judge again, and compare byte for byte.

    Args:
        folder: where the trail is.
        sources: files or folders with the inputs; where they were, from the trail, if not given.
        key: the public key (PEM) that the signature is to be of.
        opa: the program `opa`, to judge again what it judged.
    """
    place = Path(folder)
    files = {
        path.relative_to(place).as_posix(): path.read_bytes()
        for path in sorted(place.rglob("*")) if path.is_file()
    }  # fmt: skip
    found = _Findings()
    manifest = _manifest(files, found)
    if manifest is not None:
        _hashes(files, manifest, found)
        _chain(files, found)
        _signed(files, key, found)
        _again(place, files, manifest, sources, opa, found)
    return Verified(tuple(found.differences), tuple(found.checked), tuple(found.open))


class _Findings:
    def __init__(self) -> None:
        self.differences: list[str] = []
        self.checked: list[str] = []
        self.open: list[str] = []

    def say(self, good: bool, name: str, wrong: str) -> None:  # noqa: FBT001
        if good:
            self.checked.append(name)
        else:
            self.differences.append(f"{name}: {wrong}")


def _manifest(files: Mapping[str, bytes], found: _Findings) -> dict[str, Any] | None:
    manifest = _parsed(files, "manifest.json", found)
    root = _parsed(files, "root.json", found)
    if not isinstance(manifest, dict) or not isinstance(root, dict):
        return None
    digest = hashlib.sha256(files["manifest.json"]).hexdigest()
    found.say(root.get("manifest") == digest, "manifest.json", "it is not the one root.json names")
    lines = files.get("decisions.jsonl", b"").splitlines()
    good = root.get("root") == canonical.root(lines).hex() and root.get("decisions") == len(lines)
    found.say(good, "root.json", "its root is not that of the decisions")
    return manifest


def _parsed(files: Mapping[str, bytes], name: str, found: _Findings) -> Any:
    """The JSON of a file, if it is there and in its one form."""
    if name not in files:
        found.differences.append(f"{name}: it is missing")
        return None
    try:
        value = json.loads(files[name])
        if canonical.line(value) == files[name]:
            return value
    except (ValueError, TypeError, RecursionError):
        pass
    found.differences.append(f"{name}: it is not the canonical JSON it was written as")
    return None


def _hashes(files: Mapping[str, bytes], manifest: Mapping[str, Any], found: _Findings) -> None:
    listed = manifest.get("files")
    listed = listed if isinstance(listed, dict) else {}
    for name, digest in sorted(listed.items()):
        if name not in files:
            found.differences.append(f"{name}: it is missing")
        else:
            good = hashlib.sha256(files[name]).hexdigest() == digest
            found.say(good, name, "its hash is not the one in manifest.json")
    known = {*listed, "manifest.json", "root.json", *_SIGNATURE}
    found.differences += [f"{name}: it does not belong here" for name in files if name not in known]


def _chain(files: Mapping[str, bytes], found: _Findings) -> None:
    """Each line of the decisions holds the hash of the one before."""
    before = ""
    for number, line in enumerate(files.get("decisions.jsonl", b"").splitlines(), 1):
        try:
            prev = json.loads(line)["prev"]
        except (ValueError, KeyError, TypeError):
            prev = None
        if prev != before:
            found.differences.append(
                f"decisions.jsonl:{number}: it does not follow the line before"
            )
            return
        before = hashlib.sha256(line).hexdigest()


def _signed(files: Mapping[str, bytes], key: str | Path | None, found: _Findings) -> None:
    there = [name for name in _SIGNATURE if name in files]
    if not there:
        if key is not None:
            found.differences.append("attestation.dsse.json: it is missing, a key was given")
        return
    envelope = _parsed(files, _SIGNATURE[0], found)
    pem = files.get(_SIGNATURE[1])
    if envelope is None or pem is None:
        if pem is None:
            found.differences.append(f"{_SIGNATURE[1]}: it is missing")
        return
    if key is not None and Path(key).read_bytes() != pem:
        found.differences.append("signer.pem: it is not the key that was given")
    try:
        from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
        from cryptography.hazmat.primitives.serialization import load_pem_public_key
    except ImportError:
        found.open.append("attestation.dsse.json: not checked, cryptography is not installed")
        return
    wrong = "the signature is not one of signer.pem over these files"
    try:
        (signature,) = envelope["signatures"]
        body, sig = (_unpacked(text) for text in (envelope["payload"], signature["sig"]))
        public = load_pem_public_key(pem)
        known = isinstance(public, Ed25519PublicKey)
        if isinstance(public, Ed25519PublicKey):
            public.verify(sig, encoded(body))
        others = {name: content for name, content in files.items() if name != _SIGNATURE[0]}
        good = (
            known
            and body == statement(others)
            and signature["keyid"] == hashlib.sha256(pem).hexdigest()
            and envelope["payloadType"] == STATEMENT
            and set(envelope) == {"payload", "payloadType", "signatures"}
            and set(signature) == {"keyid", "sig"}
        )
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, KeyError, TypeError):
        good = False
    found.say(good, f"{_SIGNATURE[0]} (key {hashlib.sha256(pem).hexdigest()[:16]})", wrong)


def _unpacked(text: str) -> bytes:
    """What base64 holds, if it is written in the one way it can be."""
    raw = base64.b64decode(text, validate=True)
    if base64.b64encode(raw).decode() != text:
        raise ValueError
    return raw


def _again(
    place: Path,
    files: Mapping[str, bytes],
    manifest: Mapping[str, Any],
    sources: Sequence[str],
    opa: str | Path | None,
    found: _Findings,
) -> None:
    """Judge the same files under the same policy and tables, and compare."""
    version = manifest.get("tool", {}).get("version")
    if version != __version__:
        found.open.append(f"judging again: made by version {version}, this is {__version__}")
        return
    asked = None
    if manifest.get("rules") != OWN:
        asked = _asked(place, str(manifest.get("rules")), opa, found)
        if asked is None:
            return
    try:
        blobs = list(_inputs(place, manifest, sources, found))
        policy = _policy(files, manifest)
    except (LineageError, OSError, KeyError, TypeError, ValueError, AttributeError) as error:
        found.open.append(f"judging again: {error}")
        return
    if found.open:
        return
    from lineage_explorer import readers
    from lineage_explorer.lineage import Lineage

    redact = bool(manifest["redacted"])
    forms = {str(one["name"]): str(one["format"]) for one in manifest["inputs"]}
    form = next(iter(forms.values()), "json") if len(set(forms.values())) == 1 else "auto"
    read = readers.read(blobs, format=form, redact=redact, cache=False)
    lin = Lineage(read.frames, read.blobs, redact, read.recognised)
    lay = {str(one["name"]): one["at"] for one in manifest["inputs"]}
    made = trail(residency(lin, policy, asked), place, lay)
    for name, content in sorted(made.items()):
        if files.get(name) != content:
            where = _first(files.get(name, b""), content)
            found.differences.append(f"{name}: judging again gives something else{where}")
    by = f", by {asked.program}" if asked else ""
    found.checked.append(f"judged again: {len(lin.events):,} events, {len(made)} files{by}")


def _asked(place: Path, rules: str, opa: str | Path | None, found: _Findings) -> Asked | None:
    """The Rego policy of the trail with the engine that answered; None where it is not here."""
    if not rules.startswith(IN_REGO):
        found.open.append("judging again: the rules that answered are not in the trail")
        return None
    program = rules.removeprefix(IN_REGO)
    if program.startswith("opa ") and opa is None:
        found.open.append(f"judging again: {program} answered; name the program with --opa")
        return None
    try:
        asked = evaluator(place / "rego", opa if program.startswith("opa ") else None)
    except (LineageError, OSError, UnicodeDecodeError) as error:
        found.open.append(f"judging again: {program} answered: {error}")
        return None
    if asked.program != program:
        found.open.append(f"judging again: {program} answered, this is {asked.program}")
        return None
    return asked


def _inputs(
    place: Path, manifest: Mapping[str, Any], sources: Sequence[str], found: _Findings
) -> Iterator[Blob]:
    for one in manifest["inputs"]:
        name, path = str(one["name"]), _where(place, one, sources)
        if path is None or not path.is_file():
            found.open.append(f"judging again: input {name} is not there; give it with --source")
            continue
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
        if digest.hexdigest() != one["sha256"]:
            found.differences.append(f"input {name}: its hash is not the one in manifest.json")
        yield Blob(name, path)


def _where(place: Path, one: Mapping[str, Any], sources: Sequence[str]) -> Path | None:
    """Where an input is: in a source that was given, else where it was from the trail."""
    name = str(one["name"])
    for source in sources:
        path = Path(source)
        if path.is_dir() and (path / name).is_file():
            return path / name
        if path.is_file() and path.name == Path(name).name:
            return path
    return place / str(one["at"]) if one["at"] is not None and not sources else None


def _policy(files: Mapping[str, bytes], manifest: Mapping[str, Any]) -> Policy:
    """The policy of the trail, with the tables of the trail."""
    told = manifest["policy"]
    rows = {
        name: tuple(read_rows(files[f"tables/{name}.csv"].decode(), name, f"tables/{name}.csv"))
        for name in KEYS
    }
    facts = Facts(rows)
    if told["file"] == "policy.toml":
        policy = Policy.of_text(files["policy.toml"].decode(), str(told["name"]), facts)
    else:
        text = files["policy.json"].decode()
        policy = Policy.of(json.loads(text), facts) if text else Policy(facts=facts)
    return replace(policy, facts=facts)


def _first(old: bytes, new: bytes) -> str:
    """Where two files begin to differ."""
    before, after = old.splitlines(), new.splitlines()
    for number, (one, other) in enumerate(zip(before, after, strict=False), 1):
        if one != other:
            return f", first in line {number}"
    return f": {len(before)} lines, {len(after)} expected"
