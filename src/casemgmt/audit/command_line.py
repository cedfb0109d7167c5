"""`casemgmt audit …`: keys, exports, and their verification on a machine without the database."""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import asyncpg
import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from casemgmt.audit.comparison import Witness
from casemgmt.audit.disclosure import disclose_salt
from casemgmt.audit.evidence import EvidenceError, read_key_list, read_witness
from casemgmt.audit.export import Exported, Reason, Window, export_log
from casemgmt.audit.findings import KINDS, Findings
from casemgmt.audit.opening import open_commitment, read_event, read_salt
from casemgmt.audit.signing import KeyFileError, SigningKey, make_key_file, read_key_file
from casemgmt.audit.tree import BrokenTreeError
from casemgmt.audit.verify import verify
from casemgmt.db.addresses import driver_url
from casemgmt.late_commands import add_late
from casemgmt.settings import SealerSettings
from casemgmt.terminal import console, errors, owner_url, read_settings, refuse

app = typer.Typer(no_args_is_help=True, help=__doc__, pretty_exceptions_enable=False)
add_late(
    app,
    "unusual",
    "casemgmt.alerts.command_line:unusual",
    "Show what access was unusual, with the thresholds of the settings. Asking stands in the log.",
)

_SHOWN = 20
"""Most faults that are printed."""

_FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]
_FROM = "Moment in UTC; absent: from the first event on."
_TO = "Moment in UTC; absent: to the last event."


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=errors,
        transient=True,
    )


@app.command("new-key")
def new_key(
    out: Annotated[Path, typer.Option(help="File to write; it must not exist.")],
    after: Annotated[
        Path | None, typer.Option(help="File of the key in use, which then vouches for the new one.")
    ] = None,
    unless_there: Annotated[bool, typer.Option("--unless-there", help="Leave a file that exists as it is.")] = False,  # noqa: FBT002 - a flag
) -> None:
    """Make a key for the heads of the log. To change keys: name it in CASEMGMT_AUDIT_KEY_FILE, restart the sealer."""
    if unless_there and out.exists():
        return
    try:
        key = make_key_file(out, None if after is None else read_key_file(after))
    except KeyFileError as error:
        refuse(str(error))
    console.print(f"Key {key.id} is in {out}. Its public half, for those who verify:\n{key.public.public.hex()}")


@app.command("export")
def export_command(
    out: Annotated[Path, typer.Option(help="File to write.")],
    since: Annotated[datetime | None, typer.Option("--from", formats=_FORMATS, help=_FROM)] = None,
    until: Annotated[datetime | None, typer.Option("--to", formats=_FORMATS, help=_TO)] = None,
    purpose: Annotated[str | None, typer.Option(help="Code of the purpose; it stands in the log.")] = None,
    on_behalf_of: Annotated[UUID | None, typer.Option(help="Id of the account for which it is done.")] = None,
) -> None:
    """Write the log, or a part of it, with all that proves it. The export itself stands in the log."""
    settings = read_settings(SealerSettings)
    if settings.sealer_database_url is None or settings.audit_key_file is None:
        refuse(
            "Set CASEMGMT_SEALER_DATABASE_URL and CASEMGMT_AUDIT_KEY_FILE: an export is read and signed as the sealer."
        )
    window = Window(_utc(since), _utc(until))
    if window.since and window.until and window.since >= window.until:
        refuse("--from must lie before --to.")
    try:
        key = read_key_file(settings.audit_key_file)
        done = asyncio.run(_export(settings.sealer_database_url, key, out, window, Reason(purpose, on_behalf_of)))
    except (KeyFileError, BrokenTreeError) as error:
        refuse(str(error))
    except (OSError, asyncpg.PostgresError) as error:
        refuse(f"The export failed: {error}")
    console.print(
        f"{out}: {done.last - done.first:,} events from position {done.first:,} on,"
        f" and {done.unsealed:,} that are not sealed yet. Verify it with `casemgmt audit verify {out}`."
    )


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=UTC)


async def _export(url: str, key: SigningKey, out: Path, window: Window, reason: Reason) -> Exported:
    connection = await asyncpg.connect(driver_url(url), server_settings={"application_name": "casemgmt-export"})
    unfinished = out.with_name(out.name + ".part")
    try:
        with _bar() as bar, unfinished.open("wb") as file:
            task = bar.add_task("Exporting", total=None)
            done = await export_log(
                connection, key, file, window, reason, lambda done, whole: bar.update(task, completed=done, total=whole)
            )
        unfinished.replace(out)
    finally:
        await connection.close()
        unfinished.unlink(missing_ok=True)
    return done


