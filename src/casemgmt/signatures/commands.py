"""What may be asked of electronic signatures."""

from enum import StrEnum
from typing import Annotated

from pydantic import Base64Bytes, Field, StringConstraints

from casemgmt.models import Command


class Signer(StrEnum):
    """As what somebody signs."""

    MANAGER = "manager"
    APPROVER = "approver"
    REPRESENTATIVE = "representative"
    CHILD = "child"


class Form(StrEnum):
    """How a signature is written down."""

    CMS = "cms"
    """Detached CMS (RFC 5652), as the national certification centre's software makes it; it holds its certificate."""
    PLAIN = "plain"
    """The bare signature; its certificate comes beside it."""


class RecordSignature(Command):
    """Keep a signature on a plan, made over the bytes that `signable` gives."""

    signer: Signer
    form: Form
    signature: Annotated[Base64Bytes, Field(min_length=1, max_length=65_536, description="In base64.")]
    certificate: Annotated[str, StringConstraints(max_length=16_384)] | None = Field(
        default=None, description="PEM. Needed for the form `plain`, and only there."
    )
