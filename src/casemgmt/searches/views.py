"""What a search answers."""

import datetime as dt
from typing import Literal
from uuid import UUID

from casemgmt.cases.views import CaseSummary
from casemgmt.models import View
from casemgmt.people.views import BirthView, EarlierNameView
from casemgmt.signals.views import SignalSummary

What = Literal["persons", "cases", "signals"]


class FoundPerson(View):
    """A person that was found and that you may see."""

    id: UUID
    family_name: str | None
    given_name: str | None
    patronymic: str | None
    sex: str
    birth: BirthView
    region_code: str | None
    restricted: bool
    former_names: list[EarlierNameView]
    """Under which of its names somebody was found, and until when it held: the newest first."""


class SearchView(View):
    """A page of what was found.

    The address of the search is good until `expires_at`, for you alone. `complete` is false where more was found than
    a search keeps: say more about what you look for.
    """

    id: UUID
    what: What
    expires_at: dt.datetime
    complete: bool
    items: list[FoundPerson] | list[CaseSummary] | list[SignalSummary]
    next_cursor: str | None
