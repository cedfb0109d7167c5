"""Who the child of a row is: somebody on record, somebody new, or a question for a person. Never guessed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.db.work import Work
from casemgmt.imports.fields import CHILD
from casemgmt.imports.findings import Finding, Report
from casemgmt.imports.parts import parts_of
from casemgmt.imports.preparing import Prepared, names_of
from casemgmt.imports.progress import Teller
from casemgmt.people.commands import BirthGiven, RecordPerson
from casemgmt.people.known import Keys, Match, find_matches_of
from casemgmt.people.names import name_key
from casemgmt.people.service import new_person
from casemgmt.people.tables import Person

_OF_IIN = frozenset({"iin", "former_iin"})
"""By what a match is certain."""
_AT_ONCE = 500
"""Children who are looked for together."""


@dataclass
class Children:
    """The children of a file, by the numbers of its rows."""

    by_number: dict[str, UUID] = field(default_factory=dict)
    new: list[tuple[Prepared, Person]] = field(default_factory=list)
    """Those who are to be recorded, each with the row that told of the child first."""


async def find_children(
    work: Work, rows: Sequence[Prepared], decisions: Mapping[str, Mapping[str, Any]], report: Report, teller: Teller
) -> Children:
    """Return who the child of each row is. What can't be known becomes a question, what can't be true a fault.

    The same identification number in two rows is the same child. Everything less is asked: names and year of birth that
    fit a person on record whom the actor sees, or another row of the file. Persons whom the actor doesn't see are not
    told of, but where the identification number is theirs: then the row can't come in.
    """
    told = [row for row in rows if names_of(row.values)]
    keys = {row.number: _keys_of(row) for row in told}
    matches: dict[str, list[Match]] = {}
    looked_for = 0
    for part in parts_of(keys.items(), _AT_ONCE):
        matches |= await find_matches_of(work, dict(part))
        looked_for += len(part)
        await teller.tell("comparing", looked_for, len(told))
    looking = _Looking(work, report, keys, matches, await _seen(work, matches))
    for row in told:
        looking.at(row, decisions.get(row.number, {}))
    if told:
        columns = ("person_iin.iin", "person.match_key")
        work.record(Event("person.matched", "person", tuple(sorted(looking.shown)), fields=columns))
    return looking.found


class _Looking:
    """Goes through the rows of a file, and remembers the children of those before."""

    def __init__(
        self,
        work: Work,
        report: Report,
        keys: Mapping[str, Keys],
        matches: Mapping[str, Sequence[Match]],
        seen: frozenset[UUID],
    ) -> None:
        self._work = work
        self._report = report
        self._keys = keys
        self._matches = matches
        self._seen = seen
        self.found = Children()
        self.shown: set[UUID] = set()
        """Persons whom the report names, for the event."""
        self._by_iin: dict[str, str] = {}
        self._by_name: dict[tuple[str, int], str] = {}

    def at(self, row: Prepared, decided: Mapping[str, Any]) -> None:
        """Find the child of a row, or say in the report why not."""
        keys = self._keys[row.number]
        iin, key = keys.iin, (keys.match_key, keys.birth_year) if keys.match_key and keys.birth_year else None
        twin = (self._by_iin.get(iin) if iin else None) or decided.get("same_as")
        if twin is not None:
            if twin in self.found.by_number:
                self.found.by_number[row.number] = self.found.by_number[twin]
            else:
                self._report.add(Finding("same-as-unknown-row", row.row))
            return
        candidates, taken = self._on_record(row)
        if taken:
            self._report.add(Finding("child-known-elsewhere", row.row, field=CHILD + "iin"))
        else:
            self._settle(row, decided, candidates, key)
        if iin:
            self._by_iin.setdefault(iin, row.number)
        if key is not None:
            self._by_name.setdefault(key, row.number)

    def _on_record(self, row: Prepared) -> tuple[dict[UUID, bool], bool]:
        """Return persons whom the actor sees → whether the number fits, and whether a hidden one has the number."""
        matches = self._matches.get(row.number, ())
        by_iin = {m.person_id: not _OF_IIN.isdisjoint(m.matched_by.split(",")) for m in matches}
        candidates = {person: fits for person, fits in by_iin.items() if person in self._seen}
        self.shown |= candidates.keys()
        if any(candidates.values()):
            candidates = {person: True for person, fits in candidates.items() if fits}
        return candidates, any(fits for person, fits in by_iin.items() if person not in self._seen)

    def _settle(
        self, row: Prepared, decided: Mapping[str, Any], candidates: Mapping[UUID, bool], key: tuple[str, int] | None
    ) -> None:
        if decided.get("person_id") is not None:
            chosen = UUID(str(decided["person_id"]))
            if chosen in candidates:
                self.found.by_number[row.number] = chosen
            else:
                self._report.add(Finding("decision-does-not-fit", row.row))
            return
        certain, is_new = any(candidates.values()), bool(decided.get("new"))
        if candidates and (certain or not is_new):
            told = tuple(str(c) for c in candidates)
            code = "child-on-record" if certain else "child-perhaps-on-record"
            self._report.add(Finding(code, row.row, level="question", candidates=told))
        elif key is not None and key in self._by_name and not is_new:
            other = self._by_name[key]
            self._report.add(Finding("child-perhaps-in-another-row", row.row, level="question", cell=other))
        else:
            person = new_person(self._work, _person_of(row.values))
            self.found.new.append((row, person))
            self.found.by_number[row.number] = person.id


def _keys_of(row: Prepared) -> Keys:
    """Return what the child of a row is searched by: names count with a year of birth only."""
    names, born = names_of(row.values), row.values.get(CHILD + "birth_date")
    year = row.values.get(CHILD + "birth_year") if born is None else born.year
    key = name_key(names.get("family_name"), names.get("given_name"), names.get("patronymic")).match_key
    by_name = bool(key and year)
    return Keys(row.values.get(CHILD + "iin"), key if by_name else None, year if by_name else None)


async def _seen(work: Work, matches: Mapping[str, Sequence[Match]]) -> frozenset[UUID]:
    """Return those of all matches whom the actor sees."""
    ids = {m.person_id for found in matches.values() for m in found}
    rows = await work.rows("SELECT id FROM person WHERE id = ANY (:ids)", ids=list(ids))
    return frozenset(row["id"] for row in rows)


def _person_of(values: Mapping[str, Any]) -> RecordPerson:
    """Return what a row says of its child."""
    born, year = values.get(CHILD + "birth_date"), values.get(CHILD + "birth_year")
    birth = None
    if born is not None:
        birth = BirthGiven(precision="exact", date=born)
    elif year is not None:
        birth = BirthGiven(precision="year", year=year)
    return RecordPerson(**names_of(values), sex=values.get(CHILD + "sex", "unknown"), birth=birth)
