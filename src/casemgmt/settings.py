"""All settings in one frozen object, read once from the environment (prefix `CASEMGMT_`).

`.env.example` is generated from this class by `casemgmt documents`.
"""

import base64
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from casemgmt.settings_database import DatabaseSettings
from casemgmt.settings_documents import DocumentSettings
from casemgmt.settings_edge import EdgeSettings, is_safe_address, words
from casemgmt.settings_imports import ImportSettings
from casemgmt.settings_outbound import OutboundSettings
from casemgmt.settings_sessions import SessionSettings
from casemgmt.settings_unusual import UnusualSettings
from casemgmt.settings_webhooks import WebhookSettings

MINIMUM_SECRET_LENGTH = 32
"""Characters; below it an HMAC key of a deployment is refused."""
MINIMUM_WITNESS_KEY = 24
"""Bytes: the least that Standard Webhooks ask for."""

DEMO_TOKEN_SECRET = "demo-only-token-secret-never-for-real-children"  # noqa: S105 - refused outside demo mode
DEMO_LOOKUP_SECRET = "demo-only-lookup-secret-never-for-real-children"  # noqa: S105 - refused outside demo mode
DEMO_FACTOR_SECRET = "demo-only-factor-secret-never-for-real-children"  # noqa: S105 - refused outside demo mode
DEMO_WEBHOOK_SECRET = "demo-only-webhook-secret-never-for-real-children"  # noqa: S105 - refused outside demo mode

Network = IPv4Network | IPv6Network


def _networks(value: str) -> tuple[Network, ...]:
    return tuple(ip_network(part) for part in words(value))


