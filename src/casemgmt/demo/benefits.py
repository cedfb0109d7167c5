"""A chapter about money: what a family is entitled to, an offer that it accepts, a refusal that it appeals against."""

from datetime import UTC, datetime
from typing import Any

from casemgmt.demo.consents import consent_to_benefits, share_with_guardians, take_back
from casemgmt.demo.stage import ALMATY, ANYBODY, Json, Stage
from casemgmt.demo.steps import MANAGER, SUPERVISOR, Child
from casemgmt.ids import new_id

OFFICER, SECOND = "benefits.almaty", "benefits2.almaty"


async def play_benefits(stage: Stage, child: Child) -> None:
    """Play the chapter in an open case of a mother with one child."""
    stage.chapter("What the family is entitled to")
    await _calculator(stage)
    mother, family = await _household(stage, child)
    await share_with_guardians(stage, child, mother)
    consent = await consent_to_benefits(stage, child, mother)
    await _offer(stage, child, mother, family, consent)
    await _refusal(stage, child, family)
    await take_back(stage, consent, mother)


async def _calculator(stage: Stage) -> None:
    body = stage.example("screen_family.four_children")
    path = "/v1/benefits/screenings"
    told = await stage.act(ANYBODY, "asks a calculator about four children, without a name", "POST", path, body)
    for item in told["items"]:
        stage.tell_answer(item["answer"])
    today = datetime.now(ALMATY).date().isoformat()
    await stage.refused(
        ANYBODY,
        "asks about today, which no source confirms yet",
        "POST",
        path,
        body | {"on": today},
        status=422,
        code="law-beyond-confirmed",
    )


async def _household(stage: Stage, child: Child) -> tuple[str, str]:
    path = f"/v1/cases/{child.case}"
    body = stage.example("create_person.mother", {"id": str(new_id())})
    mother = str((await stage.act(MANAGER, "records the mother", "POST", "/v1/persons", body))["id"])
    body = stage.example("add_case_person.mother", {"person_id": mother})
    await stage.act(MANAGER, "adds her to the case", "POST", f"{path}/persons", body)
    body = stage.example("create_relationship.mother", {"other_id": child.person})
    await stage.act(MANAGER, "records whose mother she is", "POST", f"/v1/persons/{mother}/relationships", body)
    body = stage.example("create_family.household")
    for member, person in zip(body["members"], (mother, child.person), strict=True):
        member["person_id"] = person
    household = await stage.act(MANAGER, "records the household", "POST", "/v1/families", body)
    body = stage.example("add_case_member.benefits_officer")
    await stage.act(MANAGER, "takes the benefits officer into the team", "POST", f"{path}/team", body)
    return mother, str(household["id"])


async def _offer(stage: Stage, child: Child, mother: str, family: str, consent: str) -> None:
    path = f"/v1/families/{family}/determinations"
    body = stage.example("make_determination.child_care", {"applicant_id": mother})
    bare = await stage.act(OFFICER, "asks the law with what the record holds", "POST", path, body)
    stage.tell_answer(bare)
    body = _about(stage.example("make_determination.child_care_stated", {"applicant_id": mother}), child)
    wrong: Json = {"person_id": child.person, "fact": "role", "value": "other"}
    wrong |= {"source": "Ошибка / қате", "on": "2026-03-10"}
    await stage.refused(
        OFFICER,
        "states what the record contradicts",
        "POST",
        path,
        body | {"stated": [*body["stated"], wrong]},
        status=409,
        code="record-contradicts",
    )
    estimate = await stage.act(OFFICER, "states what is missing, each with its paper", "POST", path, body)
    stage.tell_answer(estimate)
    path = f"/v1/determinations/{estimate['id']}"
    await stage.refused(
        OFFICER, "grants an estimate", "POST", f"{path}/approve", {}, status=409, code="estimate-cannot-decide"
    )
    body = stage.example("make_offer.message", {"consent_id": consent})
    offer = await stage.act(OFFICER, "offers the benefit to the family", "POST", f"{path}/offers", body)
    answered = datetime.now(UTC).isoformat()  # the story's own clock
    body = stage.example("answer_benefit_offer.consent", {"answered_at": answered})
    path = f"/v1/benefit-offers/{offer['id']}"
    await stage.refused(OFFICER, "closes it before the days are over", "POST", f"{path}/lapse", status=409)
    accepted = await stage.act(OFFICER, "records that the mother consents", "POST", f"{path}/answer", body)
    path = f"/v1/determinations/{accepted['opened_id']}"
    await stage.refused("benefits.astana", "looks for it from another region", "GET", path, status=404)
    body = stage.example("approve_benefit.granted")
    await stage.act(OFFICER, "grants it (under the demo's example of a sign-off)", "POST", f"{path}/approve", body)
    body = stage.example("recompute_determination.last_year")
    again = await stage.act(OFFICER, "asks what last year's law gave", "POST", f"{path}/recomputations", body)
    stage.tell_difference(again)


async def _refusal(stage: Stage, child: Child, family: str) -> None:
    body = _about(stage.example("make_determination.many_children"), child)
    path = f"/v1/families/{family}/determinations"
    asked = await stage.act(OFFICER, "takes an application for many children", "POST", path, body)
    stage.tell_answer(asked)
    path = f"/v1/determinations/{asked['id']}"
    body = stage.example("propose_refusal.condition")
    await stage.act(OFFICER, "proposes to refuse, with the article", "POST", f"{path}/propose-refusal", body)
    await stage.refused(
        OFFICER, "confirms the own refusal", "POST", f"{path}/confirm-refusal", status=409, code="own-refusal"
    )
    await stage.act(SECOND, "finds it in the queue", "GET", "/v1/tasks/mine")
    await stage.act(SECOND, "confirms it as second person", "POST", f"{path}/confirm-refusal")
    today = datetime.now(ALMATY).date().isoformat()
    body = stage.example("lodge_appeal.applicant", {"filed_on": today})
    appeal = await stage.act(MANAGER, "records the mother's appeal", "POST", f"{path}/appeals", body)
    path = f"/v1/benefit-appeals/{appeal['id']}/dismiss"
    body = stage.example("dismiss_appeal.no_paper")
    await stage.refused(
        SECOND, "settles the appeal against the own decision", "POST", path, body, status=409, code="own-decision"
    )
    await stage.act(SUPERVISOR, "dismisses it, with the reason", "POST", path, body)


def _about(body: dict[str, Any], child: Child) -> dict[str, Any]:
    """Put the child of this run into the statements that are about a person."""
    stated = [each | {"person_id": child.person} if "person_id" in each else each for each in body["stated"]]
    return body | {"stated": stated}
