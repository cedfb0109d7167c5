"""What readers of determinations, appeals, recomputations and offers get."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from casemgmt.benefits.answer_views import AmountView, AnswerView, SignOffView
from casemgmt.models import AllowedActionView, View


class SourceView(View):
    """Where a fact comes from, and of which day it is. `told`: the paper that the officer named."""

    kind: Literal["person", "family", "family_member", "relationship", "stated"]
    record_id: UUID | None
    on: date
    told: str | None


class FactUsedView(View):
    """A fact that the answer rests on, with its sources. `value` is text; of a list, its records."""

    person_id: UUID | None
    fact: str
    label: str
    value: str | list[dict[str, Any]] | None
    sources: list[SourceView]


class GroundOfRefusalView(View):
    """A condition that the rules found unmet, with its law: a refusal may name it.

    `article_seen` false: nobody has read the article yet, so the officer names it.
    """

    rule: str
    label: str
    act: str
    article: str
    article_seen: bool


class RefusedOnView(View):
    """The ground of a refusal, proposed or confirmed."""

    rule: str | None
    code: str | None
    label: str
    article: str


class DeterminationSummary(View):
    """A determination in a list."""

    id: UUID
    version: int
    family_id: UUID
    case_id: UUID | None
    benefit: str
    label: str
    state: str
    mode: Literal["estimate", "decide"]
    on: date
    known_on: date | None
    applied_on: date | None
    entitled: Literal["yes", "no", "cannot_tell_yet"]
    amount: AmountView | None
    settled: bool
    provisional: bool
    sign_off: SignOffView | None
    """The signatures that it was made under."""
    created_at: datetime
    created_by_id: UUID
    proposed_by_id: UUID | None
    decided_by_id: UUID | None
    decided_at: datetime | None


class DeterminationView(DeterminationSummary):
    """A determination in full, with what the reader may do on it now."""

    person_ids: list[UUID]
    facts: list[FactUsedView]
    missing: list[str]
    not_verified: list[str]
    grounds: list[GroundOfRefusalView]
    """Conditions that were not met: what a refusal may name beside the list `benefit_refusal_ground`."""
    refused_on: RefusedOnView | None
    note: str | None
    proposed_at: datetime | None
    return_reason: str | None
    set_aside_reason: str | None
    rules_version: str
    allowed_actions: list[AllowedActionView]


class DeterminationExplainedView(View):
    """A determination recomputed from its receipt, and explained.

    `reproduced`: byte for byte; `same_answer`: the files of the law have changed since, the answer has not;
    `other_answer`: the rules of today answer otherwise (the stored answer holds); `impossible`: they give no answer.
    """

    determination_id: UUID
    outcome: Literal["reproduced", "same_answer", "other_answer", "impossible"]
    notice: str
    answer: AnswerView | None


class AppealView(View):
    """An appeal, with what the reader may do on it now."""

    id: UUID
    version: int
    determination_id: UUID
    state: str
    filed_on: date
    filed_by: str
    channel: str
    claim: str
    created_at: datetime
    created_by_id: UUID
    settled_by_id: UUID | None
    settled_at: datetime | None
    reason: str | None
    allowed_actions: list[AllowedActionView]


class AppealsView(View):
    """The appeals against a decision, the oldest first."""

    items: list[AppealView]


class LawValueView(View):
    """A value of the law as a receipt names it."""

    value: str
    taken_for: date
    in_force_from: date
    known_from: date | None


class MovedView(View):
    """A value of the law that differs between two answers."""

    kind: str
    name: str
    label: str
    before: list[LawValueView]
    after: list[LawValueView]


class OutcomeView(View):
    """What is answered: entitled or not, and how much."""

    entitled: Literal["yes", "no", "cannot_tell_yet"]
    amount: AmountView | None


class RecomputationView(View):
    """The same facts under another law date or knowledge date, beside what was determined. Nothing is overwritten."""

    id: UUID
    determination_id: UUID
    on: date
    known_on: date | None
    before: OutcomeView
    after: OutcomeView
    difference: str | None
    """What the amount is more (or less, with a minus) than determined; null where one of them is open."""
    provisional: bool
    moved: list[MovedView]
    rules_version: str
    created_at: datetime
    created_by_id: UUID


class RecomputationsView(View):
    """The recomputations of a determination, the oldest first."""

    items: list[RecomputationView]


class OfferView(View):
    """An offer to a family. `term_is_law` false: the days to answer are the operator's.

    `expired`: the days are over and nobody has answered; the offer is to be lapsed.
    """

    id: UUID
    version: int
    determination_id: UUID
    family_id: UUID
    benefit: str
    label: str
    amount: AmountView | None
    state: str
    channel: str
    created_at: datetime
    created_by_id: UUID
    answer_by: datetime
    term_is_law: bool
    expired: bool
    answer_channel: str | None
    answered_at: datetime | None
    recorded_at: datetime | None
    recorded_by_id: UUID | None
    answer_note: str | None
    lapsed_at: datetime | None
    consent_id: UUID | None
    withdrawn_at: datetime | None
    """When the consent on which it rested ended."""
    opened_id: UUID | None
    """The determination that the consent opened; null where the rules of today gave no answer: it is made by hand."""
    allowed_actions: list[AllowedActionView]


class OffersView(View):
    """The offers to a family, the newest first."""

    items: list[OfferView]
