"""Copies for subjects: what is held about a person, for a lawful request, released by two."""

from uuid import UUID

from fastapi import Response

from api.etags import ExpectedVersion, RequiredVersion, set_etag
from api.routing import CurrentWork, Router
from api.schemas import DEFAULT_PAGE, Cursor, Limit, Page
from api.v1.records import ReaderLanguage
from casemgmt.access.permissions import Permission
from casemgmt.subjects import copies
from casemgmt.subjects.commands import ChooseTexts, DeclineCopy, PrepareCopy
from casemgmt.subjects.page import as_page
from casemgmt.subjects.views import CopyDocument, CopyView, DraftView

router = Router("/subject-copies", "subject copies")


@router.post("", Permission.SUBJECT_COPIES_WRITE, status_code=201)
async def prepare_subject_copy(command: PrepareCopy, response: Response, work: CurrentWork) -> CopyView:
    """Write down a lawful request for a copy. Who asks decides what is in it; danger at home decides it anew."""
    view = await copies.prepare_copy(work, command)
    response.headers["Location"] = f"/v1/subject-copies/{view.id}"
    return _shown(response, view)


@router.get("", Permission.SUBJECT_COPIES_WRITE)
async def list_subject_copies(work: CurrentWork, limit: Limit = DEFAULT_PAGE, cursor: Cursor = None) -> Page[CopyView]:
    """List requests for copies, newest first."""
    return Page.of(await copies.list_copies(work, limit, cursor))


@router.get("/{copy_id}", Permission.SUBJECT_COPIES_WRITE)
async def get_subject_copy(copy_id: UUID, response: Response, work: CurrentWork) -> CopyView:
    """Read a request for a copy."""
    return _shown(response, await copies.read_copy(work, copy_id))


@router.get("/{copy_id}/texts", Permission.SUBJECT_COPIES_WRITE)
async def list_subject_copy_texts(copy_id: UUID, work: CurrentWork) -> DraftView:
    """Read the texts of staff that may go along: each may hold a secret of another and is left out unless chosen."""
    return await copies.read_draft(work, copy_id)


@router.guarded("PUT", "/{copy_id}/texts", Permission.SUBJECT_COPIES_WRITE)
async def choose_subject_copy_texts(
    copy_id: UUID, command: ChooseTexts, response: Response, work: CurrentWork, expected: RequiredVersion
) -> CopyView:
    """Choose the texts that were read through and go along."""
    return _shown(response, await copies.choose_texts(work, copy_id, command, expected))


@router.post("/{copy_id}/release", Permission.SUBJECT_COPIES_WRITE, fresh_factor=True)
async def release_subject_copy(
    copy_id: UUID, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> CopyView:
    """Release a copy that another officer prepared; it can be taken for fourteen days."""
    return _shown(response, await copies.release_copy(work, copy_id, expected))


@router.post("/{copy_id}/decline", Permission.SUBJECT_COPIES_WRITE)
async def decline_subject_copy(
    copy_id: UUID, command: DeclineCopy, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> CopyView:
    """Decline a request, with the reason."""
    return _shown(response, await copies.decline_copy(work, copy_id, command, expected))


@router.get("/{copy_id}/document", Permission.SUBJECT_COPIES_WRITE, fresh_factor=True, rate_class="exports")
async def get_subject_copy_document(copy_id: UUID, work: CurrentWork, language: ReaderLanguage) -> CopyDocument:
    """Take a released copy as JSON."""
    return await copies.give_copy(work, copy_id, language)


@router.get(
    "/{copy_id}/page",
    Permission.SUBJECT_COPIES_WRITE,
    fresh_factor=True,
    rate_class="exports",
    response_class=Response,
    responses={200: {"content": {"text/html": {"schema": {"type": "string"}}}}},
)
async def get_subject_copy_page(copy_id: UUID, work: CurrentWork, language: ReaderLanguage) -> Response:
    """Take a released copy as a page to print, in the language asked for."""
    document = await copies.give_copy(work, copy_id, language)
    headers = {"Content-Disposition": 'attachment; filename="copy.html"'}
    return Response(as_page(document.model_dump(), language), 200, headers, "text/html; charset=utf-8")


def _shown(response: Response, view: CopyView) -> CopyView:
    set_etag(response, view.version)
    return view
