r"""Secrets are taken out while reading, before anything else sees the text.

Replaced, in any facet and at any depth, also in JSON that stands in a string:

- the values of `environmentVariables`;
- what stands under keys such as password, token, secret or accessKey, also as
  `{"name": key, "value": …}`. Names of columns are no such keys;
- in any text (SQL, source code, messages, names): user names and passwords in URLs and Oracle's
  `user/password@`, parameters (`password=…`, `?sig=…`, `"token": "…"`, `--password …`),
  `IDENTIFIED BY …`, `PASSWORD '…'`, `Bearer …`, private keys and tokens of well-known shape.

`wasbs://container@account` and `abfss://container@account` stay: that is no user. What cannot be
known is a secret by nothing but itself, such as a bare word in prose.

A secret becomes `[redacted]`. Whether two of them were equal is then unknown, not "equal". Who
needs to know sets the environment variable LINEAGE_EXPLORER_REDACTION_KEY to a long random text:
then it becomes `[redacted:1f2e3d4c]`, a keyed hash, equal for equal secrets in all logs read with
that key. There is no key by default, because any choice would be dishonest: one in the package or
made from the log lets everybody try passwords against the hash, and one made up for each user gives
other frames on other machines.
"""

from __future__ import annotations

from functools import lru_cache
from json import loads

import msgspec
from msgspec import Raw

from lineage_explorer.readers.secret_text import HIDDEN, KEY_VARIABLE, hidden, names_secret, text
from lineage_explorer.readers.sound import too_deep
from lineage_explorer.readers.suspects import suspect, suspect_many

__all__ = ["ERRORS", "HIDDEN", "KEY_VARIABLE", "hidden", "json", "suspect", "suspect_many", "text"]

ERRORS = (msgspec.DecodeError, UnicodeError, RecursionError)
_PAIR_NAMES = ("name", "key")
_KEYED_BY_COLUMN = ("fields", "columnMetrics")
_NO_SECRET = (b"t", b"f", b"n")

_members = msgspec.json.Decoder(dict[str, Raw]).decode
_elements = msgspec.json.Decoder(list[Raw]).decode
_string = msgspec.json.Decoder(str).decode
_value = msgspec.json.Decoder(Raw).decode
_encode = msgspec.json.Encoder().encode
_is_secret = lru_cache(4096)(names_secret)


def json(raw: bytes) -> bytes:
    """JSON text without secrets; the same bytes where there are none.

    Raises:
        msgspec.DecodeError: if it is suspect, and no JSON.
    """
    if not suspect(raw):
        return raw
    value = bytes(_value(raw))
    clean = _clean(value)
    return raw if clean == value else clean


# Each of these takes the text of a JSON value and gives it without secrets, byte for byte the same
# if there are none. Only what is suspect is taken apart.


def _clean(raw: bytes) -> bytes:
    if raw[:1] == b"{":
        return _clean_object(raw)
    if raw[:1] == b"[":
        return _clean_list(raw)
    return _clean_string(raw) if raw[:1] == b'"' else raw


def _clean_list(raw: bytes) -> bytes:
    items = list(map(bytes, _elements(raw)))
    marks = suspect_many(items)
    clean = [_clean(item) if mark else item for item, mark in zip(items, marks, strict=True)]
    return raw if clean == items else b"[%b]" % b",".join(clean)


def _clean_object(raw: bytes) -> bytes:
    members = {key: bytes(value) for key, value in _members(raw).items()}
    named = any(_is_secret(_text_of(members.get(name, b""))) for name in _PAIR_NAMES)
    marks = suspect_many(list(members.values()))
    clean: dict[str, bytes] = {}
    for (key, value), mark in zip(members.items(), marks, strict=True):
        name = key
        if key in _KEYED_BY_COLUMN and value[:1] == b"{":
            new = _clean_columns(value)
        elif _is_environment(key) and key not in _keys(value):
            new = _environment(value)
        else:
            name = text(key)
            if _is_secret(key) or (named and "value" in key.lower()):
                new = _hide(value)
            else:
                new = _clean(value) if mark else value
        clean[name] = new
    told = _object(clean)
    return raw if clean == members and not _repeats(raw, told, len(members)) else told


def _clean_columns(raw: bytes) -> bytes:
    members = {name: bytes(column) for name, column in _members(raw).items()}
    clean = {
        text(name): _hide(column) if _is_secret(name) and column[:1] != b"{" else json(column)
        for name, column in members.items()
    }
    return raw if clean == members else _object(clean)


def _clean_string(raw: bytes) -> bytes:
    value = _string(raw)
    clean = _clean_text(value)
    return raw if clean == value else _encode(clean)


def _clean_text(value: str) -> str:
    if value[:1] in ("{", "[") and value[-1:] in ("}", "]"):
        raw = value.encode("utf-8", "surrogatepass")
        if not too_deep(raw):
            try:
                clean = json(bytes(_value(raw)))
            except ERRORS:
                return text(value)
            return value if clean == raw else clean.decode()
    return text(value)


def _hide(raw: bytes) -> bytes:
    """All that stands under a secret key, but the facet's own links."""
    first = raw[:1]
    if first == b"[":
        return b"[%b]" % b",".join(_hide(bytes(item)) for item in _elements(raw))
    if first == b"{":
        return _object(
            {
                text(key): (_clean if key.startswith("_") else _hide)(bytes(value))
                for key, value in _members(raw).items()
            }
        )
    if first in _NO_SECRET:
        return raw
    return _encode(hidden(_string(raw) if first == b'"' else raw.decode()))


def _environment(raw: bytes) -> bytes:
    """The values of environment variables, listed with their names or keyed by them."""
    if raw[:1] != b"[":
        return _hide(raw)
    items = [bytes(item) for item in _elements(raw)]
    return b"[%b]" % b",".join(map(_variable, items))


def _variable(raw: bytes) -> bytes:
    members = _keys(raw)
    if "value" not in members:
        return _hide(raw)
    value = _hide(bytes(members["value"]))
    return _object({**_keys(_clean_object(raw)), "value": value})


def _object(members: dict[str, bytes] | dict[str, bytes | Raw]) -> bytes:
    return b"{%b}" % b",".join(
        b"%b:%b" % (_encode(key), bytes(value)) for key, value in members.items()
    )


def _keys(raw: bytes) -> dict[str, Raw]:
    return _members(raw) if raw[:1] == b"{" else {}


def _text_of(raw: bytes) -> str:
    return _string(raw) if raw[:1] == b'"' else ""


def _repeats(raw: bytes, told: bytes, keys: int) -> bool:
    """Whether a key comes twice: its first value may hold a secret that nobody looked at."""
    if msgspec.json.format(raw, indent=-1) == msgspec.json.format(told, indent=-1):
        return False
    return bool(
        loads(raw, object_pairs_hook=len) != keys
    )  # slow; a key with an escape is written anew


def _is_environment(key: str) -> bool:
    return key.replace("_", "").lower() == "environmentvariables"
