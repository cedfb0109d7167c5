"""A conference was held: who came, what was decided and who does it; somebody else who was there signs the minutes."""

from uuid import UUID

from casemgmt.cases.tables import CaseRecord
from casemgmt.conferences import clocks, policy, reading, repository
from casemgmt.conferences.calling import LIVE, begin_on, story_of
from casemgmt.conferences.commands import Decide, HoldConference
from casemgmt.conferences.states import CONFERENCE, DECISION
from casemgmt.conferences.tables import Conference, ConferenceDecision, ConferenceFamily, ConferenceParticipant
from casemgmt.conferences.views import ConferenceFileView
from casemgmt.conflicts.repository import is_shut_out
from casemgmt.db.work import Work, check_version
from casemgmt.errors import WrongState, invalid_field
from casemgmt.ids import new_id
from casemgmt.people.policy import refuse_repeated


async def hold_conference(
    work: Work, conference_id: UUID, command: HoldConference, expected: int | None
) -> ConferenceFileView:
    """Write down a conference. What it decided is somebody's clock at once: a child does not wait for a signature.

    Errors: Conflict before it began; Invalid for who was not invited, and for a responsible person who was neither
    invited nor is on the team.
    """
    case, conference, target = await begin_on(work, conference_id, "hold", expected)
    invited = await repository.participants_of(work, conference_id, for_change=True)
    family = await repository.family_of(work, conference_id)
    _mark_came(command, invited, family)
    conference.state, conference.held_at = target, work.now
    conference.recorded_by_id, conference.minutes = work.actor.user_id, command.minutes
    decisions = [
        await _decided(work, case, conference, invited, each, position)
        for position, each in enumerate(command.decisions)
    ]
    story = story_of(work, conference, "held", decisions=len(decisions))
    await work.save(reading.event("held", conference), conference, *invited, *family, *decisions, story)
    new = [c for d in decisions for c in clocks.of_decision(work, d)]
    new += clocks.sign_off(work, conference)
    await clocks.end(work, case.id, [conference_id, *(p.id for p in invited)], "held", new=new)
    return await reading.file_of(work, conference)


async def sign_minutes(work: Work, conference_id: UUID, expected: int | None) -> None:
    """Sign the minutes: with it the conference is over for all who were invited.

    Errors: Conflict for who wrote them, and for who was not there and does not see the case.
    """
    conference = await repository.get(work, Conference, conference_id)
    check_version(conference, expected)
    CONFERENCE.check(work.actor, "sign", conference.state, await reading.conference_facts(work, conference))
    moved = await work.call(
        "SELECT sign_conference(:conference, :entry, :at)", conference=conference_id, entry=new_id(), at=work.now
    )
    if not moved:
        raise WrongState("The minutes have moved on.", data={"allowed_transitions": []})
    work.record(reading.event("signed", conference))


def _mark_came(command: HoldConference, invited: list[ConferenceParticipant], family: list[ConferenceFamily]) -> None:
    refuse_repeated("/came", command.came)
    refuse_repeated("/family_came", command.family_came)
    live = [p for p in invited if p.state in LIVE]
    if not set(command.came) <= {p.id for p in live}:
        raise invalid_field("/came", "not-invited", "Who came was invited: invite them first.")
    if not set(command.family_came) <= {f.person_id for f in family if f.invited}:
        raise invalid_field("/family_came", "not-invited", "Who came was invited: invite them first.")
    for each in live:
        each.came = each.id in command.came
    for one in family:
        one.came = one.person_id in command.family_came


async def _decided(
    work: Work,
    case: CaseRecord,
    conference: Conference,
    invited: list[ConferenceParticipant],
    command: Decide,
    position: int,
) -> ConferenceDecision:
    at = f"/decisions/{position}"
    policy.check_due(command.due_on, work.now, f"{at}/due_on")
    outside = {p.id for p in invited if p.user_id is None}
    if command.for_participant_id is not None and command.for_participant_id not in outside:
        raise invalid_field(f"{at}/for_participant_id", "not-invited", "This is nobody invited without an account.")
    responsible = command.responsible_id or work.actor.user_id
    consent = await check_responsible(work, case.id, invited, responsible, f"{at}/responsible_id")
    return ConferenceDecision(
        id=new_id(),
        conference_id=conference.id,
        case_id=case.id,
        organisation_id=case.organisation_id,
        position=position,
        responsible_id=responsible,
        consent_id=consent,
        state=DECISION.initial,
        **command.model_dump(include={"wording", "for_participant_id", "due_on"}),
    )


async def check_responsible(
    work: Work, case_id: UUID, invited: list[ConferenceParticipant], user_id: UUID, pointer: str
) -> UUID | None:
    """Return the consent on which somebody invited reads of the children; refuse a stranger to conference and team."""
    row = next((p for p in invited if p.user_id == user_id and p.state in LIVE), None)
    if row is None and not await work.call(
        "SELECT EXISTS (SELECT 1 FROM case_member WHERE case_id = :case AND user_id = :user AND ended_at IS NULL)",
        case=case_id,
        user=user_id,
    ):
        raise invalid_field(pointer, "not-of-conference", "Somebody invited, or of the team, sees to it.")
    if await is_shut_out(work, user_id, [case_id]):
        raise invalid_field(pointer, "not-free-for-this", "This person can't be given this.")
    return row.consent_id if row else None
