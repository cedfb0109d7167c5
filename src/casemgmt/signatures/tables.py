"""Electronic signatures on plans."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from casemgmt.db.base import CaseScoped, Versioned, moment, ref


class PlanSignature(CaseScoped, Versioned, table=True):
    """A signature on what a version of a plan said when it was signed. It applies as long as the plan says the same."""

    __tablename__ = "plan_signature"
    __table_args__ = (
        CheckConstraint("verification in ('verified', 'refused', 'unavailable')", name="verification_known"),
    )

    id: UUID = Field(primary_key=True)
    plan_id: UUID = ref("plan.id")
    digest: str = Field(max_length=64)
    """SHA-256 of what was signed: the canonical JSON of the plan (`printing.plans.plan_substance`)."""
    signer: str = Field(max_length=16)
    """As what the signer signs (`commands.Signer`)."""
    form: str = Field(max_length=8)
    """`cms` or `plain` (`commands.Form`)."""
    blob: str | None = Field(default=None, max_length=90_000)
    """The signature as it came, in base64. A certificate holds the IIN: it is never shown, and gone with an erasure."""
    certificate: str | None = Field(default=None, max_length=24_000)
    """Of a `plain` signature, whose blob holds none (DER in base64)."""
    subject: str | None = Field(default=None, max_length=200)
    """The common name in the certificate, without any number of the person."""
    issuer: str | None = Field(default=None, max_length=200)
    serial: str | None = Field(default=None, max_length=80)
    valid_from: datetime | None = moment(nullable=True)
    valid_until: datetime | None = moment(nullable=True)
    verification: str = Field(max_length=12)
    """A finding, not a route: `verified`, `refused`, `unavailable`."""
    finding: str | None = Field(default=None, max_length=40)
    """Code of why it was refused or could not be verified."""
    checked_at: datetime = moment()
    recorded_at: datetime = moment()
    recorded_by_id: UUID = ref("app_user.id", index=False)
