"""Secrets in a text: SQL, source code, a message, a URL, a setting.

Most are found by the name before them, wherever that stands, also inside of quotes.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from hashlib import blake2b

from lineage_explorer.readers import secret_shapes, secret_urls
from lineage_explorer.readers.secret_rules import MARK, PREFIX, QUOTED, RULES
from lineage_explorer.readers.suspects import COUNTED, OWNERS, names, suspect

Span = tuple[int, int]

_ROUNDS = 8  # what is hidden may leave another secret beside its name
HIDDEN = "[redacted]"
KEY_VARIABLE = "LINEAGE_EXPLORER_REDACTION_KEY"

_SECRET = re.compile(
    rb"pass[._-]?(?:word|wd|phrase|code)|pwd|secret|credential|authorization|sasl[._-]jaas|"
    rb"(?<!max)(?<!max[._-])%btoken(?!i[sz]|s?[._-]?count)|"
    rb"(?:amz|access|goog)[._-]?signature|azure[._-]sas|(?:^|[._-])creds$|"
    rb"(?:%b)[._-]?key|(?:db|user|admin|root|ftp|smtp|login)pass$|"
    rb"(?:^|[._-])(?:pass|sas|sig|jwt|cookie)$"
    % (b"".join(rb"(?<!%b)(?<!%b[._-])" % (one, one) for one in COUNTED), b"|".join(OWNERS))
)
_IN_QUERY = {b"auth", b"key", b"pass", b"sas", b"sig", b"signature"}
_NAME = re.compile(rb"[\w.\x80-\xff-]*+")
_QUERY_NAME = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-%"
_IN_NAME = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")
_ESCAPED = re.compile(rb"%(5f|2d|2e)", re.IGNORECASE)

_LAST_NAME = re.compile(rb"[\w.-]+[^\w.-]{0,4}\Z")
_OPENING = frozenset(b"\"'{[\\(")
_QUOTES = re.compile(rb"""\\*+(?:"{1,3}|'{1,3})""")
_MARKED = re.compile(MARK.decode())

