"""A case goes to the body of the place to which its family moved: offered by the one, accepted by the other.

Accepting is one step: the accountable manager, the sight of every row, team, tasks, sessions, places on lists and in
courses change together, and the clocks run on. At no moment is the case without its owner, and nobody of the region
left sees it any more, but for the staff of a house in which the family stays, and for that time.
"""

import json
from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.cases import repository as cases
from casemgmt.cases.service import begin
from casemgmt.conflicts.repository import is_shut_out
from casemgmt.db import paging
from casemgmt.db.work import Work, check_version
from casemgmt.errors import Conflict, WrongState, invalid_field
from casemgmt.ids import new_id
from casemgmt.models import AllowedActionView
from casemgmt.organisations.service import require_organisation
from casemgmt.tasks import clocks
from casemgmt.timeline.service import entry
from casemgmt.transfers import repository
from casemgmt.transfers.commands import AcceptTransfer, DeclineTransfer, OfferTransfer
from casemgmt.transfers.states import TRANSFER, TransferFacts
from casemgmt.transfers.tables import CaseTransfer
from casemgmt.transfers.views import TransferView

RECEIVING_KINDS = frozenset({"child_rights_department", "family_support_centre"})
"""Bodies that are accountable for cases."""


async def offer_transfer(work: Work, case_id: UUID, command: OfferTransfer, expected: int | None) -> TransferView:
    """Offer a case to another body, in whose queue the clock of acceptance starts. Until then nothing changes.

    Errors: Conflict where the case is on offer already; Invalid for a body that keeps no cases.
    """
    case, _ = await begin(work, case_id, "offer_transfer", expected)
    body = await require_organisation(work, command.to_organisation_id, "/to_organisation_id")
    if body.id == case.organisation_id:
        raise invalid_field("/to_organisation_id", "body-already", "This body keeps the case already.")
    if body.kind not in RECEIVING_KINDS or not body.active:
        raise invalid_field("/to_organisation_id", "keeps-no-cases", "This body keeps no cases.")
    if await repository.has_open_transfer(work, case_id):
        raise Conflict("The case is on offer to a body already.", code="open-transfer")
    persons = await cases.persons_of(work, case_id)
    transfer = CaseTransfer(
        id=new_id(),
        case_id=case_id,
        organisation_id=case.organisation_id,
        from_organisation_id=case.organisation_id,
        offered_by_id=work.actor.user_id,
        case_number=case.number,
        stage=case.state,
        risk_level=case.risk_level,
        children=sum(p.role == "child" for p in persons),
        state=TRANSFER.initial,
        offered_at=work.now,
        **command.model_dump(),
    )
    story = entry(
        work,
        "case.transfer_offered",
        "case_transfer",
        transfer.id,
        organisation_id=case.organisation_id,
        case_id=case.id,
        data={"reason": command.reason},
    )
    await work.save(_event("case.transfer_offered", transfer, reason=command.reason), transfer, story)
    clock = clocks.columns(work, "transfer_acceptance", "case_transfer", transfer.id, organisation_id=body.id)
    await work.call(
        "SELECT start_transfer_clock(:transfer, CAST(:task AS jsonb))",
        transfer=transfer.id,
        task=json.dumps(clock, default=str),
    )
    return _view_of(work, transfer)


async def list_transfers(work: Work, limit: int, cursor: str | None, state: str | None) -> paging.Page[TransferView]:
    """Return a page of the transfers to the actor's body and from it, the newest first."""
    rows = await repository.list_transfers(work, limit + 1, paging.decode("transfers", cursor), state)
    page = paging.page(
        "transfers", [_view_of(work, t) for t in rows], limit, lambda t: paging.Position(t.offered_at, t.id)
    )
    work.record(Event("case.transfer_listed", "case_transfer", tuple(t.id for t in page.items)))
    return page


async def read_transfer(work: Work, transfer_id: UUID) -> TransferView:
    """Return the act of a transfer."""
    transfer = await repository.get_transfer(work, transfer_id)
    work.record(_event("case.transfer_read", transfer))
    return _view_of(work, transfer)


