"""Photos: walked part by part to the last byte, so that nothing stands before, between or behind.

The same walk gives the copy that is shown, without what a camera and a telephone wrote into it: where and when it was
taken, by which device, and the small picture of before it was cut. A place can betray a shelter.
"""

import io
import re
import struct
import zlib
from dataclasses import dataclass

from casemgmt.documents.contents import exactly, hidden, not_whole, size_of
from casemgmt.errors import Invalid

PNG_BEGIN = b"\x89PNG\r\n\x1a\n"
_LARGEST = 100_000_000
"""Pixels: the camera of a telephone makes half of it; a small file can claim any number and exhaust who opens it."""
_BLOCK = 65_536
_ARCHIVE_TAIL = 66_000
"""Where the directory of a ZIP archive would have to begin to be found."""


@dataclass(frozen=True)
class Part:
    """A part of an image: its name, and the bytes from `start` to before `end`."""

    name: str
    start: int
    end: int


def check_jpeg(content: io.BufferedReader) -> None:
    """Refuse a JPEG that is not whole, or behind which something stands that no telephone puts there.

    Telephones do put something there: further JPEGs (brightness, a second lens), a short film, a maker's own notes. The
    original keeps it; the shown copy ends with the picture.
    """
    end, size = _walk_jpeg(content, 0)[-1].end, size_of(content)
    while end < size:
        content.seek(end)
        head = content.read(8)
        if not head.startswith(b"\xff\xd8"):
            break
        end = _walk_jpeg(content, end)[-1].end
    if end == size:
        return
    content.seek(max(end, size - _ARCHIVE_TAIL))
    tail = content.read()
    if b"PK\x05\x06" in tail or not (head[4:] == b"ftyp" or tail.endswith(b"SEFT")):
        raise hidden()


def check_png(content: io.BufferedReader) -> None:
    """Refuse a PNG that is not whole, or behind which something else stands."""
    for part in _walk_png(content):
        content.seek(part.start + 4)
        left, found = part.end - part.start - 8, 0
        while left:
            block = exactly(content, min(left, _BLOCK))
            found, left = zlib.crc32(block, found), left - len(block)
        if exactly(content, 4) != struct.pack(">I", found):
            raise not_whole()


def check_webp(content: io.BufferedReader) -> None:
    """Refuse a WebP that is not whole, or behind which something else stands."""
    _walk_webp(content)


def shown_jpeg(content: io.BufferedReader) -> list[bytes | range]:
    """Return the shown copy: the first picture, its colours, and which way up it is."""
    pieces: list[bytes | range] = []
    for part in _walk_jpeg(content, 0):
        if part.name == "E1" and (turned := _orientation(content, part)) is not None:
            pieces.append(_only_orientation(turned))
        elif _is_shown(content, part):
            pieces.append(range(part.start, part.end))
    return pieces


def shown_png(content: io.BufferedReader) -> list[bytes | range]:
    """Return the shown copy: without texts, times and what a camera wrote."""
    kept = [p for p in _walk_png(content) if p.name in _SHOWN_PNG]
    return [PNG_BEGIN, *(range(p.start, p.end) for p in kept)]


def shown_webp(content: io.BufferedReader) -> list[bytes | range]:
    """Return the shown copy: without what a camera wrote."""
    pieces: list[bytes | range] = []
    for part in _walk_webp(content):
        if part.name not in _SHOWN_WEBP:
            continue
        if part.name == "VP8X":
            content.seek(part.start)
            head = bytearray(exactly(content, part.end - part.start))
            head[8] &= ~0x0C & 0xFF  # it has no EXIF and no XMP any more
            pieces.append(bytes(head))
        else:
            pieces.append(range(part.start, part.end))
    return [b"RIFF" + struct.pack("<I", 4 + sum(len(p) for p in pieces)) + b"WEBP", *pieces]


def _check_pixels(width: int, height: int) -> None:
    if not width or not height:
        raise not_whole()
    if width * height > _LARGEST:
        raise Invalid(
            "The picture has more pixels than anybody can look at.",
            code="picture-too-large",
            data={"limit_pixels": _LARGEST},
        )


# JPEG (ITU-T T.81, annex B)

_NEXT_MARKER = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]")
_END, _SCAN = 0xD9, 0xDA
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE = frozenset({0x00, 0x01, *range(0xD0, 0xD9)})
_ICC = b"ICC_PROFILE\x00"


def _walk_jpeg(content: io.BufferedReader, start: int) -> list[Part]:
    """Return the parts of one JPEG: a segment with its marker as the name, the coded picture as part of its scan."""
    content.seek(start)
    if exactly(content, 2) != b"\xff\xd8":
        raise not_whole()
    parts, place, frame, scan = [Part("D8", start, start + 2)], start + 2, False, False
    while True:
        marker, place = _next_segment(content, place)
        if marker == _END:
            break
        end = place + 2 + int.from_bytes(exactly(content, 2), "big")
        if end < place + 4 or (marker == _SCAN and not frame):
            raise not_whole()
        if marker in _FRAMES:
            _, height, width = struct.unpack(">BHH", exactly(content, 5))
            _check_pixels(width, height)
            frame = True
        if marker == _SCAN:
            scan, end = True, _end_of_scan(content, end)
        parts.append(Part(f"{marker:02X}", place, end))
        place = end
    if not scan:
        raise not_whole()
    return [*parts, Part("D9", place, place + 2)]


