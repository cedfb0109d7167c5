"""The actor of a request: who is calling, and what the caller may do."""

from dataclasses import dataclass
from uuid import UUID

from casemgmt.access.permissions import Permission


@dataclass(frozen=True)
class Actor:
    """A signed-in user or service account.

    How far the actor sees is not here: the database works it out from the account at the start of every transaction.
    """

    user_id: UUID
    session_id: UUID
    organisation_id: UUID
    region_code: str | None
    """ISO 3166-2:KZ code of the body's region; None for a national body."""
    roles: tuple[str, ...]
    permissions: frozenset[Permission]
    authz_version: int
    """Version of the account's rights that the token was issued for; a change of rights makes the token stale."""

    purpose: str | None = None
    """For what this request reads, where its caller says so; it stands in the request's events."""

    def may(self, permission: Permission) -> bool:
        """Answer whether any role of the actor carries the permission."""
        return permission in self.permissions

    @property
    def is_integration(self) -> bool:
        """A machine account: bound to idempotency keys."""
        return self.roles == ("integration",)
