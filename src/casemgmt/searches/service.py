"""Use cases of searches: run one, turn its pages."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from casemgmt.access.permissions import Permission
from casemgmt.audit.events import Event
from casemgmt.cases.views import CaseSummary
from casemgmt.db import paging
from casemgmt.db.work import Work
from casemgmt.errors import Forbidden, Invalid, NotFound, invalid_field
from casemgmt.ids import new_id
from casemgmt.people import policy
from casemgmt.people.names import name_key
from casemgmt.people.phones import phone_hash
from casemgmt.people.views import BirthView
from casemgmt.searches import repository
from casemgmt.searches.commands import PersonKeys, SearchCases, SearchPersons, SearchSignals, Span
from casemgmt.searches.repository import KINDS, MOST, Conditions
from casemgmt.searches.views import FoundPerson, SearchView
from casemgmt.signals.views import SignalSummary
from rules.zone import almaty

LONGEST_SPAN = timedelta(days=31)
_READ = {
    "persons": Permission.PERSONS_READ,
    "cases": Permission.CASES_READ,
    "signals": Permission.SIGNALS_READ,
}
_BY_NAME = (
    "id IN (SELECT x.id FROM person x WHERE x.match_key = :match_key"
    " UNION ALL SELECT f.person_id FROM former_name f WHERE f.match_key = :match_key"
    " UNION ALL SELECT f.person_id FROM sealed_name f WHERE f.match_key = :match_key)"
)
"""Of names from before an adoption row security shows those alone of which the actor may know."""
_BY_IIN = (
    "id IN (SELECT i.person_id FROM person_iin i WHERE i.iin = :iin"
    " UNION ALL SELECT h.id FROM former_iin_holders(:iin) AS h (id))"
)
_RECORD = {"persons": "person", "cases": "case", "signals": "signal"}


async def run_search(
    work: Work,
    command: SearchPersons | SearchCases | SearchSignals,
    limit: int,
    *,
    lookup_key: bytes,
    life: timedelta,
) -> SearchView:
    """Search, keep what was found, and return the first page. The event says by what kind of key, and who was shown."""
    _require(work, command.what)
    search_id, expires_at = new_id(), work.now + life
    conditions = Conditions()
    if isinstance(command, SearchPersons):
        by_key = _add_keys(work, conditions, command, lookup_key, pointer="")
    else:
        by_key = await _add_of_record(work, conditions, command, lookup_key)
    found = await repository.find(work, KINDS[command.what], conditions, by_key=by_key)
    kept = {"what": command.what, "record_ids": found[:MOST], "complete": len(found) <= MOST, "expires_at": expires_at}
    await repository.keep(
        work, search_id, command.what, found[:MOST], complete=len(found) <= MOST, expires_at=expires_at
    )
    return await _page(work, "search.run", search_id, kept, None, limit, fields=tuple(sorted(conditions.arguments)))


async def read_search(work: Work, search_id: UUID, limit: int, cursor: str | None) -> SearchView:
    """Return a page of a search of the actor: of what was found, that which the actor still sees."""
    kept = await repository.kept(work, search_id)
    if kept is None:
        raise NotFound("There is no such search, or it has expired.")
    _require(work, kept["what"])
    return await _page(work, "search.read", search_id, kept, cursor, limit)


def _require(work: Work, what: str) -> None:
    if not work.actor.may(_READ[what]):
        raise Forbidden(f"To search for {what} needs the permission '{_READ[what]}'.")


async def _add_of_record(
    work: Work, conditions: Conditions, command: SearchCases | SearchSignals, lookup_key: bytes
) -> bool:
    """Add what is asked of cases or signals, and return whether a key leads to few of them."""
    kind = KINDS[command.what]
    span = command.opened if isinstance(command, SearchCases) else command.received
    by_key = False
    if isinstance(command, SearchCases) and command.number is not None:
        conditions.add("number = :number", number=command.number)
        by_key = True
    if isinstance(command, SearchSignals) and command.category is not None:
        conditions.add("category = :category", category=command.category)
    if command.state is not None:
        conditions.add("state = :state", state=str(command.state))
    if command.person is not None:
        of_persons = Conditions()
        _add_keys(work, of_persons, command.person, lookup_key, pointer="/person")
        persons = await repository.find(work, KINDS["persons"], of_persons, by_key=True)
        column = "case_id" if isinstance(command, SearchCases) else "signal_id"
        conditions.add(
            f"id IN (SELECT k.{column} FROM {kind.persons} k WHERE k.person_id = ANY (:persons))",  # noqa: S608 - own words
            persons=persons,
        )
        by_key = True
    if span is not None:
        first, end = _moments(span, "/opened" if isinstance(command, SearchCases) else "/received")
        conditions.add(f"{kind.moment} >= :first AND {kind.moment} < :end", first=first, end=end)
    elif not by_key:
        raise Invalid("Give a number, a person, or a span of days.", code="nothing-to-search-by")
    return by_key


def _moments(span: Span, pointer: str) -> tuple[datetime, datetime]:
    if not timedelta(0) <= span.until - span.since < LONGEST_SPAN:
        raise invalid_field(pointer, "span-too-long", "From the first day to the last it may be 31 days.")
    zone = almaty()
    end = datetime.combine(span.until, time.min, zone) + timedelta(days=1)
    return datetime.combine(span.since, time.min, zone), end


def _add_keys(work: Work, conditions: Conditions, keys: PersonKeys, lookup_key: bytes, *, pointer: str) -> bool:
    """Add what is asked of a person. What a permission keeps secret can't be searched by without it."""
    _require(work, "persons")
    match_key = name_key(keys.family_name, keys.given_name).match_key
    if match_key:
        conditions.add(_BY_NAME, match_key=match_key)
    if keys.iin is not None:
        if not work.actor.may(Permission.IDENTIFIERS_READ):
            raise Forbidden("To search by IIN needs the permission 'identifiers:read'.")
        policy.check_given_iin(keys.iin)
        conditions.add(_BY_IIN, iin=keys.iin)
    if keys.phone is not None:
        if not work.actor.may(Permission.CONTACTS_READ):
            raise Forbidden("To search by phone needs the permission 'contacts:read'.")
        number = policy.normalise_given_phone(keys.phone, f"{pointer}/phone")
        conditions.add(
            "id IN (SELECT k.person_id FROM person_contact k WHERE k.phone_hash = :phone_hash AND k.ended_at IS NULL)",
            phone_hash=phone_hash(number, lookup_key),
        )
    if not conditions.parts:
        raise Invalid("Give names, an IIN, or a phone.", code="nothing-to-search-by")
    if keys.birth_year is not None:
        conditions.add("birth_year = :birth_year", birth_year=keys.birth_year)
    return True


