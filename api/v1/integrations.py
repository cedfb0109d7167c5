"""What systems send, signed. `openapi/contact-centre.md` is the guide for the programmers of a contact centre."""

from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from api.problems import CODE_OF_STATUS, pointer_of, status_of
from api.routing import Router, bounded_work, written
from api.services import services_of
from api.signed_bodies import content_of, read_as
from casemgmt.access.permissions import Permission
from casemgmt.access.senders import SOURCE
from casemgmt.contacts import receiving
from casemgmt.contacts.commands import BatchItem, ContactBatch, ContactTold, Heartbeat
from casemgmt.contacts.heartbeats import hear_heartbeat
from casemgmt.contacts.keys import Keys
from casemgmt.contacts.receiving import Message, Taken
from casemgmt.contacts.views import BatchItemView, BatchView, HeartbeatView, TakenView
from casemgmt.errors import DomainError, Invalid, Unauthenticated, Unavailable, invalid_field
from casemgmt.signed_messages import ID, TIMESTAMP

log = structlog.get_logger()
REPLAYED = {"Webhook-Replayed": "true"}
_ANSWERS = {
    201: {"model": TakenView, "description": "The contact is new. Sent again, the same answer comes again."},
    200: {"model": TakenView, "description": "The contact was known; `outcome` says what this message made of it."},
}

router = Router("/integrations", "integrations")


@router.signed("/contacts", Permission.INTAKE_SEND, "ContactTold", responses=_ANSWERS, response_model=None)
async def send_contact(request: Request) -> Response:
    """Tell of a contact: while it goes on (`draft`), when it is over (`final`), or once more because it was wrong.

    Signed as Standard Webhooks say, under a secret of the source named in `Contact-Source`. A contact is known by its
    source and its `contact_id`, a message by its `webhook-id`: repeated, late and overtaken ones do no harm.
    """
    message = await _message(request)
    taken = await _take(request, message)
    answer = written(taken.view.model_dump_json())
    answer.status_code = taken.status
    if taken.replayed:
        answer.headers.update(REPLAYED)
    return answer


@router.signed("/contacts/batch", Permission.INTAKE_SEND, "ContactBatch", response_model=BatchView)
async def send_contacts(request: Request) -> BatchView:
    """Tell of a backlog, 500 contacts at most, after an outage of either side: a result for each.

    Each item is taken as if it had been sent by itself, under its own `message_id`, in a transaction of its own. Sent
    again, because the answer was lost, it does nothing twice.
    """
    message = await _message(request)
    try:
        batch = read_as(ContactBatch, message.content)
    except RequestValidationError as refusal:
        await _keep(request, message, refusal)
        raise
    items = [await _item(request, message.source, n, item) for n, item in enumerate(batch.contacts)]
    taken = sum(item.taken is not None for item in items)
    return BatchView(taken=taken, refused=len(items) - taken, items=items)


@router.signed("/heartbeat", Permission.INTAKE_SEND, "Heartbeat", response_model=HeartbeatView)
async def send_heartbeat(request: Request, response: Response) -> HeartbeatView:
    """Say that the system of the source is alive, and hear that the service is, what came last and what is open.

    One that was signed no later than the last one counts for nothing (`Webhook-Replayed: true`). With
    `taxonomy_versions` it settles under which version of topics contacts are told: `taxonomy_version` of the answer.
    """
    beat = read_as(Heartbeat, await content_of(request))
    services = services_of(request)
    signed_at = datetime.fromtimestamp(int(request.headers[TIMESTAMP]), UTC)
    window = timedelta(seconds=services.settings.message_window_seconds)
    async with bounded_work(request, services, request.state.actor) as work:
        heard = await hear_heartbeat(work, request.headers[SOURCE], beat, signed_at, window)
    if not heard.counts:
        response.headers.update(REPLAYED)
    return heard.view


async def _item(request: Request, source: str, index: int, item: BatchItem) -> BatchItemView:
    told: dict[str, Any] = {"index": index, "message_id": item.message_id, "replayed": False}
    none: dict[str, Any] = {"taken": None, "code": None, "pointer": None}
    try:
        taken = await _take(request, Message(source, item.message_id, item.contact))
    except (DomainError, RequestValidationError) as refusal:
        named = _named(refusal)
        pointer = next((fault.pointer for fault in named.faults), None)
        return BatchItemView(**told, **none | {"status": status_of(named), "code": named.code, "pointer": pointer})
    except Exception:  # a fault of ours at one contact must not hold those behind it
        log.exception("contacts.item_failed", index=index, message_id=item.message_id)
        return BatchItemView(**told, **none | {"status": 500, "code": "internal-error"})
    told["replayed"] = taken.replayed
    return BatchItemView(**told, **none | {"status": taken.status, "taken": taken.view})


async def _message(request: Request) -> Message:
    source, message_id = request.headers[SOURCE], request.headers[ID]
    try:
        if len(message_id) > receiving.MOST_MESSAGE_ID:
            raise invalid_field("/headers/webhook-id", "message-id-too-long", "200 characters at most.")
        return Message(source, message_id, await content_of(request))
    except (DomainError, HTTPException, RequestValidationError) as refusal:
        unread = {"body": (await request.body()).decode("utf-8", "replace")}
        await _keep(request, Message(source, message_id[: receiving.MOST_MESSAGE_ID], unread), refusal)
        raise


async def _take(request: Request, message: Message) -> Taken:
    services = services_of(request)
    try:
        told = read_as(ContactTold, message.content)
        async with bounded_work(request, services, request.state.actor) as work:
            return await receiving.take(work, message, told, Keys.of(services.settings))
    except (Unavailable, Unauthenticated):
        raise  # nothing is said of the message: it comes again
    except (DomainError, RequestValidationError) as refusal:
        await _keep(request, message, refusal)
        raise


async def _keep(request: Request, message: Message, refusal: Exception) -> None:
    services = services_of(request)
    async with bounded_work(request, services, request.state.actor) as work:
        await receiving.keep_refusal(work, message, Keys.of(services.settings), _named(refusal))


def _named(refusal: Exception) -> DomainError:
    """Return a refusal of the framework as one of the domain."""
    if isinstance(refusal, DomainError):
        return refusal
    if isinstance(refusal, RequestValidationError):
        return invalid_field(pointer_of(refusal.errors()[0]), "invalid-request", "It does not fit the contract.")
    assert isinstance(refusal, HTTPException)  # noqa: S101 - the third kind that is caught above
    return Invalid(
        "It is not of a form that is read here.", code=CODE_OF_STATUS.get(refusal.status_code, "bad-request")
    )
