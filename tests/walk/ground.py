"""What the walk stands on: accounts of one role each, records brought into a state, steps taken on them.

A record's walk says how each of its states is reached, by real steps, and how each of its steps is taken. Whatever the
matrix allows and no walk takes fails `test_every_step_that_the_matrix_allows_is_taken_or_says_why_not`.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import uuid4

import httpx

from casemgmt.clock import ManualClock
from casemgmt.demo.accounts import demo_id
from tests.account_steps import give_role
from tests.clients import Caller, World
from tests.factories import OpenCase, row
from tests.factories import open_case as put_case
from tests.sight.bodies import body_of
from tests.sight.channels import channels
from tests.steps import MANAGER, done

Json = dict[str, Any]
ACCOUNTS = {
    "administrator": "admin2",
    "benefits_officer": "benefits.almaty",
    "case_manager": MANAGER,
    "centre_head": "head.almaty",
    "centre_specialist": "psychologist.almaty",
    "contact_centre_operator": "operator.111",
    "duty_officer": "duty2.almaty",
    "guardianship_officer": "guardian.almaty",
    "integration": "qr.111",
    "mobile_group_lead": "lead.almaty",
    "mobile_group_member": "nurse.almaty",
    "records_officer": "records2",
    "school_psychologist": "school.almaty",
    "subject_officer": "subjects2",
    "supervisor": "supervisor.almaty",
}
"""Role → the account that takes its steps; it holds no other role."""
PLACES = {
    "benefits_officer": {"team_role": "benefits_officer", "help_kind": "social"},
    "centre_head": {"team_role": "mentor"},
    "centre_specialist": {"team_role": "psychologist", "help_kind": "psychological"},
    "guardianship_officer": {"team_role": "guardianship_officer"},
    "mobile_group_lead": {"team_role": "mentor"},
    "mobile_group_member": {"team_role": "mentor"},
    "supervisor": {"team_role": "mentor"},
}
"""Role → its place in the team of a case that it would not see otherwise."""


class Cell(NamedTuple):
    """One step of one role from one state, as the matrix allows it."""

    record: str
    action: str
    state: str
    role: str

    @property
    def who(self) -> str:
        """The account of the role."""
        return ACCOUNTS[self.role]


@dataclass
class Record:
    """A record in a state, with what its step needs beside it."""

    id: str
    about: Json = field(default_factory=dict)


@dataclass
class Ground:
    """The world, and the ways to prepare a record in it."""

    world: World
    owner_url: str
    clock: ManualClock
    hours: int = 0
    """How many sessions have been booked: each at an hour of its own."""

    async def act(self, who: str, path: str, body: Any = None, method: str = "POST") -> Json:
        """Take a step that has to succeed."""
        caller = await self.world.as_(who)
        if method == "POST":
            return done(await caller.post(path, body))
        headers = {"If-Match": await self.etag(caller, path)} if method == "PATCH" else {}
        return done(await caller.request(method, path, json=body, headers=headers))

    async def etag(self, caller: Caller, path: str) -> str:
        """Return the version of what stands at a path."""
        return str((await caller.get(path)).headers.get("etag", '"v1"'))

    async def case(self, stage: str, role: str = "", **given: Any) -> OpenCase:
        """Put a case of the manager at a stage, with the account of a role in its team where it needs that."""
        case = await put_case(self.owner_url, stage, at=self.clock.now() - timedelta(hours=1), **given)
        await self.join(str(case.id), role)
        return case

    async def join(self, case_id: str, role: str) -> None:
        """Take the account of a role into the team, where it would not see the case otherwise."""
        if role in PLACES:
            place = {"user_id": str(demo_id(ACCOUNTS[role]))} | PLACES[role]
            await self.act(MANAGER, f"/v1/cases/{case_id}/team", place)

    def later(self, by: timedelta) -> None:
        """Let time pass; everybody signs in anew."""
        self.clock.advance(by)
        self.world.forget_tokens()

    async def one(self, query: str, *arguments: Any) -> str:
        """Return the one value of a query as a text."""
        return str((await row(self.owner_url, query, *arguments))[0])


Reach = Callable[[Ground, Cell], Awaitable[Record]]
Take = Callable[[Ground, Cell, Record], Awaitable[httpx.Response]]


@dataclass
class Walk:
    """How the states of one kind of record are reached, and its steps taken."""

    states: Mapping[str, Reach]
    """State, or step and state as `step@state`, → how a record gets there."""
    steps: Mapping[str, Take]
    cannot: Mapping[str, str] = field(default_factory=dict)
    """Step, or step and role as `step@role`, that no account takes by itself → why."""

    def reason(self, cell: Cell) -> str | None:
        """Return why a cell is not walked."""
        return self.cannot.get(cell.action) or self.cannot.get(f"{cell.action}@{cell.role}")

    def reach(self, cell: Cell) -> Reach:
        """Return how the state of a cell is reached."""
        return self.states.get(f"{cell.action}@{cell.state}") or self.states[cell.state]


def operation(name: str, **changes: Any) -> Take:
    """Return the step that an operation takes, with the example of the contract, or `changes`, for its body.

    A change may be a function of the record. Parameters are what the record says of itself, else its id.
    """

    async def take(ground: Ground, cell: Cell, record: Record) -> httpx.Response:
        channel = channels()[name]
        path = channel.filled({p: record.about.get(p, record.id) for p in channel.parameters})
        body = body_of(channel)
        if changes:
            body = (body or {}) | {k: v(record) if callable(v) else v for k, v in changes.items()}
        caller = await ground.world.as_(cell.who)
        headers = {}
        if channel.method in {"PATCH", "PUT"}:
            headers["If-Match"] = await ground.etag(caller, path)
        return await caller.request(channel.method, path, json=body, headers=headers)

    return take


async def new_account(world: World, body: str) -> str:
    """Make an account in a body of the demo, and return its id."""
    admin = await world.as_("admin")
    user = {"username": f"worker.{uuid4().hex[:8]}", "family_name": "Жасанды", "given_name": "Есеп", "sector": None}
    return str(done(await admin.post("/v1/users", user | {"organisation_id": str(demo_id(body))}))["id"])


async def manager_of_the_centre(world: World) -> str:
    """Make a case manager at the centre, whose head then decides on the cases there."""
    made = await new_account(world, "cps_almaty")
    await give_role(world, f"/v1/users/{made}", "case_manager")
    return made
