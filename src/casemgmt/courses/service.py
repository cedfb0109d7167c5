"""Use cases of courses: plan, enrol with and without a case, who takes part, who came."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from uuid import UUID

from sqlalchemy.dialects.postgresql.ranges import Range
from sqlmodel import col, select

from casemgmt.access.permissions import Permission
from casemgmt.audit.events import Event
from casemgmt.cases.repository import get_case, persons_of, team_of
from casemgmt.cases.service import refuse_closed
from casemgmt.centers import checking, policy, slots
from casemgmt.centers import repository as centres
from casemgmt.centers.booking import Wanted, refuse_clashes
from casemgmt.centers.catalogue import catalogue
from casemgmt.centers.rooms import check_own_centre
from casemgmt.centers.tables import Booking
from casemgmt.courses.commands import EnrolGuest, EnrolPerson, PlanCourse, RecordMeeting
from casemgmt.courses.tables import Course, CourseAttendance, CourseMeeting, CourseParticipant, CoursePlace
from casemgmt.courses.views import (
    CourseList,
    CourseMembers,
    CourseMemberView,
    CoursePlaces,
    CoursePlaceView,
    CourseView,
    MeetingView,
)
from casemgmt.db.work import Work
from casemgmt.errors import Conflict, Forbidden, NotFound, WrongState, invalid_field
from casemgmt.ids import new_id
from casemgmt.timeline.service import entry

_FORM = "group_course"


async def plan_course(work: Work, centre_id: UUID, command: PlanCourse) -> CourseView:
    """Plan a course: leader and room are booked for all of its meetings, or nothing is."""
    await centres.get_centre(work, centre_id)
    check_own_centre(work, centre_id)
    service = catalogue().services[command.service]
    slots.check_service(command.service, _FORM, service.help_kind)
    if command.leader_id not in {s["id"] for s in await centres.specialists_of(work, centre_id)}:
        raise invalid_field("/leader_id", "unknown-specialist", "The centre has no such specialist.")
    spans = sorted(policy.check_times(m.starts_at, m.ends_at, work.now) for m in command.meetings)
    if any(later[0] < earlier[1] for earlier, later in pairwise(spans)):
        raise invalid_field("/meetings", "meetings-overlap", "Two meetings of the course are at the same time.")
    place = slots.Place(centre_id, command.leader_id, command.room_id)
    await centres.reserve(work, sorted(place.resources))
    await checking.check_room(work, place, command.capacity)
    await refuse_clashes(work, Wanted(place, (), command.service, service.help_kind), spans)
    course = Course(
        id=command.id or new_id(),
        organisation_id=centre_id,
        starts_at=spans[0][0],
        ends_at=spans[-1][1],
        created_at=work.now,
        created_by_id=work.actor.user_id,
        **command.model_dump(include={"service", "leader_id", "room_id", "capacity"}),
    )
    meetings = [CourseMeeting(id=new_id(), course_id=course.id, starts_at=s, ends_at=e) for s, e in spans]
    bookings = [
        Booking(
            id=new_id(),
            resource_id=resource,
            centre_id=centre_id,
            meeting_id=meeting.id,
            during=Range(meeting.starts_at, meeting.ends_at, bounds="[)"),
        )
        for meeting in meetings
        for resource in sorted(place.resources)
    ]
    await work.save(Event("course.planned", "course", (course.id,)), course, *meetings, *bookings)
    return _course(course, meetings, command.capacity)


async def list_courses(work: Work, centre_id: UUID) -> CourseList:
    """Return the courses of a centre that are not over."""
    await centres.get_centre(work, centre_id)
    query = select(Course).where(Course.organisation_id == centre_id, col(Course.ends_at) > work.now)
    courses = list(await work.session.scalars(query.order_by(col(Course.starts_at), col(Course.id)).limit(200)))
    ids = [c.id for c in courses]
    met = select(CourseMeeting).where(col(CourseMeeting.course_id).in_(ids)).order_by(col(CourseMeeting.starts_at))
    meetings = list(await work.session.scalars(met))
    taken = {r["course_id"]: r["taken"] for r in await work.rows("SELECT * FROM course_taken(:courses)", courses=ids)}
    work.record(Event("course.listed", "organisation", (centre_id,)))
    return CourseList(
        items=[
            _course(c, [m for m in meetings if m.course_id == c.id], c.capacity - taken.get(c.id, 0)) for c in courses
        ]
    )


def _course(course: Course, meetings: Sequence[CourseMeeting], free: int) -> CourseView:
    return CourseView(
        **course.model_dump(include=set(CourseView.model_fields)),
        free_places=free,
        meetings=[MeetingView(**m.model_dump(include=set(MeetingView.model_fields))) for m in meetings],
    )


async def enrol_guest(work: Work, course_id: UUID, command: EnrolGuest) -> CourseMemberView:
    """Enrol somebody who has no case."""
    course = await _led_course(work, course_id)
    participant = await _enrol(
        work, course, None, None, (command.family_name, command.given_name), "course.guest_enrolled"
    )
    return next(m for m in (await _members(work, course)).items if m.id == participant)


async def enrol_person(work: Work, case_id: UUID, command: EnrolPerson) -> CoursePlaceView:
    """Enrol a person of a case. It is told in the story of the case, and nowhere in the course."""
    case = await get_case(work, case_id, for_change=True)
    if not any(m.user_id == work.actor.user_id for m in await team_of(work, case_id)):
        raise Forbidden("Only the team of the person's case records this.", code="team-only")
    refuse_closed(case)
    if command.person_id not in {p.person_id for p in await persons_of(work, case_id)}:
        raise invalid_field("/person_id", "not-of-case", "Participants are persons of the case.")
    course = await _course_of(work, command.course_id)
    participant = await _enrol(work, course, case_id, command.person_id, None, "course.person_enrolled")
    story = entry(
        work,
        "course.person_enrolled",
        "course_place",
        participant,
        organisation_id=case.organisation_id,
        case_id=case_id,
        data={"service": course.service, "starts_at": course.starts_at.isoformat()},
    )
    event = Event("course.place_told", "course_place", (participant, command.person_id), case_id=case_id)
    await work.save(event, story)
    return next(p for p in await _places(work, case_id) if p.id == participant)


async def _enrol(
    work: Work,
    course: Course,
    case_id: UUID | None,
    person_id: UUID | None,
    name: tuple[str, str] | None,
    kind: str,
) -> UUID:
    if course.ends_at <= work.now:
        raise WrongState("The course is over.", code="course-is-over", data={"state": "over"})
    participant = new_id()
    answer = await work.call(
        "SELECT enrol_in_course(:id, :course, :case, :person, :family_name, :given_name, :at)",
        id=participant,
        course=course.id,
        case=case_id,
        person=person_id,
        family_name=None if name is None else name[0],
        given_name=None if name is None else name[1],
        at=work.now,
    )
    if answer == "enrolled_already":
        raise Conflict("The person takes part in the course already.", code="enrolled-already")
    if answer != "enrolled":
        raise Conflict("There is no free place in the course.", code="course-full")
    # what the event of a course names is the participant: whose case it is stands in the event of the case alone
    work.record(Event(kind, "course_participant", (participant,)))
    return participant


async def list_members(work: Work, course_id: UUID) -> CourseMembers:
    """Return who takes part, for the leader and the head of the centre."""
    course = await _led_course(work, course_id)
    members = await _members(work, course)
    work.record(Event("course.members_read", "course_participant", tuple(m.id for m in members.items)))
    return members


async def _members(work: Work, course: Course) -> CourseMembers:
    rows = await work.rows("SELECT * FROM course_roster(:course)", course=course.id)
    short = [f"{r['given_name']} {r['family_name'][:1]}.".strip() for r in rows]
    often = Counter(short)
    return CourseMembers(
        items=[
            CourseMemberView(
                id=r["id"],
                shown_as=name if often[name] == 1 else f"{r['given_name']} {r['family_name']}",
                came=r["came"],
                missed=r["missed"],
            )
            for r, name in zip(rows, short, strict=True)
        ]
    )


async def leave_course(work: Work, course_id: UUID, participant_id: UUID) -> CourseMembers:
    """Record that a participant left: the place is free."""
    course = await _led_course(work, course_id)
    if not await work.call("SELECT leave_course(:id, :course, :at)", id=participant_id, course=course_id, at=work.now):
        raise NotFound("There is no such participant.")
    work.record(Event("course.left", "course_participant", (participant_id,)))
    return await _members(work, course)


async def record_meeting(work: Work, course_id: UUID, meeting_id: UUID, command: RecordMeeting) -> CourseMembers:
    """Record who came to a meeting that has begun; what was recorded of a participant before is replaced."""
    course = await _led_course(work, course_id)
    meeting = await work.session.get(CourseMeeting, meeting_id)
    if meeting is None or meeting.course_id != course_id:
        raise NotFound("There is no such meeting.")
    if meeting.starts_at > work.now:
        raise WrongState("The meeting has not begun yet.", code="session-in-future", data={"state": "planned"})
    given = {a.participant_id: a.attendance for a in command.attendance}
    query = select(CourseParticipant.id).where(CourseParticipant.course_id == course_id)
    if len(given) != len(command.attendance) or not given.keys() <= set(await work.session.scalars(query)):
        raise invalid_field("/attendance", "attendance-incomplete", "Name the attendance of each participant once.")
    held = select(CourseAttendance).where(CourseAttendance.meeting_id == meeting_id)
    rows = {a.participant_id: a for a in await work.session.scalars(held.with_for_update())}
    for participant, attendance in given.items():
        row = rows.setdefault(participant, CourseAttendance(meeting_id=meeting_id, participant_id=participant))
        row.attendance = attendance
    event = Event("course.meeting_recorded", "course_participant", tuple(given))
    await work.save(event, *(rows[p] for p in sorted(given)))
    return await _members(work, course)


async def list_places(work: Work, case_id: UUID) -> CoursePlaces:
    """Return the places of a case's persons in courses."""
    await get_case(work, case_id)
    places = await _places(work, case_id)
    work.record(Event("course.places_listed", "course_place", tuple(p.id for p in places), case_id=case_id))
    return CoursePlaces(items=places)


async def _places(work: Work, case_id: UUID) -> list[CoursePlaceView]:
    rows = await work.session.scalars(
        select(CoursePlace).where(CoursePlace.case_id == case_id).order_by(col(CoursePlace.participant_id))
    )
    return [
        CoursePlaceView(id=p.participant_id, **p.model_dump(include=set(CoursePlaceView.model_fields) - {"id"}))
        for p in rows
    ]


async def _course_of(work: Work, course_id: UUID) -> Course:
    course = await work.session.get(Course, course_id)
    if course is None:
        raise NotFound("There is no such course.")
    return course


async def _led_course(work: Work, course_id: UUID) -> Course:
    """Return a course that the actor leads, or whose centre the actor heads: that it is there is no secret."""
    course = await _course_of(work, course_id)
    heads = course.organisation_id == work.actor.organisation_id and work.actor.may(Permission.CENTRES_MANAGE)
    if work.actor.user_id != course.leader_id and not heads:
        raise Forbidden(
            "Only the leader of the course and the head of the centre know who takes part.", code="not-leader"
        )
    return course
