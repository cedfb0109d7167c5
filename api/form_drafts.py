"""The header by which a form is sent from its draft: the draft goes in the transaction of what it becomes."""

from uuid import UUID

from starlette.requests import Request

from casemgmt.errors import invalid_field

HEADER = "Draft-Id"


def draft_id_of(request: Request) -> UUID | None:
    """Return the draft that a form is sent from, None where it is sent from none."""
    given = request.headers.get(HEADER)
    if given is None:
        return None
    try:
        return UUID(given)
    except ValueError:
        raise invalid_field(f"/headers/{HEADER}", "invalid-draft-id", "The id of a draft of yours.") from None
