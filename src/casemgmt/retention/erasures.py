"""Lawful requests for erasure: written down by one person, approved by another, executed against what stands then.

What stays is said item by item. Holds, open cases and the account of public money win over the request; a term of the
house does not: whoever may ask for erasure need not wait for it (`withstands_request` in the schedule).
"""

from typing import Any
from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.db import paging
from casemgmt.db.work import Work, check_version
from casemgmt.errors import Conflict, WrongState, invalid_field
from casemgmt.ids import new_id
from casemgmt.models import AllowedActionView
from casemgmt.people.policy import local_day
from casemgmt.reference.languages import Language
from casemgmt.retention import repository
from casemgmt.retention.commands import DeclineErasure, RequestErasure
from casemgmt.retention.schedule import cutoff
from casemgmt.retention.states import ERASURE, ErasureState, TwoPersons
from casemgmt.retention.tables import ErasureRequest
from casemgmt.retention.views import ErasureItemView, ErasureView
from casemgmt.retention.wording import item_text

_OPEN = {ErasureState.REQUESTED, ErasureState.APPROVED}
_PREVIEW = "SELECT item, record_id, reason FROM preview_erasure(:person, :paid_since)"
_OPEN_REQUEST = "SELECT 1 FROM erasure_request WHERE person_id = :person AND state IN ('requested', 'approved')"


async def request_erasure(work: Work, command: RequestErasure, language: Language) -> ErasureView:
    """Write a request down. One may be open for a person at a time."""
    if command.received_on > local_day(work.now):
        raise invalid_field("/received_on", "day-in-the-future", "The request was received on a day that has come.")
    person = await repository.find_record(work, command.person)
    if await work.call(_OPEN_REQUEST, person=person):
        raise Conflict("There is an open request for this person.", code="already-exists")
    request = ErasureRequest(
        id=new_id(),
        state=ErasureState.REQUESTED,
        person_id=person,
        requested_by_id=work.actor.user_id,
        requested_at=work.now,
        **command.model_dump(exclude={"person"}),
    )
    await work.save(_event("erasure.requested", request), request)
    return await _view(work, request, language)


async def list_erasures(
    work: Work, limit: int, cursor: str | None, state: ErasureState | None, language: Language
) -> paging.Page[ErasureView]:
    """Return a page of requests, the newest first."""
    after = paging.decode("erasures", cursor)
    ids = await repository.newest_ids(work, "erasure_request", limit + 1, after, state)
    views = [await _view(work, await repository.get_row(work, ErasureRequest, i), language) for i in ids]
    shown = paging.page("erasures", views, limit, lambda v: paging.Position(v.requested_at, v.id))
    work.record(Event("erasure.listed", "erasure_request", tuple(v.id for v in shown.items)))
    return shown


async def read_erasure(work: Work, request_id: UUID, language: Language) -> ErasureView:
    """Return a request: what was done, or what would be done now."""
    request = await repository.get_row(work, ErasureRequest, request_id)
    work.record(_event("erasure.read", request))
    return await _view(work, request, language)


async def approve_erasure(work: Work, request_id: UUID, expected: int | None, language: Language) -> ErasureView:
    """Approve a request: the second person."""
    request = await _begin(work, request_id, "approve", expected)
    request.decided_by_id, request.decided_at = work.actor.user_id, work.now
    await work.save(_event("erasure.approved", request), request)
    return await _view(work, request, language)


async def decline_erasure(
    work: Work, request_id: UUID, command: DeclineErasure, expected: int | None, language: Language
) -> ErasureView:
    """Decline a request: the second person."""
    request = await _begin(work, request_id, "decline", expected)
    request.decided_by_id, request.decided_at = work.actor.user_id, work.now
    request.decline_reason = command.reason
    await work.save(_event("erasure.declined", request), request)
    return await _view(work, request, language)


async def withdraw_erasure(work: Work, request_id: UUID, expected: int | None, language: Language) -> ErasureView:
    """Take a request back before it is executed."""
    request = await _begin(work, request_id, "withdraw", expected)
    await work.save(_event("erasure.withdrawn", request), request)
    return await _view(work, request, language)


async def execute_erasure(work: Work, request_id: UUID, expected: int | None, language: Language) -> ErasureView:
    """Erase what may be erased now, all in one transaction. There is no way back."""
    request = await repository.get_row(work, ErasureRequest, request_id, for_change=True)
    check_version(request, expected)
    step = ERASURE.check(work.actor, "execute", request.state, TwoPersons(request.requested_by_id))
    items: list[dict[str, Any]] | None = await work.call(
        "SELECT execute_erasure(:request, :paid_since)",
        request=request.id,
        paid_since=cutoff("payment_decisions", work.now),
    )
    if items is None:
        raise WrongState("The request is not approved by a second person.", code="second-person-needed")
    request.state = step.target
    request.executed_by_id, request.executed_at, request.result = work.actor.user_id, work.now, items
    gone = tuple(dict.fromkeys(UUID(i["record_id"]) for i in items if i["reason"] is None))
    await work.save(Event("erasure.executed", "erasure_request", (request.id, request.person_id, *gone)), request)
    return await _view(work, request, language)


async def _begin(work: Work, request_id: UUID, action: str, expected: int | None) -> ErasureRequest:
    request = await repository.get_row(work, ErasureRequest, request_id, for_change=True)
    check_version(request, expected)
    request.state = ERASURE.check(work.actor, action, request.state, TwoPersons(request.requested_by_id)).target
    return request


def _event(kind: str, request: ErasureRequest) -> Event:
    return Event(kind, "erasure_request", (request.id, request.person_id))


async def _view(work: Work, request: ErasureRequest, language: Language) -> ErasureView:
    items: list[dict[str, Any]] = request.result or []
    if request.state in _OPEN:
        paid_since = cutoff("payment_decisions", work.now)
        items = await work.rows(_PREVIEW, person=request.person_id, paid_since=paid_since)
    actions = ERASURE.allowed_actions(work.actor, request.state, TwoPersons(request.requested_by_id))
    return ErasureView(
        **request.model_dump(exclude={"changed_xid", "result"}),
        items=[
            ErasureItemView(
                item=i["item"],
                record_id=i["record_id"],
                erased=i["reason"] is None,
                reason=i["reason"],
                text=item_text(i["item"], i["reason"], language),
            )
            for i in items
        ],
        allowed_actions=[AllowedActionView.model_validate(a) for a in actions],
    )
