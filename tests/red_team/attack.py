"""What an attack is, and the list of all of them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import httpx

from tests.clients import Caller, World
from tests.red_team.target import Target

REFUSALS = frozenset({400, 401, 403, 404, 409, 412, 413, 415, 422, 428, 429})


@dataclass(frozen=True)
class Field:
    """Where an attack is tried: the service, what is to be protected, and who tries."""

    world: World
    target: Target
    username: str

    async def attacker(self) -> Caller:
        """Return the attacker, signed in with the own account."""
        return await self.world.as_(self.username)


Try = Callable[[Field], Awaitable[list[httpx.Response]]]


@dataclass(frozen=True)
class Attack:
    """One way to harm a child or to hide it; `attackers` are accounts of the demo, one for each role that could try."""

    id: str
    title: str
    attackers: tuple[str, ...]
    run: Try
    statuses: frozenset[int] = field(default=REFUSALS)


ATTACKS: dict[str, Attack] = {}


def attack(number: str, title: str, *attackers: str, statuses: frozenset[int] = REFUSALS) -> Callable[[Try], Try]:
    """Register an attack under the number that it has in the threat model."""

    def register(run: Try) -> Try:
        assert number not in ATTACKS, number
        ATTACKS[number] = Attack(number, title, attackers, run, statuses)
        return run

    return register
