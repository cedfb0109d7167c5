"""Consents in the story: what the mother agrees to, what rests on it, and what it means that she takes one back."""

from datetime import UTC, datetime

from casemgmt.demo.stage import Stage
from casemgmt.demo.steps import MANAGER, Child

GUARDIAN = "guardian.almaty"


async def share_with_guardians(stage: Stage, child: Child, mother: str) -> None:
    """Let the guardianship body work on the case by consent, and record what nobody else may know."""
    path = f"/v1/cases/{child.case}"
    await stage.refused(GUARDIAN, "looks into the case before", "GET", path, status=404)
    consent = await _consent(stage, child, mother, "sharing", "writes down that the mother agrees to share the file")
    body = stage.example("add_case_member.guardianship_officer", {"consent_id": consent})
    await stage.act(
        MANAGER, "takes the guardianship officer into the team on that ground", "POST", f"{path}/team", body
    )
    path = f"/v1/persons/{child.person}/adoption-facts"
    body = stage.example("record_adoption_fact.court")
    await stage.act(GUARDIAN, "records that the child was adopted", "POST", path, body)
    await stage.refused(MANAGER, "asks whether it was: not the manager's to know", "GET", path, status=403)


async def consent_to_benefits(stage: Stage, child: Child, mother: str) -> str:
    """Write down that the mother agrees to be offered benefits; return the consent."""
    return await _consent(stage, child, mother, "benefits", "writes down that she agrees to be offered benefits")


async def _consent(stage: Stage, child: Child, mother: str, variant: str, told: str) -> str:
    given = {"person_id": child.person, "giver_id": mother, "given_at": datetime.now(UTC).isoformat()}
    body = stage.example(f"record_consent.{variant}", given)
    return str((await stage.act(MANAGER, told, "POST", f"/v1/cases/{child.case}/consents", body))["id"])


async def take_back(stage: Stage, consent: str, mother: str) -> None:
    """Write down that the mother takes a consent back, and what goes on without it."""
    said = {"withdrawn_by_id": mother, "withdrawn_at": datetime.now(UTC).isoformat()}
    body = stage.example("withdraw_consent.oral", said)
    path = f"/v1/consents/{consent}"
    await stage.refused(
        MANAGER,
        "notes that it is over before it is",
        "POST",
        f"{path}/note-expiry",
        status=409,
        code="consent-still-holds",
    )
    gone = await stage.act(MANAGER, "writes down that she takes it back", "POST", f"{path}/withdraw", body)
    if "benefit_decision" not in {each["reason"] for each in gone["effect"]["goes_on"]}:
        raise AssertionError("the decision about the benefit must hold without the consent to offers")
