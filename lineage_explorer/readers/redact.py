"""Secrets are taken out while reading, before anything else sees the text.

Replaced: the values of `environmentVariables`; values under keys such as password, token,
secret or accessKey anywhere in a facet, also in `{"name": key, "value": …}` pairs; user names and
passwords in URLs; secret-like query and JDBC parameters. `wasbs://container@account` stays: a
userinfo without a colon in those schemes is the container.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

HIDDEN = "[redacted]"

_WORDS = (
    r"pass[_-]?(?:word|wd|phrase|code)|pwd|secret|token|api[_-]?key|access[_-]?key|"
    r"private[_-]?key|account[._-]?key|credential|authorization|signature|sasl[._-]jaas"
)
_KEY = re.compile(_WORDS, re.IGNORECASE)
_NEEDLES = (
    b"pass", b"pwd", b"secret", b"token", b"key", b"credential", b"authorization", b"signature",
    b"jaas", b"environmentvariables", b"identified", b"sig=", b"sas=", b"\\u00",
)  # fmt: skip
_USERINFO = re.compile(r"(://)([^/?#\s\"'<>@]*:[^/?#\s\"'<>]*|[^/?#\s\"'<>@:]*)@")
_CONTAINER = re.compile(r"(?:wasbs?|abfss?|adl)$", re.IGNORECASE)
_PARAMETER = re.compile(
    rf"""((?:[?&;,\s"'({{]|^)(?:[\w.\-]*(?:{_WORDS})[\w.\-]*|sig|sas)\s*=\s*)"""
    r"""("[^"]*"|'[^']*'|[^&;,\s"')}}]+)""",
    re.IGNORECASE,
)
_SQL_SECRET = re.compile(
    r"((?:identified\s+by|password)\s+)('(?:[^']|'')*'|\"[^\"]*\")", re.IGNORECASE
)
_PAIR_NAMES = ("name", "key")


def text(value: str) -> str:
    """The text without passwords in URLs, parameters and SQL.

    >>> text("postgres://app:hunter2@db:5432/shop?sslmode=on&password=x")
    'postgres://[redacted]@db:5432/shop?sslmode=on&password=[redacted]'
    >>> text("wasbs://container@account.blob.core.windows.net")
    'wasbs://container@account.blob.core.windows.net'
    """
    value = _USERINFO.sub(_userinfo, value)
    value = _PARAMETER.sub(rf"\1{HIDDEN}", value)
    return _SQL_SECRET.sub(rf"\1'{HIDDEN}'", value)


def _userinfo(match: re.Match[str]) -> str:
    scheme, user = match.group(1), match.group(2)
    before = match.string[: match.start()]
    if ":" not in user and (_CONTAINER.search(before) or not user):
        return match.group()
    return f"{scheme}{HIDDEN}@"


def suspect(raw: bytes) -> bool:
    """Whether JSON text may hold a secret at all: a cheap look before the real one."""
    lower = raw.lower()  # plain searches: one pass of a regular expression costs ten times more
    return any(needle in lower for needle in _NEEDLES) or (b"@" in raw and b"://" in raw)


def json(raw: bytes) -> bytes:
    """JSON text without secrets; the same bytes where there are none.

    Raises:
        msgspec.DecodeError: if it is not JSON.
    """
    if not suspect(raw):
        return raw
    value = msgspec.json.decode(raw)
    clean = _clean(value)
    return raw if clean == value else msgspec.json.encode(clean)


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return text(value)
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return _clean_object(value)
    return value


def _clean_object(members: dict[str, Any]) -> dict[str, Any]:
    named = any(_is_secret(members.get(name)) for name in _PAIR_NAMES)
    clean: dict[str, Any] = {}
    for key, value in members.items():
        if key == "environmentVariables" and isinstance(value, list):
            clean[key] = [_hide_value(item) for item in value]
        elif _is_secret(key) or (named and key == "value"):
            clean[text(key)] = _hide(value)
        else:
            clean[text(key)] = _clean(value)
    return clean


def _hide(value: Any) -> Any:
    """The value of a secret key; objects under such a key are looked into instead."""
    if isinstance(value, list):
        return [_hide(item) for item in value]
    if isinstance(value, dict):
        return _clean_object(value)
    return value if value is None or isinstance(value, bool) else HIDDEN


def _hide_value(item: Any) -> Any:
    if isinstance(item, dict) and "value" in item:
        return {**_clean_object(item), "value": HIDDEN}
    return _clean(item) if isinstance(item, (dict, list)) else HIDDEN


def _is_secret(key: object) -> bool:
    return isinstance(key, str) and _KEY.search(key) is not None
