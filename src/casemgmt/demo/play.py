"""Play the stories against a running service and print the timelines."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
from rich.console import Console

from casemgmt.demo.school import play_school
from casemgmt.demo.short_stories import play_consultation, play_redirect, play_relapse
from casemgmt.demo.stage import DemoError, Record, Stage
from casemgmt.demo.steps import MANAGER, OPERATOR, SUCCESSOR, Child
from casemgmt.demo.violence import play_violence

EXAMPLES = Path(__file__).parents[3] / "openapi" / "examples"

STORIES: dict[str, tuple[str, Callable[[Stage], Awaitable[Child]], str]] = {
    "violence": ("A girl of 13 and violence at home", play_violence, SUCCESSOR),
    "consultation": ("A question that a consultation answers", play_consultation, OPERATOR),
    "redirect": ("A matter of another body", play_redirect, OPERATOR),
    "school": ("A screening at school", play_school, MANAGER),
    "relapse": ("A relapse after closure", play_relapse, MANAGER),
}
"""Name → title, story, and the account that reads the timeline at the end."""


async def play(
    client: httpx.AsyncClient, console: Console, *, stories: list[str], language: str = "en", examples: Path = EXAMPLES
) -> dict[str, tuple[Child, Record]]:
    """Play the named stories; `DemoError` where the service answers something else than the story expects."""
    played: dict[str, tuple[Child, Record]] = {}
    for number, name in enumerate(stories, 1):
        title, story, reader = STORIES[name]
        console.rule(f"[bold]{number}/{len(stories)} {title}")
        stage = Stage(client, examples, console, language=language)
        child = await story(stage)
        console.print(f"\n[bold]What happened[/bold] (as {reader} reads it)")
        kind, record = ("cases", child.case) if child.case else ("signals", child.signal)
        await stage.tell_timeline(reader, f"/v1/{kind}/{record}/timeline")
        console.print(f"\n{stage.record.acts} steps, {stage.record.refusals} wrong turns refused.\n")
        played[name] = (child, stage.record)
    return played


async def play_against(url: str, console: Console, *, stories: list[str], language: str) -> None:
    """Play against the service at `url`."""
    async with httpx.AsyncClient(base_url=url, timeout=30, trust_env=False) as client:
        try:
            await client.get("/health/live")
        except httpx.TransportError as error:
            raise DemoError(f"No service answers at {url}: start it with `make run` in another terminal.") from error
        await play(client, console, stories=stories, language=language)
