"""Restrict a case to its team, or lift the restriction."""

from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.cases import policy, repository, service
from casemgmt.cases.commands import SetRestriction
from casemgmt.cases.views import RestrictionChanged
from casemgmt.db.work import Work
from casemgmt.errors import NotFound


async def set_restriction(
    work: Work, case_id: UUID, command: SetRestriction, expected: int | None
) -> RestrictionChanged:
    """Set or lift the restriction; everything of the case, and its persons, are hidden or shown with it.

    Whoever set it doesn't lift it. A supervisor outside the team may set one and loses sight of the case by it: lifting
    it answers then as if there were no such case.
    """
    policy.check_restriction(restricted=command.restricted, ground=command.ground, note=command.note)
    action = "restrict" if command.restricted else "lift_restriction"
    case, _ = await service.begin(work, case_id, action, expected)
    kind = "case.restricted" if command.restricted else "case.restriction_lifted"
    # The story is written while the case is still in sight.
    story = service.story_of(work, case, kind, ground=command.ground)
    await work.save(Event(kind, "case", (case_id,), case_id=case_id, reason=command.ground), story)
    version: int = await work.call(
        "SELECT set_restriction(:case, :restricted, :ground, :note)",
        case=case_id,
        restricted=command.restricted,
        ground=command.ground,
        note=command.note,
    )
    work.session.expire(case)
    return RestrictionChanged(
        case_id=case_id, restricted=command.restricted, version=version, visible=await _sees(work, case_id)
    )


async def _sees(work: Work, case_id: UUID) -> bool:
    try:
        await repository.get_case(work, case_id)
    except NotFound:
        return False
    return True
