"""Pure decisions on documents: their names, their limits, the marks of their links."""

import re
import unicodedata
from datetime import datetime
from urllib.parse import quote
from uuid import UUID

from casemgmt.access.actor import Actor
from casemgmt.access.marks import Marks
from casemgmt.documents.media import MEDIA_TYPES
from casemgmt.errors import Forbidden, Invalid
from casemgmt.settings import Settings

_LONGEST_NAME = 100
_UNSAFE = re.compile(r"[<>:\"/\\|?*\x00-\x1f\x7f]")
_INVISIBLE = {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"}
"""Categories of Unicode: what can't be seen, and what turns the order of letters round."""


def clean_name(given: str, media_type: str) -> str:
    """Return a file name that no system takes for a path, and no reader for another type than it is."""
    name = unicodedata.normalize("NFC", re.split(r"[/\\]", given)[-1])
    name = "".join(c for c in name if unicodedata.category(c) not in _INVISIBLE)
    extension = MEDIA_TYPES[media_type].extension
    stem, dot, ending = name.rpartition(".")
    if dot and (ending.casefold() == extension or re.fullmatch(r"[A-Za-z0-9]{1,5}", ending)):
        name = stem
    name = _UNSAFE.sub("_", name).strip(" .")[:_LONGEST_NAME].strip(" .")
    return f"{name or 'document'}.{extension}"


def disposition(file_name: str, media_type: str) -> str:
    """Return the header by which a browser saves a file and never shows it (RFC 6266)."""
    plain = f"document.{MEDIA_TYPES[media_type].extension}"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file_name, safe='')}"


def check_size(settings: Settings, media_type: str, size: int) -> None:
    """Refuse a file that is larger than files of its type may be."""
    limit = limit_of(settings, media_type)
    if size > limit:
        raise Invalid(
            "The file is larger than files of its type may be.",
            code="document-too-large",
            data={"limit_bytes": limit},
        )


def limit_of(settings: Settings, media_type: str) -> int:
    """Return how many bytes a file of this type may have."""
    return {
        "pdf": settings.document_pdf_bytes,
        "image": settings.document_image_bytes,
        "office": settings.document_office_bytes,
        "text": settings.document_text_bytes,
    }[MEDIA_TYPES[media_type].family]


def sign_link(marks: Marks, actor: Actor, document_id: UUID, copy_kind: str, expires_at: datetime) -> str:
    """Return what a link carries: which copy, until when, and a mark. For whom it is stands in the mark alone."""
    return marks.mark(_bound(actor, document_id), f"{copy_kind}.{int(expires_at.timestamp())}")


def read_link(marks: Marks, actor: Actor, document_id: UUID, link: str, now: datetime) -> str:
    """Return which copy a link gives. Refused where it is not ours, another's, of another session, or too old."""
    body = marks.marked(_bound(actor, document_id), link)
    copy_kind, _, until = (body or "").partition(".")
    if body is None or now.timestamp() >= int(until):
        raise Forbidden("The link is over, or was given to somebody else: ask for a new one.", code="link-not-valid")
    return copy_kind


def _bound(actor: Actor, document_id: UUID) -> str:
    """Return for what a link holds: the document, the account, its session and the version of its rights."""
    return f"document {document_id} {actor.user_id} {actor.session_id} {actor.authz_version}"
