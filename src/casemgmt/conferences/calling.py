"""The team of a case calls a conference, invites to it, moves and cancels it."""

from uuid import UUID

from casemgmt.cases import repository as cases
from casemgmt.cases.service import begin
from casemgmt.cases.tables import CaseRecord
from casemgmt.conferences import clocks, policy, reading, repository
from casemgmt.conferences.commands import CallConference, CancelConference, Invite, MoveConference
from casemgmt.conferences.states import CONFERENCE, INVITATION, InvitationState
from casemgmt.conferences.tables import Conference, ConferenceFamily, ConferenceParticipant, ConferenceShare
from casemgmt.conferences.views import ConferenceFileView
from casemgmt.conflicts.repository import is_shut_out
from casemgmt.consents.requiring import require_consent
from casemgmt.db.work import Work, check_version
from casemgmt.errors import Conflict, invalid_field
from casemgmt.ids import new_id
from casemgmt.timeline.service import entry
from casemgmt.timeline.tables import TimelineEntry

LIVE = (InvitationState.INVITED, InvitationState.ACCEPTED)


async def call_conference(
    work: Work, case_id: UUID, command: CallConference, expected: int | None
) -> ConferenceFileView:
    """Call a conference: everybody invited has a clock to answer by, the manager one for the minutes.

    Errors: Invalid for a moment that has passed, for children and family who are none of the case, for who is passed
    over without a reason, for who can't be invited, and where neither consent nor ground is named for the sharing.
    """
    case, _ = await begin(work, case_id, "call_conference", expected)
    policy.check_start(command.starts_at, work.now)
    persons = await cases.persons_of(work, case_id)
    policy.check_children(command, persons)
    born = await repository.births_of(work, command.person_ids)
    policy.check_family(command.family, persons, command.person_ids, born, work.now)
    conference = Conference(
        id=command.id or new_id(),
        case_id=case_id,
        organisation_id=case.organisation_id,
        case_number=case.number,
        called_by_id=work.actor.user_id,
        called_at=work.now,
        state=CONFERENCE.initial,
        **command.model_dump(include={"starts_at", "place", "question"}),
    )
    share = ConferenceShare(
        conference_id=conference.id,
        case_id=case_id,
        organisation_id=case.organisation_id,
        **command.model_dump(include={"person_ids", "told", "without_consent_ground"}),
    )
    invited: list[ConferenceParticipant] = []
    for index, each in enumerate(command.participants):
        at = f"/participants/{index}"
        invited.append(await _invited(work, case, conference, share, each, at, [p.user_id for p in invited]))
    family = [
        ConferenceFamily(
            conference_id=conference.id, case_id=case_id, organisation_id=case.organisation_id, **each.model_dump()
        )
        for each in command.family
    ]
    story = story_of(work, conference, "called", starts_at=conference.starts_at.isoformat())
    await work.save(reading.event("called", conference), conference, share, *invited, *family, story)
    new = [c for p in invited for c in clocks.of_invitation(work, conference, p)]
    await clocks.put(work, case_id, [*new, *clocks.minutes(work, conference)])
    return await reading.file_of(work, conference)


async def invite(work: Work, conference_id: UUID, command: Invite, expected: int | None) -> ConferenceFileView:
    """Invite one more."""
    case, conference, _ = await begin_on(work, conference_id, "invite", expected)
    share = await repository.share_of(work, conference_id)
    if share is None:  # pragma: no cover - whoever is on the team sees it
        raise Conflict("What is shared is out of sight.", code="conference-of-another-team")
    present = [p.user_id for p in await repository.participants_of(work, conference_id) if p.state in LIVE]
    fresh = await _invited(work, case, conference, share, command, "", present)
    await work.save(reading.event("invited", conference, fresh.id), fresh, story_of(work, conference, "invited"))
    await clocks.put(work, case.id, clocks.of_invitation(work, conference, fresh))
    return await reading.file_of(work, conference)


async def withdraw_invitation(work: Work, invitation_id: UUID, expected: int | None) -> ConferenceFileView:
    """Take an invitation back: whoever was invited reads nothing of it any more."""
    seen = await repository.get(work, ConferenceParticipant, invitation_id)
    await cases.get_case(work, seen.case_id, for_change=True)
    row = await repository.get(work, ConferenceParticipant, invitation_id, for_change=True)
    conference = await repository.get(work, Conference, row.conference_id)
    check_version(row, expected)
    facts = await reading.invitation_facts(work, conference, row)
    row.state = INVITATION.check(work.actor, "withdraw", row.state, facts).target
    story = story_of(work, conference, "invitation_withdrawn")
    await work.save(reading.event("invitation_withdrawn", conference, row.id), row, story)
    await clocks.end(work, row.case_id, [row.id], "withdrawn", cancelled=True)
    return await reading.file_of(work, conference)


