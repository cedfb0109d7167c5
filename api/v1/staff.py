"""Change of staff: what a colleague answers for, and handing all of it on."""

from uuid import UUID

from api.etags import ExpectedVersion
from api.routing import CurrentWork, Router
from casemgmt.access.permissions import Permission
from casemgmt.staff import leaving
from casemgmt.staff.commands import HandOn, SwitchOff
from casemgmt.staff.views import HandedOn, OwnedWork

router = Router("/users", "staff")


@router.get("/{user_id}/work", Permission.STAFF_HAND_ON)
async def count_user_work(user_id: UUID, work: CurrentWork) -> OwnedWork:
    """Count what a colleague of your body answers for. An account is switched off when nothing is left of it."""
    return await leaving.read_work(work, user_id)


@router.post("/{user_id}/hand-on", Permission.STAFF_HAND_ON)
async def hand_on_user_work(user_id: UUID, command: HandOn, work: CurrentWork) -> HandedOn:
    """Hand everything on that a colleague of your body answers for, in one step: for somebody who leaves.

    Cases, open and closed, go to those named with their clocks and holds as they are; the colleague sees them no more.
    Tasks follow their cases, those of no case go back to the body's queue. All passes, or nothing, and you are told
    which cases none of those named may have. Restricted cases pass without being shown.
    """
    return await leaving.hand_on(work, user_id, command)


@router.post("/{user_id}/switch-off", Permission.USERS_MANAGE)
async def switch_off_user(user_id: UUID, command: SwitchOff, work: CurrentWork, expected: ExpectedVersion) -> HandedOn:
    """Switch an account off at once, whatever it answers for: an account in strange hands, a worker sent home.

    Everything goes to those who supervise or head the body in the same step, and they hand it on. You are told counts:
    an administrator sees no case.
    """
    return await leaving.switch_off(work, user_id, command, expected)
