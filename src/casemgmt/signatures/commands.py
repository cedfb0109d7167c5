"""What may be asked of electronic signatures."""

from enum import StrEnum
from typing import Annotated

from pydantic import Base64Bytes, Field, StringConstraints

from casemgmt.models import Command


class PlanSigner(StrEnum):
    """As what somebody signs a plan or an act of closure."""

    MANAGER = "manager"
    APPROVER = "approver"
    REPRESENTATIVE = "representative"
    CHILD = "child"


class VisitActSigner(StrEnum):
    """As what somebody signs a visit act."""

    GROUP_LEAD = "group_lead"
    GROUP_MEMBER = "group_member"
    REPRESENTATIVE = "representative"
    """Who has read the act, or heard it read."""
    CHILD = "child"


class MinutesSigner(StrEnum):
    """As what somebody signs the minutes of a conference."""

    RECORDER = "recorder"
    SECOND = "second"
    """Who else was there, or sees the case, and says that the minutes are right."""
    PARTICIPANT = "participant"
    REPRESENTATIVE = "representative"
    CHILD = "child"


class Form(StrEnum):
    """How a signature is written down."""

    CMS = "cms"
    """Detached CMS (RFC 5652), as the national certification centre's software makes it; it holds its certificate."""
    PLAIN = "plain"
    """The bare signature; its certificate comes beside it."""


class GivenSignature(Command):
    """A signature made over the bytes that `signable` gives."""

    form: Form
    signature: Annotated[Base64Bytes, Field(min_length=1, max_length=65_536, description="In base64.")]
    certificate: Annotated[str, StringConstraints(max_length=16_384)] | None = Field(
        default=None, description="PEM. Needed for the form `plain`, and only there."
    )


class RecordSignature(GivenSignature):
    """Keep a signature on a plan or on an act of closure, made over the bytes that `signable` gives."""

    signer: PlanSigner


class RecordMinutesSignature(GivenSignature):
    """Keep a signature on the minutes of a conference, made over the bytes that `signable` gives."""

    signer: MinutesSigner


class RecordVisitActSignature(GivenSignature):
    """Keep a signature on a visit act, made over the bytes that `signable` gives."""

    signer: VisitActSigner
