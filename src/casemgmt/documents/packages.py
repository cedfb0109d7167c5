"""DOCX, XLSX and ODT: archives of which every part is unpacked once, within limits, and looked at.

Refused are macros, programs and other files inside, templates fetched from elsewhere, entities of XML, archives that
unpack to very much, parts that overlap, and whatever stands before or behind.
"""

import io
import re
import zipfile
import zlib

from casemgmt.documents.contents import active, another_type, exactly, hidden, not_whole, size_of
from casemgmt.errors import Invalid

BEGIN = b"PK\x03\x04"
_MOST_PARTS = 2_000
_LARGEST_WHOLE = 200_000_000
"""Bytes of all parts unpacked."""
_LARGEST_RATIO = 200
"""Times that all parts together may be larger unpacked; of an honest letter it is some ten."""
_RATIO_FROM = 1_000_000
"""Bytes unpacked below which the ratio tells nothing: a sheet of zeros is small."""
_END = b"PK\x05\x06"
_END_SIZE = 22
_LARGE_END = b"PK\x06\x07"
_LARGE_END_SIZE = 20
_LARGEST_DIRECTORY = 1_000_000
"""Bytes: it is read whole."""
_BLOCK = 65_536
_OVERLAP = 1024
_ENCRYPTED = 0x1
_RUNS = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xd0\xcf\x11\xe0")
"""Beginnings of programs, and of the old office format that carries macros."""
_ACTING_NAMES = re.compile(
    r"(vbaproject|vbadata|/activex/|/embeddings/|oleobject|^basic/|^scripts/|^object |macrosheets/|\.(exe|dll|js|vbs|"
    r"ps1|bat|cmd|com|scr|jar|hta|html?|svg|sh|py|lnk|msi|zip|docm|xlsm|dotm|xltm)$)",
    re.IGNORECASE,
)
_ACTING_WORDS = re.compile(rb"<!DOCTYPE|<!ENTITY|macroEnabled|vbaProject|script:event-listener|<script", re.IGNORECASE)
_FETCHED = re.compile(
    rb"<Relationship\b(?=[^>]*TargetMode\s*=\s*[\"']External)"
    rb"(?=[^>]*/(attachedTemplate|oleObject|frame|subDocument|externalLinkPath|package|image)[\"'])",
    re.IGNORECASE,
)


def check_docx(content: io.BufferedReader) -> None:
    """Refuse what is no Word document, or one that could act."""
    _check(content, needed={"[Content_Types].xml", "word/document.xml"})


def check_xlsx(content: io.BufferedReader) -> None:
    """Refuse what is no Excel workbook, or one that could act."""
    _check(content, needed={"[Content_Types].xml", "xl/workbook.xml"})


def check_odt(content: io.BufferedReader) -> None:
    """Refuse what is no text of the OpenDocument format, or one that could act."""
    _check(content, needed={"mimetype", "content.xml", "META-INF/manifest.xml"})
    with zipfile.ZipFile(content) as archive:
        if archive.read("mimetype") != b"application/vnd.oasis.opendocument.text":
            raise another_type()


def _check(content: io.BufferedReader, *, needed: set[str]) -> None:
    _check_frame(content)
    try:
        with zipfile.ZipFile(content) as archive:
            parts = archive.infolist()
            _check_directory(parts, archive.start_dir)
            if not needed <= {part.filename for part in parts}:
                raise another_type()
            for part in parts:
                _check_part(archive, part)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, UnicodeDecodeError):
        raise not_whole() from None


def _check_frame(content: io.BufferedReader) -> None:
    """Refuse an archive around which something stands: it begins with its first part and ends with its directory."""
    size = size_of(content)
    content.seek(max(0, size - _END_SIZE - _LARGE_END_SIZE))
    large, end = exactly(content, _LARGE_END_SIZE), exactly(content, _END_SIZE)
    content.seek(0)
    if exactly(content, len(BEGIN)) != BEGIN:
        raise another_type()
    if end[:4] != _END or end[20:22] != b"\x00\x00":
        raise hidden()
    if large[:4] == _LARGE_END or int.from_bytes(end[12:16], "little") > _LARGEST_DIRECTORY:
        raise _too_much()


def _check_directory(parts: list[zipfile.ZipInfo], directory: int) -> None:
    names = [part.filename for part in parts]
    if len(parts) > _MOST_PARTS or sum(p.file_size for p in parts) > _LARGEST_WHOLE:
        raise _too_much()
    if len(set(map(str.casefold, names))) < len(names):
        raise hidden()
    if any(n.startswith("/") or "\\" in n or ":" in n or ".." in n.split("/") for n in names):
        raise hidden()
    if any(_ACTING_NAMES.search(name) for name in names):
        raise active()
    if any(p.flag_bits & _ENCRYPTED for p in parts):
        raise Invalid("The file is locked with a password: nobody could check or read it.", code="document-locked")
    place = 0
    for part in sorted(parts, key=lambda p: p.header_offset):  # parts that share their bytes unpack to anything
        if part.header_offset < place:
            raise hidden()
        place = part.header_offset + 30 + len(part.filename) + part.compress_size
    if place > directory or min((p.header_offset for p in parts), default=1) != 0:
        raise hidden()
    unpacked, packed = sum(p.file_size for p in parts), sum(p.compress_size for p in parts)
    if unpacked > max(_RATIO_FROM, packed * _LARGEST_RATIO):
        raise _too_much()


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Unpack a part to its end: its length and its check sum must be those of the directory."""
    is_markup = part.filename.endswith((".xml", ".rels", ".vml"))
    before, seen = b"", 0
    with archive.open(part) as stream:
        while block := stream.read(_BLOCK):
            if seen == 0 and block.startswith(_RUNS):
                raise active()
            seen += len(block)
            if seen > part.file_size:
                raise not_whole()
            if is_markup:
                _check_markup(before + block)
            before = block[-_OVERLAP:]
    if seen != part.file_size:
        raise not_whole()


def _check_markup(text: bytes) -> None:
    if text.startswith((b"\xff\xfe", b"\xfe\xff")):  # in another coding the words would not be found
        raise another_type()
    if _ACTING_WORDS.search(text) or _FETCHED.search(text):
        raise active()


def _too_much() -> Invalid:
    return Invalid("The file unpacks to far more than it is.", code="document-unpacks-too-large")
