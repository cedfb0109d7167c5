"""What may be asked of the rota."""

from uuid import UUID

from pydantic import AwareDatetime, Field

from casemgmt.models import Command


class SetShift(Command):
    """Put a colleague on the rota."""

    id: UUID | None = Field(default=None, description="UUIDv7 of the client; made by the service where absent.")
    user_id: UUID
    starts_at: AwareDatetime
    ends_at: AwareDatetime


class OfferShift(Command):
    """Offer one's shift to a colleague, as a gift or for one of theirs."""

    to_user_id: UUID
    in_return_id: UUID | None = Field(default=None, description="The colleague's shift that you would take for it.")
