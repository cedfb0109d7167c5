"""Use cases of staff conflicts: declare one's own, declare another's, list, end.

The declaration acts by itself: the database takes the work in hand from the user and shuts everything of the family
and its cases out of the user's sight, now and for whatever is linked to it later.
"""

from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.conflicts import repository
from casemgmt.conflicts.commands import DeclareConflict, EndConflict
from casemgmt.conflicts.states import STAFF_CONFLICT, ConflictFacts
from casemgmt.conflicts.tables import StaffConflict
from casemgmt.conflicts.views import ConflictView, OwnConflict
from casemgmt.db import paging
from casemgmt.db.work import Work, check_version
from casemgmt.errors import Forbidden, NotFound
from casemgmt.ids import new_id
from casemgmt.models import AllowedActionView
from casemgmt.organisations.tables import AppUser
from casemgmt.people.names import name_key


async def declare_own(work: Work, command: DeclareConflict) -> OwnConflict:
    """Declare the actor's own link. The answer is the same whether there is such a record or not."""
    conflict = _conflict(work, work.actor.user_id, work.actor.organisation_id, command)
    await work.save(Event("conflict.declared", "staff_conflict", (conflict.id,)), conflict)
    return OwnConflict.model_validate(conflict)


async def declare_for(work: Work, user_id: UUID, command: DeclareConflict) -> ConflictView:
    """Declare the link of somebody of the actor's body, who is not told."""
    user = await work.session.get(AppUser, user_id)
    if user is None:
        raise NotFound("There is no such user.")
    if user_id == work.actor.user_id:
        raise Forbidden("Declare your own conflict as your own.", code="own-conflict")
    if user.organisation_id != work.actor.organisation_id:
        raise Forbidden("The user works in another body.", code="colleague-of-other-body")
    conflict = _conflict(work, user_id, user.organisation_id, command)
    await work.save(Event("conflict.declared", "staff_conflict", (conflict.id, user_id)), conflict)
    return _view_of(work, conflict)


async def list_own(work: Work, limit: int, cursor: str | None) -> paging.Page[OwnConflict]:
    """Return a page of what the actor declared of herself or himself, the newest first."""
    after = paging.decode("own-conflicts", cursor)
    rows = await repository.list_conflicts(work, limit + 1, after, None, own=True)
    found = [OwnConflict.model_validate(row) for row in rows]
    page = paging.page("own-conflicts", found, limit, lambda c: paging.Position(c.declared_at, c.id))
    work.record(Event("conflict.listed", "staff_conflict", tuple(c.id for c in page.items)))
    return page


async def list_of_body(work: Work, limit: int, cursor: str | None, state: str | None) -> paging.Page[ConflictView]:
    """Return a page of the conflicts of the others of the actor's body, the newest first."""
    after = paging.decode("conflicts", cursor)
    rows = await repository.list_conflicts(work, limit + 1, after, state, own=False)
    found = [_view_of(work, row) for row in rows]
    page = paging.page("conflicts", found, limit, lambda c: paging.Position(c.declared_at, c.id))
    work.record(Event("conflict.listed", "staff_conflict", tuple(c.id for c in page.items)))
    return page


async def end_conflict(work: Work, conflict_id: UUID, command: EndConflict, expected: int | None) -> ConflictView:
    """End a conflict as its second person. Nothing of what the user lost comes back by itself."""
    conflict = await repository.get_conflict(work, conflict_id)
    check_version(conflict, expected)
    facts = ConflictFacts(user_id=conflict.user_id, declared_by_id=conflict.declared_by_id)
    transition = STAFF_CONFLICT.check(work.actor, "end", conflict.state, facts)
    conflict.state = transition.target
    conflict.ended_at, conflict.ended_by_id, conflict.end_note = work.now, work.actor.user_id, command.note
    await work.save(Event("conflict.ended", "staff_conflict", (conflict.id, conflict.user_id)), conflict)
    return _view_of(work, conflict)


def _conflict(work: Work, user_id: UUID, organisation_id: UUID, command: DeclareConflict) -> StaffConflict:
    records = {"person": command.person_id, "case": command.case_id, "signal": command.signal_id}
    record_type = next((name for name, record in records.items() if record is not None), None)
    named = command.named
    names = () if named is None else (named.family_name, named.given_name, named.patronymic)
    return StaffConflict(
        id=new_id(),
        user_id=user_id,
        organisation_id=organisation_id,
        kind=command.kind,
        record_type=record_type,
        record_id=None if record_type is None else records[record_type],
        case_number=command.case_number,
        named=" ".join(filter(None, names)) or None,
        match_key=name_key(*names).match_key if names else None,
        birth_year=None if named is None else named.birth_year,
        note=command.note,
        state=STAFF_CONFLICT.initial,
        declared_at=work.now,
        declared_by_id=work.actor.user_id,
    )


def _view_of(work: Work, conflict: StaffConflict) -> ConflictView:
    facts = ConflictFacts(user_id=conflict.user_id, declared_by_id=conflict.declared_by_id)
    actions = STAFF_CONFLICT.allowed_actions(work.actor, conflict.state, facts)
    return ConflictView(
        **conflict.model_dump(include=set(ConflictView.model_fields) - {"allowed_actions"}),
        allowed_actions=[AllowedActionView.model_validate(a) for a in actions],
    )
