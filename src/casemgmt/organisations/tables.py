"""Bodies, users, roles held, log-ins, mobile groups."""

from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from casemgmt.db.base import Row, Versioned, code, moment, ref


class Organisation(Versioned, table=True):
    """A body: contact centre, child-rights department, family support centre, school. Holds no secret address."""

    __tablename__ = "organisation"
    __table_args__ = (Index("ix_organisation_name", "name_ru", "id"),)

    id: UUID = Field(primary_key=True)
    kind: str = code("organisation_kind")
    sector: str | None = code("sector", nullable=True)
    name_kk: str
    name_ru: str
    name_en: str
    region_code: str | None = Field(default=None, max_length=5)
    parent_id: UUID | None = ref("organisation.id", nullable=True)
    active: bool = True


class AppUser(Versioned, table=True):
    """A person who works with the service, or a machine account.

    The reach columns are worked out by a trigger from the roles held, never written by the service.
    """

    __tablename__ = "app_user"
    __table_args__ = (
        CheckConstraint("kind in ('person', 'service')", name="kind_known"),
        Index("ix_app_user_name", "family_name", "id"),
        Index("ix_app_user_organisation_name", "organisation_id", "family_name", "id"),
    )

    id: UUID = Field(primary_key=True)
    username: str = Field(max_length=120, unique=True)
    kind: str = Field(default="person", max_length=8)
    family_name: str
    given_name: str
    patronymic: str | None = None
    sector: str | None = code("sector", nullable=True)
    organisation_id: UUID = ref("organisation.id", index=False)
    active: bool = True
    authz_version: int = 1
    signal_reach: str = Field(default="none", max_length=12)
    case_reach: str = Field(default="none", max_length=12)
    flags: list[str] = Field(sa_type=ARRAY(Text), sa_column_kwargs={"server_default": "{}"})


class UserCredential(Row, table=True):
    """The password of a user. The service has no right on this table: named functions read and write it."""

    __tablename__ = "user_credential"

    user_id: UUID = ref("app_user.id", primary=True)
    password_hash: str
    changed_at: datetime = moment()


class UserRole(Row, table=True):
    """A role held by a user, with its dates."""

    __tablename__ = "user_role"
    __table_args__ = (
        Index("uq_user_role_held", "user_id", "role", unique=True, postgresql_where=sql("revoked_at is null")),
    )

    id: UUID = Field(primary_key=True)
    user_id: UUID = ref("app_user.id")
    role: str = Field(max_length=40)
    granted_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    granted_at: datetime = moment()
    revoked_at: datetime | None = moment(nullable=True)


class AuthSession(Row, table=True):
    """One log-in: a chain of refresh tokens, of which only the newest holds. Reached through functions only."""

    __tablename__ = "auth_session"

    id: UUID = Field(primary_key=True)
    user_id: UUID = ref("app_user.id")
    refresh_hash: str = Field(max_length=64)
    created_at: datetime = moment()
    refreshed_at: datetime = moment()
    expires_at: datetime = moment()
    revoked_at: datetime | None = moment(nullable=True)


class LoginAttempt(Row, table=True):
    """A log-in that has not succeeded, by a keyed hash of the name: the name itself may be a password typed too soon.

    It is written before the password is looked at, so that many tries at once are counted too.
    """

    __tablename__ = "login_attempt"

    id: UUID = Field(primary_key=True)
    name_hash: str = Field(max_length=64, index=True)
    at: datetime = moment(index=True)


class MobileGroup(Versioned, table=True):
    """A mobile group: members of four sectors who go out to a family, coordinated by a support centre."""

    __tablename__ = "mobile_group"
    __table_args__ = (Index("ix_mobile_group_name", "name", "id"),)

    id: UUID = Field(primary_key=True)
    organisation_id: UUID = ref("organisation.id")
    region_code: str = Field(max_length=5, index=True)
    name: str
    active: bool = True
    roster_changed_at: datetime | None = moment(nullable=True)
    """When members, areas or duty times were last changed: the version of the group rises with them."""


class MobileGroupMember(Row, table=True):
    """Membership of a mobile group, with its dates."""

    __tablename__ = "mobile_group_member"
    __table_args__ = (
        Index(
            "uq_mobile_group_member_now",
            "group_id",
            "user_id",
            unique=True,
            postgresql_where=sql("until is null"),
        ),
    )

    id: UUID = Field(primary_key=True)
    group_id: UUID = ref("mobile_group.id")
    user_id: UUID = ref("app_user.id")
    sector: str = code("sector")
    is_lead: bool = False
    since: datetime = moment()
    until: datetime | None = moment(nullable=True)


class MobileGroupArea(Row, table=True):
    """A duty area: all places whose KATO code starts with the prefix."""

    __tablename__ = "mobile_group_area"

    group_id: UUID = ref("mobile_group.id", primary=True)
    kato_prefix: str = Field(primary_key=True, max_length=9)
    removed_at: datetime | None = moment(nullable=True)


class MobileGroupDuty(Row, table=True):
    """Duty times: weekday (1 Monday to 7 Sunday) from and until, local time; or one dated day instead of a weekday.

    A time until that is not later than the time from lies on the next day; equal times are a whole day.
    """

    __tablename__ = "mobile_group_duty"
    __table_args__ = (
        CheckConstraint("(weekday is null) <> (on_date is null)", name="weekday_or_date"),
        CheckConstraint("weekday between 1 and 7", name="weekday_known"),
    )

    id: UUID = Field(primary_key=True)
    group_id: UUID = ref("mobile_group.id")
    weekday: int | None = None
    on_date: date | None = None
    from_time: time
    until_time: time
    removed_at: datetime | None = moment(nullable=True)
