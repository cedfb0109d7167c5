"""What a contact centre may tell of a contact. `openapi/contact-centre.md` explains it to its programmers."""

from datetime import time
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

from casemgmt.models import Command
from casemgmt.reference.fields import (
    ContactCentreFunction,
    ContactRelation,
    Kato,
    LongText,
    Name,
    NonDataContact,
    RegionCode,
    Severity,
    ShortText,
    SignalCategory,
)

SOURCE_CODE = r"^[a-z0-9][a-z0-9-]{1,63}$"
MESSAGE_ID = r"^[\x21-\x7e]{1,200}$"
MOST_CONCERNS = 20
MOST_REVISIONS = 2_147_483_647


def _each_once(concerns: list["ConcernGiven"]) -> list["ConcernGiven"]:
    if len({c.ref for c in concerns}) < len(concerns):
        raise ValueError("two concerns have the same ref")
    return concerns


class PutSource(Command):
    """A system that sends contacts."""

    user_id: UUID = Field(description="The machine account as which it acts; it stays the same.")
    name: Name
    active: bool = Field(default=True, description="Off: its messages are refused as if it were unknown.")


class CallerGiven(Command):
    """Who got in touch."""

    relation: ContactRelation = "other"
    name: Name | None = None
    phone: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)] | None = Field(
        default=None,
        description="As the telephone system has it; what is no number that can be dialled is kept as it is.",
    )
    callback_allowed: bool = False
    safe_from: time | None = Field(default=None, description="Local time from which it is safe to call back.")
    safe_until: time | None = None
    wants_confidentiality: bool = True


class ConcernGiven(Command):
    """One thing that the contact is about. Each becomes a signal of its own when the contact is final."""

    ref: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}$")] = Field(
        description="Your name of it within the contact; the same in every revision."
    )
    category: SignalCategory = Field(default="other", description="Of the list `signal_category`.")
    narrative: LongText = Field(description="What was said, as close to the words as possible, in whatever language.")
    severity: Severity | None = None
    danger_now: bool = Field(default=False, description="The child is in danger at this moment.")
    region_code: RegionCode | None = Field(default=None, description="Region of the child's whereabouts.")
    kato: Kato | None = None
    place: ShortText | None = None
    occurred_at: AwareDatetime | None = None
    subject_description: ShortText | None = Field(default=None, description="Whom it is about, where nobody is named.")


class ContactTold(Command):
    """The contact as it stands: each message tells the whole of it, not what changed."""

    contact_id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:-]{1,100}$")] = Field(
        description="Your id of the contact (of the call, of the message), for ever the same."
    )
    revision: Annotated[int, Field(ge=1, le=MOST_REVISIONS, strict=True)] = Field(
        description="Counts up with each message about this contact; gaps do no harm."
    )
    stage: Literal["draft", "final"] = Field(description="`draft` while the contact goes on.")
    channel: Literal["call", "text_message", "qr_message", "sms"]
    started_at: AwareDatetime
    ended_at: AwareDatetime | None = None
    language: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,5}$", max_length=35)] = (
        Field(description="A BCP 47 tag, such as `kk`, `kk-Latn`, `ru`; `mul` for a mixture.")
    )
    function: ContactCentreFunction | None = None
    non_data: NonDataContact | None = Field(
        default=None, description="Why the contact is about nobody (silent, prank …). Then it has no concerns."
    )
    anonymous: bool = False
    caller: CallerGiven | None = None
    region_code: RegionCode | None = Field(default=None, description="For concerns that name no place of their own.")
    concerns: Annotated[list[ConcernGiven], Field(max_length=MOST_CONCERNS), AfterValidator(_each_once)] = Field(
        default_factory=list
    )


class BatchItem(Command):
    """One contact of a batch, as it would have been sent by itself."""

    message_id: Annotated[str, StringConstraints(pattern=MESSAGE_ID)] = Field(
        description="As `webhook-id` of a message: the one under which it was tried before, where it was."
    )
    contact: dict[str, Any] = Field(description="A `ContactTold`. One that does not fit stops no other.")


class ContactBatch(Command):
    """A backlog: each contact is taken, or refused, by itself."""

    contacts: Annotated[list[BatchItem], Field(min_length=1, max_length=500)]


class Heartbeat(Command):
    """That the system of the source is alive, though it has nothing to tell."""

    sent_at: AwareDatetime
