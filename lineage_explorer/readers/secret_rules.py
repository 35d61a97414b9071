"""Secrets found by a command, or by a word of SQL, not by a name that has a value.

A rule is some pieces in lower case, of which one must be in the text, an expression whose second
group is the secret, and a look, which must match after a piece, in JSON text too.
"""

from __future__ import annotations

import re
from typing import NamedTuple

QUOTED = (
    rb'''(?:\\++"[^"]*+"?|\\++'[^']*+'?|"""(?:(?!""")[\s\S])++"""|"""[^"]*+"{0,2}\Z|\'\'\'(?:(?!\'\'\')[\s\S])++\'\'\'|\'\'\'[^\']*+\'{0,2}\Z'''
    rb"""|''(?=[^\s'"`,;:&|)\]}=<>+-])[^']*+(?:'')?|""(?=[^\s'"`,;:&|)\]}=<>+-])[^"]*+(?:"")?"""
    rb"""|"(?:[^"\\]|\\.)*+"?|'(?:[^'\\]|\\.|'')*+'?)"""
)
"""A text in quotation marks: escaped, threefold, doubled or plain; also one that is cut."""
PREFIX = rb"(?:[A-Za-z]{1,2}&?(?=[\"']))?+"
"""Of a literal: `N'…'` in SQL, `f"…"` in Python."""
MARK = rb"\[redacted(?::[0-9a-f]{8})?\]"
_SPACE = rb"(?:\s|\\+[nrt])*+"


_CODE = rb"(?=[\w.~%/+-]*[A-Za-z])(?=[\w.~%/+-]*\d)[\w.~%/+-]"
_BESIDE_CODE = rb"(?:state|session_state|client_id|redirect_uri|grant_type|code_verifier|iss)="
"""Who asks for a code, or gives one, says one of these, too."""
_FORMAT = (
    rb"""['"](?:csv|tsv|tabsep|json|bson|parquet|orc|avro|arrow|native|rowbinary|values|line|raw|template"""
    rb"""|regexp|custom|pretty|protobuf|capnproto|msgpack|xml|sql|mysqldump|npy|form|auto)\w*['"]"""
)
_URL = rb"""(?:'[^']*://[^']*'|"[^"]*://[^"]*")"""


class Rule(NamedTuple):
    """One of them."""

    pieces: tuple[bytes, ...]
    pattern: re.Pattern[bytes]
    look: bytes


def _rule(*pieces: bytes, by: bytes, look: bytes = b"") -> Rule:
    return Rule(pieces, re.compile(by, re.IGNORECASE | re.DOTALL), look)


RULES = (
    _rule(
        b"identified",
        by=rb"(identified\s++(?:with\s++\S++\s++)?(?:by|as)\s++(?:values\s++|password\s++)?"
        rb"(?:[\"']?%b[\"']?\s++replace\s++)?)(%b|%b|[^\s;,]++)" % (MARK, MARK, QUOTED),
    ),
    _rule(b"bearer", by=rb"(\bbearer\s++)((?!\[redacted)[\w.~+/-]{16,}+=*+)"),
    # curl -u name:password, --proxy-user
    _rule(
        b"-u",
        b"--user",
        b"--proxy-user",
        look=_SPACE + rb"""=?[^\s:"'/]{1,70}:""",
        by=rb"""((?<![\w-])(?:-u|--user|--proxy-user)[ \t=]*+["']?[^\s:"'/]{1,64}+:)"""
        rb"""((?!//)(?!%b)[^\s"']++)""" % MARK,
    ),
    _rule(b"sshpass", by=rb"(\bsshpass\s++-p\s*+)(%b|%b|[^\s\"']++)" % (MARK, QUOTED)),
    _rule(
        b"mysql",
        look=rb"\w*(?:\s|\\)[^;|&]{0,300}?-p",
        by=rb"(\bmysql(?:dump|admin|import|show)?+(?=\s)[^\n;|&]{0,200}?\s-p)(%b|%b|[^\s\"']++)"
        % (MARK, QUOTED),
    ),
    # requests.get(…, auth=("name", "password")), HTTPBasicAuth("name", "password")
    _rule(
        b"auth",
        look=_SPACE + rb"=?" + _SPACE + rb"\w*\(",
        by=rb"(auth\s*+(?:=\s*+)?\w*+\(\s*+%b\s*+,\s*+)(%b)" % (QUOTED, QUOTED),
    ),
    # a key among the arguments: pgp_sym_encrypt(x, 'key'), AES_DECRYPT, ENCRYPTBYPASSPHRASE
    _rule(
        b"crypt",
        b"bypassphrase",
        look=rb"\w*\(",
        by=rb"(crypt\w*+\((?:[^()'\"]|\([^()]*+\))*+)(%b(?:\s*+,\s*+%b)*+)" % (QUOTED, QUOTED),
    ),
    # ClickHouse's tables by function: mysql('host:1', 'database', 'table', 'user', 'password')
    _rule(
        b"mysql(",
        b"postgresql(",
        b"mongodb(",
        by=rb"((?:mysql|postgresql|mongodb)\(\s*+(?:%b\s*+,\s*+){4})(%b)" % (QUOTED, QUOTED),
    ),
    # and s3('url', 'key', 'secret', 'CSV'), with a token before the format, but not s3('url', 'CSV', 'a Int')
    _rule(
        *(b"%b(" % name for name in (b"s3", b"s3cluster", b"s3queue", b"gcs", b"oss", b"cosn")),
        *(b"%b(" % name for name in (b"deltalake", b"hudi", b"iceberg", b"icebergs3")),
        by=rb"((?:s3|s3cluster|s3queue|gcs|oss|cosn|deltalake|hudi|iceberg|icebergs3)\(\s*+"
        rb"(?:%b\s*+,\s*+)?%b\s*+,\s*+(?!%b)%b\s*+,\s*+)(%b(?:\s*+,\s*+(?!%b)%b)?+)"
        % (QUOTED, _URL, _FORMAT, QUOTED, QUOTED, _FORMAT, QUOTED),
    ),
    # OAuth's `?code=…`; a short one is a country's or an error's
    _rule(
        b"?code=",
        b"&code=",
        look=rb"[\w.~%/+-]{16}",
        by=rb"([?&]code=)(%b{16,}+)(?=&(?:[^\s\"'<>#]{0,500}&)?%b)" % (_CODE, _BESIDE_CODE),
    ),
    _rule(
        b"&code=",
        look=rb"[\w.~%/+-]{16}",
        by=rb"([?&]%b(?:[^\s\"'<>#]{0,500}?&)code=)(%b{16,}+)" % (_BESIDE_CODE, _CODE),
    ),
    # .netrc
    _rule(b"login", look=rb"\s|\\", by=rb"(\blogin\s++\S++\s++password\s++)(%b|\S++)" % MARK),
)
