"""What is shown to open a session, and what a log-in gives."""

from dataclasses import dataclass
from uuid import UUID

from casemgmt.access.attempts import AccountKind
from casemgmt.access.factors import Factor


@dataclass(frozen=True)
class Grant:
    """What a successful log-in gives."""

    access_token: str
    refresh_token: str | None
    expires_in_seconds: int
    device_token: str | None = None
    recovery_codes: tuple[str, ...] | None = None
    unread_notices: int = 0
    """How much happened to the account that its owner was not told yet."""


@dataclass(frozen=True)
class Shown:
    """What was shown to open a session."""

    user_id: UUID
    username: str
    attempt_id: UUID
    kind: AccountKind
    factor: Factor | None
    secret_id: UUID | None = None

    @property
    def told(self) -> str:
        """What was shown, as the event of the log-in says it."""
        if self.kind == "service":
            return "client_secret"
        return "password" if self.factor is None else f"password+{self.factor}"
