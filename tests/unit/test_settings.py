"""Settings refuse what must not protect real children."""

import pytest
from pydantic import SecretStr, ValidationError

from casemgmt.settings import DEMO_FACTOR_SECRET, DEMO_LOOKUP_SECRET, DEMO_TOKEN_SECRET, DEMO_WEBHOOK_SECRET, Settings

LONG, OTHER, THIRD, FOURTH = "a" * 40, "b" * 40, "c" * 40, "d" * 40


def production(token: str, lookup: str, factor: str = THIRD, webhook: str = FOURTH) -> Settings:
    return Settings(
        mode="production",
        token_secret=SecretStr(token),
        lookup_secret=SecretStr(lookup),
        factor_secret=SecretStr(factor),
        webhook_secret=SecretStr(webhook),
    )


def test_long_and_different_secrets_are_taken() -> None:
    assert production(LONG, OTHER).mode == "production"


@pytest.mark.parametrize(
    ("token", "lookup", "said"),
    [
        (DEMO_TOKEN_SECRET, OTHER, "CASEMGMT_TOKEN_SECRET is the secret of the demo"),
        (LONG, DEMO_LOOKUP_SECRET, "CASEMGMT_LOOKUP_SECRET is the secret of the demo"),
        ("short", OTHER, "CASEMGMT_TOKEN_SECRET is shorter than 32"),
        (LONG, "", "CASEMGMT_LOOKUP_SECRET is shorter than 32"),
        (LONG, LONG, "must differ"),
    ],
)
def test_outside_the_demo_a_weak_secret_stops_the_service(token: str, lookup: str, said: str) -> None:
    with pytest.raises(ValidationError, match=said) as refused:
        production(token, lookup)
    assert LONG not in str(refused.value)


@pytest.mark.parametrize(
    ("factor", "said"),
    [(DEMO_FACTOR_SECRET, "CASEMGMT_FACTOR_SECRET is the secret of the demo"), (OTHER, "must differ")],
)
def test_the_key_of_second_factors_is_held_to_it_too(factor: str, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        production(LONG, OTHER, factor)


@pytest.mark.parametrize(
    ("webhook", "said"),
    [(DEMO_WEBHOOK_SECRET, "CASEMGMT_WEBHOOK_SECRET is the secret of the demo"), (THIRD, "must differ")],
)
def test_so_is_the_key_of_the_signing_secrets_of_webhooks(webhook: str, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        production(LONG, OTHER, webhook=webhook)


def test_a_proxy_that_is_no_network_stops_the_service() -> None:
    assert len(Settings(mode="demo", trusted_proxies="10.0.0.0/8, ::1").proxy_networks) == 2
    with pytest.raises(ValidationError, match="trusted_proxies"):
        Settings(mode="demo", trusted_proxies="10.0.0.0/8, proxy.example")


def test_the_demo_needs_no_secret_and_settings_can_not_be_changed() -> None:
    settings = Settings(mode="demo")
    with pytest.raises(ValidationError):
        settings.mode = "production"
