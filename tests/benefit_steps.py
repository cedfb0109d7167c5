"""A family with many children on record, and the steps of its benefit, over HTTP by the accounts whose work each is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from casemgmt.demo.accounts import demo_id
from tests.clients import World
from tests.steps import MANAGER, done

OFFICER, SECOND, ELSEWHERE = "benefits.almaty", "benefits2.almaty", "benefits.astana"
SUPERVISOR = "supervisor.almaty"
MULTI = "multi_child_benefit"
BIRTHS = ("2012-09-14", "2015-01-20", "2019-11-03", "2022-12-30")
ON = "2026-03-15"


@dataclass(frozen=True)
class FamilyAtWork:
    """A case of a family, by the ids in paths."""

    case: str
    id: str
    mother: str
    children: tuple[str, ...]

    @property
    def path(self) -> str:
        """Where its determinations are made."""
        return f"/v1/families/{self.id}/determinations"


async def family_on_record(
    world: World, *, births: tuple[str, ...] = BIRTHS, restricted: bool = False, team: tuple[str, ...] = (OFFICER,)
) -> FamilyAtWork:
    """Record a mother and her children, open a case for them, and put the household and the relationships on record."""
    duty = await world.as_("duty.almaty")
    mother = await recorded(
        duty, {"given_name": "Гүлмира", "sex": "female", "citizenship_status": "citizen"}, "1990-06-02"
    )
    children = tuple([await recorded(duty, {"given_name": "Бала"}, born) for born in births])
    case = await case_with(duty, mother, children, restricted=restricted)
    manager = await world.as_(MANAGER)
    for child in children:
        done(await manager.post(f"/v1/persons/{mother}/relationships", {"other_id": child, "kind": "mother"}))
    members = [{"person_id": mother, "since": "2012-01-01"}]
    members += [{"person_id": child, "since": born} for child, born in zip(children, births, strict=True)]
    household = done(await manager.post("/v1/families", {"label": "Серікбаевалар", "members": members}))
    for officer in team:
        body = {"user_id": str(demo_id(officer)), "team_role": "benefits_officer", "help_kind": "social"}
        done(await manager.post(f"/v1/cases/{case}/team", body))
    return FamilyAtWork(case, household["id"], mother, children)


async def recorded(duty: Any, person: dict[str, Any], born: str) -> str:
    """Record somebody who was born on a day."""
    body = person | {"birth": {"precision": "exact", "date": born}}
    return str(done(await duty.post("/v1/persons", body))["id"])


async def case_with(duty: Any, mother: str, children: tuple[str, ...], *, restricted: bool) -> str:
    """Open a case for children and their mother, from a signal about the children."""
    signal = {
        "source": "police",
        "channel": "call",
        "category": "neglect",
        "language": "kk",
        "narrative": "Үйде азық жоқ.",
        "region_code": "KZ-75",
        "subjects": [{"person_id": child, "role": "child"} for child in children],
    }
    signal_id = done(await duty.post("/v1/signals", signal))["id"]
    triage = {"outcome": "emergency", "severity": "critical", "reason": "danger_to_life"}
    done(await duty.post(f"/v1/signals/{signal_id}/triage", triage))
    wish = {
        "signal_ids": [signal_id],
        "children": list(children),
        "persons": [{"person_id": mother, "role": "parent"}],
        "manager_id": str(demo_id(MANAGER)),
    }
    ground = {"restriction_ground": "abuser_in_household"} if restricted else {}
    return str(done(await duty.post("/v1/cases", wish | ground))["id"])


def asked(**given: Any) -> dict[str, Any]:
    """Return a question about the multi-child benefit on a day that the law is confirmed for."""
    return {"benefit": MULTI, "on": ON} | given


def statement(person: str | None, fact: str, value: Any) -> dict[str, Any]:
    """Return what an officer states from a paper."""
    return {"person_id": person, "fact": fact, "value": value, "source": "Анықтама", "on": "2026-03-10"}


async def determine(world: World, family: FamilyAtWork, who: str = OFFICER, **given: Any) -> dict[str, Any]:
    """Make a determination; by default one that can be decided on."""
    caller = await world.as_(who)
    return done(await caller.post(family.path, asked(mode="decide") | given))


async def consent_to_application(world: World, family: FamilyAtWork, at: datetime) -> dict[str, Any]:
    """Record that the mother answers for her child, and her consent to apply for benefits."""
    manager = await world.as_(MANAGER)
    kin = {"other_id": family.children[0], "kind": "guardian", "parental_responsibility": True}
    done(await manager.post(f"/v1/persons/{family.mother}/relationships", kin))
    said = {
        "person_id": family.children[0],
        "purpose": "benefit_application",
        "scopes": ["household"],
        "basis": "representative",
        "giver_id": family.mother,
        "form": "electronic_signature",
        "child_view": "agrees",
        "given_at": at.isoformat(),
    }
    return done(await manager.post(f"/v1/cases/{family.case}/consents", said))
