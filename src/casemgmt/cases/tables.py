"""Cases, their teams, persons, hand-overs, contacts with the child."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from casemgmt.db.base import CaseScoped, Scoped, Versioned, code, long_text, marked_in_error, moment, ref


class CaseRecord(Scoped, Versioned, table=True):
    """A case. `organisation_id` is accountable for it, `manager_id` is its one accountable case manager."""

    __tablename__ = "case_record"
    __table_args__ = (
        CheckConstraint("not restricted or restriction_ground is not null", name="restriction_has_ground"),
        CheckConstraint("(state = 'closed') = (closed_at is not null)", name="closed_at_when_closed"),
        Index("ix_case_record_region_opened", "region_code", "opened_at", "id"),
        Index("ix_case_record_organisation_opened", "organisation_id", "opened_at", "id"),
        Index("ix_case_record_opened", "opened_at", "id"),
        Index("ix_case_record_region_state_opened", "region_code", "state", "opened_at", "id"),
        Index("ix_case_record_organisation_state_opened", "organisation_id", "state", "opened_at", "id"),
        Index("ix_case_record_state_opened", "state", "opened_at", "id"),
        # the load of a body's managers: what is closed is no part of it, however many years it goes back
        Index("ix_case_record_load", "organisation_id", "manager_id", postgresql_where=sql("state <> 'closed'")),
    )

    id: UUID = Field(primary_key=True)
    number: str = Field(max_length=24, unique=True)
    """What people say on the telephone: region, year, serial number. Names nobody."""
    state: str = Field(max_length=24)
    manager_id: UUID = ref("app_user.id")
    restriction_ground: str | None = code("restriction_ground", nullable=True)
    restriction_note: str | None = long_text(nullable=True)
    """Why the restriction was set, or lifted."""
    restricted_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    """Who set the restriction, by an act of which it may have followed: another person lifts it."""
    help_package: str | None = code("help_package", nullable=True)
    """Package of mandatory kinds of help (code list `help_package`), e.g. `victim_5`."""
    problem_type: str | None = code("problem_type", nullable=True)
    child_categories: list[str] = Field(sa_type=ARRAY(Text), sa_column_kwargs={"server_default": "{}"})
    risk_level: str | None = code("risk_level", nullable=True)
    risk_review_on: date | None = None
    opened_at: datetime = moment()
    opened_by_id: UUID = ref("app_user.id", index=False)
    closed_at: datetime | None = moment(nullable=True)
    reopened_times: int = 0
    lists_version: str = Field(max_length=64)


class CaseMember(CaseScoped, table=True):
    """A member of the team. The manager is one of them: exactly one while the case lives (a constraint)."""

    __tablename__ = "case_member"
    __table_args__ = (
        Index("uq_case_member_now", "case_id", "user_id", unique=True, postgresql_where=sql("ended_at is null")),
        Index(
            "uq_case_member_manager",
            "case_id",
            unique=True,
            postgresql_where=sql("ended_at is null and team_role = 'manager'"),
        ),
        Index(
            "ix_case_member_absence", "absence_id", postgresql_where=sql("absence_id is not null and ended_at is null")
        ),
        Index("ix_case_member_mine", "user_id", "opened_at", "case_id", postgresql_where=sql("ended_at is null")),
    )

    id: UUID = Field(primary_key=True)
    user_id: UUID = ref("app_user.id", index=False)
    team_role: str = code("case_team_role")
    sector: str | None = code("sector", nullable=True)
    help_kind: str | None = code("help_kind", nullable=True)
    """The kind of help the member gives: notes of sessions are read within one kind only."""
    opened_at: datetime = moment()
    """When the case was opened, repeated so that 'my cases' are found in order by one index."""
    since: datetime = moment()
    ended_at: datetime | None = moment(nullable=True)
    consent_id: UUID | None = ref("consent.id", nullable=True)
    """The consent to sharing on which the place rests."""
    rests_until: datetime | None = moment(nullable=True)
    """When its ground is over: that consent, an absence, or a stay that a move left in another region. From then on the
    member sees nothing, also before anybody ended the membership."""
    absence_id: UUID | None = ref("staff_absence.id", nullable=True, index=False)
    """The absence of somebody of the team for whose time the member stands in."""
    added_by_id: UUID = ref("app_user.id", index=False)


class CasePerson(CaseScoped, table=True):
    """A person of the case: a child of it, or somebody around the child."""

    __tablename__ = "case_person"
    __table_args__ = (
        Index("uq_case_person_now", "case_id", "person_id", unique=True, postgresql_where=sql("until is null")),
    )

    id: UUID = Field(primary_key=True)
    person_id: UUID = ref("person.id")
    role: str = code("client_role")
    since: datetime = moment()
    until: datetime | None = moment(nullable=True)
    entered_in_error: bool = marked_in_error()
    """The person never belonged to the case."""
    added_by_id: UUID = ref("app_user.id", index=False)


class CaseHandover(CaseScoped, Versioned, table=True):
    """The offer of a case to another manager. Accountability passes when it is accepted, and not before."""

    __tablename__ = "case_handover"
    __table_args__ = (
        CheckConstraint("from_user_id <> to_user_id", name="two_managers"),
        Index("uq_case_handover_open", "case_id", unique=True, postgresql_where=sql("state = 'offered'")),
        Index("ix_case_handover_to", "to_user_id", "offered_at", "id"),
        Index("ix_case_handover_by", "offered_by_id", "offered_at", "id"),
    )

    id: UUID = Field(primary_key=True)
    offered_by_id: UUID = ref("app_user.id", index=False)
    """The manager, or a supervisor in the manager's place."""
    from_user_id: UUID = ref("app_user.id", index=False)
    to_user_id: UUID = ref("app_user.id", index=False)
    case_number: str = Field(max_length=24)
    """With stage and risk level as they were at the offer: all that the receiver learns before accepting."""
    stage: str = Field(max_length=24)
    risk_level: str | None = code("risk_level", nullable=True)
    reason: str = code("handover_reason")
    note: str | None = long_text(nullable=True)
    state: str = Field(max_length=16)
    offered_at: datetime = moment()
    decided_at: datetime | None = moment(nullable=True)
    decline_reason: str | None = long_text(nullable=True)


