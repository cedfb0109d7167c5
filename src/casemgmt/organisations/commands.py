"""What may be asked of bodies, users and mobile groups."""

from datetime import date, time
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, Field, GetCoreSchemaHandler, SecretStr, StringConstraints, model_validator
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from casemgmt.access.passwords import MAXIMUM_PASSWORD_LENGTH, MINIMUM_PASSWORD_LENGTH
from casemgmt.access.permissions import Permission
from casemgmt.access.roles import ROLES
from casemgmt.models import Command
from casemgmt.reference.fields import Name, OrganisationKind, RegionCode, Sector, ShortText


class _RoleCode:
    """Pydantic annotation: the name of a role."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Return a schema that accepts the roles of the table of rights and nothing else."""
        return core_schema.literal_schema(sorted(ROLES))


RoleCode = Annotated[str, _RoleCode()]
Password = Annotated[SecretStr, Field(min_length=MINIMUM_PASSWORD_LENGTH, max_length=MAXIMUM_PASSWORD_LENGTH)]
CurrentPassword = Annotated[SecretStr, Field(max_length=MAXIMUM_PASSWORD_LENGTH)]
Username = Annotated[
    str,
    StringConstraints(strip_whitespace=True, to_lower=True, pattern=r"^[A-Za-z0-9][A-Za-z0-9._@-]{2,119}$"),
    Field(description="Latin letters, digits and . _ @ -; kept in lower case."),
]
Scopes = Annotated[
    list[Permission] | None,
    Field(description="Of a machine account: the permissions that it may use of those of its role. Null: all of them."),
]
KatoPrefix = Annotated[str, StringConstraints(pattern=r"^[0-9]{2,9}$")]


class CreateOrganisation(Command):
    """Add a body."""

    id: UUID | None = Field(default=None, description="UUIDv7 of the client; made by the service where absent.")
    kind: OrganisationKind
    sector: Sector | None = None
    name_kk: ShortText
    name_ru: ShortText
    name_en: ShortText
    region_code: RegionCode | None = Field(description="Null for a national body.")
    parent_id: UUID | None = None


class ChangeOrganisation(Command):
    """Change a body. Kind and region stay: a body of another region is another body."""

    sector: Sector | None = None
    name_kk: ShortText | None = None
    name_ru: ShortText | None = None
    name_en: ShortText | None = None
    active: bool | None = None


class CreateUser(Command):
    """Add a user or a machine account. It has no role and no password yet."""

    id: UUID | None = Field(default=None, description="UUIDv7 of the client; made by the service where absent.")
    username: Username
    kind: Literal["person", "service"] = "person"
    family_name: Name
    given_name: Name
    patronymic: Name | None = None
    sector: Sector | None = None
    organisation_id: UUID
    scopes: Scopes = None


class ChangeUser(Command):
    """Change a user. A deactivation or narrower scopes end what the user's tokens may do at once.

    Another body, wider scopes and the way back of an account are asked for: a second person decides.
    """

    username: Username | None = None
    family_name: Name | None = None
    given_name: Name | None = None
    patronymic: Name | None = None
    sector: Sector | None = None
    active: Annotated[Literal[False] | None, Field(description="Switched on again by two persons.")] = None
    scopes: Scopes = None


Reason = Annotated[
    ShortText,
    Field(description="On what order, or how the user was recognised. The second person judges by it."),
]


class MoveUser(Command):
    """Ask that an account work for another body."""

    organisation_id: UUID
    reason: Reason


class SwitchOnUser(Command):
    """Ask that an account be switched on again."""

    reason: Reason


class WidenScopes(Command):
    """Ask that a machine account may use other permissions of its role."""

    scopes: Scopes
    reason: Reason


class AskStartCode(Command):
    """Ask for a code by which the owner of an account sets a password."""

    reason: Reason


class LinkIdentity(Command):
    """Ask that a subject of the identity provider be linked to an account."""

    reason: Reason
    subject: Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[!-~]+$")] = Field(
        description="`sub` of the provider's tokens, exactly as they write it."
    )


class AddClientSecret(Command):
    """Ask for a secret of a machine account. Two hold at once: bring the new one out, then take the old one back."""

    reason: Reason
    days: Annotated[int, Field(ge=1, le=365, description="How long the secret holds.")] = 90


class GrantRole(Command):
    """Ask for a role."""

    role: RoleCode
    ends_at: AwareDatetime | None = Field(
        default=None,
        description="Until when. Absent: until it is taken back. Of one that is held: its end from now on.",
    )
    reason: Reason


Half = Annotated[SecretStr, Field(min_length=10, max_length=20)]


class StartAccount(Command):
    """Set the first or another password with a start code. Its two halves come from two persons."""

    username: Annotated[str, Field(max_length=120)]
    first_half: Half
    second_half: Half
    password: Password


class ChangePassword(Command):
    """Change one's own password."""

    current: CurrentPassword
    new: Password


Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=6, max_length=20)]


class EnrolFactor(Command):
    """Begin a second factor during a log-in."""

    challenge: Annotated[str, Field(max_length=300)]


class BeginFactor(Command):
    """Begin a second factor of one's own."""

    current: CurrentPassword


class ShowCode(Command):
    """Show a code of one's authenticator."""

    code: Code


class RemoveFactor(Command):
    """Take away one's own second factor: with the password and a code."""

    current: CurrentPassword
    code: Code


class RequestRemoval(Command):
    """Ask that a user's second factor be taken away."""

    reason: ShortText = Field(description="How the user was recognised, and what was lost. No personal data.")


class AnswerRemoval(Command):
    """Decide on such a request."""

    granted: bool


class CreateMobileGroup(Command):
    """Add a mobile group. It works in the region of the body that coordinates it."""

    id: UUID | None = Field(default=None, description="UUIDv7 of the client; made by the service where absent.")
    organisation_id: UUID
    name: ShortText


class ChangeMobileGroup(Command):
    """Change a mobile group."""

    name: ShortText | None = None
    active: bool | None = None


class AddGroupMember(Command):
    """Ask that a user be taken into a mobile group."""

    user_id: UUID
    reason: Reason
    sector: Sector | None = Field(default=None, description="Absent: the sector of the user.")
    is_lead: bool = False


class SetAreas(Command):
    """All duty areas of a group: places whose KATO code starts with one of the prefixes."""

    kato_prefixes: list[KatoPrefix] = Field(max_length=200)


class DutyTime(Command):
    """A duty time by the clocks of Kazakhstan; `until` not later than `from` lies on the next day."""

    weekday: Annotated[int, Field(ge=1, le=7, description="1 Monday to 7 Sunday.")] | None = None
    on_date: date | None = Field(default=None, description="Instead of the weekday: this one day.")
    from_time: time
    until_time: time

    @model_validator(mode="after")
    def check_day(self) -> Self:
        """Refuse a time that names no day or two, or a moment in another zone."""
        if (self.weekday is None) == (self.on_date is None):
            raise PydanticCustomError("one_of_two_days", "A duty time has a weekday or a date.")
        if self.from_time.tzinfo is not None or self.until_time.tzinfo is not None:
            raise PydanticCustomError("local_time_only", "A duty time has no offset.")
        return self


class SetDuty(Command):
    """All duty times of a group."""

    times: list[DutyTime] = Field(max_length=400)
