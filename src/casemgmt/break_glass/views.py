"""What readers of break-glass get."""

from datetime import date, datetime
from uuid import UUID

from casemgmt.models import AllowedActionView, View


class GrantView(View):
    """A grant, for its holder, the team of the case and the reviewers."""

    id: UUID
    case_id: UUID
    user_id: UUID
    reason: str
    note: str
    state: str
    opened_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    review_body_id: UUID
    review_due_at: datetime
    review_overdue: bool
    reviewed_at: datetime | None
    reviewed_by_id: UUID | None
    review_note: str | None
    version: int
    allowed_actions: list[AllowedActionView]


class GlassAddress(View):
    """A plain address; a protected one is never here."""

    kind: str
    kato: str | None
    line: str | None


class GlassPerson(View):
    """A person of the case, as far as somebody in the street needs to know."""

    person_id: UUID
    role: str
    family_name: str | None
    given_name: str | None
    patronymic: str | None
    sex: str
    birth_year: int | None
    birth_date: date | None
    addresses: list[GlassAddress]


class GlassManager(View):
    """Who answers for the case, and where."""

    user_id: UUID
    family_name: str
    given_name: str
    patronymic: str | None
    organisation_id: UUID
    organisation_name: str


class GlassCase(View):
    """What a grant shows: no notes, no reporter, no protected address, nothing of adoption, health or numbers."""

    grant_id: UUID
    expires_at: datetime
    case_id: UUID
    number: str
    state: str
    risk_level: str | None
    risk_review_on: date | None
    region_code: str | None
    opened_at: datetime
    manager: GlassManager
    persons: list[GlassPerson]
    warnings: list[str]
    """Codes of `visitor_warning`."""
