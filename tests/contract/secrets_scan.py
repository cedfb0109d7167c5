"""Finds what looks like a secret in a committed file: formats of known keys, and random text between quotes."""

import math
import re
from collections import Counter
from collections.abc import Iterator

FORMATS = {
    "private key": re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s*[A-Za-z0-9+/]"),
    "cloud access key": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "API key": re.compile(
        r"\bAIza[0-9A-Za-z_-]{35}\b|\bsk_(?:live|test)_[0-9A-Za-z]{20,}|\bxox[baprs]-[0-9A-Za-z-]{10,}"
    ),
    "repository token": re.compile(
        r"\b(?:gh[pousr]_[0-9A-Za-z]{36,}|github_pat_\w{40,}|glpat-[\w-]{20,}|pypi-[\w-]{50,})"
    ),
    "signed token": re.compile(r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}"),
    "webhook secret": re.compile(r"\bwhsec_[A-Za-z0-9+/]{24,}"),
    "password in an address": re.compile(r"://[^\s/:@{}$]+:(?!password@)[^\s/:@{}$]{4,}@"),
}
_QUOTED = re.compile(r"""(["'])([A-Za-z0-9+/_=-]{24,200})\1""")
_ASSIGNED = re.compile(r"(?im)^\s*[A-Z_]*(?:SECRET|PASSWORD|TOKEN|KEY)[A-Z_]*\s*[=:]\s*([A-Za-z0-9+/_=-]{24,200})\s*$")
RANDOM_BITS = 4.2
"""Shannon entropy of a letter above which 24 letters or more are random rather than words."""


def entropy(text: str) -> float:
    """Return the bits per letter."""
    return -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values())


def findings(text: str) -> Iterator[tuple[str, str]]:
    """Yield what was found, as its kind and the text."""
    for kind, pattern in FORMATS.items():
        for found in pattern.finditer(text):
            yield kind, found[0]
    words = [m[2] for m in _QUOTED.finditer(text)] + [m[1] for m in _ASSIGNED.finditer(text)]
    for word in words:
        if entropy(word) > RANDOM_BITS and re.search(r"\d", word) and re.search(r"[a-z]", word) and word.count("_") < 3:
            yield "random text", word
