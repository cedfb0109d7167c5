"""What readers of the log of a person's record get: never what was seen, only that it was."""

from datetime import datetime
from uuid import UUID

from casemgmt.audit.views import AuditEventView
from casemgmt.models import View
from casemgmt.trail.wording import Act, Area


class TrailActor(View):
    """Who it was."""

    id: UUID
    name: str
    body: str
    """Name of the actor's body today, in the reader's language."""
    roles: list[str]
    """The roles held at that moment."""
    role_names: list[str]


class TrailEntryView(View):
    """One look at the record, or one act on it."""

    id: UUID
    """Of the event in the audit log: an auditor finds and proves it by this."""
    at: datetime
    actor: TrailActor | None
    """The service itself, as its own body and without a role, where nobody asked for it; None without any account."""
    act: Act
    area: Area
    text: str
    """Act and area in the reader's language."""
    on_behalf_of: UUID | None
    purpose: str | None
    """The code of the purpose or legal basis that was given, with the number of its paper."""
    purpose_text: str | None
    """The same in the reader's language."""
    case_id: UUID | None


class PersonEventView(AuditEventView):
    """An event of a person as an auditor reads it, with the roles that the actor held then."""

    roles: list[str]
    purpose: str | None
    on_behalf_of: UUID | None


class LogRequestView(View):
    """The request that an export answers."""

    number: str
    basis: str
    basis_text: str


class ExportedLineView(View):
    """One line of an export: body and roles, no name."""

    number: UUID
    at: datetime
    body: str | None
    roles: list[str]
    text: str
    purpose: str | None


class ExportedLogView(View):
    """The log of a person's record as it is given out."""

    title: str
    person_id: UUID
    request: LogRequestView
    body: str
    """Name of the body that answers."""
    language: str
    since: datetime
    until: datetime
    made_at: datetime
    note: str
    lines: list[ExportedLineView]


class UnusualActor(View):
    """Whose access it was."""

    id: UUID
    name: str
    body: str


class UnusualView(View):
    """One finding: a reason to ask, never a verdict."""

    rule: str
    text: str
    """In the reader's language."""
    actor: UnusualActor
    count: int
    threshold: int
    since: datetime
    """First event of the finding."""
    until: datetime
    """Last event of the finding."""
    event_ids: list[UUID]
    """Events in the audit log that show it, up to a hundred."""


class UnusualAccessView(View):
    """What was unusual in a part of the log."""

    since: datetime
    until: datetime
    findings: list[UnusualView]
    cut_off: list[str]
    """Rules with more than a hundred findings, of which the hundred gravest are here."""
