"""Plans of destruction by term: dry run, approval by a second person, execution in batches."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from api.etags import ExpectedVersion, set_etag
from api.routing import CurrentWork, Router
from api.schemas import DEFAULT_PAGE, Cursor, Limit, Page
from api.v1.records import ReaderLanguage
from casemgmt.access.permissions import Permission
from casemgmt.retention import planning
from casemgmt.retention.commands import ApprovePlan
from casemgmt.retention.states import PlanState
from casemgmt.retention.views import PlanView

router = Router("/retention-plans", "records")


@router.post("", Permission.RECORDS_PLAN, status_code=201)
async def make_retention_plan(response: Response, work: CurrentWork, language: ReaderLanguage) -> PlanView:
    """Work out what is due for destruction now: a dry run, by class, with what is held back and why."""
    view = await planning.make_plan(work, language)
    response.headers["Location"] = f"/v1/retention-plans/{view.id}"
    return _shown(response, view)


@router.get("", Permission.RECORDS_PLAN)
async def list_retention_plans(
    work: CurrentWork,
    language: ReaderLanguage,
    limit: Limit = DEFAULT_PAGE,
    cursor: Cursor = None,
    state: Annotated[PlanState | None, Query()] = None,
) -> Page[PlanView]:
    """List plans, newest first."""
    return Page.of(await planning.list_plans(work, limit, cursor, state, language))


@router.get("/{retention_plan_id}", Permission.RECORDS_PLAN)
async def get_retention_plan(
    retention_plan_id: UUID, response: Response, work: CurrentWork, language: ReaderLanguage
) -> PlanView:
    """Read a plan: what it would destroy, and what it destroyed so far."""
    return _shown(response, await planning.read_plan(work, retention_plan_id, language))


@router.post("/{retention_plan_id}/approve", Permission.RECORDS_PLAN)
async def approve_retention_plan(
    retention_plan_id: UUID,
    command: ApprovePlan,
    response: Response,
    work: CurrentWork,
    language: ReaderLanguage,
    expected: ExpectedVersion,
) -> PlanView:
    """Approve another officer's plan, by the digest of what you read."""
    return _shown(response, await planning.approve_plan(work, retention_plan_id, command, expected, language))


@router.post("/{retention_plan_id}/discard", Permission.RECORDS_PLAN)
async def discard_retention_plan(
    retention_plan_id: UUID, response: Response, work: CurrentWork, language: ReaderLanguage, expected: ExpectedVersion
) -> PlanView:
    """Put a plan aside."""
    return _shown(response, await planning.discard_plan(work, retention_plan_id, expected, language))


@router.post("/{retention_plan_id}/continue", Permission.RECORDS_PLAN)
async def continue_retention_plan(
    retention_plan_id: UUID, response: Response, work: CurrentWork, language: ReaderLanguage
) -> PlanView:
    """Destroy the next hundred records of an approved plan. Repeat until `remaining` is 0; there is no way back."""
    return _shown(response, await planning.continue_plan(work, retention_plan_id, language))


def _shown(response: Response, view: PlanView) -> PlanView:
    set_etag(response, view.version)
    return view
