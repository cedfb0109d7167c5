"""Use cases of sources: which systems send contacts, and as which machine account each of them acts."""

from sqlmodel import col, select

from casemgmt.audit.events import Event
from casemgmt.contacts.commands import PutSource
from casemgmt.contacts.tables import ContactSource
from casemgmt.contacts.views import SourceList, SourceView
from casemgmt.db.work import Work
from casemgmt.errors import Conflict
from casemgmt.organisations.machines import machine_of


async def put_source(work: Work, code: str, command: PutSource) -> SourceView:
    """Add a source, or change its name or whether messages of it are taken.

    Its account stays: the contacts of the source are that account's, and another one would take them for new.
    """
    user = await machine_of(work, command.user_id)
    source = await work.session.get(ContactSource, code, with_for_update=True)
    if source is None:
        source = ContactSource(code=code, **command.model_dump())
    elif source.user_id != user.id:
        raise Conflict("The source belongs to another account.", code="source-of-other-account")
    else:
        source.name, source.active = command.name, command.active
    await work.save(Event("contact_source.put", "contact_source", (user.id,), reason=code), source)
    return SourceView.model_validate(source)


async def list_sources(work: Work) -> SourceList:
    """Return all sources."""
    rows = await work.session.scalars(select(ContactSource).order_by(col(ContactSource.code)))
    work.record(Event("contact_source.listed", "contact_source"))
    return SourceList(items=[SourceView.model_validate(row) for row in rows])
