"""Use cases of drafts: save, save a part, list, read, put aside, and the end of one that was sent."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, func, select

from casemgmt.audit.events import Event
from casemgmt.db.work import Work, check_version
from casemgmt.drafts import policy
from casemgmt.drafts.commands import SaveDraft, SavePart
from casemgmt.drafts.tables import Draft
from casemgmt.drafts.views import DraftList, DraftSummary, DraftView
from casemgmt.errors import Conflict, NotFound, PreconditionRequired, invalid_field
from casemgmt.tasks import clocks

_UNIQUE_VIOLATION = "23505"
_CLOCK = ("draft_end",)


async def save_draft(work: Work, draft_id: UUID, command: SaveDraft, expected: int | None) -> DraftView:
    """Save a form under the client's id: anew without a version, over the version that the client holds with one.

    Sent twice, because the answer was lost, it is saved once. Another device that saved meanwhile is not overwritten:
    `StaleVersion`, and both are there: this one in the client's hands, the other one under the id.
    """
    policy.check_size(command.content)
    draft = await _find(work, draft_id)
    if draft is None:
        if expected is not None:
            raise NotFound("There is no such draft.")
        return await _begin(work, draft_id, command)
    if expected is None:
        if (draft.form, draft.for_id, draft.content) != (command.form, command.for_id, command.content):
            raise PreconditionRequired("The draft is there already: send If-Match with the version that you hold.")
        work.record(Event("draft.sent_again", "draft", (draft_id,)))
        return _view(work, draft)
    check_version(draft, expected)
    draft.form, draft.for_id = command.form, command.for_id
    draft.content, draft.label = command.content, command.label
    return await _save(work, draft)


async def save_part(work: Work, draft_id: UUID, command: SavePart, expected: int) -> DraftView:
    """Put a part of a form into its draft."""
    draft = await _mine(work, draft_id)
    check_version(draft, expected)
    draft.content = policy.merged(draft.content, command.content)
    draft.label = command.label or draft.label
    policy.check_size(draft.content)
    return await _save(work, draft)


async def list_drafts(work: Work) -> DraftList:
    """Return all drafts of the actor, without what they hold, the one that ends first at the top."""
    drafts = await drafts_of(work)
    work.record(Event("draft.listed", "draft", tuple(draft.id for draft in drafts)))
    return DraftList(items=drafts)


async def drafts_of(work: Work) -> list[DraftSummary]:
    """Return all drafts of the actor, the one that ends first at the top; the caller records that they were shown."""
    query = select(Draft).where(Draft.owner_id == work.actor.user_id).order_by(col(Draft.saved_at), col(Draft.id))
    fields = set(DraftSummary.model_fields)
    return [DraftSummary(**_shown(work, draft, fields)) for draft in await work.session.scalars(query)]


async def read_draft(work: Work, draft_id: UUID) -> DraftView:
    """Return a draft with what it holds."""
    draft = await _mine(work, draft_id)
    work.record(Event("draft.read", "draft", (draft_id,)))
    return _view(work, draft)


async def discard_draft(work: Work, draft_id: UUID, expected: int | None) -> None:
    """Put a draft aside for good: what was never sent is no record of anybody."""
    draft = await _mine(work, draft_id)
    check_version(draft, expected)
    await _end(work, draft, "draft.discarded")


async def take_draft(work: Work, draft_id: UUID, form: str, named: Collection[str]) -> Draft:
    """Return the draft that a form is sent from, locked; `named` are the ids in the path that it is sent to.

    Errors: Conflict where it is gone, for it may have been sent already; Invalid where it was saved for another form or
    another record: what was written about one child is not sent to the file of another.
    """
    draft = await _find(work, draft_id)
    if draft is None:
        raise Conflict("The draft is gone: sent, put aside, or ended. Nothing was recorded.", code="draft-gone")
    if draft.form != form:
        raise invalid_field("/headers/Draft-Id", "draft-of-other-form", "This is a draft of another form.")
    if draft.for_id is not None and str(draft.for_id) not in {name.lower() for name in named}:
        raise invalid_field("/headers/Draft-Id", "draft-of-other-record", "This draft is for another record.")
    return draft


async def end_sent_draft(work: Work, draft: Draft) -> None:
    """Remove a draft in the transaction of what it became."""
    await _end(work, draft, "draft.sent")


async def _find(work: Work, draft_id: UUID) -> Draft | None:
    return (await work.session.scalars(select(Draft).where(Draft.id == draft_id).with_for_update())).one_or_none()


async def _mine(work: Work, draft_id: UUID) -> Draft:
    draft = await _find(work, draft_id)
    if draft is None:
        raise NotFound("There is no such draft.")
    return draft


async def _begin(work: Work, draft_id: UUID, command: SaveDraft) -> DraftView:
    policy.check_number((await work.session.scalars(select(func.count()).select_from(Draft))).one())
    draft = Draft(
        id=draft_id,
        owner_id=work.actor.user_id,
        created_at=work.now,
        saved_at=work.now,
        **command.model_dump(),
    )
    try:
        await work.save(Event("draft.saved", "draft", (draft_id,)), draft)
    except IntegrityError as error:
        if getattr(error.orig, "sqlstate", None) == _UNIQUE_VIOLATION:
            raise Conflict("This id belongs to another record: choose a new one.", code="id-in-use") from error
        raise
    return _view(work, draft)


async def _save(work: Work, draft: Draft) -> DraftView:
    stopped = []
    if draft.warned_at is not None:
        draft.warned_at = None
        stopped = await clocks.stop(work, draft.id, _CLOCK, "saved")
    draft.saved_at = work.now
    await work.save(Event("draft.saved", "draft", (draft.id,)), draft, *stopped)
    return _view(work, draft)


async def _end(work: Work, draft: Draft, kind: str) -> None:
    stopped = [] if draft.warned_at is None else await clocks.stop(work, draft.id, _CLOCK, kind)
    await work.save(Event(kind, "draft", (draft.id,)), *stopped)
    await work.call("SELECT drop_draft(:draft)", draft=draft.id)


def _view(work: Work, draft: Draft) -> DraftView:
    return DraftView(**_shown(work, draft, set(DraftView.model_fields)))


def _shown(work: Work, draft: Draft, fields: set[str]) -> dict[str, object]:
    return draft.model_dump(include=fields) | {
        "ends_at": policy.end_of(draft.saved_at),
        "ends_soon": policy.ends_soon(draft.saved_at, work.now),
    }
