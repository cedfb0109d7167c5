"""Use cases of rehabilitation programmes: start, complete with the change that was measured, stop, read."""

from uuid import UUID

from casemgmt.assessments.repository import get_assessment, is_child_of
from casemgmt.assessments.service import instrument_of
from casemgmt.assessments.views import DomainChangeView
from casemgmt.audit.events import Event
from casemgmt.cases.repository import get_case
from casemgmt.cases.states import CASE, CaseState
from casemgmt.cases.tables import CaseRecord
from casemgmt.db import paging
from casemgmt.db.work import Work, check_version
from casemgmt.errors import Conflict, WrongState, invalid_field
from casemgmt.ids import new_id
from casemgmt.models import AllowedActionView
from casemgmt.rehabilitation import policy, repository
from casemgmt.rehabilitation.commands import CompleteProgramme, StartProgramme, StopProgramme
from casemgmt.rehabilitation.states import PROGRAMME, ProgrammeFacts
from casemgmt.rehabilitation.tables import RehabilitationProgramme
from casemgmt.rehabilitation.views import ProgrammeSummary, ProgrammeView
from casemgmt.timeline.service import entry
from rules.zone import to_local


async def start_programme(work: Work, case_id: UUID, command: StartProgramme) -> ProgrammeView:
    """Start a programme for a child of the case, from a completed assessment on."""
    case = await get_case(work, case_id, for_change=True)
    if case.state != CaseState.REHABILITATION:
        raise WrongState(
            "A programme starts while the case is in rehabilitation.",
            code="case-not-in-rehabilitation",
            data={"state": case.state, "allowed_transitions": list(CASE.actions_from(case.state))},
        )
    if not await is_child_of(work, case_id, command.person_id):
        raise invalid_field("/person_id", "not-a-child-of-the-case", "The person is not a child of the case.")
    policy.check_start(command.starts_on, to_local(work.now).date())
    before = await repository.find_assessment(work, command.before_assessment_id)
    policy.check_fits(before, case_id, command.person_id, "/before_assessment_id")
    if await repository.has_active_programme(work, case_id, command.person_id):
        raise Conflict("The child is in a programme of the case already.", code="programme-active")
    programme = RehabilitationProgramme(
        id=command.id or new_id(),
        case_id=case_id,
        organisation_id=case.organisation_id,
        state=PROGRAMME.initial,
        created_at=work.now,
        created_by_id=work.actor.user_id,
        **command.model_dump(exclude={"id"}),
    )
    await _save(work, case, programme, "rehabilitation.started", {"starts_on": command.starts_on.isoformat()})
    return _view(work, case, programme)


async def complete_programme(
    work: Work, programme_id: UUID, command: CompleteProgramme, expected: int | None
) -> ProgrammeView:
    """End a programme. The change is worked out from the two assessments, never typed."""
    case, programme = await _step(work, programme_id, "complete", expected)
    before = await get_assessment(work, programme.before_assessment_id)
    named = await repository.find_assessment(work, command.after_assessment_id)
    after = policy.check_fits(named, case.id, programme.person_id, "/after_assessment_id")
    programme.change = {"domains": policy.measured_change(await instrument_of(work, before), before, after)}
    programme.after_assessment_id = command.after_assessment_id
    programme.result_note = command.result_note
    programme.completed_at = work.now
    data: dict[str, object] = {"after_assessment_id": str(command.after_assessment_id)}
    await _save(work, case, programme, "rehabilitation.completed", data)
    return _view(work, case, programme)


async def stop_programme(work: Work, programme_id: UUID, command: StopProgramme, expected: int | None) -> ProgrammeView:
    """End a programme before its aim was reached."""
    case, programme = await _step(work, programme_id, "stop", expected)
    programme.stop_reason = command.reason
    await _save(work, case, programme, "rehabilitation.stopped", {})
    return _view(work, case, programme)


async def read_programme(work: Work, programme_id: UUID) -> ProgrammeView:
    """Return a programme in full, and record that the actor read it."""
    programme = await repository.get(work, RehabilitationProgramme, programme_id)
    case = await get_case(work, programme.case_id)
    work.record(Event("rehabilitation.read", "rehabilitation_programme", (programme_id,), case_id=case.id))
    return _view(work, case, programme)


async def list_programmes(work: Work, case_id: UUID, limit: int, cursor: str | None) -> paging.Page[ProgrammeSummary]:
    """Return a page of the programmes of a case, the newest first; one event names all that were shown."""
    await get_case(work, case_id)
    name = f"programmes of {case_id}"
    rows = await repository.list_of_case(work, RehabilitationProgramme, case_id, limit + 1, paging.decode(name, cursor))
    shown = [ProgrammeSummary.model_validate(r.model_dump(include=set(ProgrammeSummary.model_fields))) for r in rows]
    page = paging.page(name, shown, limit, lambda p: paging.Position(p.created_at, p.id))
    ids = tuple(p.id for p in page.items)
    work.record(Event("rehabilitation.listed", "rehabilitation_programme", ids, case_id=case_id))
    return page


async def _step(
    work: Work, programme_id: UUID, action: str, expected: int | None
) -> tuple[CaseRecord, RehabilitationProgramme]:
    case, programme = await repository.lock(work, RehabilitationProgramme, programme_id)
    check_version(programme, expected)
    programme.state = PROGRAMME.check(work.actor, action, programme.state, ProgrammeFacts(case.state)).target
    programme.ends_on = to_local(work.now).date()
    return case, programme


async def _save(
    work: Work, case: CaseRecord, programme: RehabilitationProgramme, kind: str, data: dict[str, object]
) -> None:
    story = entry(
        work,
        kind,
        "rehabilitation_programme",
        programme.id,
        organisation_id=case.organisation_id,
        case_id=case.id,
        data={"person_id": str(programme.person_id)} | data,
    )
    ids = (programme.id, programme.person_id)
    await work.save(Event(kind, "rehabilitation_programme", ids, case_id=case.id), programme, story)


def _view(work: Work, case: CaseRecord, programme: RehabilitationProgramme) -> ProgrammeView:
    change = programme.change
    actions = PROGRAMME.allowed_actions(work.actor, programme.state, ProgrammeFacts(case.state))
    return ProgrammeView(
        **programme.model_dump(include=set(ProgrammeView.model_fields) - {"change"}),
        change=None if change is None else [DomainChangeView(**c) for c in change["domains"]],
        allowed_actions=[AllowedActionView.model_validate(a) for a in actions],
    )
