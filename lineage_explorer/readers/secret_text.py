"""Secrets in a text: SQL, source code, a message, a URL, a setting.

A secret is found by the name before it, wherever that stands, also inside of quotes.
"""

from __future__ import annotations

import os
import re
from hashlib import blake2b

from lineage_explorer.readers.suspects import URL, hosts, names, suspect

_ROUNDS = 8  # what is hidden may leave another secret beside its name
HIDDEN = "[redacted]"
KEY_VARIABLE = "LINEAGE_EXPLORER_REDACTION_KEY"

_SECRET = re.compile(
    rb"pass[._-]?(?:word|wd|phrase|code)|pwd|secret|credential|authorization|sasl[._-]jaas|"
    rb"(?<!max)(?<!max[._-])token(?!i[sz]|s?[._-]?count)|(?:amz|access)[._-]?signature|"
    rb"(?:api|access|private|account|encryption|signing|master|shared|storage)[._-]?key|"
    rb"(?:^|[._-])(?:pass|sas|sig|jwt|cookie)$"
)
_IN_QUERY = {b"auth", b"key", b"pass", b"sas", b"sig", b"signature"}
_NAME = re.compile(rb"[\w.\x80-\xff-]*+")
_QUERY_NAME = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-%"
_IN_NAME = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")

_LAST_NAME = re.compile(rb"[\w.-]+[^\w.-]{0,4}\Z")
_OPENING = frozenset(b"\"'{[\\")

_MARK = rb"\[redacted(?::[0-9a-f]{8})?\]"
_MARKED = re.compile(_MARK.decode())
_QUOTED = rb"""\\++"[^"]*+"?|\\++'[^']*+'?|"(?:[^"\\]|\\.)*+"?|'(?:[^'\\]|\\.|'')*+'?"""
_QUERIED = re.compile(rb"""(=)(%b|\{[^}]*+\}|(?:[^&;\s"'<>\\]|\\(?!["']))++)""" % _MARK)
_ASSIGNED = re.compile(
    rb"""(\\*+["'`\]]{0,2}+\s*+(?:=>|:=|<>|[!<>]?={1,3}+|:(?=[\s"'\\]))\s*+)"""
    rb"""((?:(?:bearer|basic|digest|negotiate|token)\s++)?+"""
    rb"""(?:%b|%b|\{[^}]*+\}?|(?:[^&;,\s"')}\]\\]|\\(?!["']))++))""" % (_MARK, _QUOTED),
    re.IGNORECASE | re.DOTALL,
)
_SPACED = re.compile(rb"(\s++)(%b)" % _QUOTED, re.DOTALL)
_LISTED = re.compile(rb"""(\s++(?:not\s++)?in\s*+\(\s*+)(?=["'])([^)]*+)""", re.IGNORECASE)
_OPTION = re.compile(rb"""(\s++)(%b|(?!-)[^\s"']++)""" % _MARK)

_ORACLE = re.compile(
    rb"""(jdbc:oracle:\w{1,10}:)([^\s@"'/]{1,128}/(?:"[^"]{0,256}"|[^\s@"']{1,256}))(?=@)""",
    re.IGNORECASE,
)
_IDENTIFIED = re.compile(
    rb"(identified\s++(?:with\s++\S++\s++)?(?:by|as)\s++(?:values\s++|password\s++)?)"
    rb"(%b|%b|[^\s;,]++)" % (_MARK, _QUOTED),
    re.IGNORECASE | re.DOTALL,
)
_BEARER = re.compile(rb"(\bbearer\s++)([\w.~+/-]{16,}+=*+)", re.IGNORECASE)
_SHAPES = re.compile(
    rb"(?<![\w-])(?:eyJ[\w-]{8,}+\.[\w-]{8,}+(?:\.[\w-]*+)?|gh[opsur]_\w{20,}+|"
    rb"github_pat_\w{20,}+|glpat-[\w-]{20,}+|xox[abeprs]-[\w-]{10,}+|A[KS]IA[0-9A-Z]{16}+|"
    rb"AIza[\w-]{30,}+|dapi[0-9a-f]{32}+)|"
    rb"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----(?:(?!-----END)[\s\S])*+"
)


def hidden(secret: str) -> str:
    """What a secret is replaced by."""
    if _MARKED.fullmatch(secret):
        return secret
    key = os.environ.get(KEY_VARIABLE)
    if not key:
        return HIDDEN
    keyed = blake2b(key.encode("utf-8", "surrogateescape")).digest()
    digest = blake2b(secret.encode("utf-8", "surrogatepass"), digest_size=4, key=keyed).hexdigest()
    return f"[redacted:{digest}]"


