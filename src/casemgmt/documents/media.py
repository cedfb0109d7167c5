"""The types of files that are accepted, and the check of a whole content against the type that was declared."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from casemgmt.documents import images, packages, pages
from casemgmt.documents.contents import active, another_type

Family = Literal["pdf", "image", "office", "text"]


@dataclass(frozen=True)
class MediaType:
    """A type of files, by content."""

    name: str
    extension: str
    family: Family
    begins: Callable[[bytes], bool]
    check: Callable[[io.BufferedReader], None]


def _starts(*beginnings: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(beginnings)


def _is_webp(head: bytes) -> bool:
    return head[:4] == b"RIFF" and head[8:12] == b"WEBP"


_OFFICE = "application/vnd.openxmlformats-officedocument"

MEDIA_TYPES: dict[str, MediaType] = {
    each.name: each
    for each in (
        MediaType("application/pdf", "pdf", "pdf", _starts(b"%PDF-"), pages.check_pdf),
        MediaType("image/jpeg", "jpg", "image", _starts(b"\xff\xd8\xff"), images.check_jpeg),
        MediaType("image/png", "png", "image", _starts(images.PNG_BEGIN), images.check_png),
        MediaType("image/webp", "webp", "image", _is_webp, images.check_webp),
        MediaType(
            f"{_OFFICE}.wordprocessingml.document", "docx", "office", _starts(packages.BEGIN), packages.check_docx
        ),
        MediaType(f"{_OFFICE}.spreadsheetml.sheet", "xlsx", "office", _starts(packages.BEGIN), packages.check_xlsx),
        MediaType(
            "application/vnd.oasis.opendocument.text", "odt", "office", _starts(packages.BEGIN), packages.check_odt
        ),
        MediaType("text/plain", "txt", "text", lambda _: True, pages.check_text),
    )
}

HEAD = 1024
"""Bytes from the beginning that are looked at before anything else."""
_SCRIPTS = (b"<script", b"<html", b"<svg", b"<!doctype html", b"<?php")


def check_head(media_type: str, head: bytes) -> None:
    """Refuse what does not begin as its type does, or begins as two: the rest need not be waited for."""
    if not MEDIA_TYPES[media_type].begins(head):
        raise another_type()
    if media_type == "text/plain" and any(
        other.begins(head) for other in MEDIA_TYPES.values() if other.name != media_type
    ):
        raise another_type()
    if any(script in head.lower() for script in _SCRIPTS):
        raise active()


def check_content(media_type: str, content: io.BufferedReader) -> None:
    """Refuse a content that is not wholly, and only, a file of its type. Blocks: it reads all of it."""
    content.seek(0)
    check_head(media_type, content.read(HEAD))
    content.seek(0)
    MEDIA_TYPES[media_type].check(content)
