"""What readers of a change of staff get."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from casemgmt.models import View

Standing = Literal["planned", "running", "over", "withdrawn"]


class OwnedWork(View):
    """How much a colleague answers for now; cases are counted whether the reader sees them or not."""

    user_id: UUID
    cases: int
    """Open cases of which the colleague is the manager."""
    closed_cases: int
    """Closed ones: somebody answers for them too."""
    tasks: int
    """Open tasks."""
    offers: int
    """Cases offered to the colleague and not answered."""
    places: int
    """Places in the teams of others' open cases."""
    named: int
    """Booked sessions and open measures that name the colleague, and that nobody was asked to take over."""
    shifts: int
    """Coming shifts of the duty desk."""


class HandedCase(View):
    """A case and its manager from now on."""

    case_id: UUID
    manager_id: UUID


class HandedOn(View):
    """What went where."""

    user_id: UUID
    cases: list[HandedCase]
    """Open and closed ones that the reader sees."""
    hidden_cases: int
    """Restricted ones, which passed too."""
    tasks: int
    offers: int
    """Offers to the colleague that were withdrawn: the cases stay with those who offered them."""
    places: int
    """Places in teams that ended: the managers see it in the story of the case."""
    named: int
    """Sessions and measures for which somebody was asked to name another."""
    shifts: int
    """Coming shifts that were taken off the rota: its gaps show where somebody has to be named."""


class AbsenceSummary(View):
    """Who is away, until when, and who stands in."""

    id: UUID
    user_id: UUID
    name: str
    deputy_id: UUID
    deputy_name: str
    reason: str | None
    """Known to who is away and who heads the body; it may be an illness. Null for everybody else."""
    starts_at: datetime
    ends_at: datetime
    standing: Standing
    covers_restricted: bool
    begun_at: datetime | None
    ended_at: datetime | None
    """When it was over, or its end was noted; the deputy's sight ends with `ends_at` in any case."""
    withdrawn_at: datetime | None
    version: int


class CoveredCase(View):
    """A case of who is away, and who stands in for it."""

    case_id: UUID
    deputy_id: UUID | None
    """Null where nobody does: the deputy may not have it, or it is restricted and the head has not decided."""
    holds_sessions: bool
    """The deputy was named for the case to hold its sessions, and reads the notes of that kind of help meanwhile."""


class CoveredGroup(View):
    """A place in a mobile group of who is away."""

    group_id: UUID
    name: str
    sector: str
    is_lead: bool
    deputy_id: UUID | None
    """Who has the place for that time: the deputy, where of the same sector and with a role for it."""
    bare: bool
    """The group lacks the sector, or somebody to lead it: who heads its body is asked before it goes out next."""


class AbsenceView(AbsenceSummary):
    """An absence in full. What it leaves is told to who is away and who heads the body; others get none."""

    cases: list[CoveredCase]
    """Those that the reader sees."""
    hidden_cases: int
    """Restricted ones, of which the reader is told no more."""
    uncovered: int
    """Cases for which nobody stands in, hidden ones included."""
    groups: list[CoveredGroup]


class AbsenceList(View):
    """Absences of a body."""

    items: list[AbsenceSummary]
