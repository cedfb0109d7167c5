"""Files for tests of documents: small, whole, of every type that is accepted."""

import io
import struct
import zipfile
import zlib

OFFICE = "application/vnd.openxmlformats-officedocument"
GPS = b"43.238949N 76.889709E"
"""Stands for the place in a photo's EXIF."""


def pdf(*objects: bytes) -> bytes:
    """Return a PDF as far as its frame goes."""
    body = b"".join(b"%d 0 obj\n%b\nendobj\n" % (i, o) for i, o in enumerate(objects or (b"<< /Type /Catalog >>",), 1))
    return b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + body + b"trailer << /Root 1 0 R >>\nstartxref\n0\n%%EOF\n"


def segment(marker: int, body: bytes) -> bytes:
    """Return a segment of a JPEG."""
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def exif(orientation: int = 1, place: bytes = GPS) -> bytes:
    """Return the body of a segment as a camera writes it: which way up, and where."""
    tiff = b"II*\x00" + struct.pack("<IHHHIHHI", 8, 1, 0x0112, 3, 1, orientation, 0, 0)
    return b"Exif\x00\x00" + tiff + place


def jpeg(
    *, orientation: int = 6, width: int = 4, height: int = 4, picture: bytes = b"\x12\xff\x00\xff\xd0\x34"
) -> bytes:
    """Return a JPEG as a telephone makes it: with place, comment and small picture."""
    frame = struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00"
    return b"".join(
        (
            b"\xff\xd8",
            segment(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"),
            segment(0xE1, exif(orientation)),
            segment(0xE1, b"http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta>" + GPS),
            segment(0xE2, b"ICC_PROFILE\x00\x01\x01colours"),
            segment(0xED, b"Photoshop 3.0\x00" + GPS),
            segment(0xFE, b"comment " + GPS),
            segment(0xDB, bytes(65)),
            segment(0xC0, frame),
            segment(0xC4, bytes(19)),
            segment(0xDA, b"\x01\x01\x00\x00\x3f\x00"),
            picture,
            b"\xff\xd9",
        )
    )


def chunk(name: bytes, body: bytes) -> bytes:
    """Return a chunk of a PNG."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(*, width: int = 2, height: int = 2) -> bytes:
    """Return a PNG with a text and a place in it."""
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),
            chunk(b"tEXt", b"Comment\x00" + GPS),
            chunk(b"eXIf", exif()[6:]),
            chunk(b"IDAT", zlib.compress(b"\x00\x01\x02" * 2)),
            chunk(b"IEND", b""),
        )
    )


def webp() -> bytes:
    """Return a WebP with a place in it."""
    picture = b"\x00\x00\x00\x9d\x01\x2a" + struct.pack("<HH", 2, 2) + b"\x00\x00"
    parts = (
        b"VP8X" + struct.pack("<I", 10) + b"\x0c\x00\x00\x00" + b"\x01\x00\x00\x01\x00\x00",
        b"VP8 " + struct.pack("<I", len(picture)) + picture,
        b"EXIF" + struct.pack("<I", len(GPS) + 1) + GPS + b"\x00",
    )
    whole = b"".join(parts)
    return b"RIFF" + struct.pack("<I", 4 + len(whole)) + b"WEBP" + whole


def archive(parts: dict[str, bytes], *, stored: tuple[str, ...] = ()) -> bytes:
    """Return a ZIP archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, body in parts.items():
            file.writestr(name, body, zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED)
    return out.getvalue()


CONTENT_TYPES = b'<?xml version="1.0"?><Types><Override PartName="/word/document.xml" ContentType="main+xml"/></Types>'


def docx(**parts: bytes) -> bytes:
    """Return a Word document; further parts by their names, with `__` for a slash."""
    more = {name.replace("__", "/"): body for name, body in parts.items()}
    text = "<w:document><w:t>Шешім</w:t></w:document>".encode()
    return archive({"[Content_Types].xml": CONTENT_TYPES, "word/document.xml": text} | more)


def xlsx() -> bytes:
    """Return an Excel workbook."""
    return archive({"[Content_Types].xml": CONTENT_TYPES, "xl/workbook.xml": b"<workbook/>"})


def odt() -> bytes:
    """Return a text of the OpenDocument format."""
    parts = {
        "mimetype": b"application/vnd.oasis.opendocument.text",
        "content.xml": b"<office:document-content/>",
        "META-INF/manifest.xml": b"<manifest:manifest/>",
    }
    return archive(parts, stored=("mimetype",))


WHOLE = {
    "application/pdf": pdf(),
    "image/jpeg": jpeg(),
    "image/png": png(),
    "image/webp": webp(),
    f"{OFFICE}.wordprocessingml.document": docx(),
    f"{OFFICE}.spreadsheetml.sheet": xlsx(),
    "application/vnd.oasis.opendocument.text": odt(),
    "text/plain": "﻿Анықтама\r\nтекст\n".encode(),
}
"""A whole file of every type."""