class Settings(
    EdgeSettings,
    SessionSettings,
    UnusualSettings,
    DocumentSettings,
    ImportSettings,
    WebhookSettings,
    OutboundSettings,
    DatabaseSettings,
):
    """What a deployment may set. Outside demo mode the secrets must be set, long and different."""

    model_config = SettingsConfigDict(env_prefix="CASEMGMT_", frozen=True, extra="ignore")

    database_connections: int = Field(16, ge=2, le=200, description="Most connections of one service process.")
    transaction_seconds: int = Field(
        20, ge=1, le=300, description="No transaction of the service lasts longer than this."
    )
    token_secret: SecretStr = Field(
        SecretStr(DEMO_TOKEN_SECRET), description="HMAC key of access tokens, 32 characters or more."
    )
    token_secret_before: SecretStr | None = Field(
        None,
        description="The token secret before this one, for as long as sessions begun under it may go on. Leave it out "
        "where the old secret is known to somebody: then everybody logs in again.",
    )
    lookup_secret: SecretStr = Field(
        SecretStr(DEMO_LOOKUP_SECRET),
        description="HMAC key of the hashes by which a phone number is found again, 32 characters or more. "
        "Changed by `casemgmt rotate-secret lookup`.",
    )
    factor_secret: SecretStr = Field(
        SecretStr(DEMO_FACTOR_SECRET),
        description="Key under which the secrets of second factors are stored, 32 characters or more. "
        "Changed by `casemgmt rotate-secret factor`.",
    )
    webhook_secret: SecretStr = Field(
        SecretStr(DEMO_WEBHOOK_SECRET),
        description="Key under which the signing secrets of webhooks, in and out, are stored, 32 characters or more. "
        "Changed by `casemgmt rotate-secret webhook`.",
    )
    breached_passwords_file: Path | None = Field(
        None,
        description="Passwords from known breaches, refused as new ones: SHA-1 hashes, sorted, one per line, as "
        "`HASH` or `HASH:count`. Looked up on this machine. Empty: only a short list of common words is known.",
    )
    research_minimum_cell: int = Field(
        5,
        ge=3,
        le=1000,
        description="In exports for research a district, age or code that fewer children than this share is left out.",
    )
    trusted_proxies: str = Field(
        "",
        description="Networks of the proxies in front of the service, with commas between (`10.0.0.0/8`). Only from "
        "them `X-Forwarded-For` is believed; log-ins are slowed down by the address of the caller.",
    )
    start_code_hours: int = Field(
        72,
        ge=1,
        le=168,
        description="How long a start code holds, by which the owner of an account sets a password.",
    )
    token_issuer: str = Field("casemgmt", description="`iss` of access tokens.")
    token_audience: str = Field("casemgmt-api", description="`aud` of access tokens.")
    access_token_minutes: int = Field(10, ge=1, le=60, description="Life of an access token.")
    refresh_token_hours: int = Field(12, ge=1, le=72, description="Life of a session without a new log-in.")
    oidc_issuer: str | None = Field(
        None,
        description="`iss` of an OpenID Connect provider whose access tokens are accepted too, as its discovery "
        "document writes it; https, or this machine. Empty: local log-ins only.",
    )
    password_log_in: Literal["everybody", "administrators", "nobody"] = Field(
        "everybody",
        description="Who may log in with a password where an OpenID Connect provider is set: `administrators`, who "
        "have a second factor, keep a way in for the day on which the provider is away; `nobody` has none.",
    )
    oidc_audience: str = Field("casemgmt-api", description="`aud` that tokens of the provider must have.")
    oidc_jwks_url: str | None = Field(
        None, description="Where the provider's keys are. Empty: its discovery document says it."
    )
    oidc_algorithms: str = Field(
        "RS256,ES256", description="Algorithms that tokens of the provider may be signed by: RS256, ES256, or both."
    )
    oidc_acr_values: str = Field(
        "",
        description="Values of `acr`, with spaces between, that stand for a second factor; `mfa` in `amr` always does.",
    )
    oidc_clock_skew_seconds: int = Field(
        30, ge=0, le=300, description="How far the clock of the provider may be from ours."
    )
    oidc_timeout_seconds: float = Field(3.0, gt=0, le=30, description="Longest wait for the provider's keys.")
    sign_off_file: Path | None = Field(
        None,
        description="The authority's sign-off file (`python -m rules sign-off`): the values that decisions "
        "about benefits may rest on. Empty: estimates only; the demo has an example.",
    )
    break_glass_minutes: int = Field(
        60, ge=5, le=240, description="Longest time for which break-glass opens a hidden case."
    )
    break_glass_at_once: int = Field(3, ge=1, le=20, description="Grants of break-glass that one person holds at once.")
    break_glass_withheld_days: int = Field(
        90,
        ge=0,
        le=3650,
        description="How long somebody opens no case after a finding of 'unjustified'; 0: never withheld.",
    )
    seal_late_seconds: int = Field(
        60,
        ge=5,
        le=86_400,
        description="Health says `degraded` where an audit event waits longer than this to be sealed, or a witness "
        "takes no head for longer.",
    )
    caseload_ceiling: int = Field(
        30, ge=1, le=500, description="More open cases of one manager than this are shown as too many. Not law."
    )
    jobs_late_seconds: int = Field(
        300,
        ge=30,
        le=86_400,
        description="Health says `degraded` where a background job waits longer than this after its time.",
    )
    docs_enabled: bool = Field(True, description="Serve the interactive API documentation at /docs.")
    log_format: Literal["json", "console"] = Field("json", description="`console` is for a person at a terminal.")

    @model_validator(mode="after")
    def refuse_weak_secrets(self) -> Self:
        """Outside demo mode a default, short or repeated secret stops the service before it starts."""
        if self.mode == "demo":
            return self
        secrets = {
            "CASEMGMT_TOKEN_SECRET": self.token_secret.get_secret_value(),
            "CASEMGMT_LOOKUP_SECRET": self.lookup_secret.get_secret_value(),
            "CASEMGMT_FACTOR_SECRET": self.factor_secret.get_secret_value(),
            "CASEMGMT_WEBHOOK_SECRET": self.webhook_secret.get_secret_value(),
        }
        if self.token_secret_before is not None:
            secrets["CASEMGMT_TOKEN_SECRET_BEFORE"] = self.token_secret_before.get_secret_value()
        for name, value in secrets.items():
            if value in {DEMO_TOKEN_SECRET, DEMO_LOOKUP_SECRET, DEMO_FACTOR_SECRET, DEMO_WEBHOOK_SECRET}:
                raise ValueError(f"{name} is the secret of the demo: set your own, or CASEMGMT_MODE=demo")
            if len(value) < MINIMUM_SECRET_LENGTH:
                raise ValueError(f"{name} is shorter than {MINIMUM_SECRET_LENGTH} characters")
        if len(set(secrets.values())) < len(secrets):
            raise ValueError(f"{', '.join(secrets)} must differ")
        return self

    @model_validator(mode="after")
    def refuse_a_door_that_nobody_can_use(self) -> Self:
        """Stop the service where passwords are off and no provider is there: nobody could come in."""
        if self.password_log_in != "everybody" and self.oidc_issuer is None:  # noqa: S105 - who, not a password
            raise ValueError("CASEMGMT_PASSWORD_LOG_IN is for deployments with CASEMGMT_OIDC_ISSUER")
        return self

    @model_validator(mode="after")
    def refuse_sessions_that_end_in_use(self) -> Self:
        """Stop the service for an idle time within the life of an access token: clients in use would be thrown out."""
        for name in ("idle_minutes", "idle_minutes_wide", "idle_minutes_field"):
            if getattr(self, name) <= self.access_token_minutes:
                raise ValueError(f"CASEMGMT_{name.upper()} must be longer than CASEMGMT_ACCESS_TOKEN_MINUTES")
        return self

    @field_validator("oidc_algorithms")
    @classmethod
    def refuse_other_algorithms(cls, value: str) -> str:
        """Stop the service for an algorithm that is symmetric, none, or unknown."""
        named = {part.strip() for part in value.split(",")}
        if not named or not named <= {"RS256", "ES256"}:
            raise ValueError("RS256, ES256, or both with a comma between")
        return value

    @field_validator("oidc_issuer", "oidc_jwks_url")
    @classmethod
    def refuse_open_addresses(cls, value: str | None) -> str | None:
        """Stop the service for a provider whose keys anybody on the way could change."""
        if value and not is_safe_address(value):
            raise ValueError("https, or http on this machine")
        return value or None

    @property
    def oidc_algorithm_list(self) -> frozenset[str]:
        """Algorithms of the provider's tokens."""
        return frozenset(part.strip() for part in self.oidc_algorithms.split(","))

    @field_validator("trusted_proxies")
    @classmethod
    def refuse_what_is_no_network(cls, value: str) -> str:
        """Stop the service for a misspelt proxy: it would make all callers one address."""
        _networks(value)
        return value

    @cached_property
    def proxy_networks(self) -> tuple[Network, ...]:
        """Networks whose `X-Forwarded-For` is believed."""
        return _networks(self.trusted_proxies)

    @cached_property
    def lookup_key(self) -> bytes:
        """Key of the phone hashes."""
        return self.lookup_secret.get_secret_value().encode()


