"""Documents of records: announce, send, list, look at, take back."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.exceptions import HTTPException

from api.etags import ExpectedVersion, set_etag
from api.problems import on_domain_error
from api.routing import CurrentServices, CurrentWork, Router, needed_work, passing_work
from api.schemas import DEFAULT_PAGE, Cursor, Limit, Page
from api.services import services_of
from casemgmt.access.permissions import Permission
from casemgmt.documents import opening, policy, receiving, service
from casemgmt.documents.commands import AnnounceDocument, ProposeRemoval
from casemgmt.documents.media import MEDIA_TYPES
from casemgmt.documents.views import DocumentSummary, DocumentView, LinkView
from casemgmt.errors import Invalid, Unavailable, invalid_field

router = Router("/documents", "documents")

_CONTENT = {name: {"schema": {"type": "string", "format": "binary"}} for name in MEDIA_TYPES}
_FULL = {507: {"description": "The storage of documents is full: a problem document."}}


@router.post("", Permission.DOCUMENTS_WRITE, status_code=201)
async def announce_document(
    command: AnnounceDocument, response: Response, work: CurrentWork, services: CurrentServices
) -> DocumentView:
    """Announce a file of a case, signal, visit act, person, plan, session or benefit appeal. Its content comes next."""
    view = await service.announce_document(work, services.vault, command)
    response.headers["Location"] = f"/v1/documents/{view.id}"
    return _shown(response, view)


@router.guarded(
    "PUT",
    "/{document_id}/content",
    Permission.DOCUMENTS_WRITE,
    streaming=True,
    responses=_FULL,
)
async def put_document_content(document_id: UUID, request: Request, response: Response) -> DocumentView:
    """Send the content that was announced, as the body. The same again gets the same answer, another is refused."""
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise HTTPException(415)
    vault = services_of(request).vault
    async with passing_work(request) as work:
        expected = await receiving.expect_content(work, vault, document_id, *_announced(request))
    try:
        async with vault.receive(expected, request.stream()) as received, needed_work(request) as work:
            view = await receiving.keep_content(work, vault, received)
    except Invalid as refusal:
        async with needed_work(request) as work:
            receiving.content_refused(work, document_id, refusal)
        raise
    return _shown(response, view)


@router.get("", Permission.DOCUMENTS_READ)
async def list_documents(
    work: CurrentWork,
    case_id: Annotated[UUID | None, Query(description="All that came with a case.")] = None,
    signal_id: Annotated[UUID | None, Query()] = None,
    visit_act_id: Annotated[UUID | None, Query()] = None,
    person_id: Annotated[UUID | None, Query()] = None,
    plan_id: Annotated[UUID | None, Query()] = None,
    session_id: Annotated[UUID | None, Query()] = None,
    benefit_appeal_id: Annotated[UUID | None, Query()] = None,
    limit: Limit = DEFAULT_PAGE,
    cursor: Cursor = None,
) -> Page[DocumentSummary]:
    """List the documents of one record, the newest first. Name exactly one."""
    named = {
        "case": case_id,
        "signal": signal_id,
        "visit_act": visit_act_id,
        "person": person_id,
        "plan": plan_id,
        "session": session_id,
        "benefit_appeal": benefit_appeal_id,
    }
    given = [(record_type, record_id) for record_type, record_id in named.items() if record_id is not None]
    if len(given) != 1:
        raise invalid_field("/query", "one-record-needed", "Name exactly one record whose documents you want.")
    return Page.of(await service.list_documents(work, *given[0], limit, cursor))


@router.get("/{document_id}", Permission.DOCUMENTS_READ)
async def get_document(document_id: UUID, response: Response, work: CurrentWork) -> DocumentView:
    """Read what is known of a document, with the actions that are allowed on it now; its content has a link."""
    return _shown(response, await service.read_document(work, document_id))


@router.post("/{document_id}/links", Permission.DOCUMENTS_READ, status_code=201)
async def ask_document_link(document_id: UUID, work: CurrentWork, services: CurrentServices) -> LinkView:
    """Ask for a link to the content. It holds for your session alone and for seconds; send your token with it."""
    return await opening.ask_link(work, services.vault, document_id, "shown")


@router.post("/{document_id}/original-links", Permission.DOCUMENTS_ORIGINALS, status_code=201)
async def ask_document_original_link(document_id: UUID, work: CurrentWork, services: CurrentServices) -> LinkView:
    """Ask for a link to a photo as it came, with place, time and device: for who must prove something by it."""
    return await opening.ask_link(work, services.vault, document_id, "original")


@router.get(
    "/{document_id}/content",
    Permission.DOCUMENTS_READ,
    response_class=StreamingResponse,
    responses={200: {"description": "The content, as an attachment.", "content": _CONTENT}},
)
async def get_document_content(
    document_id: UUID,
    request: Request,
    work: CurrentWork,
    services: CurrentServices,
    link: Annotated[str, Query(max_length=200, description="Of the link that you were given.")] = "",
) -> Response:
    """Fetch the content that a link gives. Photos come without place, time and device, but for originals."""
    opened = await opening.open_content(work, services.vault, document_id, link)
    if isinstance(opened, Unavailable):
        return await on_domain_error(request, opened)
    headers = {
        "Content-Length": str(opened.size_bytes),
        "Content-Disposition": policy.disposition(opened.file_name, opened.media_type),
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    return StreamingResponse(opened.body, 200, headers, opened.media_type)


@router.post("/{document_id}/withdraw", Permission.DOCUMENTS_WRITE)
async def withdraw_document(
    document_id: UUID, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> DocumentView:
    """Take back what you announced and did not send."""
    return _shown(response, await service.withdraw_document(work, document_id, expected))


@router.post("/{document_id}/propose-removal", Permission.DOCUMENTS_WRITE)
async def propose_document_removal(
    document_id: UUID, command: ProposeRemoval, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> DocumentView:
    """Propose to remove a document that does not belong where it is. A second person decides."""
    return _shown(response, await service.propose_removal(work, document_id, command, expected))


@router.post("/{document_id}/decline-removal", Permission.DOCUMENTS_WRITE)
async def decline_document_removal(
    document_id: UUID, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> DocumentView:
    """Leave a document where it is."""
    return _shown(response, await service.decline_removal(work, document_id, expected))


@router.post("/{document_id}/remove", Permission.DOCUMENTS_REMOVE)
async def remove_document(
    document_id: UUID, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> DocumentView:
    """Remove a document, as the second person: nobody opens it any more, and that it was there stays on record."""
    return _shown(response, await service.remove_document(work, document_id, expected))


def _announced(request: Request) -> tuple[str | None, int | None]:
    """Return type and size as the headers tell them."""
    length = request.headers.get("content-length", "")
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return media_type or None, int(length) if length.isdecimal() else None


def _shown(response: Response, view: DocumentView) -> DocumentView:
    set_etag(response, view.version)
    return view
