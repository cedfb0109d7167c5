"""What may be asked of transfers."""

from datetime import date
from uuid import UUID

from casemgmt.models import Command
from casemgmt.reference.fields import HandoverReason, LongText


class OfferTransfer(Command):
    """Offer a case to the body of the place to which the family moves."""

    to_organisation_id: UUID
    reason: HandoverReason = "family_moved"
    moved_on: date | None = None
    note: LongText | None = None
    """What the receiver must know before accepting: no name and no address, they come with the case."""


class AcceptTransfer(Command):
    """Accept a case and say who is accountable for it from now on."""

    manager_id: UUID


class DeclineTransfer(Command):
    """Decline a case: it stays where it is."""

    reason: LongText
