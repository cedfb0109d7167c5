"""Which records are signed: where each is found, what of it is signed, and where its signatures are kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol
from uuid import UUID

from casemgmt.cases.repository import get_closure, lock_closure
from casemgmt.conferences import repository as conferences
from casemgmt.conferences.tables import Conference
from casemgmt.db.work import Work
from casemgmt.errors import WrongState
from casemgmt.outreach.repository import editions_of, get_act
from casemgmt.plans.repository import get_plan, lock_plan
from casemgmt.plans.states import PLAN, PlanState
from casemgmt.plans.tables import Plan
from casemgmt.printing.closures import closure_substance
from casemgmt.printing.conferences import conference_substance
from casemgmt.printing.plans import plan_substance
from casemgmt.printing.sheet import digest_of
from casemgmt.printing.visits import visit_substance
from casemgmt.signatures.repository import SignatureT
from casemgmt.signatures.tables import ClosureSignature, ConferenceSignature, PlanSignature, VisitActSignature
from casemgmt.signatures.views import RecordName


@dataclass(frozen=True)
class ToSign:
    """A record as it would be signed now."""

    id: UUID
    content: bytes
    belongs_to: Mapping[str, Any] = field(repr=False)
    """Columns by which a signature on it is found and guarded."""
    case_id: UUID | None = None
    signal_id: UUID | None = None
    editions: Mapping[str, int] = field(default_factory=dict)
    """Where the record is corrected: the digest of each edition, the present one too, to its number."""
    still_changes: WrongState | None = None
    """Why it is not signed yet."""


class Finder(Protocol):
    """How a record is found."""

    async def __call__(self, work: Work, record_id: UUID, *, for_change: bool) -> ToSign:
        """Return the record, locked where it is about to be signed; `NotFound` where it is hidden."""


@dataclass(frozen=True)
class Kind(Generic[SignatureT]):
    """A kind of record that is signed."""

    name: RecordName
    """Of the record, as events have it."""
    table: type[SignatureT]
    column: str
    """Of the table, naming the record."""
    find: Finder

    @property
    def signature(self) -> str:
        """The name of a signature, as events have it."""
        return f"{self.name.removeprefix('case_')}_signature"


async def _plan(work: Work, record_id: UUID, *, for_change: bool) -> ToSign:
    plan = (await lock_plan(work, record_id))[1] if for_change else await get_plan(work, record_id)
    scope = {"plan_id": plan.id, "case_id": plan.case_id, "organisation_id": plan.organisation_id}
    return ToSign(plan.id, plan_substance(plan), scope, case_id=plan.case_id, still_changes=_as_draft(plan))


def _as_draft(plan: Plan) -> WrongState | None:
    if plan.state not in {PlanState.DRAFT, PlanState.DISCARDED}:
        return None
    return WrongState(
        "A draft can still change: it is signed electronically when its manager has signed it.",
        code="plan-not-frozen",
        data={"state": plan.state, "allowed_transitions": list(PLAN.actions_from(plan.state))},
    )


async def _closure(work: Work, record_id: UUID, *, for_change: bool) -> ToSign:
    closure = await (lock_closure if for_change else get_closure)(work, record_id)
    scope = {"closure_id": closure.id, "case_id": closure.case_id, "organisation_id": closure.organisation_id}
    return ToSign(closure.id, closure_substance(closure), scope, case_id=closure.case_id)


async def _conference(work: Work, record_id: UUID, *, for_change: bool) -> ToSign:
    found = await conferences.get(work, Conference, record_id)
    if for_change and await conferences.seen_cases(work, [found.case_id]):  # who only sits there changes no row of it
        found = await conferences.get(work, Conference, record_id, for_change=True)
    participants = await conferences.participants_of(work, found.id)
    content = conference_substance(found, participants, await conferences.decisions_of(work, found.id))
    scope = {"conference_id": found.id, "case_id": found.case_id, "organisation_id": found.organisation_id}
    return ToSign(found.id, content, scope, case_id=found.case_id, still_changes=_without_minutes(found))


def _without_minutes(conference: Conference) -> WrongState | None:
    if conference.held_at is not None:
        return None
    return WrongState("There are no minutes yet.", code="no-minutes-yet", data={"state": conference.state})


async def _visit_act(work: Work, record_id: UUID, *, for_change: bool) -> ToSign:
    act = await get_act(work, record_id, for_change=for_change)
    scope, content = {"visit_act_id": act.id, "signal_id": act.signal_id}, visit_substance(act)
    earlier = await editions_of(work, act.id)
    editions = {each.digest: each.number for each in earlier} | {digest_of(content): len(earlier) + 1}
    return ToSign(act.id, content, scope, case_id=act.case_id, signal_id=act.signal_id, editions=editions)


PLANS = Kind("plan", PlanSignature, "plan_id", _plan)
CLOSURES = Kind("case_closure", ClosureSignature, "closure_id", _closure)
CONFERENCES = Kind("conference", ConferenceSignature, "conference_id", _conference)
VISIT_ACTS = Kind("visit_act", VisitActSignature, "visit_act_id", _visit_act)
