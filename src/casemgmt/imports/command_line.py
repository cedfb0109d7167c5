"""`casemgmt import …`: samples of tables and mappings, a look at a table on this machine, and imports by a service."""

import csv
import getpass
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import httpx
import typer
from rich.table import Table

from casemgmt.errors import Invalid
from casemgmt.imports.findings import Report
from casemgmt.imports.mapping import read_mapping
from casemgmt.imports.preparing import Terms, prepare
from casemgmt.imports.reading import read_table
from casemgmt.imports.states import WORKING
from casemgmt.imports.templates import KINDS_OF_SAMPLES, LANGUAGES, sample
from casemgmt.imports.waiting import waited
from casemgmt.imports.wording import finding_texts
from casemgmt.people.policy import local_day
from casemgmt.reference.languages import Language
from casemgmt.settings_imports import ImportSettings
from casemgmt.terminal import console, errors, read_settings, refuse

app = typer.Typer(no_args_is_help=True, help=__doc__, pretty_exceptions_enable=False)

MappingFile = Annotated[Path, typer.Option("--mapping", help="The mapping file (YAML).", exists=True, dir_okay=False)]
TableFile = Annotated[Path, typer.Argument(help="The table: CSV or XLSX.", exists=True, dir_okay=False)]
Spoken = Annotated[str, typer.Option("--language", help="Language of the report: kk, ru or en.")]
Url = Annotated[str, typer.Option(help="Address of the service.")]
User = Annotated[str, typer.Option("--user", help="Your log-in name; the password is asked for.")]
ImportId = Annotated[str, typer.Argument(help="Id of the import, as `check` told it.")]
Digest = Annotated[str, typer.Option("--report", help="Digest of the report that you read.")]
_HERE = "http://127.0.0.1:8000"


@app.command("template")
def template_command(
    kind: Annotated[str, typer.Argument(help="signals or cases.")],
    language: Spoken = "ru",
    folder: Annotated[Path, typer.Option("--to", help="Folder to write into.", file_okay=False)] = Path(),
) -> None:
    """Write a sample of a table and of its mapping file, with invented people, to begin from."""
    if kind not in KINDS_OF_SAMPLES or language not in LANGUAGES:
        refuse(f"Samples are there of {', '.join(KINDS_OF_SAMPLES)} in {', '.join(LANGUAGES)}.")
    for extension in ("yaml", "csv"):
        path = folder / f"{kind}.{language}.{extension}"
        if path.exists():
            refuse(f"{path} is there already; nothing was written over it.")
        path.write_bytes(sample(kind, language, extension))
        console.print(f"written: {path}", markup=False)


@app.command("read")
def read_command(table: TableFile, mapping: MappingFile, language: Spoken = "ru") -> None:
    """Look at a table on this machine alone: nothing is sent. What a service knows already is not compared."""
    spoken = _language(language)
    settings = read_settings(ImportSettings)
    now, report = datetime.now(UTC), Report()
    try:
        used = read_mapping(mapping.read_text("utf-8"))
        if table.stat().st_size > settings.import_bytes:
            refuse(f"The file has more than {settings.import_bytes:,} bytes.")
        terms = Terms(now, local_day(now), settings.import_rows)
        prepare(read_table(table.read_bytes(), used), used, terms, report)
    except UnicodeDecodeError:
        refuse("The mapping file is not in UTF-8.")
    except Invalid as refusal:
        _refused(refusal.detail, [(f.pointer, f.detail) for f in refusal.faults])
    texts = finding_texts()
    rows = [
        (
            f.row,
            f.column or f.field,
            f.level,
            texts[f.code].problem.say(spoken),
            texts[f.code].advice.say(spoken),
            f.cell,
        )
        for f in report.findings
    ]
    _print(rows, report.left_out)
    console.print(f"{report.rows_read:,} rows, {report.faults:,} faults.")
    raise typer.Exit(1 if report.faults else 0)


