"""What a family's record tells in the words of the rules, and what it leaves for the officer to state."""

from datetime import UTC, date, datetime
from uuid import UUID

from casemgmt.benefits.record import FamilyOnRecord, TellsFact, facts_on_record
from casemgmt.ids import new_id
from casemgmt.people.tables import Family, FamilyMember, Person, Relationship
from rules.graph.reader import read_graph
from rules.loader import load_law

NOW = datetime(2026, 3, 1, tzinfo=UTC)
BODY = new_id()


def person(**given: object) -> Person:
    columns = {"id": new_id(), "sex": "unknown", "birth_precision": "unknown", "citizenship_status": "unknown"}
    return Person(**columns | {"created_at": NOW, "organisation_id": BODY} | given)


def related(one: Person, kind: str, other: Person) -> Relationship:
    return Relationship(id=new_id(), person_id=one.id, other_id=other.id, kind=kind, recorded_at=NOW)


def told(
    persons: list[Person], *relationships: Relationship, applicant: UUID | None = None, region: str | None = "KZ-75"
) -> list[TellsFact]:
    family = Family(id=new_id(), label="-", region_code=region, organisation_id=BODY, created_at=NOW)
    members = [
        (FamilyMember(id=new_id(), family_id=family.id, person_id=p.id, since=date(2020, 1, 1), recorded_at=NOW), p)
        for p in persons
    ]
    found = FamilyOnRecord(family, members, relationships)
    return list(facts_on_record(read_graph(load_law()), found, applicant))


def values(facts: list[TellsFact], fact: str, who: Person | None) -> list[object]:
    return [t.value for t in facts if t.fact == fact and t.person_id == (None if who is None else who.id)]


def test_whoever_is_a_parent_of_somebody_here_is_a_parent_from_whichever_side_it_was_recorded() -> None:
    mother, son, ward = person(), person(), person()
    facts = told([mother, son, ward], related(son, "child", mother), related(mother, "guardian", ward))
    assert values(facts, "role", mother) == ["parent", "parent"]
    assert values(facts, "role", son) == values(facts, "role", ward) == ["child"]


def test_a_grandmothers_daughter_is_left_to_the_officer() -> None:
    grandmother, mother, child = person(), person(), person()
    facts = told([grandmother, mother, child], related(grandmother, "mother", mother), related(mother, "mother", child))
    assert values(facts, "role", grandmother) == ["parent"]
    assert values(facts, "role", mother) == []
    assert values(facts, "role", child) == ["child"]


def test_two_who_are_each_others_parent_contradict_each_other() -> None:
    one, other = person(), person()
    facts = told([one, other], related(one, "mother", other), related(other, "father", one))
    assert set(values(facts, "role", one)) == set(values(facts, "role", other)) == {"parent", "child"}


def test_foster_and_patronage_care_say_nothing_of_the_place_in_the_family() -> None:
    carer, child = person(), person()
    facts = told([carer, child], related(carer, "foster_parent", child), related(carer, "patronage_educator", child))
    assert values(facts, "role", carer) == values(facts, "role", child) == []


def test_adoption_makes_a_parent_and_its_source_does_not_tell_it() -> None:
    parent, child = person(), person()
    facts = told([parent, child], related(parent, "adoptive_parent", child))
    assert values(facts, "role", child) == ["child"]
    assert {t.source.kind for t in facts if t.fact == "role"} == {"relationship"}
    assert "adoptive" not in repr([t.source for t in facts])


def test_only_an_exact_birth_date_is_a_fact_and_a_member_before_birth_contradicts() -> None:
    guessed = person(birth_precision="year", birth_date=date(2015, 1, 1), birth_year=2015)
    exact = person(birth_precision="exact", birth_date=date(2021, 5, 5), birth_year=2021)
    facts = told([guessed, exact])
    assert values(facts, "birth_date", guessed) == []
    assert values(facts, "birth_date", exact) == [date(2021, 5, 5), date(2020, 1, 1)]


def test_the_status_of_the_applicant_is_the_familys_and_unknown_is_left_out() -> None:
    citizen, guest, nobody = person(citizenship_status="citizen"), person(citizenship_status="refugee"), person()
    everybody = [citizen, guest, nobody]
    assert values(told(everybody, applicant=citizen.id), "residence", None) == ["citizen"]
    assert values(told(everybody, applicant=guest.id), "residence", None) == ["other"]
    assert values(told(everybody, applicant=nobody.id), "residence", None) == []
    assert values(told(everybody), "residence", None) == []


def test_the_region_is_that_of_the_familys_record() -> None:
    assert values(told([person()]), "region", None) == ["almaty_city"]
    assert values(told([person()], region=None), "region", None) == []


def test_a_mother_recorded_as_a_man_tells_two_things_of_the_sex() -> None:
    mother, child = person(sex="male"), person()
    facts = told([mother, child], related(mother, "mother", child))
    assert set(values(facts, "sex", mother)) == {"male", "female"}


def test_the_group_of_a_disability_is_told_where_the_record_has_one() -> None:
    with_group, under_way = person(disability_category="group_2"), person(disability_category="examination_under_way")
    facts = told([with_group, under_way])
    assert values(facts, "disability_group", with_group) == ["group_2"]
    assert values(facts, "disability_group", under_way) == []
