"""A cheap look for secrets: what most texts hold none of need not be taken apart.

Every secret that `redact` takes out stands beside a telling piece of text: a name, a mark, a shape.
All pieces are searched for at once (Aho-Corasick), and a piece that is common in clean text too
(`_key`, `token`, `sig`) gets a second look at what is around it. Letters are told in ASCII.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import accumulate, product

from ahocorasick_rs import BytesAhoCorasick, Implementation

from lineage_explorer.readers import secret_urls
from lineage_explorer.readers.secret_rules import RULES
from lineage_explorer.readers.secret_shapes import PEM, SHAPES

Look = Callable[[bytes, int, int], object]
"""Text, begin and end of a piece in it → whether it counts."""

SEPARATORS = (b"", b".", b"_", b"-")
OWNERS = (
    *(b"api", b"access", b"private", b"account", b"encryption", b"signing", b"master"),
    *(b"shared", b"storage", b"pvt", b"fernet", b"hmac", b"ssh", b"rsa", b"aes", b"auth"),
    *(b"subscription", b"functions"),
)
"""Whose keys are secret."""
COUNTED = (b"total", b"prompt", b"completion", b"input", b"output", b"cached", b"num")
"""Before `tokens` that are words, which a language model is paid for."""
_NO_WORD_BEFORE = rb"(?:(?<![\w-])|(?<=\\[bfnrt])|(?<=\\u[0-9a-fA-F]{4}))"
"""An escape is none."""
_ESCAPE = re.compile(rb"\\+(?:/|u00([2-7][0-9a-fA-F]))")
_PASSWORD = re.compile(rb"[._-]?(?:word|wd|phrase|code)")
_IS_COUNT = re.compile(rb"i[sz]|s?[._-]?count")
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


_SIGNERS = joined([b"amz", b"access", b"goog"], SEPARATORS)
_COUNTERS = joined([b"max", *COUNTED], [b"", b".", b"_", b"-"])
_USERS = (b"db", b"user", b"admin", b"root", b"ftp", b"smtp", b"login")
_ESCAPES_IN_URL = (b"%5f", b"%2d", b"%2e")


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
    if text.endswith(_USERS, 0, start):
        return text[end : end + 1] not in _WORD
    return _ends_name(text, start, end) and not text.endswith(_PASSED, 0, start)


def _is_sig(text: bytes, start: int, end: int) -> bool:
    """`sig`, but not in `design`; or the signature of a request."""
    if not text.startswith(b"nature", end):
        return _ends_name(text, start, end)
    queried = text[end + 6 : end + 7] == b"=" and text.endswith(_QUERY, 0, start)
    return queried or text.endswith(_SIGNERS, 0, start)


def _is_token(text: bytes, start: int, end: int) -> bool:
    """`token`, but not `max_tokens`, `input_tokens`, `token_count` or `tokenizer`."""
    return not _IS_COUNT.match(text, end) and not text.endswith(_COUNTERS, 0, start)


def _is_key(text: bytes, start: int, end: int) -> bool:
    """`api_key`, but not `city_key`; or the `key` of a request."""
    last = text[start - 1]
    if text.endswith(_ESCAPES_IN_URL, 0, start):
        return True
    if (text[start - 2] if last in _SEPARATED else last) not in _LAST:
        return False
    before = text[max(start - 13, 0) : start]
    if before.endswith(_QUERY):
        return text[end : end + 1] == b"="
    return before.rstrip(b"._-").endswith(OWNERS)


def _followed(by: bytes) -> Look:
    pattern = re.compile(by)
    return lambda text, _start, end: pattern.match(text, end)


def _begins(begin: bytes, rest: bytes) -> Look:
    """The shape of a token, in upper and lower case as it must be."""
    pattern = re.compile(_NO_WORD_BEFORE + re.escape(begin) + rest)
    return lambda text, start, _end: pattern.match(text, start)


# A piece, and how it is looked at; pieces of names are in lower case.
_NAMES: tuple[tuple[bytes, Look], ...] = (
    *((piece, _certain) for piece in (b"secret", b"credential", b"authorization", b"creds")),
    *((piece, _certain) for piece in (b"environmentvariables", b"environment_variables")),
    *((piece, _certain) for piece in joined([b"sasl"], SEPARATORS[1:], [b"jaas"])),
    *((piece, _certain) for piece in joined([b"azure"], SEPARATORS[1:], [b"sas"])),
    *((piece, _certain) for piece in joined(_QUERY, [b"auth="])),
    *((piece, _certain) for piece in (b"pwd", b"%40")),
    *((piece, _ends_name) for piece in (b"sas", b"jwt", b"cookie")),
    *((b"token", _is_token), (b"pass", _is_pass), (b"sig", _is_sig), (b"key", _is_key)),
    *((piece, _followed(rule.look)) for rule in RULES for piece in rule.pieces),
)
_TOKENS: tuple[tuple[bytes, Look], ...] = (
    (PEM.lower(), _certain),
    *((begin.lower(), _begins(begin, rest)) for begin, rest in SHAPES),
)
_EVERY = (*_NAMES, *_TOKENS)
_FIRST_TOKEN = len(_NAMES)
_LOOKS = [look for _, look in _EVERY]
# Overlapping: a piece must not hide another that begins within it.
_find = partial(
    BytesAhoCorasick(
        [piece for piece, _ in _EVERY], implementation=Implementation.DFA
    ).find_matches_as_indexes,
    overlapping=True,
)
_find_escapes = BytesAhoCorasick(
    [rb"\/", *(rb"\u00%d" % digit for digit in range(2, 8))]
).find_matches_as_indexes


def names(low: bytes) -> list[int]:
    """Where in a text in lower case a name may stand under which secrets are kept."""
    return sorted(
        start
        for piece, start, end in _find(low)
        if piece < _FIRST_TOKEN and _LOOKS[piece](low, start, end)
    )


def suspect(raw: bytes) -> bool:
    """Whether JSON text, or any other, may hold a secret at all."""
    if b"\\" in raw and _find_escapes(raw):
        if b"\\u005" in raw and (b"\\u005c" in raw or b"\\u005C" in raw):
            return True  # an escaped backslash may begin an escape of its own
        raw = _ESCAPE.sub(_plain, raw)
    low = raw.lower()
    for piece, start, end in _find(low):
        if _LOOKS[piece](low if piece < _FIRST_TOKEN else raw, start, end):
            return True
    return b"@" in raw and next(secret_urls.hits(raw), None) is not None


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
        for _, at, _ in _find_escapes(slab):
            index = bisect_right(ends, at)
            found[first + index] = found[first + index] or suspect(some[index])
    for at in _hits(slab):
        found[first + bisect_right(ends, at)] = True


def _hits(raw: bytes) -> Iterator[int]:
    """Where something stands that tells of a secret."""
    low = raw.lower()
    for piece, start, end in _find(low):
        if _LOOKS[piece](low if piece < _FIRST_TOKEN else raw, start, end):
            yield start
    if b"@" in raw:
        yield from secret_urls.hits(raw)


def _plain(escape: re.Match[bytes]) -> bytes:
    return bytes.fromhex(escape[1].decode()) if escape[1] else b"/"
