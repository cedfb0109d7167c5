"""A worker leaves: all work goes to others of the body in one step, or stays where it is.

The database refuses to switch off or to move an account that still answers for something (`db/sql/53_staff.sql`).
"""

import json
from typing import Any
from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.cases import repository
from casemgmt.db.work import Work, check_version
from casemgmt.errors import Conflict, Forbidden, NotFound, WrongState, invalid_field
from casemgmt.organisations.repository import get_row
from casemgmt.organisations.tables import AppUser
from casemgmt.staff.commands import HandOn, SwitchOff
from casemgmt.staff.views import HandedCase, HandedOn, OwnedWork
from casemgmt.tasks import clocks

_WORK = "SELECT * FROM work_of(:user)"
_HAND_ON = "SELECT hand_on_all(:user, CAST(:to AS uuid[]), :reason, CAST(:task AS jsonb), :at)"
_STAND_INS = "SELECT hand_to_stand_ins(:user, :reason, CAST(:task AS jsonb), :at)"


async def owned_work(work: Work, user_id: UUID) -> OwnedWork | None:
    """Return how much a user answers for; None where the actor neither heads the user's body nor keeps accounts."""
    rows = await work.rows(_WORK, user=user_id)
    return OwnedWork(user_id=user_id, **rows[0]) if rows else None


async def read_work(work: Work, user_id: UUID) -> OwnedWork:
    """Return how much a colleague of the actor's body answers for."""
    await _colleague(work, user_id)
    owned = await owned_work(work, user_id)
    if owned is None:
        raise NotFound("There is no such colleague.")
    work.record(Event("user.work_counted", "user", (user_id,)))
    return owned


async def require_nothing_owned(work: Work, user_id: UUID, *, cases_alone: bool = False) -> None:
    """Refuse to take an account away from its work. `cases_alone`: other work stays, cases are for case managers."""
    owned = await owned_work(work, user_id)
    if owned is None:
        return
    counts = owned.model_dump(exclude={"user_id"} | ({"tasks", "places", "named", "shifts"} if cases_alone else set()))
    if any(counts.values()):
        raise WrongState(
            "The account answers for work that nobody else has yet.", code="work-not-handed-on", data=counts
        )


async def hand_on(work: Work, user_id: UUID, command: HandOn) -> HandedOn:
    """Hand everything on that a colleague answers for: at once, without the acceptance of those who get it.

    Refused with the cases that none of those named may have; then nothing has changed.
    """
    if user_id == work.actor.user_id:
        raise Forbidden("Nobody hands on their own work in one step: offer your cases.", code="own-work")
    await _colleague(work, user_id)
    owned = await owned_work(work, user_id)
    if owned is None:
        raise NotFound("There is no such colleague.")
    await _check_receivers(work, user_id, command.to_user_ids, manages=bool(owned.cases or owned.closed_cases))
    done = await _passed(work, _HAND_ON, user_id, command.reason, to=command.to_user_ids)
    return _view(user_id, done, [c for c in done["cases"] if not c["hidden"]])


async def switch_off(work: Work, user_id: UUID, command: SwitchOff, expected: int | None) -> HandedOn:
    """Switch an account off that has to be stopped at once: what it answers for goes to the heads of its body first.

    An administrator sees no case, so the answer counts alone.
    """
    if user_id == work.actor.user_id:
        raise Forbidden("Nobody switches off their own account.", code="own-account")
    user = await get_row(work, AppUser, user_id, for_change=True)
    check_version(user, expected)
    if not user.active:
        raise Conflict("The account is switched off.", code="already-so")
    done = await _passed(work, _STAND_INS, user_id, command.reason)
    user.active = False
    await work.save(Event("user.changed", "user", (user_id,), reason=command.reason), user)
    return _view(user_id, done, [])


async def _passed(work: Work, statement: str, user_id: UUID, reason: str, **to: list[UUID]) -> dict[str, Any]:
    """Let everything pass; refused with the cases that nobody may have."""
    columns = clocks.columns(work, "staff_take_over", "user", user_id, organisation_id=work.actor.organisation_id)
    task = json.dumps(columns, default=str)
    done: dict[str, Any] = await work.call(statement, user=user_id, reason=reason, task=task, at=work.now, **to)
    if "stuck" in done:
        seen = done["stuck"] if to else []
        raise WrongState(
            "None of those named may have some of the cases: name somebody else too.",
            code="nobody-free-for-cases",
            data={"case_ids": seen, "hidden_cases": done["stuck_in_all"] - len(seen)},
        )
    tell_handed_on(work, user_id, done, reason)
    return done


def tell_handed_on(work: Work, user_id: UUID, done: dict[str, Any], reason: str) -> None:
    """Record what went where: once for the worker, once in each case."""
    receivers = dict.fromkeys(UUID(c["to"]) for c in done["cases"])
    work.record(Event("user.work_handed_on", "user", (user_id, *receivers), reason=reason))
    for case in done["cases"]:
        case_id = UUID(case["id"])
        work.record(
            Event("case.handed_on", "case", (case_id, UUID(case["to"]), user_id), case_id=case_id, reason=reason)
        )


def _view(user_id: UUID, done: dict[str, Any], shown: list[dict[str, Any]]) -> HandedOn:
    return HandedOn(
        user_id=user_id,
        cases=[HandedCase(case_id=c["id"], manager_id=c["to"]) for c in shown],
        hidden_cases=len(done["cases"]) - len(shown),
        **{name: done[name] for name in ("tasks", "offers", "places", "named", "shifts")},
    )


async def _check_receivers(work: Work, user_id: UUID, to: list[UUID], *, manages: bool) -> None:
    for place, receiver_id in enumerate(to):
        pointer = f"/to_user_ids/{place}"
        user = await work.session.get(AppUser, receiver_id)
        here = user is not None and user.organisation_id == work.actor.organisation_id
        if user is None or not here or not user.active or user.kind != "person" or receiver_id == user_id:
            raise invalid_field(pointer, "unknown-colleague", "There is no such colleague in the body.")
        if manages and await repository.manager_body(work, receiver_id) is None:
            raise invalid_field(pointer, "unknown-case-manager", "There is no such case manager.")


async def _colleague(work: Work, user_id: UUID) -> AppUser:
    user = await work.session.get(AppUser, user_id)
    if user is None or user.organisation_id != work.actor.organisation_id:
        raise NotFound("There is no such colleague.")
    return user
