"""Families that are accompanied already when the year begins: put in as they stood then, with the clocks that run."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import asyncpg

from benchmarks.year import plain_time
from benchmarks.year.casework import months_of_support, support_life
from benchmarks.year.country import Centre, Worker
from benchmarks.year.records import Case, Child
from benchmarks.year.year import START, Year

_DAY = timedelta(days=1)
_STAGES = ("assessment", "planning", "support")
_RISKS = {"low": 40, "medium": 48, "high": 12}
_ASSESSED = {"low": 75, "medium": 25, "high": 8}
"""Days within which the last assessment lies, so that nothing is overdue when the year begins."""
_REVIEWED = {"low": 25, "medium": 25, "high": 9}
_EVENT = (
    "SELECT audit_write(gen_random_uuid(), 'demo.loaded', 'done', NULL, 'deployment', '{}', NULL, NULL, '{}', 'year')"
)


@dataclass(slots=True)
class _Family:
    """A case as it is put in."""

    case: Case
    approved_at: datetime
    mother: str
    review_on: date


async def let_families_be_there(year: Year, families: int) -> None:
    """Put so many cases into the centres, each for the next of its managers, and let their lives go on."""
    for place, centre in enumerate(year.country.centres):
        number = families // len(year.country.centres) + (place < families % len(year.country.centres))
        found = [_draw(year, centre, centre.managers[n % len(centre.managers)]) for n in range(number)]
        async with year.connection.transaction():
            await year.connection.execute(_EVENT)
            await _put(year.connection, found, centre.supervisor)
        for family in found:
            _know(year, family)
            left = year.random.randint(1, months_of_support(year))
            year.begin(support_life(year, family.case, left), START + _DAY * year.random.uniform(0.1, 27))


def _draw(year: Year, centre: Centre, manager: Worker) -> _Family:
    random, new_id = year.random, year.country.new_id
    risk = random.choices(list(_RISKS), list(_RISKS.values()))[0]
    assessed_at = START - _DAY * random.uniform(0.1, _ASSESSED[risk])
    approved_at = START - _DAY * random.uniform(0.1, _REVIEWED[risk])
    opened_at = START - _DAY * random.uniform(90, 400)
    child = Child(new_id(), new_id(), risk, assessed_at)
    case = Case(new_id(), manager, centre.body, str(centre.body.region), opened_at, [child], [(opened_at, manager)])
    case.risk, case.assessed_at, case.plan, case.goals = risk, assessed_at, new_id(), [new_id()]
    return _Family(case, approved_at, new_id(), (approved_at + 60 * _DAY).date())


def _know(year: Year, family: _Family) -> None:
    case, child = family.case, family.case.children[0]
    year.book.cases[case.id] = case
    year.load[case.manager.id] += 1
    kind = f"risk_review_{case.risk}"
    about = {"record_type": "assessment", "record": child.assessment}
    year.book.of_case(case, kind, family.approved_at, case.manager, since=child.assessed_at, **about)
    year.book.owe_review(case, family.approved_at, family.review_on)


async def _put(connection: asyncpg.Connection, families: Sequence[_Family], supervisor: Worker) -> None:
    async def insert(table: str, rows: list[dict[str, Any]]) -> None:
        names = list(rows[0])
        places = ", ".join(f"${n}" for n in range(1, len(names) + 1))
        statement = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})"  # noqa: S608 - names of this file
        await connection.executemany(statement, [tuple(row.values()) for row in rows])

    await insert("person", [row for f in families for row in _persons(f)])
    await insert("case_record", [_case(f) for f in families])
    await insert("case_member", [_manager(f) for f in families])
    await insert("case_person", [row for f in families for row in _places(f)])
    await insert("assessment", [_assessment(f) for f in families])
    done = [(f.case.children[0].assessment, f.case.assessed_at, f.case.risk) for f in families]
    await connection.executemany(
        "UPDATE assessment SET state = 'completed', completed_at = $2, risk_level = $3 WHERE id = $1", done
    )
    await insert("plan", [_plan(f) for f in families])
    await insert("plan_goal", [_goal(f) for f in families])
    for state, by in (("signed", None), ("approved", supervisor)):
        await connection.executemany(
            f"UPDATE plan SET state = '{state}', {state}_by_id = $2, {state}_at = $3 WHERE id = $1",  # noqa: S608 - our own words
            [(f.case.plan, (by or f.case.manager).id, f.approved_at) for f in families],
        )
    for stage in _STAGES:
        await connection.executemany(
            "UPDATE case_record SET state = $2 WHERE id = $1", [(f.case.id, stage) for f in families]
        )
    await connection.executemany(
        "UPDATE case_record SET risk_level = $2 WHERE id = $1", [(f.case.id, f.case.risk) for f in families]
    )
    await insert("task", [row for f in families for row in _clocks(f)])


def _scope(family: _Family, at: datetime) -> dict[str, Any]:
    case = family.case
    return {
        "case_id": case.id,
        "organisation_id": case.body.id,
        "restricted": False,
        "created_at": at,
        "created_by_id": case.manager.id,
        "version": 1,
    }


def _persons(family: _Family) -> list[dict[str, Any]]:
    case = family.case
    return [
        {
            "id": person,
            "family_name": "Сынақ",
            "given_name": given,
            "match_key": "",
            "sort_key": "",
            "name_key_version": 1,
            "sex": "female",
            "birth_date": born,
            "birth_precision": "exact",
            "birth_year": born.year,
            "citizenship_status": "unknown",
            "region_code": case.region,
            "organisation_id": case.body.id,
            "restricted": False,
            "created_at": case.opened_at,
            "created_by_id": case.manager.id,
            "version": 1,
        }
        for person, given, born in (
            (case.children[0].id, "Бала", date(2014, 4, 2)),
            (family.mother, "Ана", date(1988, 9, 9)),
        )
    ]


def _case(family: _Family) -> dict[str, Any]:
    case = family.case
    return {
        "id": case.id,
        "number": f"Y-{case.id[-12:]}",
        "state": "opened",
        "region_code": case.region,
        "organisation_id": case.body.id,
        "restricted": False,
        "manager_id": case.manager.id,
        "opened_at": case.opened_at,
        "opened_by_id": case.manager.id,
        "reopened_times": 0,
        "lists_version": "year",
        "version": 1,
    }


def _manager(family: _Family) -> dict[str, Any]:
    case = family.case
    return {
        "id": family.mother,
        "case_id": case.id,
        "organisation_id": case.body.id,
        "restricted": False,
        "user_id": case.manager.id,
        "team_role": "manager",
        "opened_at": case.opened_at,
        "since": case.opened_at,
        "added_by_id": case.manager.id,
    }


def _places(family: _Family) -> list[dict[str, Any]]:
    case = family.case
    return [
        {
            "id": person,
            "case_id": case.id,
            "organisation_id": case.body.id,
            "restricted": False,
            "person_id": person,
            "role": role,
            "since": case.opened_at,
            "added_by_id": case.manager.id,
        }
        for person, role in ((case.children[0].id, "child"), (family.mother, "parent"))
    ]


def _assessment(family: _Family) -> dict[str, Any]:
    child = family.case.children[0]
    return {
        "id": child.assessment,
        "person_id": child.id,
        "state": "draft",
        "instrument": "casemgmt_needs_and_risk",
        "instrument_version": 1,
        "occasion": "initial",
        "answers": "{}",
        "domain_scores": "{}",
        "review_on": plain_time.local(_due(family)).date(),
    } | _scope(family, family.case.opened_at)


def _due(family: _Family) -> datetime:
    child = family.case.children[0]
    return plain_time.due_of(f"risk_review_{child.risk}", child.assessed_at or START)


def _plan(family: _Family) -> dict[str, Any]:
    return {
        "id": family.case.plan,
        "number": 1,
        "state": "draft",
        "kind": "individual_help_plan",
        "assessment_id": family.case.children[0].assessment,
        "consent": "given_by_representative",
        "content": '{"goals": [], "missing_help": []}',
        "starts_on": family.approved_at.date(),
        "review_on": family.review_on,
    } | _scope(family, family.approved_at)


def _goal(family: _Family) -> dict[str, Any]:
    scope = {k: v for k, v in _scope(family, family.approved_at).items() if not k.startswith("created")}
    return scope | {
        "id": family.case.goals[0],
        "plan_id": family.case.plan,
        "position": 1,
        "domain": "safety",
        "text": "Қауіпсіздік",
        "measured_by": "Бақылау",
    }


def _clocks(family: _Family) -> list[dict[str, Any]]:
    """Return the two clocks that run: of the review of the risk, and of the plan."""
    case, child = family.case, family.case.children[0]
    review = "plan_review_high_risk" if case.risk == "high" else "plan_review"
    return [
        _task(
            family,
            f"risk_review_{case.risk}",
            f"risk_review_{case.risk}",
            "assessment",
            child.assessment,
            child.assessed_at,
        ),
        _task(family, "plan_review", review, "plan", case.plan, family.approved_at, family.review_on),
    ]


def _task(
    family: _Family, kind: str, term: str, record_type: str, record: Any, since: Any, last_day: date | None = None
) -> dict[str, Any]:
    due = plain_time.due_of(term, since)
    warn = plain_time.warning_of(term, since, due)
    if last_day is not None and plain_time.closing(last_day) < due:
        due = plain_time.closing(last_day)
        warn = min(warn, due)
    return {
        "id": family.mother if record_type == "plan" else family.case.children[0].id,
        "kind": kind,
        "case_id": family.case.id,
        "record_type": record_type,
        "record_id": record,
        "organisation_id": family.case.body.id,
        "restricted": False,
        "assignee_id": family.case.manager.id,
        "blocks_closure": False,
        "started_at": since,
        "warn_at": warn,
        "due_at": due,
        "deadline_status": "house_default",
        "deadline_provisional": False,
        "rules_version": "year",
        "version": 1,
    }
