"""Code lists, regions, roles and deadlines as readers get them: in the language asked for, and in all three."""

from datetime import date
from typing import Literal

from casemgmt.models import View


class Labels(View):
    """A text in the three languages, where it exists."""

    kk: str | None
    ru: str | None
    en: str | None


class ListSummary(View):
    """A code list by name. `openness` `proposed`: its values are ours and not a source's."""

    name: str
    title: str
    titles: Labels
    version: int
    openness: str


class ListsView(View):
    """All code lists, by name."""

    items: list[ListSummary]


class ValueView(View):
    """One value. `provisional`: the label shown has still to be confirmed by a specialist."""

    code: str
    label: str
    label_language: str | None
    provisional: bool
    labels: Labels
    provisional_languages: list[str]
    usage: str
    valid_from: date | None
    valid_to: date | None
    parent: str | None
    inverse: str | None
    note: str | None


class ListView(ListSummary):
    """A code list with its values in the order in which a screen shows them."""

    openness_note: str | None
    note: str | None
    sources: list[str]
    values: list[ValueView]


class RegionView(View):
    """A region or a city of republican significance."""

    code: str
    kato_prefix: str
    kind: Literal["region", "city"]
    name: str
    names: Labels
    valid_from: date | None


class RegionsView(View):
    """All regions. `status` `unverified`: not yet compared with the official classifiers."""

    version: int
    status: str
    items: list[RegionView]


class RoleView(View):
    """What a role may do, and how far it sees."""

    role: str
    title: str
    permissions: list[str]
    signals: str
    cases: str
    flags: list[str]


class RolesView(View):
    """The table of roles."""

    items: list[RoleView]


class CitationView(View):
    """Where a value stands."""

    act: str
    article: str
    edition: str
    source: str
    address: str | None


class TermView(View):
    """The term in force today. `is_law` false: set by the operator, not law; `reason` says why."""

    value: int
    unit: str
    status: str
    is_law: bool
    citation: CitationView | None
    reason: str | None
    in_force_from: date
    in_force_before: date | None


class DeadlineView(View):
    """A deadline; `term` is null where none is in force today, or where its source does not speak for today."""

    code: str
    label: str
    labels: Labels
    runs_from: str
    term: TermView | None


class DeadlinesView(View):
    """All deadlines under one version of the rules."""

    rules_version: str
    items: list[DeadlineView]
