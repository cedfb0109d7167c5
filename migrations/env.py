"""Alembic's environment. `casemgmt migrate` and the tests hand in an open connection; no URL is read here."""

from alembic import context
from sqlalchemy.dialects.postgresql.base import ischema_names

from casemgmt.db.base import Xid8
from casemgmt.db.tables import metadata

ischema_names["xid8"] = Xid8  # SQLAlchemy does not know the type when it reads a database


def include_object(obj: object, name: str | None, kind: str, reflected: bool, compare_to: object) -> bool:  # noqa: FBT001 - Alembic's signature
    """Leave out what the models don't describe: the months of the audit log."""
    return not (kind == "table" and reflected and compare_to is None and (name or "").startswith("audit_event_"))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    include_object=include_object,
    compare_type=True,
    compare_server_default=False,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
