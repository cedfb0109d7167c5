"""Use cases of reference data: nothing personal, so one event says only that it was read."""

from collections.abc import Sequence
from datetime import date

from casemgmt.access.roles import ROLES
from casemgmt.audit.events import Event
from casemgmt.db.work import Work
from casemgmt.errors import NotFound
from casemgmt.reference.languages import FALLBACK_ORDER, Language, preferred_languages
from casemgmt.reference.lists import CodeList, CodeValue, UnknownListError, all_lists, code_list
from casemgmt.reference.regions import region_file
from casemgmt.reference.views import (
    CitationView,
    DeadlinesView,
    DeadlineView,
    Labels,
    ListSummary,
    ListsView,
    ListView,
    RegionsView,
    RegionView,
    RolesView,
    RoleView,
    TermView,
    ValueView,
)
from rules.errors import RuleError
from rules.loader import Law, load_law
from rules.zone import to_local


def read_lists(work: Work, accept_language: str | None) -> ListsView:
    """Return the names, titles and versions of all code lists."""
    _record(work)
    languages = preferred_languages(accept_language)
    return ListsView(items=[ListSummary(**_summary(each, languages)) for each in all_lists()])


def read_list(work: Work, name: str, accept_language: str | None) -> ListView:
    """Return one code list with its values; `NotFound` where there is none of that name."""
    try:
        found = code_list(name)
    except UnknownListError:
        raise NotFound("There is no such code list.") from None
    _record(work)
    languages = preferred_languages(accept_language)
    return ListView(
        **_summary(found, languages),
        openness_note=found.openness_note,
        note=found.note,
        sources=list(found.sources),
        values=[_value(v, languages) for v in found.values],
    )


def read_regions(work: Work, accept_language: str | None) -> RegionsView:
    """Return the regions with the status of the file that they stand in."""
    _record(work)
    languages = preferred_languages(accept_language)
    file = region_file()
    return RegionsView(
        version=file.version,
        status=file.status,
        items=[
            RegionView(
                code=r.iso_code,
                kato_prefix=r.kato_prefix,
                kind=r.kind,
                name=_first(names, languages),
                names=names,
                valid_from=r.valid_from,
            )
            for r in file.regions
            for names in [Labels(kk=r.kk, ru=r.ru, en=r.en)]
        ],
    )


def read_roles(work: Work) -> RolesView:
    """Return the table of roles as the service applies it."""
    _record(work)
    return RolesView(
        items=[
            RoleView(
                role=name,
                title=role.title,
                permissions=sorted(role.permissions),
                signals=role.signals,
                cases=role.cases,
                flags=sorted(role.flags),
            )
            for name, role in ROLES.items()
        ]
    )


def read_deadlines(work: Work, accept_language: str | None) -> DeadlinesView:
    """Return the deadlines with the term that is in force today."""
    _record(work)
    languages = preferred_languages(accept_language)
    law = load_law()
    today = to_local(work.now).date()
    return DeadlinesView(
        rules_version=law.version,
        items=[
            DeadlineView(
                code=code,
                label=_first(labels, languages),
                labels=labels,
                runs_from=deadline.runs_from,
                term=_term(law, code, today),
            )
            for code, deadline in sorted(law.deadlines.items())
            for labels in [Labels(**deadline.label.model_dump())]
        ],
    )


def _record(work: Work) -> None:
    work.record(Event("reference.read", "reference"))


def _summary(found: CodeList, languages: Sequence[Language]) -> dict[str, object]:
    titles = Labels(kk=found.title.kk, ru=found.title.ru, en=found.title.en)
    return {
        "name": found.name,
        "title": _first(titles, languages),
        "titles": titles,
        "version": found.version,
        "openness": found.openness,
    }


def _first(labels: Labels, languages: Sequence[Language]) -> str:
    texts: list[str | None] = [getattr(labels, language) for language in (*languages, *FALLBACK_ORDER)]
    return next((text for text in texts if text is not None), "")


def _value(value: CodeValue, languages: Sequence[Language]) -> ValueView:
    label = value.label(languages)
    unconfirmed = {"kk": value.kk_status == "proposed", "ru": value.ru_status == "translation"}
    return ValueView(
        label=label.text,
        label_language=label.language,
        provisional=label.is_provisional,
        # A wording that the law has replaced finds old records and is never shown.
        labels=Labels(kk=None if value.kk_status == "outdated" else value.kk, ru=value.ru, en=value.en),
        provisional_languages=[language for language, is_so in unconfirmed.items() if is_so],
        **value.model_dump(include={"code", "usage", "valid_from", "valid_to", "parent", "inverse", "note"}),
    )


def _term(law: Law, code: str, today: date) -> TermView | None:
    try:
        term = law.term(code, today)
    except RuleError:
        return None
    return TermView(
        value=term.value,
        unit=term.unit,
        status=term.status,
        is_law=term.status.is_law,
        citation=None if term.citation is None else CitationView(**term.citation.model_dump()),
        reason=term.reason,
        in_force_from=term.in_force_from,
        in_force_before=term.in_force_before,
    )
