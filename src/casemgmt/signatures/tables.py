"""Electronic signatures: a table for each kind of record that is signed, guarded as that record is."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from casemgmt.db.base import CaseScoped, Versioned, moment, ref


def _finding_known() -> CheckConstraint:
    return CheckConstraint("verification in ('verified', 'refused', 'unavailable')", name="verification_known")


class Signature(Versioned):
    """A signature on what a record said when it was signed. It applies as long as the record says the same."""

    id: UUID = Field(primary_key=True)
    digest: str = Field(max_length=64)
    """SHA-256 of what was signed: the canonical JSON whose digest stands on the paper of the record."""
    signer: str = Field(max_length=16)
    """As what the signer signs (`commands`)."""
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


class PlanSignature(CaseScoped, Signature, table=True):
    """A signature on a version of a plan."""

    __tablename__ = "plan_signature"
    __table_args__ = (_finding_known(),)

    plan_id: UUID = ref("plan.id")


class ClosureSignature(CaseScoped, Signature, table=True):
    """A signature on an act of closure."""

    __tablename__ = "closure_signature"
    __table_args__ = (_finding_known(),)

    closure_id: UUID = ref("case_closure.id")


class ConferenceSignature(CaseScoped, Signature, table=True):
    """A signature on the minutes of a conference: of the team, or of who was there."""

    __tablename__ = "conference_signature"
    __table_args__ = (_finding_known(),)

    conference_id: UUID = ref("conference.id")


class VisitActSignature(Signature, table=True):
    """A signature on a visit act: it is seen, moves and is hidden with the act."""

    __tablename__ = "visit_act_signature"
    __table_args__ = (_finding_known(),)

    visit_act_id: UUID = ref("visit_act.id")
    signal_id: UUID = ref("signal.id")
