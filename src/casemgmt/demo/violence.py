"""The story of a girl of 13: from a QR message in Kazakh about violence at home to rehabilitation and follow-up."""

from casemgmt.demo.stage import Stage
from casemgmt.demo.steps import (
    DUTY,
    LAWYER,
    LEAD,
    MANAGER,
    NURSE,
    OPERATOR,
    SUCCESSOR,
    SUPERVISOR,
    Child,
    approve_plan,
    assess,
    close_case,
    finish_tasks,
    hold_session,
    referral_of,
)
from casemgmt.ids import new_id


async def play_violence(stage: Stage) -> Child:
    """Play the whole route and return what it made."""
    child = Child()
    await _signal(stage, child)
    await _triage(stage, child)
    await _visit(stage, child)
    await _case(stage, child)
    before = await _assessment(stage, child)
    measure = await _plan(stage, child)
    stage.chapter("6 · Sessions at the family support centre")
    await hold_session(stage, MANAGER, child, measure)
    await _handover(stage, child)
    await _rehabilitation(stage, child, before)
    stage.chapter("9 · Closure by two persons")
    await close_case(stage, SUCCESSOR, child)
    await _follow_up(stage, child)
    return child


async def _signal(stage: Stage, child: Child) -> None:
    stage.chapter("1 · A message by QR code, in Kazakh, from a school")
    key = {"Idempotency-Key": f"qr-{new_id()}"}
    body = stage.example("create_signal.qr_violence", {"id": str(new_id())})
    signal = await stage.act("qr.111", "sends the girl's message", "POST", "/v1/signals", body, headers=key)
    child.signal = signal["id"]
    again = await stage.act("qr.111", "sends it again after a lost answer", "POST", "/v1/signals", body, headers=key)
    if again["id"] != child.signal:
        raise AssertionError("a repeated message must not become a second signal")
    await stage.refused(
        "qr.111",
        "uses the same key for another message",
        "POST",
        "/v1/signals",
        body | {"danger_now": True},
        status=422,
        code="idempotency-key-reused",
        headers=key,
    )
    await stage.refused("qr.111", "forgets the key", "POST", "/v1/signals", body, status=400)
    path = f"/v1/signals/{child.signal}"
    await stage.refused("auditor", "reads the message", "GET", path, status=403)
    await stage.refused(MANAGER, "looks for it before being responsible", "GET", path, status=404)
    await stage.refused("duty.astana", "looks for it from another region", "GET", path, status=404)


async def _triage(stage: Stage, child: Child) -> None:
    stage.chapter("2 · Triage at the contact centre")
    path = f"/v1/signals/{child.signal}"
    await stage.act(OPERATOR, "reads the message", "GET", path)
    await stage.act(OPERATOR, "reads how the girl can be called back safely", "GET", f"{path}/reporter")
    await stage.refused(
        OPERATOR,
        "passes it on with a reason of another outcome",
        "POST",
        f"{path}/triage",
        stage.example("triage_signal.mobile_group", {"reason": "mistaken_contact"}),
        status=422,
        code="reason-of-other-outcome",
    )
    await stage.act(
        OPERATOR, "asks whether the child is known", "POST", "/v1/persons/match", stage.example("match_persons.names")
    )
    body = stage.example("create_person.child", {"id": str(new_id())})
    girl = await stage.act(OPERATOR, "records the girl", "POST", "/v1/persons", body)
    child.person = girl["id"]
    body = stage.example("add_signal_subject.child", {"person_id": child.person})
    await stage.act(OPERATOR, "names her as the child of the signal", "POST", f"{path}/subjects", body)
    body = stage.example("record_visitor_warning.aggressive")
    await stage.act(OPERATOR, "warns those who will visit", "POST", f"{path}/warnings", body)
    await stage.refused(
        LEAD,
        "triages a signal that is not the group's",
        "POST",
        f"{path}/triage",
        stage.example("triage_signal.mobile_group"),
        status=403,
    )
    body = stage.example("triage_signal.mobile_group")
    await stage.act(OPERATOR, "passes it to the mobile group, urgently", "POST", f"{path}/triage", body)
    await stage.refused(OPERATOR, "triages it a second time", "POST", f"{path}/triage", body, status=409)


