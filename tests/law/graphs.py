"""Families at random for the benefit rules, whole or with facts left out."""

from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from hypothesis import strategies as st

from rules.graph.facts import read_facts
from rules.graph.graph import Graph
from rules.graph.reader import read_graph
from rules.graph.records import Record
from rules.loader import load_law
from tests.law.family_facts import facts_of_family, facts_of_member

KINDS = ("wage", "multi_child_benefit", "child_care_benefit", "asp", "housing_assistance", "consumer_loan", "other")
AWARDS = ("none", "none", "altyn_alka", "kumis_alka", "mother_heroine", "maternal_glory_1", "maternal_glory_2")
RELATIONS = (
    "none",
    "child",
    "child",
    "child",
    "sibling",
    "grandchild",
    "parent",
    "spouse",
    "grandparent",
    "other_relative",
)
LEFT_OUT = "left out"

Facts = dict[str, Any]


@cache
def graph() -> Graph:
    return read_graph(load_law())


# Benefits of the days that families are drawn for: those with a sum, and those that are asked with yes and no alone.
_PAST = {"guaranteed_social_package"}
BENEFITS = tuple(name for name, benefit in graph().benefits.items() if benefit.amount)
FLAGS = tuple(name for name, benefit in graph().benefits.items() if not benefit.amount and name not in _PAST)


def days(low: date, high: date) -> st.SearchStrategy[date]:
    return st.dates(low, high)


def incomes(on: date) -> st.SearchStrategy[list[Facts]]:
    return st.lists(
        st.fixed_dictionaries(
            {
                "kind": st.sampled_from(KINDS),
                "received_in": days(on - timedelta(days=250), on),
                "received": st.integers(0, 400_000),
                "counts_by_decision": st.booleans(),
            }
        ),
        max_size=2,
    )


def personal() -> dict[str, st.SearchStrategy[Any]]:
    """What the benefits for disability, awards, the loss of the breadwinner and of income ask of a person."""
    incomes_in_tiyn = st.integers(0, 1_500_000_000).map(lambda tiyn: Decimal(tiyn).scaleb(-2))
    return {
        "disability_group": st.sampled_from(("none", "none", "child_under_7", "group_1", "group_2", "group_3")),
        "disability_cause": st.sampled_from(("general_illness", "childhood", "other")),
        "disability_benefit_sum_by_decision": st.integers(0, 200_000),
        "pension_age_reached": st.sampled_from((False, False, True)),
        "group1_care_recognised": st.sampled_from((False, False, True)),
        "mother_award": st.sampled_from(AWARDS),
        "counts_for_mother_award": st.booleans(),
        "relation_to_breadwinner": st.sampled_from(RELATIONS),
        "full_orphan": st.sampled_from((False, False, True)),
        "raises_breadwinner_child": st.booleans(),
        "no_other_means": st.booleans(),
        "socially_insured": st.booleans(),
        "maternity_leave": st.sampled_from(("none", "none", "normal", "complicated", "nuclear_zone")),
        "insured_income_before_leave": incomes_in_tiyn,
    }


@st.composite
def member(draw: st.DrawFn, on: date, role: str, sex: st.SearchStrategy[str], born: st.SearchStrategy[date]) -> Facts:
    common = st.fixed_dictionaries(
        {
            "role": st.just(role),
            "sex": sex,
            "birth_date": born,
            "lives_with_family": st.sampled_from((True, True, True, False)),
            "full_time_student": st.booleans(),
            "counted_in_birth_order": st.sampled_from((True, True, False)),
            "birth_grant_paid": st.booleans(),
            "incomes": incomes(on),
            **personal(),
        }
    )
    found = draw(common) | draw(facts_of_member(on))
    return found | ({"mother_award": "none", "maternity_leave": "none"} if found["sex"] == "male" else {})


@st.composite
def members(draw: st.DrawFn, on: date, most: int) -> list[Facts]:
    """A family that can be: at most one mother and one father, both older than every child; in any order."""
    oldest_child = on - timedelta(days=9000)
    sexes = st.sampled_from(("female", "male"))
    anybody = member(on, "other", sexes, days(date(1950, 1, 1), on))
    child = member(on, "child", sexes, days(oldest_child, on) | days(on - timedelta(days=500), on))
    found = draw(st.lists(st.one_of(child, child, child, anybody), min_size=1, max_size=most))
    for sex in draw(st.lists(st.sampled_from(("female", "male")), unique=True, max_size=2)):
        born = days(date(1950, 1, 1), oldest_child - timedelta(days=1))
        found.insert(draw(st.integers(0, len(found))), draw(member(on, "parent", st.just(sex), born)))
    return found


@st.composite
def families(
    draw: st.DrawFn, first: date = date(2024, 6, 1), last: date = date(2026, 3, 31), most: int = 8
) -> tuple[date, Facts]:
    """A day and a family all of whose facts are stated, with at most so many members beside the parents."""
    on = draw(days(first, last))
    facts: Facts = {
        "residence": draw(st.sampled_from(("citizen", "kandas", "permanent_resident", "other"))),
        "carer_insured": draw(st.booleans()),
        "carer_insured_income": draw(st.integers(0, 10_000_000)),
        "breadwinner_lost": draw(st.booleans()),
        "registered_at_one_address": draw(st.booleans()),
        "members": draw(members(on, most)),
    }
    return on, facts | draw(facts_of_family(on))


def leave_out(draw: st.DrawFn, facts: Facts, share: int = 6) -> Facts:
    """Return the facts with some left out, lists of incomes too; a member is never left out."""
    kept: Facts = {}
    for name, value in facts.items():
        if isinstance(value, list) and (name == "members" or draw(st.integers(0, share))):
            kept[name] = [leave_out(draw, entry, share) for entry in value]
        elif not isinstance(value, list) and draw(st.integers(0, share)):
            kept[name] = value
    return kept


@st.composite
def partly_known(draw: st.DrawFn) -> tuple[date, Facts, Facts]:
    """A day, a family, and the same family with facts left out."""
    on, facts = draw(families(most=4))
    return on, facts, leave_out(draw, facts)


def record(facts: Facts, on: date) -> Record:
    return read_facts(graph(), facts, on)
