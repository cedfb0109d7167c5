"""Benefits: determinations, appeals and offers."""

from datetime import timedelta
from typing import Any

from casemgmt.people.policy import local_day
from tests.benefit_steps import (
    OFFICER,
    SECOND,
    SUPERVISOR,
    FamilyAtWork,
    consent_to_application,
    determine,
    family_on_record,
)
from tests.steps import MANAGER
from tests.walk.ground import Cell, Ground, Record, Walk, operation

TOO_FEW = ("2012-09-14", "2015-01-20")
ARTICLE = "Әлеуметтік кодекс, 72-бап"


async def _made(ground: Ground, cell: Cell, *, refused: bool) -> Record:
    """A determination that says yes, or one that says no, each of a family of its own."""
    family = await family_on_record(ground.world, births=TOO_FEW) if refused else await family_on_record(ground.world)
    view = await determine(ground.world, family)
    return Record(view["id"], {"rule": view["grounds"][0]["rule"] if refused else ""})


async def _open(ground: Ground, cell: Cell) -> Record:
    return await _made(ground, cell, refused=cell.action == "propose_refusal")


async def _approved(ground: Ground, cell: Cell) -> Record:
    record = await _made(ground, cell, refused=False)
    await ground.act(OFFICER, f"/v1/determinations/{record.id}/approve", {"note": "Тағайындалды"})
    return await _with_appeal(ground, record)


async def _refusal_proposed(ground: Ground, cell: Cell) -> Record:
    """Proposed by an officer who takes no part in the step."""
    record = await _made(ground, cell, refused=True)
    ground_of = {"ground_rule": record.about["rule"], "article": ARTICLE}
    await ground.act(OFFICER, f"/v1/determinations/{record.id}/propose-refusal", ground_of)
    return record


async def _refused(ground: Ground, cell: Cell) -> Record:
    """Refused by an officer and, for who settles the appeal is a third one, by a supervisor or a second officer."""
    record = await _refusal_proposed(ground, cell)
    second = SECOND if cell.role == "supervisor" else SUPERVISOR
    await ground.act(second, f"/v1/determinations/{record.id}/confirm-refusal")
    return await _with_appeal(ground, record)


async def _with_appeal(ground: Ground, record: Record) -> Record:
    appeal = {
        "filed_on": local_day(ground.clock.now()).isoformat(),
        "filed_by": "applicant",
        "channel": "in_person",
        "claim": "Балалар төртеу.",
    }
    record.about["appeal_id"] = (await ground.act(MANAGER, f"/v1/determinations/{record.id}/appeals", appeal))["id"]
    return record


async def _settle(ground: Ground, cell: Cell, record: Record) -> Any:
    """Settled by the second officer, for the first decided; or by the supervisor, where officers alone did."""
    return await (await ground.world.as_(_third(cell))).post(
        f"/v1/benefit-appeals/{record.about['appeal_id']}/{'dismiss' if cell.action == 'dismiss' else 'uphold'}",
        {"reason": "Тексерілді"},
    )


def _third(cell: Cell) -> str:
    return SECOND if cell.role == "benefits_officer" else SUPERVISOR


def _by_second(action: str, body: Any = None) -> Any:
    async def take(ground: Ground, cell: Cell, record: Record) -> Any:
        return await (await ground.world.as_(_third(cell))).post(f"/v1/determinations/{record.id}/{action}", body)

    return take


DETERMINATIONS = Walk(
    states={"made": _open, "approved": _approved, "refusal_proposed": _refusal_proposed, "refused": _refused},
    steps={
        "approve": operation("approve_benefit"),
        "propose_refusal": operation("propose_refusal", ground_rule=lambda r: r.about["rule"]),
        "confirm_refusal": _by_second("confirm-refusal"),
        "return_refusal": _by_second("return-refusal", {"reason": "Дәлел жеткіліксіз."}),
        "set_aside": operation("set_determination_aside"),
        "overturn": _settle,
    },
)


async def _lodged(ground: Ground, cell: Cell) -> Record:
    record = await _refused(ground, cell)
    return Record(record.about["appeal_id"], record.about)


APPEALS = Walk(states={"lodged": _lodged}, steps={"uphold": _settle, "dismiss": _settle})


async def _offered(ground: Ground, cell: Cell) -> Record:
    family = await family_on_record(ground.world)
    await ground.join(family.case, "" if cell.role == "benefits_officer" else cell.role)
    given: dict[str, str] = {"channel": "phone_call"}
    if cell.action == "end_with_consent":
        given["consent_id"] = await _consented(ground, family)
    view = await determine(ground.world, family, mode="estimate")
    offer = (await ground.act(OFFICER, f"/v1/determinations/{view['id']}/offers", given))["id"]
    if cell.action == "lapse":
        ground.later(timedelta(days=10))
    return Record(
        offer,
        {"consent_id": given.get("consent_id"), "mother": family.mother, "now": ground.clock.now().isoformat()},
    )


async def _consented(ground: Ground, family: FamilyAtWork) -> str:
    return str((await consent_to_application(ground.world, family, ground.clock.now()))["id"])


OFFERS = Walk(
    states={"made": _offered},
    steps={
        "accept": operation("answer_benefit_offer", consent=True, answered_at=lambda r: r.about["now"]),
        "decline": operation("answer_benefit_offer", consent=False, answered_at=lambda r: r.about["now"]),
        "lapse": operation("lapse_benefit_offer"),
        "end_with_consent": operation(
            "withdraw_consent", withdrawn_by_id=lambda r: r.about["mother"], withdrawn_at=lambda r: r.about["now"]
        ),
    },
)
