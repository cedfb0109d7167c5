"""The statements of the floors. The queries on cases are those of the service itself (see `db/sql/61_hot.sql`)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from benchmarks.database import bench_id

SOME_BODY = bench_id("organisation", 0)
SOME_USER = bench_id("user", 0)
ENTRY_DATA = '{"source": "qr_111", "channel": "qr_message", "category": "neglect"}'

BEGIN_WORK = "SELECT begin_work($1, $2, $3, $4)"
AUDIT = "SELECT audit_write($1, $2, 'done', NULL, $3, $4, $5, $6, '{}', NULL)"
AUDIT_CHANGES = "SELECT audit_write($1, $2, 'done', NULL, $3, $4, $5, $6, '{}', NULL, $7, $8)"

SIGNAL_COLUMNS = (
    "id",
    "state",
    "source",
    "channel",
    "category",
    "language",
    "narrative",
    "region_code",
    "danger_now",
    "anonymous",
    "received_at",
    "received_by_organisation_id",
    "organisation_id",
    "restricted",
    "registered_by_id",
    "lists_version",
    "content_digest",
    "gravest_severity",
    "version",
)
INSERT_SIGNAL = (
    f"INSERT INTO signal ({', '.join(SIGNAL_COLUMNS)})"  # noqa: S608 - constants
    f" VALUES ({', '.join(f'${i}' for i in range(1, len(SIGNAL_COLUMNS) + 1))})"
)
TASK_COLUMNS = ("id", "signal_id", "organisation_id", "started_at", "due_at")
TASK_CONSTANTS = {
    "kind": "triage_standard",
    "record_type": "signal",
    "blocks_closure": True,
    "deadline_status": "house_default",
    "deadline_provisional": False,
    "rules_version": "bench",
}
INSERT_TASK = (
    "INSERT INTO task (id, kind, signal_id, record_type, record_id, organisation_id, restricted, blocks_closure,"
    " started_at, warn_at, due_at, deadline_status, deadline_provisional, rules_version, version)"
    " VALUES ($1, 'triage_standard', $2, 'signal', $2, $3, false, true, $4, $5, $5, 'house_default', false, 'bench', 1)"
)
INSERT_ENTRY = (
    "INSERT INTO timeline_entry (id, signal_id, organisation_id, restricted, at, kind, actor_id, record_type,"
    " record_id, data)"
    " VALUES ($1, $2, $3, false, $4, 'signal.received', $5, 'signal', $2, $6)"
)


def signal_row(given: dict[str, Any], signal_id: UUID, body: UUID, user: UUID, now: datetime) -> tuple[Any, ...]:
    """Return the values of `INSERT_SIGNAL`."""
    return (
        signal_id,
        "received",
        given["source"],
        given["channel"],
        given["category"],
        given["language"],
        given["narrative"],
        given["region_code"],
        False,
        False,
        now,
        body,
        body,
        False,
        user,
        "bench-run",
        "bench-run",
        "moderate",
        1,
    )


# PostgreSQL inlines these functions into the statement: the floors run what the service runs (`db/sql/61_hot.sql`).
GET_CASE = "SELECT d.*, f.* FROM case_document($1) d, case_facts($1, $2) f"
BARE_CASE = "SELECT document FROM case_document($1)"
LIST_CASES = (
    "SELECT coalesce(array_agg(c.id), '{}'), '[' || coalesce(string_agg(c.document, ','), '') || ']'"
    " FROM my_case_page($1, 'infinity', $2) c"
)
_ROW = "id, number, state, risk_level, restricted, manager_id, region_code, organisation_id, opened_at"
BARE_LIST = (
    "SELECT json_agg(c)::text FROM"  # noqa: S608 - constants
    f" (SELECT {_ROW} FROM case_record ORDER BY opened_at DESC, id DESC LIMIT $1) c"
)
LAST_ID = UUID(int=2**128 - 1)
