"""What may be asked of waiting lists."""

from uuid import UUID

from pydantic import Field

from casemgmt.models import Command
from casemgmt.reference.fields import CentreService


class PutOnList(Command):
    """Put a person of a case on the list of a centre for a service."""

    id: UUID | None = Field(default=None, description="UUIDv7 of the client; made by the service where absent.")
    centre_id: UUID
    service: CentreService
    person_id: UUID


class OfferPlace(Command):
    """Offer a place that is free to who is first."""

    service: CentreService
