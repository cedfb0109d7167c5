"""Which copy of a content is given: the original as it came, or the one that is shown."""

import io

from casemgmt.documents.contents import size_of
from casemgmt.documents.images import shown_jpeg, shown_png, shown_webp

_SHOWN = {"image/jpeg": shown_jpeg, "image/png": shown_png, "image/webp": shown_webp}


def pieces_of(content: io.BufferedReader, media_type: str, copy_kind: str) -> list[bytes | range]:
    """Return what to send, in order: bytes as they are, and ranges of the content."""
    shown = _SHOWN.get(media_type)
    if copy_kind == "original" or shown is None:
        return [range(size_of(content))]
    return shown(content)
