"""`casemgmt retention …`: what is due, the execution of an approved plan, its certificate."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import asyncpg
import orjson
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from casemgmt.audit.evidence import EvidenceError, read_key_list
from casemgmt.audit.signing import KeyFileError, read_key_file
from casemgmt.ids import new_id
from casemgmt.reference.languages import Language
from casemgmt.retention import certificate as certificates
from casemgmt.retention.planning import BATCH, term_of
from casemgmt.retention.schedule import applied, schedule
from casemgmt.retention.wording import reason_text, say, texts
from casemgmt.settings import SealerSettings
from casemgmt.terminal import as_owner, console, errors, read_settings, refuse

app = typer.Typer(no_args_is_help=True, help=__doc__, pretty_exceptions_enable=False)

_OFFICER = "SELECT set_config('casemgmt.user', $1, true), set_config('casemgmt.flags', '{records}', true)"
_EVENT = (
    "SELECT audit_write($1, 'retention.batch_destroyed', 'done', NULL, 'retention_plan', $2, NULL, NULL, '{}', 'cli',"
    " p_on_behalf_of => $3)"
)
_COUNTS = "SELECT count(*) AS whole, count(outcome) AS done FROM retention_item WHERE plan_id = $1"


@app.command("plan")
def plan_command(
    language: Annotated[str, typer.Option(help="kk, ru or en.")] = "en",
) -> None:
    """Show what is due for destruction now. A dry run: nothing is changed, nothing is stored."""
    if language not in ("kk", "ru", "en"):
        refuse("--language is kk, ru or en.")
    told: Language = language  # type: ignore[assignment]  # one of the three
    terms = applied(datetime.now(UTC))
    found = as_owner(lambda connection: _due(connection, terms))
    table = Table(title="Dry run: nothing is changed")
    for heading in ("class", "term", "what happens", "due", "held back"):
        table.add_column(heading, justify="right" if heading == "due" else "left")
    for term in terms:
        due, held = found[str(term["class"])]
        status = say(texts().statuses[str(term["status"])], told)
        table.add_row(
            say(schedule()[str(term["class"])].label, told),
            f"{term_of(term, told)}\n[dim]{term['citation'] or status}[/dim]",
            say(texts().acts[str(term["act"])], told),
            f"{due:,}",
            "\n".join(f"{count:,}: {reason_text(reason, told)}" for reason, count in held.items()) or "–",
        )
    console.print(table)
    console.print("To destroy: a records officer makes a plan (POST /v1/retention-plans), another approves its digest.")


async def _due(connection: asyncpg.Connection, terms: list[dict[str, Any]]) -> dict[str, tuple[int, dict[str, int]]]:
    found: dict[str, tuple[int, dict[str, int]]] = {}
    for term in terms:
        name, cutoff = term["class"], datetime.fromisoformat(term["cutoff"])
        if term["act"] == "keep":
            found[name] = (0, {})
        elif term["act"] == "destroy":
            found[name] = (await connection.fetchval("SELECT technical_rows($1, $2)", name, cutoff), {})
        else:
            rows = await connection.fetch(
                "SELECT reason, count(*) AS n FROM retention_due($1, $2) GROUP BY reason", name, cutoff
            )
            counts = {r["reason"]: r["n"] for r in rows}
            found[name] = (counts.pop(None, 0), counts)
    return found


@app.command("run")
def run_command(
    plan: Annotated[UUID, typer.Argument(help="Id of a plan that a second person approved.")],
    batch: Annotated[int, typer.Option(min=1, max=1000, help="Records of one transaction.")] = BATCH,
) -> None:
    """Execute an approved plan, batch by batch. It can be killed at any moment and goes on where it was."""
    left_out = as_owner(lambda connection: _run(connection, plan, batch))
    console.print(f"The plan is executed; {left_out:,} records were left out because they changed or are held.")
    console.print(f"Its certificate: casemgmt retention certificate {plan} --out certificate.json")


async def _run(connection: asyncpg.Connection, plan: UUID, batch: int) -> int:
    approver = await connection.fetchval("SELECT approved_by_id FROM retention_plan WHERE id = $1", plan)
    left_out: int = 0
    with Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=errors, transient=True
    ) as bar:
        task = bar.add_task("Destroying", total=None)
        while True:
            async with connection.transaction():
                await connection.execute(_OFFICER, str(approver or ""))
                answer = await connection.fetchval("SELECT run_retention($1, $2, $3)", plan, batch, datetime.now(UTC))
                if answer is None:
                    refuse("There is no such plan, or it is not approved by a second person, or it is completed.")
                done = orjson.loads(answer)
                ids = [plan, *map(UUID, done["destroyed"])]
                await connection.execute(_EVENT, new_id(), ids, approver)
            left_out += int(done["left_out"])
            counts = await connection.fetchrow(_COUNTS, plan)
            bar.update(task, total=counts["whole"], completed=counts["done"])
            if done["remaining"] == 0:
                return left_out


@app.command("certificate")
def certificate_command(
    plan: Annotated[UUID, typer.Argument(help="Id of a completed plan.")],
    out: Annotated[Path, typer.Option(help="File to write, and the same name with .html beside it to print.")],
) -> None:
    """Write the signed certificate of destruction: counts, terms and accounts, and nobody whose records they were."""
    key_file = read_settings(SealerSettings).audit_key_file
    if key_file is None:
        refuse("Set CASEMGMT_AUDIT_KEY_FILE: the certificate is signed with the key of the audit log.")
    try:
        key = read_key_file(key_file)
        content = as_owner(lambda connection: certificates.write_certificate(connection, plan, key))
    except (KeyFileError, certificates.CertificateError) as error:
        refuse(str(error))
    page = out.with_suffix(".html")
    out.write_bytes(content)
    page.write_text(certificates.as_html(orjson.loads(content)), "utf-8")
    console.print(f"{out} and {page}. Verify: casemgmt retention verify {out}")


@app.command("verify")
def verify_command(
    file: Annotated[Path, typer.Argument(help="Certificate of destruction, the JSON file.")],
    key: Annotated[Path | None, typer.Option(help="Public keys that you know to be the log's.")] = None,
) -> None:
    """Verify a certificate: needs no database. Exit code 0: it holds; 1: it does not; 2: it can't be read."""
    try:
        document = certificates.read_certificate(file.read_bytes())
        known = None if key is None else read_key_list(key)
    except OSError as error:
        refuse(f"{file} can't be read: {error.strerror}.")
    except (certificates.CertificateError, EvidenceError) as error:
        refuse(f"{file}: {error}")
    if not certificates.holds(document, known):
        console.print("[bold red]It does not hold.[/] The content is not what was signed, or not by a known key.")
        raise typer.Exit(1)
    total = sum(entry["destroyed"] for entry in document["classes"])
    console.print(f"[bold green]It holds.[/] Plan {document['plan']}: {total:,} records by {document['completed_at']}.")
    if known is None:
        console.print("Whose key it is, it does not prove: give --key with public keys that you have from elsewhere.")
