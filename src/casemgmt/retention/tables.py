"""Holds, erasure requests, plans of destruction: ids, codes and the papers they rest on, no child's content."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import text as sql
from sqlmodel import Field

from casemgmt.db.base import Row, Versioned, document, moment, ref


class LegalHold(Versioned, table=True):
    """An order that nothing of a case, person, family or signal is destroyed. It wins over terms and over requests."""

    __tablename__ = "legal_hold"
    __table_args__ = (
        CheckConstraint("kind in ('legal', 'court')", name="kind_known"),
        CheckConstraint("target_type in ('case', 'person', 'family', 'signal')", name="target_known"),
        CheckConstraint("lifted_by_id is null or lifted_by_id <> lift_requested_by_id", name="second_person_lifts"),
        CheckConstraint("(state = 'lifted') = (lifted_at is not null)", name="lifted_whole"),
        Index("ix_legal_hold_in_force", "target_id", postgresql_where=sql("state <> 'lifted'")),
        Index("ix_legal_hold_newest", "placed_at", "id"),
    )

    id: UUID = Field(primary_key=True)
    state: str = Field(max_length=16)
    kind: str = Field(max_length=8)
    target_type: str = Field(max_length=8)
    target_id: UUID
    authority: str
    """The court or body that ordered it."""
    number: str = Field(max_length=120)
    """Of the paper that orders it."""
    reason: str
    from_on: date
    review_on: date
    placed_by_id: UUID = ref("app_user.id", index=False)
    placed_at: datetime = moment()
    reviewed_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    reviewed_at: datetime | None = moment(nullable=True)
    lift_reason: str | None = None
    lift_requested_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    lift_requested_at: datetime | None = moment(nullable=True)
    lifted_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    lifted_at: datetime | None = moment(nullable=True)


class ErasureRequest(Versioned, table=True):
    """A lawful request to erase what is held about a person, the second person's decision, and what came of it."""

    __tablename__ = "erasure_request"
    __table_args__ = (
        CheckConstraint("decided_by_id is null or decided_by_id <> requested_by_id", name="second_person_decides"),
        CheckConstraint("(state = 'executed') = (executed_at is not null)", name="executed_whole"),
        Index(
            "uq_erasure_request_open",
            "person_id",
            unique=True,
            postgresql_where=sql("state in ('requested', 'approved')"),
        ),
        Index("ix_erasure_request_newest", "requested_at", "id"),
    )

    id: UUID = Field(primary_key=True)
    person_id: UUID = ref("person.id")
    state: str = Field(max_length=16)
    ground: str = Field(max_length=32)
    reference: str = Field(max_length=120)
    """Number of the letter, decision or order; no name."""
    received_on: date
    requested_by_id: UUID = ref("app_user.id", index=False)
    requested_at: datetime = moment()
    decided_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    decided_at: datetime | None = moment(nullable=True)
    decline_reason: str | None = Field(default=None, max_length=32)
    executed_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    executed_at: datetime | None = moment(nullable=True)
    result: list[dict[str, Any]] | None = document(nullable=True)
    """Item by item what was erased and what stays, with the reason: ids and codes only."""


class RetentionPlan(Versioned, table=True):
    """What would be destroyed as of a moment: a dry run, executed only when a second person approved its digest."""

    __tablename__ = "retention_plan"
    __table_args__ = (
        CheckConstraint("approved_by_id is null or approved_by_id <> made_by_id", name="second_person_approves"),
        CheckConstraint("state not in ('approved', 'completed') or approved_at is not null", name="approved_first"),
        Index("ix_retention_plan_newest", "made_at", "id"),
    )

    id: UUID = Field(primary_key=True)
    state: str = Field(max_length=16)
    as_of: datetime = moment()
    schedule: list[dict[str, Any]] = document()
    """The terms as they were applied, each with its status."""
    schedule_digest: str = Field(max_length=64)
    held_back: list[dict[str, Any]] = document()
    """By class and reason, how many records whose term is over stay all the same."""
    digest: str = Field(max_length=64)
    """Over the terms and every item: what the second person approves."""
    made_by_id: UUID = ref("app_user.id", index=False)
    made_at: datetime = moment()
    approved_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    approved_at: datetime | None = moment(nullable=True)
    completed_at: datetime | None = moment(nullable=True)


class RetentionItem(Row, table=True):
    """One record of a plan, or all rows of a technical class up to a moment, and what became of it."""

    __tablename__ = "retention_item"
    __table_args__ = (
        CheckConstraint("outcome in ('destroyed', 'left_out')", name="outcome_known"),
        Index("ix_retention_item_left", "plan_id", "position", postgresql_where=sql("outcome is null")),
    )

    plan_id: UUID = ref("retention_plan.id", primary=True)
    position: int = Field(primary_key=True)
    record_class: str = Field(max_length=40)
    record_id: UUID | None = None
    """None of a technical class: then it is every row before `ended_before`."""
    ended_before: datetime | None = moment(nullable=True)
    due_since: datetime = moment()
    """When the term was over."""
    rows: int
    """How many rows: counted when planned, and again when destroyed."""
    fingerprint: str = Field(max_length=64)
    """Changes with everything on which the item rests: what changed since is left out."""
    outcome: str | None = Field(default=None, max_length=12)
    reason: str | None = Field(default=None, max_length=32)
    done_at: datetime | None = moment(nullable=True)
