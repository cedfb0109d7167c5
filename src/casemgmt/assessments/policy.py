"""Pure decisions on assessments: scores, suggested level of risk, days of review, change between two."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from casemgmt.assessments.instrument import CutOff, Domain, Instrument
from casemgmt.errors import FieldFault, Invalid, WrongState, invalid_field
from casemgmt.reference.lists import code_list

RiskReview = Literal["risk_review_low", "risk_review_medium", "risk_review_high"]
RISK_REVIEWS: tuple[RiskReview, ...] = ("risk_review_low", "risk_review_medium", "risk_review_high")
"""The deadlines by which a level of risk is looked at again."""


@dataclass(frozen=True)
class Scores:
    """What the answers come to: sums per domain and in all, and the level that the instrument suggests."""

    domains: dict[str, int]
    total: int
    suggested_level: str


@dataclass(frozen=True)
class DomainChange:
    """The scores of one domain at two times. Less is better."""

    domain: str
    earlier: int
    later: int
    change: int
    highest_possible: int
    reliable: bool | None
    """Whether it is more than chance; None where the instrument's data gives no threshold."""


def check_answers(instrument: Instrument, answers: Mapping[str, int]) -> None:
    """Refuse answers to items that the instrument doesn't have, and scores outside of its scale."""
    items = instrument.items
    if any(code not in items for code in answers):
        raise invalid_field("/answers", "unknown-item", "The instrument has no such item.")
    for code, score_given in answers.items():
        if not 0 <= score_given <= instrument.highest_score:
            raise invalid_field(
                f"/answers/{code}", "score-off-scale", f"An answer is a score from 0 to {instrument.highest_score}."
            )


def missing_items(instrument: Instrument, answers: Mapping[str, int]) -> tuple[str, ...]:
    """Return the items that have no answer yet, in the order of the instrument."""
    return tuple(code for code in instrument.items if code not in answers)


def needed_items(instrument: Instrument, answers: Mapping[str, int]) -> tuple[str, ...]:
    """Return the items without an answer that must have one: critical ones, and all of a domain that lacks too many."""
    most = 0 if instrument.missing is None else instrument.missing.most_per_domain
    needed: list[str] = []
    for domain in instrument.domains:
        missing = [item for item in domain.items if item.code not in answers]
        needed += [item.code for item in missing if len(missing) > most or item.critical]
    return tuple(needed)


def score(instrument: Instrument, answers: Mapping[str, int]) -> Scores:
    """Return the scores of answers that are complete enough. Every item counts once; concern never lowers the level.

    A reversed item counts what is left to the highest score. A domain with missing answers counts as the instrument
    says: what is given, or its mean for every item, halves rounded up to a whole point (towards concern).
    `Invalid` for unknown items and scores off the scale, `WrongState` where an item lacks the answer that it needs.
    """
    check_answers(instrument, answers)
    if needed := needed_items(instrument, answers):
        raise WrongState("Not every item has an answer.", code="answers-missing", data={"items": list(needed)})
    counted = {code: _counted(instrument, code, given) for code, given in answers.items()}
    domains = {each.domain: _domain_score(instrument, each, counted) for each in instrument.domains}
    total = sum(domains.values())
    level = cut_off_at(instrument, total).level
    alarmed = any(
        item.critical and counted.get(code, 0) >= (instrument.critical_from or 0)
        for code, item in instrument.items.items()
    )
    return Scores(domains, total, highest_level([level, "high"]) if alarmed else level)


def _counted(instrument: Instrument, code: str, given: int) -> int:
    return instrument.highest_score - given if instrument.items[code].reversed else given


def _domain_score(instrument: Instrument, domain: Domain, counted: Mapping[str, int]) -> int:
    given = [counted[item.code] for item in domain.items if item.code in counted]
    if len(given) == len(domain.items) or instrument.missing is None or instrument.missing.counts_as == "nothing":
        return sum(given)
    return (2 * sum(given) * len(domain.items) + len(given)) // (2 * len(given))


def cut_off_at(instrument: Instrument, total: int) -> CutOff:
    """Return the cut-off into which a total falls."""
    return [each for each in instrument.cut_offs if each.from_total <= total][-1]


def cut_off_of(instrument: Instrument, scores: Scores) -> CutOff:
    """Return the cut-off that tells what the scores mean: of the suggested level, also where a critical item forced it.

    An instrument without a cut-off of that level tells what its total means.
    """
    found = [each for each in instrument.cut_offs if each.level == scores.suggested_level]
    return found[0] if found else cut_off_at(instrument, scores.total)


def highest_level(levels: Iterable[str]) -> str:
    """Return the heaviest of some levels of risk."""
    return max(levels, key=code_list("risk_level").codes.index)


def check_risk_reason(level: str, suggested: str, reason: str | None) -> None:
    """Refuse a level other than the suggested one without a reason."""
    if level != suggested and reason is None:
        raise Invalid(
            "Say why the level differs from the suggested one.",
            code="risk-reason-needed",
            data={"suggested_risk_level": suggested},
            faults=(FieldFault("/risk_reason", "risk-reason-needed", "A level other than the suggested one."),),
        )


def review_deadline(level: str) -> RiskReview:
    """Return the deadline of the review of a level; a critical level is looked at again as soon as a high one."""
    match level:
        case "low":
            return "risk_review_low"
        case "medium":
            return "risk_review_medium"
        case _:
            return "risk_review_high"


def review_day(wanted: date | None, today: date, latest: date) -> date:
    """Return the day of the review: the one that was chosen, after today and not past the deadline, or the deadline."""
    if wanted is None:
        return latest
    if wanted <= today:
        raise invalid_field("/review_on", "review-not-ahead", "The review lies after today.")
    if wanted > latest:
        raise Invalid(
            "The review of this level is due earlier.",
            code="review-too-late",
            data={"latest": latest.isoformat()},
            faults=(FieldFault("/review_on", "review-too-late", "Later than the deadline of the level."),),
        )
    return wanted


def changes(instrument: Instrument, earlier: Mapping[str, int], later: Mapping[str, int]) -> list[DomainChange]:
    """Return the change of each domain between the scores of two assessments with this instrument."""
    return [
        DomainChange(
            domain=each.domain,
            earlier=earlier[each.domain],
            later=later[each.domain],
            change=later[each.domain] - earlier[each.domain],
            highest_possible=instrument.highest_score * len(each.items),
            reliable=_is_reliable(each, later[each.domain] - earlier[each.domain]),
        )
        for each in instrument.domains
    ]


def _is_reliable(domain: Domain, change: int) -> bool | None:
    return None if domain.reliable_change is None else abs(change) >= domain.reliable_change.points


def not_comparable() -> Invalid:
    """Return the refusal to compare: only the same child, instrument and version measure the same thing."""
    return Invalid(
        "Only two assessments of the same child with the same version of an instrument are comparable.",
        code="not-comparable",
    )
