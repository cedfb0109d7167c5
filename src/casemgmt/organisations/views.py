"""What readers of bodies, users and mobile groups get."""

from datetime import date, datetime, time
from typing import Literal
from uuid import UUID

from casemgmt.models import AllowedActionView, View

Duty = Literal["on", "off", "unknown"]
"""`unknown`: no duty times are recorded for the group."""


class MeView(View):
    """The signed-in account."""

    id: UUID
    username: str
    family_name: str
    given_name: str
    organisation_id: UUID
    organisation_name: str
    region_code: str | None
    roles: list[str]
    rights_until: datetime | None
    """When the next of my roles ends; null where none does."""
    permissions: list[str]
    mobile_group_ids: list[UUID]
    unread_notices: int
    """Notices of `GET /v1/me/notices` that were not read yet."""
    open_alerts: int | None
    """Alerts that wait for somebody, of those that I hear of; null where I hear of none (`GET /v1/alerts`)."""


class LoginSession(View):
    """A session in which a user is logged in. No address and no place."""

    id: UUID
    client_name: str | None
    second_factor: bool
    created_at: datetime
    last_used_at: datetime
    """To within the life of an access token: when the session last got a new one."""
    expires_at: datetime
    current: bool
    """The session that asks."""


class LoginSessionList(View):
    """The sessions of a user."""

    items: list[LoginSession]


class FactorView(View):
    """The second factor of the account."""

    enrolled: bool
    required: bool
    """The roles demand one."""
    shown_at: datetime | None
    """When this session last showed it."""


class FreshFactorView(View):
    """A code was shown: steps that ask for a fresh one go through until then, in this session."""

    fresh_until: datetime


class EnrolmentView(View):
    """What the authenticator needs, shown once: the secret, and the same as an address for a QR code."""

    secret: str
    uri: str


class RecoveryCodesView(View):
    """Codes for the day on which the authenticator is lost: each is used once, and nobody shows them again."""

    recovery_codes: list[str]


class RemovalView(View):
    """A request to take a second factor away."""

    id: UUID
    user_id: UUID
    requested_by_id: UUID
    requested_at: datetime
    decided_by_id: UUID | None
    decided_at: datetime | None
    granted: bool


class OrganisationSummary(View):
    """A body in a list."""

    id: UUID
    kind: str
    sector: str | None
    name_kk: str
    name_ru: str
    name_en: str
    region_code: str | None
    parent_id: UUID | None
    active: bool


class OrganisationView(OrganisationSummary):
    """A body."""

    version: int


class UserSummary(View):
    """A colleague: whom to turn to, and where."""

    id: UUID
    kind: str
    family_name: str
    given_name: str
    patronymic: str | None
    sector: str | None
    organisation_id: UUID
    active: bool


class UserView(UserSummary):
    """A user. Log-in name and roles are for administrators; others get null."""

    version: int
    username: str | None
    roles: list[str] | None
    rights_until: datetime | None
    """When the next of the roles ends; null where none does. For administrators and who heads the body."""
    scopes: list[str] | None
    """Of a machine account: the permissions its role is narrowed to. Null: not narrowed, or not for the reader."""


class IdentityView(View):
    """A subject of the identity provider that is linked to the account."""

    id: UUID
    issuer: str
    subject: str
    linked_by_id: UUID
    approved_by_id: UUID | None
    linked_at: datetime


class IdentityList(View):
    """The linked subjects of an account."""

    items: list[IdentityView]


class ClientSecretView(View):
    """A secret of a machine account. The secret itself was shown once."""

    id: UUID
    created_by_id: UUID | None
    approved_by_id: UUID | None
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None


class ClientSecretList(View):
    """The secrets of a machine account that hold."""

    items: list[ClientSecretView]


class SigningSecretView(View):
    """A secret by which a system signs. The secret itself was shown once, in halves."""

    id: UUID
    created_by_id: UUID | None
    approved_by_id: UUID | None
    created_at: datetime
    expires_at: datetime


class SigningSecretList(View):
    """The signing secrets of a machine account that hold."""

    items: list[SigningSecretView]


class AccountChangeView(View):
    """Something that an account is to get: asked for by an administrator, decided by a second person."""

    id: UUID
    user_id: UUID
    kind: str
    """`role`, `start` (a start code), `machine` (a client secret), `identity` (of the provider), `body`,
    `activation`, `scopes`, `group` (a place in a mobile group) or `signing` (a signing secret)."""
    role: str | None
    role_ends_at: datetime | None
    """Until when the role is asked for. Null: until it is taken back."""
    organisation_id: UUID
    """The body whose heads may decide: the one in which the account will then work, or that coordinates the group."""
    nationwide: bool
    """Another administrator decides, never the head of a body."""
    issuer: str | None
    subject: str | None
    scopes: list[str] | None
    days: int | None
    group_id: UUID | None
    sector: str | None
    is_lead: bool | None
    reason: str
    state: str
    requested_by_id: UUID
    requested_at: datetime
    expires_at: datetime
    """Until when somebody may grant it."""
    decided_by_id: UUID | None
    decided_at: datetime | None
    version: int
    allowed_actions: list[AllowedActionView]


class AskedView(View):
    """What was asked for, and the half of its code that who asks gives to the owner."""

    change: AccountChangeView
    first_half: str
    """Shown this once. Worth nothing without the half that the second person is shown."""


class GrantedView(View):
    """What was granted, and the other half of its code."""

    change: AccountChangeView
    second_half: str | None
    """Shown this once, to who granted a start code or a client secret; the owner puts the halves together."""
    holds_until: datetime | None
    """Until when the start code or the client secret holds."""


class AccountNoticeView(View):
    """What happened to your account, or to one of the body that you head."""

    id: UUID
    user_id: UUID
    kind: str
    text: str
    """The same in words, in the language of `Accept-Language`."""
    at: datetime
    read_at: datetime | None


class AccountNoticeList(View):
    """The newest notices."""

    items: list[AccountNoticeView]


class MobileGroupSummary(View):
    """A mobile group in a list: is it complete, and is it on duty at the moment that was asked for."""

    id: UUID
    organisation_id: UUID
    region_code: str
    name: str
    active: bool
    complete: bool
    """Members of all four sectors are there: who is away at that moment is not."""
    missing_sectors: list[str]
    kato_prefixes: list[str]
    duty: Duty


class GroupMemberView(View):
    """A present member of a mobile group."""

    user_id: UUID
    family_name: str
    given_name: str
    sector: str
    is_lead: bool
    since: datetime
    away_until: datetime | None
    """Of who is away now."""
    stands_in_until: datetime | None
    """Of who has the place for the time of somebody's absence."""


class DutyTimeView(View):
    """A duty time by the clocks of Kazakhstan."""

    weekday: int | None
    on_date: date | None
    from_time: time
    until_time: time


class MobileGroupView(MobileGroupSummary):
    """A mobile group with its members and duty times."""

    version: int
    roster_changed_at: datetime | None
    members: list[GroupMemberView]
    duty_times: list[DutyTimeView]
