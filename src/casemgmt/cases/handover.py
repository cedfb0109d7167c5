"""Hand a case over: offered by its manager, accepted by the next one, and accountability passes in that very act."""

from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.cases import handover_repository, repository, service
from casemgmt.cases.commands import DeclineHandover, OfferHandover
from casemgmt.cases.handover_states import HANDOVER, HandoverFacts, HandoverState
from casemgmt.cases.tables import CaseHandover
from casemgmt.cases.views import CaseView, HandoverEnded, HandoverView
from casemgmt.db import paging
from casemgmt.db.work import Work, check_version
from casemgmt.errors import WrongState, invalid_field
from casemgmt.ids import new_id
from casemgmt.models import AllowedActionView
from casemgmt.tasks import clocks


async def offer_handover(work: Work, case_id: UUID, command: OfferHandover, expected: int | None) -> HandoverView:
    """Offer the case to another case manager, whose clock starts. Until it is accepted nothing changes."""
    case, _ = await service.begin(work, case_id, "offer_handover", expected)
    if command.to_user_id == case.manager_id:
        raise invalid_field("/to_user_id", "manager-already", "This is the case's manager already.")
    if await repository.manager_body(work, command.to_user_id) is None:
        raise invalid_field("/to_user_id", "unknown-case-manager", "There is no such case manager.")
    handover = CaseHandover(
        id=new_id(),
        case_id=case_id,
        organisation_id=case.organisation_id,
        offered_by_id=work.actor.user_id,
        from_user_id=case.manager_id,
        to_user_id=command.to_user_id,
        case_number=case.number,
        stage=case.state,
        risk_level=case.risk_level,
        reason=command.reason,
        note=command.note,
        state=HANDOVER.initial,
        offered_at=work.now,
    )
    clock = clocks.start(
        work,
        "handover_acceptance",
        "case_handover",
        handover.id,
        organisation_id=case.organisation_id,
        case_id=case_id,
        assignee_id=command.to_user_id,
    )
    record = ("case_handover", handover.id)
    story = service.story_of(
        work, case, "case.handover_offered", record, to_user_id=str(command.to_user_id), reason=command.reason
    )
    await work.save(_event("case.handover_offered", handover, reason=command.reason), handover, clock, story)
    return _view_of(work, handover)


async def list_handovers(work: Work, limit: int, cursor: str | None, state: str | None) -> paging.Page[HandoverView]:
    """Return a page of the cases offered to the actor, or by the actor, the newest first."""
    after = paging.decode("handovers", cursor)
    rows = await handover_repository.list_handovers(work, limit + 1, after, state)
    page = paging.page(
        "handovers", [_view_of(work, h) for h in rows], limit, lambda h: paging.Position(h.offered_at, h.id)
    )
    work.record(Event("case.handover_listed", "case_handover", tuple(h.id for h in page.items)))
    return page


async def accept_handover(work: Work, handover_id: UUID, expected: int | None) -> CaseView:
    """Take the case over: the actor is its manager from now on, with the open tasks of the one before.

    Errors: NotFound where it isn't offered to the actor, WrongState where it ended at the same moment.
    """
    handover = await _begin(work, handover_id, "accept", expected)
    case_id = await work.call(
        "SELECT accept_handover(:handover, :membership, :at)", handover=handover_id, membership=new_id(), at=work.now
    )
    if case_id is None:
        raise _over()
    case = await repository.get_case(work, case_id)
    record = ("case_handover", handover_id)
    story = service.story_of(work, case, "case.handover_accepted", record, from_user_id=str(handover.from_user_id))
    await work.save(_event("case.handover_accepted", handover, reason=handover.reason), story)
    return await service.view_of(work, case)


async def decline_handover(
    work: Work, handover_id: UUID, command: DeclineHandover, expected: int | None
) -> HandoverEnded:
    """Decline an offered case: it stays with its manager, and the receiver loses sight of the offer."""
    handover = await _begin(work, handover_id, "decline", expected)
    case_id = await work.call(
        "SELECT decline_handover(:handover, :reason, :entry, :at)",
        handover=handover_id,
        reason=command.reason,
        entry=new_id(),
        at=work.now,
    )
    if case_id is None:
        raise _over()
    work.record(_event("case.handover_declined", handover))
    return HandoverEnded(id=handover_id, state=HandoverState.DECLINED, decided_at=work.now)


async def withdraw_handover(work: Work, handover_id: UUID, expected: int | None) -> HandoverEnded:
    """Take an offer back: the case stays with its manager."""
    seen = await _begin(work, handover_id, "withdraw", expected)
    case = await repository.get_case(work, seen.case_id, for_change=True)
    handover = await handover_repository.get_handover(work, handover_id, for_change=True)
    transition = HANDOVER.check(work.actor, "withdraw", handover.state, _facts_of(handover))
    handover.state = transition.target
    handover.decided_at = work.now
    stopped = await clocks.stop(work, handover_id, transition.stops, "withdrawn")
    story = service.story_of(work, case, "case.handover_withdrawn", ("case_handover", handover_id))
    await work.save(_event("case.handover_withdrawn", handover), handover, *stopped, story)
    return HandoverEnded(id=handover_id, state=handover.state, decided_at=work.now)


async def _begin(work: Work, handover_id: UUID, action: str, expected: int | None) -> CaseHandover:
    """Return a hand-over on which the actor may take this step as far as can be told before anything is locked."""
    handover = await handover_repository.get_handover(work, handover_id)
    check_version(handover, expected)
    HANDOVER.check(work.actor, action, handover.state, _facts_of(handover))
    return handover


def _over() -> WrongState:
    return WrongState("The offer has ended.", data={"allowed_transitions": []})


def _event(kind: str, handover: CaseHandover, *, reason: str | None = None) -> Event:
    return Event(kind, "case_handover", (handover.id,), case_id=handover.case_id, reason=reason)


def _facts_of(handover: CaseHandover) -> HandoverFacts:
    return HandoverFacts(from_user_id=handover.from_user_id, to_user_id=handover.to_user_id)


def _view_of(work: Work, handover: CaseHandover) -> HandoverView:
    actions = HANDOVER.allowed_actions(work.actor, handover.state, _facts_of(handover))
    return HandoverView(
        **handover.model_dump(exclude={"changed_xid", "organisation_id", "region_code", "restricted"}),
        allowed_actions=[AllowedActionView.model_validate(a) for a in actions],
    )
