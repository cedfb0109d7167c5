"""Who is named in a document: accounts, bodies and persons, as far as its reader may see them."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from casemgmt.organisations.tables import AppUser, Organisation
from casemgmt.people.tables import Person
from casemgmt.printing import words
from casemgmt.printing.sheet import Letterhead, PrintLanguage


@dataclass(frozen=True)
class Named:
    """Everybody whom a document may name, by id. Who is not here is hidden from the reader."""

    users: Mapping[UUID, AppUser]
    bodies: Mapping[UUID, Organisation]
    persons: Mapping[UUID, Person]

    def user(self, user_id: UUID | None) -> str | None:
        """Return the name of a colleague."""
        user = None if user_id is None else self.users.get(user_id)
        return None if user is None else words.full_name(user.family_name, user.given_name, user.patronymic)

    def body(self, body_id: UUID, language: PrintLanguage) -> str:
        """Return the name of a body."""
        body = self.bodies[body_id]
        return body.name_kk if language == "kk" else body.name_ru

    def letterhead(self, body_id: UUID) -> Letterhead:
        """Return a body in both languages."""
        body = self.bodies[body_id]
        return Letterhead(body.name_kk, body.name_ru)

    def person(self, person_id: UUID, language: PrintLanguage) -> str:
        """Return a person, or that the record names who is hidden from the reader."""
        person = self.persons.get(person_id)
        return words.say("hidden_name", language) if person is None else words.person_line(person, language)
