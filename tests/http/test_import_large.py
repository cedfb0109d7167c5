"""A register of thousands of rows comes in within one transaction, and tells meanwhile how far it is."""

import asyncio

import pytest

from tests.clients import World
from tests.import_tables import CASE_MAPPING, ROWS, as_csv, case_row, cases_csv, checked, signed_off
from tests.records import rows
from tests.steps import MANAGER, done

DUTY = "duty.almaty"


@pytest.mark.long
async def test_two_thousand_signals_come_in_and_tell_how_far_they_are(world: World, owner_url: str) -> None:
    run = await signed_off(world, await checked(world, as_csv([(str(n), *ROWS[0][1:]) for n in range(2_000)])))
    duty, seen = await world.as_(DUTY), {"report_digest": run["report_digest"]}
    carrying = asyncio.ensure_future(duty.post(f"/v1/imports/{run['id']}/carry-out", seen))
    told: set[int] = set()
    while not carrying.done():
        told |= {done(await duty.get(f"/v1/imports/{run['id']}"))["rows_done"] or 0}
        await asyncio.sleep(0.05)
    assert done(await carrying)["state"] == "done"
    assert len(told) > 2
    assert max(told) <= 2_000
    assert done(await duty.get(f"/v1/imports/{run['id']}"))["rows_done"] is None
    assert await rows(owner_url, "SELECT count(*) AS n FROM signal") == [{"n": 2_000}]
    events = await rows(owner_url, "SELECT count(*) AS n FROM audit_event WHERE kind = 'signal.imported'")
    assert events == [{"n": 2_000}]


@pytest.mark.long
async def test_two_hundred_cases_come_in_each_with_its_manager_and_its_clocks(world: World, owner_url: str) -> None:
    """Children of one name and year, each decided to be another one."""
    run = await checked(world, cases_csv(*[case_row(str(n)) for n in range(200)]), mapping=CASE_MAPPING, by=MANAGER)
    assert run["faults"] == 199
    manager = await world.as_(MANAGER)
    decided = {"decisions": [{"number": str(n), "new": True} for n in range(200)]}
    run = await signed_off(world, done(await manager.post(f"/v1/imports/{run['id']}/decisions", decided)))
    done(await manager.post(f"/v1/imports/{run['id']}/carry-out", {"report_digest": run["report_digest"]}))
    found = await rows(owner_url, "SELECT count(*) AS n FROM case_record c JOIN case_member m ON m.case_id = c.id")
    assert found == [{"n": 200}]
    clocks = await rows(owner_url, "SELECT kind, count(*) AS n FROM task WHERE assignee_id IS NOT NULL GROUP BY kind")
    assert {"first_contact_with_child": 200, "assessment": 200}.items() <= {c["kind"]: c["n"] for c in clocks}.items()
