"""`casemgmt load-demo` and `casemgmt demo`."""

import asyncio
from typing import Annotated

import typer

from casemgmt.demo.play import STORIES, play_against
from casemgmt.demo.seed import seed
from casemgmt.demo.stage import DemoError
from casemgmt.settings_database import OperatorSettings
from casemgmt.terminal import console, errors, owner_url, read_settings, refuse


def load_demo() -> None:
    """Put the invented bodies and accounts of the demo into the database, once."""
    settings = read_settings(OperatorSettings)
    if settings.mode != "demo":
        refuse("Refused: demo data is loaded with CASEMGMT_MODE=demo only.")
    loaded = asyncio.run(seed(owner_url(settings)))
    console.print("Demo data loaded." if loaded else "Demo data was there already.")


def demo(
    url: Annotated[str, typer.Option(help="Address of a running service with demo data.")] = "http://127.0.0.1:8000",
    story: Annotated[list[str] | None, typer.Option(help=f"One or several of: {', '.join(STORIES)}.")] = None,
    language: Annotated[str, typer.Option(help="Language of timelines and problem texts: kk, ru or en.")] = "en",
) -> None:
    """Play whole routes of invented children against a running service, wrong turns included."""
    stories = story or list(STORIES)
    if unknown := [s for s in stories if s not in STORIES]:
        errors.print(f"There is no story {', '.join(unknown)}. There are: {', '.join(STORIES)}.")
        raise typer.Exit(2)
    try:
        asyncio.run(play_against(url, console, stories=stories, language=language))
    except DemoError as error:
        errors.print(str(error), markup=False)
        raise typer.Exit(1) from None
