"""What readers of the rota get."""

from datetime import datetime
from uuid import UUID

from casemgmt.models import View


class ShiftView(View):
    """A shift: who, from when, until when."""

    id: UUID
    organisation_id: UUID
    user_id: UUID
    name: str
    starts_at: datetime
    ends_at: datetime
    offered_to_id: UUID | None
    """To whom the holder offers it; it stays the holder's until it is taken."""
    in_return_id: UUID | None
    cancelled_at: datetime | None
    version: int


class GapView(View):
    """A time outside of working hours in which nobody is on duty."""

    starts_at: datetime
    ends_at: datetime


class RotaView(View):
    """The rota of a body in a time, and its gaps."""

    items: list[ShiftView]
    gaps: list[GapView]


class OnDutyView(View):
    """Who is on duty at a moment."""

    at: datetime
    working_hours: bool
    """By the working calendar: then the desk is there, and emergencies alone go to who is on duty."""
    items: list[ShiftView]
