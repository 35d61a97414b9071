"""Users and passwords before the host of a URL, and of what is written like one."""

from __future__ import annotations

import re
from collections.abc import Iterator

Span = tuple[int, int]

_URL = re.compile(rb"""(:\\*+/\\*+/)([^\s"'<>]++)""")
_SCHEME_END = re.compile(rb"(:\\*+/\\*+/)")
_AUTHORITY_END = re.compile(rb"[/?#;]")
_PORT = re.compile(rb"\d{0,5}(?:[/?#,;]|$)")
_CONTAINER = re.compile(rb"(?:wasbs?|abfss?|adl)$", re.IGNORECASE)
_WEB = re.compile(rb"https?$", re.IGNORECASE)
_PLAIN_USER = re.compile(rb"[A-Za-z_][\w.$-]{0,31}+")

# A password with a quotation mark in it; not `"https://host:80"`, and not beyond a comma.
_ODD = re.compile(
    rb"""(:\\*+/\\*+/[^\s"'<>/?#@:,]{0,64}+:)(?!\d{1,5}(?:[/?#,;"'<>\\]|$))"""
    rb"""([^\s@,"'<>]{0,64}+["'<>][^\s@,]{0,64}+)(?=@[\w\[])"""
)
# Without a scheme: `//u:p@host`, `u:p@tcp(host:3306)`, `u:p@host:3306`.
_BARE = re.compile(
    rb"""(?:(?<![\w/:.@$-])|(?<=\\[nrt]))(//(?=[^\s@]{1,200}@)|(?=[\w.-]{1,64}:[^\s@]{1,128}@"""
    rb"""(?:tcp\(|unix\(|(?!sha\d)[\w.-]{1,200}:\d{2,5}(?![\w.-]))))"""
    rb"""([A-Za-z_][\w.-]{0,63}+:[^\s:/@"',;()<>=]{1,128}+)(?=@)"""
)
# Within another URL: `?to=https%3A%2F%2Fu%3Ap%40host`.
_ENCODED = re.compile(
    rb"""(%3a%2f%2f)((?:[^\s&"'<>/@%]|%(?!40|2f|3f|23|26|3a))*+%3a(?:[^\s&"'<>/@%]|%(?!40|2f))*+)(?=%40)""",
    re.IGNORECASE,
)
# Oracle's `user/password@`, where it is one.
_ORACLE = re.compile(
    rb"""((?:jdbc:oracle:\w{1,10}:|(?:\b|(?<=\\[nrt]))(?:conn(?:ect)?|sqlplus|sqlldr|expdp|impdp|rman|userid)"""
    rb"""(?:\s{1,9}|\s?[=(]\s?["']?)(?:-\w{1,9}\s{1,9}){0,3}["']?))"""
    rb"""([^\s@"'/=]{1,128}/(?:"[^"]{0,256}"|[^\s@"']{1,256}))(?=@)""",
    re.IGNORECASE,
)
# The same without a word before it, if what follows can be nothing but a database.
_DATABASE = re.compile(
    rb"""((?<![\w/:.@$#%-])[A-Za-z][\w$#]{0,63}/)([^\s@"'/:]{1,128})"""
    rb"""(?=@(?://[\w.-]{1,200}[:/]|[\w.-]{1,200}:\d{2,5}/\w|\(\s?description\b|[\w.-]{1,200}\sas\ssysdba\b))""",
    re.IGNORECASE,
)
# A password with spaces in it: not on the web, where a sentence with an address may follow.
_SPACED = re.compile(
    rb"""((?:postgres\w*|mysql|mariadb|mongodb|redis|rediss|amqps?|mssql|sqlserver|oracle|snowflake|clickhouse"""
    rb"""|trino|presto|redshift|vertica|db2|s?ftps?|ldaps?)(?:\+\w{1,20})?:\\*+/\\*+/[^\s"'<>/?#@:,]{0,64}+:)"""
    rb"""(?!\d{1,5}(?:[\s/?#,;"'<>\\]|$))([^\s@/,"'<>\\]{1,64}(?:\ [^\s@/,"'<>\\]{1,64}){1,3})"""
    rb"""(?=@[\w.-]{1,200}(?:\\*+/|:\d))""",
    re.IGNORECASE,
)
_OTHERS = (_ODD, _BARE, _ORACLE, _DATABASE, _SPACED)
_AROUND = 2048
"""None of the others' begins and ends farther from its `@`."""


def spans(raw: bytes) -> Iterator[Span]:
    """Where a user stands, with a password or alone; some may be within others."""
    if b"@" in raw:
        for match in _URL.finditer(raw):
            yield from _users(match)
        for pattern in _OTHERS:
            for match in pattern.finditer(raw):
                yield match.span(2)
    if b"%40" in raw:
        for match in _ENCODED.finditer(raw):
            yield match.span(2)


def hits(raw: bytes) -> Iterator[int]:
    """Where such a user may stand in JSON text: quicker where there is none."""
    at, end = raw.find(b"@"), 0
    while at >= 0:  # a URL does not go beyond a quotation mark
        begin = max(raw.rfind(b'"', end, at), end)
        end = max(raw.find(b'"', at), 0) or len(raw)
        yield from (start for url in _URL.finditer(raw, begin, end) for start, _ in _users(url))
        at = raw.find(b"@", end)
    at = raw.find(b"@")
    while at >= 0:
        first, last = max(at - _AROUND, 0), at + 2 * _AROUND
        for pattern in _OTHERS:
            yield from (first + found.start(2) for found in pattern.finditer(raw[first:last]))
        at = raw.find(b"@", at + _AROUND)


def _users(url: re.Match[bytes]) -> Iterator[Span]:
    """In each `://` of a URL, for one may stand in another."""
    before = url.string[max(0, url.start() - 8) : url.start()]
    at = url.start()
    pieces = _SCHEME_END.split(url[0])
    for mark, part in zip(pieces[1::2], pieces[2::2], strict=True):
        at += len(mark)
        user = _user(part, before)
        if user:
            yield at, at + len(user)
        at += len(part)
        before = part


def _user(part: bytes, before: bytes) -> bytes:
    authority = _AUTHORITY_END.split(part, maxsplit=1)[0]
    user, at, _ = authority.rpartition(b"@")
    if not at:  # perhaps a password with a slash in it, if what follows the colon is no port
        name, colon, _ = authority.partition(b":")
        if not colon or name.startswith(b"[") or _PORT.match(part, len(name) + 1):
            return b""
        user, at, _ = part.rpartition(b"@")
    if b":" not in user and (_CONTAINER.search(before) or _is_plain(user, before)):
        return b""
    return user


def _is_plain(user: bytes, before: bytes) -> bool:
    """Whether a user alone is a person or a service; in the web's URLs it is mostly a token."""
    return not _WEB.search(before) and _PLAIN_USER.fullmatch(user) is not None
