"""Offer a signal to a mobile group."""

from uuid import UUID

from sqlmodel import SQLModel, col, select

from casemgmt.conflicts.repository import is_shut_out
from casemgmt.db.work import Work
from casemgmt.errors import invalid_field
from casemgmt.ids import new_id
from casemgmt.organisations.repository import stands
from casemgmt.organisations.tables import MobileGroup, MobileGroupMember
from casemgmt.outreach.tables import Referral
from casemgmt.signals.tables import Signal
from casemgmt.tasks import clocks


async def offer_referral(work: Work, signal: Signal, mobile_group_id: UUID, instructions: str | None) -> list[SQLModel]:
    """Return the rows of a new referral with the clock of its answer; the caller saves them with the triage."""
    group = await work.session.get(MobileGroup, mobile_group_id)
    if group is None or not group.active:
        raise invalid_field("/mobile_group_id", "unknown-mobile-group", "There is no such mobile group.")
    leads = await work.session.scalars(
        select(MobileGroupMember.user_id).where(
            MobileGroupMember.group_id == mobile_group_id,
            col(MobileGroupMember.is_lead),
            stands(work),
        )
    )
    free = [not await is_shut_out(work, lead, [signal.id]) for lead in leads]
    if free and not any(free):
        raise invalid_field("/mobile_group_id", "group-not-free", "Nobody of the group may answer for this signal.")
    referral = Referral(
        id=new_id(),
        signal_id=signal.id,
        organisation_id=signal.organisation_id,
        mobile_group_id=mobile_group_id,
        state="offered",
        urgency=signal.urgency or "standard",
        instructions=instructions,
        offered_by_id=work.actor.user_id,
        offered_at=work.now,
    )
    clock = clocks.start(
        work,
        f"referral_acceptance_{referral.urgency}",
        "referral",
        referral.id,
        organisation_id=signal.organisation_id,
        signal_id=signal.id,
        mobile_group_id=mobile_group_id,
    )
    return [referral, clock]