@app.command("check")
def check_command(
    table: TableFile,
    mapping: MappingFile,
    user: User,
    url: Url = _HERE,
    language: Spoken = "ru",
    decisions: Annotated[
        Path | None,
        typer.Option(help="decisions.csv: number,decision; `new`, an id of a person, or `row 15/2`.", exists=True),
    ] = None,
    save: Annotated[Path | None, typer.Option("--save", help="Write the report as CSV into this file, too.")] = None,
) -> None:
    """Send a table to a service that tries the whole import and undoes it; print the report."""
    with _service(url, user, language) as service:
        run = _done(service.post("/v1/imports", json={"mapping": mapping.read_text("utf-8")}))
        path = f"/v1/imports/{run['id']}"
        run = waited(service, _done(service.put(f"{path}/file", content=table.read_bytes())))
        if decisions is not None and run["state"] == "checked":
            run = waited(service, _done(service.post(f"{path}/decisions", json={"decisions": _decisions(decisions)})))
        _show(service, run, save)


def _show(service: httpx.Client, run: dict[str, Any], save: Path | None) -> None:
    """Print the report of an import and end the command: with 0 where nothing stands in the way of a sign-off."""
    if run["state"] == "done":
        console.print(f"done: {run['new_rows']:,} new rows.")
        raise typer.Exit(0)
    if run["state"] in {"announced", "withdrawn", *WORKING}:
        console.print(f"import {run['id']}\n{run['state']}: there is no report.", markup=False)
        raise typer.Exit(0)
    report = _whole_report(service, run)
    _stopped(run, report)
    if save is not None:
        save.write_bytes(service.get(f"/v1/imports/{run['id']}/report.csv").content)
    rows = [
        (
            f["row"],
            f["column"] or f["field"],
            f["level"],
            f["problem"],
            f["advice"],
            ", ".join(f["candidates"]) or f["cell"],
        )
        for f in report["findings"]
    ]
    _print(rows, 0 if report["complete"] else 1)
    console.print(
        f"import {run['id']}\nreport {run['report_digest']}\n{run['rows']:,} rows: {run['new_rows']:,} new,"
        f" {run['known_rows']:,} here already, {run['differing_rows']:,} differ; {run['faults']:,} in the way.",
        markup=False,
    )
    raise typer.Exit(1 if run["faults"] else 0)


def _whole_report(service: httpx.Client, run: dict[str, Any]) -> Any:
    """Return a report with the findings of all its pages."""
    path = f"/v1/imports/{run['id']}/report"
    report = page = _done(service.get(path))
    while page["next_after"] is not None:
        page = _done(service.get(path, params={"after": page["next_after"]}))
        report["findings"] += page["findings"]
    return report


@app.command("report")
def report_command(
    import_id: ImportId,
    user: User,
    url: Url = _HERE,
    language: Spoken = "ru",
    save: Annotated[Path | None, typer.Option("--save", help="Write the report as CSV into this file, too.")] = None,
) -> None:
    """Print the report of an import, for the one who signs it off."""
    with _service(url, user, language) as service:
        _show(service, _done(service.get(f"/v1/imports/{import_id}")), save)


@app.command("wait")
def wait_command(import_id: ImportId, user: User, url: Url = _HERE, language: Spoken = "ru") -> None:
    """Show how far an import is, until the service has done with it."""
    with _service(url, user, language) as service:
        _show(service, waited(service, _done(service.get(f"/v1/imports/{import_id}"))), None)


@app.command("again")
def again_command(import_id: ImportId, user: User, url: Url = _HERE, language: Spoken = "ru") -> None:
    """Have the service try the file of an import once more, and print the new report."""
    with _service(url, user, language) as service:
        _show(service, waited(service, _done(service.post(f"/v1/imports/{import_id}/check"))), None)


@app.command("stop")
def stop_command(import_id: ImportId, user: User, url: Url = _HERE) -> None:
    """Call off what the service is doing with an import: nothing of it comes in, and the file stays."""
    with _service(url, user, "en") as service:
        _done(service.post(f"/v1/imports/{import_id}/stop"))
    console.print("Stopped: nothing came in.")


