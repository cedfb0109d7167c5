"""`casemgmt run`: everything on this machine, the database included."""

import os
import secrets
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.engine import make_url

from casemgmt.demo.accounts import ACCOUNTS, DEMO_FACTOR_KEY, DEMO_PASSWORD, DEMO_SIGNING_SECRET, DEMO_SOURCE
from casemgmt.embedded.dsn import Dsn
from casemgmt.embedded.server import EmbeddedServer
from casemgmt.settings import SealerSettings, Settings, WorkerSettings
from casemgmt.supervise import Companion, Step, run_service
from casemgmt.terminal import console, refuse

APP_LOGIN = "casemgmt_app"
"""The log-in of the service in the embedded database."""
SEALER_LOGIN = "casemgmt_seal"
"""The log-in of the sealer in the embedded database."""
WORKER_LOGIN = "casemgmt_work"
"""The log-in of the worker in the embedded database."""
_PYTHON = (sys.executable, "-m", "casemgmt")
_ADDRESSES = ("", "MIGRATION_", "SEALER_", "WORKER_")
_OF_SERVICE = frozenset(f"CASEMGMT_{name.upper()}" for name in Settings.model_fields)
_OF_SEALER = frozenset(f"CASEMGMT_{name.upper()}" for name in SealerSettings.model_fields)
_OF_WORKER = frozenset(f"CASEMGMT_{name.upper()}" for name in WorkerSettings.model_fields)
_OF_OPERATOR = frozenset({"CASEMGMT_MODE"} | {f"CASEMGMT_{name}DATABASE_URL" for name in _ADDRESSES})


def run(
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    data: Annotated[Path, typer.Option(help="Folder of the embedded database.")] = Path(".data/postgres"),
    restore_from: Annotated[
        Path | None, typer.Option("--restore", help="Backup to begin with, where the folder of the database is new.")
    ] = None,
    key: Annotated[Path | None, typer.Option(help="Key file of the backup.")] = None,
) -> None:
    """Start everything: database, migrations, demo data, service. Ctrl-C stops it all."""
    external = os.environ.get("CASEMGMT_DATABASE_URL")
    _check_restore(restore_from, key, external)
    demo = os.environ.get("CASEMGMT_MODE", "production" if external else "demo") == "demo"
    key_file = Path(os.environ.get("CASEMGMT_AUDIT_KEY_FILE") or data.parent.absolute() / "audit-key.json")
    environment = _environment(key_file, demo=demo)
    steps = _first_steps(restore_from, key, demo=demo)
    if not external:
        steps += _steps_of_embedded(data.parent, key_file, environment)
    elif "CASEMGMT_MIGRATION_DATABASE_URL" not in os.environ:
        console.print("CASEMGMT_MIGRATION_DATABASE_URL is not set: the database is taken as it is, not migrated.")
        steps = []
    address = f"http://{host}:{port}"
    raise typer.Exit(
        run_service(
            server=None if external else EmbeddedServer(data, progress=console.print),
            prepare=steps,
            command=[sys.executable, "-m", "api", "serve", "--host", host, "--port", str(port)],
            host=host,
            port=port,
            ready_url=f"{address}/health/ready",
            companions=_companions(embedded=not external),
            environment=environment,
            withheld=(_OF_SEALER | _OF_WORKER) - _OF_SERVICE,
            on_ready=lambda: _greet(address, demo=demo),
        )
    )


def _environment(key_file: Path, *, demo: bool) -> Callable[[Dsn | None], Mapping[str, str]]:
    """Return what processes are given, by the address of the embedded database: log-ins with new passwords, its key."""
    passwords = {login: secrets.token_urlsafe(24) for login in (APP_LOGIN, SEALER_LOGIN, WORKER_LOGIN)}

    def environment(dsn: Dsn | None) -> Mapping[str, str]:
        variables = {
            "CASEMGMT_MODE": "demo" if demo else "production",
            "CASEMGMT_LOG_FORMAT": os.environ.get("CASEMGMT_LOG_FORMAT", "console"),
            "PYTHONUNBUFFERED": "1",
        }
        if dsn is not None:
            addresses = {"DATABASE": APP_LOGIN, "SEALER_DATABASE": SEALER_LOGIN, "WORKER_DATABASE": WORKER_LOGIN}
            for name, login in addresses.items():
                url = make_url(dsn.url()).set(username=login, password=passwords[login])
                variables[f"CASEMGMT_{name}_URL"] = url.render_as_string(hide_password=False)
            variables["CASEMGMT_AUDIT_KEY_FILE"] = str(key_file)
        return variables

    return environment


