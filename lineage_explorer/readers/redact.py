r"""Secrets are taken out while reading, before anything else sees the text.

Replaced, in any facet and at any depth, also in JSON that stands in a string:

- the values of `environmentVariables`;
- what stands under keys such as password, token, secret or accessKey, also as
  `{"name": key, "value": …}`. Names of columns are no such keys;
- in any text (SQL, source code, messages, names): passwords and their users in URLs and Oracle's
  `user/password@`, parameters (`password=…`, `?sig=…`, `"token": "…"`, `--password …`), literals
  beside a name in SQL (`PASSWORD '…'`, `token IN ('…')`, an INSERT with a column for it), arguments
  (`option("password", "…")`), `IDENTIFIED BY …`, `Bearer …`, private keys and tokens of well-known
  shape.

`wasbs://container@account` and `abfss://container@account` stay, and a user without a password in
what is no URL of the web, such as `sftp://someone@host`. What cannot be known is a secret by nothing
but itself, such as a bare word in prose, `user/password@name` where nothing says Oracle, or a short
`?code=…`, or one with nothing of OAuth beside it.

A secret becomes `[redacted]`. Whether two of them were equal is then unknown, not "equal". Who
needs to know sets the environment variable LINEAGE_EXPLORER_REDACTION_KEY to a long random text:
then it becomes `[redacted:1f2e3d4c]`, a keyed hash, equal for equal secrets in all logs read with
that key. There is no key by default, because any choice would be dishonest: one in the package or
made from the log lets everybody try passwords against the hash, and one made up for each user gives
other frames on other machines.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from json import loads
from typing import TypeVar

import msgspec
from msgspec import Raw

from lineage_explorer.readers.secret_text import HIDDEN, KEY_VARIABLE, hidden, names_secret, text
from lineage_explorer.readers.sound import too_deep
from lineage_explorer.readers.suspects import suspect, suspect_many

__all__ = ["ERRORS", "HIDDEN", "KEY_VARIABLE", "hidden", "json", "suspect", "suspect_many", "text"]

ERRORS = (msgspec.DecodeError, UnicodeError, RecursionError)
_PAIR_NAMES = ("name", "key")
_KEYED_BY_COLUMN = ("fields", "columns", "columnMetrics")
_NO_SECRET = (b"t", b"f", b"n")
_SHORT = 128
"""Of a text that is worth to be remembered: a key, a name, a producer."""
_KEPT = 1 << 14
_MANY = 16


class _Variable(msgspec.Struct, forbid_unknown_fields=True):
    """A variable of the environment; both are JSON text."""

    name: Raw
    value: Raw


_members = msgspec.json.Decoder(dict[str, Raw]).decode
_elements = msgspec.json.Decoder(list[Raw]).decode
_string = msgspec.json.Decoder(str).decode
_value = msgspec.json.Decoder(Raw).decode
_variables = msgspec.json.Decoder(list[_Variable]).decode
_encode = msgspec.json.Encoder().encode
K = TypeVar("K", bound="str | bytes")
T = TypeVar("T")


class _Remembered(dict[K, T]):
    """A function whose answers for short texts are kept: keys and names come back often.

    It is asked by `[]`, which is quicker than a call.
    """

    def __init__(self, function: Callable[[K], T]) -> None:
        self._function = function

    def __missing__(self, text: K) -> T:
        answer = self._function(text)
        if len(text) <= _SHORT:
            if len(self) >= _KEPT:
                self.clear()
            self[text] = answer
        return answer


_is_suspect: _Remembered[bytes, bool] = _Remembered(suspect)
_is_secret: _Remembered[str, bool] = _Remembered(names_secret)
_quoted: _Remembered[str, bytes] = _Remembered(_encode)


@_Remembered
def _is_plain(key: str) -> bool:
    """Whether a key holds no secret and is none's name."""
    raw = key.encode("utf-8", "surrogatepass")
    return not (suspect(raw) or _is_secret[key] or _is_environment(key))


@_Remembered
def _stays(value: str) -> bool:
    """Whether a text has no secret; `token` is suspect, and stays."""
    return text(value) == value


def _without(value: str) -> str:
    return value if _stays[value] else text(value)


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


def facet(key: str, raw: bytes) -> tuple[str, bytes]:
    """A facet's key and JSON without secrets: what the key says of it counts too.

    Raises:
        msgspec.DecodeError: if it is suspect, and no JSON.
    """
    if _is_plain[key]:
        return key, _clean_member(key, raw) if suspect(raw) else raw
    [(clean, value)] = _cleaned({key: raw}).items()
    return clean, value


# Each of these takes the text of a JSON value and gives it without secrets, byte for byte the same
# if there are none. Only what is suspect is taken apart.


