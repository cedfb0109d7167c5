"""A story that begins at school: a screening, its draft, and what a manager writes beside the route of the case."""

from datetime import datetime, timedelta

from casemgmt.demo.accounts import demo_id
from casemgmt.demo.stage import Stage
from casemgmt.demo.steps import DUTY, MANAGER, SUPERVISOR, Child, match
from casemgmt.ids import new_id
from rules.zone import to_local

SCHOOL = "school.almaty"


async def play_school(stage: Stage) -> Child:
    """Play a screening that gives concern, up to a case with its first notes."""
    stage.chapter("What a pupil answered")
    child = Child()
    pupil = stage.example("create_person.child", {"given_name": "Мөлдір", "birth": {"precision": "unknown"}})
    child.person = (await stage.act(SCHOOL, "records the pupil", "POST", "/v1/persons", pupil))["id"]
    child.signal = await _screen(stage, child.person)
    await stage.act(DUTY, "reads the score and what it means", "GET", f"/v1/signals/{child.signal}")
    answers = f"/v1/signals/{child.signal}/screening-answers"
    await stage.refused(DUTY, "asks for the answers", "GET", answers, status=403)
    await stage.act(SCHOOL, "reads the answers", "GET", answers)
    emergency = stage.example("triage_signal.emergency")
    await stage.act(DUTY, "decides on an emergency", "POST", f"/v1/signals/{child.signal}/triage", emergency)
    body = stage.example("open_case.neglect", {"signal_ids": [child.signal], "children": [child.person]})
    child.case = (await stage.act(DUTY, "opens the case", "POST", "/v1/cases", body))["id"]
    await _write_beside(stage, f"/v1/cases/{child.case}")
    return child


async def _screen(stage: Stage, person: str) -> str:
    """Fill the form in over two sittings and send it from its draft."""
    path, later = f"/v1/drafts/{new_id()}", f"/v1/drafts/{new_id()}"
    body = stage.example("save_draft.screening")
    draft = await stage.act(SCHOOL, "saves the form half filled in", "PUT", path, body)
    part = stage.example("save_draft_part.narrative")
    await stage.refused(SCHOOL, "saves a part over a version not held", "PATCH", path, part, status=428)
    await stage.act(SCHOOL, "goes on with it", "PATCH", path, part, headers=match(draft))
    await stage.act(SCHOOL, "begins another one for tomorrow", "PUT", later, body)
    screening = stage.example("create_screening.worried", {"person_id": person})
    sent = {"Draft-Id": path.rpartition("/")[2]}
    signal = await stage.act(SCHOOL, "sends the screening", "POST", "/v1/screenings", screening, headers=sent)
    await stage.refused(SCHOOL, "sends it twice", "POST", "/v1/screenings", screening, headers=sent, status=409)
    return str(signal["id"])


async def _write_beside(stage: Stage, path: str) -> None:
    """Write a note that asks the supervisor, set a flag, warn whoever will visit."""
    note = stage.example("write_case_note.mention")
    stranger = note | {"mentions": [str(demo_id("manager2.almaty"))]}
    await stage.refused(MANAGER, "mentions somebody outside", "POST", f"{path}/notes", stranger, status=409)
    asked = note | {"mentions": [str(demo_id(SUPERVISOR))]}
    await stage.act(MANAGER, "writes a note and mentions the supervisor", "POST", f"{path}/notes", asked)
    flag = stage.example("set_case_flag.court")
    await stage.act(MANAGER, "flags the case", "POST", f"{path}/flags", flag)
    await stage.refused(MANAGER, "flags it twice", "POST", f"{path}/flags", flag, status=409)
    review = (to_local(datetime.fromisoformat(stage.moment_ago())) + timedelta(days=30)).date().isoformat()
    warning = stage.example("record_case_warning.father", {"review_on": review})
    await stage.act(MANAGER, "warns whoever will visit", "POST", f"{path}/warnings", warning)
    await stage.act(SUPERVISOR, "looks which cases wait for a court", "GET", "/v1/flags?kind=court_soon")
