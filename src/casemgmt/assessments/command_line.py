"""`casemgmt instruments …`: the instruments of assessment that this deployment may use."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TypeVar

import asyncpg
import typer

from casemgmt.assessments.loading import LibraryError, load_instruments, withdraw_instrument
from casemgmt.assessments.sign_off import SIGN_OFF, Folder, Found, read_folder
from casemgmt.db.addresses import OWNER_ROLE, driver_url
from casemgmt.terminal import console, errors, owner_url, refuse

app = typer.Typer(no_args_is_help=True, help=__doc__, pretty_exceptions_enable=False)

AnswerT = TypeVar("AnswerT")
FolderOption = Annotated[
    Path,
    typer.Argument(help="Folder with the files CODE.VERSION.yaml and sign_off.yaml.", exists=True, file_okay=False),
]
_STANDING = {
    "signed": "signed off",
    "not_signed": "not signed off",
    "changed_since": "changed since it was signed off",
}


def _as_owner(action: Callable[[asyncpg.Connection], Awaitable[AnswerT]]) -> AnswerT:
    url = owner_url()

    async def run() -> AnswerT:
        connection = await asyncpg.connect(driver_url(url))
        try:
            await connection.execute(f"SET ROLE {OWNER_ROLE}")
            async with connection.transaction():
                return await action(connection)
        finally:
            await connection.close()

    try:
        return asyncio.run(run())
    except LibraryError as error:
        refuse(f"Nothing was changed. {error}")
    except (OSError, asyncpg.PostgresError) as error:
        refuse(f"The database did not do it: {error}")


@app.command("check")
def check(folder: FolderOption) -> None:
    """Read a folder of instruments and say what may be loaded. Needs no database. Exit code 1: not all of it may."""
    found = read_folder(folder)
    _show(found)
    raise typer.Exit(0 if found.in_order else 1)


@app.command("load")
def load(folder: FolderOption) -> None:
    """Load the instruments of a folder, all or none. Those that are there already are left alone."""
    found = read_folder(folder)
    if not found.in_order:
        _show(found)
        refuse("Nothing was loaded: see above.")
    signed = [(each.instrument, each.signed) for each in found.found if each.signed is not None]
    new = _as_owner(lambda connection: load_instruments(connection, signed, datetime.now(UTC)))
    for instrument in new:
        console.print(f"loaded: {instrument.code}, version {instrument.version}", markup=False)
    console.print(f"{len(new)} loaded, {len(signed) - len(new)} were there already.")


@app.command("withdraw")
def withdraw(
    code: Annotated[str, typer.Argument(help="Code of the instrument.")],
    version: Annotated[int, typer.Argument(help="Its version.")],
    reason: Annotated[str, typer.Option(help="Why nothing may begin with it any more.", prompt=True)],
) -> None:
    """Let nothing begin with a version any more. What was begun is finished, and read for ever, with it."""
    if not reason.strip():
        refuse("Say why: --reason.")
    _as_owner(lambda connection: withdraw_instrument(connection, code, version, reason.strip()))
    console.print(f"withdrawn: {code}, version {version}", markup=False)


@app.command("list")
def list_command() -> None:
    """List the instruments that are loaded."""
    rows = _as_owner(
        lambda connection: connection.fetch(
            "SELECT code, version, content->'licence'->>'holder' AS holder, content->'licence'->>'until' AS until,"
            " authority, loaded_at, withdrawn_at FROM assessment_instrument ORDER BY code, version"
        )
    )
    for row in rows:
        said = [
            f"{row['code']}, version {row['version']}: {row['holder']}",
            f"licence until {row['until']}" if row["until"] else "licence without an end",
            f"signed off by {row['authority']}" if row["authority"] else "comes with the program",
            f"loaded {row['loaded_at']:%Y-%m-%d}",
        ]
        if row["withdrawn_at"]:
            said.append(f"withdrawn {row['withdrawn_at']:%Y-%m-%d}")
        console.print("; ".join(said), markup=False)


def _show(folder: Folder) -> None:
    for each in folder.found:
        one, until = each.instrument, each.instrument.licence.until
        term = "licence without an end" if until is None else f"licence until {until}"
        console.print(
            f"{_STANDING[each.standing]}: {one.code}, version {one.version}"
            f" ({len(one.items)} items, {' '.join(one.languages)}, of {one.licence.holder}, {term})",
            markup=False,
        )
    for fault in folder.faults:
        errors.print(fault, markup=False)
    waiting = [each for each in folder.found if each.standing != "signed"]
    if waiting:
        console.print(f"\nFor {SIGN_OFF}, once the authority has compared the files with their sources:", markup=False)
        for each in waiting:
            console.print(_line(each), markup=False)


def _line(found: Found) -> str:
    one = found.instrument
    return f"  - {{code: {one.code}, version: {one.version}, digest: {one.digest}}}"
