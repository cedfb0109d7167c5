"""A day as it is told: the time, what the person does, what the service answers; how many requests each thing took."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec

from rich.console import Console
from rich.markup import escape

from casemgmt.demo.accounts import ACCOUNTS
from casemgmt.demo.days.hours import Hours
from casemgmt.demo.stage import Json, Stage
from rules.zone import to_local

Says = Callable[[Json], str]
P = ParamSpec("P")


@dataclass(frozen=True)
class Thing:
    """What the person would call one thing: to record a session, to assess a change of risk."""

    told: str
    requests: int
    """Those that it takes; what the service refused on the way is not among them."""


@dataclass
class Told:
    """What became of a day."""

    requests: int = 0
    things: list[Thing] = field(default_factory=list)
    """Those that took several requests."""
    refusals: int = 0
    scenes: list[str] = field(default_factory=list)
    """The parts that could be left out."""
    before: int = 0
    """Requests of others that gave the day its work."""
    left: list[str] = field(default_factory=list)
    """What the day demanded and nobody did."""


def name_of(username: str) -> str:
    """Return the name of a demo account, family name last."""
    account = next(a for a in ACCOUNTS if a.username == username)
    return f"{account.names[1]} {account.names[0]}"


def clock_of(moment: str) -> str:
    """Return what the clocks in Kazakhstan show at a moment of an answer."""
    return f"{to_local(datetime.fromisoformat(moment)):%H:%M}"


def left_of(task: Json) -> str:
    """Return the time that a task has left, as a person says it."""
    seconds = int(task["time_left_seconds"])
    hours, minutes = divmod(abs(seconds) // 60, 60)
    told = f"{hours // 24} d {hours % 24} h" if hours >= 48 else f"{hours} h {minutes:02} min"  # noqa: PLR2004 - two days
    return f"{told} overdue" if seconds < 0 else f"{told} left"


class Day:
    """The day of one person, called `who` below. Others act too: before it, and in the midst of it."""

    def __init__(self, stage: Stage, hours: Hours, console: Console, who: str, without: Collection[str]) -> None:
        self.stage = stage
        self.hours = hours
        self.who = who
        self.told = Told()
        self._console = console
        self._without = without

    def before(self, told: str) -> None:
        """Say what others did before the day."""
        self._console.print(f"  [dim]before[/dim]  {escape(told)}")

    async def at(self, clock: str, told: str) -> None:
        """Go on to a time of the day."""
        await self.hours.to(clock)
        self._console.print(f"\n[bold]{clock}[/bold]  {escape(told)}")

    def leaves_out(self, scene: str) -> bool:
        """Answer whether the person forgets this part of the day: the check at the end has to find it."""
        self.told.scenes.append(scene)
        return scene in self._without

    async def sees(self, told: str, path: str, says: Says | None = None) -> Json:
        """Look at something."""
        return await self.does(told, path, says=says, method="GET")

    async def does(
        self,
        told: str,
        path: str,
        body: Json | None = None,
        *,
        says: Says | None = None,
        method: str = "POST",
        headers: Mapping[str, str] | None = None,
    ) -> Json:
        """Do one thing, and hear what the service answers."""
        self.hours.tick()
        answer = await self.stage.take(self.who, told, method, path, body, headers=headers)
        self.told.requests += 1
        said = f" [dim]→ {escape(says(answer))}[/dim]" if says else ""
        self._console.print(f"       [green]✔[/green] {escape(told)}{said}")
        return answer

    async def wrong(
        self,
        told: str,
        path: str,
        body: Json | None = None,
        *,
        status: int,
        code: str | None = None,
        method: str = "POST",
        headers: Mapping[str, str] | None = None,
    ) -> Json:
        """Take a wrong turn, which the service refuses."""
        problem = await self.stage.wrong_turn(
            self.who, told, method, path, body, status=status, code=code, headers=headers
        )
        self._refused(told, status, problem)
        return problem

    async def token_is_over(self, told: str, path: str, body: Json, headers: Mapping[str, str]) -> None:
        """Send a part of a draft with the token that is held, though it is over: the service refuses it."""
        problem = await self.stage.with_old_token(self.who, told, "PATCH", path, body, headers=headers)
        self._refused(told, 401, problem)

    async def meanwhile(self, who: str, told: str, path: str, body: Json | None = None, method: str = "POST") -> Json:
        """Let somebody else act in the midst of the day."""
        answer = await self.stage.take(who, told, method, path, body)
        self._console.print(f"       [dim]· {name_of(who)} {escape(told)}[/dim]")
        return answer

    async def end(self, look: Callable[["Day"], Awaitable[list[str]]]) -> None:
        """Look what is left of what the day demanded."""
        self.told.left = await look(self)
        if self.told.left:
            self._console.print("\n[bold red]Left undone:[/bold red]")
            for each in self.told.left:
                self._console.print(f"  [red]•[/red] {escape(each)}")
        else:
            self._console.print("\n[bold green]Nothing is left undone that the day demanded.[/bold green]")

    def _refused(self, told: str, status: int, problem: Json) -> None:
        self.told.refusals += 1
        said = f"{problem['title']}: {problem['detail']}"
        places = [each["pointer"] for each in problem.get("errors", []) if each["pointer"] != "/"]
        said += f" {', '.join(places)}" if places else ""
        self._console.print(f"       [red]✘[/red] {escape(told)} [dim]→ {status} {escape(said)}[/dim]")


Scene = Callable[Concatenate[Day, P], Awaitable[None]]


def one_thing(told: str) -> Callable[[Scene[P]], Scene[P]]:
    """Mark a part of a day as what the person would call one thing: the requests that it takes are counted together."""

    def mark(scene: Scene[P]) -> Scene[P]:
        @wraps(scene)
        async def counted(day: Day, /, *args: P.args, **kwargs: P.kwargs) -> None:
            before = day.told.requests
            await scene(day, *args, **kwargs)
            day.told.things.append(Thing(told, day.told.requests - before))

        return counted

    return mark