def names_secret(name: str) -> bool:
    """Whether a secret is kept under this name."""
    return _SECRET.search(name.encode("utf-8", "surrogatepass").lower()) is not None


def text(value: str) -> str:
    """The text without passwords in URLs, parameters and SQL.

    >>> text("postgres://app:hunter2@db:5432/shop?sslmode=on&password=x")
    'postgres://[redacted]@db:5432/shop?sslmode=on&password=[redacted]'
    >>> text("wasbs://container@account.blob.core.windows.net")
    'wasbs://container@account.blob.core.windows.net'
    """
    raw = value.encode("utf-8", "surrogatepass")
    for _ in range(_ROUNDS):
        if not suspect(raw):
            break
        before, raw = raw, _once(raw)
        if raw == before:
            break
    return raw.decode("utf-8", "surrogatepass")


def _once(raw: bytes) -> bytes:
    if b"@" in raw:
        raw = _ORACLE.sub(_second, raw)
        raw = URL.sub(_without_users, raw)
    raw = _without_parameters(raw)
    low = raw.lower()
    if b"identified" in low:
        raw = _IDENTIFIED.sub(_second, raw)
    if b"bearer" in low:
        raw = _BEARER.sub(_second, raw)
    return _SHAPES.sub(lambda match: _hidden(match[0]), raw)


def _without_parameters(raw: bytes) -> bytes:
    """Values after names of secrets replaced. Linear: names and values are looked at once."""
    secrets, seen = list[tuple[int, int]](), 0
    for at in names(raw.lower()):
        if at < seen:
            continue
        begin = at + (raw[at] not in _IN_NAME)  # `?key=` is found with its mark
        name = _NAME.match(raw, begin)
        end = name.end() if name else begin
        while begin > seen and raw[begin - 1] in _IN_NAME:
            begin -= 1
        seen = end
        value = _value(raw, begin, end)
        if value is not None:
            start, seen = value
            if secrets and start <= secrets[-1][1]:
                start = secrets.pop()[0]
            secrets.append((start, seen))
            # the last word of a value may itself be the name of one: `--password token: …`
            last = raw[start] not in _OPENING and _LAST_NAME.search(
                raw, max(start, seen - 99), seen
            )
            seen = last.start() if last else seen
    return _replaced(raw, secrets) if secrets else raw


def _replaced(raw: bytes, secrets: list[tuple[int, int]]) -> bytes:
    pieces, done = list[bytes](), 0
    for start, stop in secrets:
        pieces += (raw[done:start], _unquoted(raw[start:stop]))
        done = stop
    return b"".join((*pieces, raw[done:]))


def _value(raw: bytes, begin: int, end: int) -> tuple[int, int] | None:
    """Where the secret of a name begins and ends, if it is one's name and one follows."""
    name = raw[begin:end].lower()
    secret = _SECRET.search(name)
    found = None
    if (secret or name in _IN_QUERY) and _is_queried(raw, begin):
        found = _QUERIED.match(raw, end)
    if secret and not found:
        found = _ASSIGNED.match(raw, end) or _SPACED.match(raw, end) or _LISTED.match(raw, end)
        if not found and name.startswith(b"-"):
            found = _OPTION.match(raw, end)
    return found.span(2) if found else None


def _is_queried(raw: bytes, begin: int) -> bool:
    """Whether a name is one of a query's: after `?`, `&` or `;`, perhaps with `%5F` in it."""
    before = raw[max(begin - 64, 0) : begin]
    return before.rstrip(_QUERY_NAME)[-1:] in (b"?", b"&", b";")


def _without_users(url: re.Match[bytes]) -> bytes:
    return b"".join(
        b"%b%b%b" % (mark, _hidden(user) if user else b"", part[len(user) :])
        for mark, part, user in hosts(url)
    )


def _second(match: re.Match[bytes]) -> bytes:
    return match[1] + _unquoted(match[2])


def _unquoted(value: bytes) -> bytes:
    """The hidden value between the quotes it stood in."""
    quote = value[:1] if value[:1] in (b"'", b'"') else b""
    inner = value[1:-1] if quote and value.endswith(quote) else value[len(quote) :]
    return b"%b%b%b" % (quote, _hidden(inner), quote)


def _hidden(secret: bytes) -> bytes:
    return hidden(secret.decode("utf-8", "surrogatepass")).encode()
