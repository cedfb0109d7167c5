"""Play the days against a service and its clock, and tell what they took."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from pathlib import Path

import httpx
from rich.console import Console
from rich.markup import escape

from casemgmt.demo.days import group_member, head, manager, psychologist, supervisor
from casemgmt.demo.days.day import Day, Told, name_of
from casemgmt.demo.days.hours import Hours
from casemgmt.demo.days.left import what_is_left
from casemgmt.demo.play import EXAMPLES
from casemgmt.demo.stage import Stage


@dataclass(frozen=True)
class DayOf:
    """Whose day it is."""

    who: str
    title: str
    script: Callable[[Day], Awaitable[None]]


DAYS = {
    "group-member": DayOf(group_member.WHO, "A member of a mobile group in a village", group_member.play_group_member),
    "case-manager": DayOf(manager.WHO, "A case manager with thirty families", manager.play_manager),
    "psychologist": DayOf(psychologist.WHO, "A psychologist with eight sessions", psychologist.play_psychologist),
    "centre-head": DayOf(head.WHO, "The head of a family support centre", head.play_head),
    "supervisor": DayOf(supervisor.WHO, "A regional supervisor", supervisor.play_supervisor),
}
"""Name → day."""


async def play_day(
    name: str,
    client: httpx.AsyncClient,
    hours: Hours,
    console: Console,
    *,
    without: Collection[str] = (),
    examples: Path = EXAMPLES,
    language: str = "en",
) -> Told:
    """Play one day and look what is left at its end; `without` names parts of it that are forgotten.

    Raises `DemoError` where the service answers something else than the day expects.
    """
    chosen = DAYS[name]
    stage = Stage(client, examples, console, language=language, now=hours.now)
    day = Day(stage, hours, console, chosen.who, without)
    console.rule(f"[bold]{escape(chosen.title)}[/bold]: {name_of(chosen.who)}")
    await chosen.script(day)
    await day.end(what_is_left)
    _sum_up(console, day.told)
    return day.told


def _sum_up(console: Console, told: Told) -> None:
    console.print(
        f"\n{told.requests} requests, {told.refusals} wrong turns refused;"
        f" {told.before} requests of others gave the day its work."
    )
    for thing in {each.told: each for each in told.things}.values():
        console.print(f"  {thing.requests} requests: {escape(thing.told)}")
    console.print()
