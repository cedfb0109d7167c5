"""Open a case. Its opener need not be on its team, so the whole beginning is written by one SQL function."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import SQLModel

from casemgmt.audit.events import Event
from casemgmt.cases import policy, repository
from casemgmt.cases.clocks import FIRST_CLOCKS, start_clocks
from casemgmt.cases.commands import OpenCase
from casemgmt.cases.states import CASE
from casemgmt.cases.tables import CaseRecord
from casemgmt.cases.views import CaseOpened
from casemgmt.conflicts.kin import may_be_kin
from casemgmt.conflicts.repository import is_shut_out
from casemgmt.db.work import Work
from casemgmt.errors import Conflict, DomainError, invalid_field
from casemgmt.ids import new_id
from casemgmt.people.service import require_visible_persons
from casemgmt.reference.lists import content_digest
from casemgmt.signals.joining import lock_signals_for_case
from casemgmt.signals.tables import Signal
from casemgmt.tasks.clocks import overdue_already
from casemgmt.timeline.service import entry
from casemgmt.timeline.tables import TimelineEntry
from rules.zone import to_local


async def open_case(work: Work, command: OpenCase) -> CaseOpened:
    """Open a case from signals, with its accountable manager, whose clocks start, while those of the signals stop.

    Errors: a signal hidden or in another state, a person hidden or named twice, a manager who is none or belongs to
    another region, a child who has an open case already: then the signal is attached to that one.
    """
    roles = [*((child, "child") for child in command.children), *((p.person_id, p.role) for p in command.persons)]
    children = [person for person, role in roles if role == "child"]
    policy.check_persons_once([person for person, _ in roles])
    signals = await lock_signals_for_case(work, command.signal_ids, children)
    await require_visible_persons(work, [person for person, _ in roles])
    organisation_id, region = await _body_of_manager(work, command.manager_id, signals)
    await _check_free(work, command.manager_id, roles, signals)
    year = to_local(work.now).year
    number: str = await work.call("SELECT next_case_number(:region, :year)", region=region, year=year)
    case = _case_of(work, command, signals, organisation_id, region, number)
    await work.call("SELECT open_case(cast(:p AS jsonb))", p=json.dumps(_document(work, case, roles, signals)))
    work.record(Event("case.opened", "case", (case.id, *(s.id for s in signals)), case_id=case.id))
    persons = [person for person, _ in roles]
    return CaseOpened(
        **case.model_dump(include=set(CaseOpened.model_fields)),
        possible_kin=await may_be_kin(work, case.manager_id, persons),
    )


@dataclass(frozen=True)
class KeptElsewhere:
    """A case that was kept elsewhere since `opened_at`, from the signal that the caller has just written for it."""

    command: OpenCase
    signal: Signal
    opened_at: datetime


async def check_imported_cases(work: Work, cases: Sequence[KeptElsewhere]) -> list[DomainError | None]:
    """Return for each why it can't be opened; None where it can. Its children stay locked until the commit.

    A body takes over cases of its own managers alone. Two of them for one child are refused as if one were open.
    """
    bodies = await repository.manager_bodies(work, {c.command.manager_id for c in cases})
    asked = sorted(
        (str(child), str(each.signal.id), str(each.command.manager_id), number)
        for number, each in enumerate(cases)
        for child in each.command.children
    )
    shut_out, taken = await repository.not_free(work, asked)
    refused: list[DomainError | None] = []
    children: set[UUID] = set()
    for number, each in enumerate(cases):
        try:
            organisation_id, _ = _fitting_body(work, bodies.get(each.command.manager_id), [each.signal])
            if organisation_id != work.actor.organisation_id:
                raise invalid_field("/manager_id", "manager-of-other-body", "The case manager works in another body.")
            _refuse_taken(
                shut_out=number in shut_out, taken=number in taken or not children.isdisjoint(each.command.children)
            )
        except DomainError as refusal:
            refused.append(refusal)
        else:
            refused.append(None)
            children.update(each.command.children)
    return refused


def imported_case(work: Work, kept: KeptElsewhere, number: str) -> dict[str, object]:
    """Return a case that was found free, and all that begins with it, as `open_case` of the database takes it.

    Its clocks run since it was opened, and its manager answers for it from its first second here.
    """
    roles = [(child, "child") for child in kept.command.children]
    actor = work.actor
    case = _case_of(work, kept.command, [kept.signal], actor.organisation_id, actor.region_code, number, kept.opened_at)
    return _document(work, case, roles, [kept.signal], since=kept.opened_at)


async def _check_free(
    work: Work, manager_id: UUID, roles: Sequence[tuple[UUID, str]], signals: Sequence[Signal]
) -> None:
    """Refuse a manager whom a conflict keeps away, and a child who has an open case already."""
    shut_out = await is_shut_out(work, manager_id, [*(person for person, _ in roles), *(s.id for s in signals)])
    _refuse_taken(shut_out=shut_out, taken=False)
    children = [person for person, role in roles if role == "child"]
    _refuse_taken(shut_out=False, taken=await repository.child_has_open_case(work, children))


def _refuse_taken(*, shut_out: bool, taken: bool) -> None:
    if shut_out:
        raise invalid_field("/manager_id", "not-free-for-this", "This person can't be given this case.")
    if taken:
        raise Conflict("A child has an open case: attach the signal to it.", code="open-case-exists")


async def _body_of_manager(work: Work, manager_id: UUID, signals: Sequence[Signal]) -> tuple[UUID, str | None]:
    return _fitting_body(work, await repository.manager_body(work, manager_id), signals)


def _fitting_body(
    work: Work, body: tuple[UUID, str | None] | None, signals: Sequence[Signal]
) -> tuple[UUID, str | None]:
    """Return the body of a manager, where there is one and it works in the region of the signals."""
    if body is None:
        raise invalid_field("/manager_id", "unknown-case-manager", "There is no such case manager.")
    regions: list[str | None] = [s.region_code for s in signals if s.region_code is not None]
    if body[1] not in (regions or [work.actor.region_code]):
        raise invalid_field("/manager_id", "manager-of-other-region", "The case manager works in another region.")
    return body


def _case_of(
    work: Work,
    command: OpenCase,
    signals: Sequence[Signal],
    organisation_id: UUID,
    region: str | None,
    number: str,
    opened_at: datetime | None = None,
) -> CaseRecord:
    categories = [s.category for s in signals]
    ground = command.restriction_ground or policy.default_restriction(categories)
    return CaseRecord(
        id=command.id or new_id(),
        number=number,
        state=CASE.initial,
        region_code=region,
        organisation_id=organisation_id,
        restricted=ground is not None,
        restriction_ground=ground,
        manager_id=command.manager_id,
        help_package=command.help_package or policy.default_help_package(categories),
        problem_type=command.problem_type,
        child_categories=command.child_categories,
        opened_at=opened_at or work.now,
        lists_version=content_digest(),
    )


def _document(
    work: Work,
    case: CaseRecord,
    roles: Sequence[tuple[UUID, str]],
    signals: Sequence[Signal],
    *,
    since: datetime | None = None,
) -> dict[str, object]:
    """Return the case and everything that it begins with, as the SQL function takes it."""
    clocks_of_case = start_clocks(work, case, FIRST_CLOCKS, since=since)
    if since is not None:
        clocks_of_case = [overdue_already(clock, work.now) for clock in clocks_of_case]
    return _plain(case) | {
        "membership_id": str(new_id()),
        "persons": [{"id": str(new_id()), "person_id": str(person), "role": role} for person, role in roles],
        "signals": [str(s.id) for s in signals],
        "tasks": [_plain(c) for c in clocks_of_case],
        "entries": [_plain(e) for e in _stories(work, case, signals, imported=since is not None)],
    }


def _plain(row: SQLModel) -> dict[str, object]:
    return row.model_dump(mode="json")


def _stories(work: Work, case: CaseRecord, signals: Sequence[Signal], *, imported: bool) -> list[TimelineEntry]:
    kind = "case.imported" if imported else "case.opened"
    opened = entry(
        work,
        kind,
        "case",
        case.id,
        organisation_id=case.organisation_id,
        case_id=case.id,
        data={
            "number": case.number,
            "manager_id": str(case.manager_id),
            "help_package": case.help_package,
            "restriction_ground": case.restriction_ground,
            "opened_at": case.opened_at.isoformat(),
        },
    )
    return [opened, *(attached(work, case, signal) for signal in signals)]


def attached(work: Work, case: CaseRecord, signal: Signal) -> TimelineEntry:
    """Return the story of a signal that joins the case."""
    return entry(
        work,
        "case.signal_attached",
        "signal",
        signal.id,
        organisation_id=case.organisation_id,
        case_id=case.id,
        signal_id=signal.id,
        data={"category": signal.category},
    )
