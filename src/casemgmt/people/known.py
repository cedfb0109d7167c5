"""Is this child already known? Exact matches, which for hidden persons answer only that a contact was requested."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.db.work import Work
from casemgmt.errors import Invalid
from casemgmt.ids import new_id
from casemgmt.people import policy, renaming, repository
from casemgmt.people.commands import MatchPersons
from casemgmt.people.names import name_key
from casemgmt.people.phones import phone_hash
from casemgmt.people.service import birth_view
from casemgmt.people.tables import FormerName, Person
from casemgmt.people.views import KnownPerson, MatchView
from casemgmt.tasks import clocks


@dataclass(frozen=True)
class Keys:
    """What is searched by. A name key counts with a birth year only."""

    iin: str | None = None
    match_key: str | None = None
    birth_year: int | None = None
    phone_hash: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that were searched, for the audit event."""
        searched = {
            "person_iin.iin": self.iin,
            "person.match_key": self.match_key,
            "person_contact.phone_hash": self.phone_hash,
        }
        return tuple(name for name, value in searched.items() if value)


@dataclass(frozen=True)
class Match:
    """A person that matched, seen or not: for the service's eyes only."""

    person_id: UUID
    matched_by: str
    case_id: UUID | None
    manager_id: UUID | None
    organisation_id: UUID


async def match_persons(work: Work, command: MatchPersons, lookup_key: bytes) -> MatchView:
    """Answer who is known. The managers of hidden children are asked, once, to get in touch with the actor."""
    keys = _keys_of(command, lookup_key)
    found = await find_matches(work, keys)
    sealed = keys.iin is not None and await request_sealed_contact(work, keys.iin)
    seen = {p.id: p for p in await repository.find_persons(work, [m.person_id for m in found])}
    names = await renaming.former_names(work, *seen)
    seen_cases = await _visible_cases(work, [m.case_id for m in found if m.case_id is not None])
    hidden = [m for m in found if _is_hidden(m, seen.get(m.person_id), seen_cases)]
    shown = [m for m in found if m.person_id in seen]
    work.record(Event("person.matched", "person", tuple(m.person_id for m in shown), fields=keys.columns))
    await request_contacts(work, hidden)
    return MatchView(
        visible=[_known(m, seen[m.person_id], seen_cases, names) for m in shown],
        hidden=bool(hidden) or sealed,
        contact_requested=bool(hidden) or sealed,
    )


def _keys_of(command: MatchPersons, lookup_key: bytes) -> Keys:
    if command.iin is not None:
        policy.check_given_iin(command.iin)
    phone = None if command.phone is None else policy.normalise_given_phone(command.phone, "/phone")
    match_key = name_key(command.family_name, command.given_name, command.patronymic).match_key
    by_name = bool(match_key) and command.birth_year is not None
    if command.iin is None and phone is None and not by_name:
        raise Invalid("Give an IIN, a phone, or names with the birth year.", code="no-complete-key")
    return Keys(
        iin=command.iin,
        match_key=match_key if by_name else None,
        birth_year=command.birth_year if by_name else None,
        phone_hash=None if phone is None else phone_hash(phone, lookup_key),
    )


async def find_matches(work: Work, keys: Keys) -> list[Match]:
    """Return all exact matches, hidden ones too: the caller shows nothing of those."""
    rows = await work.rows("SELECT * FROM match_persons(:iin, :match_key, :birth_year, :phone_hash)", **asdict(keys))
    return [Match(**row) for row in rows]


async def find_matches_of(work: Work, keys: Mapping[str, Keys]) -> dict[str, list[Match]]:
    """Return all exact matches of many, by the name of who is searched for; as `find_matches`."""
    asked = [{"name": name} | asdict(each) for name, each in keys.items()]
    found: dict[str, list[Match]] = {}
    rows = await work.rows(
        "SELECT k.name, m.* FROM jsonb_to_recordset(cast(:asked AS jsonb))"
        " AS k(name text, iin text, match_key text, birth_year integer, phone_hash text),"
        " LATERAL match_persons(k.iin, k.match_key, k.birth_year, k.phone_hash) m",
        asked=json.dumps(asked),
    )
    for row in rows:
        found.setdefault(row.pop("name"), []).append(Match(**row))
    return found


async def _visible_cases(work: Work, case_ids: Sequence[UUID]) -> set[UUID]:
    rows = await work.rows("SELECT id FROM case_record WHERE id = ANY (:cases)", cases=list(case_ids))
    return {row["id"] for row in rows}


def _is_hidden(match: Match, person: Person | None, seen_cases: set[UUID]) -> bool:
    """Answer for the person, and for the restricted case of somebody who is visible for another reason."""
    if person is None:
        return True
    return person.restricted and match.case_id is not None and match.case_id not in seen_cases


def _known(match: Match, person: Person, seen_cases: set[UUID], names: Sequence[FormerName]) -> KnownPerson:
    return KnownPerson(
        person_id=person.id,
        matched_by=match.matched_by.split(","),
        family_name=person.family_name,
        given_name=person.given_name,
        patronymic=person.patronymic,
        sex=person.sex,
        birth=birth_view(person),
        has_open_case=match.case_id is not None and not _is_hidden(match, person, seen_cases),
        case_id=match.case_id if match.case_id in seen_cases else None,
        former_names=renaming.shown(each for each in names if each.person_id == person.id),
    )


async def request_contacts(work: Work, hidden: Sequence[Match]) -> None:
    """Ask those who are responsible for hidden persons to get in touch with the actor.

    It is the manager of the open case, else the body that registered the person. A request of the same actor that is
    still open stands as it is.
    """
    for match in hidden:
        task = clocks.start(
            work,
            "known_child_contact",
            "person",
            match.person_id,
            organisation_id=match.organisation_id,
            case_id=match.case_id,
            assignee_id=match.manager_id,
            blocks_closure=False,
        )
        await work.call(
            "SELECT request_contact(CAST(:p AS jsonb))",
            p=json.dumps(task.model_dump(mode="json") | {"entry_id": str(new_id())}),
        )
    if hidden:
        work.record(Event("contact.requested", "person", tuple(m.person_id for m in hidden)))


async def request_sealed_contact(work: Work, iin: str) -> bool:
    """Answer whether the number was somebody's before an adoption that the actor may not know of.

    The guardianship body's member of the team is asked to get in touch, in a task that nobody else sees.
    """
    columns = clocks.columns(
        work, "known_child_contact", "person", new_id(), organisation_id=work.actor.organisation_id
    )
    asked: UUID | None = await work.call(
        "SELECT request_sealed_contact(:iin, CAST(:p AS jsonb))", iin=iin, p=json.dumps(columns, default=str)
    )
    if asked is not None:
        work.record(Event("contact.requested", "task", (asked,)))
    return asked is not None