_LITERAL = rb"%b%b" % (PREFIX, QUOTED)
_BARE = rb"""(?!\(\s*+(?:select|with)\b)(?:[^&;,\s"')}\]\\]|\\(?!["']))++"""
# os.getenv('X', 'secret'), ANY(ARRAY['secret']), but not (SELECT …)
_CALL = (
    rb"[\w.$:]*+[(\[](?!\s*+(?:select|with)\b)"
    rb"(?:%b|[^()\[\]\"']|[(\[](?:%b|[^()\[\]\"'])*+(?:[)\]]|\Z))*+(?:[)\]]|\Z)" % (QUOTED, QUOTED)
)
_TYPE = rb":\s*+(?:str|string|text|bytes|any|secretstr|char|varchar|(?:optional|option)\[\w++\])"
_QUERIED = re.compile(rb"""(=)(%b|\{[^}]*+\}?|(?:[^&;\s"'<>\\]|\\(?!["']))++)""" % MARK)
_ASSIGNED = re.compile(
    rb"""(\\*+["'`\]]{0,2}+\s*+"""
    rb"""(?:(?:%b(?:\s?\|\s?none)?)?+\s*+={1,3}+>?|[=-]>|:=|<>|[!<>]=|:(?=[\s"'\\]))\s*+(?:!\S++\s++)?+)"""
    rb"""((?:(?:bearer|basic|digest|negotiate|token|apikey)\s++)?+"""
    rb"""(?:%b|%b|\{[^}]*+\}?|%b|%b))""" % (_TYPE, MARK, _LITERAL, _CALL, _BARE),
    re.IGNORECASE | re.DOTALL,
)
_AFTER_NAME = tuple(
    re.compile(pattern, re.IGNORECASE | re.DOTALL)
    for pattern in (
        rb"(\s++)(%b)" % _LITERAL,
        rb"(\(\s*+)(%b(?:\s*+,\s*+%b)*+)" % (_LITERAL, _LITERAL),
        rb"""(\s++(?:not\s++)?in\s*+\(\s*+)(?=["'])([^)]*+)""",
        rb"(\s++(?:not\s++)?(?:i?like|rlike|regexp|similar\s++to|between|to|"
        rb"is\s++(?:not\s++)?distinct\s++from)\s++)(%b(?:\s++and\s++%b)?)" % (_LITERAL, _LITERAL),
        # "name": "password", "value": "secret"; <name>password</name><value>secret</value>
        rb"(\\*+[\"']\s*+,\s*+\\*+[\"']?value\\*+[\"']?\s*+[:=]\s*+|[\"']\s++value\s*+=\s*+)(%b)"
        % QUOTED,
        rb"(</\w++>\s*+<value>)([^<]++)",
    )
)
_ELEMENT = re.compile(rb"([^<>]{0,80}+>)(<!\[CDATA\[(?:(?!\]\]>)[\s\S])*+|[^<]++)")
_ARGUMENT = re.compile(rb"""(\\*+["']\s*+,\s*+)(%b)""" % _LITERAL)
_SETS = re.compile(
    rb"""(?:option|propert\w*|put|conf\w*|set\w*|header\w*|add\w*|env\w*|param\w*)\s?\(\s*+\\*+["'][\w.-]{0,64}\Z""",
    re.IGNORECASE,
)
_OPTION = re.compile(rb"""(\s++)(%b|(?!-)[^\s"']++)""" % MARK)
_SETTING = re.compile(rb"""([ \t]++)(%b|[^\s"'=:]++(?=\s|$))""" % MARK)
_SETTING_NAME = re.compile(rb"(?:spark|fs|hadoop|hive|flink|kafka|ssl|sasl|trino|javax)\.[\w-]+\.")
_SET_TO = re.compile(rb"(\s++to\s++)(%b|[^\s;\"']++)" % MARK, re.IGNORECASE)
_SET = re.compile(rb"\bset\s++(?:session\s++|local\s++|global\s++)?\Z", re.IGNORECASE)
_OTHER_COLUMN = re.compile(rb"[A-Za-z_][\w.]*\.(\w+)")

# What stands before its name, or in other brackets.
_ALIASED = re.compile(
    rb"""('(?:[^']|''){0,256}+'|"[^"]{0,256}+")(\s++as\s++["'`\[]?)([\w.]{1,64})""", re.IGNORECASE
)
_INSERTED = re.compile(
    rb"(insert\s++(?:into|overwrite)\s[^();]{1,512}\()([^()]{1,4096})(\)\s*+values\s*+)"
    rb"((?:%b|[^'\";])*+)" % QUOTED,
    re.IGNORECASE | re.DOTALL,
)
_ANY_QUOTED = re.compile(QUOTED, re.DOTALL)


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
    raw = _replaced(raw, secret_urls.spans(raw))
    raw = _without_parameters(raw)
    low = raw.lower()
    for rule in RULES:
        if any(piece in low for piece in rule.pieces):
            raw = rule.pattern.sub(_second, raw)
    if b"values" in low:
        raw = _INSERTED.sub(_without_values, raw)
    if b" as " in low:
        raw = _ALIASED.sub(_without_aliased, raw)
    return _replaced(raw, secret_shapes.spans(raw))


def _replaced(raw: bytes, spans: Iterable[Span]) -> bytes:
    """Secrets hidden; those that overlap or touch are one."""
    pieces, done = list[bytes](), 0
    for start, stop in _united(spans):
        pieces += (raw[done:start], _unquoted(raw[start:stop]))
        done = stop
    return b"".join((*pieces, raw[done:])) if pieces else raw


def _united(spans: Iterable[Span]) -> list[Span]:
    found = list[Span]()
    for start, stop in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(stop, found[-1][1])
        else:
            found.append((start, stop))
    return found


