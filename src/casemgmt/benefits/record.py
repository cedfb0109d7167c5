"""Facts of a family as the record holds them: each with its source and its day. Pure: what it reads is handed in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from casemgmt.people.policy import local_day
from casemgmt.people.service import exact_birth_date
from casemgmt.people.tables import Family, FamilyMember, Person, Relationship
from casemgmt.reference.regions import find_region
from rules.graph.graph import Graph
from rules.graph.models import FAMILY

MEMBERS = "members"
_PARENTS = frozenset({"mother", "father", "parent", "step_parent", "adoptive_parent", "guardian", "trustee"})
_CHILDREN = frozenset({"child", "step_child", "adopted_child", "ward_under_guardianship", "ward_under_trusteeship"})
"""Who counts as parent and child of a family. Foster and patronage care are paid by rules of their own: for them the
record says nothing, and the officer states the place in the family."""
_SEXES = {"mother": "female", "father": "male"}
_RESIDENCE: Mapping[str, str] = {
    "citizen": "citizen",
    "kandas": "kandas",
    "foreigner_permanent": "permanent_resident",
    "foreigner_temporary": "other",
    "refugee": "other",
    "stateless": "other",
}
_DISABILITY: Mapping[str, str] = {"no_disability": "none"} | {
    code: code for code in ("child_under_7", "group_1", "group_2", "group_3")
}


@dataclass(frozen=True)
class Source:
    """Where a fact comes from, and of which day it is. `stated`: by the officer, from a paper that `told` names."""

    kind: Literal["person", "family", "family_member", "relationship", "stated"]
    record_id: UUID | None
    on: date
    told: str | None = None


@dataclass(frozen=True)
class TellsFact:
    """One fact from one source. `statement`: which of the officer's statements it is."""

    person_id: UUID | None
    fact: str
    value: object
    source: Source
    statement: int | None = None


@dataclass(frozen=True)
class FamilyOnRecord:
    """A household with those who were its members on the day of the question, and their relationships."""

    family: Family
    members: Sequence[tuple[FamilyMember, Person]]
    relationships: Sequence[Relationship]

    @property
    def person_ids(self) -> list[UUID]:
        """The members in the order in which they joined."""
        return [person.id for _, person in self.members]


def facts_on_record(graph: Graph, found: FamilyOnRecord, applicant_id: UUID | None) -> Iterator[TellsFact]:
    """Yield what the record tells in the words of the rules; a word that they don't have is left out."""
    for told in _all(found, applicant_id):
        fact = graph.facts.get(told.fact)
        if fact is None or fact.of != (FAMILY if told.person_id is None else MEMBERS):
            continue
        if fact.codes is None or told.value in fact.codes:
            yield told


def _all(found: FamilyOnRecord, applicant_id: UUID | None) -> Iterator[TellsFact]:
    yield from _of_family(found)
    for member, person in found.members:
        yield from _of_member(member, person)
        residence = _RESIDENCE.get(person.citizenship_status)
        if person.id == applicant_id and residence is not None:
            yield TellsFact(None, "residence", residence, _person(person))
    yield from _of_relationships(found)


def _of_family(found: FamilyOnRecord) -> Iterator[TellsFact]:
    region = find_region(found.family.region_code) if found.family.region_code else None
    if region is not None:
        source = Source("family", found.family.id, local_day(found.family.created_at))
        yield TellsFact(None, "region", region.list_code, source)


def _of_member(member: FamilyMember, person: Person) -> Iterator[TellsFact]:
    joined = Source("family_member", member.id, local_day(member.recorded_at))
    yield TellsFact(person.id, "lives_with_family", value=True, source=joined)
    born = exact_birth_date(person)
    if born is not None:
        yield TellsFact(person.id, "birth_date", born, _person(person))
        if member.since < born:  # nobody joins a household before being born: one of the two dates is wrong
            yield TellsFact(person.id, "birth_date", member.since, joined)
    if person.sex in _SEXES.values():
        yield TellsFact(person.id, "sex", person.sex, _person(person))
    disability = _DISABILITY.get(person.disability_category or "")
    if disability is not None:
        yield TellsFact(person.id, "disability_group", disability, _person(person))


def _of_relationships(found: FamilyOnRecord) -> Iterator[TellsFact]:
    parents: dict[tuple[UUID, UUID], Source] = {}
    for relationship in found.relationships:
        source = Source("relationship", relationship.id, local_day(relationship.recorded_at))
        if relationship.kind in _SEXES:
            yield TellsFact(relationship.person_id, "sex", _SEXES[relationship.kind], source)
        if relationship.kind in _PARENTS:
            parents[relationship.person_id, relationship.other_id] = source
        elif relationship.kind in _CHILDREN:
            parents[relationship.other_id, relationship.person_id] = source
    above = {parent for parent, _ in parents}
    below = {child for _, child in parents}
    for (parent, child), source in parents.items():
        both_ways = (child, parent) in parents
        # A grandmother's daughter is a parent and a child: which of both she is here, the record can't tell.
        if both_ways or parent not in below:
            yield TellsFact(parent, "role", "parent", source)
        if both_ways or child not in above:
            yield TellsFact(child, "role", "child", source)


def _person(person: Person) -> Source:
    return Source("person", person.id, local_day(person.created_at))
