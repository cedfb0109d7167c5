"""What a deployment may set about sessions: how fresh a second factor is, how long a session may lie idle."""

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings

from casemgmt.access.roles import ROLES
from casemgmt.settings_edge import words


class SessionSettings(BaseSettings):
    """The part of the settings that decides when a session has to show itself again."""

    fresh_factor_minutes: int = Field(
        5,
        ge=1,
        le=60,
        description="For so long a code of the second factor is fresh: the steps of `docs/permissions.md` that need a "
        "fresh one ask for no other meanwhile. The code of the log-in counts.",
    )
    fresh_factor_demanded: bool = Field(
        False,
        description="Accounts without a second factor are refused these steps until they enrol one. Off, nothing more "
        "is asked of an account that has none and whose roles demand none.",
    )
    idle_minutes: int = Field(
        60,
        ge=5,
        le=1440,
        description="A session whose tokens were not refreshed for so long ends. Longer than `access_token_minutes`: "
        "a client in use refreshes when that time is over.",
    )
    idle_minutes_wide: int = Field(
        30,
        ge=5,
        le=1440,
        description="The same for accounts whose roles demand a second factor: one of them reaches the whole country.",
    )
    idle_minutes_field: int = Field(
        240,
        ge=5,
        le=1440,
        description="The same for those who visit families with a telephone, which has a lock of its own: a visit "
        "where there is no network must not end in a lost record and a password typed on a staircase.",
    )
    display_days: int = Field(
        28,
        ge=1,
        le=90,
        description="For so long a screen on a wall stays signed in; then somebody signs it in again.",
    )
    idle_hours_display: int = Field(
        72, ge=1, le=336, description="A screen that showed nothing for so long is signed in again: a weekend is less."
    )
    idle_field_roles: str = Field(
        "mobile_group_lead,mobile_group_member", description="Roles that visit families, with commas between."
    )

    @field_validator("idle_field_roles")
    @classmethod
    def refuse_unknown_roles(cls, value: str) -> str:
        """Stop the service for a misspelt role: its holders would be out in the middle of a visit."""
        if unknown := set(words(value)) - ROLES.keys():
            raise ValueError(f"there is no role {', '.join(sorted(unknown))}")
        return value

    @property
    def idle_limits(self) -> dict[str, object]:
        """Return what the database is told when a session is refreshed: minutes by kind of account."""
        return {
            "usual": self.idle_minutes,
            "wide": self.idle_minutes_wide,
            "field": self.idle_minutes_field,
            "wall": self.idle_hours_display * 60,
            "field_roles": words(self.idle_field_roles),
        }
