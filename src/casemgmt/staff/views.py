"""What readers of a change of staff get."""

from uuid import UUID

from casemgmt.models import View


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
