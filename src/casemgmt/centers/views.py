"""What readers of centres and sessions get."""

from datetime import date, datetime, time
from typing import Literal
from uuid import UUID

from casemgmt.models import AllowedActionView, View
from casemgmt.reference.views import Labels


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


class NeedView(View):
    """A paper that a specialist must hold to give a service. `house_default`: set by the operator, not law."""

    paper: str
    status: str
    source: str | None


class ServiceView(View):
    """A service of the catalogue. `source` is where it was seen, `source_title` the document of that register."""

    code: str
    label: str
    labels: Labels
    special_social_service: str
    special_social_service_labels: Labels
    help_kind: str
    forms: list[str]
    source: str
    source_title: str
    needs: list[NeedView]


class ServiceList(View):
    """The catalogue of services."""

    items: list[ServiceView]


class PaperView(View):
    """A paper of a specialist. `expiring`: it holds today, and ends within the time of warning."""

    id: UUID
    kind: str
    title: str
    number: str | None
    issued_on: date
    valid_until: date | None
    standing: Literal["valid", "expiring", "expired", "withdrawn", "not_yet"]
    version: int


class PaperWithdrawn(PaperView):
    """A paper that was taken back, with the booked sessions that the specialist may not give without it."""

    sessions_without_paper: list[UUID]


class WorkTimeView(View):
    """A time of the week in which a specialist works, by the clocks of Kazakhstan."""

    weekday: int
    from_time: time
    until_time: time


class SpecialistView(View):
    """A specialist of a centre, with the newest paper of each kind. No hours: the week is not told."""

    id: UUID
    family_name: str
    given_name: str
    patronymic: str | None
    sector: str | None
    papers: list[PaperView]
    hours: list[WorkTimeView]


class PaperList(View):
    """All papers of a specialist, the newest first."""

    items: list[PaperView]


class HoursView(View):
    """The week of a specialist."""

    specialist_id: UUID
    times: list[WorkTimeView]


class AbsenceView(View):
    """A time in which a specialist can't be booked."""

    id: UUID
    specialist_id: UUID
    reason: str
    starts_at: datetime
    ends_at: datetime
    withdrawn_at: datetime | None
    version: int


class AbsenceRecorded(AbsenceView):
    """An absence, with the sessions that are booked into it: each is to be moved or cancelled."""

    sessions_in_it: list[UUID]


class AbsenceList(View):
    """The absences of a specialist that are not over."""

    items: list[AbsenceView]


class SpecialistList(View):
    """The specialists of a centre."""

    items: list[SpecialistView]


class BusyTime(View):
    """A room that is taken, or a specialist who is taken or absent; by whom, or why, is not said."""

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
    """A session in a list. Without a room it is a home visit, with the minutes of the way."""

    id: UUID
    case_id: UUID
    centre_id: UUID
    specialist_id: UUID
    room_id: UUID | None
    travel_minutes: int | None
    series_id: UUID | None
    plan_measure_id: UUID | None
    kind: str
    service: str | None
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
    cancelled_for: str | None
    cancelled_at: datetime | None
    cancelled_by_id: UUID | None
    consent_id: UUID | None
    created_at: datetime
    created_by_id: UUID
    participants: list[ParticipantView]
    allowed_actions: list[AllowedActionView]


class SeriesView(View):
    """Sessions that were booked together, in the order of their times."""

    id: UUID
    case_id: UUID
    every_weeks: int
    items: list[SessionSummary]


class NoteView(View):
    """What was said in a session."""

    id: UUID
    session_id: UUID
    help_kind: str
    body: str
    created_at: datetime
    created_by_id: UUID
    entered_in_error: bool


class NoteList(View):
    """The notes of a session that the reader may read."""

    items: list[NoteView]
