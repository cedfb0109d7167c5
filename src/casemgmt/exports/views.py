"""What is read of research projects."""

import datetime as dt
from uuid import UUID

from casemgmt.models import AllowedActionView, View


class ResearchExportView(View):
    """A table that went out."""

    id: UUID
    name: str
    rows: int
    coarsened: int
    minimum_cell: int
    sha256: str
    made_at: dt.datetime
    made_by_id: UUID


class ProjectView(View):
    """A research project, and what went out for it."""

    id: UUID
    version: int
    state: str
    title: str
    purpose: str
    legal_basis: str
    reference: str
    recipient: str
    expires_on: dt.date
    proposed_by_id: UUID
    proposed_at: dt.datetime
    decided_by_id: UUID | None
    decided_at: dt.datetime | None
    ended_at: dt.datetime | None
    exports: list[ResearchExportView]
    allowed_actions: list[AllowedActionView]


class ColumnView(View):
    """A column of an export."""

    name: str
    kind: str
    description: str
    code_list: str | None


class ResearchTableView(View):
    """What a table of an export holds and how it was made coarser: for programs and for who reads the data."""

    name: str
    description: str
    media_type: str
    encoding: str
    minimum_cell: int
    unit: str
    cells: list[list[str]]
    columns: list[ColumnView]
    notes: list[str]
