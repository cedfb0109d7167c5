"""Facts at random for assistance by income, family placement, and entitlements without money."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

Facts = dict[str, Any]
CARED_FOR = ("nobody", "child", "child_with_disability", "group_1_2", "elderly", "dependent")
KINDS = ("farm_machinery", "bus", "minibus", "lorry", "special_vehicle", "vessel_aircraft", "other")
FORMS = ("none", "none", "guardianship", "trusteeship", "patronage", "foster_family", "professional_foster_family")
STAGES = ("none", "preschool", "primary", "secondary", "after_school")
CARE = ("parental_care", "parental_care", "orphan", "without_parental_care")
TRUTHS_OF_MEMBER = (
    "police_registered", "boarding_graduate", "movement_difficulty", "limited_possibilities", "mental_disorder",
    "sanatorium_indicated", "pregnant",
)  # fmt: skip
TRUTHS_OF_FAMILY = (
    "placed_children_are_siblings", "candidate_is_relative", "candidates_are_married", "socially_vulnerable",
    "in_housing_queue", "moved_within_region", "housing_from_state_stock",
)  # fmt: skip
REGIONS = ("almaty_city", "turkistan", "shymkent")


@st.composite
def assistance_of_member(draw: st.DrawFn, on: date) -> Facts:
    """What decides between unconditional and conditional assistance."""
    facts = {
        "able_bodied": draw(st.booleans()),
        "cares_for": draw(st.sampled_from(CARED_FOR)),
        "ill": draw(st.sampled_from((False, False, True))),
    }
    if facts["ill"]:
        facts["ill_since"] = draw(st.dates(on - timedelta(days=120), on))
    return facts


@st.composite
def assistance_of_family(draw: st.DrawFn, on: date) -> Facts:
    """The line, the refusals, and the property that the commission weighs."""
    facts: Facts = {
        "region": draw(st.sampled_from(REGIONS)),
        "poverty_line": draw(st.integers(20_000, 60_000)),
        "regional_minimum": draw(st.integers(30_000, 70_000)),
        "median_income": draw(st.integers(50_000, 200_000)),
        "commission_found_no_need": draw(st.sampled_from((False, False, True))),
        "inspection_refused": draw(st.sampled_from((False, False, True))),
        "employment_measures_refused": draw(st.booleans()),
        "social_contract_broken": draw(st.booleans()),
        "false_data_found": draw(st.sampled_from((False, False, False, True))),
        "social_contract_concluded": draw(st.booleans()),
        "refused_by_earlier_law": draw(st.sampled_from((False, False, True))),
        "supplement_replaced_package": draw(st.booleans()),
        "property": [
            {"property_kind": kind, "in_working_order": draw(st.booleans())}
            for kind in draw(st.lists(st.sampled_from(KINDS), max_size=2))
        ],
    }
    for event in ("employment_measures_refused", "social_contract_broken"):
        if facts[event]:
            facts[f"{event}_on"] = draw(st.dates(on - timedelta(days=400), on))
    return facts


@st.composite
def housing_of_family(draw: st.DrawFn) -> Facts:
    """The dwelling, its costs and the income that they are held against, in tiyn."""
    return {
        "housing_place": draw(st.sampled_from(("ekibastuz", "other"))),
        "housing_share_set": Decimal(draw(st.integers(400, 1100))).scaleb(-2),
        "housing_income": Decimal(draw(st.integers(0, 60_000_000))).scaleb(-2),
        "housing_costs": Decimal(draw(st.integers(0, 6_000_000))).scaleb(-2),
        "only_dwelling": draw(st.sampled_from((True, True, False))),
        "rents_privately": draw(st.sampled_from((False, False, True))),
    }


@st.composite
def placement_and_entitlements_of_member(draw: st.DrawFn) -> Facts:
    """The form of placement, and what the entitlements ask of a person."""
    return {
        "placement_form": draw(st.sampled_from(FORMS)),
        "school_stage": draw(st.sampled_from(STAGES)),
        "care_status": draw(st.sampled_from(CARE)),
        **{name: draw(st.booleans()) for name in TRUTHS_OF_MEMBER},
    }


@st.composite
def facts_of_member(draw: st.DrawFn, on: date) -> Facts:
    """Everything here that is asked of a member."""
    return draw(assistance_of_member(on)) | draw(placement_and_entitlements_of_member())


@st.composite
def facts_of_family(draw: st.DrawFn, on: date) -> Facts:
    """Everything here that is asked of the family."""
    others: Facts = {name: draw(st.booleans()) for name in TRUTHS_OF_FAMILY}
    return others | draw(assistance_of_family(on)) | draw(housing_of_family())
