"""What goes out for research, and nothing else: every column is named here, each with what it is and how coarse.

A column of the database is out until it stands here and in `db/sql/59_research.sql`. No free text, no name, no number,
no address, no id of the database, no day: pseudonyms, codes, months, bands of age.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["pseudonym", "code", "codes", "month", "band", "number", "flag", "place"]


@dataclass(frozen=True)
class Column:
    """One column of an export."""

    name: str
    kind: Kind
    description: str
    code_list: str | None = None


@dataclass(frozen=True)
class ResearchTable:
    """A table of an export."""

    name: str
    description: str
    unit: str
    """The pseudonym by which cells are counted: whoever is one of few must not be found."""
    columns: tuple[Column, ...]
    cells: tuple[tuple[str, ...], ...]
    """What together could point to somebody. Where fewer than the minimum share a cell, its first column is left out;
    then the next, coarser cell is asked."""


_PLACE = (
    Column("district", "place", "First four digits of the KATO code of the place of the first signal."),
    Column("region", "place", "ISO 3166-2:KZ."),
)

CASES = ResearchTable(
    "cases",
    "One row per child and case.",
    "child",
    (
        Column("child", "pseudonym", "The same child has the same pseudonym in every table of the project."),
        Column("case", "pseudonym", "The same case has the same pseudonym in every export of the project."),
        *_PLACE,
        Column("age_band", "band", "At the opening of the case: 0-2, 3-6, 7-10, 11-14, 15-17, 18+."),
        Column("sex", "code", "Sex.", "sex"),
        Column("disability", "code", "Category of disability.", "disability_category"),
        Column("citizenship", "code", "Status of citizenship.", "citizenship_status"),
        Column("problem_type", "code", "What the case is about.", "problem_type"),
        Column("child_categories", "codes", "Categories of the children, with spaces between.", "child_category"),
        Column("help_package", "code", "Package of mandatory help.", "help_package"),
        Column("risk_level", "code", "The last that a person decided.", "risk_level"),
        Column("state", "code", "Stage of the case."),
        Column("opened", "month", "Month of the opening."),
        Column("closed", "month", "Month of the closure."),
        Column("closure_reason", "code", "Why it was closed.", "closure_reason"),
        Column("reopened_times", "number", "How often it was reopened."),
        Column("signals", "number", "Signals that the case gathered."),
        Column("first_category", "code", "Category of its first signal.", "signal_category"),
        Column("first_source", "code", "Source of its first signal.", "signal_source"),
        Column("sessions_held", "number", "Sessions at centres that took place."),
        Column("measures_done", "number", "Measures of plans that were done."),
    ),
    (("district", "region", "age_band", "sex"), ("age_band", "region", "sex"), ("region", "sex")),
)

SIGNALS = ResearchTable(
    "signals",
    "One row per signal.",
    "signal",
    (
        Column("signal", "pseudonym", "The same signal has the same pseudonym in every export of the project."),
        Column("case", "pseudonym", "The case that it was joined to."),
        *_PLACE,
        Column("source", "code", "Who sent it.", "signal_source"),
        Column("channel", "code", "How it came.", "signal_channel"),
        Column("category", "code", "What it is about.", "signal_category"),
        Column("severity", "code", "The gravest that anybody gave.", "severity"),
        Column("urgency", "code", "As triage decided.", "urgency"),
        Column("danger_now", "flag", "Danger at the moment of the signal."),
        Column("anonymous", "flag", "The reporter gave no name."),
        Column("triage_outcome", "code", "What triage decided.", "triage_outcome"),
        Column("state", "code", "Where it stands."),
        Column("received", "month", "Month in which it was received."),
        Column("subjects", "number", "Children on record that it is about."),
    ),
    (("district", "region", "category"), ("region", "category")),
)

TABLES: Mapping[str, ResearchTable] = {table.name: table for table in (CASES, SIGNALS)}
