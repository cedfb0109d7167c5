"""Use cases of specialists: their papers, their week, their absences."""

from collections.abc import Sequence
from datetime import UTC, date, timedelta
from typing import Literal
from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.centers import policy, repository, slots, without
from casemgmt.centers.catalogue import catalogue, is_valid_on, title_of
from casemgmt.centers.commands import RecordAbsence, RecordPaper, SetHours
from casemgmt.centers.rooms import check_own_centre
from casemgmt.centers.tables import SpecialistAbsence, SpecialistHours, SpecialistPaper
from casemgmt.centers.views import (
    AbsenceList,
    AbsenceRecorded,
    AbsenceView,
    HoursView,
    NeedView,
    PaperList,
    PaperView,
    PaperWithdrawn,
    ServiceList,
    ServiceView,
    SpecialistList,
    SpecialistView,
    WorkTimeView,
)
from casemgmt.db.work import Work, check_version
from casemgmt.errors import Forbidden, NotFound, WrongState, invalid_field
from casemgmt.ids import new_id
from casemgmt.reference.languages import Language
from casemgmt.reference.lists import code_list
from casemgmt.reference.views import Labels
from rules.zone import to_local

_WARNING = "centre.paper_warning"
Standing = Literal["valid", "expiring", "expired", "withdrawn", "not_yet"]


def read_catalogue(work: Work, language: Language) -> ServiceList:
    """Return the services of centres with the papers that each needs."""
    work.record(Event("reference.read", "reference"))
    return ServiceList(
        items=[
            ServiceView(
                code=code,
                label=code_list("centre_service").value(code).label((language,)).text,
                labels=_labels("centre_service", code),
                special_social_service=service.special_social_service,
                special_social_service_labels=_labels("special_social_service_kind", service.special_social_service),
                help_kind=service.help_kind,
                forms=list(service.forms),
                source=service.source,
                source_title=title_of(service.source),
                needs=[NeedView.model_validate(need) for need in service.needs],
            )
            for code, service in catalogue().services.items()
        ]
    )


def _labels(list_name: str, code: str) -> Labels:
    value = code_list(list_name).value(code)
    return Labels(kk=value.kk, ru=value.ru, en=value.en)


async def list_specialists(work: Work, centre_id: UUID) -> SpecialistList:
    """Return the active specialists of a centre, with the newest paper of each kind and their week."""
    await repository.get_centre(work, centre_id)
    rows = await repository.specialists_of(work, centre_id)
    ids = [r["id"] for r in rows]
    papers, hours = await repository.papers_of(work, ids), await repository.hours_of(work, ids)
    work.record(Event("centre.specialists_listed", "organisation", (centre_id,)))
    return SpecialistList(
        items=[
            SpecialistView(
                **row,
                papers=_newest([p for p in papers if p.user_id == row["id"]], work),
                hours=[_time(h) for h in hours if h.user_id == row["id"]],
            )
            for row in rows
        ]
    )


def _newest(papers: Sequence[SpecialistPaper], work: Work) -> list[PaperView]:
    """Return the paper of each kind that holds longest, of those that were not withdrawn."""
    best: dict[str, SpecialistPaper] = {}
    for paper in papers:
        held = best.get(paper.kind)
        if paper.withdrawn_at is None and (held is None or _last_day(paper) > _last_day(held)):
            best[paper.kind] = paper
    return [_paper(best[kind], work) for kind in sorted(best)]


def _last_day(paper: SpecialistPaper) -> date:
    return paper.valid_until or date.max


async def list_papers(work: Work, centre_id: UUID, specialist_id: UUID) -> PaperList:
    """Return all papers of a specialist, the newest first."""
    await _specialist(work, centre_id, specialist_id)
    papers = await repository.papers_of(work, [specialist_id])
    work.record(Event("specialist.papers_read", "specialist_paper", tuple(p.id for p in papers)))
    return PaperList(items=[_paper(p, work) for p in papers])


async def record_paper(work: Work, centre_id: UUID, specialist_id: UUID, command: RecordPaper) -> PaperView:
    """Record a paper of a specialist of the own centre: nobody records their own."""
    await _own_specialist(work, centre_id, specialist_id)
    if command.issued_on > to_local(work.now).date():
        raise invalid_field("/issued_on", "date-in-future", "The paper was not issued yet.")
    if command.kind != "qualification" and command.valid_until is None:
        raise invalid_field("/valid_until", "last-day-needed", "An attestation and a licence end: give the last day.")
    paper = SpecialistPaper(
        id=command.id or new_id(),
        user_id=specialist_id,
        created_at=work.now,
        created_by_id=work.actor.user_id,
        **command.model_dump(exclude={"id"}),
    )
    await work.save(Event("specialist.paper_recorded", "specialist_paper", (paper.id,)), paper)
    return _paper(paper, work)


async def withdraw_paper(
    work: Work, centre_id: UUID, specialist_id: UUID, paper_id: UUID, expected: int | None
) -> PaperWithdrawn:
    """Take a paper back, or say that it was entered in error: from now on it counts for nothing.

    It is told which booked sessions need it: nobody is left before somebody who may not give them.
    """
    await _own_specialist(work, centre_id, specialist_id)
    paper = next((p for p in await repository.papers_of(work, [specialist_id]) if p.id == paper_id), None)
    if paper is None:
        raise NotFound("The specialist has no such paper.")
    check_version(paper, expected)
    if paper.withdrawn_at is not None:
        raise WrongState("The paper was withdrawn already.", data={"state": "withdrawn", "allowed_transitions": []})
    paper.withdrawn_at = work.now
    await work.save(Event("specialist.paper_withdrawn", "specialist_paper", (paper.id,)), paper)
    bare = await slots.sessions_without_paper(work, specialist_id)
    return PaperWithdrawn(**_paper(paper, work).model_dump(), sessions_without_paper=bare)


