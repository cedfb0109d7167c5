"""The textbook version: synchronous FastAPI, a SQLModel session per request, response models, no audit, no policies."""

import os
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, FastAPI, Header, HTTPException
from pydantic import BaseModel, ConfigDict
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlmodel import Session, col, select

from casemgmt.access.tokens import Tokens
from casemgmt.assessments.tables import Assessment
from casemgmt.cases.policy import missing_help_kinds
from casemgmt.cases.states import CASE, CaseFacts
from casemgmt.cases.tables import CaseClosure, CaseHandover, CaseMember, CasePerson, CaseRecord, ChildContact
from casemgmt.cases.views import CaseSummary, CaseView
from casemgmt.centers.tables import CentreSession
from casemgmt.clock import SystemClock
from casemgmt.db import tables as _all_tables  # noqa: F401 - foreign keys find their targets only among loaded tables
from casemgmt.ids import new_id
from casemgmt.organisations.tables import AppUser
from casemgmt.plans.tables import Plan, PlanGoal, PlanMeasure
from casemgmt.rehabilitation.tables import RehabilitationProgramme
from casemgmt.settings import Settings
from casemgmt.signals.commands import RegisterSignal
from casemgmt.signals.tables import Signal
from casemgmt.tasks.tables import Task

CLOCK = SystemClock()


class SignalOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    state: str
    category: str
    received_at: datetime


def _present(opened: Session, table: type[Any], *conditions: Any) -> list[Any]:
    return list(opened.exec(select(table).where(*conditions)).all())


def _parts_of(opened: Session, case: CaseRecord) -> dict[str, Any]:
    """Return what belongs to a case, a query each, as relationships of the ORM would load it."""
    signals = _present(opened, Signal, Signal.case_id == case.id)
    plan = select(Plan.id).where(Plan.case_id == case.id, Plan.state == "approved")
    handovers = _present(opened, CaseHandover, CaseHandover.case_id == case.id, CaseHandover.state == "offered")
    return {
        "persons": _present(opened, CasePerson, CasePerson.case_id == case.id, col(CasePerson.until).is_(None)),
        "signal_ids": [s.id for s in signals],
        "current_plan_id": opened.exec(plan).one_or_none(),
        "open_handover": handovers[0] if handovers else None,
        "closures": _present(opened, CaseClosure, CaseClosure.case_id == case.id),
    }


def _facts_of(opened: Session, case: CaseRecord, parts: dict[str, Any]) -> CaseFacts:
    """Return what the guards of the route need, as the same developer would gather it."""
    plan = parts["current_plan_id"]
    tasks = _present(opened, Task, Task.case_id == case.id, Task.blocks_closure, col(Task.completed_at).is_(None))
    assessed = {a.person_id for a in _present(opened, Assessment, Assessment.case_id == case.id)}
    goals = _present(opened, PlanGoal, PlanGoal.plan_id == plan) if plan else []
    measures = _present(opened, PlanMeasure, PlanMeasure.plan_id == plan) if plan else []
    sessions = _present(opened, CentreSession, CentreSession.case_id == case.id, CentreSession.state == "booked")
    of_case = RehabilitationProgramme.case_id == case.id
    programmes = _present(opened, RehabilitationProgramme, of_case, RehabilitationProgramme.state == "active")
    closure = next((c for c in parts["closures"] if c.decided_at is None), None)
    return CaseFacts(
        restricted_by_id=case.restricted_by_id,
        manager_id=case.manager_id,
        restricted=case.restricted,
        child_contacted=bool(_present(opened, ChildContact, ChildContact.case_id == case.id)),
        children_assessed=all(p.person_id in assessed for p in parts["persons"] if p.role == "child"),
        plan_approved=plan is not None,
        missing_help_kinds=missing_help_kinds(case.help_package, [m.help_kind for m in measures]),
        goals_without_outcome=sum(g.outcome is None for g in goals),
        open_tasks=len(tasks),
        open_route_clocks=0,
        open_handover=parts["open_handover"] is not None,
        open_commitments=("session",) * bool(sessions) + ("programme",) * bool(programmes),
        closure_proposed_by_id=closure.proposed_by_id if closure else None,
        closure_from_state=closure.from_state if closure else None,
    )


def _signal_of(user: AppUser, command: RegisterSignal) -> Signal:
    return Signal(
        id=new_id(),
        state="received",
        received_at=CLOCK.now(),
        received_by_organisation_id=user.organisation_id,
        organisation_id=user.organisation_id,
        registered_by_id=user.id,
        lists_version="bench-run",
        content_digest="bench-run",
        gravest_severity="moderate",
        **command.model_dump(exclude={"id", "subjects", "reporter"}),
    )


def create() -> FastAPI:
    """Return the application."""
    url = make_url(os.environ["BENCH_ADMIN_URL"]).set(drivername="postgresql+psycopg")
    # The tables demand an audit event of their writers; the textbook has none, so the demand is answered beforehand.
    engine = create_engine(url, pool_size=16, max_overflow=0, connect_args={"options": "-c casemgmt.audited=on"})
    tokens = Tokens(Settings())
    app = FastAPI()

    def session() -> Iterator[Session]:
        with Session(engine) as opened:
            yield opened

    Opened = Annotated[Session, Depends(session)]  # noqa: N806 - a type

    def current_user(opened: Opened, authorization: Annotated[str, Header()]) -> AppUser:
        user = opened.get(AppUser, tokens.read(authorization.removeprefix("Bearer "), CLOCK.now()).user_id)
        if user is None or not user.active:
            raise HTTPException(401)
        return user

    User = Annotated[AppUser, Depends(current_user)]  # noqa: N806 - a type

    @app.get("/v1/cases/{case_id}", response_model=CaseView)
    def get_case(case_id: UUID, opened: Opened, authorization: Annotated[str, Header()]) -> object:
        actor = tokens.read(authorization.removeprefix("Bearer "), CLOCK.now())
        user = current_user(opened, authorization)
        case = opened.get(CaseRecord, case_id)
        team = _present(opened, CaseMember, CaseMember.case_id == case_id, col(CaseMember.ended_at).is_(None))
        on_team = user.id in {m.user_id for m in team}
        if case is None or not (on_team or case.organisation_id == user.organisation_id):
            raise HTTPException(404)
        parts = _parts_of(opened, case)
        actions = CASE.allowed_actions(actor, case.state, _facts_of(opened, case, parts))
        return (
            case.model_dump(exclude={"changed_xid", "lists_version"})
            | parts
            | {"team": team, "allowed_actions": actions}
        )

    @app.get("/v1/cases", response_model=list[CaseSummary])
    def list_cases(opened: Opened, user: User) -> object:
        query = select(CaseRecord).where(CaseRecord.organisation_id == user.organisation_id)
        return opened.exec(query.order_by(col(CaseRecord.opened_at).desc()).limit(25)).all()

    @app.post("/v1/signals", response_model=SignalOut, status_code=201)
    def create_signal(command: RegisterSignal, opened: Opened, user: User) -> object:
        signal = _signal_of(user, command)
        opened.add(signal)
        opened.commit()
        opened.refresh(signal)
        return signal

    return app
