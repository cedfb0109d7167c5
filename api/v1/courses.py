"""Group courses of a centre: plan, enrol, who takes part, who came."""

from uuid import UUID

from fastapi import Response

from api.etags import set_etag
from api.routing import CurrentWork, Router
from casemgmt.access.permissions import Permission
from casemgmt.courses import service
from casemgmt.courses.commands import EnrolGuest, EnrolPerson, PlanCourse, RecordMeeting
from casemgmt.courses.views import (
    CourseList,
    CourseMembers,
    CourseMemberView,
    CoursePlaces,
    CoursePlaceView,
    CourseView,
)

router = Router("", "courses")


@router.post("/centres/{centre_id}/courses", Permission.CENTRES_MANAGE, status_code=201)
async def plan_course(centre_id: UUID, command: PlanCourse, response: Response, work: CurrentWork) -> CourseView:
    """Plan a group course of your own centre: leader and room are booked for all meetings, or nothing is."""
    course = await service.plan_course(work, centre_id, command)
    set_etag(response, course.version)
    return course


@router.get("/centres/{centre_id}/courses", Permission.CENTRES_READ)
async def list_courses(centre_id: UUID, work: CurrentWork) -> CourseList:
    """List the courses of a centre that are not over, with their free places. Who takes part is not said."""
    return await service.list_courses(work, centre_id)


@router.post("/courses/{course_id}/guests", Permission.SESSIONS_HOLD, status_code=201)
async def enrol_course_guest(course_id: UUID, command: EnrolGuest, work: CurrentWork) -> CourseMemberView:
    """Enrol somebody who has no case, as the leader of the course or the head of the centre."""
    return await service.enrol_guest(work, course_id, command)


@router.get("/courses/{course_id}/participants", Permission.SESSIONS_HOLD)
async def list_course_participants(course_id: UUID, work: CurrentWork) -> CourseMembers:
    """List who takes part, by first name and initial: for the leader and the head. Nothing tells who has a case."""
    return await service.list_members(work, course_id)


@router.post("/courses/{course_id}/participants/{participant_id}/leave", Permission.SESSIONS_HOLD)
async def leave_course(course_id: UUID, participant_id: UUID, work: CurrentWork) -> CourseMembers:
    """Record that a participant left the course: the place is free."""
    return await service.leave_course(work, course_id, participant_id)


@router.post("/courses/{course_id}/meetings/{meeting_id}/attendance", Permission.SESSIONS_HOLD)
async def record_course_attendance(
    course_id: UUID, meeting_id: UUID, command: RecordMeeting, work: CurrentWork
) -> CourseMembers:
    """Record who came to a meeting that has begun."""
    return await service.record_meeting(work, course_id, meeting_id, command)


@router.post("/cases/{case_id}/course-places", Permission.SESSIONS_BOOK, status_code=201)
async def enrol_in_course(case_id: UUID, command: EnrolPerson, work: CurrentWork) -> CoursePlaceView:
    """Enrol a person of a case. The course learns a first name and an initial, and not that there is a case."""
    return await service.enrol_person(work, case_id, command)


@router.get("/cases/{case_id}/course-places", Permission.SESSIONS_READ)
async def list_course_places(case_id: UUID, work: CurrentWork) -> CoursePlaces:
    """List the places of the case's persons in courses."""
    return await service.list_places(work, case_id)