def _paper(paper: SpecialistPaper, work: Work) -> PaperView:
    return PaperView(
        **paper.model_dump(include=set(PaperView.model_fields)), standing=_standing(paper, to_local(work.now).date())
    )


def _standing(paper: SpecialistPaper, today: date) -> Standing:
    if paper.withdrawn_at is not None:
        return "withdrawn"
    if today < paper.issued_on:
        return "not_yet"
    if not is_valid_on(paper.issued_on, paper.valid_until, today):
        return "expired"
    warning = timedelta(days=catalogue().figures["paper_warning_days"].value)
    return "valid" if paper.valid_until is None or paper.valid_until > today + warning else "expiring"


async def set_hours(work: Work, centre_id: UUID, specialist_id: UUID, command: SetHours) -> HoursView:
    """Set the week of a specialist. Sessions that are booked already stay; new ones keep to it."""
    await _own_specialist(work, centre_id, specialist_id)
    await repository.reserve(work, [specialist_id])
    wanted = [(t.weekday, t.from_time, t.until_time) for t in command.times]
    held = await repository.hours_of(work, [specialist_id])
    ended = [h for h in held if (h.weekday, h.from_time, h.until_time) not in wanted]
    for row in ended:
        row.removed_at = work.now
    kept = {(h.weekday, h.from_time, h.until_time) for h in held if h.removed_at is None}
    new = [
        SpecialistHours(id=new_id(), user_id=specialist_id, weekday=day, from_time=start, until_time=end)
        for day, start, end in sorted(set(wanted) - kept)
    ]
    await work.save(Event("specialist.hours_set", "app_user", (specialist_id,)), *ended, *new)
    return HoursView(
        specialist_id=specialist_id, times=[_time(h) for h in await repository.hours_of(work, [specialist_id])]
    )


def _time(row: SpecialistHours) -> WorkTimeView:
    return WorkTimeView(weekday=row.weekday, from_time=row.from_time, until_time=row.until_time)


async def record_absence(work: Work, centre_id: UUID, specialist_id: UUID, command: RecordAbsence) -> AbsenceRecorded:
    """Record an absence. Nobody is left before a closed door: the manager of each session in it has a task at once."""
    await _own_specialist(work, centre_id, specialist_id)
    starts_at, ends_at = policy.check_absence(command.starts_at, command.ends_at, work.now)
    await repository.reserve(work, [specialist_id])
    absence = SpecialistAbsence(
        id=command.id or new_id(),
        organisation_id=centre_id,
        user_id=specialist_id,
        reason=command.reason,
        starts_at=starts_at,
        ends_at=ends_at,
        created_at=work.now,
        created_by_id=work.actor.user_id,
    )
    await work.save(Event("specialist.absence_recorded", "specialist_absence", (absence.id,)), absence)
    booked = await repository.booked_sessions(work, specialist_id, starts_at, ends_at)
    await without.ask_managers(work, absence)
    return AbsenceRecorded(**_absence(absence).model_dump(), sessions_in_it=booked)


async def withdraw_absence(
    work: Work, centre_id: UUID, specialist_id: UUID, absence_id: UUID, expected: int | None
) -> AbsenceView:
    """Take an absence back: the specialist can be booked in that time again."""
    await _own_specialist(work, centre_id, specialist_id)
    absence = await work.session.get(SpecialistAbsence, absence_id, with_for_update=True)
    if absence is None or absence.user_id != specialist_id:
        raise NotFound("The specialist has no such absence.")
    check_version(absence, expected)
    if absence.withdrawn_at is not None:
        raise WrongState("The absence was withdrawn already.", data={"state": "withdrawn", "allowed_transitions": []})
    absence.withdrawn_at = work.now
    await work.save(Event("specialist.absence_withdrawn", "specialist_absence", (absence.id,)), absence)
    await without.ask_no_longer(work, absence)
    return _absence(absence)


async def list_absences(work: Work, centre_id: UUID, specialist_id: UUID) -> AbsenceList:
    """Return the absences of a specialist that are not over: their reasons are for the own centre alone."""
    await _specialist(work, centre_id, specialist_id)
    if work.actor.user_id != specialist_id:
        check_own_centre(work, centre_id)
    rows = await repository.absences_of(work, specialist_id)
    work.record(Event("specialist.absences_read", "specialist_absence", tuple(a.id for a in rows)))
    return AbsenceList(items=[_absence(a) for a in rows])


def _absence(row: SpecialistAbsence) -> AbsenceView:
    return AbsenceView(
        id=row.id,
        specialist_id=row.user_id,
        reason=row.reason,
        starts_at=row.starts_at.astimezone(UTC),
        ends_at=row.ends_at.astimezone(UTC),
        withdrawn_at=row.withdrawn_at,
        version=row.version,
    )


async def _own_specialist(work: Work, centre_id: UUID, specialist_id: UUID) -> None:
    await _specialist(work, centre_id, specialist_id)
    check_own_centre(work, centre_id)
    if specialist_id == work.actor.user_id:
        raise Forbidden("Nobody keeps their own papers, week and absences: another head does.", code="own-papers")


async def _specialist(work: Work, centre_id: UUID, specialist_id: UUID) -> None:
    await repository.get_centre(work, centre_id)
    if specialist_id not in {s["id"] for s in await repository.specialists_of(work, centre_id)}:
        raise NotFound("The centre has no such specialist.")
