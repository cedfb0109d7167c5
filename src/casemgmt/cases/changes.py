"""Use cases of the case's manager: what it is about, who belongs to it, contacts with the child, the next stage."""

from typing import Literal
from uuid import UUID

from casemgmt.assessments.repository import latest_completed
from casemgmt.audit.events import Event
from casemgmt.cases import repository, service
from casemgmt.cases.clocks import start_clocks
from casemgmt.cases.commands import AddPerson, ChangeCase, RecordChildContact
from casemgmt.cases.tables import CasePerson, CaseRecord, ChildContact
from casemgmt.cases.views import CaseView
from casemgmt.db.work import Work
from casemgmt.errors import Conflict, invalid_field
from casemgmt.ids import new_id
from casemgmt.people.service import require_visible_persons
from casemgmt.tasks import clocks

Stage = Literal["start_assessment", "start_planning", "start_support", "start_rehabilitation"]


async def change_case(work: Work, case_id: UUID, command: ChangeCase, expected: int) -> CaseView:
    """Change problem type, categories of the children or package of help."""
    case, _ = await service.begin(work, case_id, "change", expected)
    given = command.model_dump(exclude_unset=True)
    for name, value in given.items():
        setattr(case, name, value)
    story = service.story_of(work, case, "case.changed", **given)
    return await service.save(work, case, "case.changed", story)


async def add_person(work: Work, case_id: UUID, command: AddPerson, expected: int | None) -> CaseView:
    """Add a child or somebody around the child. A child joins one open case only."""
    case, _ = await service.begin(work, case_id, "add_person", expected)
    await require_visible_persons(work, [command.person_id])
    if any(p.person_id == command.person_id for p in await repository.persons_of(work, case_id)):
        raise Conflict("The person belongs to the case already.", code="person-in-case-already")
    if command.role == "child" and await repository.child_has_open_case(work, [command.person_id], besides=case_id):
        raise Conflict("The child has another open case.", code="open-case-exists")
    person = CasePerson(
        id=new_id(),
        case_id=case_id,
        organisation_id=case.organisation_id,
        person_id=command.person_id,
        role=command.role,
        since=work.now,
        added_by_id=work.actor.user_id,
    )
    record = ("person", command.person_id)
    story = service.story_of(work, case, "case.person_added", record, role=command.role)
    await work.save(Event("case.person_added", "case", (case.id,), case_id=case.id), case, person, story)
    await work.session.refresh(case)  # the person may be somebody whom the manager is kept away from
    return await service.view_of(work, case)


async def record_child_contact(
    work: Work, case_id: UUID, command: RecordChildContact, expected: int | None
) -> CaseView:
    """Record that the child itself was met. The first contact stops its clock."""
    case, _ = await service.begin(work, case_id, "record_child_contact", expected)
    await _require_child(work, case, command.person_id)
    if command.at > work.now:
        raise invalid_field("/at", "contact-in-the-future", "The contact lies in the future.")
    contact = ChildContact(
        id=new_id(),
        case_id=case_id,
        organisation_id=case.organisation_id,
        recorded_at=work.now,
        recorded_by_id=work.actor.user_id,
        **command.model_dump(),
    )
    stopped = await clocks.stop(work, case.id, ("first_contact_with_child",), "child_contact")
    story = service.story_of(
        work,
        case,
        "case.child_contacted",
        ("child_contact", contact.id),
        person_id=str(command.person_id),
        place=command.place,
        alone=command.alone,
        met_at=command.at.isoformat(),
    )
    return await service.save(work, case, "case.child_contacted", contact, *stopped, story)


async def _require_child(work: Work, case: CaseRecord, person_id: UUID) -> None:
    persons = await repository.persons_of(work, case.id)
    if not any(p.person_id == person_id and p.role == "child" for p in persons):
        raise invalid_field("/person_id", "not-a-child-of-the-case", "The person is not a child of the case.")


async def move_stage(work: Work, case_id: UUID, action: Stage, expected: int | None) -> CaseView:
    """Take the next step of the route, where its guards are met. The plan's draft is due from the assessment on."""
    case, transition = await service.begin(work, case_id, action, expected)
    case.state = transition.target
    stopped = await clocks.stop(work, case.id, transition.stops, action)
    assessed = await latest_completed(work, case_id) if transition.starts else None
    started = start_clocks(work, case, transition.starts, since=None if assessed is None else assessed.completed_at)
    kind = f"case.{transition.target}_started"
    return await service.save(work, case, kind, *stopped, *started, service.story_of(work, case, kind))
