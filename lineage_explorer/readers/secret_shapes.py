"""Tokens that are known by their shape, whatever stands before them."""

from __future__ import annotations

import re

SHAPES: tuple[tuple[bytes, bytes], ...] = (
    (b"eyJ", rb"[\w-]{8,}+\.[\w-]{8,}+(?:\.[\w-]*+)?"),  # JSON Web Token
    *((b"gh%c_" % kind, rb"\w{20,}+") for kind in b"opsur"),  # GitHub
    (b"github_pat_", rb"\w{20,}+"),
    *((b"gl%b-" % kind, rb"[\w-]{20,}+") for kind in (b"pat", b"ptt", b"dt", b"rt", b"cbt")),
    *((b"xox%c-" % kind, rb"[\w-]{10,}+") for kind in b"abeprs"),  # Slack
    (b"xapp-", rb"[\w-]{10,}+"),
    (b"hooks.slack.com/services/", rb"[\w/]{10,}+"),
    # an access key of AWS, and the secret one right after it
    *(
        (kind, rb"""[0-9A-Z]{16}+(?:["'\\,:;|\s]{1,8}+[\w/+]{40}(?![\w/+]))?""")
        for kind in (b"AKIA", b"ASIA")
    ),
    (b"AIza", rb"[\w-]{30,}+"),  # Google
    (b"ya29.", rb"[\w-]{20,}+"),
    (b"GOCSPX-", rb"[\w-]{20,}+"),
    (b"1//0", rb"[\w-]{30,}+"),
    (b"dapi", rb"[0-9a-f]{32}+(?:-\d)?"),  # Databricks
    (b"sk_live_", rb"\w{16,}+"),  # Stripe
    (b"rk_live_", rb"\w{16,}+"),
    (b"sk-", rb"(?:(?:proj|ant|or|svcacct)-[\w-]{20,}+|[A-Za-z0-9]{32,}+)"),  # OpenAI, Anthropic
    (b"hf_", rb"[A-Za-z0-9]{30,}+"),  # Hugging Face
    (b"SG.", rb"[\w-]{16,}+\.[\w-]{16,}+"),  # SendGrid
    (b"npm_", rb"[A-Za-z0-9]{36,}+"),
    (b"pypi-AgE", rb"[\w-]{20,}+"),
    (b"dckr_pat_", rb"[\w-]{20,}+"),
    (b"hvs.", rb"[\w-]{20,}+"),  # Vault
    (b"ATATT3", rb"[\w=-]{20,}+"),  # Atlassian
    *((b"shp%b_" % kind, rb"[0-9a-f]{32}+") for kind in (b"at", b"ca", b"pa", b"ss")),  # Shopify
    (b"dop_v1_", rb"[0-9a-f]{40,}+"),  # DigitalOcean
    (b"glsa_", rb"\w{20,}+"),  # Grafana
    (b"lin_api_", rb"\w{20,}+"),  # Linear
    (b"PMAK-", rb"[0-9a-f-]{30,}+"),  # Postman
    *((b"dp.%b." % kind, rb"\w{30,}+") for kind in (b"pt", b"st", b"ct")),  # Doppler
    (b"AGE-SECRET-KEY-1", rb"[0-9A-Z]{20,}+"),
    (b"ver:", rb"\d{1,3}-hint:\d{1,20}-[\w+/=-]{40,}+"),  # Snowflake's sessions
    (b"LS0tLS1CRUdJTi", rb"[\w+/=]{20,}+"),  # -----BEGIN, in base64
)
"""What a token begins with, and what must follow."""
PEM = b"-----BEGIN"

_TOKEN = re.compile(
    rb"(?<![\w-])(?:%b)" % b"|".join(re.escape(begin) + rest for begin, rest in SHAPES)
)
_PRIVATE_KEY = re.compile(
    rb"-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----(?:(?!-----END)[\s\S])*+"
)


def spans(raw: bytes) -> list[tuple[int, int]]:
    """Where such tokens stand, private keys among them."""
    found = [match.span() for match in _TOKEN.finditer(raw)]
    if PEM in raw:
        found += [match.span() for match in _PRIVATE_KEY.finditer(raw)]
    return found
