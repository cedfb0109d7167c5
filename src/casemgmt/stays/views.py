"""What readers of shelters and stays get."""

from datetime import datetime
from uuid import UUID

from casemgmt.models import AllowedActionView, View


class ShelterView(View):
    """A shelter of your own centre."""

    id: UUID
    kato: str | None
    line: str
    active: bool
    created_at: datetime
    version: int


class ShelterList(View):
    """The shelters of your own centre."""

    items: list[ShelterView]


class ShelterState(View):
    """Whether a shelter takes people in. Where it is stands in the list alone."""

    id: UUID
    active: bool
    version: int


class PlaceView(View):
    """A bed. Who is in it is known to the team of the case."""

    id: UUID
    label: str
    active: bool
    version: int


class OccupiedPlaceView(PlaceView):
    """A bed, and until when it is taken at the latest."""

    taken: bool
    until_at: datetime | None


class PlaceList(View):
    """The beds of a shelter."""

    items: list[OccupiedPlaceView]
    free: int


class StayView(View):
    """A temporary stay. Where it is stands here for nobody: the team reads the protected address of the person.

    `person_ids` is empty for who is not on the team. `term_status`: whether the longest term is law.
    No source states that it can be made longer, so nothing here does.
    """

    id: UUID
    case_id: UUID
    state: str
    ground: str
    persons: int
    person_ids: list[UUID]
    admitted_at: datetime
    counted_from: datetime
    until_at: datetime
    term_status: str
    left_at: datetime | None
    leave_reason: str | None
    version: int
    allowed_actions: list[AllowedActionView]


class StayList(View):
    """The stays of a case, the latest first."""

    items: list[StayView]