async def _visit(stage: Stage, child: Child) -> None:
    stage.chapter("3 · The mobile group goes out")
    child.referral = await referral_of(stage, LEAD, child.signal)
    path = f"/v1/referrals/{child.referral}"
    await stage.refused(NURSE, "accepts without being the lead", "POST", f"{path}/accept", status=403)
    await stage.refused("lead.astana", "looks for it from another group", "GET", path, status=404)
    await stage.refused(LEAD, "departs before accepting", "POST", f"{path}/depart", {}, status=409)
    await stage.act(LEAD, "accepts the referral", "POST", f"{path}/accept")
    await stage.refused(
        LEAD, "departs without reading the warning", "POST", f"{path}/depart", {}, status=409, code="warnings-unread"
    )
    await stage.act(LEAD, "reads the warning and departs", "POST", f"{path}/depart", {"warnings_read": True})
    body = stage.example("record_no_contact.school_closed")
    await stage.act(LEAD, "finds nobody and says so", "POST", f"{path}/no-contact", body)
    await stage.act(LEAD, "departs again", "POST", f"{path}/depart", {"warnings_read": True})
    await stage.act(LEAD, "meets the girl at school", "POST", f"{path}/visit", {})
    seen = {"person_id": child.person, "body": "Сол білегінде үш көгерген жер, бір аптадай бұрынғы."}
    body = stage.example("report_visit.accompaniment", {"health_notes": [seen]})
    await stage.refused(OPERATOR, "writes the act of a visit of others", "POST", f"{path}/visit-act", body, status=403)
    await stage.act(LEAD, "writes the visit act with the girl's own words", "POST", f"{path}/visit-act", body)


async def _case(stage: Stage, child: Child) -> None:
    stage.chapter("4 · A restricted case with one accountable manager")
    body = stage.example(
        "open_case.restricted", {"signal_ids": [child.signal], "children": [child.person], "id": str(new_id())}
    )
    await stage.refused(LEAD, "opens a case", "POST", "/v1/cases", body, status=403)
    opened = await stage.act(DUTY, "opens the case for the case manager", "POST", "/v1/cases", body)
    child.case = opened["id"]
    path = f"/v1/cases/{child.case}"
    await stage.refused(DUTY, "looks into the case afterwards", "GET", path, status=403)
    await stage.refused(SUPERVISOR, "looks into it without being on the team", "GET", path, status=404)
    await stage.refused("oversight", "looks into it from the committee", "GET", path, status=404)
    await stage.act(MANAGER, "reads the case", "GET", path)
    for member in ("supervisor", "psychologist", "lawyer"):
        body = stage.example(f"add_case_member.{member}")
        await stage.act(MANAGER, f"takes the {member} into the team", "POST", f"{path}/team", body)
    await stage.act(SUPERVISOR, "now reads the case", "GET", path)
    await finish_tasks(stage, MANAGER, child.case, "does what is due")


async def _assessment(stage: Stage, child: Child) -> str:
    stage.chapter("5 · Assessment and individual plan")
    path = f"/v1/cases/{child.case}"
    await stage.refused(MANAGER, "plans before an assessment", "POST", f"{path}/start-planning", status=409)
    await stage.act(MANAGER, "starts the assessment", "POST", f"{path}/start-assessment")
    return await assess(stage, MANAGER, child, "initial", "before", "high")


