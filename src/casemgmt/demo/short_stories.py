"""Three more stories: a consultation, a redirect, and a case that is opened again after a relapse."""

from casemgmt.demo.benefits import play_benefits
from casemgmt.demo.stage import Stage
from casemgmt.demo.steps import (
    DUTY,
    LEAD,
    MANAGER,
    OPERATOR,
    SUPERVISOR,
    Child,
    approve_plan,
    assess,
    close_case,
    finish_tasks,
    referral_of,
)
from casemgmt.ids import new_id


async def play_consultation(stage: Stage) -> Child:
    """Play a call for advice: the route ends at a consultation."""
    stage.chapter("A call that a consultation answers")
    signal = await stage.act(
        OPERATOR, "records the call", "POST", "/v1/signals", stage.example("create_signal.call_question")
    )
    path = f"/v1/signals/{signal['id']}"
    done = stage.example("complete_consultation.done")
    await stage.refused(
        OPERATOR, "ends a consultation that was not begun", "POST", f"{path}/complete-consultation", done, status=409
    )
    await stage.act(
        OPERATOR, "decides on a consultation", "POST", f"{path}/triage", stage.example("triage_signal.consultation")
    )
    await stage.act(OPERATOR, "ends it", "POST", f"{path}/complete-consultation", done)
    await stage.refused(OPERATOR, "ends it twice", "POST", f"{path}/complete-consultation", done, status=409)
    return Child(signal=signal["id"])


async def play_redirect(stage: Stage) -> Child:
    """Play a question that another body decides: the route ends at a redirect that was acknowledged."""
    stage.chapter("A call for another body")
    signal = await stage.act(
        OPERATOR, "records the call", "POST", "/v1/signals", stage.example("create_signal.call_other_body")
    )
    path = f"/v1/signals/{signal['id']}"
    body = stage.example("triage_signal.redirect")
    nowhere = body | {"external_body": None}
    await stage.refused(
        OPERATOR, "redirects it to nobody", "POST", f"{path}/triage", nowhere, status=422, code="target-needed"
    )
    await stage.act(OPERATOR, "redirects it to the competent body", "POST", f"{path}/triage", body)
    await stage.act(
        OPERATOR,
        "records the acknowledgement",
        "POST",
        f"{path}/acknowledge-redirect",
        stage.example("acknowledge_redirect.done"),
    )
    return Child(signal=signal["id"])


async def play_relapse(stage: Stage) -> Child:
    """Play a toddler left alone: closed after support, opened again after a check finds a relapse."""
    child = Child()
    await _emergency(stage, child)
    path = f"/v1/cases/{child.case}"
    await stage.refused(
        MANAGER, "assesses without contact with the child", "POST", f"{path}/start-assessment", status=409
    )
    body = stage.example("record_child_contact.school", {"person_id": child.person, "at": None})
    contact = {k: v for k, v in body.items() if k != "at"}
    await stage.refused(
        MANAGER, "records a contact without a time", "POST", f"{path}/child-contacts", contact, status=422
    )
    await stage.act(MANAGER, "sees the child", "POST", f"{path}/child-contacts", contact | {"at": stage.moment_ago()})
    await stage.act(MANAGER, "starts the assessment", "POST", f"{path}/start-assessment")
    await assess(stage, MANAGER, child, "initial", "before", "high")
    await stage.act(MANAGER, "goes on to planning", "POST", f"{path}/start-planning")
    plan = await stage.act(MANAGER, "drafts a plan", "POST", f"{path}/plans", stage.example("draft_plan.neglect"))
    await approve_plan(stage, MANAGER, plan, wrong_turn=False)
    await stage.act(MANAGER, "starts the support", "POST", f"{path}/start-support")
    await play_benefits(stage, child)
    stage.chapter("Closure, and a relapse")
    await close_case(stage, MANAGER, child)
    checks = await stage.act(MANAGER, "looks when a check is due", "GET", f"{path}/follow-ups")
    body = stage.example("record_follow_up.relapse")
    path_of_check = f"/v1/follow-ups/{checks['items'][0]['id']}/record"
    nothing = {k: v for k, v in body.items() if k != "reopen_reason"}
    await stage.refused(MANAGER, "finds a relapse and does nothing", "POST", path_of_check, nothing, status=422)
    await stage.act(MANAGER, "finds a relapse and opens the case again in the same act", "POST", path_of_check, body)
    again = stage.example("reopen_case.relapse")
    await stage.refused(MANAGER, "opens the open case again", "POST", f"{path}/reopen", again, status=409)
    return child


async def _emergency(stage: Stage, child: Child) -> None:
    stage.chapter("A toddler alone in a flat")
    body = stage.example("create_signal.nurse_neglect")
    signal = await stage.act(DUTY, "records what the nurse reports", "POST", "/v1/signals", body)
    child.signal = signal["id"]
    path = f"/v1/signals/{child.signal}"
    await stage.act(DUTY, "decides on an emergency", "POST", f"{path}/triage", stage.example("triage_signal.emergency"))
    await stage.act(
        DUTY,
        "sends the mobile group at once",
        "POST",
        f"{path}/triage",
        stage.example("triage_signal.mobile_group", {"severity": "critical"}),
    )
    boy = await stage.act(
        DUTY, "records the boy", "POST", "/v1/persons", stage.example("create_person.toddler", {"id": str(new_id())})
    )
    child.person = boy["id"]
    body = stage.example("add_signal_subject.child", {"person_id": child.person})
    await stage.act(DUTY, "names him as the child of the signal", "POST", f"{path}/subjects", body)
    child.referral = await referral_of(stage, LEAD, child.signal)
    path = f"/v1/referrals/{child.referral}"
    await stage.act(LEAD, "accepts", "POST", f"{path}/accept")
    await stage.act(LEAD, "departs", "POST", f"{path}/depart", {})
    await stage.act(LEAD, "arrives", "POST", f"{path}/visit", {})
    report = stage.example("report_visit.toddler", {"child_seen": False})
    await stage.act(
        LEAD, "writes the visit act: the boy was asleep at a neighbour's", "POST", f"{path}/visit-act", report
    )
    body = stage.example("open_case.neglect", {"signal_ids": [child.signal], "children": [child.person]})
    child.case = (await stage.act(DUTY, "opens the case", "POST", "/v1/cases", body))["id"]
    await finish_tasks(stage, MANAGER, child.case, "does what is due")
    await stage.act(SUPERVISOR, "sees the case of the own body", "GET", f"/v1/cases/{child.case}")
