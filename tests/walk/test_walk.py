"""Every step that the matrix allows to a role is taken by an account of it, from a record brought into that state."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import httpx
import pytest
import pytest_asyncio

from api.app import create_app
from casemgmt.clock import ManualClock
from casemgmt.machines import MACHINES
from casemgmt.matrix import holders
from casemgmt.settings import Settings
from tests.clients import World
from tests.conftest import fresh_database, owner_of
from tests.factories import count
from tests.walk import answering, care, desk, keeping, meeting, money, moving, route
from tests.walk.ground import ACCOUNTS, Cell, Ground, Walk

WALKS: dict[str, Walk] = {
    "account_change": keeping.ACCOUNT_CHANGES,
    "assessment": care.ASSESSMENTS,
    "benefit_appeal": money.APPEALS,
    "benefit_determination": money.DETERMINATIONS,
    "benefit_offer": money.OFFERS,
    "break_glass_grant": keeping.GRANTS,
    "case_handover": route.HANDOVERS,
    "case_record": route.CASES,
    "case_transfer": moving.TRANSFERS,
    "centre_session": care.SESSIONS,
    "conference": meeting.CONFERENCES,
    "conference_decision": meeting.DECISIONS,
    "conference_participant": meeting.INVITATIONS,
    "consent": care.CONSENTS,
    "contact": desk.CONTACTS,
    "contact_answer": answering.ANSWERS,
    "document": keeping.DOCUMENTS,
    "erasure_request": keeping.ERASURES,
    "follow_up_check": care.FOLLOW_UPS,
    "import_run": moving.IMPORTS,
    "legal_hold": keeping.HOLDS,
    "plan": care.PLANS,
    "plan_measure": care.MEASURES,
    "plan_measure_request": care.REQUESTS,
    "record_error": moving.CORRECTIONS,
    "referral": desk.REFERRALS,
    "rehabilitation_programme": care.PROGRAMMES,
    "research_project": keeping.PROJECTS,
    "retention_plan": keeping.RETENTION_PLANS,
    "security_alert": keeping.ALERTS,
    "service_referral": moving.SERVICE_REFERRALS,
    "signal": desk.SIGNALS,
    "staff_conflict": keeping.CONFLICTS,
    "subject_copy": keeping.COPIES,
    "temporary_stay": care.STAYS,
    "waiting_entry": care.WAITING,
    "webhook_subscription": keeping.SUBSCRIPTIONS,
}


def _cells() -> Iterator[Cell]:
    for record, machine in MACHINES.items():
        for step in machine.transitions:
            for state in step.sources:
                for role in holders(step.permission):
                    yield Cell(record, step.action, str(state), role)


CELLS = list(_cells())
WALKED = [c for c in CELLS if c.record in WALKS and WALKS[c.record].reason(c) is None]


def _sample() -> list[Cell]:
    """Return one cell of each step; the roles take turns, so that each of them walks."""
    found: dict[tuple[str, str], list[Cell]] = {}
    for cell in WALKED:
        found.setdefault((cell.record, cell.action), []).append(cell)
    return [cells[number % len(cells)] for number, cells in enumerate(found.values())]


@pytest.fixture(scope="module")
def database(admin_url: str) -> Iterator[str]:
    with fresh_database(admin_url) as url:
        yield url


@pytest_asyncio.fixture(scope="module")
async def ground(database: str, admin_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ground]:
    """One world for all: each cell has records of its own."""
    clock = ManualClock(datetime.now(UTC))
    settings = Settings(
        mode="demo",
        database_url=database,
        database_connections=4,
        document_folder=tmp_path_factory.mktemp("documents"),
        break_glass_at_once=20,
        break_glass_withheld_days=0,
    )
    application = create_app(settings, clock)
    async with (
        application.router.lifespan_context(application),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app=application, raise_app_exceptions=False), base_url="http://service"
        ) as client,
    ):
        yield Ground(World(client, clock), owner_of(database, admin_url), clock)


async def _take(ground: Ground, cell: Cell) -> None:
    """Bring a record into the state, take the step, and see the next state and the event of whose step it was."""
    walk = WALKS[cell.record]
    record = await walk.reach(cell)(ground, cell)
    state = f"SELECT state FROM {cell.record} WHERE id = $1::text::uuid"
    assert await count(ground.owner_url, state, record.id) == cell.state, cell
    events = (
        "SELECT count(*) FROM audit_event e JOIN user_role r ON r.user_id = e.actor_id AND r.role = $2"
        " WHERE e.outcome = 'done' AND e.kind !~ '[._](read|listed)$'"
        " AND (e.record_ids || e.case_id || e.signal_id)::text[] && $1"
    )
    # An act that ends one record with another one is told of the other one, or of the case.
    told = [record.id, *(str(record.about[each]) for each in ("case_id", "consent_id") if record.about.get(each))]
    before = await count(ground.owner_url, events, told, cell.role)
    answer = await walk.steps[cell.action](ground, cell, record)
    assert answer.is_success, (cell, answer.status_code, answer.text)
    target = MACHINES[cell.record].find(cell.action, cell.state)
    assert target is not None
    assert await count(ground.owner_url, state, record.id) == str(target.target), cell
    assert await count(ground.owner_url, events, told, cell.role) > before, cell


def test_every_step_that_the_matrix_allows_is_taken_or_says_why_not() -> None:
    assert WALKS.keys() == MACHINES.keys(), "a new machine gets its walk in tests/walk"
    for record, walk in WALKS.items():
        actions = {c.action for c in CELLS if c.record == record}
        apart = {c.action for c in CELLS if c.record == record and walk.reason(c) is None}
        assert walk.steps.keys() == apart, record
        reasons = actions | {f"{c.action}@{c.role}" for c in CELLS if c.record == record}
        assert walk.cannot.keys() <= reasons, record
    assert {c.role for c in WALKED} <= ACCOUNTS.keys()


@pytest.mark.parametrize("record", WALKS)
async def test_a_step_of_each_kind_is_taken_by_a_role_that_may(record: str, ground: Ground) -> None:
    for cell in _sample():
        if cell.record == record:
            await _take(ground, cell)


@pytest.mark.long
@pytest.mark.parametrize("record", WALKS)
async def test_every_step_is_taken_from_every_state_by_every_role_that_may(record: str, ground: Ground) -> None:
    for cell in WALKED:
        if cell.record == record:
            await _take(ground, cell)