def _clean(raw: bytes) -> bytes:
    if raw[:1] == b"{":
        return _clean_object(raw)
    if raw[:1] == b"[":
        return _clean_list(raw)
    return _clean_string(raw) if raw[:1] == b'"' else raw


def _clean_name(raw: bytes) -> bytes:
    return _clean(raw) if _is_suspect[raw] else raw


def _clean_list(raw: bytes) -> bytes:
    items = list(map(bytes, _elements(raw)))
    marks = suspect_many(items)
    clean = [_clean(item) if mark else item for item, mark in zip(items, marks, strict=True)]
    return raw if clean == items else b"[%b]" % b",".join(clean)


def _clean_object(raw: bytes) -> bytes:
    members = {key: bytes(value) for key, value in _members(raw).items()}
    clean = _cleaned(members)
    if clean != members:
        return _object(clean)
    told = _object(clean)
    return told if _repeats(raw, told, len(members)) else raw


def _cleaned(members: dict[str, bytes]) -> dict[str, bytes]:
    """The members of an object without secrets."""
    named = any(
        _is_secret[_string(value)]
        for name in _PAIR_NAMES
        if (value := members.get(name, b""))[:1] == b'"'
    )
    marks = _marks(list(members.values()))
    clean: dict[str, bytes] = {}
    for (key, value), mark in zip(members.items(), marks, strict=True):
        is_value = named and "value" in key.lower()
        if _is_plain[key] and not is_value:
            clean[key] = _clean_member(key, value) if mark else value
        elif _is_environment(key) and key not in _keys(value):
            clean[key] = _environment(value)
        elif _is_secret[key] or is_value:
            clean[_without(key)] = _hide(value)
        else:
            clean[_without(key)] = _clean(value) if mark else value
    return clean


def _clean_member(key: str, value: bytes) -> bytes:
    if key in _KEYED_BY_COLUMN and value[:1] == b"{":
        return _clean_columns(value)
    return _clean(value)


def _marks(values: Sequence[bytes]) -> list[bool]:
    """Which of them are suspect."""
    if len(values) > _MANY:
        return suspect_many(values)
    return [_is_suspect[value] for value in values]


def _clean_columns(raw: bytes) -> bytes:
    members = {name: bytes(column) for name, column in _members(raw).items()}
    clean = {
        _without(name): _hide(column) if _is_secret[name] and column[:1] != b"{" else json(column)
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
                return _without(value)
            return value if clean == raw else clean.decode()
    return _without(value)


def _hide(raw: bytes) -> bytes:
    """All that stands under a secret key, but the facet's own links."""
    first = raw[:1]
    if first == b'"':
        return _quoted[hidden(_string(raw))]
    if first == b"[":
        return b"[%b]" % b",".join(_hide(bytes(item)) for item in _elements(raw))
    if first == b"{":
        return _object(
            {
                _without(key): (_clean if key.startswith("_") else _hide)(bytes(value))
                for key, value in _members(raw).items()
            }
        )
    return raw if first in _NO_SECRET else _quoted[hidden(raw.decode())]


def _environment(raw: bytes) -> bytes:
    """The values of environment variables, listed with their names or keyed by them."""
    if raw[:1] != b"[":
        return _hide(raw)
    try:
        told = _variables(raw)
    except ERRORS:
        told = []
    if told and raw.count(b'{"name"') == len(told):  # as producers write them
        parts = [(_clean_name(bytes(one.name)), _hide(bytes(one.value))) for one in told]
        return b"[%b]" % b",".join([b'{"name":%b,"value":%b}' % pair for pair in parts])
    return b"[%b]" % b",".join([_variable(bytes(item)) for item in _elements(raw)])


def _variable(raw: bytes) -> bytes:
    """One variable: its name stays."""
    members = {key: bytes(value) for key, value in _keys(raw).items()}
    if "value" not in members:
        return _hide(raw)
    members["value"] = _hide(members["value"])
    as_it_is = all(map(_is_plain.__getitem__, members)) and not any(_marks(list(members.values())))
    return _object(members if as_it_is else _cleaned(members))


def _object(members: dict[str, bytes]) -> bytes:
    return b"{%b}" % b",".join([b"%b:%b" % (_quoted[key], value) for key, value in members.items()])


def _keys(raw: bytes) -> dict[str, Raw]:
    return _members(raw) if raw[:1] == b"{" else {}


def _repeats(raw: bytes, told: bytes, keys: int) -> bool:
    """Whether a key comes twice: its first value may hold a secret that nobody looked at."""
    if msgspec.json.format(raw, indent=-1) == msgspec.json.format(told, indent=-1):
        return False
    return bool(
        loads(raw, object_pairs_hook=len) != keys
    )  # slow; a key with an escape is written anew


def _is_environment(key: str) -> bool:
    return key.replace("_", "").lower() == "environmentvariables"
