"""Erasure and money: what was granted is accounted for until its term is over, everything else goes with the person."""

from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import pytest_asyncio

from casemgmt.db.addresses import driver_url
from tests.benefit_steps import OFFICER, determine, family_on_record
from tests.clients import World
from tests.http.test_erasure import close_case, erase, kept
from tests.http.test_retention import age, approved, executed, of, planned
from tests.steps import done


@pytest_asyncio.fixture
async def owner(owner_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(driver_url(owner_url))
    yield connection
    await connection.close()


async def test_what_was_granted_stays_with_the_name_until_its_term_is_over(
    world: World, owner: asyncpg.Connection
) -> None:
    family = await family_on_record(world)
    granted = await determine(world, family, applied_on="2026-11-25")
    officer = await world.as_(OFFICER)
    done(await officer.post(f"/v1/determinations/{granted['id']}/approve", {"note": "Тағайындалды"}))
    await close_case(owner, family.case)
    first = kept(await erase(world, family.mother))
    assert first["identity"] == "payment_accounting"
    assert first["determination"] == "payment_accounting"
    assert await owner.fetchval("SELECT given_name FROM person WHERE id = $1", UUID(family.mother)) == "Гүлмира"
    past = "UPDATE benefit_determination SET decided_at = now() - interval '6 years', created_at = decided_at"
    await owner.execute("SET session_replication_role = replica")
    await age(owner, past)
    await owner.execute("SET session_replication_role = origin")
    plan = await approved(world, await planned(world))
    assert of(await executed(world, plan), "payment_decisions")["destroyed"] == 1
    row = await owner.fetchrow("SELECT receipt, sources::text, state, amount_low FROM benefit_determination")
    assert (row["receipt"], row["sources"], row["state"]) == ("", "[]", "approved")
    assert row["amount_low"] is not None, "figures of money stay"
    gone = await officer.get(f"/v1/determinations/{granted['id']}")
    assert (gone.status_code, gone.json()["code"]) == (409, "content-erased")


async def test_an_answer_about_a_whole_family_goes_with_the_last_of_them(
    world: World, owner: asyncpg.Connection
) -> None:
    family = await family_on_record(world, births=("2012-09-14", "2015-01-20"))
    await determine(world, family)
    await close_case(owner, family.case)
    for child in family.children:
        assert kept(await erase(world, child))["determination"] == "other_person"
    assert "determination" not in kept(await erase(world, family.mother))
    assert await owner.fetchval("SELECT receipt FROM benefit_determination") == ""
