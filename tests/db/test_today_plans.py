"""What today demands is found by indexes of what is open, however much lies behind it."""

import asyncpg

from casemgmt.centers.repository import BOOKED
from casemgmt.db.addresses import driver_url
from casemgmt.tasks.repository import Queue, parts_statement
from casemgmt.today import policy
from casemgmt.today.repository import WAITING
from tests.clients import World
from tests.db.test_queue_plans import MANY
from tests.plans import as_supervisor, explained

PLACES = {
    ":most": "5",
    ":size": "5",
    ":now": "now()",
    ":midnight": "now()",
    ":end": "now()",
    ":at": "now()",
    ":id": "gen_random_uuid()",
    ":whole_centre": "true",
}
INDEXES = {
    "own_shift": {"ix_duty_shift_"},
    "shift_offer": {"ix_duty_shift_offered"},
    "visit_under_way": {"ix_referral_under_way"},
    "measure_request": {"ix_plan_measure_request_asked"},
    "break_glass_review": {"ix_break_glass_grant_"},
    "alert": {"ix_security_alert_open"},
    "account_change": {"uq_account_change_open"},
    "factor_removal": {"uq_factor_removal_open"},
    "import_sign_off": {"ix_import_run_organisation_newest"},
    "research_project": {"ix_research_project_newest"},
    "erasure_request": {"uq_erasure_request_open"},
    "hold_to_lift": {"ix_legal_hold_in_force"},
    "destruction_plan": {"ix_retention_plan_newest"},
    "subject_copy": {"ix_subject_copy_newest"},
}
"""Where a name is cut short, one of several will do: of empty tables the planner takes any. What the records desk keeps
is tens of rows, so some of its indexes hold what is over too."""
QUEUES: dict[Queue, set[str]] = {
    "mine": {"ix_task_assignee_due", "ix_task_group_due", "ix_task_desk_organisation_due", "ix_task_desk_region_due"},
    "team": {"ix_task_organisation_due"},
}


async def _plans(world: World, database_url: str, statements: dict[str, str]) -> dict[str, str]:
    found = {}
    async with as_supervisor(world, database_url) as connection:
        await connection.execute("SET LOCAL enable_seqscan = off")
        for name, statement in statements.items():
            asked = statement
            for place in sorted(PLACES, key=len, reverse=True):
                asked = asked.replace(place, PLACES[place])
            found[name] = "\n".join(await explained(connection, asked))
    return found


async def test_what_waits_and_what_is_booked_starts_from_an_index(world: World, database_url: str) -> None:
    asked = {str(kind): waits.statement for kind, waits in WAITING.items()} | {"booked": BOOKED}
    plans = await _plans(world, database_url, asked)
    expected = INDEXES | {"booked": {"ix_centre_session_specialist_booked", "ix_centre_session_centre_booked"}}
    assert plans.keys() == expected.keys()
    missing = {name: plan for name, plan in plans.items() if any(index not in plan for index in expected[name])}
    assert missing == {}, "\n\n".join(missing.values())


async def test_the_parts_of_a_queue_start_from_the_indexes_of_the_queue(
    world: World, database_url: str, owner_url: str
) -> None:
    owner = await asyncpg.connect(driver_url(owner_url))
    await owner.execute(f"ALTER TABLE task DISABLE TRIGGER USER; {MANY}; ANALYZE task")
    await owner.close()
    statements = {"mine": parts_statement("mine", policy.MINE), "team": parts_statement("team", policy.BODY)}
    plans = await _plans(world, database_url, statements)
    for queue, indexes in QUEUES.items():
        assert "Seq Scan on task" not in plans[queue]
        assert [name for name in indexes if name not in plans[queue]] == [], plans[queue]
