"""What auditors get: who did or saw what, and when. Ids and names of fields, never the content."""

from datetime import datetime
from uuid import UUID

from casemgmt.models import View


class AuditEventView(View):
    """One event."""

    id: UUID
    at: datetime
    kind: str
    outcome: str
    actor_id: UUID | None
    session_id: UUID | None
    request_id: str
    reason: str | None
    record_type: str
    record_ids: list[UUID]
    case_id: UUID | None
    signal_id: UUID | None
    fields: list[str]


class TreeHeadView(View):
    """A head of the log. All but `signature` is what was signed: as JSON with sorted keys and no spaces."""

    type: str
    format: int
    log: str
    size: int
    root: str
    sealed_at: str
    horizon: str
    generation: int
    key: str
    signature: str


class AuditKeyView(View):
    """A public key of Ed25519 that heads are signed with, and when it held."""

    id: str
    public_key: str
    valid_from: str | None
    valid_until: str | None
    endorsed_by: str | None
    endorsement: str | None


class AuditKeysView(View):
    """All keys of the log, oldest first. `casemgmt audit verify --key` reads this document as it is."""

    items: list[AuditKeyView]


class InclusionProofView(View):
    """The proof of RFC 9162 that a leaf stands in the tree of a head: hashes from the leaf's sibling up to the root."""

    position: int
    leaf_hash: str
    path: list[str]
    head: TreeHeadView


class ConsistencyProofView(View):
    """The proof of RFC 9162 that the tree of `first` is the beginning of the tree of `second`."""

    path: list[str]
    first: TreeHeadView
    second: TreeHeadView


class CommitmentView(View):
    """A changed field, with salted commitments to what it held; null where there was nothing on that side."""

    record: str
    field: str
    before: str | None
    after: str | None


class EventDocumentView(View):
    """An event as it was hashed: as JSON with sorted keys and no spaces it is the content of its leaf."""

    format: int
    id: str
    at: str
    xid: str
    kind: str
    outcome: str
    actor_id: str | None
    on_behalf_of: str | None
    session_id: str | None
    request_id: str
    purpose: str | None
    reason: str | None
    record_type: str
    record_ids: list[str]
    case_id: str | None
    signal_id: str | None
    fields: list[str]
    changes: list[CommitmentView] | None


class SealedEventView(View):
    """An event with the proof that it stands in the log. Without an event its leaf alone is left: it was removed."""

    event: EventDocumentView | None
    seal: str
    proof: InclusionProofView


class SealingHolderView(View):
    """The transaction for whose end younger events wait, anywhere in the database cluster."""

    transaction: int
    process: int | None
    application: str | None
    database: str | None
    since: datetime


class WitnessView(View):
    """How far an outside witness has been told."""

    name: str
    size: int
    events_behind: int
    told_at: datetime | None
    failing_since: datetime | None


class SealingView(View):
    """How far the log is sealed. `held_by` says what the events wait for; null where nothing but the sealer is due."""

    size: int
    sealed_at: datetime | None
    late: bool
    waiting_since: datetime | None
    seconds_waiting: int
    held_by: SealingHolderView | None
    witnesses: list[WitnessView]
