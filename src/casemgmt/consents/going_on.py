"""What goes on when a consent ends, and why. No reason is called law unless the record itself says that its term is."""

from typing import Literal, TypedDict
from uuid import UUID

from sqlmodel import col, select

from casemgmt.benefits.states import DeterminationState
from casemgmt.benefits.tables import BenefitDetermination
from casemgmt.cases.states import CaseState
from casemgmt.cases.tables import CaseRecord
from casemgmt.centers.states import SessionState
from casemgmt.centers.tables import CentreSession
from casemgmt.consents import repository
from casemgmt.consents.tables import Consent
from casemgmt.db.work import Work
from casemgmt.plans.commands import Consent as PlanConsent
from casemgmt.plans.states import LIVING
from casemgmt.plans.tables import Plan
from casemgmt.tasks.tables import Task
from rules.parameters import Status

_LAW = {str(status) for status in Status if status.is_law}
_NOTICES = ("mandatory_notice_police", "mandatory_notice_guardianship")
_TOOK_PLACE = (SessionState.HELD, SessionState.NO_SHOW)


class GoesOn(TypedDict):
    """One thing that goes on: code of `consent_continuation`, whether it is law, and the records."""

    reason: str
    basis: Literal["law", "house_rule"]
    records: list[tuple[str, UUID]]


async def going_on(work: Work, case: CaseRecord, consent: Consent) -> list[GoesOn]:
    """Return what goes on without the consent, as far as the actor sees it."""
    notices = await _open_notices(work, case.id)
    law = bool(notices) and all(task.deadline_status in _LAW for task in notices)
    found: list[GoesOn] = [
        _because("mandatory_notice", "task", [task.id for task in notices], law=law),
        _because("recorded_ground", "plan", await _plans_on_a_ground(work, case.id)),
        _because("restriction", "case", [case.id] if case.restricted else []),
        _because("benefit_decision", "benefit_determination", await _granted(work, case.id)),
        _because("other_consent", "consent", [c.id for c in await repository.others_that_hold(work, consent)]),
        _because("accountable_body", "case", [] if case.state == CaseState.CLOSED else [case.id]),
        _because("what_took_place", "consent", [consent.id]),
    ]
    found[-1]["records"] += [("centre_session", each) for each in await _held(work, consent.id)]
    return [each for each in found if each["records"]]


def _because(reason: str, record_type: str, ids: list[UUID], *, law: bool = False) -> GoesOn:
    return {"reason": reason, "basis": "law" if law else "house_rule", "records": [(record_type, i) for i in ids]}


async def _open_notices(work: Work, case_id: UUID) -> list[Task]:
    query = select(Task).where(
        Task.case_id == case_id,
        col(Task.kind).in_(_NOTICES),
        col(Task.completed_at).is_(None),
        col(Task.cancelled_at).is_(None),
    )
    return list(await work.session.scalars(query.order_by(col(Task.id))))


async def _plans_on_a_ground(work: Work, case_id: UUID) -> list[UUID]:
    query = select(Plan.id).where(
        Plan.case_id == case_id, Plan.consent == PlanConsent.WITHOUT_CONSENT, col(Plan.state).in_(LIVING)
    )
    return list(await work.session.scalars(query.order_by(col(Plan.id))))


async def _granted(work: Work, case_id: UUID) -> list[UUID]:
    table = BenefitDetermination
    query = select(table.id).where(table.case_id == case_id, table.state == DeterminationState.APPROVED)
    return list(await work.session.scalars(query.order_by(col(table.id))))


async def _held(work: Work, consent_id: UUID) -> list[UUID]:
    query = select(CentreSession.id).where(
        CentreSession.consent_id == consent_id, col(CentreSession.state).in_(_TOOK_PLACE)
    )
    return list(await work.session.scalars(query.order_by(col(CentreSession.id))))
