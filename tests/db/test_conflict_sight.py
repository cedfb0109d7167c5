"""Whoever declared a conflict is shut out of every row of the family, in every table, and nobody else is: held against
the second statement of sight, row by row."""

from datetime import UTC, datetime

import asyncpg
from jose import jwt

from casemgmt.db.addresses import driver_url
from casemgmt.demo.accounts import ACCOUNTS, demo_id
from tests.all_rows import TABLES
from tests.all_rows import World as AllRows
from tests.benefit_steps import OFFICER, SECOND, determine, family_on_record
from tests.clients import World
from tests.expectation import Expectation, keys, seen
from tests.people import CHILD, record_person, signal_about
from tests.rows_seen import PRIMARY
from tests.steps import done, open_case

_DECLARED = {
    "supervisor.almaty",
    "supervisor.astana",
    "manager.almaty",
    "oversight",
    "duty.almaty",
    "auditor",
    "operator.111",
    OFFICER,
}


async def _declare(world: World, username: str, **target: object) -> None:
    done(await (await world.as_(username)).post("/v1/me/conflicts", {"kind": "relative", **target}))


async def test_every_account_sees_what_the_expectation_says_with_conflicts_of_every_kind(
    world: World, database_url: str, owner_url: str
) -> None:
    family = await family_on_record(world, births=("2012-09-14", "2015-01-20"), team=(OFFICER, SECOND))
    await determine(world, family)
    other = await open_case(world)
    named = await record_person(world, "duty.almaty", CHILD)
    signal = await signal_about(world, "duty.almaty", named)
    number = done(await (await world.as_("supervisor.almaty")).get(f"/v1/cases/{other.id}"))["number"]
    await _declare(world, "supervisor.almaty", person_id=family.mother)
    await _declare(world, "manager.almaty", case_id=family.case)
    await _declare(world, "oversight", case_number=number)
    await _declare(world, "duty.almaty", signal_id=signal)
    await _declare(world, "auditor", person_id=family.children[0])
    await _declare(world, OFFICER, case_id=family.case)
    who = {"family_name": "Тестова", "given_name": "Айгерім", "patronymic": "Серікқызы", "birth_year": 2012}
    await _declare(world, "supervisor.astana", named=who)
    await _declare(world, "operator.111", person_id=str(demo_id("nobody")))

    owner, service = await asyncpg.connect(driver_url(owner_url)), await asyncpg.connect(driver_url(database_url))
    try:
        rows = await AllRows.read(owner)
        for account in ACCOUNTS:
            expectation = Expectation(rows, demo_id(account.username), datetime.now(UTC))
            assert bool(expectation.shut_out) == (account.username in _DECLARED)
            claims = jwt.get_unverified_claims((await world.as_(account.username)).token)
            async with service.transaction():
                begin = "SELECT begin_work($1, $2, $3, 'test')"
                await service.execute(begin, claims["sub"], claims["ver"], claims["sid"])
                for table in TABLES:
                    primary = PRIMARY.get(table, ["id"])
                    actual = await seen(service, table, primary)
                    if table == "audit_event":  # the log is read live
                        actual &= keys(rows.rows[table], primary)
                    assert actual == keys(expectation.visible(table), primary), (account.username, table)
    finally:
        await owner.close()
        await service.close()