@app.command("sign-off")
def sign_off_command(import_id: ImportId, report: Digest, user: User, url: Url = _HERE) -> None:
    """Sign an import off, as the second person, by the digest of the report that you read."""
    _step("sign-off", import_id, report, user, url)


@app.command("carry-out")
def carry_out_command(import_id: ImportId, report: Digest, user: User, url: Url = _HERE) -> None:
    """Record all new rows of an import that was signed off, or none."""
    _step("carry-out", import_id, report, user, url)


def _step(step: str, import_id: str, report: str, user: str, url: str) -> None:
    with _service(url, user, "en") as service:
        run = _done(service.post(f"/v1/imports/{import_id}/{step}", json={"report_digest": report}))
        run = waited(service, run)
        _stopped(run, _done(service.get(f"/v1/imports/{import_id}/report")) if run["stopped_because"] else {})
    console.print(f"{run['state']}: {run['new_rows']:,} new rows.")


def _stopped(run: dict[str, Any], report: dict[str, Any]) -> None:
    """End the command where the import was stopped, with the reason in the words of the service."""
    if run["state"] == "stopped":
        told = report["stopped"]
        console.print(f"import {run['id']}", markup=False)
        _refused(told["detail"] or told["title"], [(e["pointer"], e["detail"]) for e in told["errors"]])


@contextmanager
def _service(url: str, user: str, language: str) -> Iterator[httpx.Client]:
    """Give a client that is signed in; refused where a second factor is asked for and none given."""
    form = {"grant_type": "password", "username": user, "password": _secret("Password: ")}
    if sys.stdin.isatty() and (code := getpass.getpass("Code of the second factor, empty without one: ")):
        form["code"] = code
    spoken = {"Accept-Language": language}
    with httpx.Client(base_url=url, timeout=120.0, headers=spoken, trust_env=False) as client:
        try:
            token = _done(client.post("/v1/token", data=form))
            if "access_token" not in token:
                refuse("This account needs a code of its second factor.")
            client.headers["Authorization"] = f"Bearer {token['access_token']}"
            yield client
        except httpx.TransportError:
            refuse(f"No service answers at {url}.")


def _secret(prompt: str) -> str:
    return getpass.getpass(prompt) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")


def _done(answer: httpx.Response) -> Any:
    """Return what a service answered; its refusal ends the command in its own words."""
    body = answer.json()
    if answer.is_success:
        return body
    if body["code"] == "wrong-state":
        steps = ", ".join(body["allowed_transitions"]) or "nothing"
        return _refused(f"{body['detail']}\nThe import is {body['state']}; possible now: {steps}.", [])
    return _refused(body["detail"], [(e["pointer"], e["detail"]) for e in body.get("errors") or []])


def _refused(detail: str, faults: list[tuple[str, str]]) -> NoReturn:
    errors.print(detail, markup=False)
    for pointer, said in faults:
        errors.print(f"  {pointer}  {said}", markup=False)
    raise typer.Exit(2)


def _decisions(path: Path) -> list[dict[str, object]]:
    """Return the decisions of a file of two columns, as the service takes them."""
    found: list[dict[str, object]] = []
    for number, row in enumerate(csv.reader(io.StringIO(path.read_text("utf-8-sig"))), 1):
        if number == 1 and row[:1] == ["number"]:
            continue
        if len(row) != 2 or not all(row):  # noqa: PLR2004 - number and decision
            refuse(f"{path}, line {number}: two columns, number and decision.")
        decided = row[1].strip()
        if decided == "new":
            found.append({"number": row[0], "new": True})
        elif decided.startswith("row "):
            found.append({"number": row[0], "same_as": decided.removeprefix("row ")})
        else:
            found.append({"number": row[0], "person_id": decided})
    return found


def _print(rows: list[tuple[Any, ...]], left_out: int) -> None:
    if not rows:
        return
    table = Table("row", "column", "level", "problem", "what to do", "cell")
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    console.print(table, markup=False)
    if left_out:
        console.print("There is more: mend these first.")


def _language(language: str) -> Language:
    if language not in {"kk", "ru", "en"}:
        refuse("The report is written in kk, ru or en.")
    return language  # type: ignore[return-value]  # one of the three
