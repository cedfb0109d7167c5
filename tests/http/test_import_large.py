"""A register of thousands of rows comes in within one transaction, and tells meanwhile how far it is."""

import asyncio
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

import pytest

from tests.clients import World
from tests.import_tables import (
    CASE_MAPPING,
    ROWS,
    as_csv,
    carried_out,
    case_row,
    cases_csv,
    checked,
    looked_at,
    signed_off,
    worked,
)
from tests.records import rows
from tests.steps import MANAGER, done

DUTY = "duty.almaty"
_LOOKED_AT = (
    "SELECT sum(idx_tup_fetch + seq_tup_read)::integer AS n FROM pg_stat_user_tables"
    " WHERE relname IN ('signal', 'case_record', 'case_member', 'person', 'task')"
)


@pytest.mark.long
async def test_two_thousand_signals_come_in_and_tell_how_far_they_are(world: World, owner_url: str) -> None:
    run = await signed_off(world, await checked(world, as_csv([(str(n), *ROWS[0][1:]) for n in range(2_000)])))
    duty, seen = await world.as_(DUTY), {"report_digest": run["report_digest"]}
    done(await duty.post(f"/v1/imports/{run['id']}/carry-out", seen))
    working = asyncio.ensure_future(worked(world))
    told: set[tuple[str, int]] = set()
    while (now := done(await duty.get(f"/v1/imports/{run['id']}")))["state"] == "carrying_out":
        told |= {(now["progress"]["phase"], now["progress"]["rows_done"])}
        await asyncio.sleep(0.05)
    await working
    assert (now["state"], now["progress"]) == ("done", None)
    assert len(told) > 2
    assert {phase for phase, _ in told} <= {"queued", "reading", "comparing", "recording", "closing"}
    assert max(rows_done for _, rows_done in told) <= 2_000
    assert await rows(owner_url, "SELECT count(*) AS n FROM signal") == [{"n": 2_000}]
    events = await rows(owner_url, "SELECT count(*) AS n FROM audit_event WHERE kind = 'signal.imported'")
    assert events == [{"n": 2_000}]


async def test_two_hundred_cases_come_in_each_with_its_manager_and_its_clocks(world: World, owner_url: str) -> None:
    """Children of one name and year, each decided to be another one. What the tries left was swept out meanwhile."""
    run = await checked(world, cases_csv(*[case_row(str(n)) for n in range(200)]), mapping=CASE_MAPPING, by=MANAGER)
    assert run["faults"] == 199
    manager = await world.as_(MANAGER)
    decided = {"decisions": [{"number": str(n), "new": True} for n in range(200)]}
    asked = await manager.post(f"/v1/imports/{run['id']}/decisions", decided)
    run = await signed_off(world, await looked_at(world, manager, asked))
    await rows(owner_url, "VACUUM ANALYZE")  # a new deployment: statements that are planned now are so for empty tables
    (before,) = await rows(owner_url, _LOOKED_AT)
    await carried_out(world, run, MANAGER)
    (after,) = await rows(owner_url, _LOOKED_AT)
    assert after["n"] - before["n"] < 100 * 200, "each case looks at its own records, not at all of the file"
    found = await rows(owner_url, "SELECT count(*) AS n FROM case_record c JOIN case_member m ON m.case_id = c.id")
    assert found == [{"n": 200}]
    clocks = await rows(owner_url, "SELECT kind, count(*) AS n FROM task WHERE assignee_id IS NOT NULL GROUP BY kind")
    assert {"first_contact_with_child": 200, "assessment": 200}.items() <= {c["kind"]: c["n"] for c in clocks}.items()


def _children(number: int) -> Iterator[tuple[str, ...]]:
    """Give rows of so many children, each with a name and a day of birth of its own."""
    random = Random(5)

    def word(syllables: int) -> str:
        return "".join(random.choice("бгджзклмнпрстш") + random.choice("аео") for _ in range(syllables)).capitalize()

    for n in range(number):
        born = date(2010, 1, 1) + timedelta(days=random.randrange(5000))
        yield case_row(str(n), name=f"{word(4)}ва {word(3)} {word(3)}қызы", born=f"{born:%d.%m.%Y}")


@pytest.mark.long
@pytest.mark.timeout(900)
async def test_the_largest_file_of_cases_comes_in_within_the_time_of_an_import(world: World, owner_url: str) -> None:
    most = world.services.settings.import_rows
    run = await checked(world, cases_csv(*_children(most)), mapping=CASE_MAPPING, by=MANAGER)
    assert (run["state"], run["faults"]) == ("checked", 0)
    done_run = await carried_out(world, await signed_off(world, run), MANAGER)
    assert done_run["state"] == "done"
    assert await rows(owner_url, "SELECT count(*) AS n FROM case_record") == [{"n": most}]
