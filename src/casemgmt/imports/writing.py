"""Writes prepared rows: each becomes a record as the use cases make it, with its clocks, its story and its origin."""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlmodel import SQLModel

from casemgmt.audit.events import Event
from casemgmt.cases.commands import OpenCase
from casemgmt.cases.opening import KeptElsewhere, check_imported_cases, imported_case
from casemgmt.db.work import Work, only
from casemgmt.errors import DomainError
from casemgmt.ids import new_id
from casemgmt.imports.children import Children
from casemgmt.imports.fields import CHILD, OF_CASE
from casemgmt.imports.findings import Finding, Report
from casemgmt.imports.numbers import Numbers
from casemgmt.imports.parts import parts_of
from casemgmt.imports.preparing import Prepared
from casemgmt.imports.progress import Teller
from casemgmt.imports.tables import ImportedRecord, ImportRun
from casemgmt.people.iin import mask_iin
from casemgmt.people.tables import Person
from casemgmt.signals.commands import RegisterSignal, ReporterGiven
from casemgmt.signals.service import imported_signal
from casemgmt.signals.tables import Signal, SignalPerson
from rules.zone import to_local

_AT_ONCE = 100
"""Records that are sent to the database together: between two such parts the process answers other requests."""
_REPORTER = "reporter_"
Act = tuple[Event, Sequence[SQLModel]]


@dataclass(frozen=True)
class Origin:
    """What every record of an import shares about where it came from."""

    run: ImportRun
    sheet: str | None
    lookup_key: bytes

    def of(self, work: Work, row: Prepared, part: str, **record: Any) -> ImportedRecord:
        """Return the origin of one record."""
        run = self.run
        return ImportedRecord(
            id=new_id(),
            import_id=run.id,
            register_body_id=run.organisation_id,
            organisation_id=run.organisation_id,
            region_code=work.actor.region_code,
            source=run.source,
            number=row.number,
            part=part,
            sheet=self.sheet,
            row=row.row,
            content_digest=row.digest,
            imported_at=work.now,
            imported_by_id=work.actor.user_id,
            **record,
        )


async def write_children(work: Work, children: Children) -> None:
    """Record the children who are not on record yet, with their identification numbers."""
    acts = ((Event("person.imported", "person", (p.id,)), [p]) for _, p in children.new)
    async for _ in _write(work, acts):
        pass
    numbered = ((p, iin) for row, p in children.new if (iin := row.values.get(CHILD + "iin")) is not None)
    for part in parts_of(numbered, _AT_ONCE):
        await work.call_each("import_each", [_identifier(work, person, iin) for person, iin in part])


def _identifier(work: Work, person: Person, iin: str) -> tuple[Event, dict[str, object]]:
    event = Event("identifier.recorded", "person", (person.id,), fields=("person_iin.iin",))
    return event, {"person_id": str(person.id), "iin": iin, "mask": mask_iin(iin), "at": work.now.isoformat()}


async def write_signals(
    work: Work, origin: Origin, rows: Sequence[Prepared], children: Children, report: Report, teller: Teller
) -> dict[str, Signal]:
    """Record a signal for each row and return them; what the use case refuses of one becomes a finding."""
    signals: dict[str, Signal] = {}
    first = {row.number: person.id for row, person in children.new}

    def acts() -> Iterator[Act]:
        for row in rows:
            made = _signal(work, origin, row, report)
            if made is None:
                continue
            signal, others = made
            signals[row.number] = signal
            child = children.by_number.get(row.number)
            if child is not None:
                others.append(_subject(work, signal, child))
            if row.number in first:
                others.append(origin.of(work, row, "child", person_id=first[row.number]))
            others.append(origin.of(work, row, "signal", signal_id=signal.id))
            yield Event("signal.imported", "signal", (signal.id,), signal_id=signal.id), [signal, *others]

    async for written in _write(work, acts()):
        await teller.tell("recording", 0 if origin.run.kind == "cases" else written, len(rows))
    return signals


def _signal(work: Work, origin: Origin, row: Prepared, report: Report) -> tuple[Signal, list[SQLModel]] | None:
    try:
        command, received_at = signal_of(row.values)
        until = row.values.get("opened_on", work.now)
        return imported_signal(work, command, received_at, until, origin.lookup_key)
    except ValidationError as error:
        for fault in error.errors(include_input=False):
            report.add(_not_accepted(row, fault["loc"]))
    except DomainError as refusal:
        field = refusal.faults[0].pointer[1:] if refusal.faults else None
        report.add(Finding("refused-by-the-service", row.row, field=field))
    return None