async def _page(
    work: Work,
    event: str,
    search_id: UUID,
    kept: dict[str, Any],
    cursor: str | None,
    limit: int,
    fields: tuple[str, ...] = (),
) -> SearchView:
    what: str = kept["what"]
    name = f"search {search_id}"
    rest = _after(kept["record_ids"], paging.decode_row(name, cursor))
    rows = await repository.read(work, KINDS[what], rest, limit + 1)
    page = paging.page(name, rows, limit, lambda row: paging.RowPosition(row["id"]))
    work.record(Event(event, _RECORD[what], tuple(row["id"] for row in page.items), fields=fields))
    return SearchView.model_validate(
        {
            "id": search_id,
            "what": what,
            "expires_at": kept["expires_at"],
            "complete": kept["complete"],
            "items": [_shown(what, row) for row in page.items],
            "next_cursor": page.next_cursor,
        }
    )


def _after(ids: Sequence[UUID], last: UUID | None) -> Sequence[UUID]:
    if last is None:
        return ids
    if last not in ids:
        raise paging.refused()
    return ids[list(ids).index(last) + 1 :]


def _shown(what: str, row: dict[str, Any]) -> FoundPerson | CaseSummary | SignalSummary:
    if what == "cases":
        return CaseSummary(**row)
    if what == "signals":
        return SignalSummary(**row)
    birth = BirthView(precision=row.pop("birth_precision"), date=row.pop("birth_date"), year=row.pop("birth_year"))
    return FoundPerson(**row, birth=birth)
