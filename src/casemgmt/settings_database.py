"""Where the database is: for the service, and for an operator's commands, which need none of the service's secrets."""

from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class DatabaseSettings(BaseSettings):
    """The part of the settings that leads to the database."""

    mode: Literal["demo", "production"] = Field(
        "production",
        description="`demo` fills the database with invented families and uses well-known secrets.",
    )
    database_url: str | None = Field(
        None,
        description="PostgreSQL 15 or newer, `postgresql://user:password@host/database`, of the service's login "
        "role. Empty: `make run` starts an embedded PostgreSQL.",
    )
    migration_database_url: str | None = Field(
        None,
        description="The same database, as a role that may create tables and roles: for the commands of an operator. "
        "The service never needs it.",
    )


class OperatorSettings(DatabaseSettings):
    """What commands read that work on the database as its owner."""

    model_config = SettingsConfigDict(env_prefix="CASEMGMT_", frozen=True, extra="ignore")
