"""Use cases of the team: who works on the case with the manager, and who may see it."""

import json
from collections.abc import Sequence
from uuid import UUID

from casemgmt.cases import repository, service
from casemgmt.cases.commands import AddMember
from casemgmt.cases.tables import CaseMember, CaseRecord
from casemgmt.cases.views import CaseView, MemberAdded
from casemgmt.conflicts.kin import may_be_kin
from casemgmt.consents.requiring import require_consent
from casemgmt.consents.tables import Consent
from casemgmt.db.work import Work
from casemgmt.errors import Conflict, NotFound, invalid_field
from casemgmt.ids import new_id
from casemgmt.organisations.tables import AppUser
from casemgmt.tasks import clocks
from casemgmt.timeline.tables import TimelineEntry

_MANAGER = "manager"
_WHOLE_FILE = "case_file"


async def add_member(work: Work, case_id: UUID, command: AddMember, expected: int | None) -> MemberAdded:
    """Take somebody into the team: from now on the new member sees the case, also where it is restricted.

    Refused for an account whose role doesn't work on cases, and for a second manager.
    """
    case, _ = await service.begin(work, case_id, "add_member", expected)
    if command.team_role == _MANAGER:
        raise invalid_field("/team_role", "manager-by-handover-only", "A manager is made by a hand-over.")
    user = await work.session.get(AppUser, command.user_id)
    if user is None or not user.active or user.kind != "person" or user.case_reach == "none":
        raise invalid_field("/user_id", "not-a-case-worker", "There is no such user who works on cases.")
    held = next((m for m in await repository.team_of(work, case_id) if m.user_id == user.id), None)
    if held is not None and held.absence_id is None:
        raise Conflict("The user is on the team already.", code="on-the-team-already")
    if held is not None and user.id == work.actor.user_id:
        raise Conflict("Somebody else of the team gives you a place that lasts.", code="own-stand-in")
    consent = await _sharing_consent(work, case_id, command, user)
    member = CaseMember(
        id=new_id(),
        case_id=case_id,
        organisation_id=case.organisation_id,
        user_id=user.id,
        team_role=command.team_role,
        sector=user.sector,
        help_kind=command.help_kind,
        opened_at=case.opened_at,
        since=work.now,
        consent_id=None if consent is None else consent.id,
        rests_until=None if consent is None else consent.expires_at,
        added_by_id=work.actor.user_id,
    )
    story = service.story_of(
        work,
        case,
        "case.member_added",
        ("case_member", member.id),
        user_id=str(user.id),
        team_role=member.team_role,
        help_kind=member.help_kind,
    )
    given_up = [] if held is None else [held]
    for place in given_up:  # of somebody who stands in: a place that lasts takes its place
        place.ended_at = work.now
    view = await service.save(work, case, "case.member_added", *given_up, member, story)
    kin = await may_be_kin(work, user.id, [p.person_id for p in await repository.persons_of(work, case_id)])
    return MemberAdded(**view.model_dump(), possible_kin=kin)


async def _sharing_consent(work: Work, case_id: UUID, command: AddMember, user: AppUser) -> Consent | None:
    """Return the consent on which the place rests; refuse one that names another body, or less than a member sees."""
    if command.consent_id is None:
        return None
    consent = await require_consent(work, command.consent_id, case_id, "sharing")
    if consent.shared_with_id != user.organisation_id:
        raise invalid_field("/consent_id", "consent-for-other-body", "The consent names another body.")
    if _WHOLE_FILE not in consent.scopes:
        raise invalid_field("/consent_id", "consent-scope-too-narrow", "A member of the team sees the whole case file.")
    return consent


async def end_membership(work: Work, case_id: UUID, member_id: UUID, expected: int | None) -> CaseView:
    """End a membership: the member loses sight of what only the team sees.

    The manager stays until a hand-over, and nobody leaves unseen: another one of the team ends a membership.
    """
    case, _ = await service.begin(work, case_id, "end_membership", expected)
    member = next((m for m in await repository.team_of(work, case_id) if m.id == member_id), None)
    if member is None:
        raise NotFound("There is no such member of the team.")
    if member.team_role == _MANAGER:
        raise Conflict("The manager leaves the team by a hand-over only.", code="manager-by-handover-only")
    if member.user_id == work.actor.user_id:
        raise Conflict("Somebody else of the team ends your membership.", code="own-membership")
    await end_places(work, case, [member])
    return await service.save(work, case, "case.member_left", member, story_of_leaving(work, case, member))


async def end_places(work: Work, case: CaseRecord, members: Sequence[CaseMember]) -> None:
    """End places in the team. What they had in hand is the manager's, who is asked to name another for what is to come.

    The caller saves them with their event. The actor may lose sight of the case with it.
    """
    for member in members:
        member.ended_at = work.now
    await work.session.flush()
    statement = "SELECT pass_place_on(:member, CAST(:task AS jsonb), :at)"
    for member in members:
        task = clocks.columns(work, "staff_take_over", "case_member", member.id, organisation_id=case.organisation_id)
        await work.call(statement, member=member.id, task=json.dumps(task, default=str), at=work.now)


def story_of_leaving(work: Work, case: CaseRecord, member: CaseMember) -> TimelineEntry:
    """Return the entry of a membership that ends, in the story of the case."""
    record = ("case_member", member.id)
    about = {"user_id": str(member.user_id), "team_role": member.team_role}
    return service.story_of(work, case, "case.member_left", record, **about)
