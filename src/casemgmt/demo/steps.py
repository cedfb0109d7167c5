"""Parts that several stories share: a signal is registered, a referral is answered, a plan is made and approved."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from casemgmt.demo.accounts import demo_id
from casemgmt.demo.stage import Json, Stage
from casemgmt.ids import new_id

OPERATOR, DUTY, LEAD, NURSE = "operator.111", "duty.almaty", "lead.almaty", "nurse.almaty"
MANAGER, SUCCESSOR, SUPERVISOR = "manager.almaty", "manager2.almaty", "supervisor.almaty"
PSYCHOLOGIST, LAWYER = "psychologist.almaty", "lawyer.almaty"


@dataclass
class Child:
    """What a story remembers of its child."""

    signal: str = ""
    person: str = ""
    referral: str = ""
    case: str = ""


def match(answer: Json) -> dict[str, str]:
    """Return the If-Match header for the version that was read."""
    return {"If-Match": answer["_etag"]}


async def referral_of(stage: Stage, who: str, signal: str) -> str:
    """Return the live referral of a signal as the group finds it in its list."""
    listed = await stage.act(who, "looks at the referrals of the group", "GET", "/v1/referrals")
    return next(str(r["id"]) for r in listed["items"] if r["signal_id"] == signal and r["state"] != "declined")


async def finish_tasks(stage: Stage, who: str, case: str, told: str) -> None:
    """Complete what the account may complete by hand of the open tasks of a case."""
    listed = await stage.act(who, "looks at the own queue", "GET", "/v1/tasks/mine")
    body = stage.example("complete_task.done")
    for task in [t for t in listed["items"] if t["case_id"] == case]:
        path = f"/v1/tasks/{task['id']}"
        read = await stage.act(who, f"reads the task '{task['label']}'", "GET", path)
        allowed = {a["action"] for a in read["allowed_actions"] if a["allowed"]}
        if "give_notice" in allowed:
            notice = stage.example("give_mandatory_notice.telephone", {"delivered_at": read["started_at"]})
            await stage.act(who, f"gives the notice and its proof: {task['label']}", "POST", f"{path}/notice", notice)
        elif "complete" in allowed:
            await stage.act(who, f"{told}: {task['label']}", "POST", f"{path}/complete", body)


async def assess(stage: Stage, who: str, child: Child, occasion: str, answers: str, level: str) -> str:
    """Make a whole assessment and return its id."""
    body = stage.example(f"create_assessment.{occasion}", {"person_id": child.person, "id": str(new_id())})
    draft = await stage.act(
        who, f"begins the assessment ({occasion})", "POST", f"/v1/cases/{child.case}/assessments", body
    )
    path = f"/v1/assessments/{draft['id']}"
    await stage.refused(
        who,
        "completes it before all questions are answered",
        "POST",
        f"{path}/complete",
        stage.example(f"complete_assessment.{level}"),
        status=409,
        code="answers-missing",
    )
    body = stage.example(f"answer_assessment.{answers}")
    answered = await stage.act(who, "answers all questions", "PATCH", path, body, headers=match(draft))
    body = stage.example(f"complete_assessment.{level}")
    suggested = answered["suggested_risk_level"]
    if suggested != level:
        body |= {"risk_reason": "Маман шешімі: бақылау жалғасады."}
    await stage.act(who, f"decides on the risk: {level} (suggested: {suggested})", "POST", f"{path}/complete", body)
    return str(draft["id"])


async def approve_plan(stage: Stage, who: str, plan: Json, *, wrong_turn: bool = True) -> None:
    """Sign a plan and have a second person approve it."""
    path = f"/v1/plans/{plan['id']}"
    await stage.act(who, "signs the plan", "POST", f"{path}/sign")
    if wrong_turn:
        await stage.refused(who, "approves the own plan", "POST", f"{path}/approve", status=403)
    await stage.act(SUPERVISOR, "approves the plan as second person", "POST", f"{path}/approve")


async def hold_session(stage: Stage, who: str, child: Child, measure: str) -> None:
    """Book a session that starts in a moment, try to book the room twice, and hold the session."""
    start = datetime.now(UTC) + timedelta(seconds=4)  # the story's own clock: a slow machine books in time too
    times = {"starts_at": start.isoformat(), "ends_at": (start + timedelta(minutes=45)).isoformat()}
    changes = {"plan_measure_id": measure, "person_ids": [child.person], **times}
    body = stage.example("book_session.psychologist", changes)
    path = f"/v1/cases/{child.case}/sessions"
    session = await stage.act(who, "books the psychologist and a room", "POST", path, body)
    await stage.refused(
        who, "books the same room and hour again", "POST", path, body, status=409, code="already-booked"
    )
    held = stage.example("hold_session.attended")
    held["attendance"][0]["person_id"] = child.person
    path = f"/v1/sessions/{session['id']}"
    await stage.refused(PSYCHOLOGIST, "records the session before it starts", "POST", f"{path}/hold", held, status=409)
    await asyncio.sleep(max(0.0, (start - datetime.now(UTC)).total_seconds()) + 0.2)
    await stage.act(PSYCHOLOGIST, "holds the session and records who came", "POST", f"{path}/hold", held)
    note = stage.example("write_session_note.psychologist")
    await stage.act(PSYCHOLOGIST, "writes the note of the session", "POST", f"{path}/notes", note)
    notes = await stage.act(LAWYER, "asks for the notes: none of them is the lawyer's", "GET", f"{path}/notes")
    if notes["items"]:
        raise AssertionError("the lawyer must not read the psychologist's notes")


async def close_case(stage: Stage, who: str, child: Child) -> None:
    """Record the outcome of every goal and measure, then close the case with a second person."""
    path = f"/v1/cases/{child.case}"
    proposal = stage.example("propose_closure.goals")
    await stage.refused(
        who, "proposes to close with open goals and tasks", "POST", f"{path}/propose-closure", proposal, status=409
    )
    case = await stage.act(who, "reads the case", "GET", path)
    plan = await stage.act(who, "reads the plan", "GET", f"/v1/plans/{case['current_plan_id']}")
    for goal in plan["goals"]:
        for measure in goal["measures"]:
            if measure["state"] in {"planned", "in_progress"}:
                body = stage.example("complete_plan_measure.done")
                told = f"completes the measure '{measure['measure_kind']}' with evidence"
                await stage.act(who, told, "POST", f"/v1/plan-measures/{measure['id']}/complete", body)
        body = stage.example("record_plan_goal_outcome.achieved")
        await stage.act(
            who,
            f"records the outcome of the goal '{goal['domain']}'",
            "POST",
            f"/v1/plan-goals/{goal['id']}/outcome",
            body,
        )
    await finish_tasks(stage, who, child.case, "completes the task")
    await stage.act(who, "proposes to close the case", "POST", f"{path}/propose-closure", proposal)
    agreed = stage.example("approve_closure.agreed")
    await stage.refused(who, "approves the own proposal", "POST", f"{path}/approve-closure", agreed, status=403)
    await stage.act(SUPERVISOR, "closes the case as second person", "POST", f"{path}/approve-closure", agreed)


def account_id(username: str) -> str:
    """Return the id of a demo account."""
    return str(demo_id(username))
