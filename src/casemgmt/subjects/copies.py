"""Copies for subjects: prepared by one officer, released by another, given for fourteen days."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.db import paging
from casemgmt.db.work import Work, check_version
from casemgmt.errors import NotFound, WrongState, invalid_field
from casemgmt.ids import new_id
from casemgmt.models import AllowedActionView
from casemgmt.people.iin import InvalidIinError, read_iin
from casemgmt.people.policy import local_day
from casemgmt.reference.languages import Language
from casemgmt.retention import repository
from casemgmt.subjects import policy
from casemgmt.subjects.commands import ChooseTexts, DeclineCopy, PrepareCopy
from casemgmt.subjects.page import left_out_text, term_rows
from casemgmt.subjects.states import SUBJECT_COPY, CopyFacts, CopyState
from casemgmt.subjects.tables import SubjectCopy
from casemgmt.subjects.views import CopyDocument, CopyView, DraftTextView, DraftView

DAYS_TO_GIVE = 14
"""How long a released copy can be taken: after that a new request is needed. A house default."""


async def prepare_copy(work: Work, command: PrepareCopy) -> CopyView:
    """Write a request down. Nothing is given out before another officer releases it."""
    if command.received_on > local_day(work.now):
        raise invalid_field("/received_on", "day-in-the-future", "The request was received on a day that has come.")
    if command.iin is not None:
        try:
            read_iin(command.iin)
        except InvalidIinError:
            raise invalid_field("/iin", "invalid-iin", "This is no identification number.") from None
    person: UUID | None = await work.call(
        "SELECT find_subject(CAST(:id AS uuid), :iin)", id=command.person_id, iin=command.iin
    )
    if person is None:
        raise NotFound("There is no such record.", code="record-not-known")
    copy = SubjectCopy(
        id=new_id(),
        state=CopyState.PREPARED,
        person_id=person,
        included=[],
        prepared_by_id=work.actor.user_id,
        prepared_at=work.now,
        **command.model_dump(exclude={"person_id", "iin"}),
    )
    await work.save(_event("subject_copy.prepared", copy), copy)
    return await _view(work, copy)


async def list_copies(work: Work, limit: int, cursor: str | None) -> paging.Page[CopyView]:
    """Return a page of requests, the newest first."""
    ids = await repository.newest_ids(work, "subject_copy", limit + 1, paging.decode("copies", cursor), None)
    views = [await _view(work, await repository.get_row(work, SubjectCopy, i)) for i in ids]
    shown = paging.page("copies", views, limit, lambda v: paging.Position(v.prepared_at, v.id))
    work.record(Event("subject_copy.listed", "subject_copy", tuple(v.id for v in shown.items)))
    return shown


async def read_copy(work: Work, copy_id: UUID) -> CopyView:
    """Return a request."""
    copy = await repository.get_row(work, SubjectCopy, copy_id)
    work.record(_event("subject_copy.read", copy))
    return await _view(work, copy)


async def read_draft(work: Work, copy_id: UUID) -> DraftView:
    """Return the texts that may go along, for somebody to read through."""
    copy = await repository.get_row(work, SubjectCopy, copy_id)
    SUBJECT_COPY.check(work.actor, "choose_texts", copy.state, CopyFacts(copy.prepared_by_id))
    data = await _data(work, copy)
    chosen = {str(i) for i in copy.included}
    offered = policy.offered_texts(_answered_as(copy, data), data)
    work.record(_event("subject_copy.texts_read", copy))
    return DraftView(
        copy_id=copy.id,
        answered_as=_answered_as(copy, data),
        texts=[DraftTextView(**t, included=str(t["id"]) in chosen) for t in offered],
    )


async def choose_texts(work: Work, copy_id: UUID, command: ChooseTexts, expected: int | None) -> CopyView:
    """Choose the texts that go along: each was read through, and holds no secret of another."""
    copy = await _begin(work, copy_id, "choose_texts", expected)
    data = await _data(work, copy)
    offered = {str(t["id"]) for t in policy.offered_texts(_answered_as(copy, data), data)}
    for number, text in enumerate(command.include):
        if str(text) not in offered:
            raise invalid_field(f"/include/{number}", "not-in-the-draft", "This is no text of the draft.")
    copy.included = list(dict.fromkeys(command.include))
    await work.save(_event("subject_copy.texts_chosen", copy), copy)
    return await _view(work, copy)


async def release_copy(work: Work, copy_id: UUID, expected: int | None) -> CopyView:
    """Release a copy: the second person."""
    copy = await _begin(work, copy_id, "release", expected)
    copy.decided_by_id, copy.decided_at = work.actor.user_id, work.now
    copy.released_until = work.now + timedelta(days=DAYS_TO_GIVE)
    await work.save(_event("subject_copy.released", copy), copy)
    return await _view(work, copy)


async def decline_copy(work: Work, copy_id: UUID, command: DeclineCopy, expected: int | None) -> CopyView:
    """Decline a request."""
    copy = await _begin(work, copy_id, "decline", expected)
    copy.decline_reason = command.reason
    await work.save(_event("subject_copy.declined", copy), copy)
    return await _view(work, copy)


async def give_copy(work: Work, copy_id: UUID, language: Language) -> CopyDocument:
    """Return the copy as it is given out. Every time it is taken stands in the log."""
    copy = await repository.get_row(work, SubjectCopy, copy_id)
    if copy.state != CopyState.RELEASED or copy.released_until is None or copy.released_until <= work.now:
        raise WrongState("The copy is not released, or its days are over.", code="copy-not-released")
    data = await _data(work, copy)
    requester = _answered_as(copy, data)
    parts = policy.shown_to(requester, data, frozenset(str(i) for i in copy.included))
    work.record(_event("subject_copy.given", copy))
    suspected = requester == "representative_suspected"
    return CopyDocument(
        copy_id=copy.id,
        reference=copy.reference,
        given_at=work.now,
        answered_as=requester,
        parts=parts,
        access_log=None if suspected else f"/v1/persons/{copy.person_id}/access-log/exports",
        left_out=left_out_text(language, suspected=suspected),
        terms=term_rows(work.now, language),
    )


def _answered_as(copy: SubjectCopy, data: dict[str, Any]) -> policy.Requester:
    return policy.effective(copy.requester, danger=data["danger"])  # type: ignore[arg-type]  # checked when prepared


async def _begin(work: Work, copy_id: UUID, action: str, expected: int | None) -> SubjectCopy:
    copy = await repository.get_row(work, SubjectCopy, copy_id, for_change=True)
    check_version(copy, expected)
    copy.state = SUBJECT_COPY.check(work.actor, action, copy.state, CopyFacts(copy.prepared_by_id)).target
    return copy


async def _data(work: Work, copy: SubjectCopy) -> dict[str, Any]:
    with work.session.no_autoflush:
        data: dict[str, Any] | None = await work.call("SELECT subject_data(:copy)", copy=copy.id)
    if data is None:
        raise WrongState("The copy is not released, or its days are over.", code="copy-not-released")
    return {name: value for name, value in data.items() if value is not None}


def _event(kind: str, copy: SubjectCopy) -> Event:
    return Event(kind, "subject_copy", (copy.id, copy.person_id), on_behalf_of=copy.person_id, reason=copy.requester)


async def _view(work: Work, copy: SubjectCopy) -> CopyView:
    actions = SUBJECT_COPY.allowed_actions(work.actor, copy.state, CopyFacts(copy.prepared_by_id))
    danger = bool(await work.call("SELECT subject_data(:copy)->'danger' = 'true'", copy=copy.id))
    return CopyView(
        **copy.model_dump(exclude={"changed_xid"}),
        answered_as=policy.effective(copy.requester, danger=danger),  # type: ignore[arg-type]  # checked when prepared
        allowed_actions=[AllowedActionView.model_validate(a) for a in actions],
    )
