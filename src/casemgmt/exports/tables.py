"""Research projects, their keys, and the exports that were made for them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary
from sqlmodel import Field

from casemgmt.db.base import Row, Versioned, long_text, moment, ref


class ResearchProject(Versioned, table=True):
    """A project for which data may go out: its purpose and legal basis, proposed by one, approved by another."""

    __tablename__ = "research_project"
    __table_args__ = (
        CheckConstraint("decided_by_id is null or decided_by_id <> proposed_by_id", name="second_person_decides"),
        Index("ix_research_project_newest", "proposed_at", "id"),
    )

    id: UUID = Field(primary_key=True)
    state: str = Field(max_length=16)
    title: str
    purpose: str = long_text()
    legal_basis: str = Field(max_length=32)
    reference: str = Field(max_length=120)
    """Number of the decision, contract or consent form that it rests on."""
    recipient: str
    """The body that gets the data."""
    expires_on: date
    proposed_by_id: UUID = ref("app_user.id", index=False)
    proposed_at: datetime = moment()
    decided_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    decided_at: datetime | None = moment(nullable=True)
    ended_at: datetime | None = moment(nullable=True)


class ResearchKey(Row, table=True):
    """The key of a project's pseudonyms. Made with the approval, gone with the end: nobody can link them then."""

    __tablename__ = "research_key"

    project_id: UUID = ref("research_project.id", primary=True)
    key: bytes = Field(sa_type=LargeBinary)


class ResearchExport(Row, table=True):
    """One table that went out: how many rows, how much was made coarser, and the digest of the file."""

    __tablename__ = "research_export"

    id: UUID = Field(primary_key=True)
    project_id: UUID = ref("research_project.id")
    name: str = Field(max_length=16)
    """Of the table: `cases`, `signals`."""
    rows: int
    coarsened: int
    """Rows in which a value was left out because too few share it."""
    minimum_cell: int
    sha256: str = Field(max_length=64)
    made_at: datetime = moment()
    made_by_id: UUID = ref("app_user.id", index=False)
