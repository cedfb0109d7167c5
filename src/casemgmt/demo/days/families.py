"""Families that the days begin with: each brought to its stage by those whose work it is, over HTTP."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from casemgmt.assessments.instrument import shipped_instruments
from casemgmt.demo.accounts import demo_id
from casemgmt.demo.days.day import Day
from casemgmt.demo.stage import Json
from rules.zone import to_local

DUTY, MANAGER, SUPERVISOR = "duty.almaty", "manager.almaty", "supervisor.almaty"
CENTRE = str(demo_id("cps_almaty"))
GROUP = str(demo_id("group cps_almaty"))
ROOM, HALL = (str(demo_id(f"room cps_almaty {name}")) for name in ("Бөлме 1 / Кабинет 1", "Топ бөлмесі / Групповая"))
PSYCHOLOGIST = "psychologist.almaty"
INSTRUMENT = "casemgmt_needs_and_risk"
_LATER = timedelta(days=21)


@dataclass(frozen=True)
class Family:
    """A child's case, by the ids that later steps need."""

    name: str
    child: str
    case: str
    plan: str = ""
    measure: str = ""

    @property
    def path(self) -> str:
        """The case in paths."""
        return f"/v1/cases/{self.case}"


def account(username: str) -> str:
    """Return the id of a demo account."""
    return str(demo_id(username))


async def take(day: Day, who: str, path: str, body: Json | None = None, method: str = "POST", **headers: str) -> Json:
    """Take a step of somebody else, before the day."""
    day.told.before += 1
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return await day.stage.take(who, path, method, path, body, headers=given)


async def signal_of(day: Day, given_name: str, who: str = DUTY, **given: Any) -> tuple[str, str]:
    """Record a child and a signal about it; return the ids of both."""
    child = (await take(day, who, "/v1/persons", {"given_name": given_name}))["id"]
    signal = {
        "source": "education_worker",
        "channel": "call",
        "category": "hard_life_situation",
        "language": "kk",
        "narrative": "Бала сабаққа аш келеді, үйде жалғыз қалады.",
        "region_code": "KZ-75",
        "subjects": [{"person_id": child, "role": "child"}],
    }
    return child, (await take(day, who, "/v1/signals", signal | given))["id"]


async def family_with_case(
    day: Day, name: str, *, manager: str = MANAGER, opening: Mapping[str, Any] | None = None, **given: Any
) -> Family:
    """Bring a family to an open case: a signal, an emergency, the duty officer opens."""
    child, signal = await signal_of(day, name, **given)
    triage = {"outcome": "emergency", "severity": "high", "reason": "no_safe_place"}
    await take(day, DUTY, f"/v1/signals/{signal}/triage", triage)
    opened = {"signal_ids": [signal], "children": [child], "manager_id": account(manager), **(opening or {})}
    return Family(name, child, (await take(day, DUTY, "/v1/cases", opened))["id"])


async def meet(day: Day, family: Family, who: str = MANAGER) -> None:
    """Let the manager meet the child."""
    met = {"person_id": family.child, "at": day.hours.now().isoformat(), "place": "school", "alone": True}
    await take(day, who, f"{family.path}/child-contacts", met)


async def assess(day: Day, family: Family, who: str = MANAGER, *, score: int = 1, level: str = "medium") -> None:
    """Let the manager assess the child from beginning to end."""
    await take(day, who, f"{family.path}/start-assessment")
    begun = {"person_id": family.child, "instrument": INSTRUMENT, "instrument_version": 1, "occasion": "initial"}
    draft = await take(day, who, f"{family.path}/assessments", begun)
    path = f"/v1/assessments/{draft['id']}"
    await take(day, who, path, {"answers": answers(score)}, "PATCH", If_Match=draft["_etag"])
    verdict = {"risk_level": level, "risk_reason": "Үй жағдайы", "conclusion": "Отбасына қолдау керек."}
    await take(day, who, f"{path}/complete", verdict)


def answers(score: int) -> dict[str, int]:
    """Return the same score for every item of the free instrument."""
    instrument = next(each for each in shipped_instruments() if (each.code, each.version) == (INSTRUMENT, 1))
    return dict.fromkeys(instrument.items, score)


