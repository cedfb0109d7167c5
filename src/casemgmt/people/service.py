"""Use cases of persons: record, read, change."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.db.work import Work, check_version
from casemgmt.errors import Conflict, invalid_field
from casemgmt.ids import new_id
from casemgmt.people import life, policy, repository
from casemgmt.people.commands import ChangePerson, RecordPerson
from casemgmt.people.names import NAME_KEY_VERSION, SORT_KEY_VERSION, name_key, sort_key
from casemgmt.people.tables import Person
from casemgmt.people.views import BirthView, PersonView
from casemgmt.timeline.service import entry
from casemgmt.timeline.tables import TimelineEntry

_GIVEN_BY_CALLER = {
    "family_name",
    "given_name",
    "patronymic",
    "sex",
    "birth_date",
    "birth_precision",
    "birth_year",
    "died_on",
    "citizenship_status",
    "languages",
    "disability_category",
    "region_code",
    "organisation_id",
}


async def require_visible_persons(
    work: Work, person_ids: Sequence[UUID], pointer: str = "/person_id", *, for_change: bool = False
) -> list[Person]:
    """Return the persons, or refuse: a hidden person can't be linked, and answers as one that doesn't exist."""
    rows = await repository.find_persons(work, person_ids, for_change=for_change)
    if len(rows) != len(set(person_ids)):
        raise invalid_field(pointer, "unknown-person", "There is no such person.")
    return rows


async def record_person(work: Work, command: RecordPerson) -> PersonView:
    """Record a person; the actor's body is responsible for the record until a case is.

    The same id with the same content once more answers as the first time; an id that is in use otherwise is refused.
    """
    person = new_person(work, command)
    known = None if command.id is None else await repository.find_person(work, command.id)
    if known is not None:
        if known.model_dump(include=_GIVEN_BY_CALLER) != person.model_dump(include=_GIVEN_BY_CALLER):
            raise Conflict("A record with the same key exists already.", code="already-exists")
        work.record(Event("person.read", "person", (known.id,)))
        return await view_of(work, known)
    await work.save(Event("person.recorded", "person", (person.id,)), person)
    return await view_of(work, person)


def new_person(work: Work, command: RecordPerson) -> Person:
    """Return a new person as the command tells, with its search keys; the caller saves it."""
    today = policy.local_day(work.now)
    precision, birth_date, birth_year = policy.settle_birth(command.birth, today)
    policy.check_death(command.died_on, birth_date, birth_year, today)
    policy.refuse_repeated("/languages", command.languages)
    person = Person(
        id=command.id or new_id(),
        birth_date=birth_date,
        birth_precision=precision,
        birth_year=birth_year,
        region_code=work.actor.region_code if command.kato is None else policy.region_of(command.kato),
        organisation_id=work.actor.organisation_id,
        created_at=work.now,
        created_by_id=work.actor.user_id,
        **command.model_dump(exclude={"id", "birth", "kato"}),
    )
    set_keys(person)
    return person


def set_keys(person: Person) -> None:
    """Work out by what the person is found and sorted, from the names that it bears now."""
    names = (person.family_name, person.given_name, person.patronymic)
    person.match_key = name_key(*names).match_key
    person.name_key_version = NAME_KEY_VERSION
    person.sort_key = sort_key(*names)
    person.sort_key_version = SORT_KEY_VERSION


async def read_person(work: Work, person_id: UUID) -> PersonView:
    """Return a person, and record that the actor read it."""
    person = await repository.get_person(work, person_id)
    work.record(Event("person.read", "person", (person_id,)))
    return await view_of(work, person)


async def change_person(work: Work, person_id: UUID, command: ChangePerson, expected: int) -> PersonView:
    """Change what the command gives. The story of each case of the person tells that, never what, was changed."""
    person = await repository.get_person(work, person_id, for_change=True)
    check_version(person, expected)
    today = policy.local_day(work.now)
    given = command.model_fields_set
    before = person.model_dump(include=_GIVEN_BY_CALLER)
    for name in given - {"birth"}:
        setattr(person, name, getattr(command, name))
    if "birth" in given:
        person.birth_precision, person.birth_date, person.birth_year = policy.settle_birth(command.birth, today)
    policy.check_death(person.died_on, person.birth_date, person.birth_year, today)
    policy.refuse_repeated("/languages", person.languages)
    if given & {"birth", "sex"}:
        await _check_against_iin(work, person)
    set_keys(person)
    after = person.model_dump(include=_GIVEN_BY_CALLER)
    changed = sorted(name for name in after if after[name] != before[name])
    told = await stories(work, [person_id], "person.changed", {"fields": changed}) if changed else []
    await work.save(Event("person.changed", "person", (person_id,)), person, *told)
    await life.note_death(work, person_id, before["died_on"], person.died_on)
    return await view_of(work, person)


async def _check_against_iin(work: Work, person: Person) -> None:
    """Refuse a disagreement with the number on record; an actor who may not read the number isn't told by it either."""
    held = await repository.find_iin(work, person.id)
    if held is not None:
        policy.check_against_iin(held.iin, exact_birth_date(person), person.sex)


def exact_birth_date(person: Person) -> date | None:
    """Return the birth date where it is known to the day."""
    return person.birth_date if person.birth_precision == "exact" else None


def birth_view(person: Person) -> BirthView:
    """Return what is known of the birth."""
    return BirthView(precision=person.birth_precision, date=person.birth_date, year=person.birth_year)


async def view_of(work: Work, person: Person) -> PersonView:
    """Return a person as readers get it."""
    kept = PersonView.model_fields.keys() - {"birth", "family_ids"}
    return PersonView(
        **person.model_dump(include=set(kept)),
        birth=birth_view(person),
        family_ids=await repository.families_of(work, person.id),
    )


async def stories(
    work: Work, person_ids: Sequence[UUID], kind: str, data: Mapping[str, object] | None = None
) -> list[TimelineEntry]:
    """Return one timeline entry for each case, visible to the actor, in which one of the persons is now."""
    # Plain SQL: cases know persons, so persons don't import cases.
    links = await work.rows(
        "SELECT DISTINCT ON (case_id) case_id, person_id, organisation_id FROM case_person"
        " WHERE person_id = ANY (:persons) AND until IS NULL ORDER BY case_id, person_id",
        persons=list(person_ids),
    )
    return [
        entry(
            work,
            kind,
            "person",
            link["person_id"],
            organisation_id=link["organisation_id"],
            case_id=link["case_id"],
            data=data,
        )
        for link in links
    ]
