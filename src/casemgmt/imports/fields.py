"""The fields that a table may fill, and how a cell of each is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

How = Literal["code", "day", "flag", "iin", "kato", "line", "long", "moment", "name", "phone", "region"]


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
}

KINDS: Mapping[str, Mapping[str, Target]] = {"signals": _SIGNALS}
"""Kind of a table → what a row of it may say."""
