"""The fields that a table may fill, and how a cell of each is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

How = Literal[
    "code",
    "day",
    "flag",
    "full_name",
    "iin",
    "kato",
    "line",
    "long",
    "moment",
    "name",
    "phone",
    "region",
    "user",
    "year",
]


@dataclass(frozen=True)
class Target:
    """A field of the records that come of a row."""

    how: How
    required: bool = False
    code_list: str | None = None
    limit: int = 500
    """Characters of a text."""


def _code(name: str, *, required: bool = False) -> Target:
    return Target("code", required=required, code_list=name)


_SIGNALS: Mapping[str, Target] = {
    "received_at": Target("moment", required=True),
    "source": _code("signal_source", required=True),
    "channel": _code("signal_channel", required=True),
    "category": _code("signal_category", required=True),
    "language": _code("language", required=True),
    "narrative": Target("long", required=True, limit=20_000),
    "region_code": Target("region"),
    "severity": _code("severity"),
    "danger_now": Target("flag"),
    "anonymous": Target("flag"),
    "kato": Target("kato"),
    "place": Target("line"),
    "occurred_at": Target("moment"),
    "subject_description": Target("line"),
    "reporter_relation": _code("contact_relation"),
    "reporter_name": Target("name", limit=120),
    "reporter_phone": Target("phone"),
    "reporter_callback_allowed": Target("flag"),
    "child_full_name": Target("full_name", limit=360),
    "child_family_name": Target("name", limit=120),
    "child_given_name": Target("name", limit=120),
    "child_patronymic": Target("name", limit=120),
    "child_sex": _code("sex"),
    "child_birth_date": Target("day"),
    "child_birth_year": Target("year"),
    "child_iin": Target("iin"),
}
_CASES: Mapping[str, Target] = {
    "opened_on": Target("moment", required=True),
    "manager": Target("user", required=True),
    **_SIGNALS,
    "received_at": Target("moment"),
    "help_package": _code("help_package"),
    "problem_type": _code("problem_type"),
    "child_category": _code("child_category"),
    "restriction_ground": _code("restriction_ground"),
}

KINDS: Mapping[str, Mapping[str, Target]] = {"signals": _SIGNALS, "cases": _CASES}
"""Kind of a table → what a row of it may say. A row of `cases` is a signal, a child, and the case of both."""
CHILD = "child_"
OF_CASE = ("opened_on", "manager", "help_package", "problem_type", "child_category", "restriction_ground")
"""Fields of a case beside its signal and its child."""