@app.command("verify")
def verify_command(
    export: Annotated[Path, typer.Argument(help="File that `casemgmt audit export` wrote.")],
    witness: Annotated[
        Path | None, typer.Option(help="Heads that an outside witness kept: shows a missing tail and a second log.")
    ] = None,
    key: Annotated[Path | None, typer.Option(help="Public keys that you know to be the log's.")] = None,
) -> None:
    """Verify an export: needs no database. Exit code 0: all of it holds; 1: it does not; 2: it can't be read."""
    try:
        known = None if key is None else read_key_list(key)
        seen = None if witness is None else Witness(*read_witness(witness))
        with _bar() as bar, export.open("rb") as file:
            task = bar.add_task("Verifying", total=export.stat().st_size)
            findings = verify(file, known, seen, lambda size: bar.advance(task, size))
    except EvidenceError as error:
        refuse(str(error))
    except OSError as error:
        refuse(f"{export} can't be read: {error.strerror}.")
    _tell(findings, own_keys=key is None)
    raise typer.Exit(0 if findings.hold else 1)


def _tell(found: Findings, *, own_keys: bool) -> None:
    last = found.first + found.events
    console.print(f"Log        {found.log or 'unknown'}")
    console.print(f"Events     {found.events:,}, positions {found.first:,} to {max(last - 1, found.first):,}")
    console.print(
        f"Heads      {found.heads:,} signed; the last at {found.last_sealed_at or 'no time: nothing is sealed'}"
    )
    console.print(
        f"Keys       {', '.join(found.keys) or 'none'}{' (as the export itself names them)' if own_keys else ''}"
    )
    if found.witnessed is not None:
        console.print(f"Witness    {found.witnessed:,} heads compared")
    if found.generations > 1:
        console.print(f"Moves      the log went on in another database cluster {found.generations - 1} time(s)")
    if found.unsealed:
        console.print(f"Unsealed   {found.unsealed:,} events at the end are not under a head yet: nothing proves them")
    if found.hold:
        console.print("\n[bold green]It holds.[/] Every event is the one that was sealed, in its place.")
        if own_keys:
            console.print(
                "Whose log it is, it does not prove: give --key with public keys that you have from elsewhere."
            )
        if found.witnessed is None:
            console.print(
                "That nothing is missing at the end, it does not prove: give --witness with the heads kept outside."
            )
        return
    console.print("\n[bold red]It does not hold.[/]")
    first = found.first_bad_event()
    if first is not None:
        place = "that was never sealed" if first.position is None else f"at position {first.position:,}"
        console.print(f"First bad event: {first.event_id or 'unknown'} {place}: {KINDS[first.kind]} ({first.text}).")
    console.print("")
    for fault in found.faults[:_SHOWN]:
        where = "" if fault.position is None else f" at {fault.position:,}"
        console.print(f"  {fault.kind}{where} {fault.event_id or ''}: {fault.text}", markup=False)
    if len(found.faults) > _SHOWN:
        console.print(f"  … and {len(found.faults) - _SHOWN:,} more")


@app.command("open-commitment")
def open_commitment_command(
    source: Annotated[
        Path, typer.Argument(help="An export, or an event as GET /v1/audit/events/{id} shows it, in a file.")
    ],
    field: Annotated[str, typer.Option(help="Field, as the event names it: `person.given_name`, or `person.*`.")],
    salt: Annotated[str, typer.Option(help="Salt of the event, as `disclose-salt` gave it.")],
    event: Annotated[UUID | None, typer.Option(help="Id of the event, where the file holds several.")] = None,
    record: Annotated[str | None, typer.Option(help="Id of the record, where the event changed several.")] = None,
) -> None:
    """Show whether a field held a value before or after an event. Exit code 0: it did; 1: no; 2: it can't be told.

    The value, a text or JSON (`null`, `true`, `{…}`), is asked for, or read from standard input: it stays out of the
    shell's history.
    """
    value = typer.prompt("Value") if sys.stdin.isatty() else sys.stdin.read().rstrip("\n")
    try:
        found = read_event(source, None if event is None else str(event))
        opened = open_commitment(found, field, record, read_salt(salt), value)
    except EvidenceError as error:
        refuse(str(error))
    what = f"{field} of {opened.record}"
    if opened.side is None:
        console.print(f"It does not match: {what} held something else, or the salt is another's.", markup=False)
        raise typer.Exit(1)
    console.print(
        f"It matches: {what} held this {opened.side} event {found['id']} ({found['kind']}, {found['at']}).",
        markup=False,
    )
    console.print(f"That this event was sealed is shown by its leaf's hash, {opened.leaf_hash}, or by `verify`.")


@app.command("disclose-salt")
def disclose_salt_command(
    event: Annotated[UUID, typer.Argument(help="Id of the event.")],
    purpose: Annotated[str, typer.Option(help="Code of the purpose for which it is disclosed; it stands in the log.")],
    on_behalf_of: Annotated[UUID | None, typer.Option(help="Id of the account for which it is done.")] = None,
) -> None:
    """Give the salt of one event out, as the owner of the tables: who has it can prove what the event changed."""
    url = owner_url()
    try:
        salt = asyncio.run(disclose_salt(url, event, Reason(purpose, on_behalf_of)))
    except (OSError, asyncpg.PostgresError) as error:
        refuse(f"The salt can't be read: {error}")
    if salt is None:
        refuse("The event has no salt: it changed nothing, or what it changed was erased.")
    console.print(salt.hex())
