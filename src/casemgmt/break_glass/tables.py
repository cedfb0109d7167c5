"""Grants of break-glass."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import text as sql
from sqlmodel import Field

from casemgmt.db.base import CaseScoped, Versioned, code, long_text, moment, ref


class BreakGlassGrant(CaseScoped, Versioned, table=True):
    """Somebody's look at a hidden case for a few minutes. It stays for ever, with the verdict of its review."""

    __tablename__ = "break_glass_grant"
    __table_args__ = (
        CheckConstraint("reviewed_by_id <> user_id", name="second_person_reviews"),
        CheckConstraint("(state = 'awaiting_review') = (reviewed_at is null)", name="reviewed_whole"),
        CheckConstraint("expires_at > opened_at", name="moments_in_order"),
        Index("ix_break_glass_grant_user", "user_id", "opened_at", "id"),
        Index("ix_break_glass_grant_reviews", "review_body_id", "opened_at", "id"),
        Index(
            "ix_break_glass_grant_unreviewed",
            "review_body_id",
            "review_due_at",
            postgresql_where=sql("state = 'awaiting_review'"),
        ),
    )

    id: UUID = Field(primary_key=True)
    user_id: UUID = ref("app_user.id", index=False)
    reason: str = code("break_glass_reason")
    note: str = long_text()
    """Why, in words: read by the team and by those who review."""
    state: str = Field(max_length=16)
    opened_at: datetime = moment()
    expires_at: datetime = moment()
    ended_at: datetime | None = moment(nullable=True)
    """When the holder gave it back before its time."""
    review_body_id: UUID = ref("organisation.id", index=False)
    """Whose supervisors review it: the accountable body, or another where only the holder could."""
    review_due_at: datetime = moment()
    reviewed_at: datetime | None = moment(nullable=True)
    reviewed_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    review_note: str | None = long_text(nullable=True)