class ChildContact(CaseScoped, table=True):
    """A contact with the child itself. Without one nothing is assessed."""

    __tablename__ = "child_contact"

    id: UUID = Field(primary_key=True)
    person_id: UUID = ref("person.id")
    at: datetime = moment()
    place: str = code("child_contact_place")
    alone: bool = False
    words: str | None = long_text(nullable=True)
    note: str | None = long_text(nullable=True)
    entered_in_error: bool = marked_in_error()
    recorded_at: datetime = moment()
    recorded_by_id: UUID = ref("app_user.id", index=False)


class CaseClosure(CaseScoped, table=True):
    """One proposal to close the case, the second person's decision on it, and what reopened the case afterwards."""

    __tablename__ = "case_closure"
    __table_args__ = (
        CheckConstraint("decided_by_id is null or decided_by_id <> proposed_by_id", name="second_person_decides"),
        CheckConstraint("(approved is null) = (decided_at is null)", name="decided_whole"),
        CheckConstraint("reopened_at is null or approved", name="reopened_after_approval"),
        Index("uq_case_closure_open", "case_id", unique=True, postgresql_where=sql("decided_at is null")),
    )

    id: UUID = Field(primary_key=True)
    reason: str = code("closure_reason")
    note: str = long_text()
    from_state: str = Field(max_length=24)
    """The stage to which a returned closure goes back."""
    proposed_at: datetime = moment()
    proposed_by_id: UUID = ref("app_user.id", index=False)
    approved: bool | None = None
    """False: returned to the stage that it came from."""
    decided_at: datetime | None = moment(nullable=True)
    decided_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    decision_note: str | None = long_text(nullable=True)
    plan_id: UUID | None = ref("plan.id", nullable=True, index=False)
    """The plan in force when the closure was proposed."""
    outcomes: list[dict[str, Any]] = Field(sa_type=JSONB, sa_column_kwargs={"server_default": "[]"})
    """What became of each goal of that plan by then (`closure.Outcome`): a later word on a goal changes no act."""
    reopened_at: datetime | None = moment(nullable=True)
    reopened_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    reopen_reason: str | None = code("reopen_reason", nullable=True)
    reopen_note: str | None = long_text(nullable=True)
