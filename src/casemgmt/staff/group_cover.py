"""The places in mobile groups of who is away: the deputy's for that time, or a question to the head of the group."""

import json
from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.db.work import Work
from casemgmt.organisations.policy import DutyWindow, first_duty
from casemgmt.organisations.repository import duty_of
from casemgmt.staff.absence_reading import groups_of
from casemgmt.staff.tables import StaffAbsence
from casemgmt.tasks import clocks

_ASK = "SELECT ask_for_groups(:absence, CAST(:task AS jsonb), CAST(:before AS jsonb))"
Places = set[tuple[UUID, UUID]]


async def ask_for_groups(work: Work, absence: StaffAbsence) -> None:
    """Put what an absence leaves bare in a group before who heads its body, due before the group goes out next."""
    bare = [row["group_id"] for row in await groups_of(work, absence.id) if row["bare"]]
    times = await duty_of(work, bare) if bare else []
    since = max(absence.starts_at, work.now)
    before = {}
    for group_id in bare:
        windows = [DutyWindow(t.weekday, t.on_date, t.from_time, t.until_time) for t in times if t.group_id == group_id]
        before[str(group_id)] = first_duty(windows, since, absence.ends_at)
    task = clocks.columns(
        work,
        "group_place_uncovered",
        "mobile_group",
        absence.id,  # the statement names the group
        organisation_id=absence.organisation_id,
        blocks_closure=False,
    )
    given = {"task": json.dumps(task, default=str), "before": json.dumps(before, default=str)}
    await work.call(_ASK, absence=absence.id, **given)


async def places_of(work: Work, absence: StaffAbsence) -> Places:
    """Return the deputy's places in groups that rest on an absence."""
    return {(r["group_id"], r["deputy_id"]) for r in await groups_of(work, absence.id) if r["placed"]}


async def tell(work: Work, absence: StaffAbsence, before: Places) -> None:
    """Record in each group whose referrals it opened or closed to somebody."""
    now = await places_of(work, absence)
    for kind, found in (("began", now - before), ("ended", before - now)):
        for group_id, deputy_id in sorted(found, key=str):
            ids = (group_id, deputy_id, absence.user_id)
            work.record(Event(f"mobile_group.stand_in_{kind}", "mobile_group", ids))
