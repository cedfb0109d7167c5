"""What readers of cases get."""

from datetime import date, datetime
from uuid import UUID

from casemgmt.models import AllowedActionView, View


class CaseSummary(View):
    """A case in a list."""

    id: UUID
    number: str
    state: str
    risk_level: str | None
    restricted: bool
    manager_id: UUID
    region_code: str | None
    organisation_id: UUID
    opened_at: datetime


class CasePersonView(View):
    """A person of the case, by id: names are read with the person."""

    person_id: UUID
    role: str
    since: datetime


class CaseMemberView(View):
    """A member of the team."""

    id: UUID
    user_id: UUID
    team_role: str
    sector: str | None
    help_kind: str | None
    since: datetime


class OpenHandoverView(View):
    """The hand-over that waits for its receiver."""

    id: UUID
    to_user_id: UUID
    reason: str
    offered_at: datetime


class CaseClosureView(View):
    """One proposal to close the case and what became of it."""

    id: UUID
    reason: str
    note: str
    from_state: str
    proposed_at: datetime
    proposed_by_id: UUID
    approved: bool | None
    decided_at: datetime | None
    decided_by_id: UUID | None
    decision_note: str | None
    reopened_at: datetime | None
    reopened_by_id: UUID | None
    reopen_reason: str | None
    reopen_note: str | None


class CaseView(CaseSummary):
    """A case in full, with what the reader may do on it now."""

    version: int
    restriction_ground: str | None
    restriction_note: str | None
    restricted_by_id: UUID | None
    """Another person lifts the restriction."""
    help_package: str | None
    problem_type: str | None
    child_categories: list[str]
    risk_review_on: date | None
    opened_by_id: UUID
    closed_at: datetime | None
    reopened_times: int
    persons: list[CasePersonView]
    team: list[CaseMemberView]
    signal_ids: list[UUID]
    current_plan_id: UUID | None
    open_handover: OpenHandoverView | None
    closures: list[CaseClosureView]
    """Oldest first."""
    allowed_actions: list[AllowedActionView]


class MemberAdded(CaseView):
    """The case after somebody joined its team."""

    possible_kin: bool
    """The new member bears the family name of somebody in the case: ask, and declare a conflict where there is one."""


class CaseOpened(View):
    """The answer to the opening: the opener need not be on the team, and then sees no more of the case."""

    id: UUID
    number: str
    manager_id: UUID
    organisation_id: UUID
    possible_kin: bool
    """The manager bears the family name of somebody in the case: ask, and declare a conflict where there is one."""


class RestrictionChanged(View):
    """The answer to a restriction: who is not on the team has lost sight of the case with it."""

    case_id: UUID
    restricted: bool
    version: int
    visible: bool
    """The case is still in your sight."""


class HandoverView(View):
    """The offer of a case: all that its receiver learns before accepting."""

    id: UUID
    case_id: UUID
    case_number: str
    stage: str
    risk_level: str | None
    from_user_id: UUID
    to_user_id: UUID
    offered_by_id: UUID
    reason: str
    note: str | None
    state: str
    offered_at: datetime
    decided_at: datetime | None
    decline_reason: str | None
    version: int
    allowed_actions: list[AllowedActionView]


class HandoverEnded(View):
    """The answer to a hand-over that ended without passing the case."""

    id: UUID
    state: str
    decided_at: datetime
