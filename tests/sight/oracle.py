"""Finds in an answer what its reader may not see: marks of personal words, numbers, and ids of hidden records."""

import re
from functools import cached_property
from typing import Any
from uuid import UUID

from tests.all_rows import TABLES, Row, World
from tests.expectation import Expectation

_MARK = re.compile(r"(?:⟪|\\u27ea)(\d+)(?:⟫|\\u27eb)")
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_IIN = re.compile(r"(?<![0-9a-f-])\d{12}(?![0-9a-f-])")
_TOLD_BY_SHARES = {"service_referral_share": ("family_name", "given_name"), "conference_share": ("given_name",)}
"""Who sees one of these rows is told so much of the persons that it names, and of nothing else of them."""
_NAME_NOBODY = {"app_user", "audit_event", "mobile_group_member", "user_role"}
"""Tables whose ids say nothing of a child: staff; and events, which an access log shows to who knows the record."""

Place = tuple[str, Row]


class Sources:
    """Where every mark, number and id of the world comes from."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.marks: dict[str, list[Place]] = {}
        self.ids: dict[str, list[Place]] = {}
        self.numbers: dict[str, list[Place]] = {}
        for table in TABLES:
            if table in _NAME_NOBODY:
                continue
            for row in world.rows[table]:
                self._take(table, row)

    def _take(self, table: str, row: Row) -> None:
        if "id" in row:
            self.ids.setdefault(str(row["id"]), []).append((table, row))
        if table == "person_iin":
            self.numbers.setdefault(row["iin"], []).append((table, row))
        for value in row.values():
            if isinstance(value, str):
                for number in set(_MARK.findall(value)):
                    self.marks.setdefault(number, []).append((table, row))


class Sight:
    """What one account may learn: the rows that it sees, and the ids that these rows name.

    A row that is seen may name one that is not: an id alone tells that there is something, as the row itself does.
    Words and numbers are another matter: they may come from rows that are seen, and from nowhere else.
    """

    def __init__(self, sources: Sources, expectation: Expectation) -> None:
        self.sources = sources
        self.expectation = expectation
        self._rows: dict[str, list[Row]] = {}
        self._seen: dict[str, set[int]] = {}

    def rows(self, table: str) -> list[Row]:
        """Return the rows of a table that are seen."""
        if table not in self._rows:
            self._rows[table] = self.expectation.visible(table)
            self._seen[table] = {id(row) for row in self._rows[table]}
        return self._rows[table]

    @cached_property
    def _named(self) -> set[str]:
        return {each for t in TABLES for row in self.rows(t) for value in row.values() for each in _ids(value)}

    @cached_property
    def _told(self) -> set[str]:
        """The marks in the names that other bodies are told of a child whom they don't see."""
        persons = self.sources.world.by_id["person"]
        named = [
            str(persons[UUID(each)][column])
            for table, columns in _TOLD_BY_SHARES.items()
            for row in self.rows(table)
            for each in _ids(row.get("person_ids") or row.get("person_id"))
            for column in columns
        ]
        return {number for name in named for number in _MARK.findall(name)}

    def sees(self, places: list[Place]) -> bool:
        """Answer whether one of some rows is seen."""
        return any(self.rows(table) is not None and id(row) in self._seen[table] for table, row in places)

    def leaks(self, told: str, sent: str) -> list[str]:
        """Return what an answer tells that it may not; an id that the caller sent is no news to the caller."""
        marks, numbers = self.sources.marks, self.sources.numbers
        words = [n for n in set(_MARK.findall(told)) if n in marks and n not in self._told and not self.sees(marks[n])]
        found = [f"words of {[t for t, _ in marks[n]]}, mark {n}" for n in words]
        known = set(_IIN.findall(told)) & numbers.keys()
        found += [f"the number {n}" for n in known if n not in sent and not self.sees(numbers[n])]
        if "audit" in self.expectation.flags:
            return found  # an event names what it was about: auditors learn ids, and nothing more
        for each in set(_ID.findall(told)):
            places = self.sources.ids.get(each)
            if places and each not in sent and not self.sees(places) and each not in self._named:
                found.append(f"the id {each} of {[t for t, _ in places]}")
        return found


def _ids(value: Any) -> set[str]:
    if isinstance(value, UUID):
        return {str(value)}
    if isinstance(value, list):
        return {each for inner in value for each in _ids(inner)}
    return set(_ID.findall(value)) if isinstance(value, str) else set()
