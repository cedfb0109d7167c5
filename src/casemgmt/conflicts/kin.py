"""A question for whoever gives somebody work on a case: is this kin of the family? Names ask it, nobody is refused."""

from collections.abc import Iterable
from uuid import UUID

from sqlmodel import col, select

from casemgmt.db.work import Work
from casemgmt.organisations.tables import AppUser
from casemgmt.people.names import name_key
from casemgmt.people.tables import Person


async def may_be_kin(work: Work, user_id: UUID, person_ids: Iterable[UUID]) -> bool:
    """Answer whether a user bears the family name, in whichever spelling, of one of the persons the actor sees.

    Namesakes are many: the answer is a reason to ask, and to declare a conflict where there is one.
    """
    user = await work.session.get(AppUser, user_id)
    if user is None:
        return False
    mine = name_key(user.family_name, user.given_name).family
    names = select(Person.family_name, Person.given_name).where(col(Person.id).in_(list(person_ids)))
    found = (await work.session.execute(names)).all()
    return any(mine and mine == name_key(family, given).family for family, given in found)