class WorkerSettings(BaseSettings):
    """What the worker needs beside the settings of the service."""

    model_config = SettingsConfigDict(env_prefix="CASEMGMT_", env_ignore_empty=True, frozen=True, extra="ignore")

    worker_database_url: str | None = Field(
        None, description="The database, as the log-in of the worker (`casemgmt work`); `migrate` makes it."
    )


class SealerSettings(OutboundSettings):
    """What the sealer of the audit log may be told. It holds no secret of the service, and the service none of its."""

    model_config = SettingsConfigDict(env_prefix="CASEMGMT_", env_ignore_empty=True, frozen=True, extra="ignore")

    sealer_database_url: str | None = Field(
        None,
        description="The database, as the log-in of the sealer (`casemgmt seal`, `casemgmt audit export`); `migrate` "
        "makes it.",
    )
    audit_key_file: Path | None = Field(
        None,
        description="The key that heads of the audit log are signed with (`casemgmt audit new-key`). Only the sealer "
        "and exports read it.",
    )
    seal_seconds: float = Field(1.0, gt=0, le=60, description="Pause between two looks of the sealer at the log.")
    witness_file: Path | None = Field(
        None,
        description="File to which every signed head is appended: on a machine or medium that those who keep the "
        "database can't change.",
    )
    witness_url: str | None = Field(None, description="Address to which every signed head is sent by POST.")
    witness_secret: SecretStr | None = Field(
        None, description="HMAC key of these requests, as Standard Webhooks write it: `whsec_` and base64."
    )
    log_format: Literal["json", "console"] = Field("json", description="`console` is for a person at a terminal.")

    @model_validator(mode="after")
    def refuse_unsigned_requests(self) -> Self:
        """Refuse a witness that could not tell who sent a head."""
        if self.witness_url is None:
            return self
        if not is_safe_address(self.witness_url):
            raise ValueError("CASEMGMT_WITNESS_URL must be https, or http on this machine")
        secret = "" if self.witness_secret is None else self.witness_secret.get_secret_value()
        try:
            key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except ValueError:
            key = b""
        if not secret.startswith("whsec_") or len(key) < MINIMUM_WITNESS_KEY:
            raise ValueError("CASEMGMT_WITNESS_SECRET must be `whsec_` and the base64 of 24 bytes or more")
        return self

    @property
    def witness_key(self) -> bytes:
        """The HMAC key of requests to the witness."""
        secret = "" if self.witness_secret is None else self.witness_secret.get_secret_value()
        return base64.b64decode(secret.removeprefix("whsec_"))
