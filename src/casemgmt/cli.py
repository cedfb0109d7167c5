"""The command line: run, migrate, load the demo, make the first administrators, write the generated documents."""

import typer

from casemgmt.late_commands import add_late

COMMANDS = {
    "run": (
        "casemgmt.run_command:run",
        "Start everything: database, migrations, demo data, service. Ctrl-C stops it all.",
    ),
    "demo": (
        "casemgmt.demo.command_line:demo",
        "Play whole routes of invented children against a running service, wrong turns included.",
    ),
    "simulate": (
        "casemgmt.simulate.command_line:app",
        "Play others against a running service: the contact centre 111.",
    ),
    "migrate": (
        "casemgmt.db.command_line:migrate",
        "Bring the database to the state of this program: roles, tables, SQL, reference data. Safe to repeat.",
    ),
    "load-demo": (
        "casemgmt.demo.command_line:load_demo",
        "Put the invented bodies and accounts of the demo into the database, once.",
    ),
    "create-admin": (
        "casemgmt.access.command_line:create_admin",
        "Make an administrator: the first and the second of a deployment. Whoever it is types in the password.",
    ),
    "work": (
        "casemgmt.jobs.work_command:work",
        "Do background jobs until stopped: clocks that warn and escalate, what ends by itself, what people asked for.",
    ),
    "jobs": ("casemgmt.jobs.command_line:app", "What waits, what failed for good, and another try."),
    "seal": (
        "casemgmt.audit.seal_command:seal",
        "Seal the audit log until stopped: put events into the Merkle tree, sign its head, tell the witnesses.",
    ),
    "audit": (
        "casemgmt.audit.command_line:app",
        "Keys, exports, and their verification on a machine without the database.",
    ),
    "files": ("casemgmt.documents.command_line:app", "The storage of documents and its master keys."),
    "import": (
        "casemgmt.imports.command_line:app",
        "Samples of tables and mappings, a look at a table on this machine, and imports by a service.",
    ),
    "instruments": (
        "casemgmt.assessments.command_line:app",
        "The instruments of assessment that this deployment may use.",
    ),
    "retention": (
        "casemgmt.retention.command_line:app",
        "What is due, the execution of an approved plan, its certificate.",
    ),
    "backup": (
        "casemgmt.backup.command_line:backup",
        "Copy the whole database, as it is at one moment, into a new folder. The service goes on meanwhile.",
    ),
    "restore": (
        "casemgmt.backup.command_line:restore",
        "Put a backup into an empty database of a new cluster, end all sessions, begin a new generation of cursors.",
    ),
    "rotate-secret": (
        "casemgmt.access.command_line:rotate_secret",
        "Change the secret `CASEMGMT_…_SECRET` into CASEMGMT_NEW_SECRET. Stop the service and the worker first.",
    ),
    "documents": (
        "casemgmt.generated_command:documents",
        "Write the generated documents: states, permissions, settings.",
    ),
}
"""Where each command stands, and what the list says of it."""

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__, pretty_exceptions_enable=False)
for _name, (_place, _told) in COMMANDS.items():
    add_late(app, _name, _place, _told)
