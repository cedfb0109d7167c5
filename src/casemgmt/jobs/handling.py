"""How a job is done: its handler in a transaction, retries with a growing pause, and what ends them."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, TypeVar
from uuid import UUID

from casemgmt.access.actor import Actor
from casemgmt.access.permissions import Permission
from casemgmt.access.system import system_actor
from casemgmt.db.work import Work
from casemgmt.errors import NotFound, WrongState
from casemgmt.jobs.payload import Payload
from casemgmt.jobs.work import Tools, actor_for, open_work

PayloadT = TypeVar("PayloadT", bound=Payload)

MOST_TRIES = 8
"""After so many failures a job is dead: kept, shown, and started again by a person only."""
MOST_LOSSES = 3
"""So many workers may die over a job before it is taken for the reason."""
_FIRST_PAUSE = timedelta(seconds=5)
_LONGEST_PAUSE = timedelta(hours=1)


@dataclass(frozen=True)
class Handler(Generic[PayloadT]):
    """Who does a kind of job, and what it may do."""

    payload: type[PayloadT]
    do: Callable[[Work, PayloadT, Tools], Awaitable[object]]
    """In one transaction. It may run again after it was done: it looks first whether there is something to do."""
    may: frozenset[Permission] = frozenset()
    """The permissions of the service itself in this job. A job for an actor has the actor's, and no more."""
    seconds: int = 60
    """Longer than this and the try is given up."""
    give_up: Callable[[Work, PayloadT, str], Awaitable[object]] | None = None
    """Tells, as the service itself, whoever waits for the job that it is not done, and the code of the reason.

    Such a job ends with a refusal, for another try would be refused too; all but `Unavailable`, which means later. What
    fails otherwise is tried again as every job, and told of when it is dead."""


Handlers = Mapping[str, Handler[Any]]


def by_kind(*handlers: Handler[Any]) -> dict[str, Handler[Any]]:
    """Return handlers by the kind of their jobs; a kind has one."""
    found = {handler.payload.kind: handler for handler in handlers}
    if len(found) < len(handlers):
        raise ValueError("two handlers of one kind of job")
    return found


def pause_after(tries: int) -> timedelta:
    """Return how long to wait after so many failures: twice as long each time."""
    return min(_FIRST_PAUSE * float(2 ** max(tries - 1, 0)), _LONGEST_PAUSE)


async def do(handler: Handler[Any], payload: bytes, tools: Tools, request_id: str, actor_id: UUID | None) -> bool:
    """Do a job. False where its record has moved on and nothing was left to do; all else that fails is raised."""
    told = handler.payload.model_validate_json(payload)
    actor = system_actor(handler.may) if actor_id is None else await actor_for(tools, actor_id)
    return await _in_work(tools, actor, request_id, lambda work: handler.do(work, told, tools))


async def give_up(handler: Handler[Any], payload: bytes, tools: Tools, request_id: str, code: str) -> None:
    """Tell that a job is not done, where somebody waits for it."""
    tell = handler.give_up
    if tell is not None:
        told = handler.payload.model_validate_json(payload)
        await _in_work(tools, system_actor(handler.may), request_id, lambda work: tell(work, told, code))


async def _in_work(tools: Tools, actor: Actor, request_id: str, act: Callable[[Work], Awaitable[object]]) -> bool:
    try:
        async with open_work(tools, actor, request_id) as work:
            await act(work)
            await work.settle()
    except (NotFound, WrongState):
        return False
    return True
