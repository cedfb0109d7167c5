"""What may be looked for. Each search needs something that leads to few records: a key, or a span of days."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from casemgmt.cases.states import CaseState
from casemgmt.models import Command
from casemgmt.people.commands import GivenIin, GivenPhone, Year
from casemgmt.reference.fields import Name, SignalCategory
from casemgmt.signals.states import SignalState

Number = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=24)]


class PersonKeys(Command):
    """Keys of a person; whoever fits all that are given is found. Names are compared as they sound, in any order."""

    family_name: Name | None = None
    given_name: Name | None = None
    birth_year: Year | None = Field(default=None, description="Narrows a search by name; alone it finds nobody.")
    iin: GivenIin | None = Field(default=None, description="Needs the permission `identifiers:read`.")
    phone: GivenPhone | None = Field(default=None, description="Needs the permission `contacts:read`.")


class SearchPersons(PersonKeys):
    """Search for persons by names, IIN or phone."""

    what: Literal["persons"]


class Span(Command):
    """Days of Kazakhstan, both included."""

    since: dt.date
    until: dt.date


class SearchCases(Command):
    """Search for cases by number, by a person of theirs, or by the days in which they were opened."""

    what: Literal["cases"]
    number: Number | None = None
    person: PersonKeys | None = None
    opened: Span | None = None
    state: CaseState | None = None


class SearchSignals(Command):
    """Search for signals by a person of theirs, or by the days in which they were received."""

    what: Literal["signals"]
    person: PersonKeys | None = None
    received: Span | None = None
    state: SignalState | None = None
    category: SignalCategory | None = None


RunSearch = Annotated[SearchPersons | SearchCases | SearchSignals, Field(discriminator="what")]
