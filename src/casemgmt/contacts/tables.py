"""Contacts of a contact centre: sources, contacts, what each is about, and every message that told of them."""

from datetime import datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from casemgmt.db.base import Row, Versioned, code, document, moment, ref


class ContactSource(Versioned, table=True):
    """A system that sends contacts. It signs as a machine account and acts with the rights of that account."""

    __tablename__ = "contact_source"

    code: str = Field(primary_key=True, max_length=64)
    user_id: UUID = ref("app_user.id")
    name: str
    active: bool = True
    heard_at: datetime | None = moment(nullable=True)
    """When its last heartbeat came; null where it never sent one."""
    silence_told_at: datetime | None = moment(nullable=True)
    """When its desk was told that no more came."""
    beat_signed_at: datetime | None = moment(nullable=True)
    """The moment in the signature of its last heartbeat: one that is signed no later was heard before."""
    taxonomy_versions: list[str] | None = Field(default=None, sa_type=ARRAY(Text), nullable=True)
    """The versions of topics that it says it has, the one that it likes best first."""
    taxonomy_version: str | None = Field(default=None, max_length=32)
    """The first of them that was known here at its last heartbeat."""


class QrPlate(Versioned, table=True):
    """A plate with a QR code: where it hangs, and which body is on duty for it."""

    __tablename__ = "qr_plate"

    code: str = Field(primary_key=True, max_length=64)
    place: str
    """The school or other organisation, as people know it."""
    region_code: str = Field(max_length=5)
    kato: str | None = Field(default=None, max_length=9)
    duty_organisation_id: UUID | None = ref("organisation.id", nullable=True, index=False)
    active: bool = True


class ContactTaxonomy(Row, table=True):
    """A version of the list of topics of a contact centre. It never changes: another wording is another version."""

    __tablename__ = "contact_taxonomy"

    version: str = Field(primary_key=True, max_length=32)
    content: dict[str, Any] = document()
    loaded_at: datetime = moment()
    loaded_by_id: UUID = ref("app_user.id", index=False)


class Contact(Versioned, table=True):
    """A call, text or QR message, one row for each, whatever was told of it how often and in which order.

    It holds no free text once it is final: what was said stands in the signals that it became.
    """

    __tablename__ = "contact"
    __table_args__ = (
        UniqueConstraint("source_code", "external_id"),
        CheckConstraint("(state = 'draft') or content is null", name="text_of_drafts_alone"),
        CheckConstraint("(settled_by_id is null) = (settled_at is null)", name="settled_by_somebody"),
        Index("ix_contact_organisation_received", "organisation_id", "received_at", "id"),
        Index("ix_contact_region_received", "region_code", "received_at", "id"),
        Index("ix_contact_open", "heard_at", "id", postgresql_where=sql("state = 'draft'")),
        Index("ix_contact_settled", "source_code", "received_at", postgresql_where=sql("settled_at is not null")),
    )

    id: UUID = Field(primary_key=True)
    source_code: str = ref("contact_source.code", index=False)
    external_id: str = Field(max_length=100)
    """The sender's own number of the contact."""
    sender_id: UUID = ref("app_user.id", index=False)
    """The account of the source: it alone tells more of the contact, and sees it for that."""
    organisation_id: UUID = ref("organisation.id", index=False)
    """The body that took the contact."""
    region_code: str | None = Field(default=None, max_length=5)
    state: str = Field(max_length=24)
    revision: int
    """Of the newest message that was applied; the sender counts."""
    content_digest: str = Field(max_length=64)
    """Keyed hash of what that message said: the same said again is no other revision."""
    channel: str = code("signal_channel")
    language: str = Field(max_length=35)
    """As the sender says it: also a mixture, or Kazakh in Latin letters."""
    function: str | None = code("contact_centre_function", nullable=True)
    non_data: str | None = code("non_data_contact", nullable=True)
    """Why it holds nothing about a child; then no person and no signal is ever tied to it."""
    signals: int = 0
    """How many signals it became; each is seen by those who see the signal."""
    content: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True), nullable=True)
    """What is known while it is a draft."""
    started_at: datetime = moment()
    ended_at: datetime | None = moment(nullable=True)
    received_at: datetime = moment()
    heard_at: datetime = moment()
    """When the last message about it came."""
    finalised_at: datetime | None = moment(nullable=True)
    plate_code: str | None = Field(default=None, max_length=64)
    plate_known: bool = False
    attachments: list[dict[str, str]] = document()
    """References into the archive of the contact centre, and what kind of file each is."""
    taxonomy_version: str | None = Field(default=None, max_length=32)
    taxonomy_known: bool = False
    abandoned_at: datetime | None = moment(nullable=True)
    """When its desk was told that no end of it came; a message about it takes that back."""
    settled_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    """Who recorded by hand what it is about."""
    settled_at: datetime | None = moment(nullable=True)


