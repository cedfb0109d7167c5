"""What readers of electronic signatures get."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from casemgmt.models import View

RecordName = Literal["plan", "case_closure", "visit_act", "conference"]
"""What can be signed."""


class SignatureView(View):
    """A signature on a record. The signature itself is not shown: a person's certificate holds the IIN."""

    id: UUID
    record_type: RecordName
    record_id: UUID
    version: int
    digest: str
    """SHA-256 of what was signed."""
    applies: bool
    """Whether the record still says what was signed."""
    edition: int | None
    """Of a visit act: which edition was signed, 1 before its first correction; null for other records."""
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
    """All signatures on a record, the oldest first."""

    items: list[SignatureView]
