"""What senders and desks get of contacts."""

from datetime import date, datetime, time
from uuid import UUID

from casemgmt.models import View


class FiledView(View):
    """A concern and the signal that it became."""

    ref: str
    signal_id: UUID


class TakenView(View):
    """The answer to a message: what became of it, and where its contact stands now."""

    contact_id: str
    """The sender's id."""
    id: UUID
    """Ours."""
    outcome: str
    """`accepted` (new), `updated`, `finalised`, `corrected`, `matched` (to what a desk recorded by hand), `repeated`
    (nothing new) or `older` (a newer one was here before: noted, not applied)."""
    state: str
    revision: int
    """The newest that is applied."""
    received_at: datetime
    plate_known: bool | None
    """Null where no plate was named."""
    taxonomy_known: bool | None
    """Null where no version was named."""
    signals: list[FiledView]


class IntakeSummary(View):
    """A contact in a list. It holds no text."""

    id: UUID
    source: str
    contact_id: str
    state: str
    revision: int
    channel: str
    language: str
    function: str | None
    non_data: str | None
    region_code: str | None
    started_at: datetime
    ended_at: datetime | None
    received_at: datetime
    heard_at: datetime
    finalised_at: datetime | None
    signals: int
    plate_code: str | None
    plate_known: bool
    taxonomy_version: str | None
    taxonomy_known: bool
    abandoned_at: datetime | None


class CorrectionView(View):
    """What a later message says otherwise about a concern that is a signal already; the signal is unchanged."""

    ref: str
    signal_id: UUID
    revision: int
    kind: str
    """`changed`, `withdrawn` (the concern is named no more), or `arrived`: what came of a contact recorded by hand."""
    content: dict[str, object] | None
    received_at: datetime


class IntakeView(IntakeSummary):
    """A contact with the signals that it became, as far as you see them; of a draft also what is known so far."""

    version: int
    draft: dict[str, object] | None
    attachments: list[dict[str, str]]
    settled_by_id: UUID | None
    settled_at: datetime | None
    filed: list[FiledView]
    earlier_contacts: int | None
    """How often this number got in touch before: contacts that you see, and those that became no signal. Null where
    there is no number, or you may not know who got in touch."""
    corrections: list[CorrectionView]


class CallerView(View):
    """Who got in touch."""

    relation: str
    name: str | None
    phone: str | None
    callback_allowed: bool
    safe_from: time | None
    safe_until: time | None
    wants_confidentiality: bool
    earlier_contacts: int | None
    """How often this number got in touch before: contacts that you see, and those that became no signal; null where
    there is no number."""


class RefusedItem(View):
    """A message that was rightly signed and not taken, and that no later one made good."""

    message_id: str
    contact_id: str | None
    code: str
    pointer: str | None
    times: int
    last_at: datetime


class FiledCount(View):
    """Contacts that are final and about somebody."""

    contacts: int
    signals: int
    without_signal: int
    """Of the contacts: those that were a question, an information, and no concern."""


class FiledContact(View):
    """A contact that is final and about somebody, and the signals that it became."""

    contact_id: str
    """The sender's id."""
    signals: int
    """How many it became."""
    filed: list[FiledView]
    """Those of them that you see: fewer where one is restricted."""


class NonDataContact(View):
    """A contact that is final and about nobody."""

    contact_id: str
    non_data: str
    """Why."""


class ReconciliationView(View):
    """A day of a source, to the item: `received` is the sum of `filed.contacts`, `open`, `non_data` and `refused`."""

    source: str
    day: date
    received: int
    filed: FiledCount
    open: int
    """Drafts, and what was recorded by hand and has not arrived."""
    non_data: int
    non_data_by_reason: dict[str, int]
    refused: int
    refused_by_reason: dict[str, int]
    open_contacts: list[str]
    """The sender's ids of those that are open. This list and the next three hold 20 000 at most: where one is shorter
    than its count, not all are named."""
    filed_contacts: list[FiledContact]
    non_data_contacts: list[NonDataContact]
    refused_items: list[RefusedItem]


class BatchItemView(View):
    """What became of one item."""

    index: int
    message_id: str
    status: int
    """As if it had been sent by itself."""
    replayed: bool
    taken: TakenView | None
    code: str | None
    """Why it was refused."""
    pointer: str | None


class BatchView(View):
    """What became of each item, in the order in which they were sent."""

    taken: int
    refused: int
    items: list[BatchItemView]


class HeartbeatView(View):
    """That the service is there, and what it has of the source."""

    source: str
    at: datetime
    last_message_at: datetime | None
    open_contacts: int
    taxonomy_versions: list[str]
    """Those that are known here; contacts that are told under another one are taken and marked."""
    taxonomy_version: str | None
    """The one agreed on: of those that the source named, the first that is known here. Null: there is none."""


class PlateView(View):
    """A plate with a QR code."""

    code: str
    place: str
    region_code: str
    kato: str | None
    duty_organisation_id: UUID | None
    active: bool


class PlateList(View):
    """The plates that were put."""

    items: list[PlateView]


class TopicView(View):
    """A topic."""

    code: str
    within: str | None
    name_kk: str | None
    name_ru: str | None
    name_en: str | None
    provisional_languages: list[str]
    """Languages in which the name is a proposal."""
    category: str
    to_be_supplied: bool
    """Whether the slot still waits for its name."""


class TaxonomyView(View):
    """A version of the list of topics."""

    version: str
    source: str
    topics: list[TopicView]


class UnknownVersion(View):
    """A version under which contacts were told, and that nobody loaded."""

    version: str
    contacts: int
    last_at: datetime


class UnmatchedSource(View):
    """A source that named its versions in a heartbeat, and of which none is loaded."""

    code: str
    name: str
    taxonomy_versions: list[str]
    heard_at: datetime


class TaxonomyList(View):
    """All versions."""

    items: list[TaxonomyView]
    unknown: list[UnknownVersion]
    unmatched: list[UnmatchedSource]
    """Load one of the versions of each: its contacts are taken meanwhile, and say less."""


class SourceView(View):
    """A system that sends contacts."""

    code: str
    user_id: UUID
    name: str
    active: bool
    heard_at: datetime | None
    """When its last heartbeat came; null where it never sent one."""
    taxonomy_versions: list[str] | None
    """The versions of topics that it named in a heartbeat, the one that it likes best first."""
    taxonomy_version: str | None
    """The one of them agreed on; null where none is known here, or it named none."""
    version: int


class SourceList(View):
    """All systems that send contacts."""

    items: list[SourceView]
