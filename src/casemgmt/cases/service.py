"""Cases read and listed, and what every change of a case begins and ends with."""

from uuid import UUID

import orjson
from sqlmodel import SQLModel

from casemgmt.audit.events import Event
from casemgmt.cases import repository
from casemgmt.cases.states import CASE, CaseFacts, CaseState
from casemgmt.cases.tables import CaseRecord
from casemgmt.cases.views import (
    CaseClosureView,
    CaseMemberView,
    CasePersonView,
    CaseView,
    OpenHandoverView,
)
from casemgmt.db import paging
from casemgmt.db.direct import Direct
from casemgmt.db.work import Work, check_version
from casemgmt.errors import WrongState
from casemgmt.models import AllowedActionView
from casemgmt.states import Transition
from casemgmt.timeline.service import entry
from casemgmt.timeline.tables import TimelineEntry


async def begin(
    work: Work, case_id: UUID, action: str, expected: int | None
) -> tuple[CaseRecord, Transition[CaseFacts]]:
    """Lock a case and check that the actor may take this step on it now: how every change of a case begins."""
    case = await repository.get_case(work, case_id, for_change=True)
    check_version(case, expected)
    return case, CASE.check(work.actor, action, case.state, await repository.facts_of(work, case))


def refuse_closed(case: CaseRecord) -> None:
    """Refuse what would begin anew in the name of a closed case."""
    if case.state == CaseState.CLOSED:
        raise WrongState("The case is closed.", code="case-is-closed", data={"state": case.state})


def story_of(
    work: Work, case: CaseRecord, kind: str, record: tuple[str, UUID] | None = None, **data: object
) -> TimelineEntry:
    """Return the story of an act on a case; `record` names what it was done on where that isn't the case itself."""
    record_type, record_id = record or ("case", case.id)
    return entry(work, kind, record_type, record_id, organisation_id=case.organisation_id, case_id=case.id, data=data)


async def save(work: Work, case: CaseRecord, kind: str, *rows: SQLModel, reason: str | None = None) -> CaseView:
    """Write an act on a case under one event and return the case as the actor now sees it."""
    await work.save(Event(kind, "case", (case.id,), case_id=case.id, reason=reason), case, *rows)
    return await view_of(work, case)


async def read_case(direct: Direct, case_id: UUID) -> tuple[bytes, int]:
    """Return a case in full as JSON (`CaseView`) with its version, and record that the actor read it."""
    document, facts, state, version = await repository.read_case(direct, case_id)
    actions = orjson.dumps(CASE.allowed_actions(direct.actor, state, facts))
    return b'%b,"allowed_actions":%b}' % (document[:-1], actions), version


async def list_cases(direct: Direct, limit: int, cursor: str | None, state: str | None) -> bytes:
    """Return a page of the cases that the actor sees as JSON, the newest first; one event names all that were shown."""
    items, end = await repository.list_cases(direct, limit, paging.decode("cases", cursor), state)
    return paging.written("cases", items, end)


async def view_of(work: Work, case: CaseRecord) -> CaseView:
    """Return the case as this actor sees it, with the actions that are allowed now."""
    facts = await repository.facts_of(work, case)
    handover = await repository.open_handover(work, case.id)
    return CaseView(
        **case.model_dump(exclude={"changed_xid", "lists_version"}),
        persons=[CasePersonView.model_validate(p) for p in await repository.persons_of(work, case.id)],
        team=[CaseMemberView.model_validate(m) for m in await repository.team_of(work, case.id)],
        signal_ids=await repository.signal_ids_of(work, case.id),
        current_plan_id=await repository.approved_plan_id(work, case.id),
        open_handover=None if handover is None else OpenHandoverView.model_validate(handover),
        closures=[CaseClosureView.model_validate(c) for c in await repository.closures_of(work, case.id)],
        allowed_actions=[
            AllowedActionView.model_validate(a) for a in CASE.allowed_actions(work.actor, case.state, facts)
        ],
    )
