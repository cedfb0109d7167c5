"""What a benefit of the reference returns, and how whole sums are made."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

Facts = Mapping[str, Any]


class NoLawError(Exception):
    """The notes give no law for the day."""


@dataclass(frozen=True)
class Outcome:
    """Whether the family is entitled, and to how many tenge; no sum where the benefit is no money."""

    entitled: bool
    amount: int | None = None


def whole_tenge(exact: Fraction | int) -> int:
    """Round up to the next tenge, as 13 of the 21 published sums that can tell are rounded (A11)."""
    return math.ceil(exact)
