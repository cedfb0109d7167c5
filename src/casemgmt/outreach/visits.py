"""Use cases of the visit itself: departure, nobody met, family visited."""

from uuid import UUID

from casemgmt.db.work import Work
from casemgmt.ids import new_id
from casemgmt.moments import check_moment
from casemgmt.outreach import policy
from casemgmt.outreach.commands import Depart, RecordNoContact, RecordVisit
from casemgmt.outreach.service import VISIT_CLOCKS, begin_step, save_step, view_of
from casemgmt.outreach.tables import VisitAttempt
from casemgmt.outreach.views import ReferralView
from casemgmt.tasks import clocks


async def depart(work: Work, referral_id: UUID, command: Depart, expected: int | None) -> ReferralView:
    """Set out. Refused while there are warnings in force that the visitors haven't said they read."""
    referral, _, target = await begin_step(work, referral_id, "depart", expected, warnings_read=command.warnings_read)
    referral.state = target
    referral.departed_at = work.now
    referral.warnings_read_by_id = work.actor.user_id if command.warnings_read else None
    await save_step(work, referral, "referral.departed", {"warnings_read": command.warnings_read})
    return await view_of(work, referral)


async def record_no_contact(
    work: Work, referral_id: UUID, command: RecordNoContact, expected: int | None
) -> ReferralView:
    """Record that nobody could be met. The clock of the visit runs on."""
    referral, _, target = await begin_step(work, referral_id, "record_no_contact", expected)
    policy.check_reason(command.reason, command.note)
    check_moment("/at", command.at, now=work.now, not_before=referral.offered_at)
    referral.state = target
    attempt = VisitAttempt(
        id=new_id(),
        referral_id=referral.id,
        signal_id=referral.signal_id,
        organisation_id=referral.organisation_id,
        at=command.at or work.now,
        reason=command.reason,
        note=command.note,
        recorded_by_id=work.actor.user_id,
    )
    await save_step(work, referral, "referral.no_contact", {"reason": command.reason}, attempt, reason=command.reason)
    return await view_of(work, referral)


async def record_visit(work: Work, referral_id: UUID, command: RecordVisit, expected: int | None) -> ReferralView:
    """Record that the family was visited. The clock of the report runs from the visit."""
    referral, _, target = await begin_step(work, referral_id, "record_visit", expected)
    check_moment("/visited_at", command.visited_at, now=work.now, not_before=referral.offered_at)
    referral.state = target
    referral.visited_at = command.visited_at or work.now
    stopped = await clocks.stop(work, referral.id, VISIT_CLOCKS, target)
    clock = clocks.start(
        work,
        "visit_report",
        "referral",
        referral.id,
        organisation_id=referral.organisation_id,
        signal_id=referral.signal_id,
        mobile_group_id=referral.mobile_group_id,
        since=referral.visited_at,
    )
    await save_step(
        work, referral, "referral.visited", {"visited_at": referral.visited_at.isoformat()}, *stopped, clock
    )
    return await view_of(work, referral)
