"""What an invented population looks like, read from `data/profile.yaml`."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from rules.documents import read_document
from rules.loader import parse_document
from rules.parameters import Entry, Text
from rules.population.chance import Chance, Drawn, Ids

PerMillion = Annotated[int, Field(ge=0, le=1_000_000)]
Weights = Annotated[tuple[Annotated[int, Field(ge=0)], ...], Field(min_length=1)]
Band = tuple[int, int, int]
Bands = Annotated[tuple[Band, ...], Field(min_length=1)]
_FILE = "profile.yaml"


class Region(Entry):
    """One region: its codes, its share of the families, and what differs there."""

    iso: Annotated[str, Field(pattern=r"^KZ-[0-9]{2}$")]
    code: str
    weight: int
    pattern: str
    earnings: int
    poverty_line: int


class Pattern(Entry):
    """How many families have children, and how many."""

    with_children: PerMillion
    children: Weights


class Families(Entry):
    """Who lives together."""

    one_parent: PerMillion
    lone_father: PerMillion
    grandparent: PerMillion
    grown_child: PerMillion
    without_children: Weights
    grown_children: Weights
    away: PerMillion
    first_of_twins: PerMillion


class Ages(Entry):
    """How old the members are, in years."""

    child_by_year: Weights
    mother_at_first_birth: Bands
    father_older_by: Bands
    grown_child: Bands
    grandparent: Bands
    without_children: Bands
    pension_from: int


class Earnings(Entry):
    """What comes in, tenge a month."""

    first: Weights
    second: Weights
    further: Weights
    wage: Bands
    own_business: Bands
    pension: Bands
    pay_day: int
    raise_within_quarter: int
    multi_child_benefit: dict[str, int]
    child_care_benefit: int
    loan: PerMillion
    loan_sum: Bands


class Disability(Entry):
    """How often members have a disability, and of which group."""

    under_7: PerMillion
    minor: PerMillion
    adult: PerMillion
    causes: dict[str, int]
    by_decision: Bands
    group1_carer: PerMillion
    groups_of_minors: Weights
    groups_of_adults: Weights


class Awards(Entry):
    """How many mothers have an award."""

    from_six: PerMillion
    older: PerMillion
    older_from: int
    older_awards: dict[str, int]


class Insurance(Entry):
    """Who is insured, and for how much a month."""

    wage_insured: PerMillion
    leave: PerMillion
    leaves: dict[str, int]
    before_leave: Bands
    of_carer: Bands


class Survivors(Entry):
    """Who lost the breadwinner."""

    one_parent: PerMillion
    raises: PerMillion


class Care(Entry):
    """Children without their parents' care."""

    without_parents: PerMillion
    statuses: dict[str, int]
    forms: dict[str, int]


class Schooling(Entry):
    """What is told of the young."""

    stages: dict[str, int]
    limited_possibilities: PerMillion
    pregnant: PerMillion


class Needs(Entry):
    """What assistance by income asks."""

    line_of_minimum: int
    line_of_median: int
    cares_for_adult: PerMillion
    elderly_from: int
    housing_share: Bands
    housing_costs: Bands
    steppe_town: PerMillion


class Defaults(Entry):
    """What a fact is for which nothing else is said."""

    truth_yes: PerMillion
    number_more: PerMillion
    day_within_years: int
    code_other: PerMillion
    list_entry: PerMillion


class Profile(Entry):
    """The whole file."""

    title: Text
    as_of: date
    regions: tuple[Region, ...]
    patterns: dict[str, Pattern]
    families: Families
    ages: Ages
    earnings: Earnings
    truths: dict[str, PerMillion]
    codes: dict[str, dict[str, int]]
    disability: Disability
    awards: Awards
    insurance: Insurance
    survivors: Survivors
    care: Care
    schooling: Schooling
    needs: Needs
    defaults: Defaults
    incomplete: PerMillion


@cache
def load_profile() -> Profile:
    """Return the profile that comes with this package."""
    path = files("rules").joinpath("population", "data", _FILE)
    return parse_document(read_document(_FILE, path.read_bytes()), Profile)


def draw_banded(chance: Chance, purpose: str, ids: Ids, bands: Sequence[Band], scale: int = 1) -> Drawn:
    """Return for each id a number of one of the bands, times `scale`; inside a band every number is as likely."""
    place = chance.choose(f"{purpose}: band", ids, [weight for _, _, weight in bands])
    low = np.array([low * scale for low, _, _ in bands], dtype=np.int64)
    width = np.array([(high - low) * scale for low, high, _ in bands], dtype=np.int64)
    found: NDArray[Any] = low[place] + chance.draw(f"{purpose}: inside", ids, width[place])
    return found
