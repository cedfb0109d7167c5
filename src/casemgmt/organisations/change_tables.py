"""What two persons decide about an account, the code by which its owner alone begins, and who is told of it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from casemgmt.db.base import Row, Versioned, code, long_text, moment, ref


class AccountChange(Versioned, table=True):
    """Something that lets an account come in or see more: an administrator asks, a second person decides.

    What was asked for never changes. The database lets it take effect (`db/sql/65_account_changes.sql`), nobody else.
    """

    __tablename__ = "account_change"
    __table_args__ = (
        CheckConstraint(
            "kind in ('role', 'start', 'machine', 'identity', 'body', 'activation', 'scopes', 'group', 'signing')",
            name="kind_known",
        ),
        CheckConstraint(
            "(kind = 'role') = (role is not null) and (kind = 'body') = (to_organisation_id is not null)"
            " and (kind = 'identity') = (issuer is not null) and (issuer is null) = (subject is null)"
            " and (kind in ('machine', 'signing')) = (days is not null) and (kind = 'scopes' or scopes is null)"
            " and (kind in ('start', 'machine', 'signing')) = (first_digest is not null)"
            " and (kind = 'signing' or sealed_first is null)"
            " and (kind = 'group') = (group_id is not null) and (group_id is null) = (sector is null)"
            " and (group_id is null) = (is_lead is null)",
            name="says_what_it_is",
        ),
        CheckConstraint("role_ends_at is null or kind = 'role'", name="end_of_a_role"),
        CheckConstraint("requested_by_id <> user_id and decided_by_id <> user_id", name="not_for_oneself"),
        CheckConstraint("decided_by_id <> requested_by_id", name="two_persons"),
        CheckConstraint(
            "(state in ('granted', 'declined')) = (decided_by_id is not null)"
            " and (decided_by_id is null) = (decided_at is null)",
            name="decided_by_somebody",
        ),
        Index(
            "uq_account_change_open",
            "user_id",
            "kind",
            "role",
            "subject",
            "group_id",
            unique=True,
            postgresql_where=sql("state = 'open'"),
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_account_change_requested", "requested_at", "id"),
        Index("ix_account_change_body", "organisation_id", "requested_at", "id"),
    )

    id: UUID = Field(primary_key=True)
    user_id: UUID = ref("app_user.id")
    user_version: int
    """Version of the account that was looked at: a decision on another one is none."""
    organisation_id: UUID = ref("organisation.id", index=False)
    """The body whose heads may decide: the one in which the account will then work, or that coordinates the group."""
    nationwide: bool
    """Whether the account reaches, or would reach, the country or every account: then another administrator decides."""
    kind: str = Field(max_length=12)
    role: str | None = Field(default=None, max_length=40)
    role_ends_at: datetime | None = moment(nullable=True)
    """Until when the role is asked for; null where until it is taken back."""
    to_organisation_id: UUID | None = ref("organisation.id", nullable=True, index=False)
    issuer: str | None = None
    subject: str | None = None
    scopes: list[str] | None = Field(default=None, sa_type=ARRAY(Text), nullable=True)
    """All of the role's permissions where null."""
    days: int | None = None
    group_id: UUID | None = ref("mobile_group.id", nullable=True, index=False)
    sector: str | None = code("sector", nullable=True)
    is_lead: bool | None = None
    first_digest: str | None = Field(default=None, max_length=64)
    """Of the half that was shown to who asked."""
    sealed_first: str | None = None
    """That half itself, of a signing secret alone, until it is granted: the service must know the whole."""
    reason: str = long_text()
    state: str = Field(max_length=16)
    requested_by_id: UUID = ref("app_user.id", index=False)
    requested_at: datetime = moment()
    expires_at: datetime = moment()
    decided_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    decided_at: datetime | None = moment(nullable=True)


class StartCode(Row, table=True):
    """A code by which the owner of an account sets a password, as a keyed hash. Reached through functions only."""

    __tablename__ = "start_code"

    user_id: UUID = ref("app_user.id", primary=True)
    code_hash: str = Field(max_length=64)
    made_at: datetime = moment()
    expires_at: datetime = moment()


class AccountNotice(Row, table=True):
    """What somebody is told of an account: the own one, or one of the body that the reader heads."""

    __tablename__ = "account_notice"
    __table_args__ = (
        Index("ix_account_notice_reader", "reader_id", "at", "id"),
        Index("ix_account_notice_unread", "reader_id", "at", "id", postgresql_where=sql("read_at is null")),
    )

    id: UUID = Field(primary_key=True)
    reader_id: UUID = ref("app_user.id", index=False)
    user_id: UUID = ref("app_user.id")
    kind: str = Field(max_length=24)
    at: datetime = moment()
    read_at: datetime | None = moment(nullable=True)
