"""A research project whose ground is consent takes those children alone whose consent to research holds."""

from datetime import UTC, datetime

import pytest

from casemgmt.clock import ManualClock
from tests.clients import World
from tests.consent_steps import answer_for, consent, withdraw
from tests.factories import OpenCase, open_case
from tests.http.test_research import taken, wish
from tests.steps import done


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.now(UTC))


async def _project(world: World, legal_basis: str) -> str:
    project = done(await (await world.as_("research")).post("/v1/research-projects", wish(legal_basis=legal_basis)))
    done(await (await world.as_("records")).post(f"/v1/research-projects/{project['id']}/approve"))
    return str(project["id"])


async def _consented(world: World, case: OpenCase, clock: ManualClock) -> str:
    await answer_for(world, case)
    made = await consent(world, case, clock.now(), purpose="research", scopes=["assessment"])
    return str(made["id"])


@pytest.mark.parametrize("basis", ["consent", "research_decision"])
async def test_only_a_project_on_consent_asks_for_one(
    world: World, owner_url: str, clock: ManualClock, basis: str
) -> None:
    one, _ = await open_case(owner_url), await open_case(owner_url)
    made = await _consented(world, one, clock)
    project = await _project(world, basis)
    assert len(await taken(world, project)) == (1 if basis == "consent" else 2)
    done(await withdraw(world, one, made, clock.now()))
    assert len(await taken(world, project)) == (0 if basis == "consent" else 2)
