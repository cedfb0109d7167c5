"""What a contact centre may tell of a contact. `openapi/contact-centre.md` explains it to its programmers."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

from casemgmt.answers.commands import WishGiven
from casemgmt.models import Command
from casemgmt.reference.fields import (
    ContactCentreFunction,
    ContactRelation,
    DialledText,
    Kato,
    LocalTime,
    LongText,
    Name,
    NonDataContact,
    RegionCode,
    Severity,
    ShortText,
    SignalCategory,
)

SOURCE_CODE = r"^[a-z0-9][a-z0-9-]{1,63}$"
PLATE = r"^[A-Za-z0-9._-]{1,64}$"
TAXONOMY = r"^[A-Za-z0-9._-]{1,32}$"
TOPIC = r"^[a-z0-9_.-]{1,64}$"
MESSAGE_ID = r"^[\x21-\x7e]{1,200}$"
MOST_CONCERNS = 20
MOST_REVISIONS = 2_147_483_647

LONGEST_ID = 100
CONTACT_ID = rf"^[A-Za-z0-9._:-]{{1,{LONGEST_ID}}}$"
ContactId = Annotated[str, StringConstraints(pattern=CONTACT_ID)]
TaxonomyVersion = Annotated[str, StringConstraints(pattern=TAXONOMY)]
Channel = Literal["call", "text_message", "qr_message", "sms"]
LanguageTag = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,5}$", max_length=35)]


def _each_once(concerns: list["ConcernGiven"]) -> list["ConcernGiven"]:
    if len({c.ref for c in concerns}) < len(concerns):
        raise ValueError("two concerns have the same ref")
    return concerns


def _signals_once(signals: list[UUID]) -> list[UUID]:
    if len(set(signals)) < len(signals):
        raise ValueError("a signal is named twice")
    return signals


class PutSource(Command):
    """A system that sends contacts."""

    user_id: UUID = Field(description="The machine account as which it acts; it stays the same.")
    name: Name
    active: bool = Field(default=True, description="Off: its messages are refused as if it were unknown.")


class CallerGiven(Command):
    """Who got in touch."""

    relation: ContactRelation = "other"
    name: Name | None = None
    phone: DialledText | None = Field(
        default=None,
        description="As the telephone system has it; what is no number that can be dialled is kept as it is.",
    )
    callback_allowed: bool = False
    safe_from: LocalTime | None = Field(default=None, description="Local time from which it is safe to call back.")
    safe_until: LocalTime | None = None
    wants_confidentiality: bool = True


class Attachment(Command):
    """Something that belongs to the contact and stays with the contact centre."""

    reference: Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,200}$")] = Field(
        description="By which your archive finds it. No address that opens it to whoever reads it."
    )
    media_type: Annotated[str, StringConstraints(pattern=r"^[a-z0-9.+-]{1,40}/[a-z0-9.+-]{1,60}$")]


class ConcernGiven(Command):
    """One thing that the contact is about. Each becomes a signal of its own when the contact is final."""

    ref: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}$")] = Field(
        description="Your name of it within the contact; the same in every revision."
    )
    topic: Annotated[str, StringConstraints(pattern=TOPIC)] | None = Field(
        default=None, description="Of your taxonomy, as `taxonomy_version` names it; an unknown one refuses nothing."
    )
    category: SignalCategory | None = Field(
        default=None, description="Of the list `signal_category`; absent: what the topic stands for, else `other`."
    )
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

    contact_id: ContactId = Field(
        description="Your id of the contact (of the call, of the message), for ever the same."
    )
    revision: Annotated[int, Field(ge=1, le=MOST_REVISIONS, strict=True)] = Field(
        description="Counts up with each message about this contact; gaps do no harm."
    )
    stage: Literal["draft", "final"] = Field(description="`draft` while the contact goes on.")
    channel: Channel
    started_at: AwareDatetime
    ended_at: AwareDatetime | None = None
    language: LanguageTag = Field(description="A BCP 47 tag, such as `kk`, `kk-Latn`, `ru`; `mul` for a mixture.")
    function: ContactCentreFunction | None = None
    non_data: NonDataContact | None = Field(
        default=None, description="Why the contact is about nobody (silent, prank …). Then it has no concerns."
    )
    anonymous: bool = False
    caller: CallerGiven | None = None
    answer: WishGiven | None = Field(
        default=None, description="What the child said of an answer; where a later message tells none, none is sent."
    )
    region_code: RegionCode | None = Field(default=None, description="For concerns that name no place of their own.")
    plate: Annotated[str, StringConstraints(pattern=PLATE)] | None = Field(
        default=None, description="Code of the QR plate: it gives place and duty body where nothing else does."
    )
    taxonomy_version: TaxonomyVersion | None = None
    attachments: Annotated[list[Attachment], Field(max_length=20)] = Field(
        default_factory=list, description="By reference: the recording and the pictures stay with you."
    )
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
    taxonomy_versions: Annotated[list[TaxonomyVersion], Field(max_length=20)] | None = Field(
        default=None,
        description="The versions of topics that the source can tell contacts under, the one that it likes best first. "
        "Absent: those that it named before.",
    )


class SettleContact(Command):
    """Say that a contact was dealt with by hand, so that what arrives of it later doubles nothing."""

    source: Annotated[str, StringConstraints(pattern=SOURCE_CODE)]
    contact_id: ContactId = Field(description="The contact centre's id of it.")
    channel: Channel
    started_at: AwareDatetime
    language: LanguageTag = "kk"
    signal_ids: Annotated[list[UUID], Field(max_length=MOST_CONCERNS), AfterValidator(_signals_once)] = Field(
        description="The signals recorded by hand, in the order of what was said; none where there was nothing."
    )


class PlateGiven(Command):
    """A plate with a QR code."""

    code: Annotated[str, StringConstraints(pattern=PLATE)]
    place: Name
    region_code: RegionCode
    kato: Kato | None = None
    duty_organisation_id: UUID | None = Field(default=None, description="Owns what comes by this plate; absent: 111.")
    active: bool = True


class PutPlates(Command):
    """Plates, new and changed: all of them or none."""

    plates: Annotated[list[PlateGiven], Field(min_length=1, max_length=1000)]


class TopicGiven(Command):
    """A topic: a slot of the list, or something within one."""

    code: Annotated[str, StringConstraints(pattern=TOPIC)]
    within: Annotated[str, StringConstraints(pattern=TOPIC)] | None = Field(default=None, description="Its top topic.")
    name_kk: Name | None = None
    name_ru: Name | None = None
    name_en: Name | None = None
    provisional_languages: list[Literal["kk", "ru", "en"]] = Field(
        default_factory=list,
        description="Languages in which the name is a proposal, and not of whoever issued the list.",
    )
    category: SignalCategory = Field(default="other", description="What a signal about it is.")


class PutTaxonomy(Command):
    """A version of the list of topics."""

    source: Name = Field(description="Who issued it.")
    topics: Annotated[list[TopicGiven], Field(min_length=1, max_length=500)]
