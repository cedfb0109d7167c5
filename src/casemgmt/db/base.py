"""Common ground of all tables: naming of constraints, column kinds, and the columns that can't be added later."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import DateTime, MetaData, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import UserDefinedType
from sqlmodel import Field, SQLModel

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMING
metadata: MetaData = SQLModel.metadata

TEXT_LIMIT = 20_000
"""Characters of a free text, checked by the API."""


class Xid8(UserDefinedType[int]):
    """PostgreSQL's 64-bit transaction id, written by a trigger and never by the service."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """Return the name of the type for DDL."""
        return "XID8"


def moment(*, nullable: bool = False, index: bool = False) -> Any:
    """Return a column for a moment in time, stored with its zone."""
    return Field(default=None, sa_type=DateTime(timezone=True), nullable=nullable, index=index)


def long_text(*, nullable: bool = False) -> Any:
    """Return a column for text of any length."""
    return Field(default=None, sa_type=Text, nullable=nullable)


def document(*, nullable: bool = False) -> Any:
    """Return a JSONB column; what goes in was validated by a model of the feature."""
    return Field(default=None, sa_type=JSONB, nullable=nullable)


def ref(target: str, *, nullable: bool = False, index: bool = True, primary: bool = False) -> Any:
    """Return a foreign key to `table.column`, indexed unless said otherwise."""
    if primary:
        return Field(foreign_key=target, primary_key=True)
    return Field(default=None, foreign_key=target, nullable=nullable, index=index)


def code(list_name: str, *, nullable: bool = False, default: str | None = None, primary: bool = False) -> Any:
    """Return a column for a value of a code list: a foreign key to the table of that list."""
    target = f"code_{list_name}.code"
    if primary:
        return Field(foreign_key=target, primary_key=True)
    return Field(default=default, foreign_key=target, nullable=nullable)


def marked_in_error() -> Any:
    """Return the mark of what was entered in error: set by two persons (`corrections`), kept, counts no longer."""
    return Field(default=False, sa_column_kwargs={"server_default": "false"})


class Row(SQLModel):
    """Base of all rows. Nothing is read back after an insert: the writer may not be allowed to see the new row."""

    __mapper_args__: ClassVar[dict[str, Any]] = {"eager_defaults": False}
    committed: ClassVar[bool] = True
    """Whether the event of a new row commits to what it holds."""


class Scoped(Row):
    """Columns by which row security decides, on the row itself."""

    region_code: str | None = Field(default=None, max_length=5)
    """ISO 3166-2:KZ; None while no region is known: then the owning and the receiving body alone see the row."""
    organisation_id: UUID = ref("organisation.id", index=False)
    """The body that owns the row."""
    restricted: bool = Field(default=False)
    """A restricted row is seen by the team of its case only."""


class CaseScoped(Scoped):
    """A row that belongs to a case. Its scope is copied from the case by a trigger, and moves with it."""

    case_id: UUID = ref("case_record.id")


class Versioned(Row):
    """A row that a device may hold: `version` answers to ETags, `changed_xid` is the cursor of synchronisation."""

    version: int = Field(default=1)
    changed_xid: int = Field(
        default=None, sa_type=Xid8, nullable=False, sa_column_kwargs={"server_default": "0"}, index=True
    )


class Stamped(Row):
    """Who made the row, and when."""

    created_at: datetime = moment()
    created_by_id: UUID = ref("app_user.id", index=False)
