"""An answer of the rules as readers get it."""

from typing import Any, TypeVar

from casemgmt.benefits.answer_views import (
    AmountView,
    AnswerView,
    GroundView,
    JudgedView,
    NoticeView,
    NotMetView,
    RangeView,
    SettlingView,
    SignOffView,
    StepView,
)
from casemgmt.benefits.engine import SignedBasis
from casemgmt.benefits.wording import say_notice
from casemgmt.models import View
from casemgmt.reference.languages import Language
from casemgmt.reference.views import CitationView
from rules.graph.answers import Answered
from rules.graph.explain import Explanation
from rules.graph.render import explanation_data
from rules.graph.words import Language as RuleLanguage
from rules.graph.words import say

ViewT = TypeVar("ViewT", bound=View)

_STEP_WITHOUT_GROUND: dict[str, Any] = {"formula": None, "numbers": None, "law": None}


def sign_off_view(signed: SignedBasis | None, language: Language) -> SignOffView | None:
    """Return whose signatures are in use; an example says so in the reader's language."""
    if signed is None:
        return None
    return SignOffView(
        authority=signed.sign_off.authority,
        example=signed.sign_off.example,
        digest=signed.digest,
        notice=say_notice("example-sign-off", language) if signed.sign_off.example else None,
    )


def answer_view(told: Explanation, signed: SignedBasis | None, language: Language) -> AnswerView:
    """Return an answer that was explained in this language."""
    answered = told.answered
    graph = answered.run.graph
    benefit = graph.benefits[answered.benefit]
    data: dict[str, Any] = dict(explanation_data(told))
    return AnswerView(
        benefit=answered.benefit,
        label=data["label"],
        paid=None if benefit.paid is None else benefit.paid.value,
        on=answered.on,
        known_on=answered.known_on,
        mode=answered.mode.value,
        entitled=answered.entitled.value,
        amount=_amount(answered),
        not_met=[_known(NotMetView, entry) for entry in data["not_met"]],
        provisional=answered.provisional,
        not_verified=data["not_verified"],
        sign_off=sign_off_view(signed, language),
        missing=data["missing"],
        could_settle=[_known(SettlingView, entry) for entry in data["could_settle"]],
        judged_by_a_person=[
            JudgedView(fact=str(ref), text=say(judgement.text, RuleLanguage(language)))
            for ref in answered.judged
            if (judgement := graph.facts[ref.name].judgement) is not None
        ],
        notices=[_known(NoticeView, entry) for entry in data["notices"]],
        steps=[_step(entry) for entry in data["steps"]],
        rules_version=data["rules_version"],
    )


def _amount(answered: Answered) -> AmountView | None:
    span = answered.amount
    rule = answered.run.graph.benefits[answered.benefit].amount
    if span is None or rule is None:
        return None
    unit = answered.run.graph.rules[rule].unit or ""
    return AmountView(low=str(span.low), high=str(span.high), exact=span.settled, unit=unit)


def _step(data: dict[str, Any]) -> StepView:
    value = data["value"]
    told = _STEP_WITHOUT_GROUND | data
    return StepView(
        rule=data["rule"],
        place=data["place"],
        label=data["label"],
        value=RangeView(low=value["from"], high=value["to"]) if isinstance(value, dict) else value,
        unit=data["unit"],
        told_before=data.get("told_before", False),
        formula=told["formula"],
        numbers=told["numbers"],
        law=None if told["law"] is None else _ground(told["law"]),
        figures=[_ground(entry) for entry in data.get("figures", ())],
        not_met=[_known(NotMetView, entry) for entry in data.get("not_met", ())],
        steps=[_step(entry) for entry in data.get("steps", ())],
    )


def _ground(data: dict[str, Any]) -> GroundView:
    citation = data["citation"]
    return _known(GroundView, data | {"citation": None if citation is None else _known(CitationView, citation)})


def _known(view: type[ViewT], data: dict[str, Any]) -> ViewT:
    """Return the view of what the contract tells of an entry; the rules may tell more."""
    return view(**{key: data[key] for key in view.model_fields})