def _next_segment(content: io.BufferedReader, place: int) -> tuple[int, int]:
    """Return the marker of the segment at a place, and where it begins: fill bytes may stand before it."""
    content.seek(place)
    fill, marker = exactly(content, 2)
    while fill == marker == 0xFF:  # noqa: PLR2004 - what every marker begins with
        place, marker = place + 1, exactly(content, 1)[0]
    if fill != 0xFF or marker in _ALONE:  # noqa: PLR2004 - see above
        raise not_whole()
    return marker, place


def _end_of_scan(content: io.BufferedReader, start: int) -> int:
    content.seek(start)
    place, before = start, b""
    while block := content.read(_BLOCK):
        data = before + block
        if found := _NEXT_MARKER.search(data):
            return place - len(before) + found.end() - 2
        place += len(block)
        before = b"\xff" if data.endswith(b"\xff") else b""
    raise not_whole()


def _is_shown(content: io.BufferedReader, part: Part) -> bool:
    """Answer whether a part is needed to show the picture: itself, its frame, its colours."""
    if part.name == "FE":
        return False
    if not part.name.startswith("E"):
        return True
    content.seek(part.start + 4)
    said = content.read(min(len(_ICC), part.end - part.start - 4))
    return {"E0": said.startswith(b"JFIF\x00"), "E2": said == _ICC, "EE": said.startswith(b"Adobe")}.get(
        part.name, False
    )


def _orientation(content: io.BufferedReader, part: Part) -> int | None:
    """Return how a photo is to be turned: 2 to 8; None where it is not, or does not say."""
    content.seek(part.start + 4)
    said = exactly(content, part.end - part.start - 4)
    tiff = said[6:]
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(tiff[:4])
    if not said.startswith(b"Exif\x00\x00") or order is None:
        return None
    try:
        (first,) = struct.unpack_from(order + "I", tiff, 4)
        (count,) = struct.unpack_from(order + "H", tiff, first)
        for number in range(count):
            tag, _, _, value = struct.unpack_from(order + "HHIH", tiff, first + 2 + 12 * number)
            if tag == 0x0112:  # noqa: PLR2004 - the tag of the orientation
                return value if 1 < value <= 8 else None  # noqa: PLR2004 - the values that it has
    except struct.error:
        pass
    return None


def _only_orientation(turned: int) -> bytes:
    tiff = b"MM\x00*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, turned, 0, 0)
    return b"\xff\xe1" + struct.pack(">H", 8 + len(tiff)) + b"Exif\x00\x00" + tiff


# PNG (ISO/IEC 15948)

_SHOWN_PNG = frozenset(
    {"IHDR", "PLTE", "IDAT", "IEND", "tRNS", "bKGD", "pHYs", "cHRM", "gAMA", "iCCP", "sBIT", "sRGB", "cICP"}
    | {"acTL", "fcTL", "fdAT"}
)
"""What is needed to show a picture: colours, sizes, frames. Everything else may tell of a place."""


def _walk_png(content: io.BufferedReader) -> list[Part]:
    content.seek(0)
    size = size_of(content)
    if exactly(content, len(PNG_BEGIN)) != PNG_BEGIN:
        raise not_whole()
    parts: list[Part] = []
    place = len(PNG_BEGIN)
    while not parts or parts[-1].name != "IEND":
        content.seek(place)
        length, name = struct.unpack(">I4s", exactly(content, 8))
        end = place + 12 + length
        if end > size or not name.isalpha():
            raise not_whole()
        if not parts:
            if name != b"IHDR":
                raise not_whole()
            _check_pixels(*struct.unpack(">II", exactly(content, 8)))
        parts.append(Part(name.decode("ascii"), place, end))
        place = end
    if not any(part.name == "IDAT" for part in parts):
        raise not_whole()
    if place != size:
        raise hidden()
    return parts


# WebP (RFC 9649)

_SHOWN_WEBP = frozenset({"VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF", "ICCP"})


def _walk_webp(content: io.BufferedReader) -> list[Part]:
    content.seek(0)
    size = size_of(content)
    begin, said, kind = struct.unpack("<4sI4s", exactly(content, 12))
    if begin != b"RIFF" or kind != b"WEBP" or said + 8 > size:
        raise not_whole()
    if said + 8 < size:
        raise hidden()
    parts: list[Part] = []
    place = 12
    while place < size:
        content.seek(place)
        name, length = struct.unpack("<4sI", exactly(content, 8))
        end = place + 8 + length + length % 2
        if end > size:
            raise not_whole()
        if not parts:
            _check_pixels(*_webp_pixels(name, exactly(content, min(length, 10))))
        parts.append(Part(name.decode("ascii", "replace"), place, end))
        place = end
    if not any(part.name in {"VP8 ", "VP8L", "ANMF"} for part in parts):
        raise not_whole()
    return parts


def _webp_pixels(name: bytes, head: bytes) -> tuple[int, int]:
    try:
        if name == b"VP8X":
            return 1 + int.from_bytes(head[4:7], "little"), 1 + int.from_bytes(head[7:10], "little")
        if name == b"VP8L":
            signature, bits = struct.unpack_from("<BI", head)
            if signature == 0x2F:  # noqa: PLR2004 - what every lossless picture begins with
                return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        if name == b"VP8 " and head[3:6] == b"\x9d\x01\x2a":
            width, height = struct.unpack_from("<HH", head, 6)
            return width & 0x3FFF, height & 0x3FFF
    except struct.error:
        pass
    raise not_whole()
