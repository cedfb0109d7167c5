"""A day as it is told: the time, what the person does, what the service answers; how many requests each act took."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from rich.console import Console
from rich.markup import escape

from casemgmt.demo.accounts import ACCOUNTS
from casemgmt.demo.days.hours import Hours
from casemgmt.demo.stage import Json, Stage
from rules.zone import to_local

MOST_REQUESTS = 2
"""More than this for one act is named at the end of the day."""
Says = Callable[[Json], str]


@dataclass
class Act:
    """One thing that the person did, however many requests it took."""

    at: datetime
    told: str
    requests: int = 0


@dataclass
class Told:
    """What became of a day."""

    acts: list[Act] = field(default_factory=list)
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
        self._one: Act | None = None

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
        if self._one is None:
            self._tell(Act(self.hours.now(), told, 1), says(answer) if says else None)
        else:
            self._one.requests += 1
        return answer

    @asynccontextmanager
    async def one_thing(self, told: str) -> AsyncIterator[Callable[[str], None]]:
        """Do one thing that takes several requests; call what is given with the answer to tell."""
        heard: list[str] = []
        self._one = Act(self.hours.now(), told)
        yield heard.append
        act, self._one = self._one, None
        self._tell(act, heard[-1] if heard else None)

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

    def _tell(self, act: Act, answer: str | None) -> None:
        self.told.acts.append(act)
        said = f" [dim]→ {escape(answer)}[/dim]" if answer else ""
        several = f" [yellow]({act.requests} requests)[/yellow]" if act.requests > 1 else ""
        self._console.print(f"       [green]✔[/green] {escape(act.told)}{said}{several}")