class ContactConcern(Row, table=True):
    """One thing that a contact is about, and the signal that it became."""

    __tablename__ = "contact_concern"
    __table_args__ = (UniqueConstraint("contact_id", "concern_ref"),)

    id: UUID = Field(primary_key=True)
    contact_id: UUID = ref("contact.id", index=False)
    sender_id: UUID = ref("app_user.id", index=False)
    concern_ref: str = Field(max_length=64)
    """By which the sender names it from one message to the next."""
    topic: str | None = Field(default=None, max_length=64)
    """Code of the taxonomy under which the contact was told."""
    revision: int
    content_digest: str = Field(max_length=64)
    signal_id: UUID = ref("signal.id")
    withdrawn: bool = False
    """A later message named it no more. The signal stays: a person decides about it."""


class ContactCaller(Row, table=True):
    """Who got in touch. Read by those alone who may know who reported, of signals that they see all of."""

    __tablename__ = "contact_caller"

    contact_id: UUID = ref("contact.id", primary=True)
    sender_id: UUID = ref("app_user.id", index=False)
    relation: str = code("contact_relation")
    name: str | None = None
    phone: str | None = Field(default=None, max_length=64)
    """E.164, or as it came where it is no number that can be dialled. Of an anonymous caller none is kept."""
    phone_hash: str | None = Field(default=None, max_length=64, index=True)
    callback_allowed: bool = False
    safe_from: time | None = None
    safe_until: time | None = None
    wants_confidentiality: bool = True


class ContactCorrection(Row, table=True):
    """What a later message says otherwise about a concern that is a signal already. Who sees the signal sees it.

    The signal itself stays as it was recorded and as people went on with it: they decide what the correction changes.
    """

    __tablename__ = "contact_correction"
    __table_args__ = (CheckConstraint("kind in ('arrived', 'changed', 'withdrawn')", name="kind_known"),)

    id: UUID = Field(primary_key=True)
    contact_id: UUID = ref("contact.id")
    concern_id: UUID = ref("contact_concern.id", index=False)
    signal_id: UUID = ref("signal.id")
    revision: int
    kind: str = Field(max_length=12)
    content: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True), nullable=True)
    """The concern as it is told now, without who told it; null of one that was withdrawn."""
    received_at: datetime = moment()


class ContactMessage(Row, table=True):
    """A message that was taken, by its id, with what was answered: sent again it gets the same answer."""

    __tablename__ = "contact_message"
    __table_args__ = (
        Index("ix_contact_message_item", "source_code", "external_id", "received_at"),
        Index("ix_contact_message_day", "source_code", "received_at"),
    )

    source_code: str = ref("contact_source.code", primary=True)
    message_id: str = Field(primary_key=True, max_length=200)
    sender_id: UUID = ref("app_user.id", index=False)
    organisation_id: UUID = ref("organisation.id", index=False)
    content_digest: str = Field(max_length=64)
    external_id: str = Field(max_length=100)
    revision: int
    contact_id: UUID = ref("contact.id")
    outcome: str = Field(max_length=24)
    status: int
    answer: dict[str, Any] = document()
    """Ids, codes and moments; no word of what was said."""
    received_at: datetime = moment()


class ContactRefusal(Row, table=True):
    """A message that was rightly signed and not taken, with the reason; nothing of its content."""

    __tablename__ = "contact_refusal"
    __table_args__ = (
        UniqueConstraint("source_code", "message_id", "content_digest", "code"),
        Index("ix_contact_refusal_item", "source_code", "external_id", "first_at"),
        Index("ix_contact_refusal_day", "source_code", "first_at", "id"),
    )

    id: UUID = Field(primary_key=True)
    source_code: str = ref("contact_source.code", index=False)
    message_id: str = Field(max_length=200)
    sender_id: UUID = ref("app_user.id", index=False)
    organisation_id: UUID = ref("organisation.id", index=False)
    content_digest: str = Field(max_length=64)
    external_id: str | None = Field(default=None, max_length=100)
    """Where the message was readable enough to tell."""
    code: str = Field(max_length=64)
    pointer: str | None = Field(default=None, max_length=200)
    first_at: datetime = moment()
    last_at: datetime = moment()
    times: int = 1
