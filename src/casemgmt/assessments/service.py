"""Use cases of assessments: begin, answer, put aside, read, list, compare."""

from typing import Any
from uuid import UUID

from casemgmt.assessments import policy, repository
from casemgmt.assessments.commands import AnswerItems, DiscardAssessment, StartAssessment
from casemgmt.assessments.instrument import Instrument
from casemgmt.assessments.library import Held, find_instrument, held_instruments, instrument_used, usable_instrument
from casemgmt.assessments.states import ASSESSMENT, STAGES, AssessmentFacts, AssessmentState, refuse_stage
from casemgmt.assessments.tables import Assessment
from casemgmt.assessments.views import (
    AssessmentSummary,
    AssessmentView,
    ComparisonView,
    DomainChangeView,
    InstrumentSummary,
    InstrumentView,
)
from casemgmt.audit.events import Event
from casemgmt.cases.repository import get_case
from casemgmt.cases.states import CASE
from casemgmt.cases.tables import CaseRecord
from casemgmt.db import paging
from casemgmt.db.work import Work, check_version
from casemgmt.errors import Conflict, Forbidden, NotFound, WrongState, invalid_field
from casemgmt.ids import new_id
from casemgmt.models import AllowedActionView
from casemgmt.timeline.service import entry
from rules.zone import to_local

_SUMMARY = set(AssessmentSummary.model_fields)


async def list_instruments(work: Work) -> list[InstrumentSummary]:
    """Return all versions of all instruments, without their items."""
    work.record(Event("instrument.listed", "assessment_instrument"))
    return [
        InstrumentSummary(**_shown(work, each, set(InstrumentSummary.model_fields)))
        for each in await held_instruments(work)
    ]


async def read_instrument(work: Work, code: str, version: int) -> InstrumentView:
    """Return one version of an instrument in full. One that is under a licence is shown to its users alone."""
    found = await find_instrument(work, code, version)
    if found is None:
        raise NotFound("There is no such version of an instrument.")
    instrument = found.instrument
    if instrument.licence.evidence is not None and not set(instrument.used_by.roles) & set(work.actor.roles):
        raise Forbidden("This instrument is used by others: see its `used_by`.", code="instrument-not-yours")
    work.record(Event("instrument.read", "assessment_instrument"))
    return InstrumentView(**_shown(work, found, set(InstrumentView.model_fields)))


def _shown(work: Work, held: Held, fields: set[str]) -> dict[str, Any]:
    return held.instrument.model_dump(include=fields) | {
        "digest": held.instrument.digest,
        "authority": held.authority,
        "begins": held.refusal_on(to_local(work.now).date()) is None,
    }


async def start_assessment(work: Work, case_id: UUID, command: StartAssessment) -> AssessmentView:
    """Begin the assessment of a child of the case. A child has one open assessment at a time."""
    case = await get_case(work, case_id, for_change=True)
    if refusal := refuse_stage(case.state, STAGES):
        steps = list(CASE.actions_from(case.state))
        data = {**refusal.data, "state": case.state, "allowed_transitions": steps}
        raise WrongState(refusal.detail, code=refusal.code, data=data)
    instrument = await usable_instrument(
        work, command.instrument, command.instrument_version, "assessment", command.language
    )
    helps = instrument.used_by.help_kinds
    if helps and await repository.help_kind_of(work, case_id) not in helps:
        raise Forbidden("This instrument is used by others: see its `used_by`.", code="instrument-not-yours")
    if not await repository.is_child_of(work, case_id, command.person_id):
        raise invalid_field("/person_id", "not-a-child-of-the-case", "This person is not a child of the case.")
    if await repository.draft_of(work, case_id, command.person_id) is not None:
        raise Conflict("The child's assessment is open already.", code="assessment-open")
    assessment = Assessment(
        **command.model_dump(exclude={"id"}, mode="python"),
        id=command.id or new_id(),
        case_id=case_id,
        organisation_id=case.organisation_id,
        state=ASSESSMENT.initial,
        answers={},
        domain_scores={},
        created_at=work.now,
        created_by_id=work.actor.user_id,
    )
    story = entry(
        work,
        "assessment.started",
        "assessment",
        assessment.id,
        organisation_id=case.organisation_id,
        case_id=case_id,
        data={
            "person_id": str(command.person_id),
            "occasion": command.occasion,
            "instrument": command.instrument,
            "instrument_version": command.instrument_version,
        },
    )
    await work.save(Event("assessment.started", "assessment", (assessment.id,), case_id=case_id), assessment, story)
    return view_of(work, case, assessment, instrument)


async def answer_items(work: Work, assessment_id: UUID, command: AnswerItems, expected: int | None) -> AssessmentView:
    """Save answers, some or all. The story of the case is not told of it: saving as one writes is no news."""
    case, assessment = await repository.lock_assessment(work, assessment_id)
    check_version(assessment, expected)
    instrument = await instrument_of(work, assessment)
    ASSESSMENT.check(work.actor, "answer", assessment.state, facts_of(case, assessment, instrument))
    answers = {**assessment.answers, **command.answers}
    kept = {code: given for code, given in answers.items() if given is not None}
    policy.check_answers(instrument, {**kept, **dict.fromkeys(command.answers.keys() - kept.keys(), 0)})
    assessment.answers = kept
    await work.save(_event("assessment.answered", assessment), assessment)
    return view_of(work, case, assessment, instrument)


