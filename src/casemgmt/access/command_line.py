"""`casemgmt create-admin` and `casemgmt rotate-secret`."""

import asyncio
import getpass
import os
import sys
from enum import StrEnum
from typing import Annotated, Any

import asyncpg
import typer
from pydantic import ValidationError
from rich.progress import Progress, SpinnerColumn, TextColumn

from casemgmt.access.bootstrap import create_administrator
from casemgmt.access.password_rules import BreachedPasswords
from casemgmt.access.rotation import (
    RotationError,
    rotate_factor_secret,
    rotate_lookup_secret,
    rotate_webhook_secret,
)
from casemgmt.errors import DomainError
from casemgmt.settings import Settings
from casemgmt.terminal import console, errors, owner_url, read_settings, refuse, told

NEW = "CASEMGMT_NEW_SECRET"


class Secret(StrEnum):
    """Secrets under which something in the database is kept."""

    LOOKUP = "lookup"
    FACTOR = "factor"
    WEBHOOK = "webhook"


_DONE = {
    Secret.LOOKUP: "phone numbers are hashed",
    Secret.FACTOR: "second factors are sealed",
    Secret.WEBHOOK: "signing secrets of webhooks are sealed",
}


def create_admin(
    username: Annotated[str, typer.Argument(help="Log-in name of the administrator.")],
    family_name: Annotated[str, typer.Option(prompt=True)],
    given_name: Annotated[str, typer.Option(prompt=True)],
) -> None:
    """Make an administrator: the first and the second of a deployment. Whoever it is types in the password.

    It is asked for, or read from standard input. Two are needed: what lets an account come in or see more is asked for
    by one of them and granted by the other.
    """
    settings = read_settings(Settings)
    password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    breached = BreachedPasswords(settings.breached_passwords_file)
    try:
        asyncio.run(create_administrator(owner_url(settings), username, family_name, given_name, password, breached))
    except DomainError as error:
        errors.print(error.detail)
        raise typer.Exit(2) from None
    console.print(
        f"Administrator {username} made. Make two this way; everything else is done over the API, by both together."
    )


def rotate_secret(which: Annotated[Secret, typer.Argument(help="Which secret.")]) -> None:
    """Change the secret `CASEMGMT_…_SECRET` into CASEMGMT_NEW_SECRET. Stop the service and the worker first."""
    name = f"{which}_secret"
    settings = read_settings(Settings)
    new = os.environ.get(NEW, "")
    url = owner_url(settings)
    old = getattr(settings, name).get_secret_value()
    if new in {"", old}:
        refuse(f"Set {NEW} to the new secret: CASEMGMT_{name.upper()} is still the old one.")
    changed: dict[str, Any] = {name: new}
    try:
        Settings(**changed)  # the new one is held to all that the service will ask of it
    except ValidationError as error:
        refuse(told(error))
    try:
        done = _rotate(which, url, old, new)
    except RotationError as error:
        refuse(f"{error} Nothing is changed.")
    except (OSError, asyncpg.PostgresError) as error:
        refuse(f"Nothing is changed: {error}")
    console.print(
        f"{done:,} {_DONE[which]} under the new secret. Put it into CASEMGMT_{name.upper()} and start the service."
    )
    if which is Secret.FACTOR:
        console.print("Recovery codes of before hold no more: who lost the authenticator needs two administrators.")


def _rotate(which: Secret, url: str, old: str, new: str) -> int:
    if which is Secret.FACTOR:
        return asyncio.run(rotate_factor_secret(url, old, new))
    if which is Secret.WEBHOOK:
        return asyncio.run(rotate_webhook_secret(url, old, new))
    with Progress(SpinnerColumn(), TextColumn("{task.completed:,.0f} numbers"), console=errors, transient=True) as bar:
        task = bar.add_task("", total=None)
        return asyncio.run(rotate_lookup_secret(url, old, new, lambda count: bar.advance(task, count)))