async def accept_transfer(work: Work, transfer_id: UUID, command: AcceptTransfer, expected: int | None) -> TransferView:
    """Accept a case for the actor's body, and name who is accountable for it from now on.

    Errors: NotFound where it isn't offered to the body, WrongState where the offer ended at the same moment, Invalid
    for a manager who is none of this body, or who can't be given this case.
    """
    transfer = await _begin(work, transfer_id, "accept", expected)
    body = await cases.manager_body(work, command.manager_id)
    if body is None or body[0] != work.actor.organisation_id:
        raise invalid_field("/manager_id", "manager-of-other-body", "This is no case manager of your body.")
    if await is_shut_out(work, command.manager_id, [transfer.case_id]):
        raise invalid_field("/manager_id", "not-free-for-this", "This person can't be given this case.")
    clock = clocks.columns(
        work, "contact_after_transfer", "case", transfer.case_id, organisation_id=body[0], case_id=transfer.case_id
    )
    of_stay = clocks.columns(
        work,
        "stay_after_transfer",
        "temporary_stay",
        transfer.case_id,
        organisation_id=body[0],
        case_id=transfer.case_id,
        blocks_closure=False,
    )
    case_id = await work.call(
        "SELECT accept_transfer(:transfer, :manager, :membership, :entry, CAST(:task AS jsonb),"
        " CAST(:of_stay AS jsonb), :at)",
        transfer=transfer_id,
        manager=command.manager_id,
        membership=new_id(),
        entry=new_id(),
        task=json.dumps(clock, default=str),
        of_stay=json.dumps(of_stay, default=str),
        at=work.now,
    )
    return await _ended(work, transfer, case_id, "case.transfer_accepted")


async def decline_transfer(
    work: Work, transfer_id: UUID, command: DeclineTransfer, expected: int | None
) -> TransferView:
    """Decline a case: it stays with its body, whose manager learns why."""
    transfer = await _begin(work, transfer_id, "decline", expected)
    return await _end(work, transfer, "declined", command.reason)


async def withdraw_transfer(work: Work, transfer_id: UUID, expected: int | None) -> TransferView:
    """Take an offer back: the case stays with its body."""
    transfer = await _begin(work, transfer_id, "withdraw", expected)
    return await _end(work, transfer, "withdrawn", None)


async def _begin(work: Work, transfer_id: UUID, action: str, expected: int | None) -> CaseTransfer:
    transfer = await repository.get_transfer(work, transfer_id)
    check_version(transfer, expected)
    TRANSFER.check(work.actor, action, transfer.state, _facts_of(transfer))
    return transfer


async def _end(work: Work, transfer: CaseTransfer, state: str, reason: str | None) -> TransferView:
    case_id = await work.call(
        "SELECT end_transfer(:transfer, :state, :reason, :entry, :at)",
        transfer=transfer.id,
        state=state,
        reason=reason,
        entry=new_id(),
        at=work.now,
    )
    return await _ended(work, transfer, case_id, f"case.transfer_{state}")


async def _ended(work: Work, transfer: CaseTransfer, case_id: UUID | None, kind: str) -> TransferView:
    if case_id is None:
        raise WrongState("The offer has ended.", data={"allowed_transitions": []})
    work.record(_event(kind, transfer))
    return _view_of(work, await repository.get_transfer(work, transfer.id))


def _event(kind: str, transfer: CaseTransfer, *, reason: str | None = None) -> Event:
    return Event(kind, "case_transfer", (transfer.id,), case_id=transfer.case_id, reason=reason)


def _facts_of(transfer: CaseTransfer) -> TransferFacts:
    return TransferFacts(
        to_organisation_id=transfer.to_organisation_id,
        from_organisation_id=transfer.from_organisation_id,
        offered_by_id=transfer.offered_by_id,
    )


def _view_of(work: Work, transfer: CaseTransfer) -> TransferView:
    actions = TRANSFER.allowed_actions(work.actor, transfer.state, _facts_of(transfer))
    return TransferView(
        **transfer.model_dump(exclude={"changed_xid", "organisation_id", "region_code", "restricted"}),
        allowed_actions=[AllowedActionView.model_validate(a) for a in actions],
    )
