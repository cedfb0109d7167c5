"""The route walked over HTTP by the accounts whose work each step is, for tests that begin in the middle of it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from casemgmt.assessments.instrument import Instrument, shipped_instruments
from casemgmt.demo.accounts import demo_id
from casemgmt.people.policy import local_day
from tests.clients import World

MANAGER = "manager.almaty"
SUPERVISOR = "supervisor.almaty"
INSTRUMENT = {"instrument": "casemgmt_needs_and_risk", "instrument_version": 1}
FIVE_KINDS = {
    "medical": "medical_referral",
    "psychological": "psychological_consultation",
    "pedagogical": "return_to_school",
    "social": "consultation",
    "legal": "legal_consultation",
}
"""The kinds of help of a child victim, each with a kind of measure."""


@dataclass(frozen=True)
class CaseAtWork:
    """A case and its children, by their ids in paths."""

    id: str
    children: tuple[str, ...]

    @property
    def child(self) -> str:
        """The first child."""
        return self.children[0]


async def open_case(
    world: World, *, category: str = "violence_physical", children: int = 1, manager: str = MANAGER
) -> CaseAtWork:
    """Record children and a signal about them, triage it as an emergency and open a case from it."""
    duty = await world.as_("duty.almaty")
    people = [done(await duty.post("/v1/persons", {"given_name": "Бала"}))["id"] for _ in range(children)]
    signal = done(
        await duty.post(
            "/v1/signals",
            {
                "source": "police",
                "channel": "call",
                "category": category,
                "language": "kk",
                "narrative": "Үйде айғай.",
                "region_code": "KZ-75",
                "subjects": [{"person_id": person, "role": "child"} for person in people],
            },
        )
    )["id"]
    triage = {"outcome": "emergency", "severity": "critical", "reason": "violence_going_on"}
    done(await duty.post(f"/v1/signals/{signal}/triage", triage))
    opened = done(
        await duty.post("/v1/cases", {"signal_ids": [signal], "children": people, "manager_id": str(demo_id(manager))})
    )
    return CaseAtWork(opened["id"], tuple(people))


async def case_in_assessment(world: World, **options: Any) -> CaseAtWork:
    """Open a case, meet the child and begin to assess."""
    case = await open_case(world, **options)
    manager = await world.as_(MANAGER)
    met = {"person_id": case.child, "at": datetime.now(UTC).isoformat(), "place": "home", "alone": True}
    done(await manager.post(f"/v1/cases/{case.id}/child-contacts", met))
    done(await manager.post(f"/v1/cases/{case.id}/start-assessment"))
    return case


def answers(score: int = 0, **given: int) -> dict[str, int]:
    """Return an answer to every item of the free example: `score`, but for those given."""
    return dict.fromkeys(shipped(INSTRUMENT["instrument"]).items, score) | given


def shipped(code: str) -> Instrument:
    """Return the first version of an instrument that comes with the program."""
    return next(each for each in shipped_instruments() if (each.code, each.version) == (code, 1))


async def start_assessment(
    world: World, case: CaseAtWork, *, person: str | None = None, **given: Any
) -> dict[str, Any]:
    """Begin the assessment of a child."""
    command = INSTRUMENT | {"person_id": person or case.child, "occasion": "initial"} | given
    manager = await world.as_(MANAGER)
    return done(await manager.post(f"/v1/cases/{case.id}/assessments", command))


async def assess(
    world: World, case: CaseAtWork, *, score: int = 1, level: str = "medium", **given: Any
) -> dict[str, Any]:
    """Assess a child from beginning to end; every item gets the same score."""
    started = await start_assessment(world, case, **given)
    manager = await world.as_(MANAGER)
    path = f"/v1/assessments/{started['id']}"
    done(await manager.patch(path, {"answers": answers(score)}, headers={"If-Match": '"v1"'}))
    verdict = {"risk_level": level, "risk_reason": "Үй жағдайы", "conclusion": "Қорытынды"}
    return done(await manager.post(f"{path}/complete", verdict))


async def screen_pupil(world: World, **given: int) -> dict[str, Any]:
    """Record a child and a screening of it at school, with nothing but what is given to worry about."""
    school, example = await world.as_("school.almaty"), shipped("casemgmt_wellbeing_screening")
    calm = {code: example.highest_score if item.reversed else 0 for code, item in example.items.items()}
    person = done(await school.post("/v1/persons", {"given_name": "Оқушы"}))["id"]
    screening = {
        "person_id": person,
        "instrument": example.code,
        "instrument_version": example.version,
        "language": "kk",
        "answers": calm | given,
        "category": "psycho_emotional_state",
        "narrative": "Сабақта үнсіз отырады.",
    }
    return done(await school.post("/v1/screenings", screening))


async def save_draft(world: World, username: str, **content: Any) -> dict[str, Any]:
    """Save the beginning of a signal as a draft."""
    begun = {"form": "create_signal", "label": "Сигнал", "content": {"narrative": "Үйде айғай."} | content}
    return done(await (await world.as_(username)).request("PUT", f"/v1/drafts/{uuid4()}", json=begun))


async def annotate(world: World, case_id: str, username: str = MANAGER) -> dict[str, str]:
    """Write a note on a case, set a flag and warn of somebody; return the ids."""
    caller, path = await world.as_(username), f"/v1/cases/{case_id}"
    review = (local_day(datetime.now(UTC)) + timedelta(days=30)).isoformat()
    warning = {"kind": "dog", "note": "Ит бар.", "told": False, "told_note": "Үйде болмады", "review_on": review}
    flag = {"kind": "court_soon", "reason": "Сот күні белгілі"}
    return {
        "note": done(await caller.post(f"{path}/notes", {"body": "Анасымен сөйлестім."}))["id"],
        "flag": done(await caller.post(f"{path}/flags", flag))["id"],
        "warning": done(await caller.post(f"{path}/warnings", warning))["id"],
    }


async def case_in_planning(world: World, **options: Any) -> CaseAtWork:
    """Bring a case with assessed children to the stage of planning."""
    case = await case_in_assessment(world, **options)
    for child in case.children:
        await assess(world, case, person=child)
    manager = await world.as_(MANAGER)
    done(await manager.post(f"/v1/cases/{case.id}/start-planning"))
    return case


def plan(**given: Any) -> dict[str, Any]:
    """Return a plan with one goal and a measure of each of the five kinds of help."""
    today = local_day(datetime.now(UTC))
    measures = [
        {
            "help_kind": help_kind,
            "measure_kind": measure_kind,
            "text": "Кеңес беру",
            "responsible_organisation_id": str(demo_id("cps_almaty")),
            "responsible_user_id": str(demo_id("psychologist.almaty")),
            "due_on": (today + timedelta(days=14)).isoformat(),
        }
        for help_kind, measure_kind in FIVE_KINDS.items()
    ]
    return {
        "kind": "individual_help_plan",
        "goals": [
            {"domain": "safety", "text": "Үйде қауіпсіз", "measured_by": "Екі ай оқиғасыз", "measures": measures}
        ],
        "child_view": "Мектепке барғым келеді",
        "consent": "given_by_representative",
        "starts_on": today.isoformat(),
        "review_on": (today + timedelta(days=60)).isoformat(),
    } | given


async def draft_plan(world: World, case: CaseAtWork, **given: Any) -> dict[str, Any]:
    """Draft a plan as the manager."""
    manager = await world.as_(MANAGER)
    return done(await manager.post(f"/v1/cases/{case.id}/plans", plan(**given)))


async def approve_plan(world: World, case: CaseAtWork, **given: Any) -> dict[str, Any]:
    """Draft a plan, sign it as the manager and approve it as the supervisor."""
    drafted = await draft_plan(world, case, **given)
    return await sign_and_approve(world, drafted["id"])


async def revise_plan(world: World, plan_id: str, **given: Any) -> dict[str, Any]:
    """Begin the next version as the manager and write it: what the child says is asked anew."""
    manager = await world.as_(MANAGER)
    revised = done(await manager.post(f"/v1/plans/{plan_id}/revise"))
    headers = {"If-Match": f'"v{revised["version"]}"'}
    return done(await manager.request("PUT", f"/v1/plans/{revised['id']}", json=plan(**given), headers=headers))


async def sign_and_approve(world: World, plan_id: str) -> dict[str, Any]:
    """Sign a draft as the manager and approve it as the supervisor."""
    manager, supervisor = await world.as_(MANAGER), await world.as_(SUPERVISOR)
    done(await manager.post(f"/v1/plans/{plan_id}/sign"))
    return done(await supervisor.post(f"/v1/plans/{plan_id}/approve"))


def done(answer: Any) -> dict[str, Any]:
    """Return what a step answered; a test that stands on a step that failed says nothing."""
    assert answer.is_success, answer.text
    body: dict[str, Any] = answer.json()
    return body


def refused(answer: Any) -> tuple[int, str]:
    """Return the status and the code of a refusal."""
    return answer.status_code, answer.json()["code"]


def notice_by_telephone(at: str) -> dict[str, Any]:
    """Return a mandatory notice that the officer on duty took by telephone."""
    return {
        "to_body": "Полиция басқармасы",
        "delivery": "telephone",
        "delivered_at": at,
        "number": "КУИ 5512",
        "taken_by": "кезекші Ә. Тестов",
    }
