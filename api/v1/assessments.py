"""Assessments of the children of a case, and the instruments that they are made with."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Response

from api.etags import ExpectedVersion, RequiredVersion, set_etag
from api.routing import CurrentWork, Router
from api.schemas import DEFAULT_PAGE, Cursor, Limit, Page
from casemgmt.access.permissions import Permission
from casemgmt.assessments import completion, service
from casemgmt.assessments.commands import (
    AnswerItems,
    CompleteAssessment,
    DiscardAssessment,
    InstrumentCode,
    InstrumentVersion,
    StartAssessment,
)
from casemgmt.assessments.views import (
    AssessmentSummary,
    AssessmentView,
    ComparisonView,
    InstrumentSummary,
    InstrumentView,
)

router = Router("", "assessments")


@router.get("/assessment-instruments", Permission.REFERENCE_READ)
async def list_assessment_instruments(work: CurrentWork) -> list[InstrumentSummary]:
    """List the instruments, every version of them."""
    return await service.list_instruments(work)


@router.get("/assessment-instruments/{code}/{version}", Permission.REFERENCE_READ)
async def get_assessment_instrument(
    code: Annotated[InstrumentCode, Path()], version: Annotated[InstrumentVersion, Path()], work: CurrentWork
) -> InstrumentView:
    """Read one version of an instrument: domains, items, scale and cut-offs, in three languages."""
    return await service.read_instrument(work, code, version)


@router.post("/cases/{case_id}/assessments", Permission.ASSESSMENTS_WRITE, status_code=201)
async def create_assessment(
    case_id: UUID, command: StartAssessment, response: Response, work: CurrentWork
) -> AssessmentView:
    """Begin the assessment of a child of the case."""
    view = await service.start_assessment(work, case_id, command)
    response.headers["Location"] = f"/v1/assessments/{view.id}"
    return _shown(response, view)


@router.get("/cases/{case_id}/assessments", Permission.ASSESSMENTS_READ)
async def list_assessments(
    case_id: UUID, work: CurrentWork, limit: Limit = DEFAULT_PAGE, cursor: Cursor = None
) -> Page[AssessmentSummary]:
    """List the assessments of a case, newest first."""
    return Page.of(await service.list_assessments(work, case_id, limit, cursor))


@router.get("/assessments/{assessment_id}", Permission.ASSESSMENTS_READ)
async def get_assessment(assessment_id: UUID, response: Response, work: CurrentWork) -> AssessmentView:
    """Read an assessment in full, with the actions that are allowed on it now."""
    return _shown(response, await service.read_assessment(work, assessment_id))


@router.patch("/assessments/{assessment_id}", Permission.ASSESSMENTS_WRITE)
async def answer_assessment(
    assessment_id: UUID, command: AnswerItems, response: Response, work: CurrentWork, expected: RequiredVersion
) -> AssessmentView:
    """Save answers, some or all."""
    return _shown(response, await service.answer_items(work, assessment_id, command, expected))


@router.post("/assessments/{assessment_id}/complete", Permission.ASSESSMENTS_WRITE, drafted=True)
async def complete_assessment(
    assessment_id: UUID, command: CompleteAssessment, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> AssessmentView:
    """Decide the level of risk and close the assessment for good."""
    return _shown(response, await completion.complete_assessment(work, assessment_id, command, expected))


@router.post("/assessments/{assessment_id}/discard", Permission.ASSESSMENTS_WRITE)
async def discard_assessment(
    assessment_id: UUID, command: DiscardAssessment, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> AssessmentView:
    """Put a draft aside, with the reason."""
    return _shown(response, await service.discard_assessment(work, assessment_id, command, expected))


@router.get("/assessments/{assessment_id}/compare/{other_id}", Permission.ASSESSMENTS_READ)
async def compare_assessments(assessment_id: UUID, other_id: UUID, work: CurrentWork) -> ComparisonView:
    """Compare two completed assessments of a child, domain by domain, from the earlier to the later."""
    return await service.compare_assessments(work, assessment_id, other_id)


def _shown(response: Response, view: AssessmentView) -> AssessmentView:
    set_etag(response, view.version)
    return view
