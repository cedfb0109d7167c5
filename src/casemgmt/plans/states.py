"""The route of a version of the plan."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from casemgmt.access.actor import Actor
from casemgmt.access.permissions import Permission as P
from casemgmt.assessments.states import refuse_stage
from casemgmt.cases.states import CaseState
from casemgmt.states import Machine, Refusal, Transition

STAGES = (CaseState.PLANNING, CaseState.SUPPORT, CaseState.REHABILITATION)
"""The stages of a case in which its plan is written and carried out."""


class PlanState(StrEnum):
    """Where it stands."""

    DRAFT = "draft"
    SIGNED = "signed"
    APPROVED = "approved"
    SUPERSEDED = "superseded"
    DISCARDED = "discarded"
    ENDED = "ended"
    """The consent on which it rested is no more."""


LIVING = (PlanState.DRAFT, PlanState.SIGNED, PlanState.APPROVED)
"""The states from which a plan can still come to an end."""


@dataclass(frozen=True)
class PlanFacts:
    """What the guards need to know."""

    case_state: str
    manager_id: UUID
    signed_by_id: UUID | None
    missing_kinds: tuple[str, ...]
    """Kinds of help of the case's package without a measure and without an argument."""
    has_measure: bool
    dates_in_order: bool
    has_open_version: bool
    """A draft or a signed version of the plan exists."""
    successor_approved: bool = False
    """A later version is being approved in this very act."""
    child_unheard: bool = False
    """A child of the case is of an age to be asked, and the plan has neither its view nor a reason that holds."""
    consent_holds: bool = True
    """The consent on which it rests, where it rests on one on record."""
    ending_with_consent: bool = False
    """That consent ends in this very act."""


def _at_stage(_: Actor, facts: PlanFacts) -> Refusal | None:
    return refuse_stage(facts.case_state, STAGES)


def _manager(actor: Actor, facts: PlanFacts) -> Refusal | None:
    if actor.user_id == facts.manager_id:
        return None
    return Refusal("not-the-manager", "Only the case's manager signs and reviews the plan.")


def _whole(_: Actor, facts: PlanFacts) -> Refusal | None:
    if not facts.has_measure:
        return Refusal("plan-empty", "A plan has at least one goal with one measure.")
    if not facts.dates_in_order:
        return Refusal("plan-dates-out-of-order", "The dates of the plan are out of order.")
    if facts.missing_kinds:
        return Refusal(
            "help-kind-missing",
            "Every kind of help of the package needs a measure, or an argument why it is missing.",
            {"help_kinds": list(facts.missing_kinds)},
        )
    return None


def _child_heard(_: Actor, facts: PlanFacts) -> Refusal | None:
    if facts.child_unheard:
        return Refusal("child-unheard", "Write down what the child says to the plan, or why it was not asked.")
    return None


def _second_person(actor: Actor, facts: PlanFacts) -> Refusal | None:
    if actor.user_id == facts.signed_by_id:
        return Refusal("signer-cannot-approve", "Another person than the one who signed approves the plan.")
    return None


def _only_open_version(_: Actor, facts: PlanFacts) -> Refusal | None:
    if facts.has_open_version:
        return Refusal("plan-open", "A version of the plan is being written or waits for approval.")
    return None


def _by_successor(_: Actor, facts: PlanFacts) -> Refusal | None:
    if facts.successor_approved:
        return None
    return Refusal(
        "superseded-by-approval", "A plan is superseded when a later version is approved, and not otherwise."
    )


def _consent_holds(_: Actor, facts: PlanFacts) -> Refusal | None:
    if facts.consent_holds:
        return None
    return Refusal("consent-not-in-force", "The consent on which the plan rests was withdrawn or is over.")


def _with_consent(_: Actor, facts: PlanFacts) -> Refusal | None:
    if facts.ending_with_consent:
        return None
    return Refusal("ends-with-consent", "This ends with the consent on which it rests, and not otherwise.")


_S = PlanState

PLAN: Machine[PlanFacts] = Machine(
    "plan",
    PlanState,
    _S.DRAFT,
    (
        Transition("write", (_S.DRAFT,), _S.DRAFT, P.PLANS_WRITE, guards=(_at_stage,)),
        Transition(
            "sign",
            (_S.DRAFT,),
            _S.SIGNED,
            P.PLANS_WRITE,
            guards=(_at_stage, _manager, _whole, _child_heard, _consent_holds),
            starts=("plan_approval",),
            stops=("plan_draft",),
        ),
        Transition("discard", (_S.DRAFT,), _S.DISCARDED, P.PLANS_WRITE),
        Transition(
            "return",
            (_S.SIGNED,),
            _S.DRAFT,
            P.PLANS_APPROVE,
            guards=(_at_stage,),
            starts=("plan_draft",),
            stops=("plan_approval",),
        ),
        Transition(
            "approve",
            (_S.SIGNED,),
            _S.APPROVED,
            P.PLANS_APPROVE,
            guards=(_at_stage, _second_person, _consent_holds),
            starts=("plan_review", "measure_request_answer"),
            stops=("plan_approval",),
        ),
        Transition(
            "supersede",
            (_S.APPROVED,),
            _S.SUPERSEDED,
            P.PLANS_APPROVE,
            guards=(_by_successor,),
            stops=("plan_review", "measure_request_answer"),
        ),
        Transition(
            "end_with_consent",
            LIVING,
            _S.ENDED,
            P.CONSENTS_WRITE,
            guards=(_with_consent,),
            starts=("plan_draft",),
            stops=("plan_approval", "plan_review", "measure_request_answer"),
        ),
        Transition(
            "review",
            (_S.APPROVED,),
            _S.APPROVED,
            P.PLANS_WRITE,
            guards=(_at_stage, _manager),
            starts=("plan_review",),
            stops=("plan_review",),
        ),
        Transition("revise", (_S.APPROVED,), _S.APPROVED, P.PLANS_WRITE, guards=(_at_stage, _only_open_version)),
    ),
)
