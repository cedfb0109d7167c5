"""Bodies, users, roles held, log-ins, mobile groups."""

from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, Text
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
    """A person who works with the service, a machine account, or, once, the service itself (`access/system.py`).

    The reach columns are worked out by a trigger from the roles held, never written by the service.
    """

    __tablename__ = "app_user"
    __table_args__ = (
        CheckConstraint("kind in ('person', 'service', 'system')", name="kind_known"),
        CheckConstraint("(kind = 'system') = (organisation_id is null)", name="system_without_body"),
        CheckConstraint("kind = 'service' or scopes is null", name="scopes_of_machines"),
        Index("ix_app_user_name", "family_name", "id"),
        Index("ix_app_user_organisation_name", "organisation_id", "family_name", "id"),
    )

    id: UUID = Field(primary_key=True)
    username: str = Field(max_length=120, unique=True)
    kind: str = Field(default="person", max_length=8)
    family_name: str
    given_name: str
    patronymic: str | None = None
    match_key: str | None = None
    """Search key of the name, as persons have it: a look at somebody of a colleague's name is found by it."""
    sector: str | None = code("sector", nullable=True)
    organisation_id: UUID = ref("organisation.id", nullable=True, index=False)
    """Of nobody but the service itself null."""
    active: bool = True
    scopes: list[str] | None = Field(default=None, sa_type=ARRAY(Text), nullable=True)
    """Of a machine account: the permissions that it may use of those its role carries; all of them where null."""
    authz_version: int = 1
    signal_reach: str = Field(default="none", max_length=12)
    case_reach: str = Field(default="none", max_length=12)
    flags: list[str] = Field(sa_type=ARRAY(Text), sa_column_kwargs={"server_default": "{}"})
    rights_until: datetime | None = moment(nullable=True)
    """When the next of the roles ends. What was worked out of them holds no longer than that."""


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
        Index("ix_user_role_ends", "ends_at", postgresql_where=sql("revoked_at is null and ends_at is not null")),
        Index("uq_user_role_held", "user_id", "role", unique=True, postgresql_where=sql("revoked_at is null")),
        CheckConstraint("granted_by_id <> user_id", name="not_to_oneself"),
        CheckConstraint("approved_by_id <> user_id and approved_by_id <> granted_by_id", name="second_person"),
    )

    id: UUID = Field(primary_key=True)
    user_id: UUID = ref("app_user.id")
    role: str = Field(max_length=40)
    granted_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    """Who asked for it; null for the first administrators, who are made on the command line."""
    approved_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    granted_at: datetime = moment()
    ends_at: datetime | None = moment(nullable=True)
    """Until when it was given; from that moment it is none, whether or not anybody noted it."""
    warned_at: datetime | None = moment(nullable=True)
    """When its holder and the head were told that it is about to end."""
    revoked_at: datetime | None = moment(nullable=True)
    """When it was taken back, or its end was noted."""


class AuthSession(Row, table=True):
    """One log-in: a chain of refresh tokens, of which only the newest holds. Reached through functions only."""

    __tablename__ = "auth_session"

    id: UUID = Field(primary_key=True)
    user_id: UUID = ref("app_user.id")
    refresh_hash: str = Field(max_length=64)
    previous_hash: str | None = Field(default=None, max_length=64)
    """Of a display: the token before, which holds until its successor was shown (decision on the board)."""
    created_at: datetime = moment()
    refreshed_at: datetime = moment()
    expires_at: datetime = moment()
    revoked_at: datetime | None = moment(nullable=True)
    second_factor: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})
    """Whether the log-in showed a second factor; without it no session acts with roles that demand one."""
    factor_at: datetime | None = moment(nullable=True)
    """When the second factor was last shown in it, here or at the identity provider."""
    client_secret_id: UUID | None = ref("client_secret.id", nullable=True)
    """The secret by which a machine account came in: the session ends with it."""
    client_name: str | None = Field(default=None, max_length=80)
    """What the client calls itself, for the list of one's sessions. No address and no place."""


class IdentityLink(Row, table=True):
    """A subject of the identity provider that two persons linked to an account."""

    __tablename__ = "identity_link"
    __table_args__ = (
        CheckConstraint("linked_by_id <> user_id", name="not_for_oneself"),
        CheckConstraint("approved_by_id <> user_id and approved_by_id <> linked_by_id", name="second_person"),
        Index(
            "uq_identity_link_subject",
            "issuer",
            "subject",
            unique=True,
            postgresql_where=sql("unlinked_at is null"),
        ),
    )

    id: UUID = Field(primary_key=True)
    user_id: UUID = ref("app_user.id")
    issuer: str
    subject: str
    linked_by_id: UUID = ref("app_user.id", index=False)
    approved_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    linked_at: datetime = moment()
    unlinked_at: datetime | None = moment(nullable=True)