async def discard_assessment(
    work: Work, assessment_id: UUID, command: DiscardAssessment, expected: int | None
) -> AssessmentView:
    """Put a draft aside, with the reason. It stays on record."""
    case, assessment = await repository.lock_assessment(work, assessment_id)
    check_version(assessment, expected)
    instrument = await instrument_of(work, assessment)
    facts = facts_of(case, assessment, instrument)
    assessment.state = ASSESSMENT.check(work.actor, "discard", assessment.state, facts).target
    assessment.discard_reason = command.reason
    story = entry(
        work,
        "assessment.discarded",
        "assessment",
        assessment.id,
        organisation_id=case.organisation_id,
        case_id=case.id,
        data={"person_id": str(assessment.person_id), "occasion": assessment.occasion},
    )
    await work.save(_event("assessment.discarded", assessment), assessment, story)
    return view_of(work, case, assessment, instrument)


async def read_assessment(work: Work, assessment_id: UUID) -> AssessmentView:
    """Return an assessment in full, and record that the actor read it."""
    assessment = await repository.get_assessment(work, assessment_id)
    work.record(_event("assessment.read", assessment))
    instrument = await instrument_of(work, assessment)
    return view_of(work, await get_case(work, assessment.case_id), assessment, instrument)


async def list_assessments(work: Work, case_id: UUID, limit: int, cursor: str | None) -> paging.Page[AssessmentSummary]:
    """Return a page of the assessments of a case, newest first; one event names all that were shown."""
    await get_case(work, case_id)
    rows = await repository.list_assessments(work, case_id, limit + 1, paging.decode("assessments", cursor))
    summaries = [AssessmentSummary(**row.model_dump(include=_SUMMARY)) for row in rows]
    page = paging.page("assessments", summaries, limit, lambda s: paging.Position(s.created_at, s.id))
    work.record(Event("assessment.listed", "assessment", tuple(s.id for s in page.items), case_id=case_id))
    return page


async def compare_assessments(work: Work, assessment_id: UUID, other_id: UUID) -> ComparisonView:
    """Return the change from the earlier to the later of two completed assessments, whichever was named first."""
    pair = [await repository.get_assessment(work, each) for each in (assessment_id, other_id)]
    if any(each.completed_at is None for each in pair):
        raise WrongState(
            "Only completed assessments are compared.",
            code="assessment-not-completed",
            data={"state": AssessmentState.DRAFT, "allowed_transitions": []},
        )
    earlier, later = sorted(pair, key=lambda each: (each.completed_at, each.id))
    if any(
        getattr(earlier, name) != getattr(later, name) for name in ("person_id", "instrument", "instrument_version")
    ):
        raise policy.not_comparable()
    for case_id in {each.case_id for each in pair}:
        work.record(Event("assessment.compared", "assessment", (earlier.id, later.id), case_id=case_id))
    changes = policy.changes(await instrument_of(work, earlier), earlier.domain_scores, later.domain_scores)
    return ComparisonView(
        earlier_id=earlier.id,
        later_id=later.id,
        person_id=earlier.person_id,
        instrument=earlier.instrument,
        instrument_version=earlier.instrument_version,
        domains=[DomainChangeView.model_validate(each) for each in changes],
        earlier_total=sum(each.earlier for each in changes),
        later_total=sum(each.later for each in changes),
        total_change=sum(each.change for each in changes),
        earlier_risk_level=str(earlier.risk_level),
        later_risk_level=str(later.risk_level),
    )


async def instrument_of(work: Work, assessment: Assessment) -> Instrument:
    """Return the instrument that the assessment was begun with."""
    return await instrument_used(work, assessment.instrument, assessment.instrument_version)


def facts_of(case: CaseRecord, assessment: Assessment, instrument: Instrument) -> AssessmentFacts:
    """Return what the guards of the assessment's route need."""
    return AssessmentFacts(case.state, policy.needed_items(instrument, assessment.answers))


def view_of(work: Work, case: CaseRecord, assessment: Assessment, instrument: Instrument) -> AssessmentView:
    """Return the assessment as this actor sees it, with the actions that are allowed now."""
    facts = facts_of(case, assessment, instrument)
    shown = assessment.model_dump(include=set(AssessmentView.model_fields))
    if assessment.state == AssessmentState.DRAFT and not facts.needed_items:
        scores = policy.score(instrument, assessment.answers)
        shown |= {
            "domain_scores": scores.domains,
            "total_score": scores.total,
            "suggested_risk_level": scores.suggested_level,
        }
    actions = ASSESSMENT.allowed_actions(work.actor, assessment.state, facts)
    return AssessmentView(
        **shown,
        missing_items=list(policy.missing_items(instrument, assessment.answers)),
        allowed_actions=[AllowedActionView.model_validate(a) for a in actions],
    )


def _event(kind: str, assessment: Assessment) -> Event:
    return Event(kind, "assessment", (assessment.id,), case_id=assessment.case_id)
