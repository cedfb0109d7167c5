"""Use cases of bodies and users."""

from uuid import UUID

from casemgmt.db.work import Work
from casemgmt.errors import invalid_field
from casemgmt.organisations.tables import Organisation


async def require_organisation(work: Work, organisation_id: UUID, pointer: str = "/organisation_id") -> Organisation:
    """Return an active body, or refuse the field that named it."""
    body = await work.session.get(Organisation, organisation_id)
    if body is None or not body.active:
        raise invalid_field(pointer, "unknown-organisation", "There is no such body.")
    return body
