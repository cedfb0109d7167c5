"""Offers that nobody answered in time, or whose family moved: the place goes to who is next, and the stories tell."""

import json
from typing import ClassVar
from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.db.work import Work
from casemgmt.ids import new_id
from casemgmt.jobs.handling import Handler
from casemgmt.jobs.payload import Payload
from casemgmt.jobs.schedule import MOST_OF_A_SWEEP, Every, fan_out
from casemgmt.jobs.work import Tools
from casemgmt.tasks import clocks

_NEXT = "SELECT * FROM pass_waiting_place_on(:entry, :at, CAST(:clock AS jsonb), :lapsed, :offered)"


class FindLapsedOffers(Payload):
    """Look for offers whose time is over, and for places that a move set free."""

    kind: ClassVar[str] = "waiting.find_lapsed_offers"


class PassPlaceOn(Payload):
    """End one, and offer the place to who is next."""

    kind: ClassVar[str] = "waiting.pass_place_on"
    entry_id: UUID


async def find(work: Work, _: FindLapsedOffers, __: Tools) -> None:
    """Enqueue a job for each."""
    found = await work.rows(
        "SELECT * FROM lapsed_waiting_offers(:at, :most) AS found(id)", at=work.now, most=MOST_OF_A_SWEEP
    )
    await fan_out(work, (row["id"] for row in found), lambda each: PassPlaceOn(entry_id=each))


async def pass_on(work: Work, told: PassPlaceOn, _: Tools) -> None:
    """End an offer. Nothing where it was answered meanwhile; a list that is through offers the place to nobody more."""
    clock = clocks.columns(
        work, "waiting_offer", "waiting_entry", told.entry_id, organisation_id=work.actor.organisation_id
    )
    for row in await work.rows(
        _NEXT,
        entry=told.entry_id,
        at=work.now,
        clock=json.dumps(clock, default=str),
        lapsed=new_id(),
        offered=new_id(),
    ):
        kind = "waiting.place_freed" if row["freed"] else "waiting.lapsed"
        work.record(Event(kind, "waiting_entry", (told.entry_id,), case_id=row["case_id"]))
        if row["next_id"] is not None:
            work.record(Event("waiting.offered", "waiting_entry", (row["next_id"],), case_id=row["next_case_id"]))


HANDLERS = (Handler(FindLapsedOffers, find), Handler(PassPlaceOn, pass_on))

SCHEDULE = (Every("* * * * *", FindLapsedOffers()),)
