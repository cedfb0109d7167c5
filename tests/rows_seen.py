"""What every account of the demo sees of every table, beside the independent statement of it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

import asyncpg

from casemgmt.db.addresses import driver_url
from casemgmt.demo.accounts import ACCOUNTS, demo_id
from tests.all_rows import TABLES, World
from tests.expectation import Expectation, keys, seen

PRIMARY = {
    "answer_receipt": ["answer_id", "receipt_id"],
    "answer_text": ["answer_id"],
    "answer_wish": ["contact_id"],
    "contact_caller": ["contact_id"],
    "contact_message": ["source_code", "message_id"],
    "webhook_delivery": ["subscription_id", "event_id"],
    "screening": ["signal_id"],
    "screening_answers": ["signal_id"],
    "audit_event": ["at", "id"],
    "conference_family": ["conference_id", "person_id"],
    "conference_share": ["conference_id"],
    "course_attendance": ["meeting_id", "participant_id"],
    "course_guest": ["participant_id"],
    "course_place": ["participant_id"],
    "document_key": ["document_id"],
    "import_content": ["import_id"],
    "import_progress": ["import_id"],
    "mandatory_notice": ["task_id"],
    "person_iin": ["person_id"],
    "plan_missing_help": ["plan_id", "help_kind"],
    "reporter": ["signal_id"],
    "retention_item": ["plan_id", "position"],
    "service_referral_share": ["referral_id"],
    "session_participant": ["session_id", "person_id"],
    "signal_person": ["signal_id", "person_id"],
    "stay_person": ["stay_id", "person_id"],
}
"""Table → its key, where that is not `id`."""

PAPERS = frozenset(
    {
        "erasure_request",
        "legal_hold",
        "research_export",
        "research_project",
        "retention_plan",
        "subject_copy",
    }
)
"""Tables of the records desk: filled and compared in `tests/http/test_whole_route.py`, the others in `tests/sight`."""


@dataclass(frozen=True)
class Compared:
    """What a comparison covered."""

    rows: int
    empty: list[str]
    """Tables without a row: nothing was compared there."""


async def compare_sight(database_url: str, owner_url: str) -> Compared:
    """Fail where an account sees a row that it should not, or misses one that it should see."""
    owner = await asyncpg.connect(driver_url(owner_url))
    service = await asyncpg.connect(driver_url(database_url))
    try:
        world = await World.read(owner)
        compared = 0
        for account in ACCOUNTS:
            expectation = Expectation(world, demo_id(account.username), datetime.now(UTC))
            async with service.transaction():
                await _begin(service, owner, account.username)
                for table in TABLES:
                    primary = PRIMARY.get(table, ["id"])
                    expected = keys(expectation.visible(table), primary)
                    actual = await seen(service, table, primary)
                    if table == "audit_event":  # opening the session above is no event, but the log is read live
                        actual &= keys(world.rows[table], primary)
                    assert actual == expected, (account.username, table)
                    compared += len(expected)
        return Compared(compared, sorted(t for t in TABLES if not world.rows[t]))
    finally:
        await owner.close()
        await service.close()


async def _begin(service: asyncpg.Connection, owner: asyncpg.Connection, username: str) -> None:
    """Set the actor as a request would."""
    user, session = demo_id(username), uuid4()
    now = datetime.now(UTC)
    await owner.execute(
        "INSERT INTO auth_session (id, user_id, refresh_hash, created_at, refreshed_at, expires_at,"
        " second_factor)"
        " VALUES ($1, $2, $3, $4, $4, $4, true)",
        session,
        user,
        uuid4().hex,
        now,
    )
    version = await owner.fetchval("SELECT authz_version FROM app_user WHERE id = $1", user)
    await service.execute("SELECT begin_work($1, $2, $3, 'test')", user, version, session)
