"""PDF and plain text: what they must be, and what in them could act."""

import codecs
import io
import re

from casemgmt.documents.contents import active, another_type, hidden, not_whole, size_of

_BLOCK = 262_144
_OVERLAP = 128
_TAIL = 1024
_ZIP_TAIL = 66_000
"""Where the directory of a ZIP archive would have to begin to be found."""
_ACTING = re.compile(rb"/(JavaScript|Launch|EmbeddedFiles?|RichMedia|XFA)[^A-Za-z0-9]")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_ENDS_WHOLE = re.compile(rb"%%EOF[\s\x00]*\Z")

_MARKUP = re.compile(rb"\s*(<[!?a-z]|#!)", re.IGNORECASE)
_ODD = re.compile("[\x00-\x08\x0e-\x1f\x7f\x80-\x9f￾￿]")


def check_pdf(content: io.BufferedReader) -> None:
    """Refuse a PDF that is cut off, is an archive as well, or names a script, a program or another file.

    Names are read with their escapes undone. What stands in compressed object streams is not seen: the download is an
    attachment that the service never shows, and a scanner looks deeper.
    """
    size = size_of(content)
    content.seek(max(0, size - _TAIL))
    if not _ENDS_WHOLE.search(content.read()):
        raise not_whole()
    content.seek(max(0, size - _ZIP_TAIL))
    if b"PK\x05\x06" in content.read():
        raise hidden()
    content.seek(0)
    before = b""
    while block := content.read(_BLOCK):
        seen = _ESCAPED.sub(lambda match: bytes([int(match[1], 16)]), before + block)
        if _ACTING.search(seen):
            raise active()
        before = block[-_OVERLAP:]


def check_text(content: io.BufferedReader) -> None:
    """Refuse what is not text in UTF-8, or text that a browser or a shell would take for its own."""
    if _MARKUP.match(content.peek(_TAIL)[:_TAIL].removeprefix(codecs.BOM_UTF8)):
        raise active()
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while block := content.read(_BLOCK):
            if _ODD.search(decoder.decode(block)):
                raise another_type()
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise another_type() from None
