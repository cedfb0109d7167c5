"""What readers of centres and sessions get."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from casemgmt.models import AllowedActionView, View


class CentreView(View):
    """A body in which sessions are held."""

    id: UUID
    kind: str
    name_kk: str
    name_ru: str
    name_en: str
    region_code: str | None


class RoomView(View):
    """A room of a centre."""

    id: UUID
    organisation_id: UUID
    name: str
    capacity: int
    active: bool
    version: int


class RoomList(View):
    """The rooms of a centre."""

    items: list[RoomView]


class SpecialistView(View):
    """A specialist of a centre."""

    id: UUID
    family_name: str
    given_name: str
    patronymic: str | None
    sector: str | None


class SpecialistList(View):
    """The specialists of a centre."""

    items: list[SpecialistView]


class BusyTime(View):
    """A room or specialist that is taken; by whom is not said."""

    resource_kind: Literal["room", "specialist"]
    resource_id: UUID
    starts_at: datetime
    ends_at: datetime


class BusyDay(View):
    """The taken times of a centre on one day, in the clock of Kazakhstan."""

    centre_id: UUID
    day: date
    items: list[BusyTime]


class SessionSummary(View):
    """A session in a list."""

    id: UUID
    case_id: UUID
    centre_id: UUID
    specialist_id: UUID
    room_id: UUID
    plan_measure_id: UUID | None
    kind: str
    help_kind: str
    state: str
    starts_at: datetime
    ends_at: datetime


class ParticipantView(View):
    """A participant, by id: names are read with the person."""

    person_id: UUID
    attendance: str | None


class SessionView(SessionSummary):
    """A session in full, with what the reader may do on it now."""

    version: int
    outcome: str | None
    next_step: str | None
    cancellation_reason: str | None
    consent_id: UUID | None
    created_at: datetime
    created_by_id: UUID
    participants: list[ParticipantView]
    allowed_actions: list[AllowedActionView]


class NoteView(View):
    """What was said in a session."""

    id: UUID
    session_id: UUID
    help_kind: str
    body: str
    created_at: datetime
    created_by_id: UUID


class NoteList(View):
    """The notes of a session that the reader may read."""

    items: list[NoteView]
