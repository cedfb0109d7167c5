"""Whoever left a draft lying is told before it ends: by a task, because nobody looks into a list that was forgotten."""

from typing import ClassVar
from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.db.work import Work
from casemgmt.drafts import policy
from casemgmt.jobs.handling import Handler
from casemgmt.jobs.payload import Payload
from casemgmt.jobs.schedule import MOST_OF_A_SWEEP, Every, fan_out
from casemgmt.jobs.work import Tools
from casemgmt.tasks import clocks


class FindEnding(Payload):
    """Look for drafts that end soon and whose owners were not told."""

    kind: ClassVar[str] = "draft.find_ending"


class TellOfEnd(Payload):
    """Tell the owner of one."""

    kind: ClassVar[str] = "draft.tell_of_end"
    draft_id: UUID


async def find_ending(work: Work, _: FindEnding, __: Tools) -> None:
    """Enqueue a job for each."""
    saved_before = work.now - policy.term() + policy.WARN_BEFORE
    found = await work.rows(
        "SELECT * FROM drafts_saved_before(:before, :most) AS found(id)", before=saved_before, most=MOST_OF_A_SWEEP
    )
    await fan_out(work, (row["id"] for row in found), lambda each: TellOfEnd(draft_id=each))


async def tell_of_end(work: Work, told: TellOfEnd, _: Tools) -> None:
    """Set the owner a task that is due when the draft ends; nothing of what it holds is looked at."""
    found = await work.rows("SELECT * FROM note_draft_warning(:draft, :at)", draft=told.draft_id, at=work.now)
    if not found or not policy.ends_soon(found[0]["saved_at"], work.now):
        return
    clock = clocks.start(
        work,
        "draft_end",
        "draft",
        told.draft_id,
        organisation_id=found[0]["organisation_id"],
        assignee_id=found[0]["owner_id"],
    )
    clock.due_at = policy.end_of(found[0]["saved_at"])
    clock.warn_at = min(clock.warn_at, clock.due_at)
    await work.save(Event("draft.end_told", "draft", (told.draft_id,)), clock)


HANDLERS = (Handler(FindEnding, find_ending), Handler(TellOfEnd, tell_of_end))

SCHEDULE = (Every("41 3 * * *", FindEnding()),)