def _without_parameters(raw: bytes) -> bytes:
    """Values after names of secrets replaced. Linear: names and values are looked at once."""
    secrets, seen = list[Span](), 0
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
            secrets.append((start, seen))
            # the last word of a value may itself be the name of one: `--password token: …`
            last = raw[start] not in _OPENING and _LAST_NAME.search(
                raw, max(start, seen - 99), seen
            )
            seen = last.start() if last else seen
    return _replaced(raw, secrets)


def _value(raw: bytes, begin: int, end: int) -> Span | None:
    """Where the secret of a name begins and ends, if it is one's name and one follows."""
    name = raw[begin:end].lower()
    secret = _SECRET.search(name)
    if not secret and name not in _IN_QUERY and b"key" not in name:
        return None
    found = None
    if _is_queried(raw, begin) and (secret or _is_query_name(raw, begin, end)):
        found = _QUERIED.match(raw, end)
    if not found and secret:
        found = _ASSIGNED.match(raw, end)
        if found and _is_other_column(found[2], name):
            return None
        found = found or _said(raw, begin, end, name)
    return found.span(2) if found else None


def _said(raw: bytes, begin: int, end: int, name: bytes) -> re.Match[bytes] | None:
    """A value after a name with neither `=` nor `:` between."""
    for pattern in _AFTER_NAME:
        if found := pattern.match(raw, end):
            return found
    if raw[begin - 1 : begin] == b"<" and (found := _ELEMENT.match(raw, end)):
        return found
    before = raw[max(begin - 128, 0) : begin]
    if (found := _ARGUMENT.match(raw, end)) and _SETS.search(before):
        return found
    if name.startswith(b"-"):
        return _OPTION.match(raw, end)
    if _SETTING_NAME.match(name):
        return _SETTING.match(raw, end)
    return _SET_TO.match(raw, end) if _SET.search(before) else None


def _is_queried(raw: bytes, begin: int) -> bool:
    """Whether a name is one of a query's: after `?`, `&` or `;`, perhaps with `%5F` in it."""
    return _query_begin(raw, begin)[-1:] in (b"?", b"&", b";")


def _is_query_name(raw: bytes, begin: int, end: int) -> bool:
    first = max(begin - 64, 0) + len(_query_begin(raw, begin))
    name = _ESCAPED.sub(b"_", raw[first:end].lower())
    return name in _IN_QUERY or _SECRET.search(name) is not None


def _query_begin(raw: bytes, begin: int) -> bytes:
    return raw[max(begin - 64, 0) : begin].rstrip(_QUERY_NAME)


def _is_other_column(value: bytes, name: bytes) -> bool:
    """Whether two columns of the same name are compared: `a.token = b.token`."""
    found = _OTHER_COLUMN.fullmatch(value)
    return found is not None and found[1].lower() == name.rpartition(b".")[2]


def _second(match: re.Match[bytes]) -> bytes:
    return match[1] + _unquoted(match[2])


def _without_values(insert: re.Match[bytes]) -> bytes:
    """All literals of an INSERT that has a column for secrets."""
    if not any(_SECRET.search(name) for name in insert[2].lower().split(b",")):
        return insert[0]
    values = _ANY_QUOTED.sub(lambda match: _unquoted(match[0]), insert[4])
    return b"".join((insert[1], insert[2], insert[3], values))


def _without_aliased(match: re.Match[bytes]) -> bytes:
    if not _SECRET.search(match[3].lower()):
        return match[0]
    return b"".join((_unquoted(match[1]), match[2], match[3]))


def _unquoted(value: bytes) -> bytes:
    """The hidden value between the quotes it stood in."""
    begin = _QUOTES.match(value)
    quote = begin[0] if begin else b""
    closed = len(value) >= 2 * len(quote) and value.endswith(quote)
    inner = value[len(quote) : len(value) - len(quote)] if closed else value[len(quote) :]
    secret = hidden(inner.decode("utf-8", "surrogatepass")).encode()
    return b"%b%b%b" % (quote, secret, quote)