def plan_of(day: Day, **given: Any) -> Json:
    """Return a plan with one measure, the psychologist's."""
    measure = {
        "help_kind": "psychological",
        "measure_kind": "psychological_consultation",
        "text": "Психологпен алты кездесу",
        "responsible_organisation_id": CENTRE,
        "responsible_user_id": account(PSYCHOLOGIST),
        "due_on": day.hours.on(20).isoformat(),
    }
    goal = {
        "domain": "emotional_wellbeing",
        "text": "Бала қорықпай ұйықтайды",
        "measured_by": "бір ай түнгі қорқыныш жоқ",
        "measures": [measure],
    }
    return {
        "kind": "individual_work_plan",
        "goals": [goal],
        "child_view": "Психологпен сөйлескім келеді.",
        "consent": "given_by_representative",
        "starts_on": day.hours.now().date().isoformat(),
        "review_on": (day.hours.now().date() + _LATER).isoformat(),
    } | given


async def family_in_support(
    day: Day, name: str, *, manager: str = MANAGER, second: str = SUPERVISOR, level: str = "medium", **given: Any
) -> Family:
    """Bring a family to support: met, assessed, with a plan that a second person approved."""
    family = await family_with_case(day, name, manager=manager, **given)
    await meet(day, family, manager)
    await assess(day, family, manager, level=level)
    await take(day, manager, f"{family.path}/start-planning")
    plan = await take(day, manager, f"{family.path}/plans", plan_of(day))
    await take(day, manager, f"/v1/plans/{plan['id']}/sign")
    if given.get("opening"):  # a restricted case is seen by its team alone: the second person is taken into it
        member = {"user_id": account(second), "team_role": "supervisor"}
        await take(day, manager, f"{family.path}/team", member)
    await take(day, second, f"/v1/plans/{plan['id']}/approve")
    await take(day, manager, f"{family.path}/start-support")
    measure = plan["goals"][0]["measures"][0]["id"]
    return Family(family.name, family.child, family.case, plan["id"], measure)


async def ceiling(day: Day) -> int:
    """Return how many families one manager is to accompany in this house."""
    return int((await take(day, SUPERVISOR, "/v1/tasks/caseload", method="GET"))["ceiling"])


_MAPPING = """\
format: 1
name: register-of-families
revision: 1
kind: cases
source: Отбасылар тізілімі
number: №
fields:
  opened_on: Ашылды
  manager: {column: Маман}
  source: {constant: education_worker}
  channel: {constant: call}
  category: {constant: hard_life_situation}
  language: {constant: kk}
  narrative: Мәні
  child_full_name: Бала
  child_birth_date: Туған күні
"""


async def families_by_table(day: Day, number: int, *, manager: str = MANAGER) -> None:
    """Bring in families as a body kept them in a table: one announces and sends it, a second person signs it off."""
    opened = f"{to_local(day.hours.now()):%d.%m.%Y}"
    rows = ["№;Бала;Туған күні;Ашылды;Маман;Мәні"]
    for row in range(number):
        name = f"Сәтбаев{chr(0x430 + row)} Бала{chr(0x430 + row)}"
        rows.append(f"{row + 1};{name};{row % 28 + 1:02}.03.{2010 + row % 8};{opened};{manager};Отбасы көмек сұрайды.")
    path = f"/v1/imports/{(await take(day, manager, '/v1/imports', {'mapping': _MAPPING}))['id']}"
    day.told.before += 1
    table = "\r\n".join(rows).encode()
    await day.stage.take(manager, "sends the table", "PUT", f"{path}/file", content=table)
    await day.hours.do_what_is_due()
    seen = {"report_digest": (await take(day, manager, path, method="GET"))["report_digest"]}
    await take(day, SUPERVISOR, f"{path}/sign-off", seen)
    await take(day, manager, f"{path}/carry-out", seen)
    await day.hours.do_what_is_due()


def session_at(day: Day, family: Family, clock: str, *, days: int = 0, minutes: int = 40, **given: Any) -> Json:
    """Return a session with the psychologist at an hour."""
    start = day.hours.moment(clock, days)
    return {
        "centre_id": CENTRE,
        "specialist_id": account(PSYCHOLOGIST),
        "room_id": ROOM,
        "plan_measure_id": family.measure or None,
        "kind": "individual",
        "help_kind": "psychological",
        "starts_at": start.isoformat(),
        "ends_at": (start + timedelta(minutes=minutes)).isoformat(),
        "person_ids": [family.child],
    } | given
