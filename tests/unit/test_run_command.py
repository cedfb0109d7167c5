"""What `casemgmt run` does before the service, and what it keeps for an operator's other terminal."""

from pathlib import Path

from typer.testing import CliRunner

from casemgmt.cli import app
from casemgmt.embedded.dsn import Dsn
from casemgmt.run_command import operator_settings

DSN = Dsn(socket_folder=Path("/run/db"), port=5432, user="postgres", password="of-the-owner", database="casemgmt")


def test_a_backup_is_brought_into_the_embedded_database_with_its_key_and_into_no_other() -> None:
    alone = CliRunner().invoke(app, ["run", "--restore", "/backups/today"])
    assert alone.exit_code != 0
    elsewhere = CliRunner().invoke(
        app,
        ["run", "--restore", "/backups/today", "--key", "backup-keys"],
        env={"CASEMGMT_DATABASE_URL": "postgresql://somebody@localhost/somewhere"},
    )
    assert elsewhere.exit_code != 0
    assert "casemgmt restore" in elsewhere.output


def test_commands_of_an_operator_get_the_addresses_of_the_embedded_database_and_no_key() -> None:
    variables = {
        "CASEMGMT_MODE": "demo",
        "CASEMGMT_DATABASE_URL": "postgresql://casemgmt_app@/casemgmt",
        "CASEMGMT_SEALER_DATABASE_URL": "postgresql://casemgmt_seal@/casemgmt",
        "CASEMGMT_WORKER_DATABASE_URL": "postgresql://casemgmt_work@/casemgmt",
        "CASEMGMT_AUDIT_KEY_FILE": "/keys/audit-key.json",
    }
    kept = operator_settings(variables, DSN)
    assert kept == {k: v for k, v in variables.items() if k != "CASEMGMT_AUDIT_KEY_FILE"} | {
        "CASEMGMT_MIGRATION_DATABASE_URL": DSN.url()
    }
