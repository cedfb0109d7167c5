"""The sealed log: heads, keys and proofs, for everybody who wants to check it."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query

from api.routing import CurrentServices, CurrentWork, Router
from api.schemas import DEFAULT_PAGE, Cursor, Limit, Page
from casemgmt.access.permissions import Permission
from casemgmt.audit import proofs, service
from casemgmt.audit.views import (
    AuditKeysView,
    ConsistencyProofView,
    InclusionProofView,
    SealedEventView,
    SealingView,
    TreeHeadView,
)

router = Router("/audit", "audit")

_CHECKABLE = "who keeps a head outside must be able to hold it against the log; it tells of nobody"
_LARGEST = 2**63 - 1

TreeSize = Annotated[int | None, Query(ge=1, le=_LARGEST, description="Size of a signed head. Absent: the newest.")]


@router.open("GET", "/keys", _CHECKABLE)
async def list_audit_keys(services: CurrentServices) -> AuditKeysView:
    """List the public keys that heads are signed with, and when each held."""
    async with services.database.pool.acquire() as connection:
        return await proofs.read_keys(connection)


@router.open("GET", "/heads", _CHECKABLE)
async def list_tree_heads(
    services: CurrentServices, limit: Limit = DEFAULT_PAGE, cursor: Cursor = None
) -> Page[TreeHeadView]:
    """List the signed heads of the log, newest first."""
    async with services.database.pool.acquire() as connection:
        return Page.of(await proofs.list_heads(connection, limit, cursor))


@router.open("GET", "/heads/latest", _CHECKABLE)
async def get_latest_tree_head(services: CurrentServices) -> TreeHeadView:
    """Read the newest signed head."""
    async with services.database.pool.acquire() as connection:
        return await proofs.read_head(connection, None)


@router.open("GET", "/heads/{size}", _CHECKABLE)
async def get_tree_head(services: CurrentServices, size: Annotated[int, Path(ge=1, le=_LARGEST)]) -> TreeHeadView:
    """Read the signed head of a size."""
    async with services.database.pool.acquire() as connection:
        return await proofs.read_head(connection, size)


@router.open("GET", "/consistency", _CHECKABLE)
async def prove_consistency(
    services: CurrentServices,
    first: Annotated[int, Query(ge=1, le=_LARGEST, description="Size of the head that you kept.")],
    second: TreeSize = None,
) -> ConsistencyProofView:
    """Prove that the log only grew from one signed head to another."""
    async with services.database.pool.acquire() as connection:
        return await proofs.prove_consistency(connection, first, second)


@router.open("GET", "/inclusion", "who can name the hash of an event holds the event; the answer adds its place alone")
async def prove_inclusion(
    services: CurrentServices,
    event_id: UUID,
    leaf_hash: Annotated[str, Query(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of 0x00 and the event.")],
    size: TreeSize = None,
) -> InclusionProofView:
    """Prove that an event which you hold, e.g. in an extract that you were given, stands in the log."""
    async with services.database.pool.acquire() as connection:
        return await proofs.prove_inclusion(connection, event_id, bytes.fromhex(leaf_hash), size)


@router.get("/events/{event_id}", Permission.AUDIT_READ)
async def get_audit_event(work: CurrentWork, event_id: UUID, size: TreeSize = None) -> SealedEventView:
    """Read an event as it was sealed, with the proof that it stands in the log. This leaves its event."""
    return await service.read_sealed_event(work, event_id, size)


@router.get("/sealing", Permission.AUDIT_READ)
async def get_sealing(work: CurrentWork, services: CurrentServices) -> SealingView:
    """Read how far the log is sealed and told to its witnesses, and what holds it up. This leaves its event."""
    return await service.read_sealing(work, services.settings.seal_late_seconds)
