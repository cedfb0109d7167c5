"""Writes prepared rows: each becomes a record as the use cases make it, with its clocks, its story and its origin."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from pydantic import ValidationError
from sqlmodel import SQLModel

from casemgmt.audit.events import Event
from casemgmt.db.work import Work
from casemgmt.errors import DomainError
from casemgmt.ids import new_id
from casemgmt.imports.findings import Finding, Report
from casemgmt.imports.preparing import Prepared
from casemgmt.imports.tables import ImportedRecord, ImportRun
from casemgmt.signals.commands import RegisterSignal, ReporterGiven
from casemgmt.signals.service import imported_signal

_AT_ONCE = 250
"""Records that are sent to the database together."""
_REPORTER = "reporter_"


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


Act = tuple[Event, Sequence[SQLModel]]


async def write_signals(work: Work, origin: Origin, rows: Sequence[Prepared], report: Report) -> None:
    """Record a signal for each row; what the use case refuses of one becomes a finding, and nothing stays then."""
    acts = _signals(work, origin, rows, report)
    while batch := list(islice(acts, _AT_ONCE)):
        await work.save_each(batch)


def _signals(work: Work, origin: Origin, rows: Sequence[Prepared], report: Report) -> Iterator[Act]:
    for row in rows:
        try:
            command, received_at = signal_of(row.values)
            signal, others = imported_signal(work, command, received_at, origin.lookup_key)
        except ValidationError as error:
            for fault in error.errors(include_input=False):
                report.add(_not_accepted(row, fault["loc"]))
            continue
        except DomainError as refusal:
            field = refusal.faults[0].pointer[1:] if refusal.faults else None
            report.add(Finding("refused-by-the-service", row.row, field=field))
            continue
        event = Event("signal.imported", "signal", (signal.id,), signal_id=signal.id)
        yield event, [signal, *others, origin.of(work, row, "signal", signal_id=signal.id)]


def _not_accepted(row: Prepared, place: Sequence[object]) -> Finding:
    """Return the finding of a row whose fields don't go together; a reporter without a relation is the common one."""
    field = ".".join(str(part) for part in place)
    return Finding("reporter-without-relation" if field == "relation" else "not-accepted", row.row, field=field or None)


def signal_of(values: Mapping[str, Any]) -> tuple[RegisterSignal, datetime]:
    """Return what a row says of a signal, and when the signal was received."""
    reporter = {k.removeprefix(_REPORTER): v for k, v in values.items() if k.startswith(_REPORTER)}
    given = {k: v for k, v in values.items() if not k.startswith(_REPORTER) and k != "received_at"}
    return RegisterSignal(
        region_code=given.pop("region_code", None),
        reporter=ReporterGiven(**reporter) if reporter else None,
        **given,
    ), values["received_at"]