async def move_conference(
    work: Work, conference_id: UUID, command: MoveConference, expected: int | None
) -> ConferenceFileView:
    """Move a conference: the clocks of everybody begin anew, with the new day."""
    case, conference, _ = await begin_on(work, conference_id, "move", expected)
    policy.check_start(command.starts_at, work.now)
    conference.starts_at, conference.place = command.starts_at, command.place
    invited = await live_of(work, conference)
    story = story_of(work, conference, "moved", starts_at=conference.starts_at.isoformat())
    await work.save(reading.event("moved", conference), conference, story)
    new = [c for p in invited for c in clocks.of_invitation(work, conference, p)]
    new += clocks.minutes(work, conference)
    await clocks.end(work, case.id, [conference_id, *(p.id for p in invited)], "moved", cancelled=True, new=new)
    return await reading.file_of(work, conference)


async def cancel_conference(
    work: Work, conference_id: UUID, command: CancelConference, expected: int | None
) -> ConferenceFileView:
    """Cancel a conference: its clocks end, and nobody invited reads anything of it any more."""
    case, conference, target = await begin_on(work, conference_id, "cancel", expected)
    conference.state, conference.cancel_reason = target, command.reason
    invited = await live_of(work, conference)
    await work.save(reading.event("cancelled", conference), conference, story_of(work, conference, "cancelled"))
    await clocks.end(work, case.id, [conference_id, *(p.id for p in invited)], "conference_cancelled", cancelled=True)
    return await reading.file_of(work, conference)


async def begin_on(
    work: Work, conference_id: UUID, action: str, expected: int | None
) -> tuple[CaseRecord, Conference, str]:
    """Lock case and conference, check the step, and return both with the state that it leads to."""
    seen = await repository.get(work, Conference, conference_id)
    if not await repository.seen_cases(work, [seen.case_id]):  # whoever is invited sees no case to lock
        CONFERENCE.check(work.actor, action, seen.state, await reading.conference_facts(work, seen))
    case = await cases.get_case(work, seen.case_id, for_change=True)
    conference = await repository.get(work, Conference, conference_id, for_change=True)
    check_version(conference, expected)
    facts = await reading.conference_facts(work, conference)
    return case, conference, CONFERENCE.check(work.actor, action, conference.state, facts).target


async def live_of(work: Work, conference: Conference) -> list[ConferenceParticipant]:
    """Return who is invited still."""
    return [p for p in await repository.participants_of(work, conference.id, for_change=True) if p.state in LIVE]


async def check_guest(work: Work, case_id: UUID, user_id: UUID, pointer: str) -> UUID:
    """Return the body of somebody who may be invited, or refuse: an unfit role, or a conflict, which is not told."""
    body = await repository.body_of(work, user_id)
    if body is None:
        raise invalid_field(pointer, "attends-no-conferences", "This account can't be invited to conferences.")
    if await is_shut_out(work, user_id, [case_id]):
        raise invalid_field(pointer, "not-free-for-this", "This person can't be given this.")
    return body


def story_of(work: Work, conference: Conference, act: str, **data: object) -> TimelineEntry:
    """Return the story of an act on a conference."""
    return entry(
        work,
        f"conference.{act}",
        "conference",
        conference.id,
        organisation_id=conference.organisation_id,
        case_id=conference.case_id,
        data=data,
    )


async def _invited(
    work: Work,
    case: CaseRecord,
    conference: Conference,
    share: ConferenceShare,
    command: Invite,
    at: str,
    present: list[UUID | None],
) -> ConferenceParticipant:
    body = None
    if command.user_id is not None:
        body = await check_guest(work, case.id, command.user_id, f"{at}/user_id")
        if command.user_id in present or command.user_id == work.actor.user_id:
            raise invalid_field(f"{at}/user_id", "invited-already", "This person takes part already.")
        await _check_ground(work, case, share, command.consent_id, body, at)
    return ConferenceParticipant(
        id=new_id(),
        conference_id=conference.id,
        case_id=case.id,
        organisation_id=case.organisation_id,
        body_id=body,
        state=INVITATION.initial,
        invited_at=work.now,
        invited_by_id=work.actor.user_id,
        **command.model_dump(),
    )


async def _check_ground(
    work: Work, case: CaseRecord, share: ConferenceShare, consent_id: UUID | None, body: UUID, at: str
) -> None:
    """Refuse to share without a ground; the body of the case itself needs none."""
    if consent_id is None:
        if share.without_consent_ground is None and body != case.organisation_id:
            raise invalid_field(
                f"{at}/consent_id",
                "conference-ground-needed",
                "Name a consent to sharing, or the ground of the conference.",
            )
        return
    consent = await require_consent(work, consent_id, case.id, "sharing")
    if consent.shared_with_id != body or consent.person_id not in share.person_ids or len(share.person_ids) > 1:
        raise invalid_field(
            f"{at}/consent_id", "consent-not-for-this-sharing", "It allows to share with another body, or other data."
        )