class ClientSecret(Row, table=True):
    """A secret of a machine account, as its digest: two hold at once, so that one is replaced without a gap.

    Reached through functions only.
    """

    __tablename__ = "client_secret"
    __table_args__ = (CheckConstraint("approved_by_id <> created_by_id", name="second_person"),)

    id: UUID = Field(primary_key=True)
    user_id: UUID = ref("app_user.id")
    digest: str = Field(max_length=64)
    created_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    approved_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    created_at: datetime = moment()
    expires_at: datetime = moment()
    last_used_at: datetime | None = moment(nullable=True)
    revoked_at: datetime | None = moment(nullable=True)


class SigningSecret(Row, table=True):
    """A secret by which a system signs what it sends, sealed by the service: it makes signatures, so no digest will do.

    Two hold at once, so that one is replaced without a gap. Each has a session of its own, with which it ends.
    Reached through functions only.
    """

    __tablename__ = "signing_secret"
    __table_args__ = (CheckConstraint("approved_by_id <> created_by_id", name="second_person"),)

    id: UUID = Field(primary_key=True)
    user_id: UUID = ref("app_user.id")
    sealed: bytes
    session_id: UUID = Field(foreign_key="auth_session.id", ondelete="CASCADE", index=True)
    """Deleted with it when the term of ended sessions is over."""
    created_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    approved_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    created_at: datetime = moment()
    expires_at: datetime = moment()


class LoginAttempt(Row, table=True):
    """A log-in that has not succeeded, by keyed hashes: the name itself may be a password typed too soon.

    It is written before the password is looked at, so that many tries at once are counted too.
    """

    __tablename__ = "login_attempt"

    id: UUID = Field(primary_key=True)
    name_hash: str = Field(max_length=64, index=True)
    address_hash: str = Field(max_length=64, index=True)
    device_hash: str | None = Field(default=None, max_length=64)
    """A device on which the user logged in before."""
    at: datetime = moment(index=True)


class SecondFactor(Row, table=True):
    """The secret of a user's authenticator, sealed by the service. Reached through functions only."""

    __tablename__ = "second_factor"

    user_id: UUID = ref("app_user.id", primary=True)
    sealed_secret: bytes
    enrolled_at: datetime = moment()
    confirmed_at: datetime | None = moment(nullable=True)
    """When its first code was shown; before that it does not count."""
    last_step: int = Field(sa_type=BigInteger)
    """Half minute of the newest code that was used: no code of it or of an earlier one holds."""


class RecoveryCode(Row, table=True):
    """A code for the day on which the authenticator is lost. Used once. Reached through functions only."""

    __tablename__ = "recovery_code"

    id: UUID = Field(primary_key=True)
    user_id: UUID = ref("app_user.id")
    code_hash: str = Field(max_length=64)
    used_at: datetime | None = moment(nullable=True)


class LoginChallenge(Row, table=True):
    """A log-in whose password was right and whose second factor is due. Reached through functions only."""

    __tablename__ = "login_challenge"

    id: UUID = Field(primary_key=True)
    user_id: UUID = ref("app_user.id")
    attempt_id: UUID
    need: str = Field(max_length=12)
    tries: int
    expires_at: datetime = moment()
    used_at: datetime | None = moment(nullable=True)


class FactorRemoval(Row, table=True):
    """An administrator's request to take a user's second factor away, and the decision of another administrator."""

    __tablename__ = "factor_removal"
    __table_args__ = (
        CheckConstraint("requested_by_id <> user_id and decided_by_id <> user_id", name="not_for_oneself"),
        CheckConstraint("decided_by_id <> requested_by_id", name="two_persons"),
        CheckConstraint("(decided_by_id is null) = (decided_at is null)", name="decided_by_somebody"),
        Index("uq_factor_removal_open", "user_id", unique=True, postgresql_where=sql("decided_at is null")),
    )

    id: UUID = Field(primary_key=True)
    user_id: UUID = ref("app_user.id")
    reason: str
    requested_by_id: UUID = ref("app_user.id", index=False)
    requested_at: datetime = moment()
    decided_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    decided_at: datetime | None = moment(nullable=True)
    granted: bool = False


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
    rests_until: datetime | None = moment(nullable=True)
    """Of who stands in: from then on it is no place any more, also before anybody noted its end."""
    absence_id: UUID | None = ref("staff_absence.id", nullable=True)
    """The absence of the member for whose time this one stands in."""


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
