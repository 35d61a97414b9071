"""Strings that try to become more than text (OWASP XSS list, bidi, control characters)."""

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</script><script>alert(1)</script>",
    "</title><svg onload=alert(1)>",
    "javascript:alert(1)",
    "<!--<script>",
    "'-alert(1)-'",
    "&lt;script&gt;",
    "]]><x>",
    "a\u202egnp.exe",
    "\x1b[31mred\x07",
    "__proto__",
    "constructor",
    "line\u2028end\u2029",
    "ends with a backslash \\",
    "`back` ${ticks}",
    "url(https://example.com/x)",
    "x" * 5000,
]
