"""What may be asked of consents."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from casemgmt.models import Command
from casemgmt.reference.fields import ConsentChildView, ConsentForm, ConsentPurpose, ConsentScope, LongText

Basis = Literal["representative", "child", "child_and_representative"]


class RecordConsent(Command):
    """Write down a consent that was given."""

    id: UUID | None = Field(default=None, description="UUIDv7 of the client; made by the service where absent.")
    person_id: UUID = Field(description="Whom it is about: a person of the case.")
    purpose: ConsentPurpose
    scopes: Annotated[list[ConsentScope], Field(min_length=1, max_length=20)]
    shared_with_id: UUID | None = Field(default=None, description="Needed for the purpose `sharing`, and only there.")
    basis: Basis = Field(description="Who consents.")
    giver_id: UUID | None = Field(
        default=None,
        description="The representative: a person on record with parental responsibility for the person. Absent: the"
        " basis is `child`.",
    )
    form: ConsentForm
    child_view: ConsentChildView = Field(description="What the child thinks of it, asked by age.")
    child_words: LongText | None = Field(default=None, description="The child's own words.")
    note: LongText | None = None
    given_at: AwareDatetime
    expires_on: date | None = Field(
        default=None, description="The last day on which it holds. Absent: until withdrawn."
    )


class WithdrawConsent(Command):
    """Write down that a consent was taken back. What rested on it ends in the same act."""

    withdrawn_by_id: UUID = Field(description="Who gave it, or the person whom it is about.")
    withdrawn_at: AwareDatetime
    form: ConsentForm
    note: LongText | None = None
