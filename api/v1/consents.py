"""Consents: write down, read, take back. What rested on one ends with it, and the answer says what goes on and why."""

from uuid import UUID

from fastapi import Response

from api.etags import ExpectedVersion, set_etag
from api.languages import ReaderLanguage
from api.routing import CurrentWork, Router
from api.schemas import DEFAULT_PAGE, Cursor, Limit, Page
from casemgmt.access.permissions import Permission
from casemgmt.consents import ending, reading, service
from casemgmt.consents.commands import RecordConsent, WithdrawConsent
from casemgmt.consents.views import ConsentSummary, ConsentView

router = Router("", "consents")


@router.post("/cases/{case_id}/consents", Permission.CONSENTS_WRITE, status_code=201)
async def record_consent(
    case_id: UUID, command: RecordConsent, response: Response, work: CurrentWork, language: ReaderLanguage
) -> ConsentView:
    """Write down a consent that was given, with what the child thinks of it."""
    view = await service.record_consent(work, case_id, command, language)
    response.headers["Location"] = f"/v1/consents/{view.id}"
    return _shown(response, view)


@router.get("/cases/{case_id}/consents", Permission.CONSENTS_READ)
async def list_consents(
    case_id: UUID, work: CurrentWork, limit: Limit = DEFAULT_PAGE, cursor: Cursor = None
) -> Page[ConsentSummary]:
    """List the consents of a case, the newest first. `holds` says whether something may rest on one now."""
    return Page.of(await reading.list_consents(work, case_id, limit, cursor))


@router.get("/consents/{consent_id}", Permission.CONSENTS_READ)
async def get_consent(consent_id: UUID, response: Response, work: CurrentWork, language: ReaderLanguage) -> ConsentView:
    """Read a consent, with what ended and went on, or would if it ended now."""
    return _shown(response, await reading.read_consent(work, consent_id, language))


@router.post("/consents/{consent_id}/withdraw", Permission.CONSENTS_WRITE)
async def withdraw_consent(
    consent_id: UUID,
    command: WithdrawConsent,
    response: Response,
    work: CurrentWork,
    language: ReaderLanguage,
    expected: ExpectedVersion,
) -> ConsentView:
    """Take a consent back. What rested on it ends in the same act; the answer names it, and what goes on and why."""
    return _shown(response, await ending.withdraw_consent(work, consent_id, command, expected, language))


@router.post("/consents/{consent_id}/note-expiry", Permission.CONSENTS_WRITE)
async def note_consent_expiry(
    consent_id: UUID, response: Response, work: CurrentWork, language: ReaderLanguage, expected: ExpectedVersion
) -> ConsentView:
    """Note that the last day of a consent is over, and end what still rests on it."""
    return _shown(response, await ending.note_expiry(work, consent_id, expected, language))


def _shown(response: Response, view: ConsentView) -> ConsentView:
    set_etag(response, view.version)
    return view
