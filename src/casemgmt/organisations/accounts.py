"""Use cases of one's own account."""

from sqlmodel import select

from casemgmt.access.permissions import Permission
from casemgmt.alerts.repository import count_open
from casemgmt.audit.events import Event
from casemgmt.db.work import Work
from casemgmt.errors import NotFound
from casemgmt.organisations import repository
from casemgmt.organisations.tables import AppUser, MobileGroupMember, Organisation
from casemgmt.organisations.views import MeView


async def read_me(work: Work) -> MeView:
    """Return the actor's own account."""
    actor = work.actor
    user = await work.session.get(AppUser, actor.user_id)
    body = await work.session.get(Organisation, actor.organisation_id)
    if user is None or body is None:
        raise NotFound("There is no such account.")
    groups = await work.session.scalars(
        select(MobileGroupMember.group_id).where(MobileGroupMember.user_id == actor.user_id, repository.stands(work))
    )
    work.record(Event("account.read", "account", (actor.user_id,)))
    return MeView(
        id=user.id,
        username=user.username,
        family_name=user.family_name,
        given_name=user.given_name,
        organisation_id=body.id,
        organisation_name=body.name_ru,
        region_code=actor.region_code,
        roles=list(actor.roles),
        rights_until=user.rights_until,
        permissions=sorted(actor.permissions),
        mobile_group_ids=sorted(groups),
        unread_notices=await work.call("SELECT auth_unread_notices(:user)", user=actor.user_id),
        open_alerts=await count_open(work) if actor.may(Permission.ALERTS_READ) else None,
    )
