"""A cheap look for secrets: what most texts hold none of need not be taken apart.

Every secret that `redact` takes out stands beside a telling piece of text: a name, a mark, a shape.
The pieces of a group are searched for at once (Aho-Corasick; a group is small enough for vector
instructions), and a piece that is common in clean text too (`_key`, `token`, `sig`) gets a second
look at what is around it. Letters are told in ASCII, upper or lower case.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, product

from ahocorasick_rs import BytesAhoCorasick, MatchKind

Look = Callable[[bytes, int, int], object]
"""Text, begin and end of a piece in it → whether it counts."""

SEPARATORS = (b"", b".", b"_", b"-")
OWNERS = (
    *(b"api", b"access", b"private", b"account", b"encryption", b"signing", b"master"),
    *(b"shared", b"storage"),
)
URL = re.compile(rb"""(:\\*+/\\*+/)([^\s"'<>]++)""")
_SCHEME_END = re.compile(rb"(:\\*+/\\*+/)")
_AUTHORITY_END = re.compile(rb"[/?#;]")
_PORT = re.compile(rb"\d{0,5}(?:[/?#,;]|$)")
_CONTAINER = re.compile(rb"(?:wasbs?|abfss?|adl)$", re.IGNORECASE)
_ESCAPE = re.compile(rb"\\+(?:/|u00([2-7][0-9a-fA-F]))")
_PASSWORD = re.compile(rb"[._-]?(?:word|wd|phrase|code)")
_COUNTED = re.compile(rb"i[sz]|s?[._-]?count")
_WORD = frozenset(bytes([byte]) for byte in b"abcdefghijklmnopqrstuvwxyz0123456789_")
_GOES_ON = _WORD - {b"w", b"p", b"c", b"_"}
_PASSED = (b'"status":"', b'"status": "')
_QUERY = (b"?", b"&", b";")
_SEPARATED = frozenset(b"._-")
_LAST = frozenset(b"".join(owner[-1:] for owner in OWNERS) + b"?&;")
_SLAB = 128 << 10


def joined(*parts: Sequence[bytes]) -> tuple[bytes, ...]:
    """All ways to take one of each."""
    return tuple(map(b"".join, product(*parts)))


_SIGNERS = joined([b"amz", b"access"], SEPARATORS)
_MAX = joined([b"max"], SEPARATORS)


def _certain(_text: bytes, _start: int, _end: int) -> bool:
    return True


def _ends_name(text: bytes, start: int, end: int) -> bool:
    """`sas`, but not in `sass` or `texas`."""
    if text[end : end + 1] in _WORD:
        return False
    before = text[max(start - 7, 0) : start]
    return not before[-1:].isalnum() or b"\\" in before  # the `n` of `\n` is no part of a name


def _is_pass(text: bytes, start: int, end: int) -> object:
    """`password`, or `pass` as a name; but not the one that a test has."""
    if text[end : end + 1] in _GOES_ON:
        return False
    if _PASSWORD.match(text, end):
        return True
    return _ends_name(text, start, end) and not text.endswith(_PASSED, 0, start)


def _is_sig(text: bytes, start: int, end: int) -> bool:
    """`sig`, but not in `design`; or the signature of a request."""
    if not text.startswith(b"nature", end):
        return _ends_name(text, start, end)
    queried = text[end + 6 : end + 7] == b"=" and text.endswith(_QUERY, 0, start)
    return queried or text.endswith(_SIGNERS, 0, start)


def _is_token(text: bytes, start: int, end: int) -> bool:
    """`token`, but not `max_tokens`, `token_count` or `tokenizer`."""
    return not _COUNTED.match(text, end) and not text.endswith(_MAX, 0, start)


def _is_key(text: bytes, start: int, end: int) -> bool:
    """`api_key`, but not `city_key`; or the `key` of a request."""
    last = text[start - 1]
    if (text[start - 2] if last in _SEPARATED else last) not in _LAST:
        return False
    before = text[max(start - 11, 0) : start]
    if before.endswith(_QUERY):
        return text[end : end + 1] == b"="
    return before.rstrip(b"._-").endswith(OWNERS)


def _followed(by: bytes) -> Look:
    pattern = re.compile(by)
    return lambda text, _start, end: pattern.match(text, end)


class _Group:
    """Pieces that are searched for together."""

    def __init__(self, *kinds: tuple[Look, Sequence[bytes]]) -> None:
        self.looks = [look for look, pieces in kinds for _ in pieces]
        every = [piece for _, pieces in kinds for piece in pieces]
        self.find = BytesAhoCorasick(every, MatchKind.LeftmostFirst).find_matches_as_indexes


# A group of two is searched for slowly, of one or of four and more quickly.
_NAMES = (  # in lower case
    _Group(
        (
            _certain,
            [
                *(b"secret", b"credential", b"authorization", b"bearer", b"identified"),
                *(b"environmentvariables", b"environment_variables", b"jdbc:oracle"),
                *joined([b"sasl"], SEPARATORS[1:], [b"jaas"]),
                *joined(_QUERY, [b"auth="]),
            ],
        ),
        (_is_token, [b"token"]),
    ),
    _Group((_ends_name, [b"sas", b"jwt", b"cookie"]), (_certain, [b"pwd"])),
    _Group((_is_pass, [b"pass"])),
    _Group((_is_sig, [b"sig"])),
    _Group((_is_key, [b"key"])),
)
_SHAPES = _Group(
    (
        _certain,
        [
            *(b"eyJ", b"github_pat_", b"glpat-", b"-----BEGIN"),
            *joined([b"gh"], [b"o", b"p", b"s", b"u", b"r"], [b"_"]),
            *joined([b"xox"], [b"a", b"b", b"e", b"p", b"r", b"s"], [b"-"]),
        ],
    ),
    (_followed(rb"[0-9A-Z]{16}"), [b"AKIA", b"ASIA"]),
    (_followed(rb"[\w-]{30}"), [b"AIza"]),
    (_followed(rb"[0-9a-f]{32}"), [b"dapi"]),
)
_ESCAPES = _Group((_certain, [rb"\/", *(rb"\u00%d" % digit for digit in range(2, 8))]))


def hosts(url: re.Match[bytes]) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Each `://`, what follows it, and the user with whom that begins, if one does."""
    before = url.string[max(0, url.start() - 8) : url.start()]
    pieces = _SCHEME_END.split(url[0])
    for mark, part in zip(pieces[1::2], pieces[2::2], strict=True):
        yield mark, part, _user(part, before)
        before = part


def _user(part: bytes, before: bytes) -> bytes:
    authority = _AUTHORITY_END.split(part, maxsplit=1)[0]
    user, at, _ = authority.rpartition(b"@")
    if not at:  # perhaps a password with a slash in it, if what follows the colon is no port
        name, colon, _ = authority.partition(b":")
        if not colon or name.startswith(b"[") or _PORT.match(part, len(name) + 1):
            return b""
        user, at, _ = part.rpartition(b"@")
    return b"" if b":" not in user and _CONTAINER.search(before) else user


def names(low: bytes) -> list[int]:
    """Where in a text in lower case a name may stand under which secrets are kept."""
    return sorted(_named(low))


def suspect(raw: bytes) -> bool:
    """Whether JSON text, or any other, may hold a secret at all."""
    if b"\\" in raw and _ESCAPES.find(raw):
        if b"\\u005" in raw and (b"\\u005c" in raw or b"\\u005C" in raw):
            return True  # an escaped backslash may begin an escape of its own
        raw = _ESCAPE.sub(_plain, raw)
    return next(_hits(raw), None) is not None


def suspect_many(texts: Sequence[bytes]) -> list[bool]:
    """`suspect` of each: several times as fast if they are short."""
    found = [False] * len(texts)
    first, size = 0, 0
    for index, text in enumerate(texts):
        if size and size + len(text) > _SLAB:
            _mark(texts, first, index, found)
            first, size = index, 0
        size += len(text) + 1
    _mark(texts, first, len(texts), found)
    return found


def _mark(texts: Sequence[bytes], first: int, last: int, found: list[bool]) -> None:
    if last - first < 2:
        found[first:last] = map(suspect, texts[first:last])
        return
    some = texts[first:last]
    slab = b"\n".join(some)
    ends = list(accumulate(len(text) + 1 for text in some))
    if b"\\" in slab:
        for _, at, _ in _ESCAPES.find(slab):
            index = bisect_right(ends, at)
            found[first + index] = found[first + index] or suspect(some[index])
    for at in _hits(slab):
        found[first + bisect_right(ends, at)] = True


def _hits(raw: bytes) -> Iterator[int]:
    """Where something stands that tells of a secret."""
    for piece, start, end in _SHAPES.find(raw):
        if _SHAPES.looks[piece](raw, start, end):
            yield start
    yield from _named(raw.lower())
    at, end = raw.find(b"@"), 0
    while at >= 0:  # a URL does not go beyond a quotation mark
        begin = max(raw.rfind(b'"', end, at), end)
        end = max(raw.find(b'"', at), 0) or len(raw)
        if any(user for match in URL.finditer(raw, begin, end) for *_, user in hosts(match)):
            yield at
        at = raw.find(b"@", end)


def _named(low: bytes) -> Iterator[int]:
    for group in _NAMES:
        for piece, start, end in group.find(low):
            if group.looks[piece](low, start, end):
                yield start


def _plain(escape: re.Match[bytes]) -> bytes:
    return bytes.fromhex(escape[1].decode()) if escape[1] else b"/"