def _steps_of_embedded(
    folder: Path, key_file: Path, environment: Callable[[Dsn | None], Mapping[str, str]]
) -> list[Step]:
    """Return what the embedded database gets beside its content: a key of the log, settings for its operator."""
    sealer_file, operator_file = folder / "sealer.env", folder / "operator.env"
    return [
        Step("Key of the audit log", [*_PYTHON, "audit", "new-key", "--out", str(key_file), "--unless-there"]),
        Step(
            f"Settings for exports of it, in {sealer_file}",
            lambda dsn: _write_settings(sealer_file, _sealer_settings(environment(dsn))),
        ),
        Step(
            f"Settings for backups, in {operator_file}",
            lambda dsn: _write_settings(operator_file, operator_settings(environment(dsn), dsn)),
        ),
    ]


def _companions(*, embedded: bool) -> list[Companion]:
    """Return the processes beside the service; of another database those alone whose log-ins were given."""
    companions = []
    if embedded or {"CASEMGMT_SEALER_DATABASE_URL", "CASEMGMT_AUDIT_KEY_FILE"} <= os.environ.keys():
        companions.append(Companion("The sealer of the audit log", [*_PYTHON, "seal"], _wanted_by_sealer))
    else:
        console.print(
            "CASEMGMT_SEALER_DATABASE_URL and CASEMGMT_AUDIT_KEY_FILE are not both set: no sealer is started here."
        )
    if embedded or "CASEMGMT_WORKER_DATABASE_URL" in os.environ:
        companions.append(Companion("The worker", [*_PYTHON, "work"], _wanted_by_worker))
    else:
        console.print("CASEMGMT_WORKER_DATABASE_URL is not set: no worker for background jobs is started here.")
    return companions


def _check_restore(restore_from: Path | None, key: Path | None, external: str | None) -> None:
    if restore_from is not None and (external or key is None):
        refuse("--restore is for the embedded database, with --key. Into another one: `casemgmt restore`.")


def _first_steps(restore_from: Path | None, key: Path | None, *, demo: bool) -> list[Step]:
    """Return what makes the database what the service expects."""
    steps = [Step("Database schema and reference data", [*_PYTHON, "migrate"])]
    if restore_from is not None:
        steps.insert(0, Step("Backup", [*_PYTHON, "restore", str(restore_from), "--key", str(key)]))
    return [*steps, Step("Demo data", [*_PYTHON, "load-demo"])] if demo else steps


def _sealer_settings(variables: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in variables.items() if name in _OF_SEALER - _OF_SERVICE}


def operator_settings(variables: Mapping[str, str], dsn: Dsn | None) -> dict[str, str]:
    """Return the addresses of the embedded database for commands of an operator, the owner's among them."""
    owner = {} if dsn is None else {"CASEMGMT_MIGRATION_DATABASE_URL": dsn.url()}
    return {name: value for name, value in {**variables, **owner}.items() if name in _OF_OPERATOR}


def _write_settings(path: Path, variables: Mapping[str, str]) -> None:
    """Keep some settings for this machine's other terminal: only the owner of the file reads it."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.writelines(f"{name}={value}\n" for name, value in variables.items())


def _wanted_by_sealer(variable: str) -> bool:
    """Answer whether a variable is none of the service's secrets."""
    return variable in _OF_SEALER or not variable.startswith("CASEMGMT_")


def _wanted_by_worker(variable: str) -> bool:
    """Answer whether a variable is none of the sealer's secrets: the worker does what the service does."""
    return variable not in _OF_SEALER - _OF_SERVICE - _OF_WORKER


def _greet(address: str, *, demo: bool) -> None:
    console.print(f"\nReady. Interactive API docs  {address}/docs")
    console.print(f"       Wall screen           {address}/board")
    console.print(f"       Health                {address}/health/ready")
    if demo:
        console.print(f"\nDemo accounts, all with the password {DEMO_PASSWORD}:")
        for account in ACCOUNTS:
            console.print(f"  {account.username:<22} {', '.join(account.roles)}")
        console.print(
            f"\nRoles that reach the whole country need a code too; the authenticator's key: {DEMO_FACTOR_KEY}"
        )
        console.print(
            f"\nA contact centre's system tries its contract as the source {DEMO_SOURCE} with the signing secret\n"
            f"  {DEMO_SIGNING_SECRET} (openapi/contact-centre.md)"
        )
        console.print("\nThe whole route as a story: make demo (in another terminal). Ctrl-C stops the service.\n")
