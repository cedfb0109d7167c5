"""Cases put into the database by its owner, for tests of features that begin in the middle of the route.

The triggers stand: states are passed one by one, and every act leaves its event.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from casemgmt.db.addresses import driver_url
from casemgmt.demo.accounts import ACCOUNTS, demo_id
from casemgmt.ids import new_id
from casemgmt.reference.lists import code_list

INSTRUMENT = ("casemgmt_needs_and_risk", 1)
_STAGES = ("opened", "assessment", "planning", "support", "rehabilitation")
_HELP = {"psychological": "psychological_consultation", "legal": "legal_consultation"}


@dataclass(frozen=True)
class OpenCase:
    """A case with a child and its mother, and what its stage takes."""

    id: UUID
    child_id: UUID
    mother_id: UUID
    manager: str
    assessment_id: UUID
    plan_id: UUID
    goal_id: UUID
    measures: Mapping[str, UUID]
    """Kind of help to the measure of the plan."""


async def open_case(
    owner_url: str,
    stage: str = "support",
    *,
    manager: str = "manager.almaty",
    restricted: bool = False,
    approved: bool = True,
    at: datetime | None = None,
) -> OpenCase:
    """Put a case at a stage, opened at `at`; from the stage of support on with a plan, `approved` or a draft."""
    moment = at or datetime.now(UTC) - timedelta(hours=1)
    ids = [new_id() for _ in range(6)]
    measures = {kind: new_id() for kind in _HELP}
    case = OpenCase(ids[0], ids[1], ids[2], manager, *ids[3:], measures)
    connection = await asyncpg.connect(driver_url(owner_url))
    try:
        async with connection.transaction():
            await _audit(connection, case.id)
            await _people(connection, case, moment)
            await _case(connection, case, moment, restricted=restricted)
            await add_assessment(connection, case, case.assessment_id, at=moment)
            await _plan(connection, case, moment, approved=approved)
            for state in _STAGES[1 : _STAGES.index(stage) + 1]:
                await connection.execute("UPDATE case_record SET state = $2 WHERE id = $1", case.id, state)
    finally:
        await connection.close()
    return case


async def complete_assessment(
    owner_url: str, case: OpenCase, *, at: datetime, person_id: UUID | None = None, **values: Any
) -> UUID:
    """Add a completed assessment of the child (or another person) to a case."""
    assessment_id = new_id()
    connection = await asyncpg.connect(driver_url(owner_url))
    try:
        async with connection.transaction():
            await _audit(connection, case.id)
            await add_assessment(connection, case, assessment_id, at=at, person_id=person_id, **values)
    finally:
        await connection.close()
    return assessment_id


async def add_assessment(
    connection: asyncpg.Connection,
    case: OpenCase,
    assessment_id: UUID,
    *,
    at: datetime,
    person_id: UUID | None = None,
    **values: Any,
) -> None:
    """Insert a completed assessment in a running transaction."""
    await _insert(
        connection,
        "assessment",
        {
            "id": assessment_id,
            "person_id": person_id or case.child_id,
            "state": "draft",
            "instrument": INSTRUMENT[0],
            "instrument_version": INSTRUMENT[1],
            "occasion": "initial",
            "answers": "{}",
            "domain_scores": json.dumps(scores(2)),
        }
        | _of_case(case, at)
        | values,
    )
    await connection.execute(
        "UPDATE assessment SET state = 'completed', completed_at = $2, risk_level = 'medium' WHERE id = $1",
        assessment_id,
        at,
    )


def scores(each: int) -> dict[str, int]:
    """Return the scores of an assessment with the same score in every domain."""
    return dict.fromkeys(code_list("assessment_domain").codes, each)


async def count(owner_url: str, query: str, *arguments: Any) -> Any:
    """Return the one value of a query that looks past row security."""
    connection = await asyncpg.connect(driver_url(owner_url))
    try:
        return await connection.fetchval(query, *arguments)
    finally:
        await connection.close()


async def row(owner_url: str, query: str, *arguments: Any) -> tuple[Any, ...]:
    """Return the one row of a query that looks past row security."""
    connection = await asyncpg.connect(driver_url(owner_url))
    try:
        found = await connection.fetch(query, *arguments)
    finally:
        await connection.close()
    assert len(found) == 1
    return tuple(found[0])


async def _audit(connection: asyncpg.Connection, case_id: UUID) -> None:
    await connection.execute(
        "SELECT audit_write($1, 'test.prepared', 'done', NULL, 'case', ARRAY[$2::uuid], $2, NULL, '{}', 'test')",
        new_id(),
        case_id,
    )


async def _people(connection: asyncpg.Connection, case: OpenCase, moment: datetime) -> None:
    for person, given, sex, born in (
        (case.child_id, "Аружан", "female", date(2013, 4, 2)),
        (case.mother_id, "Мадина", "female", date(1988, 9, 9)),
    ):
        await _insert(
            connection,
            "person",
            {
                "id": person,
                "family_name": "Сыналған",
                "given_name": given,
                "match_key": "",
                "sort_key": "",
                "name_key_version": 1,
                "sex": sex,
                "birth_date": born,
                "birth_precision": "exact",
                "birth_year": born.year,
                "citizenship_status": "unknown",
                "region_code": "KZ-75",
                "organisation_id": _body_of(case.manager),
                "restricted": False,
                "created_at": moment,
                "created_by_id": demo_id(case.manager),
                "version": 1,
            },
        )


async def _case(connection: asyncpg.Connection, case: OpenCase, moment: datetime, *, restricted: bool) -> None:
    manager, body = demo_id(case.manager), _body_of(case.manager)
    await _insert(
        connection,
        "case_record",
        {
            "id": case.id,
            "number": f"TEST-{str(case.id)[-12:]}",
            "state": "opened",
            "region_code": "KZ-75",
            "organisation_id": body,
            "restricted": restricted,
            "restriction_ground": "sexual_violence" if restricted else None,
            "manager_id": manager,
            "opened_at": moment,
            "opened_by_id": manager,
            "reopened_times": 0,
            "lists_version": "test",
            "version": 1,
        },
    )
    await _insert(
        connection,
        "case_member",
        {
            "id": new_id(),
            "case_id": case.id,
            "organisation_id": body,
            "restricted": restricted,
            "user_id": manager,
            "team_role": "manager",
            "opened_at": moment,
            "since": moment,
            "added_by_id": manager,
        },
    )
    for person, role in ((case.child_id, "child"), (case.mother_id, "parent")):
        await _insert(
            connection,
            "case_person",
            {
                "id": new_id(),
                "case_id": case.id,
                "organisation_id": body,
                "restricted": restricted,
                "person_id": person,
                "role": role,
                "since": moment,
                "added_by_id": manager,
            },
        )


async def _plan(connection: asyncpg.Connection, case: OpenCase, moment: datetime, *, approved: bool) -> None:
    shared = _of_case(case, moment)
    today = moment.date()
    await _insert(
        connection,
        "plan",
        shared
        | {
            "id": case.plan_id,
            "number": 1,
            "state": "draft",
            "kind": "individual_help_plan",
            "assessment_id": case.assessment_id,
            "consent": "given_by_child",
            "content": '{"goals": [], "missing_help": []}',
            "starts_on": today,
            "review_on": today + timedelta(days=30),
        },
    )
    inside = {k: v for k, v in shared.items() if not k.startswith("created")} | {"plan_id": case.plan_id}
    await _insert(
        connection,
        "plan_goal",
        inside
        | {"id": case.goal_id, "position": 1, "domain": "safety", "text": "Қауіпсіздік", "measured_by": "Бақылау"},
    )
    for position, (help_kind, kind) in enumerate(_HELP.items(), 1):
        await _insert(
            connection,
            "plan_measure",
            inside
            | {
                "id": case.measures[help_kind],
                "goal_id": case.goal_id,
                "position": position,
                "help_kind": help_kind,
                "measure_kind": kind,
                "text": "Кеңес",
                "responsible_organisation_id": demo_id("cps_almaty"),
                "due_on": today + timedelta(days=60),
                "state": "planned",
            },
        )
    if approved:
        await connection.execute(
            "UPDATE plan SET state = 'signed', signed_by_id = $2, signed_at = $3 WHERE id = $1",
            case.plan_id,
            demo_id(case.manager),
            moment,
        )
        await connection.execute(
            "UPDATE plan SET state = 'approved', approved_by_id = $2, approved_at = $3 WHERE id = $1",
            case.plan_id,
            demo_id("supervisor.almaty"),
            moment,
        )


def _of_case(case: OpenCase, moment: datetime) -> dict[str, Any]:
    return {
        "case_id": case.id,
        "organisation_id": _body_of(case.manager),
        "restricted": False,
        "created_at": moment,
        "created_by_id": demo_id(case.manager),
        "version": 1,
    }


def _body_of(username: str) -> UUID:
    return demo_id(next(a.body for a in ACCOUNTS if a.username == username))


async def _insert(connection: asyncpg.Connection, table: str, values: Mapping[str, Any]) -> None:
    places = ", ".join(f"${n}" for n in range(1, len(values) + 1))
    await connection.execute(
        f"INSERT INTO {table} ({', '.join(values)}) VALUES ({places})",
        *values.values(),
    )
