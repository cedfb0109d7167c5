"""A visit act that says something wrongly: its group corrects it with a reason, and what it said before is kept.

Nothing that followed from the outcome is undone: the outcome, the day and whether the child was seen stay as they were.
A signature stays on the edition that was signed.
"""

from typing import Any
from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.db.work import Work, check_version
from casemgmt.errors import Forbidden, invalid_field
from casemgmt.ids import new_id
from casemgmt.outreach import policy, repository
from casemgmt.outreach.commands import CorrectVisitAct, ReportVisit
from casemgmt.outreach.reports import act_view, signs_of
from casemgmt.outreach.tables import VisitAct, VisitActEdition
from casemgmt.outreach.views import VisitActEditionsView, VisitActEditionView, VisitActView
from casemgmt.people.service import require_visible_persons
from casemgmt.printing.sheet import digest_of
from casemgmt.printing.visits import visit_substance
from casemgmt.timeline.service import entry

PARTS = ("present", "findings", "risk_signs", "child_words", "child_wishes", "immediate_measures", "outcome_note")
"""What can be corrected; the database keeps them before it lets them change (`db/sql/52_outreach.sql`)."""
_KEPT = ("child_seen", "child_seen_alone", "outcome")


async def correct_act(work: Work, act_id: UUID, command: CorrectVisitAct, expected: int | None) -> VisitActView:
    """Correct an act of the own group. The story tells it, with the reason."""
    act = await repository.get_act(work, act_id, for_change=True)
    check_version(act, expected)
    referral = await repository.get_referral(work, act.referral_id)
    if referral.mobile_group_id not in (await repository.facts_of(work, referral)).actor_groups:
        raise Forbidden("Only members of the mobile group act on its referral.", code="not-your-group")
    said = act.model_dump(include=set(PARTS))
    given = await _given(work, act, command)
    if all(said[name] == value for name, value in given.items()):
        raise invalid_field("/findings", "nothing-corrected", "The act says this already.")
    earlier = await repository.editions_of(work, act_id)
    edition = VisitActEdition(
        id=new_id(),
        visit_act_id=act.id,
        signal_id=act.signal_id,
        number=len(earlier) + 1,
        said=said,
        digest=digest_of(visit_substance(act)),
        reason=command.reason,
        note=command.note,
        corrected_at=work.now,
        corrected_by_id=work.actor.user_id,
    )
    event = Event("visit_act.corrected", "visit_act", (act.id,), act.case_id, act.signal_id, reason=command.reason)
    await work.save(event, edition, _story(work, act, command.reason))
    for name, value in given.items():
        setattr(act, name, value)
    await work.save(event, act)
    return act_view(act, len(earlier) + 2)


async def _given(work: Work, act: VisitAct, command: CorrectVisitAct) -> dict[str, Any]:
    """Return the parts that the command changes, held against everything that an act must be."""
    given = command.model_dump(mode="json", include=command.model_fields_set - {"reason", "note"})
    if emptied := [n for n in ("present", "findings", "immediate_measures") if n in given and given[n] is None]:
        raise invalid_field(f"/{emptied[0]}", "explanation-needed", "This part of the act is replaced, not taken away.")
    known = {each.get("person_id") for each in act.present}
    named = [UUID(p["person_id"]) for p in given.get("present", []) if p["person_id"] and p["person_id"] not in known]
    await require_visible_persons(work, named)
    stands = act.model_dump(include={*PARTS, *_KEPT} - {"risk_signs"})
    whole = ReportVisit.model_validate(stands | given)
    policy.check_act(whole)
    return given | {"risk_signs": signs_of(whole)}


def _story(work: Work, act: VisitAct, reason: str) -> Any:
    return entry(
        work,
        "visit_act.corrected",
        "visit_act",
        act.id,
        organisation_id=act.organisation_id,
        case_id=act.case_id,
        signal_id=act.signal_id,
        data={"reason": reason},
    )


async def list_editions(work: Work, act_id: UUID) -> VisitActEditionsView:
    """Return what an act said before each of its corrections, the oldest first."""
    act = await repository.get_act(work, act_id)
    rows = await repository.editions_of(work, act_id)
    work.record(Event("visit_act.editions_read", "visit_act", (act_id,), act.case_id, act.signal_id))
    kept = set(VisitActEditionView.model_fields)
    return VisitActEditionsView(items=[VisitActEditionView.model_validate(r.model_dump(include=kept)) for r in rows])
