"""What a deployment may set about sessions: how fresh a second factor is, how long a session may lie idle."""

from pydantic import Field
from pydantic_settings import BaseSettings


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
