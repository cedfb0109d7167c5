"""The country of the year: bodies, workers and mobile groups, all invented and all drawn from the seed."""

from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from uuid import UUID

import asyncpg

REGIONS = tuple(f"KZ-{n}" for n in (10, 11, 15, 19, 23, 27, 31, 33, 35, 39, 43, 47, 55, 59, 61, 62, 63, 71, 75, 79))
_EVENT = (
    "SELECT audit_write(gen_random_uuid(), 'demo.loaded', 'done', NULL, 'deployment', '{}', NULL, NULL, '{}', 'year')"
)
SECTORS = {"child_rights_department": "education", "family_support_centre": "social_protection"}


@dataclass(eq=False, slots=True)
class Body:
    """A body of the country."""

    id: str
    kind: str
    region: str | None
    workers: list["Worker"] = field(default_factory=list)

    def having(self, role: str) -> list["Worker"]:
        """Return those who work here with a role."""
        return [w for w in self.workers if w.active and not w.leaving and role in w.roles]


@dataclass(eq=False, slots=True)
class Worker:
    """Somebody with an account."""

    id: str
    name: str
    roles: tuple[str, ...]
    body: Body
    session: str
    active: bool = True
    leaving: bool = False
    """All work was handed on; nobody gives new work."""
    left_at: datetime | None = None


@dataclass(eq=False, slots=True)
class Centre:
    """A family support centre with its mobile group."""

    body: Body
    group: str
    lead: Worker

    @property
    def managers(self) -> list[Worker]:
        """The case managers who work here now."""
        return self.body.having("case_manager")

    @property
    def supervisor(self) -> Worker:
        """The second person."""
        return self.body.having("supervisor")[0]

    @property
    def head(self) -> Worker:
        """Who heads it."""
        return self.body.having("centre_head")[0]


class Country:
    """All of it."""

    def __init__(self, random: Random, centres: int, managers: int = 5) -> None:
        self._random = random
        self.bodies: list[Body] = []
        self.workers: dict[str, Worker] = {}
        self.contact_centre = self._body("contact_centre_111", None)
        for role, number in (("contact_centre_operator", 4), ("supervisor", 1)):
            self._staff(self.contact_centre, role, number)
        self.committee = self._body("child_rights_department", None)
        self._staff(self.committee, "administrator", 2)
        self.departments: dict[str, Body] = {}
        self.centres: list[Centre] = []
        for number in range(centres):
            region = REGIONS[number % len(REGIONS)]
            if region not in self.departments:
                department = self.departments[region] = self._body("child_rights_department", region)
                self._staff(department, "duty_officer", 2)
                self._staff(department, "supervisor", 2)
            body = self._body("family_support_centre", region)
            for role, count in (("case_manager", managers), ("supervisor", 1), ("centre_head", 1)):
                self._staff(body, role, count)
            lead = self._staff(body, "mobile_group_lead", 1)[0]
            self.centres.append(Centre(body, self.new_id(), lead))

    def new_id(self) -> str:
        """Return an id that the seed alone decides."""
        return str(UUID(int=self._random.getrandbits(128), version=4))

    def _body(self, kind: str, region: str | None) -> Body:
        body = Body(self.new_id(), kind, region)
        self.bodies.append(body)
        return body

    def _staff(self, body: Body, role: str, number: int) -> list[Worker]:
        made = []
        for _ in range(number):
            worker = Worker(self.new_id(), f"{role}.{len(self.workers)}", (role,), body, self.new_id())
            body.workers.append(worker)
            self.workers[worker.id] = worker
            made.append(worker)
        return made

    def duty_of(self, region: str | None) -> list[Worker]:
        """Return the desk of a region."""
        return self.departments[str(region)].having("duty_officer")

    def who_hears(self, level: str, body: Body, region: str | None, besides: Worker | None) -> tuple[Worker, ...]:
        """Return those to whom an overdue clock of a body may climb."""
        if level == "escalation_region":
            places = [b for b in self.bodies if b.kind == "child_rights_department" and b.region == region]
            places = [] if region is None else places
        else:
            places = [body]
        role = "centre_head" if level == "escalation_head" else "supervisor"
        return tuple(w for place in places for w in place.having(role) if w is not besides)


async def settle(connection: asyncpg.Connection, country: Country) -> None:
    """Write bodies, accounts, roles, groups and log-ins into an empty database: they are there when the year begins."""
    async with connection.transaction():
        await connection.execute(_EVENT)
        await _write(connection, country)


async def _write(connection: asyncpg.Connection, country: Country) -> None:
    await connection.executemany(
        "INSERT INTO organisation (id, kind, sector, name_kk, name_ru, name_en, region_code, active, version)"
        " VALUES ($1, $2, $3, $4, $4, $4, $5, true, 1)",
        [(b.id, b.kind, SECTORS.get(b.kind), f"{b.kind} {n}", b.region) for n, b in enumerate(country.bodies)],
    )
    workers = list(country.workers.values())
    await connection.executemany(
        "INSERT INTO app_user (id, username, kind, family_name, given_name, match_key, sector, organisation_id, active,"
        " authz_version, signal_reach, case_reach, flags, version)"
        " VALUES ($1, $2, 'person', 'Тест', $2, $2, $3, $4, true, 1, 'none', 'none', '{}', 1)",
        [(w.id, w.name, SECTORS.get(w.body.kind), w.body.id) for w in workers],
    )
    await connection.executemany(
        "INSERT INTO user_role (id, user_id, role, granted_at) VALUES (gen_random_uuid(), $1, $2, now())",
        [(w.id, role) for w in workers for role in w.roles],
    )
    await connection.executemany(
        "INSERT INTO auth_session (id, user_id, refresh_hash, created_at, refreshed_at, expires_at, second_factor)"
        " VALUES ($1::text::uuid, $2::text::uuid, $1, now(), now(), now() + interval '100 years', true)",
        [(w.session, w.id) for w in workers],
    )
    await connection.executemany(
        "INSERT INTO mobile_group (id, organisation_id, region_code, name, active, version)"
        " VALUES ($1, $2, $3, $4, true, 1)",
        [(c.group, c.body.id, c.body.region, f"group {n}") for n, c in enumerate(country.centres)],
    )
    await connection.executemany(
        "INSERT INTO mobile_group_member (id, group_id, user_id, sector, is_lead, since)"
        " VALUES (gen_random_uuid(), $1, $2, 'social_protection', true, now())",
        [(c.group, c.lead.id) for c in country.centres],
    )
