"""Where a record came from, for whoever sees the record."""

from typing import Literal
from uuid import UUID

from sqlmodel import col, select

from casemgmt.audit.events import Event
from casemgmt.db.work import Work
from casemgmt.errors import NotFound
from casemgmt.imports.tables import ImportedRecord
from casemgmt.imports.views import OriginView

_COLUMNS = {
    "signal": ImportedRecord.signal_id,
    "case": ImportedRecord.case_id,
    "person": ImportedRecord.person_id,
}


async def read_origin(work: Work, record_type: Literal["signal", "case", "person"], record_id: UUID) -> OriginView:
    """Return register, number, sheet and row of an imported record; `NotFound` where hidden, or made in the service."""
    query = select(ImportedRecord).where(col(_COLUMNS[record_type]) == record_id)
    origin = (await work.session.scalars(query)).one_or_none()
    if origin is None:
        raise NotFound("There is no such record, or it did not come from a table.")
    case_id = record_id if record_type == "case" else None
    signal_id = record_id if record_type == "signal" else None
    work.record(Event("origin.read", record_type, (record_id,), case_id=case_id, signal_id=signal_id))
    return OriginView.model_validate(origin)
