"""Who sees a determination: who sees everybody in it; and the benefits officers of its body and region, while nobody
in it is restricted. Held against the second statement of sight, row by row."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from jose import jwt

from casemgmt.db.addresses import driver_url
from casemgmt.demo.accounts import ACCOUNTS, demo_id
from casemgmt.people.policy import local_day
from tests.all_rows import World as AllRows
from tests.benefit_steps import (
    ELSEWHERE,
    OFFICER,
    SECOND,
    FamilyAtWork,
    asked,
    case_with,
    determine,
    family_on_record,
    recorded,
)
from tests.clients import World
from tests.expectation import Expectation, keys, seen
from tests.steps import MANAGER, done

TABLES = ("benefit_determination", "benefit_appeal", "benefit_recomputation", "benefit_offer", "task")
ARTICLE = "72-бап"


@pytest_asyncio.fixture
async def owner(owner_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(driver_url(owner_url))
    yield connection
    await connection.close()


@pytest_asyncio.fixture
async def service(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(driver_url(database_url))
    yield connection
    await connection.close()


async def _begin(service: asyncpg.Connection, world: World, username: str) -> None:
    claims = jwt.get_unverified_claims((await world.as_(username)).token)
    await service.execute("SELECT begin_work($1, $2, $3, 'test')", claims["sub"], claims["ver"], claims["sid"])


async def _everything(world: World, *, restricted: bool = False) -> tuple[FamilyAtWork, dict[str, Any]]:
    """Return a family with a refusal, an appeal against it, a recomputation, and an offer."""
    family = await family_on_record(
        world, births=("2012-09-14", "2015-01-20"), restricted=restricted, team=(OFFICER, SECOND)
    )
    view = await determine(world, family)
    officer, second = await world.as_(OFFICER), await world.as_(SECOND)
    path = f"/v1/determinations/{view['id']}"
    ground = {"ground_rule": view["grounds"][0]["rule"], "article": ARTICLE}
    done(await officer.post(f"{path}/propose-refusal", ground))
    done(await second.post(f"{path}/confirm-refusal"))
    today = local_day(datetime.now(UTC)).isoformat()
    appeal = {"filed_on": today, "filed_by": "applicant", "channel": "letter", "claim": "Қайта қараңыз"}
    done(await officer.post(f"{path}/appeals", appeal))
    done(await officer.post(f"{path}/recomputations", {"on": "2026-02-01"}))
    return family, view


async def _offer(world: World) -> None:
    family = await family_on_record(world)
    view = await determine(world, family, mode="estimate")
    done(await (await world.as_(OFFICER)).post(f"/v1/determinations/{view['id']}/offers", {"channel": "portal"}))


async def test_every_account_sees_what_the_expectation_says_and_nothing_else(
    world: World, owner: asyncpg.Connection, service: asyncpg.Connection
) -> None:
    await _everything(world)
    await _everything(world, restricted=True)
    await _offer(world)
    rows = await AllRows.read(owner)
    assert all(rows.rows[table] for table in TABLES)
    shown: dict[str, int] = {}
    for account in ACCOUNTS:
        expectation = Expectation(rows, demo_id(account.username), datetime.now(UTC))
        async with service.transaction():
            await _begin(service, world, account.username)
            for table in TABLES:
                expected = keys(expectation.visible(table), ["id"])
                assert await seen(service, table, ["id"]) == expected, (account.username, table)
                if table == "benefit_determination":
                    shown[account.username] = len(expected)
    assert (shown[OFFICER], shown[MANAGER]) == (3, 3)
    assert (shown[SECOND], shown["oversight"], shown["supervisor.almaty"]) == (3, 2, 2)
    assert {
        shown[name] for name in (ELSEWHERE, "analyst", "admin", "auditor", "operator.111", "psychologist.almaty")
    } == {0}


async def test_a_second_officer_of_the_region_sees_the_answer_but_no_file(world: World) -> None:
    family = await family_on_record(world, births=("2012-09-14",))
    view = await determine(world, family)
    second = await world.as_(SECOND)
    assert (await second.get(f"/v1/determinations/{view['id']}")).status_code == 200
    for path in (f"/v1/families/{family.id}", f"/v1/persons/{family.children[0]}", f"/v1/cases/{family.case}"):
        assert (await second.get(path)).status_code == 404


async def test_a_determination_is_hidden_with_the_first_of_its_persons_who_is(
    world: World, owner: asyncpg.Connection
) -> None:
    family = await family_on_record(world, births=("2012-09-14",))
    view = await determine(world, family)
    path = f"/v1/determinations/{view['id']}"
    second, manager = await world.as_(SECOND), await world.as_(MANAGER)
    assert (await second.get(path)).status_code == 200
    case = await manager.get(f"/v1/cases/{family.case}")
    body = {"restricted": True, "ground": "abuser_in_household", "note": "Қауіп бар"}
    done(await manager.post(f"/v1/cases/{family.case}/restriction", body, headers={"If-Match": case.headers["etag"]}))
    assert (await second.get(path)).status_code == 404
    assert (await manager.get(path)).status_code == 200
    assert await owner.fetchval("SELECT bool_and(restricted) FROM benefit_determination")


async def test_a_mother_restricted_by_another_case_hides_the_determination_too(world: World) -> None:
    family = await family_on_record(world, births=("2012-09-14",))
    view = await determine(world, family)
    second, duty = await world.as_(SECOND), await world.as_("duty.almaty")
    brother = await recorded(duty, {"given_name": "Аға"}, "2010-01-01")
    await case_with(duty, family.mother, (brother,), restricted=True)
    assert (await second.get(f"/v1/determinations/{view['id']}")).status_code == 404
    assert (await second.get("/v1/determinations")).json()["items"] == []


async def test_nobody_writes_into_a_determination_what_it_did_not_answer(
    world: World, owner: asyncpg.Connection
) -> None:
    family = await family_on_record(world)
    await determine(world, family)
    await owner.execute("SELECT set_config('casemgmt.audited', 'on', false)")
    for change, state in (
        ("receipt = 'x'", "CM409"),
        ("amount_low = '1'", "CM409"),
        ("entitled = 'no'", "CM409"),
        ("mode = 'estimate', state = 'approved'", "CM409"),
        ("state = 'refused'", "CM409"),
    ):
        with pytest.raises(asyncpg.PostgresError) as refused:
            await owner.execute(f"UPDATE benefit_determination SET {change}")
        assert refused.value.sqlstate == state, change


async def test_the_database_itself_holds_an_estimate_and_a_single_person_back(
    world: World, owner: asyncpg.Connection
) -> None:
    family = await family_on_record(world)
    await determine(world, family, mode="estimate")
    await owner.execute("SELECT set_config('casemgmt.audited', 'on', false)")
    with pytest.raises(asyncpg.CheckViolationError, match="no_decision_on_estimate"):
        await owner.execute("UPDATE benefit_determination SET state = 'approved'")
    no = await family_on_record(world, births=("2012-09-14",))
    view = await determine(world, no)
    one = demo_id(OFFICER)
    await owner.execute(
        "UPDATE benefit_determination SET state = 'refusal_proposed', proposed_by_id = $1, ground_code = 'false_data',"
        " article = '72' WHERE id = $2",
        one,
        view["id"],
    )
    with pytest.raises(asyncpg.CheckViolationError, match="second_person_confirms"):
        await owner.execute(
            "UPDATE benefit_determination SET state = 'refused', decided_by_id = $1 WHERE id = $2", one, view["id"]
        )


@pytest.mark.parametrize("username", [OFFICER, SECOND, MANAGER, "supervisor.almaty", "oversight", ELSEWHERE])
async def test_the_list_shows_what_row_security_shows(world: World, service: asyncpg.Connection, username: str) -> None:
    for births in (("2012-09-14",), ("2012-09-14", "2015-01-20")):
        family = await family_on_record(world, births=births)
        done(await (await world.as_(OFFICER)).post(family.path, asked()))
        await determine(world, family)
    caller = await world.as_(username)
    found: list[str] = []
    cursor = ""
    while True:
        page = done(await caller.get(f"/v1/determinations?limit=2{cursor}"))
        found += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    async with service.transaction():
        await _begin(service, world, username)
        visible = await service.fetch("SELECT id FROM benefit_determination ORDER BY created_at DESC, id DESC")
    assert found == [str(row["id"]) for row in visible]