def _subject(work: Work, signal: Signal, child: UUID) -> SignalPerson:
    return SignalPerson(
        signal_id=signal.id,
        person_id=child,
        role="child",
        organisation_id=signal.organisation_id,
        added_at=work.now,
        added_by_id=work.actor.user_id,
    )


async def write_cases(
    work: Work,
    origin: Origin,
    rows: Sequence[Prepared],
    children: Children,
    signals: Mapping[str, Signal],
    report: Report,
    numbers: Numbers,
    teller: Teller,
) -> None:
    """Open a case for each row from its signal, for the manager whom the row names; none is without one."""
    kept = await _kept(work, rows, children, signals, report)
    refused = await check_imported_cases(work, [each for _, each in kept])
    for (row, _), refusal in zip(kept, refused, strict=True):
        if refusal is not None:
            code = refusal.faults[0].code if refusal.faults else refusal.code
            report.add(Finding(_CASE_FINDINGS.get(code, "refused-by-the-service"), row.row, field="manager"))
    free = [each for each, refusal in zip(kept, refused, strict=True) if refusal is None]
    given, written = await numbers(work.actor.region_code, to_local(work.now).year, len(free)), 0
    for part in parts_of(free, _AT_ONCE):
        await work.call_each("import_each", [_opening(work, each, next(given)) for _, each in part])
        work.session.add_all(origin.of(work, row, "case", case_id=each.command.id) for row, each in part)
        await work.check_all()
        written += len(part)
        await teller.tell("recording", written, len(rows))


async def _kept(
    work: Work, rows: Sequence[Prepared], children: Children, signals: Mapping[str, Signal], report: Report
) -> list[tuple[Prepared, KeptElsewhere]]:
    """Return the rows that have all that a case begins with."""
    managers = await _managers(work, rows)
    found = []
    for row in rows:
        manager = managers.get(row.values["manager"])
        child, signal = children.by_number.get(row.number), signals.get(row.number)
        if manager is None:
            report.add(Finding("unknown-manager", row.row, field="manager", cell=row.values["manager"]))
        elif child is not None and signal is not None:
            command = OpenCase(
                id=new_id(),
                signal_ids=[signal.id],
                children=[child],
                manager_id=manager,
                child_categories=[c for c in (row.values.get("child_category"),) if c is not None],
                **{n: row.values.get(n) for n in ("help_package", "problem_type", "restriction_ground")},
            )
            found.append((row, KeptElsewhere(command, signal, row.values["opened_on"])))
    return found


def _opening(work: Work, kept: KeptElsewhere, number: str) -> tuple[Event, dict[str, object]]:
    told = only(kept.command.id, kept.signal.id, kept.command.children[0])
    event = Event("case.imported", "case", told, case_id=kept.command.id)
    return event, {"case": imported_case(work, kept, number)}


_CASE_FINDINGS = {
    "unknown-case-manager": "unknown-manager",
    "manager-of-other-region": "manager-of-another-body",
    "manager-of-other-body": "manager-of-another-body",
    "not-free-for-this": "manager-not-free",
    "open-case-exists": "child-has-a-case",
}


async def _managers(work: Work, rows: Sequence[Prepared]) -> dict[str, UUID]:
    """Return user name → account, of those whom the rows name."""
    names = sorted({row.values["manager"] for row in rows})
    found = await work.rows(
        "SELECT id, lower(username) AS name FROM app_user WHERE active AND lower(username) = ANY (:names)", names=names
    )
    return {each["name"]: each["id"] for each in found}


def _not_accepted(row: Prepared, place: Sequence[object]) -> Finding:
    """Return the finding of a row whose fields don't go together; a reporter without a relation is the common one."""
    field = ".".join(str(part) for part in place)
    return Finding("reporter-without-relation" if field == "relation" else "not-accepted", row.row, field=field or None)


def signal_of(values: Mapping[str, Any]) -> tuple[RegisterSignal, datetime]:
    """Return what a row says of a signal, and when it was received: where a case's row is silent, as that opened."""
    reporter = {k.removeprefix(_REPORTER): v for k, v in values.items() if k.startswith(_REPORTER)}
    given = {
        k: v
        for k, v in values.items()
        if not k.startswith((_REPORTER, CHILD)) and k not in OF_CASE and k != "received_at"
    }
    command = RegisterSignal(
        region_code=given.pop("region_code", None),
        reporter=ReporterGiven(**reporter) if reporter else None,
        **given,
    )
    return command, values.get("received_at") or values["opened_on"]


async def _write(work: Work, acts: Iterable[Act]) -> AsyncIterator[int]:
    """Write in parts, each checked as a commit would, and yield after each how many are written."""
    written = 0
    for part in parts_of(acts, _AT_ONCE):
        await work.save_each(part)
        await work.check_all()
        written += len(part)
        yield written
