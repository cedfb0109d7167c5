"""Staff conflicts: who is linked to a family is shut out of its case."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from api.etags import ExpectedVersion
from api.routing import CurrentWork, Router
from api.schemas import DEFAULT_PAGE, Cursor, Limit, Page
from casemgmt.access.permissions import Permission
from casemgmt.conflicts import service
from casemgmt.conflicts.commands import DeclareConflict, EndConflict
from casemgmt.conflicts.states import ConflictState
from casemgmt.conflicts.views import ConflictView, OwnConflict

router = Router("", "conflicts")


@router.post("/me/conflicts", Permission.CONFLICTS_DECLARE, status_code=201)
async def declare_own_conflict(command: DeclareConflict, work: CurrentWork) -> OwnConflict:
    """Declare that you are linked to a person or a case. It acts at once: you see nothing of it any more.

    Work that you have in hand there goes to others in the same act. The answer is the same whether there is such a
    record or not, and whether you saw it or not.
    """
    return await service.declare_own(work, command)


@router.get("/me/conflicts", Permission.CONFLICTS_DECLARE)
async def list_own_conflicts(
    work: CurrentWork, limit: Limit = DEFAULT_PAGE, cursor: Cursor = None
) -> Page[OwnConflict]:
    """List what you declared of yourself, newest first."""
    return Page.of(await service.list_own(work, limit, cursor))


@router.post("/users/{user_id}/conflicts", Permission.CONFLICTS_MANAGE, status_code=201)
async def declare_conflict_of(user_id: UUID, command: DeclareConflict, work: CurrentWork) -> ConflictView:
    """Declare that a member of your body is linked to a person or a case. The member is not told."""
    return await service.declare_for(work, user_id, command)


@router.get("/conflicts", Permission.CONFLICTS_MANAGE)
async def list_conflicts(
    work: CurrentWork,
    limit: Limit = DEFAULT_PAGE,
    cursor: Cursor = None,
    state: Annotated[ConflictState | None, Query()] = None,
) -> Page[ConflictView]:
    """List the conflicts of the members of your body, newest first."""
    return Page.of(await service.list_of_body(work, limit, cursor, state))


@router.post("/conflicts/{conflict_id}/end", Permission.CONFLICTS_MANAGE)
async def end_conflict(
    conflict_id: UUID, command: EndConflict, work: CurrentWork, expected: ExpectedVersion
) -> ConflictView:
    """End a conflict as its second person: neither the one concerned nor the one who declared it."""
    return await service.end_conflict(work, conflict_id, command, expected)