async def _plan(stage: Stage, child: Child) -> str:
    path = f"/v1/cases/{child.case}"
    await stage.act(MANAGER, "goes on to planning", "POST", f"{path}/start-planning")
    await stage.refused(MANAGER, "starts support without a plan", "POST", f"{path}/start-support", status=409)
    body = stage.example("draft_plan.four_kinds", {"id": str(new_id())})
    plan = await stage.act(MANAGER, "drafts a plan with four kinds of help", "POST", f"{path}/plans", body)
    await stage.refused(
        MANAGER,
        "signs it though medical help is missing",
        "POST",
        f"/v1/plans/{plan['id']}/sign",
        status=409,
        code="help-kind-missing",
    )
    body = stage.example("write_plan.five_kinds")
    headers = {"If-Match": plan["_etag"]}
    plan = await stage.act(MANAGER, "adds the fifth", "PUT", f"/v1/plans/{plan['id']}", body, headers=headers)
    await stage.refused(
        MANAGER, "saves it from an old copy", "PUT", f"/v1/plans/{plan['id']}", body, status=412, headers=headers
    )
    await approve_plan(stage, MANAGER, plan)
    approved = await stage.act(MANAGER, "reads the approved plan", "GET", f"/v1/plans/{plan['id']}")
    headers = {"If-Match": approved["_etag"]}
    path_of_plan = f"/v1/plans/{plan['id']}"
    await stage.refused(MANAGER, "edits the approved plan", "PUT", path_of_plan, body, status=409, headers=headers)
    await stage.act(MANAGER, "starts the support", "POST", f"{path}/start-support")
    return str(plan["goals"][0]["measures"][0]["id"])


async def _handover(stage: Stage, child: Child) -> None:
    stage.chapter("7 · Hand-over to another manager")
    path = f"/v1/cases/{child.case}"
    await stage.refused(SUCCESSOR, "looks into the case before", "GET", path, status=404)
    offer = await stage.act(
        MANAGER, "offers the case", "POST", f"{path}/handover", stage.example("offer_handover.workload")
    )
    await stage.refused(
        MANAGER, "accepts on behalf of the other", "POST", f"/v1/handovers/{offer['id']}/accept", status=409
    )
    await stage.refused(SUCCESSOR, "sees the offer, not yet the case", "GET", path, status=404)
    await stage.act(
        SUCCESSOR, "accepts: accountability passes in one act", "POST", f"/v1/handovers/{offer['id']}/accept"
    )
    await stage.refused(MANAGER, "looks into the case afterwards", "GET", path, status=404)
    await stage.act(SUCCESSOR, "reads the case", "GET", path)


async def _rehabilitation(stage: Stage, child: Child, before: str) -> None:
    stage.chapter("8 · Rehabilitation with measured change")
    path = f"/v1/cases/{child.case}"
    changes = {"person_id": child.person, "before_assessment_id": before}
    body = stage.example("start_rehabilitation_programme.girl", changes)
    await stage.refused(SUCCESSOR, "begins it before its stage", "POST", f"{path}/rehabilitation", body, status=409)
    await stage.act(SUCCESSOR, "goes on to rehabilitation", "POST", f"{path}/start-rehabilitation")
    programme = await stage.act(SUCCESSOR, "begins the programme", "POST", f"{path}/rehabilitation", body)
    after = await assess(stage, SUCCESSOR, child, "after", "after", "low")
    body = stage.example("complete_rehabilitation_programme.done", {"after_assessment_id": after})
    done = await stage.act(
        SUCCESSOR,
        "measures with the same instrument",
        "POST",
        f"/v1/rehabilitation-programmes/{programme['id']}/complete",
        body,
    )
    stage.tell_change(done["change"])


async def _follow_up(stage: Stage, child: Child) -> None:
    stage.chapter("10 · The check afterwards")
    checks = await stage.act(SUCCESSOR, "looks when a check is due", "GET", f"/v1/cases/{child.case}/follow-ups")
    body = stage.example("record_follow_up.stable")
    await stage.refused(
        LAWYER, "records the check", "POST", f"/v1/follow-ups/{checks['items'][0]['id']}/record", body, status=403
    )
    await stage.act(
        SUCCESSOR, "visits: the girl is well", "POST", f"/v1/follow-ups/{checks['items'][0]['id']}/record", body
    )
