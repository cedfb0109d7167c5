"""Queries on referrals and visits. Row security decides what is seen; the list starts from indexes of its own."""

from typing import Any
from uuid import UUID

from sqlmodel import col, func, select

from casemgmt.db.paging import Position
from casemgmt.db.work import Work
from casemgmt.errors import NotFound
from casemgmt.outreach.states import ReferralFacts
from casemgmt.outreach.tables import Referral, VisitAct, VisitActEdition, VisitAttempt, VisitorWarning
from casemgmt.signals.policy import is_desk
from casemgmt.signals.tables import Signal

_COLUMNS = (
    "r.id, r.signal_id, r.mobile_group_id, r.organisation_id, r.region_code, r.state, r.urgency, r.offered_at,"
    " r.answered_at, r.departed_at, r.visited_at, r.reported_at"
)

# One branch per way of seeing a referral, each on an index of its own; UNION removes what two branches found. The
# groups of an actor are taken one by one, because an index gives its order for one group only.
_BRANCHES = (
    ("referral r", "sees_all_signals()"),
    ("referral r", "r.region_code = signal_region()"),
    ("referral r", "r.organisation_id = signal_organisation()"),
    (
        "case_member m JOIN signal s ON s.case_id = m.case_id JOIN referral r ON r.signal_id = s.id",
        "m.user_id = actor_user() AND m.ended_at IS NULL",
    ),
)


def _list_statement(*, with_state: bool, with_cursor: bool) -> str:
    conditions = ""
    if with_state:
        conditions += " AND r.state = :state"
    if with_cursor:
        conditions += " AND (r.offered_at, r.id) < (:at, :id)"
    first = "ORDER BY r.offered_at DESC, r.id DESC LIMIT :size"
    branches = [
        f"(SELECT {_COLUMNS} FROM {tables} WHERE {branch}{conditions} {first})"  # noqa: S608 - constants
        for tables, branch in _BRANCHES
    ]
    branches.append(
        "(SELECT r.* FROM unnest(actor_groups()) AS g (id) CROSS JOIN LATERAL"  # noqa: S608 - constants
        f" (SELECT {_COLUMNS} FROM referral r WHERE r.mobile_group_id = g.id{conditions} {first}) AS r {first})"
    )
    return f"SELECT * FROM ({' UNION '.join(branches)}) AS r {first}"  # noqa: S608 - constants


async def list_referrals(work: Work, size: int, after: Position | None, state: str | None) -> list[dict[str, Any]]:
    """Return up to `size` referrals that the actor sees, newest first."""
    arguments: dict[str, Any] = {"size": size}
    if state is not None:
        arguments["state"] = state
    if after is not None:
        arguments |= {"at": after.at, "id": after.id}
    return await work.rows(_list_statement(with_state=state is not None, with_cursor=after is not None), **arguments)


async def get_referral(work: Work, referral_id: UUID) -> Referral:
    """Return a referral that the actor sees; else `NotFound`."""
    referral = (await work.session.scalars(select(Referral).where(Referral.id == referral_id))).one_or_none()
    if referral is None:
        raise NotFound("There is no such referral.")
    return referral


async def lock_referral(work: Work, referral_id: UUID) -> tuple[Referral, Signal | None]:
    """Return a referral and its signal, both locked. The signal first, as the triage does: no two wait for each other.

    The signal is None where the actor sees it no more: then the referral has ended, and its state refuses every step.
    """
    signal_id = (await get_referral(work, referral_id)).signal_id
    signal = (await work.session.scalars(select(Signal).where(Signal.id == signal_id).with_for_update())).one_or_none()
    query = select(Referral).where(Referral.id == referral_id).with_for_update()
    referral = (await work.session.scalars(query.execution_options(populate_existing=True))).one_or_none()
    if referral is None:
        raise NotFound("There is no such referral.")
    return referral, signal


async def signal_of(work: Work, referral: Referral) -> Signal | None:
    """Return the signal of a referral, where the actor still sees it."""
    return (await work.session.scalars(select(Signal).where(Signal.id == referral.signal_id))).one_or_none()


async def attempts_of(work: Work, referral_id: UUID) -> list[VisitAttempt]:
    """Return the visits at which nobody was met, in order."""
    query = (
        select(VisitAttempt)
        .where(VisitAttempt.referral_id == referral_id)
        .order_by(col(VisitAttempt.at), col(VisitAttempt.id))
    )
    return list(await work.session.scalars(query))


async def act_id_of(work: Work, referral_id: UUID) -> UUID | None:
    """Return the id of the visit act, where there is one."""
    return (await work.session.scalars(select(VisitAct.id).where(VisitAct.referral_id == referral_id))).one_or_none()


async def get_act(work: Work, act_id: UUID, *, for_change: bool = False) -> VisitAct:
    """Return a visit act that the actor sees, locked when it is about to change or to be signed; else `NotFound`."""
    query = select(VisitAct).where(VisitAct.id == act_id)
    if for_change:
        query = query.with_for_update()
    act = (await work.session.scalars(query)).one_or_none()
    if act is None:
        raise NotFound("There is no such visit act.")
    return act


async def editions_of(work: Work, act_id: UUID) -> list[VisitActEdition]:
    """Return what a visit act said before each of its corrections, the oldest first."""
    query = select(VisitActEdition).where(VisitActEdition.visit_act_id == act_id)
    return list(await work.session.scalars(query.order_by(col(VisitActEdition.number))))


async def facts_of(work: Work, referral: Referral, *, warnings_read: bool = True) -> ReferralFacts:
    """Return what the guards of the referral's route need. Who reads the referral has its warnings before the eyes."""
    warnings = 0
    if not warnings_read:
        query = select(func.count()).where(
            VisitorWarning.signal_id == referral.signal_id, col(VisitorWarning.lifted_at).is_(None)
        )
        warnings = (await work.session.scalars(query)).one()
    return ReferralFacts(
        mobile_group_id=referral.mobile_group_id,
        actor_groups=frozenset(await work.call("SELECT actor_groups()")),
        at_the_desk=is_desk(work.actor, referral.organisation_id, referral.region_code),
        unread_warnings=warnings,
    )
