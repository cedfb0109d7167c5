"""What readers of electronic signatures get."""

from datetime import datetime
from uuid import UUID

from casemgmt.models import View


class SignatureView(View):
    """A signature on a plan. The signature itself is not shown: a person's certificate holds the IIN."""

    id: UUID
    plan_id: UUID
    version: int
    digest: str
    """SHA-256 of what was signed."""
    applies: bool
    """Whether the plan still says what was signed."""
    signer: str
    form: str
    subject: str | None
    issuer: str | None
    serial: str | None
    valid_from: datetime | None
    valid_until: datetime | None
    verification: str
    """`verified`: the signature is of this certificate, whose issuer is trusted here. `refused`: it is not.
    `unavailable`: nobody here can say."""
    finding: str | None
    checked_at: datetime
    recorded_at: datetime
    recorded_by_id: UUID


class SignaturesView(View):
    """All signatures on a version of the plan, the oldest first."""

    items: list[SignatureView]
