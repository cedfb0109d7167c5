"""Whoever is invited answers: accepts, declines with a reason, or sends somebody else of the own body."""

from uuid import UUID

from casemgmt.conferences import clocks, reading, repository
from casemgmt.conferences.calling import check_guest
from casemgmt.conferences.commands import DeclineInvitation, SendAnother
from casemgmt.conferences.states import INVITATION
from casemgmt.conferences.tables import Conference, ConferenceParticipant
from casemgmt.db.work import Work, check_version
from casemgmt.errors import WrongState, invalid_field
from casemgmt.ids import new_id


async def accept(work: Work, invitation_id: UUID, expected: int | None) -> None:
    """Accept: from now on the children's first names and ages are read, and the day is remembered."""
    conference, row = await _begin(work, invitation_id, "accept", expected)
    await _answer(work, conference, row, "accepted", new=clocks.attendance(work, conference, row))


async def decline(work: Work, invitation_id: UUID, command: DeclineInvitation, expected: int | None) -> None:
    """Decline: the conference is out of sight from now on, the manager of the case learns why."""
    conference, row = await _begin(work, invitation_id, "decline", expected)
    told = clocks.told(work, "conference_participant", row.id)
    await _answer(work, conference, row, "declined", reason=command.reason, new=told)


async def send_another(work: Work, invitation_id: UUID, command: SendAnother, expected: int | None) -> None:
    """Send somebody else of the own body, who is invited in turn; for the sender the conference is out of sight.

    Errors: Invalid for somebody of another body, and for who can't be invited or is invited already.
    """
    conference, row = await _begin(work, invitation_id, "send_another", expected)
    if await check_guest(work, row.case_id, command.user_id, "/user_id") != row.body_id:
        raise invalid_field("/user_id", "not-of-your-body", "Nobody of your body does this.")
    present = await repository.participants_of(work, conference.id)
    if any(p.user_id == command.user_id and p.state in ("invited", "accepted") for p in present):
        raise invalid_field("/user_id", "invited-already", "This person takes part already.")
    fresh = new_id()
    asked = clocks.answer_of(work, conference, fresh, command.user_id)
    await _answer(work, conference, row, "replaced", to=command.user_id, fresh=fresh, new=asked)


async def _begin(
    work: Work, invitation_id: UUID, action: str, expected: int | None
) -> tuple[Conference, ConferenceParticipant]:
    row = await repository.get(work, ConferenceParticipant, invitation_id)
    conference = await repository.get(work, Conference, row.conference_id)
    check_version(row, expected)
    INVITATION.check(work.actor, action, row.state, await reading.invitation_facts(work, conference, row))
    return conference, row


async def _answer(
    work: Work,
    conference: Conference,
    row: ConferenceParticipant,
    state: str,
    *,
    reason: str | None = None,
    to: UUID | None = None,
    fresh: UUID | None = None,
    new: list[clocks.Clock],
) -> None:
    moved = await work.call(
        "SELECT answer_conference(:row, :state, :reason, :to, :fresh, CAST(:tasks AS jsonb), :entry, :at)",
        row=row.id,
        state=state,
        reason=reason,
        to=to,
        fresh=fresh,
        tasks=clocks.as_json(new),
        entry=new_id(),
        at=work.now,
    )
    if not moved:
        raise WrongState("The invitation has moved on.", data={"allowed_transitions": []})
    work.record(reading.event(state, conference, row.id))
