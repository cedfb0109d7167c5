"""What the checks of contents share: refusing, and reading exactly."""

import io

from casemgmt.errors import Invalid


def another_type() -> Invalid:
    """Return the refusal of a content that is not what it was declared to be."""
    return Invalid("The content is not of the type that was declared.", code="document-type-differs")


def not_whole() -> Invalid:
    """Return the refusal of a content that is broken or cut off."""
    return Invalid("The file is damaged or was cut off: its parts do not fit together.", code="document-not-whole")


def hidden() -> Invalid:
    """Return the refusal of a content that is more than one file."""
    return Invalid("The file holds something besides what its type shows.", code="document-hidden-content")


def active() -> Invalid:
    """Return the refusal of a content that can act."""
    return Invalid("The file holds a script, a macro or another file that could run.", code="document-active-content")


def exactly(content: io.BufferedReader, size: int) -> bytes:
    """Return the next bytes, or refuse a content that ends before."""
    data = content.read(size)
    if len(data) < size:
        raise not_whole()
    return data


def size_of(content: io.BufferedReader) -> int:
    """Return the bytes of a content; the place from which is read stays."""
    place = content.tell()
    end = content.seek(0, io.SEEK_END)
    content.seek(place)
    return end
