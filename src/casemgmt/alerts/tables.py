"""Alerts, and the places from which somebody logs in."""

import datetime as dt
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field

from casemgmt.db.base import Row, Versioned, long_text, moment, ref


class SecurityAlert(Versioned, table=True):
    """Something about an account that somebody looks into; at most one of a kind for an account and a day."""

    __tablename__ = "security_alert"
    __table_args__ = (
        UniqueConstraint("user_id", "kind", "day"),
        CheckConstraint("closed_by_id <> user_id", name="not_by_oneself"),
        CheckConstraint("(closed_by_id is null) = (closed_at is null)", name="closed_by_somebody"),
        Index("ix_security_alert_newest", "raised_at", "id"),
        Index("ix_security_alert_open", "raised_at", "id", postgresql_where=sql("state = 'open'")),
    )

    id: UUID = Field(primary_key=True)
    kind: str = Field(max_length=32)
    audience: str = Field(max_length=12)
    user_id: UUID = ref("app_user.id", index=False)
    """Whose access or log-in it was."""
    organisation_id: UUID = ref("organisation.id", index=False)
    """The body of the account at that moment: it hears of its staff of then."""
    day: dt.date
    """In Kazakhstan."""
    state: str = Field(max_length=16)
    raised_at: dt.datetime = moment()
    count: int | None = None
    threshold: int | None = None
    minutes: int | None = None
    """The short time within which was counted, where the rule has one."""
    since: dt.datetime = moment()
    until: dt.datetime = moment()
    """First and last event of what was found; of a log-in the moment itself."""
    closed_at: dt.datetime | None = moment(nullable=True)
    closed_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    note: str | None = long_text(nullable=True)


class LoginPlace(Row, table=True):
    """A sign by which the log-ins of an account are known, as a keyed hash. Reached through functions only."""

    __tablename__ = "login_place"
    __table_args__ = (CheckConstraint("sign in ('network', 'client')", name="sign_known"),)

    user_id: UUID = ref("app_user.id", primary=True)
    sign: str = Field(primary_key=True, max_length=8)
    hash: str = Field(primary_key=True, max_length=64)
    first_seen_at: dt.datetime = moment()
    last_seen_at: dt.datetime = moment()
