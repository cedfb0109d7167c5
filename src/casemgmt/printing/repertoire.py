"""The characters that can be printed. PDF/A refuses a file with a character that none of its fonts has.

What people write here is Kazakh, Russian and Latin; a smiley or a name in Arabic letters is shown as an empty square,
and the sheet says that the record has more than the paper.
"""

import unicodedata

PRINTABLE = (
    (0x0020, 0x007E),
    (0x00A0, 0x00AC),
    (0x00AE, 0x024F),
    (0x0300, 0x0304),
    (0x0306, 0x030C),
    (0x0400, 0x0477),
    (0x048C, 0x04C4),
    (0x04C7, 0x04CC),
    (0x04CF, 0x04F9),
    (0x1E00, 0x1EFF),
    (0x2010, 0x2015),
    (0x2018, 0x2027),
    (0x202F, 0x2034),
    (0x2039, 0x203A),
    (0x20A0, 0x20B5),
    (0x20B8, 0x20BA),
    (0x20BD, 0x20BD),
    (0x2116, 0x2117),
    (0x2122, 0x2122),
    (0x2190, 0x2199),
    (0x2212, 0x2212),
    (0x2248, 0x2248),
    (0x2260, 0x2265),
    (0x25A1, 0x25A1),
)
"""Ranges of code points that the two fonts have; a test sets each of them."""
SQUARE = "□"
_UNSEEN = {"Cc", "Cf", "Zl", "Zp"}
"""Categories that show nothing; some turn the order of letters round, and a paper must read as it was written."""


def is_printable(character: str) -> bool:
    """Answer whether the fonts have a character."""
    return any(first <= ord(character) <= last for first, last in PRINTABLE)


def printable(text: str) -> str:
    """Return a text as it can be printed: lines kept, what can't be seen left out, what no font has as a square."""
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\t", " ").split("\n")
    return "\n".join(
        "".join(c if is_printable(c) else SQUARE for c in line if unicodedata.category(c) not in _UNSEEN)
        for line in lines
    )
