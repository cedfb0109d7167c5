"""Whole families at random, drawn to the edges of the law.

Each fact is drawn from what its file declares of it (type, codes, limits), so a new fact needs nothing here; days lie
near the question's day by every term of years or months that a figure of the law names. All facts that a benefit asks
are stated, no others.
"""

from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from hypothesis import strategies as st

from rules.graph.models import FAMILY, Fact
from rules.graph.nodes import Type
from rules.graph.reach import facts_of_question
from rules.parameters import DatedValue, Unit
from tests.law.graphs import graph, leave_out
from tests.law.reference.days import months_after

Facts = dict[str, Any]
# One answer that is drawn as often as all others together, so that few families fail for the same reason.
OFTEN: Facts = {
    "role": "child",
    "lives_with_family": True,
    "counted_in_birth_order": True,
    "birth_grant_paid": False,
    "counts_for_mother_award": True,
    "disability_group": "none",
    "mother_award": "none",
    "commission_found_no_need": False,
    "employment_measures_refused": False,
    "false_data_found": False,
    "refused_by_earlier_law": False,
    "inspection_refused": False,
    "only_dwelling": True,
    "rents_privately": False,
    "social_contract_broken": False,
}
_USUAL_SUM = 400_000
_MOST_MEMBERS = 10


@cache
def edges_of_law() -> tuple[date, ...]:
    """Each day on which some value of the law begins or ends."""
    found: set[date] = set()
    values = [value for parameter in graph().law.parameters.values() for value in parameter.values]
    grounds = [wording.ground for rule in graph().rules.values() for wording in rule.wordings]
    for value in (*values, *grounds):
        found |= {day for day in (value.in_force_from, value.in_force_before, value.confirmed_through) if day}
    return tuple(sorted(found))


@cache
def terms() -> tuple[int, ...]:
    """Each age and term of the law, in months."""
    found = {0}
    for parameter in graph().law.parameters.values():
        for value in parameter.values:
            if isinstance(value.value, int) and value.unit in {Unit.YEARS, Unit.MONTHS}:
                found.add(value.value * 12 if value.unit is Unit.YEARS else value.value)
    return tuple(sorted(found))


def period(benefit: str) -> tuple[date, date]:
    """The first and the last day on which the benefit can be asked."""
    entry = graph().benefits[benefit]
    rules = [graph().rules[name] for name in (entry.entitled, entry.amount) if name]
    first = max(min(wording.ground.in_force_from for wording in rule.wordings) for rule in rules)
    last = min(max(_last_day(wording.ground) for wording in rule.wordings) for rule in rules)
    return first, last


def _last_day(ground: DatedValue) -> date:
    before = ground.in_force_before
    return ground.confirmed_through or (before - timedelta(days=1) if before else date(2100, 1, 1))


def law_days(first: date, last: date) -> st.SearchStrategy[date]:
    """Any day, or one beside an edge of the law, a quarter or a leap day, up to a day beyond both ends."""
    years = range(first.year, last.year + 1)
    edges = {*edges_of_law(), *(date(year, month, 1) for year in years for month in (1, 3, 4, 7, 10))}
    near = {edge + timedelta(days=days) for edge in edges for days in (-1, 0, 1)}
    day_before, day_after = first - timedelta(days=1), last + timedelta(days=1)
    return st.dates(first, last) | st.sampled_from(sorted(day for day in near if day_before <= day <= day_after))


