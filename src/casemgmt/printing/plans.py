"""The individual plan as a document."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from casemgmt.cases.tables import CaseRecord
from casemgmt.plans.states import PlanState
from casemgmt.plans.tables import Plan
from casemgmt.plans.views import GoalView, IndicatorView, MeasureView
from casemgmt.printing import words
from casemgmt.printing.electronic import electronic
from casemgmt.printing.people import Named
from casemgmt.printing.sheet import (
    Block,
    Column,
    Part,
    PrintLanguage,
    Sheet,
    Signer,
    Stamp,
    canonical,
    cell,
    digest_of,
    facts,
    quote,
    table,
    text,
)
from casemgmt.printing.words import day, label, say
from casemgmt.signatures.tables import PlanSignature

_VOID = {PlanState.SUPERSEDED, PlanState.DISCARDED, PlanState.ENDED}
_SUBSTANCE = (
    "id",
    "case_id",
    "number",
    "kind",
    "help_package",
    "assessment_id",
    "child_view",
    "child_view_absence",
    "consent",
    "consent_id",
    "consent_ground",
    "starts_on",
    "review_on",
    "content",
)
"""What is frozen when the plan is signed. What was done on it later is no other plan."""


@dataclass(frozen=True)
class PlanToPrint:
    """A plan with everything that its document tells."""

    plan: Plan
    case: CaseRecord
    goals: Sequence[GoalView]
    children: Sequence[UUID]
    named: Named
    signatures: Sequence[PlanSignature] = ()


def plan_substance(plan: Plan) -> bytes:
    """Return what is agreed in a plan, as the bytes of which its paper shows the digest and that are signed."""
    return canonical(plan.model_dump(mode="json", include=set(_SUBSTANCE)))


def plan_sheet(given: PlanToPrint, language: PrintLanguage, by: UUID, at: datetime) -> Sheet:
    """Return the document of a plan, printed by somebody at a moment."""
    plan, case, named = given.plan, given.case, given.named
    content = plan_substance(plan)
    subtitle = say("plan_subtitle", language, number=plan.number, case=case.number)
    goals = [_goal(number, goal, named, language) for number, goal in enumerate(given.goals, 1)]
    return Sheet(
        kind="plan",
        language=language,
        title=say("plan_title", language),
        subtitle=subtitle,
        organisation=named.letterhead(plan.organisation_id),
        parts=(
            Part(say("plan_about", language), (_about(given, language),)),
            Part(say("plan_basis", language), _basis(plan, language)),
            Part(say("goals", language), ()),
            *goals,
            *_missing(plan, language),
        ),
        signatures=_signers(given, language),
        digest=digest_of(content),
        confidential=say("restricted" if case.restricted else "confidential", language),
        printed=say("printed", language, at=words.moment(at), name=named.user(by)),
        words=words.frame(language),
        mark=_mark(plan, language),
        notice=_notice(plan, language),
        stamp=_stamp(plan, named, language),
        electronic=tuple(electronic(each, content, language) for each in given.signatures),
    )


def _about(given: PlanToPrint, language: PrintLanguage) -> Block:
    plan, case, named = given.plan, given.case, given.named
    return facts(
        [
            (
                say("child" if len(given.children) == 1 else "children", language),
                "\n".join(named.person(child, language) for child in given.children),
            ),
            (say("plan_kind", language), label("plan_kind", plan.kind, language)),
            (say("help_package", language), label("help_package", plan.help_package, language)),
            (say("risk_level", language), label("risk_level", case.risk_level, language)),
            (say("manager", language), named.user(case.manager_id)),
            (say("starts_on", language), day(plan.starts_on)),
            (say("review_on", language), day(plan.review_on)),
        ]
    )


def _basis(plan: Plan, language: PrintLanguage) -> tuple[Block, ...]:
    about = facts(
        [
            (say("consent", language), say(f"consent_{plan.consent}", language)),
            (say("consent_ground", language), plan.consent_ground),
        ]
    )
    if plan.child_view is None:
        why = say(f"unheard_{plan.child_view_absence or 'unknown'}", language)
        return (about, facts([(say("child_view", language), why)]))
    return (about, quote(plan.child_view, say("child_view", language)))


def _goal(number: int, goal: GoalView, named: Named, language: PrintLanguage) -> Part:
    outcome = label("goal_outcome", goal.outcome, language)
    blocks = [
        text(goal.text),
        facts(
            [
                (say("measured_by", language), goal.measured_by),
                (say("indicator", language), _indicator(goal.indicator, language)),
                (say("outcome", language), "\n".join(filter(None, (outcome, goal.outcome_note)))),
            ]
        ),
    ]
    if goal.measures:
        columns = [
            Column(say("measure", language), 5),
            Column(say("responsible", language), 4),
            Column(say("due_on", language), 0),
            Column(say("execution", language), 4),
        ]
        blocks.append(table(columns, [_measure(each, named, language) for each in goal.measures]))
    title = say("goal", language, number=number, domain=label("assessment_domain", goal.domain, language))
    return Part(title, tuple(blocks), level=3)


def _indicator(indicator: IndicatorView | None, language: PrintLanguage) -> str | None:
    if indicator is None:
        return None
    figures = say(
        "indicator_figures",
        language,
        baseline=indicator.baseline,
        target=indicator.target,
        day=day(indicator.reach_by),
        unit=f" ({indicator.unit})" if indicator.unit else "",
    )
    return f"{indicator.name}: {figures}"


def _measure(measure: MeasureView, named: Named, language: PrintLanguage) -> list[dict[str, str]]:
    kind = label("plan_measure_kind", measure.measure_kind, language)
    help_kind = label("help_kind", measure.help_kind, language)
    done_on = None if measure.done_at is None else day(words.local_day(measure.done_at))
    state = words.capital(say(f"measure_{measure.state}", language, on=done_on))
    return [
        cell(measure.text, f"{kind} · {help_kind}"),
        cell(
            named.body(measure.responsible_organisation_id, language),
            named.user(measure.responsible_user_id),
            None if measure.request is None else say(f"request_{measure.request.state}", language),
        ),
        cell(day(measure.due_on)),
        cell(state, measure.evidence or measure.drop_reason),
    ]


def _missing(plan: Plan, language: PrintLanguage) -> tuple[Part, ...]:
    argued: list[dict[str, Any]] = plan.content["missing_help"]
    if not argued:
        return ()
    columns = [Column(say("help_kind", language), 1), Column(say("argument", language), 3)]
    rows = [[cell(label("help_kind", each["help_kind"], language)), cell(each["argument"])] for each in argued]
    return (Part(say("missing_help", language), (table(columns, rows),)),)


def _signers(given: PlanToPrint, language: PrintLanguage) -> tuple[Signer, ...]:
    plan, case, named = given.plan, given.case, given.named
    approver = (
        () if plan.approved_by_id is None else (Signer(say("approver", language), named.user(plan.approved_by_id)),)
    )
    return (
        Signer(say("manager", language), named.user(plan.signed_by_id or case.manager_id)),
        *approver,
        Signer(say("representative", language), None),
        Signer(say("child", language), None),
    )


def _mark(plan: Plan, language: PrintLanguage) -> str | None:
    if plan.state in _VOID:
        return say("void_mark", language)
    return say("draft_mark", language) if plan.state == PlanState.DRAFT else None


def _notice(plan: Plan, language: PrintLanguage) -> str | None:
    if plan.state not in _VOID:
        return None
    at = plan.superseded_at or plan.ended_at
    return say(f"plan_{plan.state}", language, on="" if at is None else day(words.local_day(at)))


def _stamp(plan: Plan, named: Named, language: PrintLanguage) -> Stamp | None:
    if plan.approved_at is not None:
        lines = (named.user(plan.approved_by_id) or "", day(words.local_day(plan.approved_at)) or "")
        return Stamp(say("plan_approved", language), lines, open=False)
    if plan.state == PlanState.SIGNED:
        return Stamp(say("plan_to_approve", language), (), open=True)
    return None