def days_near(fact: Fact, on: date) -> st.SearchStrategy[date]:
    """Any day that the fact may have, or one so far from the question's day that a term just ends or just does not."""
    low = fact.earliest or date(1950, 1, 1)
    high = min(fact.latest or on, on) if fact.past else min(fact.latest or on, on + timedelta(days=3000))
    quarters = [months_after(date(on.year, 3 * ((on.month - 1) // 3) + 1, 1), 3 * number) for number in (-2, -1, 0)]
    edges = [*(months_after(on, -months) for months in terms()), *quarters]
    near = {edge + timedelta(days=days) for edge in edges for days in (-1, 0, 1)}
    recent = st.dates(max(low, min(high, on - timedelta(days=700))), high)
    old = st.dates(max(low, min(high, on - timedelta(days=9000))), high)
    return st.one_of(recent, old, st.sampled_from(sorted({high, *(day for day in near if low <= day <= high)})))


def _value(name: str, fact: Fact, on: date) -> st.SearchStrategy[object]:
    if fact.type in {Type.TRUTH, Type.CODE}:
        answers = sorted(fact.codes) if fact.codes else [False, True]
        return st.sampled_from([*answers, *([OFTEN[name]] * len(answers) if name in OFTEN else [])])
    if fact.type is Type.DAY:
        return days_near(fact, on)
    least, most = fact.least or 0, fact.most or 0
    scale = 10**fact.decimals
    usual = min(most, least + _USUAL_SUM)
    whole = st.integers(least * scale, usual * scale) | st.sampled_from((least * scale, most * scale))
    return whole if scale == 1 else whole.map(lambda number: Decimal(number).scaleb(-fact.decimals))


def _record(draw: st.DrawFn, scope: str, names: frozenset[str], on: date) -> Facts:
    found: Facts = {}
    for name, fact in graph().facts_of(scope).items():
        if name in names and (fact.only_with is None or found.get(fact.only_with)):
            found[name] = draw(_value(name, fact, on))
    for group, limits in graph().groups_of(scope).items():
        if group in names:
            size = draw(st.integers(limits.least, min(limits.most, _MOST_MEMBERS if scope == FAMILY else 2)))
            found[group] = [_record(draw, group, names, on) for _ in range(size)]
    return found


def _make_possible(family: Facts, on: date) -> None:
    """Leave one mother and one father, both older than every child, and to no man what only a woman has."""
    members = family.get("members", [])
    for member in members:
        if member.get("sex") == "male":
            member.update({name: "none" for name in ("mother_award", "maternity_leave") if name in member})
    sexes: set[str] = set()
    for member in members:
        if member.get("role") == "parent":
            if member["sex"] in sexes:
                member["role"] = "other"
            sexes.add(member["sex"])
    oldest = min((member["birth_date"] for member in members if member.get("role") == "child"), default=on)
    for member in members:
        if member.get("role") == "parent" and member["birth_date"] >= oldest:
            member["birth_date"] = oldest - timedelta(days=1)


def _share_codes(draw: st.DrawFn, family: Facts, names: frozenset[str], on: date) -> None:
    """Let all members have the same of some code: a benefit may ask the same of a child and of an adult."""
    for name, fact in graph().facts_of("members").items():
        if name in names and fact.type is Type.CODE and name not in {"role", "sex"} and draw(st.integers(0, 2)) == 0:
            shared = draw(_value(name, fact, on))
            for member in family.get("members", []):
                member[name] = shared


def _leave_no_infant(family: Facts, on: date) -> None:
    """Make every member at least one year old, the youngest on this very day."""
    first_birthday = months_after(on, -12)
    for member in family.get("members", []):
        if "birth_date" in member:
            member["birth_date"] = min(member["birth_date"], first_birthday)


@st.composite
def whole_families(draw: st.DrawFn, benefit: str) -> tuple[date, Facts]:
    """A day, and a family all of whose facts that the benefit asks are stated."""
    on = draw(law_days(*period(benefit)))
    names = frozenset(facts_of_question(graph(), benefit))
    if "role" in names:
        names |= {"sex", "birth_date"}
    family = _record(draw, FAMILY, names, on)
    _share_codes(draw, family, names, on)
    if draw(st.integers(0, 3)) == 0:
        _leave_no_infant(family, on)
    _make_possible(family, on)
    return on, family


@st.composite
def partly_told(draw: st.DrawFn, benefit: str) -> tuple[date, Facts, Facts]:
    """A day, a whole family, and the same family with facts left out."""
    on, family = draw(whole_families(benefit))
    return on, family, leave_out(draw, family)
